"""Acceptance stories on detection, as the bundled model tells them."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from classifiers.base import Classifier
from classifiers.bundled.classifier import BundledClassifier
from veille.codebook.places import find_places
from veille.post import Label
from veille.severity import Assessment, Context, assess

WEEK = Path(__file__).parent / "samples" / "ordinary_week.jsonl"


@cache
def bundled() -> Classifier:
    return BundledClassifier.open()


def judged(text: str) -> tuple[list[Label], Assessment]:
    labels = bundled().label([text])[0]
    places = [mention.place_id for mention in find_places(text)]
    return labels, assess(labels, text=text, places=places, context=Context())


def values(labels: list[Label], axis: str) -> list[str]:
    return [label.value for label in labels if label.axis == axis]


def first(labels: list[Label], axis: str) -> str:
    return next(iter(values(labels, axis)), "")


# Told wrongly by version 1.0: each must be told rightly by the next, and then leaves this list.
missed = pytest.mark.xfail(strict=True, reason="version 1.0 does not tell this story rightly")

HARMLESS = {
    1: ("Le ministère du riz offre un 4x4 par famille 😂", {"N94"}, {"neutral"}),
    2: ("Radio nationale : le ministre accuse des ONG d'espionnage", {"N93"}, {"neutral"}),
    3: (
        "MSF complices, mais franchement c'est faux, j'y ai été soignée",
        {"N91", "N92"},
        {"debunk", "supportive"},
    ),
    4: ("MSF n'est pas complice des terroristes", {"N91", "N92"}, {"debunk", "supportive"}),
    8: ("Sun ce allurar ce ke kashe yara, amma likita ya karyata", {"N91"}, {"debunk"}),
    18: ("Le convoi passe demain, venez nombreux pour l'accueil", {"N99"}, {"neutral"}),
    20: (
        "Delta Survie recrute un animateur à Konna. Dossiers au siège ou sur"
        " deltasurvie.example/emploi avant le 30 novembre. Aucun frais n'est demandé.",
        {"N93", "N99", "N95"},
        {"neutral", "supportive"},
    ),
    24: (
        "Un imam respecté demande que les séances des femmes de l'ONG soient expliquées d'abord",
        {"N90"},
        {"critical", "neutral"},
    ),
}


@pytest.mark.parametrize(
    "story", [pytest.param(n, marks=missed) if n == 8 else n for n in HARMLESS]
)
def test_what_is_harmless_is_told_as_such(story: int) -> None:
    text, families, stances = HARMLESS[story]
    labels, assessment = judged(text)
    assert first(labels, "narrative")[:3] in families
    assert first(labels, "stance") in stances
    assert first(labels, "hostility") == "H0"
    assert assessment.level == "vert"


HOSTILE = {
    5: ("lé blan la é venu pr compté nos case g pa signé", {"N04", "N01"}, {"H1", "H2"}),
    26: ("Toutes les ONG sont des voleurs, surtout celle du quartier", {"N05"}, {"H1"}),
    27: (
        "Le nommé Adama qui travaille pour l'ONG à Sofara est un traître, il a vendu le village",
        {"N13"},
        {"H2", "H3"},
    ),
}


@pytest.mark.parametrize(
    "story", [pytest.param(n, marks=missed) if n == 26 else n for n in HOSTILE]
)
def test_what_is_hostile_is_told_as_such(story: int) -> None:
    text, families, levels = HOSTILE[story]
    labels, _ = judged(text)
    assert first(labels, "narrative")[:3] in families
    assert first(labels, "stance") == "hostile"
    assert first(labels, "hostility") in levels


def test_story_10_emoji_degrade_and_are_not_red() -> None:
    labels, assessment = judged("ONG 🤡🤡🐀")
    assert first(labels, "stance") == "hostile"
    assert first(labels, "hostility") in ("H1", "H2")
    assert assessment.level != "rouge"


def test_story_16_a_threat_in_sentence_six_is_found_there() -> None:
    sentences = ["La récolte de mil est bonne."] * 10
    sentences[5] = "Ceux de MSF, on va les brûler ce soir sur la route de Gossi."
    text = " ".join(sentences)
    labels, assessment = judged(text)
    assert first(labels, "hostility") == "H3"
    assert first(labels, "narrative") == "N18_menace_incitation"
    assert (assessment.severity, assessment.level) == (5, "rouge")
    spans = [span for label in labels if label.axis == "hostility" for span in label.spans]
    start = text.index(sentences[5])
    assert any(start <= span.start < start + len(sentences[5]) for span in spans)


@missed
def test_story_17_a_gathering_with_place_and_hour_is_orange() -> None:
    labels, assessment = judged(
        "On se retrouve vendredi devant le bureau des ONG à Gao, 15 h, pancartes"
    )
    assert first(labels, "narrative") == "N10_souverainete_dehors"
    assert assessment.level == "orange"


@missed
def test_story_19_a_rumour_told_with_fear_is_yellow() -> None:
    labels, assessment = judged(
        "Les jeunes de Konna ont peur : quelqu'un a dit que les humanitaires vont tirer"
    )
    assert first(labels, "narrative") == "N16_fausse_alerte"
    assert first(labels, "hostility") in ("H0", "H1")
    assert assessment.level == "jaune"


def test_story_21_a_job_advert_with_a_fee_is_a_scam() -> None:
    labels, assessment = judged(
        "L'UNICEF recrute 80 agents, 500 F pour réserver votre place, écrivez sur WhatsApp"
    )
    assert first(labels, "narrative") == "N14_arnaque_usurpation"
    assert first(labels, "hostility") == "H0"
    assert assessment.level == "jaune"


@missed
def test_story_25_a_veiled_warning_by_a_preacher_is_for_people() -> None:
    labels, assessment = judged(
        "Ne laissez pas vos filles entrer dans les salles de ces ONG, sinon malheur à vous"
    )
    assert first(labels, "narrative")[:3] in ("N07", "N18")
    assert assessment.severity >= 4


def test_story_28_a_safeguarding_report_goes_the_closed_way() -> None:
    labels, assessment = judged("Un agent de l'ONG exige des faveurs contre la carte de vivres")
    assert first(labels, "narrative") == "N96_signalement_abus"
    assert first(labels, "hostility") == "H0"
    assert assessment.level == "ferme"


def test_story_39_an_ordinary_week_raises_nothing() -> None:
    posts = [json.loads(line) for line in WEEK.read_text(encoding="utf-8").splitlines()]
    levels = Counter(judged(post["text"])[1].level for post in posts)
    assert levels["rouge"] == 0
    assert levels["orange"] <= 1
    assert levels["jaune"] <= 3
    assert levels["ferme"] == 0
