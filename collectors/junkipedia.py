"""Junkipedia's CSV and JSON: posts of many platforms, with the words said in audio and video.

Its column names differ by year and by way of export; the last part of each tells what it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from collectors.files import Cleaned, FileFormat, FileHead
from collectors.tables import has_header, read_rows, read_table
from collectors.tables.cleaning import cleaned_table
from collectors.tables.exports import (
    Export,
    Mention,
    export_of,
    first_of,
    joined_text,
    post_of,
    reading_of,
)
from collectors.tables.persons import without_person
from collectors.tables.values import identifier_of, number_of
from veille.post import Page, ParsedPage, Post, Reading
from veille.privacy import Privacy

_PLATFORM = ("platform_name", "platform")
_CHANNEL = ("channel_name", "channel", "account", "account_name")
_TEXT = ("sanitized_text", "post_text", "text", "full_text", "message", "description")
_TITLE = ("title", "headline")
_TRANSCRIPT = ("transcript", "transcripts", "transcription")
_URL = ("url", "post_url")
_DATE = ("published_at", "post_date", "date")
_ID = ("post_uid", "post_id", "id")
_ENGAGEMENT = ("engagement", "total_engagement")
_COUNTERS = {
    "likes": ("like_count", "likes"),
    "comments": ("comment_count", "comments"),
    "shares": ("share_count", "shares"),
    "views": ("view_count", "views"),
}
_UNUSED = (
    "type",
    "channel_uid",
    "channel_id",
    "created_at",
    "post_type",
    "tags",
    "channel_url",
    "lang",
    "language",
    "next",
)
_KNOWN = frozenset(
    (
        *_PLATFORM,
        *_CHANNEL,
        *_TITLE,
        *_TEXT,
        *_TRANSCRIPT,
        *_URL,
        *_DATE,
        *_ID,
        *_ENGAGEMENT,
        *_UNUSED,
    )
).union(*_COUNTERS.values())

_ABOUT_CHANNEL = frozenset({"channel_uid", "channel_id", "channel_url"})
_OF_CHANNEL = frozenset({"channel", "channel_data"})

_PLATFORMS = {"twitter": "x", "twitter/x": "x", "x (twitter)": "x"}
# What people follow there are pages and channels; elsewhere an account may be a person.
_OF_PUBLISHERS = frozenset({"facebook", "telegram", "radio", "podcast"})


def _plain(name: str) -> str:
    return name.rpartition(".")[2].strip().lower().replace(" ", "_")


def _is_header(names: Sequence[str]) -> bool:
    told = set(map(_plain, names))
    needed = (_PLATFORM, _CHANNEL, _TEXT, _URL, _DATE, (*_ENGAGEMENT, *_COUNTERS["views"]))
    return all(not told.isdisjoint(some) for some in needed)


def recognises(head: FileHead) -> bool:
    return has_header(head.start, _is_header)


def clean(body: bytes, _options: Mapping[str, object], privacy: Privacy) -> Cleaned:
    return cleaned_table(
        body, header=_is_header, text=_is_text, rewritten=partial(_private, privacy)
    )


def _private(privacy: Privacy, cells: Mapping[str, str]) -> Mapping[str, str]:
    """Accounts that may be persons: a key, and nothing else of them."""
    platform = _platform(_by_plain_name(cells))
    if platform in _OF_PUBLISHERS:
        return {}
    about = [name for name in cells if _is_of_channel(name) or _plain(name) in _ABOUT_CHANNEL]
    return without_person(
        cells,
        names=_channels(cells),
        platform=platform,
        privacy=privacy,
        about=about,
        spared=filter(_is_text, cells),
    )


def _channels(cells: Iterable[str]) -> list[str]:
    """The columns of channels' names, in the order in which they are looked at."""
    found = [name for name in cells if _plain(name) in _CHANNEL]
    return sorted(found, key=lambda name: _CHANNEL.index(_plain(name)))


def _platform(plain: Mapping[str, str]) -> str:
    told = first_of(plain, *_PLATFORM).lower()
    return _PLATFORMS.get(told, told)


def read(page: Page, privacy: Privacy) -> ParsedPage:
    table = read_table(page.body, header=_is_header)
    dates = next(name for name in table.columns if _plain(name) in _DATE)
    export = export_of(page, privacy, table=table, dates=dates)
    return read_rows(table, partial(_post, export), known=_is_known)


def _is_text(name: str) -> bool:
    return _plain(name) in (*_TITLE, *_TEXT, *_TRANSCRIPT)


def _is_known(name: str) -> bool:
    return _plain(name) in _KNOWN or _is_of_channel(name)


def _is_of_channel(name: str) -> bool:
    """Whether a field tells about the channel as a whole, and not about the post."""
    around = name.lower().split(".")[:-1]
    return not _OF_CHANNEL.isdisjoint(around) and _plain(name) not in _CHANNEL


def _by_plain_name(cells: Mapping[str, str]) -> dict[str, str]:
    """Cells by the last part of their column's name; the first that is not blank counts."""
    plain: dict[str, str] = {}
    for name, cell in cells.items():
        if not _is_of_channel(name) and not plain.get(_plain(name), "").strip():
            plain[_plain(name)] = cell
    return plain


def _post(export: Export, cells: Mapping[str, str]) -> tuple[Post, Reading | None] | str:
    cells = _by_plain_name(cells)
    platform = _platform(cells)
    channel = first_of(cells, *_CHANNEL)
    is_publisher = platform in _OF_PUBLISHERS
    post = post_of(
        export,
        Mention(
            url=first_of(cells, *_URL),
            published=first_of(cells, *_DATE),
            text=joined_text(
                first_of(cells, *_TEXT), {"Transcription": first_of(cells, *_TRANSCRIPT)}
            ),
            title=first_of(cells, *_TITLE),
            person="" if is_publisher else channel,
            publisher=channel if is_publisher else "",
            platform=platform,
            native_id=identifier_of(first_of(cells, *_ID)),
            kind="post",
        ),
    )
    if isinstance(post, str):
        return post
    return post, _reading(export, post.id, cells)


def _reading(export: Export, post_id: str, cells: Mapping[str, str]) -> Reading | None:
    counters = {name: _number(cells, names) for name, names in _COUNTERS.items()}
    engagement = _number(cells, _ENGAGEMENT)
    if engagement is not None:
        # The total counts everything but views: what is neither a comment nor a share.
        engagement -= (counters["comments"] or 0) + (counters["shares"] or 0)
    return reading_of(export, post_id, **counters, reactions=engagement)


def _number(cells: Mapping[str, str], names: Iterable[str]) -> int | None:
    return number_of(first_of(cells, *names))


FORMAT = FileFormat(
    name="junkipedia",
    title="Junkipedia (CSV ou JSON)",
    recognises=recognises,
    clean=clean,
    read=read,
)
