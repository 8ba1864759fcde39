"""What people type to search, read into a tree that every store renders in its own way."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from veille.text import Token, beginnings, stems, tokens

# More than any person types; a query pasted from a whole article stays answerable.
MAX_WORDS = 300
MAX_DEPTH = 20

_PIECE = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<open>\() | (?P<close>\))
    | (?P<minus>-(?=[^\s)]))
    | (?P<phrase>"[^"]*" | «[^»]*» | “[^”]*”)
    | (?P<quote>["«»“”])
    | (?P<word>[^\s()"«»“”]+)
    """,
    re.VERBOSE,
)
_APOSTROPHES = frozenset("'’‘`´ʻʼ＇")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Neighbouring words, in this form or with these stems; mostly a single one."""

    folded: str
    stemmed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Exactly these folded words, one after the other."""

    folded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """Folded words of which the last may go on; any of `folded` will do."""

    folded: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every part, two or more."""

    parts: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one part of two or more."""

    parts: "tuple[Tree, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Without:
    """What does not match `part`."""

    part: "Tree"


Tree: TypeAlias = Word | Phrase | Prefix | AllOf | AnyOf | Without


def tree_of(words: str) -> Tree | None:
    """The tree of a search text; None when it is blank.

    Words side by side are joined by AND, which binds closer than OR. Signs that no post is
    searched by are left out. Raises `ValueError`, in French, on what cannot be understood.
    """
    if not words.strip():
        return None
    reader = _Reader(_pieces(words))
    tree = reader.any_of(0) if reader.kind else None
    if reader.kind == "close":
        raise ValueError("Recherche : il y a une parenthèse « ) » de trop.")
    if tree is None:
        raise ValueError("Recherche : il n'y a aucun mot à chercher.")
    return tree


def _pieces(words: str) -> list[tuple[str, str]]:
    """Kind and text of each piece but spaces; AND, OR and NOT are kinds of their own."""
    pieces = []
    for match in _PIECE.finditer(words.replace("\0", " ")):
        kind, text = str(match.lastgroup), match.group()
        if kind == "quote":
            raise ValueError("Recherche : il manque un guillemet.")
        if kind == "word" and text in ("AND", "OR", "NOT"):
            kind = text
        if kind != "space":
            pieces.append((kind, text))
    if len(pieces) > MAX_WORDS or sum(len(tokens(text)) for _, text in pieces) > MAX_WORDS:
        raise ValueError(f"Recherche : plus de {MAX_WORDS} mots, c'est trop long.")
    return pieces


class _Reader:
    """Goes through the pieces once; each method reads one construct."""

    def __init__(self, pieces: list[tuple[str, str]]) -> None:
        self._pieces: Iterator[tuple[str, str]] = iter(pieces)
        self._before = ""
        self.kind, self._text = "", ""
        self._next()

    def any_of(self, depth: int) -> Tree | None:
        parts = [self._all_of(depth)]
        while self.kind == "OR":
            self._next()
            parts.append(self._all_of(depth))
        return _joined(parts, lambda trees: AnyOf(parts=trees))

    def _all_of(self, depth: int) -> Tree | None:
        parts = [self._operand(depth)]
        while self.kind not in ("OR", "close", ""):
            if self.kind == "AND":
                self._next()
            parts.append(self._operand(depth))
        return _joined(parts, lambda trees: AllOf(parts=trees))

    def _operand(self, depth: int) -> Tree | None:
        if depth > MAX_DEPTH:
            raise ValueError("Recherche : trop de parenthèses ou de NOT emboîtés.")
        kind, text = self.kind, self._text
        if kind in ("AND", "OR", "close", ""):
            raise ValueError(_missing(self._before, text))
        self._next()
        if kind in ("NOT", "minus"):
            part = self._operand(depth + 1)
            return part and Without(part=part)
        if kind == "open":
            return self._in_parentheses(depth + 1)
        return _phrase(text) if kind == "phrase" else _word(text)

    def _in_parentheses(self, depth: int) -> Tree | None:
        tree = self.any_of(depth)
        if self.kind != "close":
            raise ValueError("Recherche : il manque une parenthèse « ) ».")
        self._next()
        return tree

    def _next(self) -> None:
        self._before = self._text
        self.kind, self._text = next(self._pieces, ("", ""))


def _missing(before: str, found: str) -> str:
    if before:
        return f"Recherche : il manque un mot après « {before} »."
    return f"Recherche : il manque un mot avant « {found} »."


def _joined(parts: list[Tree | None], joined: Callable[[tuple[Tree, ...]], Tree]) -> Tree | None:
    trees = tuple(part for part in parts if part is not None)
    return joined(trees) if len(trees) > 1 else next(iter(trees), None)


def _phrase(text: str) -> Phrase | None:
    found = tokens(text)
    return Phrase(folded=_folded(found)) if found else None


def _word(text: str) -> Word | Prefix | None:
    found = [token for token in tokens(text) if not _is_elided(token, text)]
    if text.endswith("*"):
        if not found:
            raise ValueError("Recherche : « * » vient après le début d'un mot, comme « aid* ».")
        return _prefix(found)
    if not found:
        return None
    folded = _folded(found)
    return Word(folded=folded, stemmed=stems(folded))


def _prefix(found: list[Token]) -> Prefix:
    last = found[-1]
    before = [token.folded for token in found if token.start < last.start]
    ends = beginnings(last.text)
    return Prefix(folded=tuple(" ".join((*before, end)) for end in ends))


def _is_elided(token: Token, text: str) -> bool:
    """Whether this is the l' of l'aide: it says nothing about what is looked for."""
    is_short = len(token.text) == 1 or token.text.casefold().endswith("qu")
    return is_short and text[token.end : token.end + 1] in _APOSTROPHES


def _folded(found: list[Token]) -> str:
    return " ".join(token.folded for token in found)
