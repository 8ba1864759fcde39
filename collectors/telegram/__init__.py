"""Public Telegram channels, through the preview that t.me shows to anybody without an account.

Groups, private channels and channels that hide their preview are not read: there is no way to
them that is public.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from collectors.network import checked_options, page_of, whole
from collectors.telegram.preview import bounds_of, has_older, landing_of, posts_of
from veille.errors import (
    ConfigError,
    SourceChanged,
    SourceForbidden,
    SourceGone,
)
from veille.http import Answer, HttpClient
from veille.post import Page, ParsedPage
from veille.privacy import Privacy
from veille.sources import Source

_MAX_PAGE_BYTES = 5_000_000
_MOST_PAGES = 100
# A preview shows twenty messages; ids have gaps, so that more of them are asked for again.
_MOST_REREAD = 1000
_TARGET = re.compile(r"(?:(https?://[^/?#]+)/(?:s/)?|@)?([A-Za-z]\w{3,31})/?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a source's `options` may say.

    `history`: how many pages of twenty messages are read the first time. `reread`: how many
    ids before the last one are read again each time, for their views.
    """

    site: str
    channel: str
    history: int = 5
    reread: int = 20

    @classmethod
    def of(cls, source: Source) -> "Choice":
        """Raises `ConfigError` for an option or a target that cannot be."""
        target = _TARGET.fullmatch(source.target.strip())
        if target is None:
            raise ConfigError(
                f"source {source.id}: the target is no public channel: write it as"
                " https://t.me/s/NAME"
            )
        options = checked_options(
            source,
            {"history": whole(1, _MOST_PAGES), "reread": whole(1, _MOST_REREAD)},
            of="a channel",
            known=f"history = 1 to {_MOST_PAGES}, reread = 1 to {_MOST_REREAD}",
        )
        site = target[1] or "https://t.me"
        return cls(site=site, channel=target[2], **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramCollector:
    """Channels of t.me/s/. `privacy` is not asked: only the channel is an author there."""

    http: HttpClient
    privacy: Privacy
    name: str = "telegram"

    def fetch(self, source: Source, cursor: str | None) -> Iterator[Page]:
        """Pages of about twenty messages, oldest first; the last few known ones come again.

        A page that is no channel's is given too: reading it says so. Raises `SourceGone` when
        no channel has this name, `SourceForbidden` when it has no preview or robots.txt says no.
        """
        choice = Choice.of(source)
        address = f"{choice.site}/s/{choice.channel}"
        if not self.http.allowed(address):
            raise SourceForbidden(f"{address}: robots.txt does not let us read it")
        known = int(cursor) if cursor and re.fullmatch(r"[0-9]{1,12}", cursor) else 0
        if known:
            answers = self._since(address, known, choice)
        else:
            answers = iter(self._back(address, self._answer(address), 0, choice.history))
        for answer in answers:
            bounds = bounds_of(answer.body)
            known = max(known, bounds[1]) if bounds else known
            yield page_of(source, answer, cursor=str(known) if known else None)

    def parse(self, page: Page) -> ParsedPage:
        """The messages of one page of the preview."""
        return posts_of(page)

    def _since(self, address: str, known: int, choice: Choice) -> Iterator[Answer]:
        """Forward from a little before `known`, each page joined to the one before it."""
        after = max(known - choice.reread, 0)
        while True:
            answer = self._answer(f"{address}?after={after}")
            bounds = bounds_of(answer.body)
            if bounds is None and after < known:
                # Everything after this id was deleted: what is the newest message now?
                answer = self._answer(address)
                bounds = bounds_of(answer.body)
            if bounds is None:
                yield answer
                return
            if bounds[1] <= after + 1:
                return
            yield from self._back(address, answer, known, _MOST_PAGES)
            known, after = max(known, bounds[1]), bounds[1] - 1

    def _back(self, address: str, newest: Answer, known: int, most: int) -> list[Answer]:
        """`newest` and what came before it down to the id `known`, oldest first.

        Not below: at most so many pages when nothing is known. Raises `SourceChanged` when
        they do not join what is known.
        """
        answers = [newest]
        while (bounds := bounds_of(answers[-1].body)) and bounds[0] > max(known, 1):
            if not has_older(answers[-1].body):
                break
            if len(answers) >= most:
                if known:
                    raise SourceChanged(f"{address}: {most} pages do not reach what was read")
                break
            answers.append(self._answer(f"{address}?before={bounds[0]}"))
        return answers[::-1]

    def _answer(self, url: str) -> Answer:
        """The page of the preview; raises when Telegram shows another one in its place."""
        answer = self.http.get(url, max_bytes=_MAX_PAGE_BYTES)
        if "/s/" in answer.url:
            return answer
        match landing_of(answer.body):
            case "absent":
                raise SourceGone(f"{answer.url}: no channel has this name any more")
            case "hidden":
                raise SourceForbidden(
                    f"{answer.url} exists without a public preview (a group, or a channel that"
                    " hides it): import an export of Telegram Desktop instead"
                )
        raise SourceChanged(f"{answer.url} came in the place of the preview: open it in a browser")
