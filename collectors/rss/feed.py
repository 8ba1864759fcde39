"""What an RSS or Atom feed says, entry by entry: reads bytes, fetches nothing."""

import html
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from collectors.tables.values import moment_of
from veille.errors import SourceChanged
from veille.http.address import shown

# Entities of a feed's own could unfold to gigabytes; no feed of a media needs them.
_OWN_ENTITIES = re.compile(rb"<!DOCTYPE[^>]*\[|<!ENTITY", re.IGNORECASE)
_ROOT = re.compile(rb"<(?:\w+:)?(?:rss|feed|rdf)[\s>]", re.IGNORECASE)
_ROOT_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:p|div|br|li|ul|ol|h[1-6]|tr|table|blockquote)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--[^<>]*-->")
_SHORT_GAPS = re.compile(r"[^\S\n]+")
_LONG_GAPS = re.compile(r"\s*\n\s*")
_CHALLENGE = re.compile(
    rb"_cf_chl_opt|_Incapsula_Resource|<title>\s*(?:Just a moment|Un instant|Attention Required"
    rb"|Access denied|DDOS-GUARD|Checking your browser)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, as plain text.

    `key` names this version of it: it changes with the entry's date of update. `link` is empty
    when the feed gives none, `published_at` None when it gives no date one can believe.
    `answers` is the id of what a comment answers, `answers_url` its address. `lang` is what the
    feed announces.
    """

    key: str
    entry_id: str
    link: str
    title: str
    text: str
    author: str = ""
    published_at: datetime | None = None
    answers: str = ""
    answers_url: str = ""
    lang: str = ""
    has_audio: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """`entries` in the feed's own order; `is_cut` when its end, or its last entry's, is missing."""

    url: str
    read_at: datetime
    title: str
    entries: tuple[Entry, ...]
    is_cut: bool


def feed_of(body: bytes, *, url: str, content_type: str, read_at: datetime) -> Feed:
    """The feed in `body`, which came from `url` at `read_at`.

    The encoding is found whatever the header claims. An entry that is cut is left out. Raises
    `SourceChanged` when there is no feed: an empty answer, a web page, a bot challenge.
    """
    _refuse(body, url)
    found = _read(body, url=url, content_type=content_type)
    # As plain dictionaries: feedparser's own answer for absent fields with other ones.
    raw = [dict(item) for item in found["entries"]]
    is_cut = bool(found["bozo"]) and not _ROOT_END.search(_flat(body[-4096:]))
    if is_cut:
        del raw[len(_ENTRY_END.findall(_flat(body))) :]
        if not raw:
            raise SourceChanged(f"{shown(url)}: the feed is cut before its first entry ends")
    about = dict(found["feed"])
    lang = str(about.get("language", ""))
    return Feed(
        url=url,
        read_at=read_at,
        title=plain(about.get("title", "")),
        entries=tuple(_entry(item, url, lang, read_at) for item in raw),
        is_cut=is_cut,
    )


def is_challenge(body: bytes) -> bool:
    """Whether a page asks to prove that one is no robot, instead of showing its content."""
    return _CHALLENGE.search(body[:65_536]) is not None


def plain(markup: object) -> str:
    """The text of a piece of HTML that feedparser has made safe; paragraphs are lines."""
    lines = _BLOCK.sub("\n", str(markup or ""))
    text = html.unescape(html.unescape(_TAG.sub("", lines)))
    return _LONG_GAPS.sub("\n", _SHORT_GAPS.sub(" ", text)).strip()


def _refuse(body: bytes, url: str) -> None:
    start = _flat(body[:65_536])
    root = _ROOT.search(start)
    if root is None or is_challenge(start[: root.start()]):
        seen = "a web page" if b"<html" in start.lower() else "something else"
        raise SourceChanged(
            f"{shown(url)} sends {seen if body.strip() else 'nothing'} instead of a feed: open it"
            " in a browser and correct the address in sources.toml"
        )
    if _OWN_ENTITIES.search(start[: root.start()]):
        raise SourceChanged(f"{shown(url)}: the feed declares entities of its own: not read")


def _read(body: bytes, *, url: str, content_type: str) -> Any:
    import feedparser

    headers = {"content-type": _believable(body, content_type), "content-location": url}
    try:
        found = feedparser.parse(
            BytesIO(body), response_headers=headers, sanitize_html=True, resolve_relative_uris=True
        )
    # Damaged feeds make its parsers raise anything, and each means the same to the operator.
    except Exception as error:
        raise SourceChanged(f"{shown(url)}: the feed cannot be read") from error
    if not found.get("version"):
        raise SourceChanged(f"{shown(url)} is no feed of a known kind")
    return found


def _believable(body: bytes, content_type: str) -> str:
    """Bytes that are valid UTF-8 are UTF-8, whatever header and prolog claim."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return content_type
    return content_type if b"\0" in body else "application/xml; charset=utf-8"


def _entry(item: Mapping[str, Any], url: str, lang: str, read_at: datetime) -> Entry:
    text = max((plain(part) for part in _texts(item)), key=len, default="")
    link = str(item.get("feedburner_origlink") or item.get("link") or "").strip()
    entry_id = str(item.get("id") or link).strip()
    version = f"{entry_id}\x1f{item.get('updated', '')}"
    answers = item.get("thr_in-reply-to") or {}
    media = [
        part.get("type", "") for part in item.get("links", []) if part.get("rel") == "enclosure"
    ]
    return Entry(
        key=sha256(version.encode("utf-8", "replace")).hexdigest()[:12],
        entry_id=entry_id,
        link=_address(url, link),
        title=plain(item.get("title")),
        text=text,
        author=plain(item.get("author")),
        published_at=_moment(item, read_at),
        answers=str(answers.get("ref") or answers.get("href") or "").strip(),
        answers_url=_address(url, str(answers.get("href") or answers.get("ref") or "").strip()),
        lang=str(item.get("language") or lang)[:35],
        has_audio=any(str(kind).startswith("audio/") for kind in media),
    )


def _texts(item: Mapping[str, Any]) -> list[object]:
    return [item.get("summary"), *(part.get("value") for part in item.get("content", []))]


def _address(url: str, link: str) -> str:
    """An absolute web address, or nothing."""
    try:
        whole = urljoin(url, link) if link else ""
        parts = urlsplit(whole)
    except ValueError:
        return ""
    return whole if parts.hostname and parts.scheme in ("http", "https") else ""


def _moment(item: Mapping[str, Any], read_at: datetime) -> datetime | None:
    """When the entry was published, else updated; None rather than a date nobody can believe.

    feedparser knows the standard forms; what it cannot read may be a date in French.
    """
    for name in ("published", "updated"):
        told, parsed = item.get(name), item.get(f"{name}_parsed")
        try:
            if parsed:
                told = datetime.fromtimestamp(timegm(parsed), UTC).isoformat()
            if told:
                return moment_of(str(told), day_first=True, latest=read_at)
        except (ValueError, OverflowError):
            continue
    return None


def _flat(body: bytes) -> bytes:
    """ASCII marks of UTF-16 and UTF-32 as if they were UTF-8."""
    return body.replace(b"\0", b"")
