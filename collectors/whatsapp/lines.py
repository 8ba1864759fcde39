"""How WhatsApp writes a chat down: heads of messages, lines of its own, stand-ins for media."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from collectors.tables.values import day_first_of
from veille.errors import SourceChanged

OMITTED = "<Médias omis>"
DELETED = "Ce message a été supprimé"
EDITED = "<Ce message a été modifié>"

_MARKS = "\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
_BY_APPLICATION = "\u200e"
_HEAD = re.compile(
    rf"[{_MARKS}]*\[?(?P<date>\d{{1,4}}([/.-])\d{{1,2}}\2\d{{2,4}})(?:[,،]|\s*à|\s+at)?\s+"
    r"(?P<clock>\d{1,2}[:h]\d\d(?::\d\d)?(?:\s?[ap]\.?\s?m\.?)?)(?:\]|\s[-–](?=\s))\s?(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_SENDER = re.compile(r"(?P<sender>[^:]{1,100}?)\s?:(?:\s|$)(?P<text>.*)", re.DOTALL)
# What a line says that the application wrote; an iPhone puts the name of the group before it.
_EVENT = re.compile(
    r"\b(?:a|ont|avez|est|été)\s(?:été\s)?(?:ajouté|retiré|supprimé|exclu|quitté|rejoint|créé"
    r"|changé|modifié|activé|désactivé|épinglé)|chiffrés? de bout en bout|end-to-end"
    r"|code de sécurité|security code|\b(?:added|removed|left|created|changed|joined|pinned)\b",
    re.IGNORECASE,
)
_MEMBERS = re.compile(
    r"\s(?:a|ont|avez)\s(?:été\s)?(?:ajouté|retiré|exclu|supprimé|quitté|rejoint)\b"
    r"|\b(?:was\s)?(?:added|removed|left|joined)\b|,|\bet\b|\band\b"
)
_MEMBER = re.compile(r"[+\d(]|[^\W\d_]")
_OF_NOBODY = frozenset({"vous", "you"})
_MOST_NAME_WORDS = 5

_MEDIA = re.compile(
    r"<[^<>\n]{0,40}\b(?:omis|omitted|pièce jointe|attached)\b[^<>\n]{0,120}>"
    r"|^\S.*\.\w{2,5} \((?:fichier joint|file attached)\)$",
    re.IGNORECASE,
)
_BARE_MEDIA = re.compile(
    r"\b(?:image|photo|vidéo|video|audio|gif|sticker|autocollant|document|note vocale"
    r"|fiche contact|carte (?:de|du) contact|contact card)\s(?:absente?|omise?|omitted|retirée?)$",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(?:ce message a été supprimé|vous avez supprimé ce message|this message was deleted"
    r"|you deleted this message|message supprimé par|message deleted by)[^\n]{0,60}",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\s*<(?:ce message a été modifié|this message was edited)>\s*$", re.IGNORECASE
)
# A shared place is where a person stands, to the metre.
_POSITION = re.compile(r"https?://\S*maps\S*[?&@/=]-?\d+[.,]\d+\S*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message with its further lines, or one line of the application, without a sender."""

    line: int
    date: str
    clock: str
    sender: str
    text: str


def is_head(line: str) -> bool:
    """Whether a line begins a message."""
    return _HEAD.match(line) is not None


def messages_of(text: str) -> Iterator[Message]:
    """Every message, in order. Raises `SourceChanged` when this is no chat."""
    start = number = 0
    lines: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if is_head(line):
            if lines:
                yield _message(start, lines)
            start, lines = number, [line]
        elif lines:
            lines.append(line)
        elif line.strip():
            raise SourceChanged(f"ligne {number} : ce n’est pas une discussion WhatsApp")
    if not lines:
        raise SourceChanged("aucun message WhatsApp dans ce fichier")
    yield _message(start, lines)


def _message(start: int, lines: list[str]) -> Message:
    head = _HEAD.match(lines[0])
    if head is None:
        raise ValueError("the first line of a message is its head")
    sender, first = _sender(head["rest"])
    return Message(
        line=start,
        date=head["date"],
        clock=re.sub(r"[^\d:hapmAPM]", "", head["clock"]),
        sender=sender,
        text="\n".join(_plain(line) for line in [first, *lines[1:]]).rstrip(),
    )


def _sender(rest: str) -> tuple[str, str]:
    found = _SENDER.match(rest)
    if found is None or _EVENT.search(found["sender"]):
        return "", rest
    text = found["text"]
    by_application = text.startswith(_BY_APPLICATION) and _EVENT.search(text)
    if by_application and not _GONE.match(text.lstrip(_BY_APPLICATION)):
        return "", rest
    return found["sender"], text


def _plain(line: str) -> str:
    """One line of a message, with one spelling for each stand-in."""
    shown = line.replace(_BY_APPLICATION, "").strip()
    if _GONE.fullmatch(shown):
        return DELETED
    if _BY_APPLICATION in line and _BARE_MEDIA.search(shown):
        return OMITTED
    shown, edits = _CHANGED.subn("", shown)
    shown = _POSITION.sub("[position]", _MEDIA.sub(OMITTED, shown))
    return f"{shown} {EDITED}".strip() if edits else shown


def members_of(message: Message) -> Iterator[str]:
    """The people a message names by itself: its sender, or who came and went."""
    if message.sender:
        yield message.sender
        return
    pieces = _MEMBERS.split(message.text.replace(_BY_APPLICATION, ""))
    if len(pieces) == 1:
        return
    for piece in pieces:
        name = piece.strip(" .:")
        is_name = _MEMBER.match(name) and not name[:1].islower()
        if is_name and name.lower() not in _OF_NOBODY and len(name.split()) <= _MOST_NAME_WORDS:
            yield name


def is_day_first(dates: Iterable[str]) -> bool:
    """Whether 03/04 is the third of April in this chat.

    A number above twelve settles it; else the order that runs back in time less often; else
    the French one.
    """
    dates = list(dates)
    told = day_first_of(dates)
    return told if told is not None else _descents(dates, 1) <= _descents(dates, 0)


def _descents(dates: list[str], month: int) -> int:
    """How often the dates run backwards if the number at `month` is the month."""
    parts = [tuple(map(int, re.findall(r"\d+", date))) for date in dates]
    keys = [(part[2], part[month], part[1 - month]) for part in parts]
    return sum(later < earlier for earlier, later in pairwise(keys))
