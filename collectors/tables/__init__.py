"""Any table an export comes as: CSV of every kind, Excel, JSON. Read row by row, cells as text."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import NamedTuple

from collectors.tables.csvlines import Cells, lines_of, rows_of
from collectors.tables.jsontables import items_of
from collectors.tables.sheets import is_workbook, sheet_of
from veille.errors import FileRefused, SourceChanged
from veille.post import ParsedPage, Post, Reading, Reject
from veille.privacy import masked

Header = Callable[[Sequence[str]], bool]

_SEPARATORS = (",", ";", "\t", "|")
_HEAD_BYTES = 65_536
_HEAD_ROWS = 60
_ITEM_CHARS = 300


class Row(NamedTuple):
    """One row: the line of the file it begins on, and its cells by column name."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Column names in their order, and the rows below them.

    Iterating reads the bytes again each time and holds one row at a time. A row that cannot be
    read is a Reject; empty rows are left out. A name that comes twice is followed by " (2)".
    """

    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row | Reject]]

    def __iter__(self) -> Iterator[Row | Reject]:
        return self.rows()


def has(*names: str) -> Header:
    """Says of a row whether it holds all these column names."""
    return frozenset(names).issubset


def has_header(start: bytes, header: Header) -> bool:
    """Whether a file that begins with `start` has a row that pleases `header`. Never raises."""
    try:
        read_table(start, header=header)
    except (FileRefused, SourceChanged):
        return False
    return True


def read_table(body: bytes, *, header: Header) -> Table:
    """The table in these bytes, from the row that `header` takes for the column names.

    Encoding and separator are found; what stands before the column names is passed over.
    Raises `SourceChanged` when no row pleases `header`, `FileRefused` on a workbook that
    must not or cannot be opened.
    """
    if is_workbook(body):
        return _sheet_table(body, header)
    start = body[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")
    if not start:
        raise SourceChanged("fichier vide")
    if start.startswith((b"{", b"[")):
        return _json_table(body, header)
    if start.startswith(b"<"):
        raise SourceChanged("page web ou XML enregistré sous un autre nom, pas un tableau")
    return _text_table(body, header)


def read_rows(
    table: Table,
    read_row: Callable[[Mapping[str, str]], tuple[Post, Reading | None] | str],
    *,
    known: Callable[[str], bool],
) -> ParsedPage:
    """Every row as a post, a reject or an ignored row.

    `read_row` gives a post with its reading, or in French why the row is none; its `ValueError`
    becomes a Reject with the line. A row that repeats an id is ignored. Columns that are not
    `known` are told.
    """
    posts: dict[str, Post] = {}
    readings: list[Reading] = []
    rejects: list[Reject] = []
    ignored: Counter[str] = Counter()
    for row in table:
        found = row if isinstance(row, Reject) else _found(row, read_row)
        if isinstance(found, Reject):
            rejects.append(found)
            continue
        if isinstance(found, str) or found[0].id in posts:
            ignored[found if isinstance(found, str) else "doublon dans le fichier"] += 1
            continue
        post, reading = found
        posts[post.id] = post
        if reading is not None:
            readings.append(reading)
    unknown = frozenset(name for name in table.columns if not known(name))
    return ParsedPage(
        posts=list(posts.values()),
        readings=readings,
        rejects=rejects,
        ignored=ignored,
        unknown_fields=unknown,
    )


def _found(
    row: Row, read_row: Callable[[Mapping[str, str]], tuple[Post, Reading | None] | str]
) -> tuple[Post, Reading | None] | str | Reject:
    try:
        return read_row(row.cells)
    except ValueError as error:
        return Reject(where=f"ligne {row.line}", reason=str(error), item=_shown(row.cells.values()))


def _text_table(body: bytes, header: Header) -> Table:
    """The separator is the one that gives the widest, then the first row that pleases `header`."""
    found: list[tuple[int, int, str, tuple[str, ...]]] = []
    for separator in _SEPARATORS:
        for line, cells, fault in islice(rows_of(body[:_HEAD_BYTES], separator), _HEAD_ROWS):
            columns = _columns(cells)
            if not fault and header(columns):
                found.append((len(columns), line, separator, columns))
                break
    if not found:
        raise SourceChanged("aucune ligne ne porte les noms de colonnes attendus")
    _, line, separator, columns = max(found, key=lambda row: (row[0], -row[1]))
    return _table(columns, partial(rows_of, body, separator), line)


def _sheet_table(body: bytes, header: Header) -> Table:
    found = sheet_of(body, lambda cells: header(_columns(cells)))
    if found is None:
        raise SourceChanged("aucune feuille ne porte les noms de colonnes attendus")
    header_line, sheet_rows = found
    names = next(cells for line, cells in sheet_rows() if line == header_line)
    columns = _columns(names)

    def rows() -> Iterator[Cells]:
        for line, cells in sheet_rows():
            yield Cells(line, cells + [""] * (len(columns) - len(cells)))

    return _table(columns, rows, header_line)


def _json_table(body: bytes, header: Header) -> Table:
    found = items_of("".join(lines_of(body)), header)
    if found is None:
        raise SourceChanged("JSON sans les champs attendus")
    columns, items = found

    def rows() -> Iterator[Row | Reject]:
        for item in items():
            if isinstance(item, Reject):
                yield item
            else:
                yield Row(item[0], dict.fromkeys(columns, "") | item[1])

    return Table(columns=columns, rows=rows)


def _columns(cells: Sequence[str]) -> tuple[str, ...]:
    """Names without blanks around them, each once; empty ones at the end are left out."""
    names = [cell.strip("\ufeff \t\r\n\xa0") for cell in cells]
    while names and not names[-1]:
        names.pop()
    seen: Counter[str] = Counter()
    columns = []
    for place, given in enumerate(names, 1):
        name = given or f"colonne {place}"
        seen[name] += 1
        columns.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(columns)


def _table(columns: tuple[str, ...], grid: Callable[[], Iterator[Cells]], after: int) -> Table:
    width = len(columns)

    def rows() -> Iterator[Row | Reject]:
        for line, cells, fault in grid():
            if line <= after or not any(cells):
                continue
            if len(cells) == width and not fault:
                yield Row(line, dict(zip(columns, cells, strict=False)))
            elif any(cell.strip() for cell in cells):
                yield _ragged(line, cells, fault, columns)

    return Table(columns=columns, rows=rows)


def _ragged(line: int, cells: list[str], fault: str, columns: Sequence[str]) -> Row | Reject:
    """A row that is too long or too short; blanks beyond the last column are no fault."""
    width = len(columns)
    if not fault and len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return Row(line, dict(zip(columns, cells[:width], strict=True)))
    reason = fault or f"{len(cells)} cellule(s) pour {width} colonnes : ligne coupée ou décalée"
    return Reject(where=f"ligne {line}", reason=reason, item=_shown(cells))


def _shown(cells: Iterable[str]) -> str:
    """The beginning of a row, for whoever mends the file; numbers and addresses are masked."""
    return masked(" | ".join(filter(None, cells)))[:_ITEM_CHARS]
