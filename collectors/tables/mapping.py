"""Which column of an unknown table is the text, the date, the author: a proposal for people."""

from collections.abc import Sequence
from itertools import islice

from collectors.tables import Row, read_table
from collectors.tables.headers import words_of
from collectors.tables.values import moment_of

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
