"""How well each language explains a word, from the profiles that langdetect reads."""

import json
import math
import re
import struct
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources.abc import Traversable
from operator import mul
from types import MappingProxyType
from typing import Any, NamedTuple

from veille.language.chunks import key_of

# Shares of the 3-, 2- and 1-gram in the likelihood of a letter, and what an unseen letter has.
_TRI, _BI, _UNI = 0.75, 0.2, 0.05
_UNSEEN = 1e-4
# At most this share of a language's words is left to its list of frequent words.
_LISTED = 0.7
_TINY = 1e-9
# One whole number carries the scores of all profiles, 32 bits each: one addition adds them all.
_BITS = 32
_FIELD = (1 << _BITS) - 1
# Scores are kept in 1/256 of a natural logarithm, and lifted so that none is negative: the worst
# word has 40 letters of 13 each.
STEPS = 256
LIFT = 1 << 18
# What is so much less likely changes no mean.
_FAR = 10 * STEPS


class Word(NamedTuple):
    """What one chunk of a text says: its score in each profile, all of them packed, the profile
    of the best, and how many words there are. Scores are lifted, by `LIFT` for each word."""

    row: Sequence[int]
    packed: int
    best: int
    votes: int


class Model:
    """The profiles of one script.

    A word is likely by its letters, three at a time, and by its frequency where the language
    uses it often. A word of *any* language is as likely as the mean of all of them makes it:
    that mean is zero on the scale of scores, which are natural logarithms.
    """

    def __init__(
        self,
        grams: Sequence[str],
        words: Mapping[str, Mapping[str, Any]],
        per_word: Mapping[str, float],
    ) -> None:
        """`grams` are profiles as langdetect reads them, `words` lists by the same names.

        `per_word` is added to the score of each word in the profiles of a label.
        """
        from langdetect.detector_factory import DetectorFactory

        factory = DetectorFactory()
        factory.seed = 0
        factory.load_json_profile(grams)
        self.profiles: tuple[str, ...] = tuple(factory.langlist)
        self._grams: dict[str, list[float]] = factory.word_lang_prob_map
        self._none = [0.0] * len(self.profiles)
        labels = [name.partition(".")[0] for name in self.profiles]
        self._weights = [1 / labels.count(label) / len(set(labels)) for label in labels]
        self._pack = struct.Struct(f"<{len(self.profiles)}I")
        self._ones = self._packed([1] * len(self.profiles))
        self._lift = self._packed(round(per_word.get(x, 0.0) * STEPS) + LIFT for x in labels)
        self._words: dict[str, list[tuple[int, float]]] = {}
        self._unlisted = self._packed(self._take(n, words.get(n)) for n in self.profiles)
        self._begin = [_TINY + n for n in self._edge(0)]
        self._inside = [1 - n for n in self._begin]
        self._end = self._edge(1)
        # Posts repeat words, and words repeat letters.
        self.of = lru_cache(maxsize=1 << 14)(self._of)
        self._letter = lru_cache(maxsize=1 << 15)(self._letter_costs)
        self._pair = lru_cache(maxsize=1 << 12)(self._pair_shares)

    def _take(self, name: str, listed: Mapping[str, Any] | None) -> int:
        """Takes in the frequent words of a profile; gives what it costs to be none of them."""
        if not listed:
            return 0
        place = self.profiles.index(name)
        share = _LISTED * listed["share"]
        total = sum(listed["words"].values())
        for word, count in listed["words"].items():
            self._words.setdefault(word, []).append((place, share * count / total))
        return _cost(1 - share)

    def _edge(self, side: int) -> list[float]:
        """Probability, per profile, that a pair of letters begins (0) or ends (1) a word."""
        letter = re.compile(r" [^ ]" if side == 0 else r"[^ ] ")
        pairs = (row for gram, row in self._grams.items() if letter.fullmatch(gram))
        return [math.fsum(column) for column in zip(*pairs, strict=True)]

    def knows(self, keys: Iterable[str]) -> bool:
        """Whether all `keys` are frequent words of some language."""
        return all(key in self._words for key in keys)

    def totals(self, words: Iterable[Word]) -> tuple[int, ...]:
        """The sum of the scores of `words` per profile, lifted for each word in them."""
        return self._unpacked(sum([packed for _, packed, _, _ in words]))

    def _unpacked(self, packed: int) -> tuple[int, ...]:
        return self._pack.unpack(packed.to_bytes(self._pack.size, "little"))

    def _packed(self, steps: Iterable[int]) -> int:
        return int.from_bytes(self._pack.pack(*steps), "little")

    def _of(self, words: tuple[str, ...]) -> Word:
        packed = sum([self._scores(word) for word in words])
        row = array("I", self._unpacked(packed))
        return Word(row, packed, row.index(max(row)), len(words))

    def _scores(self, word: str) -> int:
        padded, letter = f" {word} ", self._letter
        costs = self._unlisted + letter(padded[:2])
        costs += sum([letter(padded[start : start + 3]) for start in range(len(word))])
        listed = self._words.get(key_of(word))
        for place, share in listed or ():
            shift = _BITS * place
            unlisted = costs >> shift & _FIELD
            costs += (_cost(share + math.exp(unlisted / -STEPS)) - unlisted) << shift
        row = self._unpacked(costs)
        least = min(row)
        far = least + _FAR
        near = [w * math.exp((least - n) / STEPS) for n, w in zip(row, self._weights) if n < far]  # noqa: B905
        any_language = least + _cost(sum(near))
        return self._lift + any_language * self._ones - costs

    def _letter_costs(self, gram: str) -> int:
        """What the last letter of `gram` costs after the others, which may be one or two."""
        shares, costs = self._pair(gram[-2:])
        if len(gram) == len("ab"):
            return costs
        before = self._grams.get(gram[:2], self._none)
        for place, whole in enumerate(self._grams.get(gram, self._none)):
            if whole:
                after = min(1.0, whole * self._inside[place] / (before[place] + _TINY))
                shift = _BITS * place
                cost = _cost(shares[place] + _TRI * after)
                costs += (cost - (costs >> shift & _FIELD)) << shift
        return costs

    def _pair_shares(self, gram: str) -> tuple[list[float], int]:
        """The part of a likelihood that looks one letter back, and what a letter costs with it."""
        get, none = self._grams.get, self._none
        one = self._end if gram[1] == " " else get(gram[1], none)
        before = self._begin
        if gram[0] != " ":
            before = list(map(mul, get(gram[0], none), self._inside))
        after = [min(1.0, n / (m + _TINY)) for n, m in zip(get(gram, none), before, strict=True)]
        begins = _TRI if gram[0] == " " else 0.0
        shares = [_BI * b + _UNI * (a + _UNSEEN) for a, b in zip(one, after, strict=True)]
        costs = self._packed(_cost(n + begins * b) for n, b in zip(shares, after, strict=True))
        return shares, costs


def _cost(likelihood: float) -> int:
    return round(-STEPS * math.log(likelihood))


def read_model(
    folder: Traversable, *, per_word: Mapping[str, float] = MappingProxyType({}), without: str = ""
) -> Model:
    """The model whose profiles are in `folder`, or all of them but one."""
    texts: dict[str, dict[str, str]] = {}
    for kind in ("grams", "words"):
        paths = sorted((folder / kind).iterdir(), key=lambda path: path.name)
        named = {path.name.removesuffix(".json"): path for path in paths}
        texts[kind] = {
            name: path.read_text(encoding="utf-8")
            for name, path in named.items()
            if name != without
        }
    listed = {name: json.loads(text) for name, text in texts["words"].items()}
    return Model(list(texts["grams"].values()), listed, per_word)
