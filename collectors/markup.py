"""The words of a piece of HTML, as a reader sees them: paragraphs are lines, addresses are kept."""

import re
from collections.abc import Iterator
from typing import Any

_CONTROLS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_GAPS = re.compile(r"[^\S\n]+")
_WORDLESS = frozenset({"script", "style"})
_BLOCKS = frozenset({"br", "p", "div", "blockquote", "pre", "li"})


def plain_text(markup: str) -> str:
    """The words of a fragment of HTML. Raises `TypeError` for what is no text."""
    from lxml import html

    if not isinstance(markup, str):
        raise TypeError("markup is a text")
    # Signs that no XML may hold make the parser refuse the whole.
    return text_of(html.document_fromstring(f"<div>{_CONTROLS.sub('', markup)}</div>"))


def text_of(element: Any) -> str:
    """The words of an element that lxml has read, without blanks around lines."""
    lines = "".join(_pieces(element)).split("\n")
    return "\n".join(_GAPS.sub(" ", line).strip() for line in lines).strip()


def _pieces(element: Any) -> Iterator[str]:
    """What is read of an element; an address behind other words stands after them."""
    yield element.text or ""
    for part in element:
        if part.tag in _WORDLESS or not isinstance(part.tag, str):
            yield part.tail or ""
            continue
        is_block = part.tag in _BLOCKS
        yield "\n" if is_block else ""
        yield from _pieces(part)
        yield _behind(part)
        yield "\n" if is_block and part.tag != "br" else ""
        yield part.tail or ""


def _behind(element: Any) -> str:
    address = element.get("href", "") if element.tag == "a" else ""
    words = "".join(element.itertext()).strip()
    if not address.startswith(("http://", "https://")) or not words:
        return ""
    bare = re.sub(r"^https?://|/$", "", address)
    same = bare in words or words.startswith(("@", "#")) or words.rstrip("/").endswith(bare)
    return "" if same else f" ({address})"
