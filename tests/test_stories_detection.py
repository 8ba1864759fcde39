"""Acceptance stories on detection, each told as users would see it."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

from classifiers import build
from classifiers.base import Classifier
from classifiers.output import labelled
from veille.codebook.places import find_places
from veille.post import Label
from veille.severity import Assessment, Context, assess

WEEK = Path(__file__).parent / "samples" / "ordinary_week.jsonl"


@cache
def keywords() -> Classifier:
    return build("keywords")


def judged(text: str) -> tuple[list[Label], Assessment]:
    labels = keywords().label([text])[0]
    places = [mention.place_id for mention in find_places(text)]
    return labels, assess(labels, text=text, places=places, context=Context())


def values(labels: list[Label], axis: str) -> list[str]:
    return [label.value for label in labels if label.axis == axis]


def first(labels: list[Label], axis: str) -> str | None:
    return next(iter(values(labels, axis)), None)


def reasons(labels: list[Label]) -> str:
    return " ".join(span.why for label in labels for span in label.spans)


def test_story_1_a_parody_of_a_ministry_is_satire() -> None:
    labels, assessment = judged("Le ministère du riz offre un 4x4 par famille 😂")
    assert first(labels, "narrative") == "N94_satire"
    assert first(labels, "stance") == "neutral"
    assert assessment.level == "vert"


def test_story_2_a_radio_that_quotes_a_minister_is_neutral() -> None:
    labels, assessment = judged("Radio nationale : le ministre accuse des ONG d'espionnage")
    assert first(labels, "narrative") == "N93_information_neutre"
    assert first(labels, "hostility") == "H0"
    assert assessment.level == "vert"


def test_story_6_a_vehicle_and_a_place_are_for_people_to_read() -> None:
    labels, assessment = judged("ONG ka mobili bora so kofe sufe")
    assert first(labels, "target") == "ONG_GENERIQUE"
    assert values(labels, "narrative") == values(labels, "stance") == []
    assert first(labels, "hostility") in ("H0", "H1")
    assert "lieu et véhicule" in reasons(labels)
    assert assessment.level not in ("rouge", "orange")


def test_story_7_both_spellings_meet_one_pattern_with_one_score() -> None:
    plain, marked = keywords().label(["an te u fe", "an t'u fɛ"])
    assert [(a.axis, a.value, a.score) for a in plain] == [
        (b.axis, b.value, b.score) for b in marked
    ]
    for text in ("ONGw, an te u fe", "ONGw, an t'u fɛ"):
        labels, _ = judged(text)
        assert first(labels, "narrative") == "N10_souverainete_dehors"
        assert first(labels, "stance") == "hostile"


def test_story_8_a_rumour_that_a_doctor_denies_is_a_denial() -> None:
    labels, assessment = judged("Sun ce allurar ce ke kashe yara, amma likita ya karyata")
    assert first(labels, "stance") == "debunk"
    assert first(labels, "narrative") == "N91_dementi"
    assert assessment.level == "vert"


def test_story_10_emoji_degrade_and_are_not_red() -> None:
    labels, assessment = judged("ONG 🤡🤡🐀")
    assert first(labels, "hostility") == "H2"
    assert assessment.severity == 2
    assert assessment.level != "rouge"


def test_story_11_drc_is_a_country_in_english_news() -> None:
    labels, assessment = judged("DRC accuses militia of looting convoys, Kinshasa says")
    assert values(labels, "target") == []
    assert first(labels, "narrative") == "N99_hors_champ"
    assert assessment.level == "vert"


def test_story_12_pam_is_a_first_name() -> None:
    labels, assessment = judged("Pam, tu me dois 5000")
    assert values(labels, "target") == []
    assert first(labels, "narrative") == "N99_hors_champ"
    assert assessment.level == "vert"


def test_story_16_a_threat_in_sentence_six_is_found_there() -> None:
    sentences = ["La récolte de mil est bonne."] * 10
    sentences[5] = "Ceux de MSF, on va les brûler ce soir sur la route de Gossi."
    text = " ".join(sentences)
    labels, assessment = judged(text)
    assert first(labels, "hostility") == "H3"
    assert first(labels, "narrative") == "N18_menace_incitation"
    assert assessment.severity == 5
    assert assessment.level == "rouge"
    spans = [span for label in labels if label.axis == "hostility" for span in label.spans]
    assert all(text.index("Ceux") <= span.start < text.index("Gossi") for span in spans)


def test_story_17_a_gathering_with_place_and_hour_is_orange() -> None:
    labels, assessment = judged(
        "On se retrouve vendredi devant le bureau des ONG à Gao, 15 h, pancartes"
    )
    assert first(labels, "narrative") == "N10_souverainete_dehors"
    assert assessment.severity == 5
    assert assessment.level == "orange"


def test_story_18_a_convoy_of_supporters_is_no_threat() -> None:
    labels, assessment = judged("Le convoi passe demain, venez nombreux pour l'accueil")
    assert values(labels, "target") == []
    assert first(labels, "hostility") == "H0"
    assert assessment.level == "vert"


def test_story_19_a_rumour_told_with_fear_is_yellow() -> None:
    labels, assessment = judged(
        "Les jeunes de Konna ont peur : quelqu'un a dit que les humanitaires vont tirer"
    )
    assert first(labels, "narrative") == "N16_fausse_alerte"
    assert first(labels, "hostility") in ("H0", "H1")
    assert first(labels, "fact") == "non_verifie"
    assert assessment.level == "jaune"


def test_story_20_a_job_advert_without_a_fee_is_no_scam() -> None:
    labels, assessment = judged(
        "Delta Survie recrute un animateur à Konna. Dossiers au siège ou sur"
        " deltasurvie.example/emploi avant le 30 novembre. Aucun frais n'est demandé."
    )
    assert all(not value.startswith("N14") for value in values(labels, "narrative"))
    assert assessment.level == "vert"


def test_story_21_a_job_advert_with_a_fee_is_a_scam() -> None:
    labels, assessment = judged(
        "L'UNICEF recrute 80 agents, 500 F pour réserver votre place, écrivez sur WhatsApp"
    )
    assert first(labels, "narrative") == "N14_arnaque_usurpation"
    assert first(labels, "hostility") == "H0"
    assert assessment.severity == 3
    assert assessment.level == "jaune"


def test_story_24_an_imam_who_asks_to_be_told_first_is_a_critic() -> None:
    labels, assessment = judged(
        "Un imam respecté demande que les séances des femmes de l'ONG soient expliquées d'abord"
    )
    assert first(labels, "narrative") == "N90_critique_legitime"
    assert assessment.level == "vert"


def test_story_26_a_generalised_accusation_names_nobody() -> None:
    labels, assessment = judged("Toutes les ONG sont des voleurs, surtout celle du quartier")
    assert first(labels, "narrative") == "N05_detournement"
    assert first(labels, "stance") == "hostile"
    assert first(labels, "hostility") == "H1"
    assert all(not value.startswith("N13") for value in values(labels, "narrative"))
    assert assessment.severity == 3


def test_story_28_a_safeguarding_report_goes_the_closed_way() -> None:
    labels, assessment = judged("Un agent de l'ONG exige des faveurs contre la carte de vivres")
    assert first(labels, "narrative") == "N96_signalement_abus"
    assert first(labels, "hostility") == "H0"
    assert assessment.level == "ferme"


def test_story_39_an_ordinary_week_raises_nothing() -> None:
    posts = [json.loads(line) for line in WEEK.read_text(encoding="utf-8").splitlines()]
    assert len({post["text"] for post in posts}) == len({post["id"] for post in posts}) == 300
    levels = Counter(judged(post["text"])[1].level for post in posts)
    assert levels["rouge"] == 0
    assert levels["orange"] <= 1
    assert levels["jaune"] <= 3
    assert levels["ferme"] == 0


def test_the_ordinary_week_borrows_the_words_of_the_codebook() -> None:
    """The control is worth something only if harmless posts hold the cues of hostile ones."""
    from classifiers.keywords.cues import cue_book
    from classifiers.keywords.targets import scene_of

    posts = [json.loads(line) for line in WEEK.read_text(encoding="utf-8").splitlines()]
    with_cues = [post for post in posts if scene_of(post["text"], cue_book()).families]
    assert len(with_cues) >= 100


def test_an_article_on_aid_is_no_accusation() -> None:
    article = " ".join(
        [
            "Les ONG du cercle se sont réunies vendredi à la mairie.",
            "La collaboration avec les villages a été saluée par le préfet.",
            "Une enquête de 2025 compte 340 familles sans eau dans la commune.",
            "Les participants demandent un meilleur suivi des forages et des budgets.",
            "Plusieurs orateurs ont parlé des rumeurs qui visent l'aide.",
            "Certains jeunes croient que les agents sont des espions, a expliqué une animatrice.",
            "La formation portait aussi sur la prévention de l'exploitation sexuelle.",
            "Des groupes armés contrôlent une partie des routes du cercle.",
            "Les convois passent donc par le fleuve, plus lent mais plus sûr.",
            "La prochaine rencontre aura lieu en janvier.",
        ]
    )
    labels, assessment = judged(article)
    assert first(labels, "target") == "ONG_GENERIQUE"
    assert first(labels, "stance") == "neutral"
    assert first(labels, "hostility") == "H0"
    assert assessment.level == "vert"


def test_every_story_can_be_written_as_a_line() -> None:
    text = "Toutes les ONG sont des voleurs, surtout celle du quartier"
    labels, assessment = judged(text)
    line = labelled("s:26", text, "fra", labels, assessment=assessment, model=keywords().model)
    assert json.loads(json.dumps(line))["severity"] == 3
