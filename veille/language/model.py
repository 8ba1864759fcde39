"""How well each language explains a word, from the profiles that langdetect reads."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from veille.language.chunks import key_of

# Shares of the 3-, 2- and 1-gram in the likelihood of a letter, and what an unseen letter has.
_TRI, _BI, _UNI = 0.75, 0.2, 0.05
_UNSEEN = 1e-4
# At most this share of a language's words is left to its list of frequent words.
_LISTED = 0.7
_TINY = 1e-9
# Scores are whole numbers, so that the order of adding never matters: 1/256 of a natural logarithm.
STEPS = 256

# One number per profile: how often something is there, and a score.
Shares = NDArray[np.float64]
Scores = NDArray[np.int32]
# A cost is a negative score. One whole number carries those of all profiles, 32 bits each: one
# addition adds them all, sooner than numpy begins to.
Costs = int


class Word(NamedTuple):
    """What one chunk of a text says: the bytes of its `Scores`, the place of the best profile,
    and how many words there are."""

    scores: bytes
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
        self._place = {gram: place for place, gram in enumerate(factory.word_lang_prob_map)}
        # The last row is for what no profile has seen.
        nothing = [0.0] * len(self.profiles)
        self._table = np.array([*factory.word_lang_prob_map.values(), nothing])
        labels = [name.partition(".")[0] for name in self.profiles]
        self._weights = np.array([1 / labels.count(x) / len(set(labels)) for x in labels])
        self._per_word = np.array([round(per_word.get(x, 0.0) * STEPS) for x in labels], np.int32)
        self._words: dict[str, list[tuple[int, float]]] = {}
        self._unlisted = _costs(np.array([self._take(x, words.get(x)) for x in self.profiles]))
        self._size = 4 * len(self.profiles)
        self._begin, self._end = self._edge(" [^ ]") + _TINY, self._edge("[^ ] ")
        self._inside = 1 - self._begin
        # Posts repeat words, and words repeat letters.
        self.of = lru_cache(maxsize=1 << 14)(self._of)
        self._letter = lru_cache(maxsize=1 << 15)(self._letter_costs)
        self._pair = lru_cache(maxsize=1 << 12)(self._pair_shares)

    def _take(self, name: str, listed: Mapping[str, Any] | None) -> float:
        """Takes in the frequent words of a profile; gives the share of all other words."""
        if not listed:
            return 1.0
        place = self.profiles.index(name)
        share: float = _LISTED * listed["share"]
        total = sum(listed["words"].values())
        for word, count in listed["words"].items():
            self._words.setdefault(word, []).append((place, share * count / total))
        return 1 - share

    def _shares(self, gram: str) -> Shares:
        shares: Shares = self._table[self._place.get(gram, -1)]
        return shares

    def _edge(self, pair: str) -> Shares:
        """How often, per profile, a pair of letters is one of those that match."""
        shares: Shares = self._table[
            [place for gram, place in self._place.items() if re.fullmatch(pair, gram)]
        ].sum(axis=0)
        return shares

    def knows(self, keys: Iterable[str]) -> bool:
        """Whether all `keys` are frequent words of some language."""
        return all(key in self._words for key in keys)

    def scores(self, words: Sequence[Word]) -> Scores:
        """The scores of `words`: (words, profiles)."""
        together = b"".join([scores for scores, _, _ in words])
        return np.frombuffer(together, np.int32).reshape(len(words), len(self.profiles))

    def _of(self, words: tuple[str, ...]) -> Word:
        scores = sum(map(self._scores_of, words[1:]), self._scores_of(words[0]))
        return Word(scores.tobytes(), int(scores.argmax()), len(words))

    def _scores_of(self, word: str) -> Scores:
        padded, letter = f" {word} ", self._letter
        packed = self._unlisted + letter(padded[:2])
        packed += sum([letter(padded[start : start + 3]) for start in range(len(word))])
        costs = np.frombuffer(bytearray(packed.to_bytes(self._size, "little")), np.int32)
        for place, share in self._words.get(key_of(word), ()):
            costs[place] = _cost(share + math.exp(costs[place] / -STEPS))
        least = costs.min()
        any_language = least + _cost(self._weights @ np.exp((least - costs) / STEPS))
        scores: Scores = self._per_word + any_language - costs
        return scores

    def _letter_costs(self, gram: str) -> Costs:
        """What the last letter of `gram` costs after the others, which may be one or two."""
        shares, after = self._pair(gram[-2:])
        if len(gram) > len("ab"):
            before = self._shares(gram[:2])
            after = np.minimum(1, self._shares(gram) * self._inside / (before + _TINY))
        return _costs(shares + _TRI * after)

    def _pair_shares(self, gram: str) -> tuple[Shares, Shares]:
        """The part of a likelihood that looks one letter back at most, and the share in it of
        `gram` itself."""
        begins = gram[0] == " "
        before = self._begin if begins else self._shares(gram[0]) * self._inside
        after = np.minimum(1, self._shares(gram) / (before + _TINY))
        one = self._end if gram[1] == " " else self._shares(gram[1])
        return _BI * after + _UNI * (one + _UNSEEN), after


def _cost(likelihood: float) -> int:
    return round(-STEPS * math.log(likelihood))


def _costs(likelihoods: Shares) -> Costs:
    costs = np.rint(-STEPS * np.log(likelihoods)).astype("<u4")
    return int.from_bytes(costs.tobytes(), "little")


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
