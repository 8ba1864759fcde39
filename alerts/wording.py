"""French for the bulletin: numbers, dates, lists, and the sentences of phrases.toml."""

import re
import textwrap
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal

from veille.privacy import masked

# Under ten, a percentage says less than the count it was made from.
MIN_FOR_PERCENT = 10
OPT_OUT = "Reçu par erreur ? Répondez STOP"
METHOD = "tri automatique, à relire"
_CATCH_UP_HOURS = 36
_SETTING_WIDTH = 60
_PLURAL = 2
_ADDRESS = re.compile(r"(?:https?:|www\.)\S*|\S*[@/\\]\S*", re.IGNORECASE)
_NOT_PLAIN = re.compile(r"[^\w\s'’.,()°&+-]|_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrative:
    """How the bulletin speaks of one narrative; see phrases.toml."""

    title: str
    claim: str
    proposed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The data file of sentences, read once."""

    narratives: Mapping[str, Narrative]
    status: Mapping[str, str]
    context: Mapping[str, str]
    claim: Mapping[str, str]

    def narrative(self, code: str) -> Narrative:
        """The sentences of `code`, or those for hostile words of no known narrative."""
        return self.narratives.get(code, self.narratives["other"])


@cache
def phrases() -> Phrases:
    table = tomllib.loads(files("alerts").joinpath("phrases.toml").read_text(encoding="utf-8"))
    narratives = {
        code: Narrative(title=of["title"], claim=of["claim"], proposed=tuple(of["proposed"]))
        for code, of in table["narrative"].items()
    }
    others = {name: MappingProxyType(table[name]) for name in table if name != "narrative"}
    return Phrases(narratives=MappingProxyType(narratives), **others)


def number(value: float) -> str:
    """1204 → « 1 204 », 2.6 → « 2,6 »."""
    return re.sub(r"[\u00a0\u202f]", " ", format_decimal(value, format="#,##0.#", locale="fr"))


def counted(value: float, one: str, several: str = "") -> str:
    """« 0 signal », « 1,5 signal », « 2 signaux »: in French the plural begins at two."""
    return f"{number(value)} {(several or one + 's') if value >= _PLURAL else one}"


def hostile_share(hostile: int, total: int) -> str:
    """« 6 hostiles (13 %) », and only « 2 hostiles » where a percentage would say too much."""
    if hostile == 0:
        return "aucun hostile"
    told = counted(hostile, "hostile")
    return told if total < MIN_FOR_PERCENT else f"{told} ({percent(hostile, total)})"


def hostile_mean(hostile: int, total: int, days: int) -> str:
    """« dont 2,6 hostiles (8 %) » a day, or « 2 hostiles sur 7 » in all where posts are few."""
    if hostile == 0:
        return "aucun hostile"
    if total < MIN_FOR_PERCENT:
        return f"{counted(hostile, 'hostile')} sur {total}"
    told = counted(round(hostile / days, 1), "hostile")
    return f"dont {told} ({percent(hostile, total)})"


def percent(part: int, whole: int) -> str:
    """« 13 % »; what is there is never « 0 % »."""
    value = 100 * part / whole
    return "moins de 1 %" if 0 < value < 1 else f"{value:.0f} %"


def day(moment: datetime, zone: str) -> str:
    """« ven. 20/11 »."""
    return format_date(moment.astimezone(ZoneInfo(zone)), "EEE dd/MM", locale="fr")


def date_of(moment: datetime, zone: str) -> str:
    """« 11/11/2025 »."""
    return format_date(moment.astimezone(ZoneInfo(zone)), "dd/MM/yyyy", locale="fr")


def day_and_time(moment: datetime, zone: str) -> str:
    """« ven. 20/11, 06:45 »."""
    clock = format_time(moment, "HH:mm", tzinfo=ZoneInfo(zone), locale="fr")
    return f"{day(moment, zone)}, {clock}"


def period(since: datetime, until: datetime) -> str:
    """« 24 h », or « 3 jours » when the bulletin catches up."""
    hours = round((until - since) / timedelta(hours=1))
    return f"{round(hours / 24)} jours" if is_catch_up(since, until) else f"{hours} h"


def is_catch_up(since: datetime, until: datetime) -> bool:
    return until - since >= timedelta(hours=_CATCH_UP_HOURS)


def listed(names: Sequence[str], shown: int) -> str:
    """The first `shown` names, and how many others there are."""
    rest = len(names) - shown
    told = [*names[:shown], *([counted(rest, "autre")] if rest > 0 else [])]
    return " et ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


def plain(text: str, width: int) -> str:
    """`text` as one line of letters and numbers: no address, no number to call, no sign."""
    line = _NOT_PLAIN.sub(" ", _ADDRESS.sub(" ", masked(text)))
    return textwrap.shorten(line, width, placeholder="…")


def shorten(text: str) -> str:
    """A setting as it is, but never longer than a line or two."""
    return textwrap.shorten(text, _SETTING_WIDTH, placeholder="…")


def sentence(parts: Iterable[str]) -> str:
    """The parts as one sentence, with a full stop."""
    return " ; ".join(part for part in parts if part) + "."
