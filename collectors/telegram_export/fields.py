"""What a Telegram Desktop export holds: which fields are kept, and which are about people."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.files.persons import PERSON, Names, is_sender_key, sender_key, without_persons
from collectors.tables.cleaning import MILITARY
from veille.errors import SourceChanged
from veille.privacy import Privacy, is_military

PLATFORM = "telegram"
SHARED_CHATS = (
    "private_group", "private_supergroup", "public_supergroup", "private_channel",
    "public_channel",
)  # fmt: skip
PRIVATE_CHATS = ("personal_chat", "bot_chat", "saved_messages", "replies", "verification_codes")
MEDIA = ("photo", "file", "media_type", "location_information", "contact_information")

_KEPT = (
    "id", "type", "action", "date", "date_unixtime", "edited", "edited_unixtime",
    "reply_to_message_id", "media_type",
)  # fmt: skip
_OF_PEOPLE = (
    "actor", "actor_id", "author", "members", "inviter", "contact_information", "contact_vcard",
    "location_information", "place_name", "address", "saved_from", "via_bot", "boosts",
)  # fmt: skip
_OF_NO_USE = (
    "text_entities", "thumbnail", "mime_type", "duration_seconds", "width", "height", "file_name",
    "file_size", "photo_file_size", "thumbnail_file_size", "performer", "title", "sticker_emoji",
    "reply_to_peer_id", "live_location_period_seconds", "self_destruct_period_seconds",
    "inline_bot_buttons", "media_spoiler", "message_id", "discard_reason",
)  # fmt: skip
_CHANGED = (
    "from", "from_id", "text", "forwarded_from", "forwarded_from_id", "reactions", "poll",
    "photo", "file",
)  # fmt: skip
KNOWN = frozenset((*_KEPT, *_OF_PEOPLE, *_OF_NO_USE, *_CHANGED))
_HIDDEN = "[retiré]"


def chats_of(body: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The file and its chats, each with a list of messages. Raises `SourceChanged`."""
    try:
        document = json.loads(body)
    except json.JSONDecodeError as error:
        raise SourceChanged(f"JSON coupé ou abîmé à la ligne {error.lineno}") from error
    except (ValueError, RecursionError) as error:
        raise SourceChanged("ce n’est pas du JSON") from error
    try:
        chats = [document] if "messages" in document else _listed(document)
        is_export = all(isinstance(chat["messages"], list) and "type" in chat for chat in chats)
    except (KeyError, TypeError, AttributeError):
        is_export = False
    if not is_export:
        raise SourceChanged("ce n’est pas un export de Telegram Desktop")
    return document, chats


def _listed(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    parts = [document["chats"], document.get("left_chats", {"list": []})]
    return [chat for part in parts for chat in part["list"]]


def is_channel(message: Mapping[str, Any], chat: Mapping[str, Any]) -> bool:
    """Whether a channel speaks, and not a person. Exports before 2021 tell by the chat only."""
    sender = message.get("from_id")
    if is_sender_key(str(message.get("from"))):
        return False
    if isinstance(sender, str):
        return sender.startswith("channel")
    return str(chat["type"]).endswith("channel")


def said(message: Mapping[str, Any]) -> str:
    """Everything a message says, a poll too. Raises `TypeError` or `KeyError`."""
    text = message["text"]
    if isinstance(text, list):
        text = "".join(part if isinstance(part, str) else _part(part) for part in text)
    if not isinstance(text, str):
        raise TypeError("a text is a string or a list")
    poll = message.get("poll")
    if not isinstance(poll, dict):
        return text
    lines = [text, str(poll["question"]), *(f"• {answer['text']}" for answer in poll["answers"])]
    return "\n".join(line for line in lines if line)


def _part(part: Mapping[str, Any]) -> str:
    text = str(part["text"])
    match part.get("type"):
        case "mention_name":
            return PERSON
        case "text_link" if part.get("href", text) != text:
            return f"{text} ({part['href']})"
    return text


def clean_chat(chat: Mapping[str, Any], privacy: Privacy, removed: Counter[str]) -> dict[str, Any]:
    """A chat that may be archived; messages that tell of military matters are left out."""
    names = Names(_people(chat))
    messages: list[dict[str, Any] | None] = []
    for message in chat["messages"]:
        if not isinstance(message, dict):
            removed["éléments illisibles"] += message is not None
            messages.append(None)
            continue
        cleaned = _clean_message(message, chat, privacy, removed)
        cleaned["text"] = _clean_text(message, names, removed)
        if is_military(cleaned["text"] or ""):
            removed[MILITARY] += 1
        else:
            messages.append(cleaned)
    return {**{name: chat.get(name) for name in ("name", "type", "id")}, "messages": messages}


def _people(chat: Mapping[str, Any]) -> Iterator[str]:
    for message in chat["messages"]:
        if isinstance(message, dict) and not is_channel(message, chat):
            members = message.get("members")
            found = [message.get("from"), message.get("actor"), message.get("forwarded_from")]
            found += members if isinstance(members, list) else []
            yield from (name for name in found if isinstance(name, str) and name != _HIDDEN)


def _clean_message(
    message: Mapping[str, Any], chat: Mapping[str, Any], privacy: Privacy, removed: Counter[str]
) -> dict[str, Any]:
    """The message with only what is read of it; unknown fields keep their name alone."""
    cleaned = {name: message[name] for name in _KEPT if name in message}
    cleaned.update(_sender(message, chat, privacy, removed))
    for name in (*_OF_PEOPLE, "photo", "file", "poll"):
        if message.get(name):
            cleaned[name] = _HIDDEN
            removed["champs sur des personnes ou des fichiers"] += message[name] != _HIDDEN
    if message.get("forwarded_from"):
        cleaned.update(_origin(message, removed))
    if message.get("reactions"):
        cleaned["reactions"] = [_reaction(one, removed) for one in message["reactions"]]
    for name in message.keys() - KNOWN:
        cleaned[name] = None
        removed["champs inconnus vidés"] += message[name] is not None
    return cleaned


def _sender(
    message: Mapping[str, Any], chat: Mapping[str, Any], privacy: Privacy, removed: Counter[str]
) -> dict[str, Any]:
    if is_channel(message, chat):
        return {name: message[name] for name in ("from", "from_id") if name in message}
    known = str(message.get("from_id") or message.get("from") or "")
    key = sender_key(known, platform=PLATFORM, privacy=privacy)
    removed["noms d’expéditeurs"] += key != known
    return {"from": key}


def _origin(message: Mapping[str, Any], removed: Counter[str]) -> dict[str, Any]:
    """Where a message was forwarded from: a channel's name stays, a person's goes."""
    if str(message.get("forwarded_from_id", "")).startswith("channel"):
        return {name: message[name] for name in ("forwarded_from", "forwarded_from_id")}
    removed["auteurs transférés"] += message["forwarded_from"] != _HIDDEN
    return {"forwarded_from": _HIDDEN}


def _reaction(reaction: Mapping[str, Any], removed: Counter[str]) -> dict[str, Any]:
    removed["auteurs de réactions"] += "recent" in reaction
    return {name: reaction[name] for name in ("type", "count", "emoji") if name in reaction}


def _clean_text(message: Mapping[str, Any], names: Names, removed: Counter[str]) -> str | None:
    """The text without people; None where it has a form that cannot be read."""
    try:
        text = said(message)
    except (TypeError, KeyError, AttributeError):
        removed["éléments illisibles"] += message.get("text") is not None
        return None
    removed["mentions de personnes"] += PERSON in text and not isinstance(message["text"], str)
    return without_persons(text, names, removed)
