"""The shape that `veille label` writes: a public interface, exactly."""

import json

import pytest

from classifiers import build
from classifiers.output import labelled
from veille.post import STANCES, Label
from veille.severity import Context, assess

FIELDS = [
    "id", "lang", "target", "narrative", "stance", "hostility", "hostility_p", "severity",
    "level", "abstain", "spans", "model",
]  # fmt: skip


def told(text: str, labels: list[Label] | None = None) -> dict[str, object]:
    keywords = build("keywords")
    labels = keywords.label([text])[0] if labels is None else labels
    assessment = assess(labels, text=text, places=(), context=Context())
    return labelled("t:1", text, "fra", labels, assessment=assessment, model=keywords.model)


@pytest.mark.parametrize(
    "text", ["", "Toutes les ONG sont des voleurs", "ONG ka mobili bora so kofe sufe", "\ud800"]
)
def test_the_fields_are_exactly_these(text: str) -> None:
    line = told(text)
    assert list(line) == FIELDS
    assert list(line["stance"]) == list(STANCES)
    assert len(line["hostility_p"]) == 4
    assert line["hostility"] in range(4)
    assert line["severity"] in range(1, 6)
    assert line["level"] in ("rouge", "orange", "jaune", "vert", "ferme")
    for axis, start, end, why in line["spans"]:
        assert axis
        assert why
        assert 0 <= start <= end <= len(text)
    assert json.loads(json.dumps(line, ensure_ascii=False).encode())


def test_what_is_said_is_written() -> None:
    line = told("Toutes les ONG sont des voleurs")
    assert line["id"] == "t:1"
    assert line["lang"] == "fra"
    assert line["target"] == ["ONG_GENERIQUE"]
    assert line["narrative"][0][0] == "N05_detournement"
    assert max(line["stance"], key=line["stance"].get) == "hostile"
    assert line["hostility"] == 1
    assert line["severity"] == 3
    assert line["level"] == "jaune"
    assert line["abstain"] == []
    assert line["model"].startswith("keywords@")


def test_an_axis_without_labels_is_flat_and_named() -> None:
    line = told("rien", labels=[])
    assert line["abstain"] == ["narrative", "stance", "hostility"]
    assert line["target"] == []
    assert line["narrative"] == []
    assert set(line["stance"].values()) == {0.2}
    assert line["hostility_p"] == [0.25] * 4
    assert line["hostility"] == 0


def test_probabilities_sum_to_one() -> None:
    line = told("MSF dégage !")
    assert sum(line["stance"].values()) == pytest.approx(1, abs=0.01)
    assert sum(line["hostility_p"]) == pytest.approx(1, abs=0.01)


def test_narratives_are_best_first() -> None:
    scores = [score for _, score in told("Le CICR complice, espions, dehors les ONG")["narrative"]]
    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)


def test_reasons_of_severity_stand_on_the_whole_text() -> None:
    text = "Toutes les ONG sont des voleurs"
    reasons = [span for span in told(text)["spans"] if span[0] == "severity"]
    assert reasons == [["severity", 0, len(text), "3 : récit N05"]]


def test_a_masked_word_is_not_shown_in_a_reason() -> None:
    reasons = " ".join(span[3] for span in told("Les femmes des ONG, des prostituées")["spans"])
    assert "[insulte]" in reasons
    assert "prostitu" not in reasons
