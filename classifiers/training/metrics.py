"""Figures of a classifier on labelled posts, each with how sure it is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from classifiers.bundled.heads import HOSTILITIES
from classifiers.training.labelled import LabelledPost
from veille.post import STANCES, Label

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

_DRAWS, _SEED = 1_000, 7
_MIDDLE = (2.5, 97.5)
_CALL, _THREAT = 2, 3
_BINS = 10
ALARMS = 0.02
_NOT_SAID = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its 95 % bootstrap interval and the number of posts it stands on."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a classifier said of posts and what is right, as numbers; one row a post.

    `stance` and `hostility` hold a probability for every value; `rank` is the place of the
    right narrative among those said, from 0; `is_aimed` and `is_red` what was said.
    """

    stance: Floats
    hostility: Floats
    rank: Ints
    is_aimed: Truths
    is_red: Truths
    right_stance: Ints
    right_hostility: Ints
    right_aimed: Truths

    def __len__(self) -> int:
        return len(self.rank)

    def at(self, places: Ints | Truths) -> "Answers":
        """The same for some of the posts; a post may be taken more than once."""
        return Answers(**{item.name: getattr(self, item.name)[places] for item in fields(self)})

    @property
    def alarm(self) -> Floats:
        """Probability of H2 or more."""
        return np.asarray(self.hostility[:, _CALL:].sum(axis=1))


def answers_of(
    posts: Sequence[LabelledPost], labels: Sequence[Sequence[Label]], levels: Sequence[str]
) -> Answers:
    """Labels as numbers; an axis that is not said is level, as in what `veille label` writes."""
    return Answers(
        stance=np.stack([_whole(row, "stance", STANCES) for row in labels]),
        hostility=np.stack([_whole(row, "hostility", HOSTILITIES) for row in labels]),
        rank=np.array([_rank(row, post) for post, row in zip(posts, labels, strict=True)]),
        is_aimed=np.array([any(label.axis == "target" for label in row) for row in labels]),
        is_red=np.array([level == "rouge" for level in levels]),
        right_stance=np.array([STANCES.index(post.stance) for post in posts]),
        right_hostility=np.array([post.hostility for post in posts]),
        right_aimed=np.array(["AUCUN" not in post.targets for post in posts]),
    )


def _rank(labels: Sequence[Label], post: LabelledPost) -> int:
    codes = [code[:3] for code in _said(labels, "narrative")]
    return codes.index(post.narrative) if post.narrative in codes else _NOT_SAID


def _said(labels: Sequence[Label], axis: str) -> dict[str, float]:
    found = {label.value: label.score for label in labels if label.axis == axis}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _whole(labels: Sequence[Label], axis: str, values: Sequence[str]) -> list[float]:
    said = _said(labels, axis) or dict.fromkeys(values, 1 / len(values))
    return [said.get(value, 0.0) for value in values]


def macro_f1(right: Ints, said: Ints) -> float:
    """Mean over the values that occur of the harmonic mean of precision and recall."""
    scores = []
    for value in np.unique(right):
        both = float(((right == value) & (said == value)).sum())
        scores.append(2 * both / float((right == value).sum() + (said == value).sum()))
    return float(np.mean(scores))


def stance_f1(answers: Answers) -> float:
    return macro_f1(answers.right_stance, answers.stance.argmax(axis=1))


def hostility_f1(answers: Answers) -> float:
    return macro_f1(answers.right_hostility, answers.hostility.argmax(axis=1))


def calls_found(answers: Answers) -> float:
    """Share of H2 and H3 found at the threshold that calls 2 % of ordinary posts."""
    levels, alarm = answers.right_hostility, answers.alarm
    ordinary = np.sort(alarm[levels == 0])[::-1]
    limit = ordinary[int(ALARMS * len(ordinary))] if len(ordinary) else 0.0
    return _share(alarm[levels >= _CALL] > limit)


def false_alarms(answers: Answers) -> float:
    """Share of H0 posts whose likeliest level is H2 or H3."""
    return _share(answers.hostility.argmax(axis=1)[answers.right_hostility == 0] >= _CALL)


def calls_said(answers: Answers) -> float:
    """Share of H2 and H3 whose likeliest level is H2 or H3."""
    return _share(answers.hostility.argmax(axis=1)[answers.right_hostility >= _CALL] >= _CALL)


def threats_found(answers: Answers) -> float:
    """Share of H3 whose likeliest level is H3."""
    return _share(answers.hostility.argmax(axis=1)[answers.right_hostility == _THREAT] == _THREAT)


def harmless_red(answers: Answers) -> float:
    """Share of H0 posts that would be proposed as red."""
    return _share(answers.is_red[answers.right_hostility == 0])


def narrative_first(answers: Answers) -> float:
    return _share(answers.rank == 0)


def narrative_second(answers: Answers) -> float:
    """Share of posts whose narrative is one of the two likeliest."""
    return _share(answers.rank <= 1)


def target_right(answers: Answers) -> float:
    return _share(answers.is_aimed == answers.right_aimed)


def calibration_error(answers: Answers) -> float:
    """Mean distance of what stance promises from how often it is right, over ten bins."""
    best = answers.stance.max(axis=1)
    right = answers.stance.argmax(axis=1) == answers.right_stance
    bins = np.minimum((best * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            abs(best[bins == place].mean() - right[bins == place].mean()) * (bins == place).mean()
            for place in np.unique(bins)
        )
    )


MEASURES: Mapping[str, Callable[[Answers], float]] = {
    "stance macro-F1": stance_f1,
    "hostility macro-F1": hostility_f1,
    "H2+ found at 2 % alarms": calls_found,
    "H2+ said": calls_said,
    "H0 called H2+": false_alarms,
    "H3 said H3": threats_found,
    "H0 red": harmless_red,
    "narrative first": narrative_first,
    "narrative first two": narrative_second,
    "target present": target_right,
    "stance calibration error": calibration_error,
}


def figure(measure: Callable[[Answers], float], answers: Answers, draws: int = _DRAWS) -> Figure:
    """The measure on all posts, and between which values it lies in 95 of 100 redraws."""
    chance, n = np.random.default_rng(_SEED), len(answers)
    drawn = [answers.at(chance.integers(n, size=n)) for _ in range(draws)]
    values = [value for value in map(measure, drawn) if not np.isnan(value)]
    low, high = np.percentile(values, _MIDDLE) if values else (np.nan, np.nan)
    return Figure(value=measure(answers), low=float(low), high=float(high), n=n)


def budget(answers: Answers, share: float, prevalence: float = 0.01) -> tuple[float, float]:
    """Precision and recall when people read the `share` of a stream that ranks highest.

    In the stream one post in a hundred is H2 or H3, the others are as the H0 posts here.
    """
    levels, alarm = answers.right_hostility, answers.alarm
    hostile, ordinary = alarm[levels >= _CALL], alarm[levels == 0]
    for limit in np.sort(np.unique(alarm)):
        found, false = float((hostile >= limit).mean()), float((ordinary >= limit).mean())
        read = prevalence * found + (1 - prevalence) * false
        if read <= share:
            return (prevalence * found / read if read else 1.0), found
    return 1.0, 0.0


def _share(said: NDArray[np.bool_]) -> float:
    return float(said.mean()) if len(said) else float("nan")
