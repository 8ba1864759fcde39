"""The rows of a CSV file whatever its encoding; a broken row costs itself and no other."""

import csv
from collections import deque
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from typing import NamedTuple

_UTF8_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_LOOK_BYTES = 4096
# ASCII in UTF-16 has a zero in every second byte; a text with a few stray zeros has not.
_WIDE_SHARE = 0.3


class Cells(NamedTuple):
    """One row as it stands: its first line, its cells; with a `fault`, the raw text as a cell."""

    line: int
    cells: list[str]
    fault: str = ""


def lines_of(body: bytes) -> Iterator[str]:
    """The lines of a text with their ends, decoded one by one.

    UTF-16 is known by its mark or its zeros. Else every byte that is not UTF-8 is read as
    Windows-1252, so that a file put together from both loses no row. NUL bytes are left out.
    """
    wide = _wide_encoding(body[:_LOOK_BYTES])
    if wide:
        for line in TextIOWrapper(BytesIO(body), wide, errors="replace", newline="\n"):
            yield line.lstrip("\ufeff").replace("\0", "")
        return
    head = body[:_LOOK_BYTES]
    stream = BytesIO(body.replace(b"\r", b"\n") if b"\r" in head and b"\n" not in head else body)
    stream.seek(len(_UTF8_MARK) if body.startswith(_UTF8_MARK) else 0)
    yield from map(_decoded, stream)


def rows_of(body: bytes, separator: str) -> Iterator[Cells]:
    """Every row, empty ones too.

    A quote that is never closed would swallow the rows below it: the row it stands in is
    given back as faulty, and the next line is read as a row of its own.
    """
    lines = _Lines(lines_of(body))
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        first = lines.count + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield _alone(first, lines.give_back(), separator)
        else:
            yield Cells(first, cells)
        lines.taken.clear()


class _Lines:
    """Lines for one reader, which may give back those it has read too far."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        self.count += 1
        return line

    def give_back(self) -> str:
        """Keep the first line of the row being read, and read the others again."""
        first, *others = self.taken
        self._again.extendleft(reversed(others))
        self.count -= len(others)
        return first


def _alone(line: int, text: str, separator: str) -> Cells:
    """A line outside the rules of CSV: read loosely when its quotes are at least in pairs."""
    if text.count('"') % 2 == 0:
        try:
            return Cells(line, next(csv.reader([text], delimiter=separator)))
        except csv.Error:
            return Cells(line, [text], "cellule trop longue")
    return Cells(line, [text], "guillemet jamais fermé, ou ligne coupée")


def _wide_encoding(head: bytes) -> str:
    for mark, name in _WIDE_MARKS.items():
        if head.startswith(mark):
            return name
    if head[1::2].count(0) > _WIDE_SHARE * len(head) / 2:
        return "utf-16-le"
    return "utf-16-be" if head[0::2].count(0) > _WIDE_SHARE * len(head) / 2 else ""


def _decoded(line: bytes) -> str:
    if b"\0" in line:
        line = line.replace(b"\0", b"")
    if line.find(b"\r", 0, -2) >= 0:  # a lone CR inside a row ends it for the csv module
        line = line[:-2].replace(b"\r", b" ") + line[-2:]
    try:
        return line.decode()
    except UnicodeDecodeError:
        return _pieced(line)


def _pieced(line: bytes) -> str:
    """UTF-8 where it is, Windows-1252 for each byte that is not."""
    pieces = []
    while line:
        try:
            pieces.append(line.decode())
            break
        except UnicodeDecodeError as error:
            pieces.append(line[: error.start].decode())
            pieces.append(line[error.start : error.end].decode("cp1252", "replace"))
            line = line[error.end :]
    return "".join(pieces)
