"""Which column of an unknown table is the text, the date, the author: proposed, or asked for."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from collectors.files import FileHead
from collectors.tables import Row, read_table
from collectors.tables.headers import words_of
from collectors.tables.values import moment_of
from veille.errors import FileRefused, SourceChanged
from veille.privacy import masked

# What a mapping may say: which column holds it. `kind` and `platform` may also be the value.
COLUMNS = (
    "text", "published_at", "title", "author", "url", "id", "kind", "platform", "place",
    "parent_id", "lang", "likes", "comments", "shares", "views",
)  # fmt: skip
REQUIRED = ("text", "published_at")
CONSTANTS = ("kind", "platform")
OTHER_OPTIONS = ("details", "author_is_public")
_HOW_TO_MAP = (
    "dites lesquelles sont le texte et la date :"
    " veille import FICHIER --map text=COLONNE --map published_at=COLONNE"
)
_WORDS_BY_NAME = {
    "text": ("message", "texte", "text", "contenu", "content", "publication", "commentaire",
             "body", "description", "verbatim"),
    "published_at": ("date", "published", "publie", "created", "time", "timestamp", "horodatage",
                     "heure", "jour"),
    "url": ("url", "lien", "link", "permalink", "adresse"),
    "author": ("auteur", "author", "compte", "account", "user", "utilisateur", "page", "nom",
               "from", "name"),
    "title": ("titre", "title", "headline", "objet"),
    "parent_id": ("parent", "reponse", "reply"),
    "id": ("id", "identifiant", "uuid", "ref", "reference"),
    "place": ("cercle", "region", "commune", "lieu", "localite", "place", "ville", "location"),
    "lang": ("langue", "lang", "language"),
    "likes": ("likes", "jaime"),
    "comments": ("comments", "commentaires"),
    "shares": ("shares", "partages"),
    "views": ("views", "vues"),
}  # fmt: skip
_MIN_TEXT_CHARS = 20
_ROWS_LOOKED_AT = 50
_MAX_HEADING_CHARS = 60


def guess_mapping(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """A mapping to propose, by French and English column names, then by what the cells hold.

    It may lack `text` or `published_at` where nothing looks like one.
    """
    free = dict.fromkeys(header)
    mapping: dict[str, str] = {}
    for name, words in _WORDS_BY_NAME.items():
        found = next((c for word in words for c in free if word in words_of(c)), None)
        if found is not None:
            mapping[name] = found
            del free[found]
    cells = {name: [row[at] for row in rows if at < len(row)] for at, name in enumerate(header)}
    for name, is_likely in (("published_at", _is_moment), ("text", _is_long)):
        likely = [column for column in free if cells[column] and all(map(is_likely, cells[column]))]
        if name not in mapping and likely:
            mapping[name] = max(likely, key=lambda column: len("".join(cells[column])))
            del free[mapping[name]]
    return mapping


def _is_moment(cell: str) -> bool:
    try:
        moment_of(cell, day_first=True)
    except ValueError:
        return False
    return not cell.isdecimal()


def _is_long(cell: str) -> bool:
    return len(cell) >= _MIN_TEXT_CHARS and " " in cell


def proposed_mapping(body: bytes) -> dict[str, str]:
    """What `guess_mapping` says of a table, from its first rows.

    Raises `SourceChanged` when these bytes are no table, `FileRefused` on a bad workbook.
    """
    table = read_table(body, header=_is_any_header)
    rows = [row for row in islice(table, _ROWS_LOOKED_AT) if isinstance(row, Row)]
    return guess_mapping(table.columns, [list(row.cells.values()) for row in rows])


def _is_any_header(names: Sequence[str]) -> bool:
    return sum(bool(name.strip()) for name in names) > 1


def why_not(head: FileHead) -> str:
    """What a table lacks to be read: which columns it has, and what the mapping asks."""
    seen, told = _columns_of(head.start), head.options.get("mapping")
    columns = _quoted(seen) or "aucune reconnue"
    if not isinstance(told, Mapping) or not told:
        return f"colonnes vues : {columns} ; {_HOW_TO_MAP}" if seen else ""
    unknown = [name for name in told if name not in (*COLUMNS, *OTHER_OPTIONS)]
    absent = [name for name in REQUIRED if not told.get(name)]
    asked = {name: str(told[name]) for name in COLUMNS if told.get(name)}
    missing = [c for name, c in asked.items() if name not in CONSTANTS and c not in seen]
    reasons = {
        f"champ inconnu : {_quoted(unknown)} (champs possibles : {', '.join(COLUMNS)})": unknown,
        f"champ à dire aussi : {_quoted(absent)}": absent,
        f"colonne absente : {_quoted(missing)}": missing and seen,
        f"colonnes demandées : {_quoted(asked.values())}": missing and not seen,
    }
    return " ; ".join(
        [*(reason for reason, holds in reasons.items() if holds), f"colonnes vues : {columns}"]
    )


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"« {name} »" for name in names)


def _columns_of(start: bytes) -> tuple[str, ...]:
    """The column names of a table that begins with `start`; none where they may be no names.

    A file without column names, or of another kind, begins with what somebody wrote: only what
    looks like headings above rows of the same width is told. Never raises.
    """
    try:
        table = read_table(start, header=_is_any_header)
        rows = list(islice(table, _ROWS_LOOKED_AT))
    except (FileRefused, SourceChanged):
        return ()
    is_table = all(isinstance(row, Row) for row in rows[: _ROWS_LOOKED_AT // 2])
    return table.columns if is_table and all(map(_is_heading, table.columns)) else ()


def _is_heading(name: str) -> bool:
    has_letter = any(map(str.isalpha, name))
    return has_letter and len(name) <= _MAX_HEADING_CHARS and masked(name) == name
