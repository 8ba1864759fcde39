"""What the exports of platforms and listening tools have in common: one row becomes one post."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from collectors.tables import Row, Table
from collectors.tables.links import (
    parent_id_of_url,
    platform_of_url,
    post_id_of_url,
    url_without_person,
)
from collectors.tables.persons import address_without, person_key
from collectors.tables.values import day_first_of, hashed_id, moment_of, number_of
from collectors.tables.zones import zone_of
from veille.post import Kind, Page, Post, Reading
from veille.privacy import Privacy

NO_TEXT = "sans texte"
WITHHELD = "texte retiré ou retenu par la plateforme"
_WITHHELD = re.compile(
    r"(?:\[(?:deleted|removed|supprimé)\]|content withheld.*"
    r"|this (?:content|post|tweet) (?:isn['’]t|is no longer|is not) available.*"
    r"|ce (?:contenu|post) n['’]est (?:pas|plus) disponible.*)",
    re.IGNORECASE | re.DOTALL,
)
_WITHHELD_CHARS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What all rows of one file share.

    Options of the source: `zone`, where times without a zone are meant (Bamako), and `day_first`,
    for dates such as 03/04/2026 that nothing else decides.
    """

    source_id: str
    page_key: str
    fetched_at: datetime
    privacy: Privacy
    zone: tzinfo
    day_first: bool | None

    def moment(self, cell: str) -> datetime:
        return moment_of(cell, day_first=self.day_first, zone=self.zone, latest=self.fetched_at)

    def author_key(self, platform: str, name: str) -> str:
        return person_key(name, platform=platform, privacy=self.privacy)


def export_of(page: Page, privacy: Privacy, *, table: Table, dates: str = "") -> Export:
    """What all rows of `page` share; `dates` is the column whose dates tell their order."""
    chosen = page.options.get("day_first")
    day_first = chosen if isinstance(chosen, bool) else day_first_of(_cells(table, dates))
    return Export(
        source_id=page.source_id,
        page_key=page.key,
        fetched_at=page.fetched_at,
        privacy=privacy,
        zone=zone_of(page.options),
        day_first=day_first,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One row of a listening tool: cells as they stand.

    `person` is who wrote it, `publisher` the media or page in whose name: only the latter stays
    readable. `native_id` is the platform's own id where the address does not tell it; `parent_url`
    is what a comment answers.
    """

    url: str
    published: str
    text: str
    title: str = ""
    person: str = ""
    publisher: str = ""
    platform: str = ""
    native_id: str = ""
    parent_url: str = ""
    kind: Kind | None = None


def post_of(export: Export, mention: Mention) -> Post | str:
    """The post a mention tells, or in French why it is none. Raises `ValueError`, in French.

    On the open web a mention is an article unless it says otherwise; X withholds texts from
    listening tools, so that a post of X without one is withheld, not empty.
    """
    platform = mention.platform or platform_of_url(mention.url) or "web"
    if is_withheld(mention.text) or (platform == "x" and not mention.text):
        return WITHHELD
    if not mention.text and not mention.title:
        return NO_TEXT
    parent_id = (
        post_id_of_url(mention.parent_url) if mention.parent_url else parent_id_of_url(mention.url)
    )
    url = mention.url if mention.publisher else address_without(mention.url, [mention.person])
    return Post(
        id=_id(platform, url, mention),
        platform=platform,
        source_id=export.source_id,
        page_key=export.page_key,
        kind=mention.kind or _kind(platform, parent_id),
        text=mention.text or mention.title,
        title=mention.title if mention.text else "",
        published_at=export.moment(mention.published),
        collected_at=export.fetched_at,
        author=mention.publisher or export.author_key(platform, mention.person),
        author_is_public=bool(mention.publisher),
        url=url if mention.publisher else url_without_person(url),
        parent_id=parent_id,
        thread_id=parent_id,
    )


def _id(platform: str, url: str, mention: Mention) -> str:
    by_url = post_id_of_url(url)
    if by_url and by_url.startswith(f"{platform}:"):
        return by_url
    if mention.native_id:
        return f"{platform}:{mention.native_id}"
    return hashed_id(platform, url, mention.published, mention.title, mention.text)


def _kind(platform: str, parent_id: str | None) -> Kind:
    if parent_id:
        return "comment"
    return "article" if platform == "web" else "post"


def joined_text(text: str, others: Mapping[str, str]) -> str:
    """A post's own words, then each other text under its name in square brackets.

    "[Texte de l'image] …" stays told apart from what the author wrote; a text already there is
    not repeated.
    """
    pieces = [text.strip()]
    for name, other in others.items():
        plain = other.strip()
        if plain and not any(plain in piece for piece in pieces):
            pieces.append(f"[{name}] {plain}")
    return "\n\n".join(piece for piece in pieces if piece)


def is_withheld(text: str) -> bool:
    """Whether this is the notice a platform shows in place of a post it does not show."""
    return len(text) <= _WITHHELD_CHARS and _WITHHELD.fullmatch(text.strip()) is not None


def total_of(cells: Mapping[str, str], names: Iterable[str]) -> int | None:
    """The sum of those counters that are told; None when none is."""
    counts = [number_of(cells.get(name, "")) for name in names]
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def first_of(cells: Mapping[str, str], *names: str) -> str:
    """The first of these cells that is not blank, without blanks around it."""
    return next((plain for name in names if (plain := cells.get(name, "").strip())), "")


def reading_of(export: Export, post_id: str, **counters: int | None) -> Reading | None:
    """The counters when the file came; None when the export tells none of them."""
    if all(count is None for count in counters.values()):
        return None
    return Reading(post_id=post_id, read_at=export.fetched_at, **counters)


def _cells(table: Table, name: str) -> Iterable[str]:
    if name not in table.columns:
        return ()
    return (row.cells.get(name, "") for row in table if isinstance(row, Row))
