"""What every classifier must do: each sentence of classifiers/base.py."""

from collections.abc import Sequence

from classifiers.base import Classifier
from veille.post import AXES, STANCES, Label

ORDINARY = (
    "Merci à MSF, mon père marche à nouveau",
    "Toutes les ONG sont des voleurs, surtout celle du quartier",
    "Le match est à quelle heure ?",
    "ONG 🤡🤡🐀",
    "منظمات الإغاثة جواسيس",
    "ONGw, an t'u fɛ",
    "Selon RFI, le CICR a annoncé la fin de la campagne à Gao",
)
HOSTILE_INPUT = (
    "",
    " ",
    "\n\t\r\x00\x01\x1b[31m",
    "mot " * 10_000,
    "on va pas brûler les voleurs " * 1_500,
    "«" * 3_000,
    "😂🔥🐍" * 500,
    "🏳️‍🌈👩🏽‍⚕️🇲🇱",
    "\ud800 ONG \udfff voleurs",
    "\u202eONG\u202c voleurs\u200d\u200c",
    "e\u0301" * 2_000,
    "ߒߞߏ ߞߊ߲",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "<script>alert('ONG')</script>",
    "'; DROP TABLE posts; --",
    "a" * 40_000,
)
_HOSTILITIES = {"H0", "H1", "H2", "H3"}
_WHOLE = {"stance": set(STANCES), "hostility": _HOSTILITIES}


def on(labels: Sequence[Label], axis: str) -> list[Label]:
    return [label for label in labels if label.axis == axis]


def nearly_equal(one: Sequence[Label], other: Sequence[Label]) -> bool:
    return [(label.axis, label.value) for label in one] == [
        (label.axis, label.value) for label in other
    ] and all(abs(a.score - b.score) <= 1e-5 for a, b in zip(one, other, strict=True))


class ClassifierContract:
    """Called with any classifier, true or broken on purpose."""

    def test_the_model_is_a_name_and_a_version(self, classifier: Classifier) -> None:
        name, _, version = classifier.model.partition("@")
        assert name
        assert version

    def test_axes_and_languages_are_told(self, classifier: Classifier) -> None:
        assert classifier.axes
        assert classifier.axes <= set(AXES)
        assert classifier.languages
        assert all(len(language) == 3 for language in classifier.languages)

    def test_there_is_one_list_per_text_in_order(self, classifier: Classifier) -> None:
        together = classifier.label(ORDINARY)
        assert len(together) == len(ORDINARY)
        alone = [classifier.label([text])[0] for text in ORDINARY]
        assert all(nearly_equal(a, b) for a, b in zip(together, alone, strict=True))

    def test_no_text_gives_no_labels(self, classifier: Classifier) -> None:
        assert classifier.label([]) == []

    def test_no_text_makes_it_raise(self, classifier: Classifier) -> None:
        assert len(classifier.label(HOSTILE_INPUT)) == len(HOSTILE_INPUT)

    def test_scores_are_probabilities(self, classifier: Classifier) -> None:
        for labels in classifier.label([*ORDINARY, *HOSTILE_INPUT]):
            assert all(0 <= label.score <= 1 for label in labels)

    def test_stance_and_hostility_are_whole_or_absent(self, classifier: Classifier) -> None:
        for labels in classifier.label([*ORDINARY, *HOSTILE_INPUT]):
            for axis, values in _WHOLE.items():
                said = on(labels, axis)
                if said:
                    assert {label.value for label in said} == values
                    assert len(said) == len(values)
                    assert abs(sum(label.score for label in said) - 1) < 1e-6

    def test_the_best_comes_first_on_each_axis(self, classifier: Classifier) -> None:
        for labels in classifier.label(ORDINARY):
            for axis in classifier.axes:
                scores = [label.score for label in on(labels, axis)]
                assert scores == sorted(scores, reverse=True)

    def test_labels_name_the_model_and_known_axes(self, classifier: Classifier) -> None:
        for labels in classifier.label(ORDINARY):
            assert labels
            assert all(label.model == classifier.model for label in labels)
            assert all(label.axis in classifier.axes for label in labels)

    def test_no_value_is_said_twice_on_an_axis(self, classifier: Classifier) -> None:
        for labels in classifier.label([*ORDINARY, *HOSTILE_INPUT]):
            said = [(label.axis, label.value) for label in labels]
            assert len(said) == len(set(said))

    def test_a_batch_of_1_equals_a_batch_of_64(self, classifier: Classifier) -> None:
        batch = [ORDINARY[place % len(ORDINARY)] for place in range(64)]
        for text, labels in zip(batch, classifier.label(batch), strict=True):
            assert nearly_equal(labels, classifier.label([text])[0])

    def test_the_same_text_gets_the_same_labels_twice(self, classifier: Classifier) -> None:
        first = classifier.label(ORDINARY)
        assert classifier.label(ORDINARY) == first

    def test_spans_lie_in_the_text_and_say_why(self, classifier: Classifier) -> None:
        texts = [*ORDINARY, *HOSTILE_INPUT]
        for text, labels in zip(texts, classifier.label(texts), strict=True):
            for span in (span for label in labels for span in label.spans):
                assert 0 <= span.start < span.end <= len(text)
                assert span.why.encode()
