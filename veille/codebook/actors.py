"""Which humanitarian actors a text speaks of, named or in general."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from veille.codebook.files import toml_of
from veille.codebook.finder import Actor, Alias, Finder, Mention, actors_of
from veille.text import folded

__all__ = [
    "GENERIC", "Actor", "Alias", "Mention", "context_entities", "find_actors", "load_actors",
]  # fmt: skip

FILE = "actors.toml"
GENERIC = "ONG_GENERIQUE"
# "l'ONG internationale dénommée INTERSOS".
_MOST_BETWEEN = 3


@cache
def load_actors() -> Mapping[str, Actor]:
    """Humanitarian actors by id, in the order of the file. Raises `ConfigError`."""
    return actors_of(toml_of(FILE), place=FILE)


def find_actors(text: str, lang: str = "") -> list[Mention]:
    """The humanitarian actors `text` names, in order; `lang` is ISO 639-3, or empty if unknown.

    An unspecified Red Cross is the ICRC or a national society where the text says so. The
    class word of a named actor, as in "l'ONG INTERSOS", is no mention. Never raises.
    """
    found = _finder().find(text, lang)
    return _without_class_words(text, _resolved(text, found)) if found else []


def context_entities(text: str) -> list[Mention]:
    """Armed groups, forces, politics and media that `text` names; never targets."""
    return _entity_finder().find(text)


def _resolved(text: str, found: Sequence[Mention]) -> list[Mention]:
    resolved: list[Mention] = []
    for mention in found:
        rule = _rules()["resolve"].get(mention.actor_id)
        told = {other.actor_id for other in found} & set(rule["among"]) if rule else set()
        if rule and not told and _has_any(text, rule["words"]):
            told = {rule["to"]}
        if len(told) == 1:
            mention = mention._replace(actor_id=told.pop())
        resolved.append(mention)
    return resolved


def _without_class_words(text: str, found: Sequence[Mention]) -> list[Mention]:
    classed = {
        place
        for place, mention in enumerate(found)
        if mention.actor_id == GENERIC and _is_class_word(text, found, place)
    }
    return [mention for place, mention in enumerate(found) if place not in classed]


def _is_class_word(text: str, found: Sequence[Mention], place: int) -> bool:
    """Whether the mention at `place` only says what kind of actor its neighbour is."""
    mention = found[place]
    after = found[place + 1] if place + 1 < len(found) else None
    before = found[place - 1] if place else None
    words = _rules()["class_words"]
    return bool(
        after
        and after.actor_id != GENERIC
        and _joins(text[mention.end : after.start], words["between"])
    ) or bool(
        before
        and before.actor_id != GENERIC
        and _joins(text[before.end : mention.start], words["before"], at_least=1)
    )


def _joins(between: str, allowed: Sequence[str], *, at_least: int = 0) -> bool:
    """Whether `between` is nothing but a few of the `allowed` words, in one sentence."""
    words = folded(between).split()
    return (
        at_least <= len(words) <= _MOST_BETWEEN
        and not re.search(r"[.!?;\n]", between)
        and set(words) <= {folded(word) for word in allowed}
    )


def _has_any(text: str, words: Sequence[str]) -> bool:
    said = f" {folded(text)} "
    return any(f" {folded(word)} " in said for word in words)


@cache
def _rules() -> dict[str, Any]:
    return toml_of(FILE)


@cache
def _finder() -> Finder:
    return Finder.of_file(FILE)


@cache
def _entity_finder() -> Finder:
    return Finder.of_file("entities.toml")
