"""Functional checks in the manner of HateCheck: can a classifier do each small thing it must?

Each case is one text written for one function ("a quote to refute it", "a veiled threat") with
the labels that are right. A rate by function says what a figure over all posts hides.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifiers.base import Classifier
from classifiers.training.evaluate import ALL, row
from classifiers.training.language_figures import Share, share_of
from veille.codebook.actors import load_actors
from veille.codebook.narratives import load_codebook
from veille.post import STANCES, Axis, Label

CASES = Path(__file__).parents[2] / "tests" / "samples" / "functions.tsv"
CHECKED: tuple[Axis, ...] = ("stance", "hostility", "target", "narrative")
_COLUMNS = {"function", "lang", "text", *CHECKED}
_HOSTILITIES = ("0", "1", "2", "3")
_NOBODY, _NOT_CHECKED = "AUCUN", "-"
# The right narrative may come second, as in the figures on the test posts.
_NARRATIVES_READ = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One text, the function it checks, and what may be said of it.

    `line` is where it stands in the file. `accepted` holds the values that pass, by axis;
    an axis that is not in it is not checked. Narratives are three characters: "N05".
    """

    line: int
    function: str
    lang: str
    text: str
    accepted: Mapping[Axis, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one classifier missed: axes by line of the case, for cases that fail only."""

    model: str
    missed: Mapping[int, tuple[Axis, ...]]

    def fails(self, case: Case) -> bool:
        return case.line in self.missed


def read_cases(path: Path = CASES) -> list[Case]:
    """Every case, in order. Raises `ValueError` naming file, line and every fault."""
    cases: list[Case] = []
    faults: list[str] = []
    with path.open(encoding="utf-8", newline="") as file:
        for line, told in enumerate(
            csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE), 2
        ):
            faults += [f"{path.name}:{line}: {fault}" for fault in _faults(told)]
            if not faults:
                cases.append(_case(line, told))
    if faults:
        raise ValueError("\n".join(faults))
    return cases


def missed(case: Case, labels: Sequence[Label]) -> tuple[Axis, ...]:
    """The axes of the case on which the labels are wrong; none when it passes.

    Stance and hostility are judged by the likeliest value, narratives by the two likeliest,
    the target by whether the actor is among those named, or nobody is. Whoever abstains on an
    axis has not done what the case is for, and misses it.
    """
    said: dict[Axis, frozenset[str]] = {
        "stance": _best(labels, "stance", 1),
        "hostility": _best(labels, "hostility", 1),
        "target": _best(labels, "target", None) or frozenset({_NOBODY}),
        "narrative": frozenset(v[:3] for v in _best(labels, "narrative", _NARRATIVES_READ)),
    }
    return tuple(
        axis
        for axis in CHECKED
        if axis in case.accepted and case.accepted[axis].isdisjoint(said[axis])
    )


def checked(classifier: Classifier, cases: Sequence[Case]) -> Check:
    """What the classifier makes of the cases."""
    labels = classifier.label([case.text for case in cases])
    found = {case.line: missed(case, said) for case, said in zip(cases, labels, strict=True)}
    return Check(
        model=classifier.model, missed={line: axes for line, axes in found.items() if axes}
    )


def rates(
    cases: Sequence[Case], check: Check, group: Callable[[Case], str] = lambda case: case.function
) -> dict[str, Share]:
    """How many cases of each group pass, with Wilson's interval, and of all; as they come."""
    groups: dict[str, list[bool]] = {ALL: []}
    for case in cases:
        passes = not check.fails(case)
        groups[ALL].append(passes)
        groups.setdefault(group(case), []).append(passes)
    return {name: share_of(sum(passed), len(passed)) for name, passed in groups.items()}


def axis_rates(cases: Sequence[Case], check: Check) -> dict[str, Share]:
    """On how many of the cases that check an axis it is right; axes that some case checks."""
    there = Counter(axis for case in cases for axis in case.accepted)
    wrong = Counter(axis for axes in check.missed.values() for axis in axes)
    return {
        str(axis): share_of(there[axis] - wrong[axis], there[axis])
        for axis in CHECKED
        if there[axis]
    }


def tables(cases: Sequence[Case], checks: Sequence[Check]) -> Iterator[str]:
    """The checks as Markdown, one line at a time, side by side; failing cases by line."""
    yield f"### Functional checks: cases that pass (n = {len(cases)})"
    yield ""
    yield from _table("function", [rates(cases, check) for check in checks], checks)
    yield "### Functional checks by language"
    yield ""
    langs = [rates(cases, check, lambda case: case.lang) for check in checks]
    yield from _table("language", langs, checks)
    yield "### Functional checks by axis: cases that check it and get it right"
    yield ""
    yield from _table("axis", [axis_rates(cases, check) for check in checks], checks)
    yield f"### Functional checks that fail, by line of {CASES.name}"
    yield ""
    yield from _failing(cases, checks)


def _table(
    title: str, columns: Sequence[Mapping[str, Share]], checks: Sequence[Check]
) -> Iterator[str]:
    yield row(title, "n", *(check.model for check in checks))
    yield row("---", "---", *("---" for _ in checks))
    for name, first in columns[0].items():
        yield row(name, str(first.of), *(_shown(shares[name]) for shares in columns))
    yield ""


def _failing(cases: Sequence[Case], checks: Sequence[Check]) -> Iterator[str]:
    yield row("function", *(check.model for check in checks))
    yield row("---", *("---" for _ in checks))
    for function in dict.fromkeys(case.function for case in cases):
        own = [case for case in cases if case.function == function]
        lines = [[str(case.line) for case in own if check.fails(case)] for check in checks]
        yield row(function, *(" ".join(failing) or "–" for failing in lines))


def _shown(said: Share) -> str:
    return f"{said.share:.2f} ({said.low:.2f}–{said.high:.2f})"


def _best(labels: Sequence[Label], axis: Axis, most: int | None) -> frozenset[str]:
    found = sorted((label for label in labels if label.axis == axis), key=lambda x: -x.score)
    return frozenset(label.value for label in found[:most])


def _case(line: int, told: Mapping[str, str]) -> Case:
    accepted = {axis: _accepted(axis, told[axis]) for axis in CHECKED}
    return Case(
        line=line,
        function=told["function"],
        lang=told["lang"],
        text=told["text"],
        accepted={axis: values for axis, values in accepted.items() if values},
    )


def _accepted(axis: Axis, told: str) -> frozenset[str]:
    """ "H1" and "H2" for the hostility "1-2"; nothing for what is not checked."""
    if axis == "hostility":
        low, _, high = told.partition("-")
        return frozenset(f"H{level}" for level in range(int(low), int(high or low) + 1))
    return frozenset() if told == _NOT_CHECKED else frozenset(told.split("|"))


def _faults(told: Mapping[str, str]) -> Iterator[str]:
    if set(told) != _COLUMNS or None in told.values():
        yield f"needs the columns {', '.join(sorted(_COLUMNS))}"
        return
    codes = {family.code[:3] for family in load_codebook().families}
    low, _, high = told["hostility"].partition("-")
    if low not in _HOSTILITIES or (high or low) not in _HOSTILITIES or (high or low) < low:
        yield f"hostility is {told['hostility']!r}"
    allowed: Mapping[Axis, set[str]] = {
        "stance": set(STANCES),
        "target": {*load_actors(), _NOBODY, _NOT_CHECKED},
        "narrative": {*codes, _NOT_CHECKED},
    }
    for axis, values in allowed.items():
        if not set(told[axis].split("|")) <= values:
            yield f"{axis} is {told[axis]!r}"
    if not told["function"].strip() or not told["text"].strip():
        yield "has no function or no text"
