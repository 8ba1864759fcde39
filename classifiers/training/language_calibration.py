"""Fits how sure the language profiles may be, on text that they have not counted.

    python -m classifiers.training.language_calibration TEXTS veille/profiles

Known languages are judged on the lines that `is_held_out` keeps; unknown ones are played by the
neighbours and distractors, each judged by the profiles without its own. Every line comes three
times: whole, cut to a few words, and cut and folded as phones write. Writes calibration.json.
"""

import json
import math
import random
import sys
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from classifiers.training.language_profiles import RECIPES, Recipe, is_held_out, lines_of, spread
from veille.language.chunks import TIFINAGH, unaccented, words_of
from veille.language.judge import OPERATIONAL, UNKNOWN
from veille.language.model import STEPS, Model, read_model

MAX_LINES = 200
SHORTEST, LONGEST = 4, 10
# Tamasheq is told from these by their own profile only: without it they would be Tamasheq.
NEVER_UNKNOWN = frozenset({"other-berber", "other-tamazight"})
# All unknown languages together weigh as much as so many of ours.
UNKNOWN_WEIGHT = 2.6
# What each word adds where nothing is known: held-out lines are of sources that were counted, posts
# are not. With one source left out of each of seven languages (0; 0.45; 0.8): 89, 91, 92 % of its
# lines were recognised, and 81, 69, 58 % of texts in languages left out altogether were not.
PER_WORD = 0.45
# Little else is written in Tifinagh here, so anything but Moroccan Tamazight is taken.
PER_WORD_OF = {TIFINAGH: 3.0}
PULL = 0.02
STEP, DECAY = 0.02, 0.7
EPOCHS, BATCH = 6, 64
# A language is said where it is about as likely as all others, and so often with right.
PRECISION = 0.95
LEAST, MOST = 0.45, 0.95
# Chosen on texts put together of held-out lines in two languages.
SWITCH, MIXED = 4.0, 0.6


class Example(NamedTuple):
    """What one text scored: the sum per profile, the number of words, the label it has."""

    totals: Sequence[float]
    votes: int
    label: str
    profiles: tuple[str, ...]


def main(texts: Path, profiles: Path) -> None:
    fitted = {}
    for script in sorted({recipe.script for recipe in RECIPES}):
        examples = list(examples_of(script, texts, profiles / script.lower()))
        fit = Fit(examples, PER_WORD_OF.get(script, PER_WORD))
        fit.run()
        fitted[script.lower()] = fit.told()
    whole = json.dumps(fitted, indent=1, sort_keys=True)
    (profiles / "calibration.json").write_text(whole + "\n", encoding="utf-8")


def examples_of(script: str, texts: Path, folder: Path) -> Iterator[Example]:
    """Held-out lines of every recipe, judged as the module says."""
    model = read_model(folder)
    for recipe in RECIPES:
        if recipe.script != script:
            continue
        label = recipe.name.partition(".")[0]
        lines = held_out(recipe, texts)
        yield from judged(lines, label if label in OPERATIONAL else UNKNOWN, model)
        if label not in OPERATIONAL and label not in NEVER_UNKNOWN:
            yield from judged(lines, UNKNOWN, read_model(folder, without=recipe.name))


def held_out(recipe: Recipe, texts: Path) -> list[str]:
    lines: list[str] = []
    for code in recipe.texts:
        kept = [line for line in lines_of(texts, code, recipe.script) if is_held_out(line[0])]
        lines += spread(kept, MAX_LINES // len(recipe.texts))
    return lines


def judged(lines: Sequence[str], label: str, model: Model) -> Iterator[Example]:
    for line in lines:
        short = " ".join(cut(line))
        for text in (line, short, unaccented(short)):
            words = words_of(text)
            if words:
                scores = model.scores([model.of((word,)) for word in words])
                totals = (scores.sum(axis=0) / STEPS).tolist()
                yield Example(totals, len(words), label, model.profiles)


def cut(line: str) -> list[str]:
    """A few words in a row, always the same ones of the same line."""
    chance = random.Random(zlib.crc32(line.encode()))  # noqa: S311 - no secret
    words, length = line.split(), chance.randint(SHORTEST, LONGEST)
    start = chance.randrange(max(1, len(words) - length + 1))
    return words[start : start + length]


class Fit:
    """Multinomial logistic regression on three kinds of numbers, by stochastic descent (Adam).

    `scale` turns scores into logits; `per_word` and `prior` are those of `Calibration`.
    """

    def __init__(self, examples: Sequence[Example], per_word: float) -> None:
        known = {example.label for example in examples} - {UNKNOWN}
        self.labels = [label for label in OPERATIONAL if label in known]
        self.examples = examples
        counts = Counter(example.label for example in examples)
        self.weight = {label: len(examples) / count for label, count in counts.items()}
        self.weight[UNKNOWN] *= UNKNOWN_WEIGHT
        self.start = {"scale": math.log(0.5)}
        self.start |= {f"per_word {label}": per_word for label in self.labels}
        self.start |= {f"prior {label}": 0.0 for label in self.labels}
        self.numbers = dict(self.start)

    def run(self) -> None:
        chance = random.Random(0)  # noqa: S311 - no secret
        mean, square = dict.fromkeys(self.start, 0.0), dict.fromkeys(self.start, 0.0)
        order, step = list(self.examples), STEP
        for _ in range(EPOCHS):
            chance.shuffle(order)
            for start in range(0, len(order), BATCH):
                slopes = self._slopes(order[start : start + BATCH])
                for name, slope in slopes.items():
                    mean[name] += 0.1 * (slope - mean[name])
                    square[name] += 0.01 * (slope * slope - square[name])
                    self.numbers[name] -= step * mean[name] / (math.sqrt(square[name]) + 1e-8)
            step *= DECAY

    def _slopes(self, batch: Sequence[Example]) -> dict[str, float]:
        """How the loss of `batch` changes with each number."""
        total = sum(self.weight[example.label] for example in batch)
        slopes = {
            name: PULL * (value - self.start[name]) if name != "scale" else 0.0
            for name, value in self.numbers.items()
        }
        scale = math.exp(self.numbers["scale"])
        for example in batch:
            weight = self.weight[example.label] / total
            for label, raw, error in self._errors(example):
                slopes["scale"] += weight * error * raw * scale
                if label in self.weight and label != UNKNOWN:
                    slopes[f"per_word {label}"] += weight * error * example.votes * scale
                    slopes[f"prior {label}"] += weight * error
        return slopes

    def _errors(self, example: Example) -> Iterator[tuple[str, float, float]]:
        """Label, score and error of each profile: the share it has, less what it should have."""
        shares = self._shares(example)
        right = sum(share for label, _, share in shares if label == example.label)
        for label, raw, share in shares:
            if share:
                wanted = share / max(right, 1e-12) if label == example.label else 0.0
                yield label, raw, share - wanted

    def _shares(self, example: Example) -> list[tuple[str, float, float]]:
        """Label, score and probability of each profile, and of a language that has none."""
        scale = math.exp(self.numbers["scale"])
        raws: list[tuple[str, float, float]] = [(UNKNOWN, 0.0, 0.0)]
        for name, total in zip(example.profiles, example.totals, strict=True):
            label = name.partition(".")[0]
            if label in self.labels:
                raw = total + self.numbers[f"per_word {label}"] * example.votes
                raws.append((label, raw, raw * scale + self.numbers[f"prior {label}"]))
            else:
                raws.append((UNKNOWN, total, total * scale))
        top = max(logit for _, _, logit in raws)
        weights = [math.exp(logit - top) for _, _, logit in raws]
        whole = math.fsum(weights)
        return [(label, raw, w / whole) for (label, raw, _), w in zip(raws, weights, strict=True)]

    def told(self) -> dict[str, object]:
        """What `Calibration` holds, rounded as it is written."""
        numbers = {name: round(value, 3) for name, value in self.numbers.items()}
        return {
            "scale": round(math.exp(self.numbers["scale"]), 4),
            "per_word": {label: numbers[f"per_word {label}"] for label in self.labels},
            "prior": {label: numbers[f"prior {label}"] for label in self.labels},
            "least": self._least(),
            "switch": SWITCH,
            "mixed": MIXED,
        }

    def _least(self) -> dict[str, float]:
        """Per label, the lowest probability from which it is said often enough with right."""
        said: dict[str, list[tuple[float, float, bool]]] = {label: [] for label in self.labels}
        for example in self.examples:
            shares = dict.fromkeys(self.labels, 0.0)
            for label, _, share in self._shares(example):
                if label in shares:
                    shares[label] += share
            best = max(shares, key=shares.__getitem__)
            # A sister label that is as good is no reason to say nothing: Pidgin and English.
            if example.label in (best, UNKNOWN):
                weight = self.weight[example.label]
                said[best].append((shares[best], weight, example.label == best))
        return {label: _threshold(pairs) for label, pairs in said.items()}


def _threshold(said: Sequence[tuple[float, float, bool]]) -> float:
    for hundredth in range(round(100 * LEAST), round(100 * MOST) + 1):
        sure = [(weight, right) for share, weight, right in said if share >= hundredth / 100]
        rights = sum(weight for weight, right in sure if right)
        if rights >= PRECISION * sum(weight for weight, _ in sure):
            return hundredth / 100
    return MOST


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
