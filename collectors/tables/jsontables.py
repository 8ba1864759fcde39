"""JSON arrays and JSON lines as rows: nested keys are joined with dots, order is the file's."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from veille.post import Reject

_BETWEEN = re.compile(r"[\s,]*")
_ARRAY = re.compile(r"\[\s*(?=\{)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEAD_CHARS = 65_536
_HEAD_ITEMS = 20
_ITEM_CHARS = 300

Item = tuple[int, dict[str, str]]


def items_of(
    text: str, header: Callable[[Sequence[str]], bool]
) -> tuple[tuple[str, ...], Callable[[], Iterator[Item | Reject]]] | None:
    """Column names, and the items of the first list of objects whose names please `header`.

    That list may be the file itself, JSON lines, or stand somewhere inside an object; its first
    twenty items decide. None when there is no such list.
    """
    lists = [partial(_array, text, found.end()) for found in _ARRAY.finditer(text, 0, _HEAD_CHARS)]
    first_is_whole = not isinstance(next(_lines(text), None), Reject)
    lists.insert(0 if first_is_whole else len(lists), partial(_lines, text))
    for items in lists:
        if header(_names(islice(items(), _HEAD_ITEMS))):
            return _names(items()), items
    return None


def _names(items: Iterable[Item | Reject]) -> tuple[str, ...]:
    found = (item for item in items if not isinstance(item, Reject))
    return tuple(dict.fromkeys(name for _, cells in found for name in cells))


def _lines(text: str) -> Iterator[Item | Reject]:
    for number, line in enumerate(_LINE.finditer(text), 1):
        if line[0].strip():
            yield _item(line[0], 0, number)[0]


def _array(text: str, at: int) -> Iterator[Item | Reject]:
    """The items from `at` on; the first unreadable one is the last, for nothing marks the next."""
    line, counted = 1, 0
    while True:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # matches always
        if text[at : at + 1] == "]":
            return
        line += text.count("\n", counted, at)
        counted = at
        item, at = _item(text, at, line)
        yield item
        if at < 0:
            return


def _item(text: str, at: int, line: int) -> tuple[Item | Reject, int]:
    """One item and where it ends; -1 when it cannot be read."""
    try:
        found, end = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        reason = "JSON coupé ou illisible à partir d'ici"
        return Reject(where=f"ligne {line}", reason=reason, item=text[at : at + _ITEM_CHARS]), -1
    if not isinstance(found, Mapping):
        return Reject(where=f"ligne {line}", reason="élément sans champs"), end
    return (line, dict(_flat(found))), end


def _flat(item: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in item.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
