"""The morning bulletin: one window in, one message out; the same window, the same message."""

import re
import textwrap
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.base import Message
from alerts.facts import Facts, facts_of, unread_sources
from alerts.names import region_name
from alerts.parts import NOTHING, Plan, contact, coverage, lines_of
from alerts.rendering import html_of, text_of
from alerts.window import Bulletin, BulletinWindow, Line
from alerts.wording import counted, day, day_and_time, is_catch_up, listed, period

# Domain §6.1, and one screen of 360 × 780 px at 16 px: in Noto Sans, which is wider than what
# phones use, 34 lines of 38 letters fit beside the rules between parts.
MAX_WORDS = 180
MAX_CHARACTERS = 1600
MAX_LINES = 25
SCREEN_COLUMNS = 38
SCREEN_LINES = 34
SUBJECT_REGIONS = 2

# From most room to least; the last one fits whatever the window holds. What the gravest signal
# says is worth more than the headings of two others.
PLANS = (
    Plan(full=3, short=0, named=0, context=2, names=2),
    Plan(full=2, short=1, named=0, context=2, names=2),
    Plan(full=1, short=2, named=0, context=2, names=2),
    Plan(full=1, short=2, named=0, context=1, names=1),
    Plan(full=1, short=2, named=0, context=1, names=0),
    Plan(full=1, short=1, named=1, context=1, names=0),
    Plan(full=1, short=0, named=2, context=1, names=0),
    Plan(full=1, short=0, named=1, context=1, names=0),
    Plan(full=1, short=0, named=0, context=1, names=0),
    Plan(full=0, short=2, named=0, context=1, names=0),
    Plan(full=0, short=1, named=0, context=1, names=0),
    Plan(full=0, short=1, named=0, context=0, names=0),
)
_WORD = re.compile(r"\w+")


def compose(window: BulletinWindow) -> Bulletin:
    """The bulletin of a window, on one screen: fewer or shorter lines, never a cut one.

    When no source could be read and no post came, it says so instead of counting nothing.
    """
    facts = facts_of(window)
    if window.sources and len(facts.unread) == len(window.sources) and not window.posts:
        return unavailable(window, since=window.since)
    drafts = (lines_of(facts, plan) for plan in PLANS[:-1])
    lines = next(filter(fits, drafts), None) or lines_of(facts, PLANS[-1])
    return _bulletin(window, subject_of(facts), lines, facts)


def unavailable(window: BulletinWindow, *, since: datetime) -> Bulletin:
    """What is sent when the store cannot be read: never a zero that nobody counted.

    Of `window` only the sources, the coverage and the foot are used.
    """
    moment = day_and_time(since, window.zone)
    told = f"données indisponibles depuis le {moment}"
    text = "ce silence ne veut pas dire que tout va bien. Prévenir la personne qui tient l'outil."
    lines = [
        Line(part="situation", label=told.capitalize(), text=""),
        Line(part="situation", label="Attention", text=text),
        coverage(Facts(window=window, unread=unread_sources(window)), 1),
        *contact(window),
    ]
    subject = f"[Veille] {day(window.until, window.zone)} – {told}"
    return _bulletin(window, subject, lines, None)


def message_of(bulletin: Bulletin) -> Message:
    return Message(
        key=bulletin.key, subject=bulletin.subject, text=bulletin.text, html=bulletin.html
    )


def subject_of(facts: Facts) -> str:
    """« [Veille] ven. 20/11 – 1 ORANGE · 0 ROUGE · zone Mopti »: counts and places only."""
    window = facts.window
    told = [NOTHING] if facts.is_quiet else _levels(facts)
    if facts.is_quiet and facts.unread:
        total = len(window.sources)
        read = counted(total - len(facts.unread), "source lue", "sources lues")
        told.append(f"{read} sur {total}")
    catch_up = is_catch_up(window.since, window.until)
    days = f" ({period(window.since, window.until)})" if catch_up else ""
    return f"[Veille] {day(window.until, window.zone)} – {' · '.join(told)}{days}"


def _levels(facts: Facts) -> list[str]:
    found = [signal.level for signal in facts.signals]
    told = [f"{found.count('orange')} ORANGE", f"{found.count('rouge')} ROUGE"]
    if not {"orange", "rouge"} & set(found) and found:
        told.append(f"{len(found)} JAUNE")
    if facts.pending:
        told.append(f"{facts.pending} à valider")
    named = dict.fromkeys(region_name(signal.region) for signal in facts.signals if signal.region)
    if named:
        zone = "zones" if len(named) > 1 else "zone"
        told.append(f"{zone} {listed([*named], SUBJECT_REGIONS)}")
    return told


def fits(lines: Sequence[Line]) -> bool:
    """Whether the lines keep every limit of the bulletin."""
    text = text_of(lines)
    words = max(len(text.split()), len(_WORD.findall(text)))
    screen = sum(len(textwrap.wrap(line, SCREEN_COLUMNS)) for line in text.splitlines())
    return (
        words <= MAX_WORDS
        and len(text) <= MAX_CHARACTERS
        and text.count("\n") <= MAX_LINES
        and screen <= SCREEN_LINES
    )


def _bulletin(
    window: BulletinWindow, subject: str, lines: Sequence[Line], facts: Facts | None
) -> Bulletin:
    on = window.until.astimezone(ZoneInfo(window.zone)).date()
    return Bulletin(
        key="-".join(filter(None, [on.isoformat(), window.reference])),
        subject=subject,
        text=text_of(lines),
        html=html_of(lines, title=subject),
        signals=facts.signals if facts else (),
    )
