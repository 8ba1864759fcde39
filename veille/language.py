"""Which language a short post is in: scripts first, then langdetect's profiles."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files

# ISO 639-3; Manding with Dyula, Fula, Songhay-Zarma, Tamasheq and Arabic are macro labels.
OPERATIONAL = (
    "fra", "eng", "bam", "ful", "hau", "mos", "tmh", "son", "ara", "wol", "snk", "knc", "pcm",
)  # fmt: skip
UNKNOWN = "und"

_SCRIPTS = (
    ("Latin", "A-Za-zÀ-ɏɐ-ʯḀ-ỿ"),
    ("Arabic", "؀-ۿݐ-ݿࢠ-ࣿﭐ-﷿ﹰ-﻿"),
    ("Tifinagh", "ⴰ-⵿"),
    ("N'Ko", "߀-߿"),
    ("Adlam", "\U0001e900-\U0001e95f"),
)
_SCRIPT_OF = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS}
# A script only one of our languages is written in says the language.
_ONLY = {"Tifinagh": "tmh", "Adlam": "ful", "N'Ko": "bam", "Arabic": "ara"}
# From the start of a word only: a word of 40,000 letters is not searched from each of them.
_NOISE = re.compile(r"https?://\S+|www\.\S+|(?<!\S)\S+@\S+|[@#]\w+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

_PHONE_LETTERS = str.maketrans(
    {"ɛ": "e", "ɔ": "o", "ɲ": "ny", "ŋ": "n", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y"}
)

# langdetect's own smoothing: alpha 0.5 over a base frequency of 10,000.
_SMOOTHING = 0.5 / 10_000
# 1-, 2- and 3-grams of one word overlap: three counts of nearly the same evidence.
_OVERLAP = 3.0
_MIN_WORDS = 2
# Languages further behind add nothing to the probability of the first.
_RIVALS = 5
# A longer text is decided long before its end.
_MOST_WORDS = 60
_MIN_PROBABILITY = 0.6
_SEGMENT_WORDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`code` is ISO 639-3, or "und" when we do not know; `probability` is that of `code`.

    `mix` gives the share of each language, best first, and is empty when unknown. `script` is
    the script of most letters, or empty when there are none.
    """

    code: str = UNKNOWN
    probability: float = 0.0
    mix: Mapping[str, float] = field(default_factory=dict)
    script: str = ""


def words(text: str) -> list[str]:
    """Lower-case words that may vote: no address, handle, hashtag or number."""
    text = unicodedata.normalize("NFC", _NOISE.sub(" ", text)).lower()
    return _WORD.findall(text)


def unaccented(text: str) -> str:
    """`text` as phones without our letters write it: e for ɛ and é, b for ɓ."""
    bare = unicodedata.normalize("NFD", text.translate(_PHONE_LETTERS))
    return "".join(c for c in bare if not unicodedata.combining(c))


def script_of(text: str) -> str:
    """The script most letters are in, or empty."""
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPT_OF.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else ""


def identify(text: str) -> Language:
    """The language of `text`; never raises, and the same text always gives the same answer."""
    script = script_of(text)
    if not script:
        return Language()
    if script in _ONLY:
        code = _ONLY[script]
        return Language(code=code, probability=1.0, mix={code: 1.0}, script=script)
    voting = words(text)
    code, probability = _best(voting)
    if len(voting) < _MIN_WORDS or probability < _MIN_PROBABILITY or code not in OPERATIONAL:
        return Language(script=script)
    return Language(code=code, probability=probability, mix=_mix(voting, code), script=script)


def _mix(voting: list[str], code: str) -> dict[str, float]:
    """Share of words per language, by segments of a few words; unsure ones go with the text."""
    shares: Counter[str] = Counter()
    for start in range(0, len(voting), _SEGMENT_WORDS):
        segment = voting[start : start + _SEGMENT_WORDS]
        found, probability = _best(segment)
        sure = probability >= _MIN_PROBABILITY and found in OPERATIONAL and len(segment) > 1
        shares[found if sure else code] += len(segment)
    return {name: round(n / len(voting), 2) for name, n in shares.most_common()}


def _best(voting: list[str]) -> tuple[str, float]:
    languages, _ = _profiles()
    if not voting:
        return UNKNOWN, 0.0
    totals = list(map(sum, zip(*map(_word_scores, voting[:_MOST_WORDS]), strict=True)))
    top, *others = sorted(totals, reverse=True)[:_RIVALS]
    likelihood = 1 + sum(math.exp((other - top) / _OVERLAP) for other in others)
    return languages[totals.index(top)], 1 / likelihood


@lru_cache(maxsize=65_536)
def _word_scores(word: str) -> tuple[float, ...]:
    """Log-likelihood of one word in each language."""
    padded = f" {word[:40]} "
    rows = [
        _gram_scores(padded[start : start + size])
        for size in (1, 2, 3)
        for start in range(len(padded) - size + 1)
    ]
    return tuple(map(math.fsum, zip(*rows, strict=True)))


@lru_cache(maxsize=131_072)
def _gram_scores(gram: str) -> tuple[float, ...]:
    """Log-likelihood of one n-gram in each language; nothing is said by one nobody uses."""
    languages, probabilities = _profiles()
    row = probabilities.get(gram)
    if row is None:
        return (0.0,) * len(languages)
    return tuple(math.log(p + _SMOOTHING) for p in row)


@cache
def _profiles() -> tuple[list[str], Mapping[str, list[float]]]:
    """Languages and the probabilities langdetect gives to each n-gram in each of them."""
    from langdetect.detector_factory import DetectorFactory

    factory = DetectorFactory()
    factory.seed = 0
    factory.load_json_profile(
        [
            path.read_text(encoding="utf-8")
            for path in sorted((files("veille") / "profiles").iterdir(), key=lambda p: p.name)
            if path.name.endswith(".json")
        ]
    )
    return factory.langlist, factory.word_lang_prob_map
