"""Private data out of a table before it is archived: rows and line numbers stay in place."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO, TextIOWrapper

from collectors.files import Cleaned
from collectors.tables import Header, Row, read_table
from veille.post import Reject
from veille.privacy import is_military, masked

MASKED = "numéros et adresses masqués"
MILITARY = "contenu militaire écarté"
_MASKS = ("[téléphone]", "[courriel]")
UNREADABLE = "lignes illisibles retirées"
_UNREADABLE = "[ligne illisible, retirée]"

Columns = Callable[[str], bool]
Rewrite = Callable[[Mapping[str, str]], Mapping[str, str]]


def no_column(_name: str) -> bool:
    return False


def each(columns: Iterable[str], rule: Callable[[str], str]) -> Rewrite:
    """Rewrites each of these columns by itself."""
    names = tuple(columns)

    def rewritten(cells: Mapping[str, str]) -> dict[str, str]:
        return {name: rule(cells[name]) for name in names if cells.get(name)}

    return rewritten


def cleaned_table(
    body: bytes,
    *,
    header: Header,
    text: Columns,
    dropped: Columns = no_column,
    rewritten: Rewrite | None = None,
) -> Cleaned:
    """The table without private data; the very same bytes when nothing had to go.

    Numbers and addresses are masked in `text` columns, and rows whose text tells of military
    matters are left out. `dropped` columns go whole; `rewritten` sees a row and gives the cells
    that become something else, and must leave its own results as they are. What changed comes
    as UTF-8 CSV, each row on the line it had; where cells are dropped or rewritten, a row that
    cannot be read goes, for nobody knows which cell holds what.
    Raises what `read_table` raises.
    """
    table = read_table(body, header=header)
    columns = [name for name in table.columns if not dropped(name)]
    is_private = rewritten is not None or len(columns) < len(table.columns)
    texts = [name for name in columns if text(name)]
    removed: Counter[str] = Counter()
    packed = BytesIO()
    with TextIOWrapper(packed, "utf-8", errors="replace", newline="") as out:
        lines = _Lines(out, columns)
        for row in table:
            if isinstance(row, Reject):
                lines.add(_line_of(row), [_cleaned_reject(row, removed, is_private=is_private)])
                continue
            _count_dropped(row, table.columns, columns, removed)
            if is_military("\n".join(row.cells.get(name, "") for name in texts)):
                removed[MILITARY] += 1
                continue
            lines.add(row.line, _cleaned_row(row, columns, texts, rewritten, removed))
        out.flush()
        changed = packed.getvalue() if +removed else body
    return Cleaned(body=changed, removed=dict(+removed))


class _Lines:
    """A CSV file in which each row stands on its own line number, with blank lines between."""

    def __init__(self, out: TextIOWrapper, columns: Sequence[str]) -> None:
        self._out, self._next = out, 1
        self._writer = csv.writer(out)
        self.add(1, columns)

    def add(self, line: int, cells: Sequence[str]) -> None:
        if line > self._next:
            self._out.write("\r\n" * (line - self._next))
            self._next = line
        self._writer.writerow(cells)
        self._next += 1 + "".join(cells).count("\n")


def _cleaned_row(
    row: Row,
    columns: Sequence[str],
    texts: Sequence[str],
    rewritten: Rewrite | None,
    removed: Counter[str],
) -> list[str]:
    cells = row.cells
    for name in texts:
        if cells.get(name):
            cells[name] = _cleaned_cell(cells[name], removed)
    for name, cell in rewritten(cells).items() if rewritten else ():
        if cell != cells[name]:
            cells[name] = cell
            removed[f"« {name} » {'remplacé' if cell else 'retiré'}"] += 1
    return [cells.get(name, "") for name in columns]


def _cleaned_reject(reject: Reject, removed: Counter[str], *, is_private: bool) -> str:
    if not is_private:
        return _cleaned_cell(reject.item, removed)
    removed[UNREADABLE] += reject.item.strip() != _UNREADABLE
    return _UNREADABLE


def _cleaned_cell(cell: str, removed: Counter[str]) -> str:
    hidden = masked(cell)
    if hidden != cell:
        removed[MASKED] += sum(hidden.count(mask) - cell.count(mask) for mask in _MASKS)
    return hidden


def _count_dropped(
    row: Row, columns: Sequence[str], kept: Sequence[str], removed: Counter[str]
) -> None:
    if len(columns) == len(kept):
        return
    for name in columns:
        if name not in kept and row.cells.get(name):
            removed[f"« {name} » retiré"] += 1


def _line_of(reject: Reject) -> int:
    digits = reject.where.rpartition(" ")[2]
    return int(digits) if digits.isdecimal() else 0
