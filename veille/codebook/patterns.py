"""Finds many word patterns in one pass over folded tokens; the patterns are data.

A pattern is words between spaces; up to two other words may stand between two of them.
`a|b` either, where `a_b` is two words in a row; `argen*` any word that begins so; `@class` any
word of a named class; `a~b` nothing in between; `a .. b` up to seven words in between; `a & b` in
any order, in the same sentence and at most fifteen words apart.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from veille.errors import ConfigError

_GAPS = {"~": 0, " ": 2, "..": 7, "&": 0}
# How far apart, in words, the parts of an `a & b` may stand: about one long sentence.
_TOGETHER = 15
# A pattern is looked for where its rarest word stands; these stand everywhere.
_FREQUENT = (
    "le la les un une des de du et est a au aux ce cette ces que qui se sa son ses on nous vous il"
    " elle ils elles je tu ne pas en dans pour par sur avec plus tout tous sont ont va mais ou si"
    " y leur leurs nos notre mon ma c'est te ka ye ni bɛ an u da na ya the of to and is in"
)
_CLITICS = ("ال", "و", "وال", "ف", "ب", "بال", "ل", "لل")


_Forms = frozenset[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """Pattern `name` of `weight` found on the tokens `first` to `last`, both included."""

    name: str
    weight: float
    first: int
    last: int
    has_negation: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Pattern:
    name: str
    weight: float
    elements: tuple[int, ...]
    needed: frozenset[int]
    gaps: tuple[int, ...]
    in_any_order: bool
    has_negation: bool


class PatternBook:
    """Compiled patterns. `find` reads folded tokens; it never looks across sentences."""

    def __init__(
        self,
        patterns: Iterable[tuple[str, float, str]],
        *,
        classes: Mapping[str, Sequence[str]],
        fold: Callable[[str], str],
        negations: frozenset[str] = frozenset(),
    ) -> None:
        self._classes = {name: tuple(words) for name, words in classes.items()}
        self._fold = fold
        self._negations = negations
        self._frequent = frozenset(fold(_FREQUENT).split())
        self._common: list[int] = []
        self._ids: dict[frozenset[str], int] = {}
        self._exact: dict[str, list[int]] = {}
        self._prefixes: dict[str, list[int]] = {}
        self._by_anchor: dict[int, list[_Pattern]] = {}
        for name, weight, source in patterns:
            for pattern in self._compiled(name, weight, source):
                anchor = min(pattern.elements, key=self._commonness)
                self._by_anchor.setdefault(anchor, []).append(pattern)
        # 50,000 forms: the running vocabulary of a week of posts, about 10 MB.
        self._elements_of = lru_cache(maxsize=50_000)(self._elements)
        self._anchored = lru_cache(maxsize=50_000)(self._anchors)

    def find(self, words: Sequence[str], sentences: Sequence[int]) -> list[Hit]:
        """Every pattern found in `words`, once per place; `sentences` numbers each word's."""
        candidates = {pattern for word in set(words) for pattern in self._anchored(word)}
        if not candidates:
            return []
        places = self._places(words, frozenset().union(*(p.needed for p in candidates)))
        found: dict[Hit, None] = {}
        for pattern in candidates:
            if pattern.needed <= places.keys():
                found.update(dict.fromkeys(_hits(pattern, places, sentences)))
        return sorted(found, key=lambda hit: (hit.first, hit.last, hit.name, -hit.weight))

    def _places(self, words: Sequence[str], needed: frozenset[int]) -> dict[int, list[int]]:
        """Where each of the `needed` elements stands."""
        places: dict[int, list[int]] = {}
        for place, word in enumerate(words):
            for element in needed & self._elements_of(word):
                places.setdefault(element, []).append(place)
        return places

    def _compiled(self, name: str, weight: float, source: str) -> Iterator[_Pattern]:
        """`source` once per choice among its alternatives of several words."""
        parts = source.replace("~", " ~ ").split()
        choices: list[list[list[_Forms | str]]] = [
            [[part]] if part in _GAPS else self._choices(part) for part in parts
        ]
        for chosen in product(*choices):
            yield self._pattern(name, weight, [form for choice in chosen for form in choice])

    def _pattern(self, name: str, weight: float, parts: Sequence[_Forms | str]) -> _Pattern:
        forms: list[frozenset[str]] = []
        gaps: list[int] = []
        for part in parts:
            if isinstance(part, str):
                gaps[-1:] = [_GAPS[part]]
            else:
                forms.append(part)
                gaps.append(_GAPS[" "])
        if not forms:
            raise ConfigError(f"an empty pattern under {name!r}")
        elements = tuple(self._element(form) for form in forms)
        return _Pattern(
            name=name,
            weight=weight,
            elements=elements,
            needed=frozenset(elements),
            gaps=tuple(gaps[:-1]),
            in_any_order="&" in parts,
            has_negation=any(form & self._negations for form in forms),
        )

    def _choices(self, part: str) -> list[list[_Forms | str]]:
        """All one-word alternatives of `part` together, then each of several words."""
        single: set[str] = set()
        several: list[list[_Forms | str]] = []
        for alternative in self._alternatives(part):
            words = self._words(alternative)
            if len(words) == 1:
                single.update(_with_clitics(words[0]))
            else:
                several.append(_adjacent(words))
        if single:
            several.append([frozenset(single)])
        return several

    def _alternatives(self, part: str) -> Iterator[str]:
        for alternative in part.split("|"):
            if not alternative.startswith("@"):
                yield alternative
            elif alternative[1:] in self._classes:
                for member in self._classes[alternative[1:]]:
                    yield from self._alternatives(member)
            else:
                raise ConfigError(f"no class of words is called {alternative[1:]!r}")

    def _words(self, alternative: str) -> list[str]:
        begun = alternative.removesuffix("*")
        words = self._fold(begun).split()
        if not words or (begun != alternative and len(words) > 1 and begun.isalnum()):
            raise ConfigError(f"{alternative!r} is not a word to look for")
        if alternative.endswith("*"):
            words[-1] += "*"
        return words

    def _element(self, forms: frozenset[str]) -> int:
        if forms not in self._ids:
            self._ids[forms] = len(self._ids)
            self._common.append(len(forms & self._frequent))
            for form in forms:
                table, key = (
                    (self._prefixes, form[:-1]) if form.endswith("*") else (self._exact, form)
                )
                table.setdefault(key, []).append(self._ids[forms])
        return self._ids[forms]

    def _commonness(self, element: int) -> int:
        return self._common[element]

    def _elements(self, word: str) -> frozenset[int]:
        found = set(self._exact.get(word, ()))
        for length in range(2, len(word) + 1):
            found.update(self._prefixes.get(word[:length], ()))
        return frozenset(found)

    def _anchors(self, word: str) -> tuple[_Pattern, ...]:
        """Patterns that are looked for where `word` stands."""
        return tuple(
            pattern
            for element in self._elements_of(word)
            for pattern in self._by_anchor.get(element, ())
        )


def _hits(
    pattern: _Pattern, places: Mapping[int, Sequence[int]], sentences: Sequence[int]
) -> Iterator[Hit]:
    for start in places[pattern.elements[0]]:
        if pattern.in_any_order:
            ends = _together(pattern, start, places, sentences)
        else:
            end = _end(pattern, 0, start, places, sentences)
            ends = None if end is None else (start, end)
        if ends is not None:
            yield Hit(pattern.name, pattern.weight, *ends, pattern.has_negation)


def _end(
    pattern: _Pattern,
    step: int,
    place: int,
    places: Mapping[int, Sequence[int]],
    sentences: Sequence[int],
) -> int | None:
    """Where the pattern ends if its element `step` stands at `place`, or None."""
    if step == len(pattern.elements) - 1:
        return place
    reach = place + 1 + pattern.gaps[step]
    for following in _between(places[pattern.elements[step + 1]], place + 1, reach):
        if sentences[following] == sentences[place]:
            end = _end(pattern, step + 1, following, places, sentences)
            if end is not None:
                return end
    return None


def _together(
    pattern: _Pattern,
    start: int,
    places: Mapping[int, Sequence[int]],
    sentences: Sequence[int],
) -> tuple[int, int] | None:
    """The narrowest stretch of one sentence that holds every element, or None.

    Two elements may not be the same word.
    """
    taken: list[int] = []
    for element in pattern.elements:
        near = [
            place
            for place in _between(places[element], start - _TOGETHER, start + _TOGETHER)
            if sentences[place] == sentences[start] and place not in taken
        ]
        if not near:
            return None
        taken.append(min(near, key=lambda place: abs(place - start)))
    return min(taken), max(taken)


def _between(places: Sequence[int], least: int, most: int) -> Sequence[int]:
    """Those of the ascending `places` that are within both bounds, included."""
    return places[bisect_left(places, least) : bisect_right(places, most)]


def _adjacent(words: Sequence[str]) -> list[_Forms | str]:
    parts: list[_Forms | str] = []
    for word in words:
        parts += ["~", frozenset({word})] if parts else [frozenset({word})]
    return parts


def _with_clitics(word: str) -> Iterator[str]:
    """`word`, and if it is Arabic also with the article, "and", "with", "to" written onto it."""
    yield word
    if "\u0620" <= word[0] <= "\u064a":
        yield from (clitic + word for clitic in _CLITICS)
