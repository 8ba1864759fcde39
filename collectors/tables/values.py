"""What a cell says: a number, an identifier, a moment, a post's address. Strict, never fuzzy."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from hashlib import sha256

_NOT_TOLD = frozenset({"", "-", "--", "–", "—", "n/a", "na", "nan", "none", "null", "nd", "#n/a"})
_SPACES = re.compile(r"[\s'’]+")
_THOUSANDS = re.compile(r"(\d{1,3}([.,])\d{3}(?:\2\d{3})*)(?:(?!\2)[.,]0+)?")
_SHORT = re.compile(r"(\d+)(?:[.,](\d+))?(k|m|md|mrd|b)?", re.IGNORECASE)
_TIMES = {"k": 10**3, "m": 10**6, "md": 10**9, "mrd": 10**9, "b": 10**9}
_SCIENTIFIC = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_AS_FORMULA = re.compile(r"=?\"(.*)\"|'(.*)", re.DOTALL)

# Facebook opened in February 2004: anything older is an empty cell read as 1970 or 1904.
OLDEST = datetime(2004, 1, 1, tzinfo=UTC)
NEWEST = datetime(2100, 1, 1, tzinfo=UTC)
_CLOCK_SLACK = timedelta(days=1)
_EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 -- a serial number has no zone of its own
_EXCEL_SERIALS = (38_000, 73_051)
_MILLISECONDS_FROM = 10**11

_HOURS_BY_ZONE = {
    "Z": 0.0, "UTC": 0.0, "GMT": 0.0, "WET": 0.0, "WEST": 1.0, "BST": 1.0, "WAT": 1.0, "CET": 1.0,
    "CEST": 2.0, "CAT": 2.0, "EET": 2.0, "SAST": 2.0, "EEST": 3.0, "EAT": 3.0, "MSK": 3.0,
    "EST": -5.0, "EDT": -4.0, "CST": -6.0, "CDT": -5.0, "MST": -7.0, "MDT": -6.0, "PST": -8.0,
    "PDT": -7.0,
}  # fmt: skip
_ZONES = {name: timezone(timedelta(hours=hours)) for name, hours in _HOURS_BY_ZONE.items()}
_ZONE_AT_END = re.compile(r"\s*(Z|[A-Z]{3,4}|(?:UTC|GMT)?[+-]\d\d:?\d\d)$")

_MONTHS = {
    "jan": 1, "fev": 2, "fév": 2, "feb": 2, "mar": 3, "avr": 4, "apr": 4, "mai": 5, "may": 5,
    "juin": 6, "jun": 6, "juil": 7, "jul": 7, "aou": 8, "aoû": 8, "aug": 8, "sep": 9, "oct": 10,
    "nov": 11, "dec": 12, "déc": 12,
}  # fmt: skip
_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)(?=\D|$)")
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?=\D|$)")
_WEEKDAY = r"(?:[^\W\d]{3,8}\.?,?\s+)?"
_DAY_MONTH = re.compile(
    _WEEKDAY + r"(\d{1,2})(?:er|st|nd|rd|th)?[\s-]+([^\W\d]{3,9})\.?,?[\s-]+(\d{4}|\d\d)(?=\D|$)"
)
_MONTH_DAY = re.compile(_WEEKDAY + r"([^\W\d]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_CLOCK = re.compile(
    r"(?:T|,?\s*(?:à|a|at)?\s+|,)(\d{1,2})\s*(?:[:h]\s*(\d\d)(?::(\d\d)(?:[.,]\d+)?)?|h)?"
    r"\s*([ap])?\.?(?:(?<=[apAP.])m\.?)?",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def number_of(cell: str) -> int | None:
    """A counter, or None where the cell tells none: None is "not told", never zero.

    Understands "1,204", "1 204", "1.204" (three digits after the mark are thousands), "1.2K",
    "12,5 k". Not for identifiers: see `identifier_of`.
    """
    if cell.isdecimal():
        return int(cell)
    plain = _SPACES.sub("", cell)
    if plain.lower() in _NOT_TOLD:
        return None
    if thousands := _THOUSANDS.fullmatch(plain):
        return int(re.sub(r"\D", "", thousands[1]))
    short = _SHORT.fullmatch(plain)
    if short is None or (short[2] and not short[3] and short[2].strip("0")):
        return None
    unit = _TIMES.get((short[3] or "").lower(), 1)
    decimals = short[2] or ""
    return int(short[1] + decimals) * unit // int("1" + "0" * len(decimals))


def identifier_of(cell: str) -> str:
    """An identifier exactly as the platform wrote it, however long; empty for an empty cell.

    Raises `ValueError`, in French, where a spreadsheet has already rounded it (1.23457E+17).
    """
    if cell.isdecimal():
        return cell
    plain = cell.strip()
    if found := _AS_FORMULA.fullmatch(plain):
        plain = (found[1] or found[2] or "").strip()
    if _SCIENTIFIC.fullmatch(plain):
        raise ValueError(
            f"identifiant arrondi par un tableur ({plain}) : reprenez le fichier d'origine,"
            " sans l'ouvrir dans Excel"
        )
    return "" if plain.lower() in _NOT_TOLD else plain.removesuffix(".0")


def moment_of(
    cell: str, *, day_first: bool | None = None, zone: tzinfo = UTC, latest: datetime | None = None
) -> datetime:
    """The moment in UTC that a cell tells; a cell without a zone is meant in `zone`.

    `day_first` decides what 03/04/2026 means; None refuses such a date. `latest` is when the
    file came: a moment over a day after it, or before 2004, is refused. Raises `ValueError`,
    in French.
    """
    plain = cell.strip()
    if not plain:
        raise ValueError("date absente")
    found = _iso(plain) or _counted(plain) or _written(plain, day_first=day_first)
    if found is None:
        raise ValueError(f"date illisible : {plain[:40]}")
    moment = found if found.tzinfo else found.replace(tzinfo=zone)
    if moment < OLDEST:
        raise ValueError(f"date impossible, avant 2004 : {plain[:40]}")
    if moment > (NEWEST if latest is None else latest + _CLOCK_SLACK):
        raise ValueError(f"date dans le futur : {plain[:40]}")
    return moment.astimezone(UTC)


def day_first_of(cells: Iterable[str]) -> bool | None:
    """Whether a column's dates (12/11/2026) put the day first; None when it cannot be told.

    One date whose first number is over 12 settles it for the column, unless another date
    says the contrary.
    """
    votes = set()
    for cell in cells:
        found = _NUMERIC.match(cell.strip())
        if found and max(int(found[1]), int(found[3])) > 12:  # noqa: PLR2004 -- months
            votes.add(int(found[1]) > 12)  # noqa: PLR2004
        if len(votes) > 1:
            return None
    return votes.pop() if votes else None


def rich_text(cell: str) -> str:
    """The text of a cell, also where it holds a JSON array of strings and {"text": …} parts."""
    if not cell.startswith(("[{", '["', "[ ")):
        return cell
    try:
        parts = json.loads(cell)
    except ValueError:
        return cell
    return "".join(
        part if isinstance(part, str) else str(part.get("text", ""))
        for part in parts
        if isinstance(part, str | dict)
    )


def hashed_id(platform: str, *fields: str) -> str:
    """An id for what has no native one: a hash of fields that never change."""
    digest = sha256("\x1f".join(fields).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{platform}:h{digest[:24]}"


def _iso(text: str) -> datetime | None:
    zone = None
    if text[-1].isalpha():
        head, _, name = text.rpartition(" ")
        if zone := _ZONES.get(name):
            text = head
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.replace(tzinfo=zone) if zone else found


def _counted(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970, or a spreadsheet's days since 1900."""
    try:
        count = float(text)
    except ValueError:
        return None
    if _EXCEL_SERIALS[0] <= count < _EXCEL_SERIALS[1]:
        return _EXCEL_EPOCH + timedelta(seconds=round(count * 86_400))
    if not 0 <= count < 10**14:
        return None
    seconds = count / 1000 if count >= _MILLISECONDS_FROM else count
    return datetime.fromtimestamp(seconds, UTC)


def _written(text: str, *, day_first: bool | None) -> datetime | None:
    """A date with its parts in any order, names of months, a clock of 12 or 24 hours."""
    zone = None
    if (at_end := _ZONE_AT_END.search(text)) and (zone := _zone(at_end[1])):
        text = text[: at_end.start()]
    found = _date(text, day_first=day_first)
    if found is None:
        return None
    (year, month, day), end = found
    clock = _clock(text[end:])
    if clock is None:
        return None
    try:
        return datetime(year, month, day, *clock, tzinfo=zone)
    except ValueError:
        return None


def _date(text: str, *, day_first: bool | None) -> tuple[tuple[int, int, int], int] | None:
    """Year, month and day at the start of `text`, and where they end."""
    if found := _YEAR_FIRST.match(text):
        return (int(found[1]), int(found[3]), int(found[4])), found.end()
    if found := _NUMERIC.match(text):
        return (_year(found[4]), *_month_day(found[1], found[3], day_first)), found.end()
    if (found := _DAY_MONTH.match(text)) and (month := _month(found[2])):
        return (_year(found[3]), month, int(found[1])), found.end()
    if (found := _MONTH_DAY.match(text)) and (month := _month(found[1])):
        return (int(found[3]), month, int(found[2])), found.end()
    return None


def _month_day(first: str, second: str, day_first: bool | None) -> tuple[int, int]:
    if day_first is None:
        if max(int(first), int(second)) <= 12:  # noqa: PLR2004
            raise ValueError(f"date ambiguë : {first}/{second}, le jour ou le mois d'abord ?")
        day_first = int(first) > int(second)
    return (int(second), int(first)) if day_first else (int(first), int(second))


def _year(digits: str) -> int:
    return int(digits) + (2000 if len(digits) == 2 else 0)  # noqa: PLR2004


def _month(name: str) -> int | None:
    name = name.lower()
    return _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])


def _clock(text: str) -> tuple[int, int, int] | None:
    """Hours, minutes and seconds; midnight when nothing is written; None when unreadable."""
    if not text.strip():
        return 0, 0, 0
    found = _CLOCK.fullmatch(text.rstrip())
    if found is None or (found[2] is None and found[4] is None and "h" not in text):
        return None
    hours = int(found[1])
    if found[4]:
        hours = hours % 12 + (12 if found[4].lower() == "p" else 0)
    return hours, int(found[2] or 0), int(found[3] or 0)


def _zone(name: str) -> tzinfo | None:
    if name in _ZONES:
        return _ZONES[name]
    if name[-4:].replace(":", "").isdigit():
        sign = -1 if "-" in name else 1
        digits = re.sub(r"\D", "", name)
        return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
    return None
