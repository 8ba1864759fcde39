"""What a Mastodon server's JSON says: posts, answers and counters; reads bytes, fetches nothing."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from collectors.conversations import Head
from collectors.markup import plain_text
from collectors.tables.exports import joined_text
from collectors.tables.values import moment_of
from veille.errors import SourceChanged
from veille.http.address import shown
from veille.post import Page, ParsedPage, Post, Reading, Reject
from veille.privacy import Privacy

_OPEN = ("public", "unlisted")
_KNOWN = frozenset(
    {
        "id", "created_at", "in_reply_to_id", "in_reply_to_account_id", "sensitive",
        "spoiler_text", "visibility", "language", "uri", "url", "replies_count", "reblogs_count",
        "favourites_count", "edited_at", "content", "reblog", "application", "account",
        "media_attachments", "mentions", "tags", "emojis", "card", "poll", "filtered",
        "favourited", "reblogged", "muted", "bookmarked", "pinned", "local_only", "text", "quote",
        "quotes_count", "quote_approval", "tagged_collections",
    }
)  # fmt: skip


def heads_of(body: bytes) -> list[Head] | None:
    """The posts of a timeline, without those that cannot be read; None when it is no timeline."""
    try:
        document = _json(body)
    except ValueError:
        return None
    if not isinstance(document, list):
        return None
    found = [head for head in map(_head, document) if head]
    return found if found or not document else None


def _head(status: Any) -> Head | None:
    try:
        published_at = moment_of(str(status["created_at"]))
        answers = int(status.get("replies_count") or 0)
        return Head(str(int(status["id"])), answers, published_at)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def posts_of(page: Page, privacy: Privacy) -> ParsedPage:
    """Posts and answers, with their counters. Raises `SourceChanged` when there is neither.

    In a conversation only what answers the post is read: what came before it is counted.
    """
    try:
        document = _json(page.body)
    except ValueError as error:
        raise SourceChanged(f"{shown(page.url)} does not answer in JSON") from error
    statuses, ignored = _statuses(document, page)
    reader = _Reader(page=page, key=page.key, privacy=privacy)
    parsed, unknown = ParsedPage(posts=[], ignored=ignored), set[str]()
    for status in statuses:
        try:
            text = _text(status)
            if reason := _why_no_post(status, text):
                ignored[reason] += 1
                continue
            post = reader.post(status, text)
            reading = _reading(status, post)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            parsed.rejects.append(_reject(status, error))
            continue
        unknown |= status.keys() - _KNOWN
        parsed.posts.append(post)
        parsed.readings.append(reading)
    return replace(parsed, unknown_fields=frozenset(unknown))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """One page of one server; its host is part of every id, since each server has its own."""

    page: Page
    key: str
    privacy: Privacy

    def post(self, status: Mapping[str, Any], text: str) -> Post:
        account, parent = status["account"], status.get("in_reply_to_id")
        is_owner = bool(self.page.options.get("owner")) and (
            str(account["id"]) == self.page.options["owner"]
        )
        return Post(
            id=self._id(status["id"]),
            platform="mastodon",
            source_id=self.page.source_id,
            page_key=self.key,
            kind="comment" if parent else "post",
            title=str(status.get("spoiler_text") or "").strip(),
            text=text,
            published_at=moment_of(str(status["created_at"]), latest=self.page.fetched_at),
            collected_at=self.page.fetched_at,
            author=_name(account) if is_owner else self._author_key(account),
            author_is_public=is_owner,
            # The usual address names who wrote it; this one opens the same post.
            url=str(status.get("url") or "") if is_owner else self._address(status["id"]),
            parent_id=self._id(parent) if parent else None,
            thread_id=self._thread(parent) if parent else None,
            tags=_tags(status),
            details=_details(status),
        )

    @property
    def _host(self) -> str:
        return urlsplit(self.page.url).hostname or ""

    def _id(self, native: object) -> str:
        return f"mastodon:{self._host}/{int(str(native))}"

    def _thread(self, parent: object) -> str:
        """The post whose conversation this is, else the answered one."""
        return self._id(self.page.options.get("status") or parent)

    def _address(self, native: object) -> str:
        return f"https://{self._host}/api/v1/statuses/{native}"

    def _author_key(self, account: Mapping[str, Any]) -> str:
        name = str(account["acct"]).casefold()
        return self.privacy.author_key("mastodon", name if "@" in name else f"{name}@{self._host}")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("too deep") from error


def _statuses(document: Any, page: Page) -> tuple[list[Any], Counter[str]]:
    ignored: Counter[str] = Counter()
    if page.options.get("part") == "context":
        try:
            before, after = document["ancestors"], document["descendants"]
        except (KeyError, TypeError) as error:
            raise SourceChanged(f"{shown(page.url)} is no conversation") from error
        if not isinstance(before, list) or not isinstance(after, list):
            raise SourceChanged(f"{shown(page.url)} is no conversation")
        ignored["message antérieur de la discussion"] += len(before)
        return after, +ignored
    # An empty timeline is never given as a page: this is something else.
    if not isinstance(document, list) or not document:
        raise SourceChanged(f"{shown(page.url)} is no timeline")
    return document, ignored


def _why_no_post(status: Mapping[str, Any], text: str) -> str:
    if status.get("reblog"):
        return "repartage"
    if status["visibility"] not in _OPEN:
        return "message non public"
    if text or str(status.get("spoiler_text") or "").strip():
        return ""
    return "média sans texte" if status.get("media_attachments") else "message vide"


def _text(status: Mapping[str, Any]) -> str:
    """The words, the answers of a poll, then what its author says of pictures."""
    poll = status.get("poll") or {"options": []}
    lines = [plain_text(status["content"]), *(f"• {one['title']}" for one in poll["options"])]
    said = [one.get("description") or "" for one in status.get("media_attachments") or []]
    return joined_text(
        "\n".join(lines).strip(), {"Texte de l'image": "\n".join(filter(None, said))}
    )


def _tags(status: Mapping[str, Any]) -> tuple[str, ...]:
    marks = {"media_omis": status.get("media_attachments"), "modifie": status.get("edited_at")}
    return tuple(tag for tag, mark in marks.items() if mark)


def _details(status: Mapping[str, Any]) -> dict[str, str]:
    lang = status.get("language")
    return {"langue annoncée": str(lang)[:35]} if lang else {}


def _name(account: Mapping[str, Any]) -> str:
    return str(account.get("display_name") or account["acct"])


def _reading(status: Mapping[str, Any], post: Post) -> Reading:
    likes, comments, shares = _counts(status)
    return Reading(
        post_id=post.id,
        read_at=post.collected_at,
        likes=likes,
        comments=comments,
        shares=shares,
    )


def _counts(status: Mapping[str, Any]) -> Iterator[int | None]:
    for name in ("favourites_count", "replies_count", "reblogs_count"):
        count = status.get(name)
        yield None if count is None else int(count)


def _reject(status: Any, error: Exception) -> Reject:
    number = str(status.get("id", "?"))[:40] if isinstance(status, dict) else "?"
    if isinstance(error, KeyError):
        reason = f"champ manquant : {error.args[0]}"
    elif isinstance(error, ValueError) and str(error).startswith("date"):
        reason = str(error)
    else:
        reason = "élément d’une forme inconnue"
    return Reject(where=f"message {number}", reason=reason)
