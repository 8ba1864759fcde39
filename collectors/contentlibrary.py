"""Meta Content Library's export, as CSV or JSON.

Its ids are the library's own, longer than a spreadsheet can hold, and it gives no address: the
same post of another export has another id. `text` is only there when it was asked for. Views
that are missing are not told, never zero.
"""

from collections.abc import Mapping
from functools import partial

from collectors.files import Cleaned, FileFormat, FileHead
from collectors.tables import Table, has, has_header, read_rows, read_table
from collectors.tables.cleaning import cleaned_table
from collectors.tables.exports import (
    NO_TEXT,
    WITHHELD,
    Export,
    export_of,
    first_of,
    is_withheld,
    joined_text,
    reading_of,
)
from collectors.tables.persons import kept_key
from collectors.tables.values import identifier_of, number_of, rich_text
from veille.errors import FileRefused
from veille.post import Kind, Page, ParsedPage, Post, Reading
from veille.privacy import Privacy

_TEXTS = ("text", "image_text", "link_attributes.caption", "link_attributes.description")
_KNOWN = frozenset(
    (
        "id", "creation_time", "modified_time", "is_branded_content", "content_type",
        *_TEXTS, "lang", "link_url", "link_attributes.link", "link_attributes.name", "is_reshare",
        "shared_post_id", "parent_id", "post_id", "location.country", "hashtags", "match_type",
        "mcl_url", "call_to_action", "transcription", "is_verified",
    )
)  # fmt: skip
_FAMILIES = ("statistics.", "post_owner.", "surface.", "multimedia", "location.", "owner.")
_HEADER = has("id", "creation_time", "content_type", "post_owner.type", "post_owner.name")
_PUBLIC_OWNERS = frozenset({"page", "group", "event", "channel"})
_PLATFORMS = ("instagram", "whatsapp")


def _recognises(head: FileHead) -> bool:
    return has_header(head.start, _HEADER)


def _clean(body: bytes, _options: Mapping[str, object], privacy: Privacy) -> Cleaned:
    _table(body)
    return cleaned_table(
        body, header=_HEADER, text=_TEXTS.__contains__, rewritten=partial(_private, privacy)
    )


def _private(privacy: Privacy, cells: Mapping[str, str]) -> dict[str, str]:
    """Owners and surfaces that are not told to be public: a key, and nothing else of them."""
    owner = cells["post_owner.type"]
    kinds = {"post_owner.": owner, "owner.": owner, "surface.": _surface(cells) or owner}
    changed: dict[str, str] = {}
    for family, kind in kinds.items():
        if not _is_public(kind):
            changed |= _without_owner(cells, family, _platform(cells), privacy)
    return changed


def _without_owner(
    cells: Mapping[str, str], family: str, platform: str, privacy: Privacy
) -> dict[str, str]:
    about = [name for name in cells if name.startswith(family) and not name.endswith(".type")]
    changed = dict.fromkeys(filter(cells.get, about), "")
    for name in (f"{family}id", f"{family}name"):
        try:
            told = identifier_of(cells.get(name, ""))
        except ValueError:  # rounded by a spreadsheet: reading refuses it, and it is nobody's
            return changed | {name: cells[name]}
        if told:
            return changed | {name: kept_key(told, platform=platform, privacy=privacy)}
    return changed


def _is_public(kind: str) -> bool:
    return kind.strip().lower().rpartition("_")[2] in _PUBLIC_OWNERS


def _surface(cells: Mapping[str, str]) -> str:
    return cells.get("surface.type", "").lower()


def _platform(cells: Mapping[str, str]) -> str:
    return next((name for name in _PLATFORMS if _surface(cells).startswith(name)), "facebook")


def _read(page: Page, privacy: Privacy) -> ParsedPage:
    table = _table(page.body)
    export = export_of(page, privacy, table=table, dates="creation_time")
    return read_rows(table, partial(_post, export), known=_is_known)


def _table(body: bytes) -> Table:
    table = read_table(body, header=_HEADER)
    if "text" not in table.columns:
        raise FileRefused(
            "export de la Meta Content Library sans les textes : refaites l'export en cochant"
            " le champ « text » (il n'est pas dans la sélection par défaut)"
        )
    return table


def _is_known(name: str) -> bool:
    return name in _KNOWN or name.startswith(_FAMILIES)


def _post(export: Export, cells: Mapping[str, str]) -> tuple[Post, Reading | None] | str:
    text = joined_text(
        rich_text(cells.get("text", "")),
        {
            "Texte de l'image": rich_text(cells.get("image_text", "")),
            "Titre du lien": cells.get("link_attributes.name", ""),
            "Description": cells.get("link_attributes.description", ""),
        },
    )
    if not text:
        return NO_TEXT
    if is_withheld(text):
        return WITHHELD
    library_id = identifier_of(cells["id"])
    if not library_id:
        raise ValueError("identifiant absent")
    platform = _platform(cells)
    parent = identifier_of(first_of(cells, "parent_id", "post_id"))
    parent_id = f"{platform}:mcl{parent}" if parent else None
    author, is_public = _author(export, platform, cells)
    post = Post(
        id=f"{platform}:mcl{library_id}",
        platform=platform,
        source_id=export.source_id,
        page_key=export.page_key,
        kind=_kind(_surface(cells), cells, parent_id),
        text=text,
        published_at=export.moment(cells["creation_time"]),
        collected_at=export.fetched_at,
        author=author,
        author_is_public=is_public,
        parent_id=parent_id,
        thread_id=parent_id,
        details=_details(cells),
    )
    return post, _reading(export, post.id, cells)


def _author(export: Export, platform: str, cells: Mapping[str, str]) -> tuple[str, bool]:
    """A page or group by its name; a profile, and whatever is not known to be public, as a key."""
    if _is_public(cells["post_owner.type"]):
        return cells["post_owner.name"].strip(), True
    owner = identifier_of(cells.get("post_owner.id", "")) or cells["post_owner.name"]
    return export.author_key(platform, owner), False


def _kind(surface: str, cells: Mapping[str, str], parent_id: str | None) -> Kind:
    if parent_id or cells.get("content_type", "").lower() == "comment":
        return "comment"
    return "message" if surface.endswith("channel") else "post"


def _details(cells: Mapping[str, str]) -> dict[str, str]:
    link = first_of(cells, "link_url", "link_attributes.link")
    return {"Lien partagé": link} if link else {}


def _reading(export: Export, post_id: str, cells: Mapping[str, str]) -> Reading | None:
    def counter(name: str) -> int | None:
        return number_of(cells.get(f"statistics.{name}", ""))

    return reading_of(
        export,
        post_id,
        likes=counter("like_count"),
        comments=counter("comment_count"),
        shares=counter("share_count"),
        views=counter("views"),
        reactions=counter("reaction_count"),
    )


FORMAT = FileFormat(
    name="contentlibrary",
    title="Meta Content Library (CSV ou JSON)",
    recognises=_recognises,
    clean=_clean,
    read=_read,
)
