"""Telegram Desktop exports (result.json): channels keep their name, people do not."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from collectors.files import Cleaned, FileFormat, FileHead
from collectors.files.persons import author_of, told
from collectors.tables.values import moment_of
from collectors.tables.zones import zone_of
from collectors.telegram_export.fields import (
    KNOWN,
    MEDIA,
    PLATFORM,
    PRIVATE_CHATS,
    SHARED_CHATS,
    chats_of,
    clean_chat,
    is_channel,
    said,
)
from veille.errors import FileRefused
from veille.post import Page, ParsedPage, Post, Reading, Reject
from veille.privacy import Privacy

_CHAT = re.compile(rf'"type"\s*:\s*"(?:{"|".join(SHARED_CHATS + PRIVATE_CHATS)})"')
_WHOLE_ACCOUNT = re.compile(r'"(?:personal_information|frequent_contacts|chats)"\s*:\s*\{')
# Exports before 2020 date an edit that never was to the first hours of 1970.
_NEVER_EDITED = "1970"
_OF_ONE_CHAT = frozenset({"name", "type", "id", "messages"})


def recognises(head: FileHead) -> bool:
    """Whether this is the export of a chat, or of an account."""
    text = head.start.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if not text.startswith("{"):
        return False
    is_chat = '"messages"' in text and _CHAT.search(text) is not None
    return is_chat or _WHOLE_ACCOUNT.search(text) is not None


def clean(body: bytes, _options: Mapping[str, object], privacy: Privacy) -> Cleaned:
    """Shared chats only, without names, numbers, members and positions of people.

    Raises `FileRefused` when there are only private conversations.
    """
    document, chats = chats_of(body)
    shared = [chat for chat in chats if chat["type"] in SHARED_CHATS]
    if chats and not shared:
        raise FileRefused("discussion privée : seuls les canaux et les groupes sont importés")
    removed: Counter[str] = Counter()
    removed["discussions privées"] = len(chats) - len(shared)
    is_one = "messages" in document
    beside = document.keys() - (_OF_ONE_CHAT if is_one else {"chats"})
    removed["rubriques du compte"] = len(beside)
    cleaned = [clean_chat(chat, privacy, removed) for chat in shared]
    if not +removed:
        return Cleaned(body=body)
    text = json.dumps(cleaned[0] if is_one else {"chats": {"list": cleaned}}, ensure_ascii=False)
    return Cleaned(body=text.encode("utf-8", "surrogatepass"), removed=told(removed))


def read(page: Page, privacy: Privacy) -> ParsedPage:
    """Messages as posts, with their reactions as readings."""
    _, chats = chats_of(page.body)
    key = page.key
    found = [_Chat(about=about, page=page, key=key, privacy=privacy) for about in chats]
    ignored: Counter[str] = Counter()
    unknown: set[str] = set()
    seen: set[str] = set()
    parsed = ParsedPage(posts=[], ignored=ignored)
    pairs = [(chat, message) for chat in found for message in chat.about["messages"]]
    for chat, message in pairs:
        try:
            unknown |= message.keys() - KNOWN
            if reason := _why_no_post(message):
                ignored[reason] += 1
                continue
            post = chat.post(message)
            readings = list(_readings(message, post))
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            parsed.rejects.append(_reject(message, error))
        else:
            if post.id in seen:
                ignored["doublon dans le fichier"] += 1
                continue
            seen.add(post.id)
            parsed.posts.append(post)
            parsed.readings.extend(readings)
    return replace(parsed, unknown_fields=frozenset(unknown))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chat:
    """One chat being read; `roots` tells the first message of each thread met so far."""

    about: Mapping[str, Any]
    page: Page
    key: str
    privacy: Privacy
    roots: dict[int, int] = field(default_factory=dict)

    def post(self, message: Mapping[str, Any]) -> Post:
        number, parent = int(message["id"]), message.get("reply_to_message_id")
        root = self.roots.get(int(parent), int(parent)) if parent else number
        self.roots[number] = root
        public = is_channel(message, self.about)
        name = str(message.get("from") or "")
        author = author_of(name, platform=PLATFORM, privacy=self.privacy)
        return Post(
            id=self._id(number),
            platform=PLATFORM,
            source_id=self.page.source_id,
            page_key=self.key,
            kind="post" if public else "message",
            text=said(message).strip(),
            published_at=self._moment(message),
            collected_at=self.page.fetched_at,
            author=(name or str(self.about.get("name") or "")) if public else author,
            author_is_public=public,
            parent_id=self._id(int(parent)) if parent else None,
            thread_id=self._id(root) if parent else None,
            tags=_tags(message),
            details=_details(message),
        )

    def _id(self, number: int) -> str:
        return f"{PLATFORM}:{self.about['id']}/{number}"

    def _moment(self, message: Mapping[str, Any]) -> datetime:
        """UTC where the export tells it; before 2022 it told the computer's own time only."""
        told_utc = message.get("date_unixtime")
        zone = zone_of(self.page.options)
        cell = str(told_utc or message["date"])
        return moment_of(cell, zone=zone, latest=self.page.fetched_at)


def _why_no_post(message: Mapping[str, Any]) -> str:
    if message["type"] == "service":
        return "message de service"
    if message["type"] != "message":
        raise ValueError(f"type de message inconnu : {str(message['type'])[:40]}")
    if said(message).strip():
        return ""
    return "média sans texte" if any(message.get(name) for name in MEDIA) else "message vide"


def _tags(message: Mapping[str, Any]) -> tuple[str, ...]:
    marks = {
        "media_omis": any(message.get(name) for name in MEDIA),
        "modifie": not str(message.get("edited") or _NEVER_EDITED).startswith(_NEVER_EDITED),
        "transfere": message.get("forwarded_from"),
    }
    return tuple(tag for tag, mark in marks.items() if mark)


def _details(message: Mapping[str, Any]) -> dict[str, str]:
    if message.get("forwarded_from_id"):
        return {"Transféré de": str(message["forwarded_from"])}
    return {}


def _readings(message: Mapping[str, Any], post: Post) -> Iterator[Reading]:
    reactions = message.get("reactions")
    if reactions:
        count = sum(int(reaction["count"]) for reaction in reactions)
        yield Reading(post_id=post.id, read_at=post.collected_at, reactions=count)


def _reject(message: object, error: Exception) -> Reject:
    number = message.get("id", "?") if isinstance(message, dict) else "?"
    if isinstance(error, KeyError):
        reason = f"champ manquant : {error.args[0]}"
    elif isinstance(error, ValueError):
        reason = str(error)
    else:
        reason = "élément d’une forme inconnue"
    return Reject(where=f"message {number}", reason=reason)


FORMAT = FileFormat(
    name="telegram_export",
    title="export de Telegram Desktop (result.json)",
    recognises=recognises,
    clean=clean,
    read=read,
)
