"""The rows of an Excel workbook, as text; what is not a safe, open .xlsx is refused in French."""

import warnings
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from functools import partial
from io import BytesIO
from itertools import islice
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from veille.errors import FileRefused

_Values = Callable[[], Iterator[Sequence[object]]]

_ZIP_MAGIC = b"PK"
_OLD_OFFICE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_MAX_UNPACKED_BYTES = 500_000_000
# Sheets of real posts pack 8 to 25 times; a bomb packs a thousand times.
_MAX_RATIO, _RATIO_FROM_BYTES = 150, 20_000_000
_HEAD_ROWS = 60
_MAX_ROWS = 1_048_576
_EXACT_FLOAT = 2.0**53
_BROKEN = (
    BadZipFile, ParseError, zlib.error, KeyError, ValueError, TypeError, IndexError,
    AttributeError, EOFError, NotImplementedError, OSError,
)  # fmt: skip


def is_workbook(body: bytes) -> bool:
    """Whether these bytes look like an office file, readable or not."""
    return body.startswith((_ZIP_MAGIC, _OLD_OFFICE_MAGIC))


def sheet_of(
    body: bytes, header: Callable[[Sequence[str]], bool]
) -> tuple[int, Callable[[], Iterator[tuple[int, list[str]]]]] | None:
    """The number of the header row, and the numbered rows of the first sheet that has one.

    None when no sheet has one. Raises `FileRefused` on an old, locked, damaged or dangerous
    workbook.
    """
    _check(body)
    for values in _sheets(body):
        for line, cells in islice(_rows(values), _HEAD_ROWS):
            if header(cells):
                return line, partial(_rows, values)
    return None


def _check(body: bytes) -> None:
    """Refuse before anything is unpacked: the archive's directory tells the sizes."""
    if body.startswith(_OLD_OFFICE_MAGIC):
        raise FileRefused(
            "classeur protégé par un mot de passe : ouvrez-le, ôtez le mot de passe, enregistrez"
            if _LOCKED in body
            else "ancien format Excel (.xls) : ouvrez-le et enregistrez-le en .xlsx ou en CSV"
        )
    try:
        entries = ZipFile(BytesIO(body)).infolist()
    except _BROKEN as error:
        raise FileRefused("classeur coupé ou abîmé : copiez-le à nouveau") from error
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        kind = "classeur LibreOffice (.ods)" if "content.xml" in names else "archive"
        raise FileRefused(f"{kind}, pas un classeur Excel : enregistrez-le en .xlsx ou en CSV")
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileRefused("classeur protégé par un mot de passe : ôtez-le et enregistrez")
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > _MAX_UNPACKED_BYTES or (
        unpacked > _RATIO_FROM_BYTES and unpacked > _MAX_RATIO * len(body)
    ):
        raise FileRefused(
            f"classeur piégé ou trop grand : {unpacked // 10**6} Mo une fois ouvert ;"
            " enregistrez-le en CSV"
        )


def _sheets(body: bytes) -> list[_Values]:
    """Each sheet as rows that can be read again and again."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            sheets = load_workbook(BytesIO(body), read_only=True, data_only=True).worksheets
        except _BROKEN as error:
            raise FileRefused("classeur abîmé : ouvrez-le et enregistrez-le à nouveau") from error
    for sheet in sheets:
        sheet.reset_dimensions()
    return [partial(sheet.iter_rows, values_only=True) for sheet in sheets]


def _rows(values: _Values) -> Iterator[tuple[int, list[str]]]:
    # A sheet may claim rows without end: Excel itself stops at _MAX_ROWS.
    rows = islice(values(), _MAX_ROWS)
    line = 0
    while True:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                cells = next(rows, None)
            except _BROKEN as error:
                raise FileRefused(f"classeur abîmé après la ligne {line}") from error
        if cells is None:
            return
        line += 1
        yield line, [_text(cell) for cell in cells]


def _text(cell: object) -> str:
    """A cell as a person reads it; a float too big to be exact stays visibly rounded."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if abs(cell) >= _EXACT_FLOAT:
            return f"{cell:E}"
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)
