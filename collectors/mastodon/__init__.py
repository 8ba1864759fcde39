"""Accounts and hashtags of a Mastodon server, with the answers to their posts, without an account.

Only what the server's documented interface tells anybody; servers that show nothing without an
account are not read.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from collectors.conversations import Head, Memory
from collectors.mastodon.status import heads_of, posts_of
from collectors.network import checked_options, is_switch, page_of, whole
from veille.errors import ConfigError, SourceChanged, SourceGone
from veille.http import Answer, HttpClient
from veille.http.address import shown
from veille.post import Page, ParsedPage
from veille.privacy import Privacy
from veille.sources import Source

_MAX_PAGE_BYTES = 5_000_000
# As many as a server gives at once.
_PAGE_SIZE = 40
_TARGET = re.compile(r"(https?://[^/?#@\s]+)/(?:@([\w.-]+)|tags/([^/?#\s]+))/?")
_RULES = {
    "history": whole(1, 50),
    "reread": whole(0, _PAGE_SIZE),
    "replies": whole(0, 500),
    "organisation": is_switch,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a source watches, and what its `options` may say.

    `history`: pages of forty posts the first time. `reread`: how many of the newest known posts
    are read again each time. `replies`: in how many conversations answers are asked for in one
    run; others wait for the next. `organisation`: the account is no person's and keeps its name.
    """

    site: str
    account: str = ""
    tag: str = ""
    history: int = 3
    reread: int = _PAGE_SIZE
    replies: int = 50
    organisation: bool = False

    @classmethod
    def of(cls, source: Source) -> "Choice":
        """Raises `ConfigError` for an option or a target that cannot be."""
        target = _TARGET.fullmatch(source.target.strip())
        if target is None:
            raise ConfigError(
                f"source {source.id}: write the target as https://SERVER/@ACCOUNT, on the"
                " account's own server, or as https://SERVER/tags/WORD"
            )
        options = checked_options(
            source,
            _RULES,
            of="Mastodon",
            known=f"history = 1 to 50, reread = 0 to {_PAGE_SIZE}, replies = 0 to 500,"
            " organisation = true or false",
        )
        site, account, tag = target.groups(default="")
        return cls(site=site, account=account, tag=unquote(tag), **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class MastodonCollector:
    """Mastodon over HTTP. `privacy` hashes all authors but the organisation that is watched."""

    http: HttpClient
    privacy: Privacy
    name: str = "mastodon"

    def fetch(self, source: Source, cursor: str | None) -> Iterator[Page]:
        """Posts, oldest first, the newest known ones again; then conversations with new answers.

        What a run does not ask for is owed in the cursor. Raises `ConfigError` for a wrong
        option, `SourceGone` when the server knows no such account.
        """
        choice, memory = Choice.of(source), Memory.of(cursor)
        address, owner = self._timeline(choice)
        for answer in self._answers(address, _newest_of([], memory.last), choice):
            heads = heads_of(answer.body)
            if heads is None:
                yield page_of(source, answer, part="statuses", owner=owner)
                return
            memory.last = str(_newest_of(heads, memory.last))
            if choice.replies:
                memory.note(reversed(heads), now=answer.fetched_at)
            yield page_of(source, answer, cursor=memory.cursor(), part="statuses", owner=owner)
        for status_id in memory.due(choice.replies):
            try:
                answer = self._get(f"{choice.site}/api/v1/statuses/{status_id}/context")
            except SourceGone:
                # The post was deleted since: so were its answers, or they are somebody else's.
                memory.settle(status_id)
                continue
            memory.settle(status_id)
            told = {"part": "context", "owner": owner, "status": status_id}
            yield page_of(source, answer, cursor=memory.cursor(), **told)

    def parse(self, page: Page) -> ParsedPage:
        """The posts of a timeline, or the answers in one conversation."""
        return posts_of(page, self.privacy)

    def _timeline(self, choice: Choice) -> tuple[str, str]:
        """The timeline's address, and the id of the account that keeps its name, or nothing."""
        if choice.tag:
            return f"{choice.site}/api/v1/timelines/tag/{quote(choice.tag, safe='')}", ""
        asked = urlencode({"acct": choice.account})
        answer = self._get(f"{choice.site}/api/v1/accounts/lookup?{asked}")
        try:
            account = json.loads(answer.body)
            account_id = str(account["id"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SourceChanged(
                f"{shown(answer.url)} tells no account: check the server"
            ) from error
        if account.get("suspended"):
            raise SourceGone(f"{shown(answer.url)}: the server has suspended this account")
        address = f"{choice.site}/api/v1/accounts/{quote(account_id, safe='')}/statuses"
        return address, account_id if choice.organisation else ""

    def _answers(self, address: str, last: int, choice: Choice) -> Iterator[Answer]:
        """Pages of the timeline, oldest first, until nothing is newer."""
        if not last:
            yield from self._newest(address, choice.history)
            return
        if choice.reread:
            # Posts of other servers arrive late, below what is known: these come here too.
            answer = self._ask(address, choice.reread, max_id=last + 1)
            if heads_of(answer.body) != []:
                yield answer
        while True:
            answer = self._ask(address, _PAGE_SIZE, min_id=last)
            heads = heads_of(answer.body)
            if heads == []:
                return
            yield answer
            newest = _newest_of(heads or [], str(last))
            if newest <= last:
                return
            last = newest

    def _newest(self, address: str, most: int) -> list[Answer]:
        answers: list[Answer] = []
        before: dict[str, int] = {}
        while len(answers) < most:
            answer = self._ask(address, _PAGE_SIZE, **before)
            heads = heads_of(answer.body)
            if heads == []:
                break
            answers.append(answer)
            if heads is None:
                break
            before = {"max_id": min(int(head.key) for head in heads)}
        return answers[::-1]

    def _ask(self, address: str, limit: int, **bounds: int) -> Answer:
        asked = {"limit": limit, **bounds}
        if "/accounts/" in address:
            return self._get(f"{address}?{urlencode({**asked, 'exclude_reblogs': 'true'})}")
        return self._get(f"{address}?{urlencode(asked)}")

    def _get(self, url: str) -> Answer:
        return self.http.get(url, headers={"Accept": "application/json"}, max_bytes=_MAX_PAGE_BYTES)


def _newest_of(heads: Sequence[Head], last: str) -> int:
    """The highest id of these posts and of the one read last; 0 when there is none."""
    known = int(last) if last.isdecimal() else 0
    return max([known, *(int(head.key) for head in heads)])
