"""What the words of a text mean: concepts by slot, in every language people write here.

A concept stands for all words that name one doer, deed, thing or detail of a claim.
"""

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from veille.text import beginnings, folded

SLOTS = ("who", "deed", "object", "detail")
SAYINGS = ("denial", "negation", "leading", "asking", "vouching")
_ARABIC = ("\u0620", "\u064a")
# What is written onto an Arabic word, longest first; the fold has made one letter of each kind.
_CLITICS = ("وال", "فال", "بال", "كال", "لل", "ال", "و", "ف", "ب", "ل")
_SHORTEST_ARABIC = 3


class Concept(NamedTuple):
    """One meaning: the slot it fills, and its name with the slot before it, like "deed:vendre"."""

    slot: str
    name: str


class Found(NamedTuple):
    """A concept on the words `first` to `last` of a text, both included."""

    concept: Concept
    first: int
    last: int


def concepts_in(words: Sequence[str]) -> Iterator[Found]:
    """The concepts that folded `words` name, in order; one word may name several."""
    phrases = _table().phrases
    for at, word in enumerate(words):
        for concept in _of_word(word):
            yield Found(concept, at, at)
        for phrase, concept in phrases.get(word, ()):
            last = at + len(phrase) - 1
            if tuple(words[at : last + 1]) == phrase:
                yield Found(concept, at, last)


class _Table(NamedTuple):
    exact: dict[str, list[Concept]]
    begun: dict[str, list[Concept]]
    phrases: dict[str, list[tuple[tuple[str, ...], Concept]]]


# People write few different words; most have been looked up before.
@lru_cache(maxsize=50_000)
def _of_word(word: str) -> tuple[Concept, ...]:
    return tuple(dict.fromkeys(concept for form in _forms(word) for concept in _named(form)))


def _forms(word: str) -> Iterator[str]:
    yield word
    if _ARABIC[0] <= word[0] <= _ARABIC[1]:
        for clitic in _CLITICS:
            if word.startswith(clitic) and len(word) - len(clitic) >= _SHORTEST_ARABIC:
                yield word.removeprefix(clitic)


def _named(form: str) -> Iterator[Concept]:
    table = _table()
    yield from table.exact.get(form, ())
    for length in range(2, len(form) + 1):
        yield from table.begun.get(form[:length], ())


@cache
def _table() -> _Table:
    raw = tomllib.loads(
        files("classifiers.claims").joinpath("concepts.toml").read_text(encoding="utf-8")
    )
    table = _Table({}, {}, {})
    for slot in (*SLOTS, "saying"):
        for name, forms in raw[slot].items():
            for form in forms.split():
                _add(table, form, Concept(slot, f"{slot}:{name}"))
    return table


def _add(table: _Table, form: str, concept: Concept) -> None:
    if form.endswith("*"):
        for beginning in beginnings(form[:-1]):
            table.begun.setdefault(beginning, []).append(concept)
        return
    words = tuple(folded(form.replace("_", " ")).split())
    if len(words) == 1:
        table.exact.setdefault(words[0], []).append(concept)
    else:
        table.phrases.setdefault(words[0], []).append((words, concept))
