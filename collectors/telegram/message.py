"""One message of a preview, by the classes that Telegram gives to its parts."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.markup import text_of

_ORIGIN = re.compile(r"https://t\.me/(\w{4,})/([0-9]+)/?(?:\?.*)?")
_MEDIA = (
    "photo_wrap", "video", "video_player", "roundvideo", "document", "voice", "sticker",
    "location_wrap",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a page, by the classes that Telegram gives to its parts."""

    element: Any
    parts_by_class: Mapping[str, Sequence[Any]]

    @classmethod
    def of(cls, element: Any) -> "Message":
        """The message that `element` holds."""
        parts_by_class: dict[str, list[Any]] = {}
        for part in element.iterdescendants():
            for name in part.get("class", "").split():
                parts_by_class.setdefault(name, []).append(part)
        return cls(element, parts_by_class)

    def parts(self, name: str) -> Sequence[Any]:
        """All parts of this class, in their order."""
        return self.parts_by_class.get(name, ())

    def part(self, name: str) -> Any | None:
        """The first part of this class of the widget's."""
        return next(iter(self.parts(f"tgme_widget_message_{name}")), None)

    def words(self, name: str) -> str:
        part = self.part(name)
        return "" if part is None else text_of(part)

    @property
    def classes(self) -> list[str]:
        return str(self.element.get("class")).split()

    @property
    def number(self) -> tuple[str, int]:
        """The channel's name and the message's number. Raises `KeyError`, `ValueError`."""
        channel, _, number = self.element.attrib["data-post"].partition("/")
        return channel.lower(), int(number)

    @property
    def text(self) -> str:
        """The words of the message, then its poll."""
        # In an answer the quoted words stand before the message's own.
        own = [
            part
            for part in self.parts("tgme_widget_message_text")
            if "js-message_reply_text" not in part.get("class")
        ]
        answers = self.parts("tgme_widget_message_poll_option_text")
        lines = [text_of(own[-1]) if own else "", self.words("poll_question")]
        lines += [f"• {text_of(answer)}" for answer in answers]
        return "\n".join(line for line in lines if line)

    @property
    def moment(self) -> str:
        """When it was published. Raises `KeyError`."""
        for part in (self.part("date"), self.part("info")):
            times = part.iter("time") if part is not None else ()
            for told in (time.get("datetime") for time in times):
                if told:
                    return str(told)
        raise KeyError("date")

    @property
    def origin(self) -> tuple[str, str]:
        """The channel and the address a message was forwarded from; persons are not told."""
        part = self.part("forwarded_from_name")
        address = _ORIGIN.fullmatch(part.get("href", "")) if part is not None else None
        if part is None or address is None:
            return "", ""
        return text_of(part), f"https://t.me/{address[1]}/{address[2]}"

    @property
    def answered(self) -> str:
        """The id of the message that this one answers, in its own channel; else empty."""
        part = self.part("reply")
        found = _ORIGIN.fullmatch(part.get("href", "")) if part is not None else None
        return f"telegram:{found[1].lower()}/{found[2]}" if found else ""

    @property
    def tags(self) -> tuple[str, ...]:
        meta = self.part("meta")
        marks = {
            "media_omis": any(self.part(name) is not None for name in _MEDIA),
            "modifie": meta is not None and "edited" in own_text(meta).casefold(),
            "transfere": self.part("forwarded_from") is not None,
        }
        return tuple(tag for tag, mark in marks.items() if mark)


def with_class(element: Any, name: str) -> list[Any]:
    told = "contains(concat(' ', normalize-space(@class), ' '), $name)"
    found: list[Any] = element.xpath(f".//*[{told}]", name=f" {name} ")
    return found


def own_text(element: Any) -> str:
    """The text of an element itself, without what its parts say."""
    return ((element.text or "") + "".join(part.tail or "" for part in element)).strip()
