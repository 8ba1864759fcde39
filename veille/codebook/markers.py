"""The marker words of every family: who speaks, with what proof, against whom, calling for what."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from veille.codebook.patterns import Hit, PatternBook
from veille.text import Token, folded, tokens

_SENTENCE_END = re.compile("[.!?;…\n؟۔]")
_NEGATIONS = (
    "pas",
    "jamais",
    "aucun",
    "aucune",
    "nullement",
    "not",
    "never",
    "لا",
    "ليس",
    "ليست",
    "ليسوا",
)


class Words(NamedTuple):
    """The tokens of a text and the number of the sentence each stands in."""

    tokens: list[Token]
    sentences: list[int]

    @property
    def folded(self) -> list[str]:
        return [token.folded for token in self.tokens]


def words_of(text: str) -> Words:
    """The words of `text`, with their sentences."""
    found = tokens(text)
    sentences: list[int] = []
    number, behind = 0, 0
    for token in found:
        between = text[behind : token.start]
        if between != " " and _SENTENCE_END.search(between):
            number += 1
        sentences.append(number)
        behind = token.end
    return Words(found, sentences)


@cache
def marker_tables() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The tables of markers.toml: classes of words, and markers by name."""
    text = files("veille.codebook").joinpath("markers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def pattern_book(patterns: list[tuple[str, float, str]]) -> PatternBook:
    """`patterns`, which may use the classes of markers.toml, ready to find."""
    return PatternBook(
        patterns,
        classes=marker_tables()["classes"],
        fold=folded,
        negations=frozenset(map(folded, _NEGATIONS)),
    )


@cache
def _marker_book() -> PatternBook:
    return pattern_book(
        [
            (name, 1.0, pattern)
            for name, listed in marker_tables()["markers"].items()
            for pattern in listed
        ]
    )


def find_markers(words: Words) -> list[Hit]:
    """Every marker in `words`, in their order; `Hit.name` is its table in markers.toml."""
    return _marker_book().find(words.folded, words.sentences)
