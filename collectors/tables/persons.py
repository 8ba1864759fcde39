"""Who wrote a row of an export: a key in the place of names, and no address that tells them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import unquote

from collectors.files.persons import is_sender_key
from collectors.tables.links import (
    id_alone,
    platform_of_url,
    post_id_of_url,
    url_without_person,
)
from veille.privacy import Privacy
from veille.text import folded

_WORD = re.compile(r"[^\W_]+")
# A shorter name may stand inside any word.
_MIN_INSIDE = 5
# Whose name stands there is not one person: a channel or a public group.
_OF_CHANNELS = frozenset({"telegram"})


def person_key(name: str, *, platform: str, privacy: Privacy) -> str:
    """The author key of a person; what `kept_key` gave is that key again."""
    plain = name.strip().removeprefix("@").casefold()
    return plain[2:] if is_sender_key(plain) else privacy.author_key(platform, plain)


def kept_key(name: str, *, platform: str, privacy: Privacy) -> str:
    """What stands in the archive for a person's name: `p-` and the author key."""
    key = person_key(name, platform=platform, privacy=privacy)
    return f"p-{key}" if key else ""


def without_person(
    cells: Mapping[str, str],
    *,
    names: Sequence[str],
    platform: str,
    privacy: Privacy,
    about: Iterable[str] = (),
    spared: Iterable[str] = (),
) -> dict[str, str]:
    """The cells of a row that must change so that they no longer tell who wrote it.

    `names` are the columns of names and numbers, in the order in which reading looks at them:
    the first that is filled becomes the key, the others and those `about` the person go.
    Addresses lose the person, except in columns that are `spared`: the texts, say.
    """
    told = [name for name in names if cells.get(name, "").strip()]
    changed = {name: "" for name in (*names, *about) if cells.get(name)}
    if told:
        changed[told[0]] = kept_key(cells[told[0]], platform=platform, privacy=privacy)
    persons = [cells[name] for name in told]
    for column in cells.keys() - changed.keys() - frozenset(spared):
        if "/" in cells[column] and platform_of_url(cells[column]):
            changed[column] = address_without(cells[column], persons)
    return changed


def address_without(url: str, persons: Sequence[str]) -> str:
    """An address that names none of `persons`, or the id of its post, or nothing."""
    nameless = url_without_person(url)
    platform = platform_of_url(url)
    if platform in _OF_CHANNELS or not _names(nameless, persons):
        return nameless or url
    post_id = post_id_of_url(nameless)
    if post_id and not _names(post_id, persons):
        return id_alone(post_id)
    return ""


def _names(address: str, persons: Sequence[str]) -> bool:
    """Whether an address holds one of these names, however its words are joined."""
    return any(_holds(address, name.strip().removeprefix("@")) for name in persons)


def _holds(address: str, name: str) -> bool:
    if len(name) >= _MIN_INSIDE and name.casefold() in unquote(address).casefold():
        return True
    words = _words(name)
    if not words or words.isdecimal():
        return False
    around = f" {_words(address)} "
    return f" {words} " in around or f" {words.replace(' ', '')} " in around


@lru_cache(maxsize=4096)
def _words(text: str) -> str:
    return " ".join(_WORD.findall(folded(unquote(text))))
