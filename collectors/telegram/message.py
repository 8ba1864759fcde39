"""One message of a preview, by the classes that Telegram gives to its parts."""

import re
from dataclasses import dataclass
from typing import Any

from collectors.markup import text_of

_ORIGIN = re.compile(r"https://t\.me/(\w{4,})/([0-9]+)/?(?:\?.*)?")
_MEDIA = (
    "photo_wrap", "video", "video_player", "roundvideo", "document", "voice", "sticker",
    "location_wrap", "link_preview",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a page, by the classes that Telegram gives to its parts."""

    element: Any

    def part(self, name: str) -> Any | None:
        """The first part of this class, outside of what the message quotes."""
        return next(iter(with_class(self.element, f"tgme_widget_message_{name}")), None)

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
            for part in with_class(self.element, "tgme_widget_message_text")
            if "js-message_reply_text" not in part.get("class")
        ]
        answers = with_class(self.element, "tgme_widget_message_poll_option_text")
        lines = [text_of(own[-1]) if own else "", self.words("poll_question")]
        lines += [f"• {text_of(answer)}" for answer in answers]
        return "\n".join(line for line in lines if line)

    @property
    def moment(self) -> str:
        times = self.element.xpath('.//a[contains(@class, "_message_date")]//time/@datetime')
        times += self.element.xpath('.//*[contains(@class, "_message_info")]//time/@datetime')
        if not times:
            raise KeyError("date")
        return str(times[0])

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
