"""`veille evaluate`: how good classifiers are on posts none of them was trained on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifiers.base import Classifier
from classifiers.training.labelled import DATA, SPLITS, LabelledPost, read
from classifiers.training.metrics import MEASURES, Answers, Figure, answers_of, budget, figure
from veille.codebook.places import find_places
from veille.post import STANCES, Label
from veille.severity import Context, assess

BUDGETS = (0.005, 0.01, 0.02, 0.05)
ALL = "all"
# Fewer posts of a language than this are not shown as a row of their own.
_FEWEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What one classifier does: figures by language and measure, budgets, confusion.

    `budgets` are precision and recall by share of the stream that people read; `confusion`
    counts posts by right stance and said stance.
    """

    model: str
    figures: Mapping[str, Mapping[str, Figure]]
    budgets: Mapping[float, tuple[float, float]]
    confusion: Mapping[tuple[str, str], int]


def posts_of(split: str, folder: Path = DATA) -> list[LabelledPost]:
    """The posts of a split: "train", "development" or "test"."""
    if split == "train":
        return [post for post in read(sorted(folder.glob("?.tsv"))) if post.split == split]
    return read(folder / f"{name}.tsv" for name, of in sorted(SPLITS.items()) if of == split)


def answered(classifier: Classifier, posts: Sequence[LabelledPost]) -> Answers:
    """What the classifier says of the posts, with the level that would be proposed."""
    labels = classifier.label([post.text for post in posts])
    levels = [_level(post.text, said) for post, said in zip(posts, labels, strict=True)]
    return answers_of(posts, labels, levels)


def evaluated(
    classifier: Classifier, posts: Sequence[LabelledPost], *, draws: int = 1_000
) -> Evaluation:
    """Every figure of the classifier, on all posts and on each language's."""
    answers = answered(classifier, posts)
    groups = {name: answers.at(places) for name, places in _groups(posts)}
    french = groups.get("fra", answers)
    said = answers.stance.argmax(axis=1).tolist()
    pairs = [
        (STANCES[right], STANCES[place])
        for right, place in zip(answers.right_stance.tolist(), said, strict=True)
    ]
    return Evaluation(
        model=classifier.model,
        figures={
            name: {title: figure(measure, of, draws) for title, measure in MEASURES.items()}
            for name, of in groups.items()
        },
        budgets={share: budget(french, share) for share in BUDGETS},
        confusion={pair: pairs.count(pair) for pair in sorted(set(pairs))},
    )


def tables(evaluations: Sequence[Evaluation]) -> Iterator[str]:
    """The evaluations as Markdown, one line at a time, side by side."""
    for name in evaluations[0].figures:
        n = next(iter(evaluations[0].figures[name].values())).n
        yield f"### {name} (n = {n})"
        yield ""
        yield row("measure", *(each.model for each in evaluations))
        yield row("---", *("---" for _ in evaluations))
        for title in MEASURES:
            yield row(title, *(_shown(each.figures[name][title]) for each in evaluations))
        yield ""
    yield "### French stream with one post in a hundred H2 or H3: precision / recall"
    yield ""
    yield row("read", *(each.model for each in evaluations))
    yield row("---", *("---" for _ in evaluations))
    for share in BUDGETS:
        cells = (f"{p:.2f} / {r:.2f}" for p, r in (each.budgets[share] for each in evaluations))
        yield row(f"{share:.1%}", *cells)
    yield ""
    yield from _confusion(evaluations[0])


def row(*cells: str) -> str:
    """One row of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


def _confusion(evaluation: Evaluation) -> Iterator[str]:
    yield f"### Stance, right (rows) and said by {evaluation.model} (columns)"
    yield ""
    yield row("", *STANCES)
    yield row("---", *("---" for _ in STANCES))
    for right in STANCES:
        counts = (str(evaluation.confusion.get((right, said), 0)) for said in STANCES)
        yield row(right, *counts)


def _shown(said: Figure) -> str:
    if np.isnan(said.value):
        return "–"
    return f"{said.value:.3f} ({said.low:.3f}–{said.high:.3f})"


def _groups(posts: Sequence[LabelledPost]) -> Iterator[tuple[str, "np.ndarray"]]:
    langs = np.array([post.lang for post in posts])
    names, counts = np.unique(langs, return_counts=True)
    yield ALL, np.arange(len(posts))
    for count, name in sorted(zip(counts.tolist(), names.tolist(), strict=True), reverse=True):
        if count >= _FEWEST:
            yield name, np.flatnonzero(langs == name)


def _level(text: str, labels: Sequence[Label]) -> str:
    places = tuple(dict.fromkeys(mention.place_id for mention in find_places(text)))
    return assess(labels, text=text, places=places, context=Context()).level
