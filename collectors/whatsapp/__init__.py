"""WhatsApp chat exports, Android and iPhone, in French or English: no sender is ever kept."""

import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO

from collectors.files import Cleaned, FileFormat, FileHead
from collectors.files.persons import Names, author_of, sender_key, told, without_persons
from collectors.tables.cleaning import MILITARY
from collectors.tables.csvlines import lines_of
from collectors.tables.values import moment_of
from collectors.tables.zones import zone_of
from collectors.whatsapp.lines import (
    DELETED,
    EDITED,
    OMITTED,
    Message,
    is_day_first,
    is_head,
    members_of,
    messages_of,
)
from veille.errors import FileRefused, SourceChanged
from veille.post import Page, ParsedPage, Post, Reject
from veille.privacy import Privacy, is_military

_PLATFORM = "whatsapp"
_SYSTEM = "[ligne système]"
_NO_DATE = "0000-00-00"
_WORDS = re.compile(r"\[personne\]|[\w'’-]+")


def recognises(head: FileHead) -> bool:
    """Whether the first line that is not empty begins a message."""
    try:
        text = _text(head.start)
    except (FileRefused, SourceChanged):
        return False
    first = next((line for line in text.split("\n") if line.strip()), "")
    return is_head(first)


def clean(body: bytes, _options: Mapping[str, object], privacy: Privacy) -> Cleaned:
    """The same chat, line for line, with keys for senders and the year first in dates."""
    text = _text(body)
    messages = list(messages_of(text))
    names = Names(name for message in messages for name in members_of(message))
    day_first = is_day_first(message.date for message in messages)
    removed: Counter[str] = Counter()
    lines = [""] * (text.count("\n") + 1)
    for message in messages:
        if message.sender and is_military(message.text):
            removed[MILITARY] += 1
            continue
        shown = _shown(message, names, privacy, removed)
        head = f"{_local(message, day_first)} - "
        for at, line in enumerate((head + shown).split("\n"), message.line - 1):
            lines[at] = line
    return Cleaned(body="\n".join(lines).encode("utf-8", "replace"), removed=told(removed))


def read(page: Page, privacy: Privacy) -> ParsedPage:
    """Messages as posts; lines of the application, deleted messages and bare media counted."""
    zone, page_key = zone_of(page.options), page.key
    ignored: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    parsed = ParsedPage(posts=[], ignored=ignored)
    for message in messages_of(_text(page.body)):
        text = _said(message)
        if reason := _why_no_post(message, text):
            ignored[reason] += 1
            continue
        try:
            moment = moment_of(
                f"{message.date} {message.clock}", day_first=True, zone=zone, latest=page.fetched_at
            )
        except ValueError as error:
            reason = "date impossible" if message.date == _NO_DATE else str(error)
            where = f"ligne {message.line}"
            parsed.rejects.append(Reject(where=where, reason=reason, item=text[:500]))
            continue
        parsed.posts.append(
            Post(
                id=_id(message, text, seen),
                platform=_PLATFORM,
                source_id=page.source_id,
                page_key=page_key,
                kind="message",
                text=text,
                published_at=moment,
                collected_at=page.fetched_at,
                author=author_of(message.sender, platform=_PLATFORM, privacy=privacy),
                tags=_tags(message),
            )
        )
    return parsed


def _text(body: bytes) -> str:
    """The chat with plain line ends, also out of the ZIP that a telephone shares."""
    if body.startswith(b"PK"):
        body = _chat_in(body)
    return "".join(lines_of(body)).replace("\r\n", "\n").replace("\r", "\n")


def _chat_in(body: bytes) -> bytes:
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            chats = [name for name in archive.namelist() if name.lower().endswith(".txt")]
            if len(chats) != 1:
                raise SourceChanged("archive ZIP sans discussion, ou avec plusieurs")
            return archive.read(chats[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise FileRefused("archive ZIP abîmée ou protégée ; exportez de nouveau") from error


def _local(message: Message, day_first: bool) -> str:
    """Date and minute as the telephone showed them, in the one order that cannot be misread."""
    try:
        moment = moment_of(f"{message.date} {message.clock}", day_first=day_first)
    except ValueError:
        return f"{_NO_DATE}, 00:00"
    return moment.strftime("%Y-%m-%d, %H:%M")


def _shown(message: Message, names: Names, privacy: Privacy, removed: Counter[str]) -> str:
    """Sender and text as they are archived."""
    if not message.sender:
        removed["lignes système"] += message.text != _SYSTEM
        return _SYSTEM
    key = sender_key(message.sender, platform=_PLATFORM, privacy=privacy)
    removed["noms ou numéros d’expéditeurs"] += key != message.sender
    return f"{key}: {without_persons(message.text, names, removed)}"


def _said(message: Message) -> str:
    text = message.text.replace(OMITTED, "").removesuffix(EDITED)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def _why_no_post(message: Message, text: str) -> str:
    if not message.sender:
        return "ligne système"
    if text == DELETED:
        return "message supprimé"
    if not text:
        return "média sans texte" if OMITTED in message.text else "message vide"
    return ""


def _tags(message: Message) -> tuple[str, ...]:
    marks = {"media_omis": OMITTED, "modifie": EDITED}
    return tuple(tag for tag, mark in marks.items() if mark in message.text)


def _id(message: Message, text: str, seen: Counter[str]) -> str:
    """The same for the same message in every export of the chat, by whichever telephone.

    Which words are somebody's name depends on who had spoken when the chat was exported, so
    words with a capital do not count.
    """
    words = [word for word in _WORDS.findall(text) if not word[0].isupper() and word[0] != "["]
    fields = "\x1f".join([message.date, message.clock, *words])
    seen[fields] += 1
    digest = sha256(f"{fields}\x1f{seen[fields]}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"{_PLATFORM}:{digest[:24]}"


FORMAT = FileFormat(
    name="whatsapp",
    title="discussion WhatsApp (.txt ou .zip)",
    recognises=recognises,
    clean=clean,
    read=read,
    names_persons=True,
)
