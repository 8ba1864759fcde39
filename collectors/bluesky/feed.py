"""What Bluesky's JSON says: posts, answers and counters; reads bytes, fetches nothing."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from collectors.conversations import Head
from collectors.tables.exports import joined_text
from collectors.tables.values import hashed_id, moment_of
from veille.errors import SourceChanged
from veille.http.address import shown
from veille.post import Page, ParsedPage, Post, Reading, Reject
from veille.privacy import Privacy

# Who asks not to be shown to people without an account is not read by us either.
_NOT_IN_PUBLIC = "!no-unauthenticated"
_REPOST = "app.bsky.feed.defs#reasonRepost"
_UNSEEN = {
    "app.bsky.feed.defs#notFoundPost": "réponse supprimée",
    "app.bsky.feed.defs#blockedPost": "réponse masquée",
}
_KNOWN = frozenset(
    {
        "$type", "uri", "cid", "author", "record", "embed", "bookmarkCount", "replyCount",
        "repostCount", "likeCount", "quoteCount", "indexedAt", "viewer", "labels", "threadgate",
        "debug",
    }
)  # fmt: skip


def heads_of(body: bytes) -> list[Head] | None:
    """The entries of a feed, without those that cannot be read; None when it is no feed.

    The key of what the account only shares of others is empty.
    """
    try:
        entries = _json(body)["feed"]
        found = [head for head in map(_head, entries) if head]
    except (ValueError, KeyError, TypeError):
        return None
    return found if found or entries == [] else None


def _head(entry: Any) -> Head | None:
    try:
        if reason := entry.get("reason"):
            return Head("", 0, moment_of(str(reason["indexedAt"])))
        post = entry["post"]
        return Head(str(post["uri"]), int(post.get("replyCount") or 0), _published_at(post))
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def posts_of(page: Page, privacy: Privacy) -> ParsedPage:
    """Posts and answers, with their counters. Raises `SourceChanged` when there is neither."""
    try:
        document = _json(page.body)
        is_thread = page.options.get("part") == "thread"
        entries = list(_conversation(document["thread"]) if is_thread else document["feed"])
    except (ValueError, KeyError, TypeError) as error:
        raise SourceChanged(f"{shown(page.url)} is neither feed nor conversation") from error
    reader = _Reader(page=page, key=page.key, privacy=privacy)
    ignored: Counter[str] = Counter()
    parsed, unknown = ParsedPage(posts=[], ignored=ignored), set[str]()
    for entry in entries:
        try:
            if reason := _why_no_post(entry):
                ignored[reason] += 1
                continue
            post = reader.post(entry["post"])
            reading = _reading(entry["post"], post)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            parsed.rejects.append(_reject(entry, error))
            continue
        unknown |= entry["post"].keys() - _KNOWN
        parsed.posts.append(post)
        parsed.readings.append(reading)
    return replace(parsed, unknown_fields=frozenset(unknown))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """One page; addresses and ids of the network name their author, so that both are hashed."""

    page: Page
    key: str
    privacy: Privacy

    def post(self, raw: Mapping[str, Any]) -> Post:
        record, author = raw["record"], raw["author"]
        reply = record.get("reply")
        is_owner = author["did"] == self.page.options.get("owner")
        return Post(
            id=_id(raw["uri"]),
            platform="bluesky",
            source_id=self.page.source_id,
            page_key=self.key,
            kind="comment" if reply else "post",
            text=_text(record),
            published_at=self._moment(raw),
            collected_at=self.page.fetched_at,
            author=str(author.get("displayName") or author["handle"])
            if is_owner
            else self.privacy.author_key("bluesky", str(author["did"])),
            author_is_public=is_owner,
            url=_address(raw) if is_owner else "",
            parent_id=_id(reply["parent"]["uri"]) if reply else None,
            thread_id=_id(reply["root"]["uri"]) if reply else None,
            tags=("media_omis",) if _has_media(record) else (),
            details=_details(record),
        )

    def _moment(self, raw: Mapping[str, Any]) -> datetime:
        """Raises `ValueError` for what the network read later than we did."""
        moment_of(str(raw["indexedAt"]), latest=self.page.fetched_at)
        return _published_at(raw)


def _published_at(post: Mapping[str, Any]) -> datetime:
    """When the author says, unless that is after the network has seen it, or no date at all."""
    indexed_at = moment_of(str(post["indexedAt"]))
    try:
        return min(moment_of(str(post["record"]["createdAt"])), indexed_at)
    except ValueError:
        return indexed_at


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("too deep") from error


def _conversation(thread: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A post, then everything below it; each answer after what it answers."""
    waiting = [thread]
    while waiting:
        entry = waiting.pop(0)
        yield entry
        if isinstance(entry, dict):
            waiting += entry.get("replies") or []


def _why_no_post(entry: Mapping[str, Any]) -> str:
    if unseen := _UNSEEN.get(str(entry.get("$type"))):
        return unseen
    if (entry.get("reason") or {}).get("$type") == _REPOST:
        return "repartage"
    post = entry["post"]
    labels = post["author"].get("labels") or []
    if any(label.get("val") == _NOT_IN_PUBLIC for label in labels):
        return "auteur qui ne se montre qu’aux comptes"
    if _text(post["record"]):
        return ""
    return "média sans texte" if _has_media(post["record"]) else "message vide"


def _id(uri: str) -> str:
    if not uri.startswith("at://"):
        raise ValueError("adresse inconnue")
    return hashed_id("bluesky", uri)


def _address(raw: Mapping[str, Any]) -> str:
    number = str(raw["uri"]).rpartition("/")[2]
    return f"https://bsky.app/profile/{raw['author']['handle']}/post/{number}"


def _text(record: Mapping[str, Any]) -> str:
    """The words, addresses that they cut short, then what the author says of pictures."""
    text = str(record["text"]).strip()
    features = [one for facet in record.get("facets") or [] for one in facet["features"]]
    links = dict.fromkeys(str(one["uri"]) for one in features if "uri" in one)
    cut = [f"({link})" for link in links if link.partition("://")[2] not in text]
    told = [image.get("alt") or "" for image in _media(record).get("images") or []]
    pictures = {"Texte de l'image": "\n".join(filter(None, told))}
    return joined_text("\n".join([text, *cut]).strip(), pictures)


def _media(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Pictures or video, also where they stand beside a quoted post."""
    embed: Mapping[str, Any] = record.get("embed") or {}
    beside: Mapping[str, Any] = embed.get("media") or embed
    return beside


def _has_media(record: Mapping[str, Any]) -> bool:
    return bool(_media(record).keys() & {"images", "video"})


def _details(record: Mapping[str, Any]) -> dict[str, str]:
    langs = record.get("langs")
    return {"langue annoncée": ", ".join(map(str, langs))[:35]} if langs else {}


def _reading(raw: Mapping[str, Any], post: Post) -> Reading:
    likes, comments, shares = (
        None if raw.get(name) is None else int(raw[name])
        for name in ("likeCount", "replyCount", "repostCount")
    )
    return Reading(
        post_id=post.id,
        read_at=post.collected_at,
        likes=likes,
        comments=comments,
        shares=shares,
    )


def _reject(entry: Any, error: Exception) -> Reject:
    post = entry.get("post") if isinstance(entry, dict) else None
    number = str(post.get("uri", "?")).rpartition("/")[2] if isinstance(post, dict) else "?"
    if isinstance(error, KeyError):
        reason = f"champ manquant : {error.args[0]}"
    elif isinstance(error, ValueError) and str(error).startswith(("date", "adresse")):
        reason = str(error)
    else:
        reason = "élément d’une forme inconnue"
    return Reject(where=f"message {number[:40]}", reason=reason)
