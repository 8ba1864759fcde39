"""Classifiers that each break one sentence of the contract: the named test must fail on them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from classifiers.keywords import KeywordClassifier
from tests.contracts.classifier_contract import ClassifierContract
from veille.post import Axis, Label, Span


class HasNoVersion(KeywordClassifier):
    @property
    def model(self) -> str:
        return "keywords"


class MeasuredOnNothing(KeywordClassifier):
    @property
    def languages(self) -> frozenset[str]:
        return frozenset()


class Backwards(KeywordClassifier):
    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        return super().label(texts)[::-1]


class SkipsEmptyTexts(KeywordClassifier):
    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        return super().label([text for text in texts if text.strip()])


class RaisesOnSurrogates(KeywordClassifier):
    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        for text in texts:
            text.encode()
        return super().label(texts)


class GivesPercents(KeywordClassifier):
    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        return [
            [replace(label, score=label.score * 100) for label in labels]
            for labels in super().label(texts)
        ]


class GivesTheBestStanceOnly(KeywordClassifier):
    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        return [
            [label for label in labels if label.axis != "stance" or label.score > 0.5]
            for labels in super().label(texts)
        ]


class WorstFirst(KeywordClassifier):
    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        return [labels[::-1] for labels in super().label(texts)]


class SignsForAnother(KeywordClassifier):
    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        return [
            [replace(label, model="other@1") for label in labels] for labels in super().label(texts)
        ]


class HidesAnAxis(KeywordClassifier):
    @property
    def axes(self) -> frozenset[Axis]:
        return super().axes - {"stance"}


class SaysItTwice(KeywordClassifier):
    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        return [labels + labels for labels in super().label(texts)]


class LooksAtItsNeighbours(KeywordClassifier):
    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        share = 1 / (1 + len(texts))
        return [
            [replace(label, score=label.score * (1 - share)) for label in labels]
            for labels in super().label(texts)
        ]


class Learns(KeywordClassifier):
    calls = 0

    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        self.calls += 1
        return [
            [replace(label, score=label.score / self.calls) for label in labels]
            for labels in super().label(texts)
        ]


class PointsBehindTheEnd(KeywordClassifier):
    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        return [
            [
                replace(label, spans=(Span(start=0, end=len(text) + 1, why="mot-clé"),))
                for label in labels
            ]
            for text, labels in zip(texts, super().label(texts), strict=True)
        ]


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (HasNoVersion, "test_the_model_is_a_name_and_a_version"),
        (MeasuredOnNothing, "test_axes_and_languages_are_told"),
        (Backwards, "test_there_is_one_list_per_text_in_order"),
        (SkipsEmptyTexts, "test_no_text_makes_it_raise"),
        (GivesPercents, "test_scores_are_probabilities"),
        (GivesTheBestStanceOnly, "test_stance_and_hostility_are_whole_or_absent"),
        (WorstFirst, "test_the_best_comes_first_on_each_axis"),
        (SignsForAnother, "test_labels_name_the_model_and_known_axes"),
        (HidesAnAxis, "test_labels_name_the_model_and_known_axes"),
        (SaysItTwice, "test_no_value_is_said_twice_on_an_axis"),
        (LooksAtItsNeighbours, "test_a_batch_of_1_equals_a_batch_of_64"),
        (Learns, "test_the_same_text_gets_the_same_labels_twice"),
        (PointsBehindTheEnd, "test_spans_lie_in_the_text_and_say_why"),
    ],
)
def test_bites(broken: type[KeywordClassifier], test: str) -> None:
    with pytest.raises(AssertionError):
        getattr(ClassifierContract(), test)(broken())


def test_bites_what_raises() -> None:
    with pytest.raises(UnicodeEncodeError):
        ClassifierContract().test_no_text_makes_it_raise(RaisesOnSurrogates())
