"""Any other table, CSV, Excel or JSON, by a mapping of its columns that people saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from collectors.files import Cleaned, FileFormat, FileHead
from collectors.files.persons import author_of, is_sender_key, sender_key
from collectors.tables import Header, Row, has, has_header, read_rows, read_table
from collectors.tables.cleaning import cleaned_table
from collectors.tables.headers import PlaceColumns, is_about_a_person
from collectors.tables.links import platform_of_url, post_id_of_url, url_without_person
from collectors.tables.mapping import COLUMNS, CONSTANTS, OTHER_OPTIONS, REQUIRED, why_not
from collectors.tables.persons import address_without
from collectors.tables.values import day_first_of, hashed_id, identifier_of, moment_of, number_of
from collectors.tables.zones import zone_of
from veille.errors import SourceChanged
from veille.post import KINDS, Kind, Page, ParsedPage, Post, Reading
from veille.privacy import Privacy

_PLATFORM = "generic"
_COUNTERS = ("likes", "comments", "shares", "views")
# A shorter id may be a running number, which starts again in every file.
_MIN_OWN_ID_CHARS = 8


def _told(options: Mapping[str, object]) -> Mapping[str, object]:
    told = options.get("mapping")
    if not isinstance(told, Mapping) or any(not told.get(name) for name in REQUIRED):
        raise SourceChanged("il manque la correspondance des colonnes : text et published_at")
    if not told.keys() <= {*COLUMNS, *OTHER_OPTIONS}:
        raise SourceChanged("la correspondance des colonnes a un champ inconnu")
    return told


def _header_of(options: Mapping[str, object]) -> Header:
    """Whether a row has all columns of the mapping."""
    told = _told(options)
    return has(*(str(told[name]) for name in COLUMNS if told.get(name) and name not in CONSTANTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mapping:
    """Which column holds what; `constants` are values that hold for the whole file.

    `author_is_public` says that the authors are pages or organisations, whose names stay.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    details: tuple[str, ...]
    author_is_public: bool

    def is_kept(self, column: str) -> bool:
        return column in self.columns.values() or column in self.details

    def cell(self, name: str, cells: Mapping[str, str]) -> str:
        column = self.columns.get(name, "")
        return cells.get(column, "").strip() or self.constants.get(name, "")


def _mapping_of(options: Mapping[str, object], names: Sequence[str]) -> _Mapping:
    """The mapping for a file with these columns."""
    told = _told(options)
    columns = {name: str(told[name]) for name in COLUMNS if told.get(name)}
    constants = {
        name: columns.pop(name)
        for name in CONSTANTS
        if columns.get(name) not in names and name in columns
    }
    details = told.get("details")
    return _Mapping(
        columns=columns,
        constants=constants,
        details=tuple(map(str, details)) if isinstance(details, list | tuple) else (),
        author_is_public=told.get("author_is_public") in (True, "true", "1", "oui"),
    )


def recognises(head: FileHead) -> bool:
    """Whether a mapping is given and the table has all its columns."""
    try:
        return has_header(head.start, _header_of(head.options))
    except SourceChanged:
        return False


def clean(body: bytes, options: Mapping[str, object], privacy: Privacy) -> Cleaned:
    """Only the columns of the mapping, authors as keys, numbers and addresses masked."""
    header = _header_of(options)
    mapping = _mapping_of(options, read_table(body, header=header).columns)
    texts = {mapping.columns.get("text"), mapping.columns.get("title"), *mapping.details}
    return cleaned_table(
        body,
        header=header,
        text=texts.__contains__,
        dropped=lambda name: not mapping.is_kept(name) or _is_left_out(name, mapping),
        rewritten=None if mapping.author_is_public else partial(_private, mapping, privacy),
    )


def _private(mapping: _Mapping, privacy: Privacy, cells: Mapping[str, str]) -> dict[str, str]:
    """The author as a key, and the address without them."""
    author, url = mapping.columns.get("author", ""), mapping.columns.get("url", "")
    name, address = cells.get(author, ""), cells.get(url, "")
    persons = [name] if name and not is_sender_key(name) else []
    changed = {author: sender_key(name, platform=_PLATFORM, privacy=privacy)} if name else {}
    return changed | ({url: address_without(address, persons)} if address else {})


def _is_left_out(name: str, mapping: _Mapping) -> bool:
    return name in mapping.details and is_about_a_person(name)


def read(page: Page, privacy: Privacy) -> ParsedPage:
    """One row, one post."""
    table = read_table(page.body, header=_header_of(page.options))
    mapping = _mapping_of(page.options, table.columns)
    dates = mapping.columns["published_at"]
    day_first = day_first_of(row.cells.get(dates, "") for row in table if isinstance(row, Row))
    rows = _Rows(
        mapping=mapping,
        page=page,
        page_key=page.key,
        privacy=privacy,
        moment=partial(
            moment_of,
            day_first=True if day_first is None else day_first,
            zone=zone_of(page.options),
            latest=page.fetched_at,
        ),
        places=PlaceColumns.of((), *filter(None, [mapping.columns.get("place")])),
        ids_by_cell={},
    )
    return read_rows(table, rows.post, known=lambda _name: True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """What reading a row needs."""

    mapping: _Mapping
    page: Page
    page_key: str
    privacy: Privacy
    moment: Callable[[str], datetime]
    places: PlaceColumns
    ids_by_cell: dict[str, str]

    def post(self, cells: Mapping[str, str]) -> tuple[Post, Reading | None] | str:
        cell = partial(self.mapping.cell, cells=cells)
        text = cell("text")
        if not text:
            return "sans texte"
        url, moment = cell("url"), self.moment(cell("published_at"))
        platform = cell("platform").lower() or platform_of_url(url) or _PLATFORM
        post_id = self._id(cells, platform, moment)
        self.ids_by_cell[cell("id")] = post_id
        post = Post(
            id=post_id,
            platform=platform,
            source_id=self.page.source_id,
            page_key=self.page_key,
            kind=self._kind(cell("kind"), has_parent=bool(cell("parent_id"))),
            text=text,
            title=cell("title"),
            published_at=moment,
            collected_at=self.page.fetched_at,
            author=self._author(cell("author")),
            author_is_public=self.mapping.author_is_public and bool(cell("author")),
            url=url if self.mapping.author_is_public else url_without_person(url),
            parent_id=self._parent(cell("parent_id"), platform),
            places=self.places.places(cells),
            details={name: cells[name] for name in self.mapping.details if cells.get(name)},
        )
        return post, self._reading(post, cells)

    def _id(self, cells: Mapping[str, str], platform: str, moment: datetime) -> str:
        """The platform's own id where it can be no running number, else one made of the row."""
        own = identifier_of(self.mapping.cell("id", cells))
        if len(own) >= _MIN_OWN_ID_CHARS:
            return f"{platform}:{own}"
        by_url = post_id_of_url(self.mapping.cell("url", cells))
        text = self.mapping.cell("text", cells)
        return by_url or hashed_id(platform, own, moment.isoformat(), text)

    def _parent(self, cell: str, platform: str) -> str | None:
        """The id of the post that is answered, which an earlier row of the file may hold."""
        return self.ids_by_cell.get(cell, f"{platform}:{cell}") if cell else None

    def _kind(self, told: str, *, has_parent: bool) -> Kind:
        if told in KINDS:
            return told
        return "comment" if has_parent else "post"

    def _author(self, cell: str) -> str:
        if self.mapping.author_is_public:
            return cell
        return author_of(cell, platform=_PLATFORM, privacy=self.privacy)

    def _reading(self, post: Post, cells: Mapping[str, str]) -> Reading | None:
        counts = {name: number_of(self.mapping.cell(name, cells)) for name in _COUNTERS}
        if all(count is None for count in counts.values()):
            return None
        return Reading(post_id=post.id, read_at=post.collected_at, **counts)


FORMAT = FileFormat(
    name="generic",
    title="tableau avec correspondance des colonnes (CSV, Excel ou JSON)",
    recognises=recognises,
    clean=clean,
    read=read,
    by_mapping=True,
    why_not=why_not,
)
