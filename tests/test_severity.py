"""Severity and level: each rule of the codebook, one at a time."""

import pytest

from veille.codebook import load_codebook
from veille.post import Axis, Label, Level
from veille.severity import Assessment, Context, assess, assessment_labels

CODES = {family.number: family.code for family in load_codebook().families}
FAST = Context(velocity=6.0, distinct_sources=10)


def said(axis: Axis, value: str) -> Label:
    return Label(axis=axis, value=value, score=0.8, model="test@1")


def labels(
    family: str = "N05", stance: str = "hostile", hostility: int = 1, target: str = "MSF"
) -> list[Label]:
    given: list[tuple[Axis, str]] = [
        ("target", target),
        ("narrative", CODES.get(family, "")),
        ("stance", stance),
        ("hostility", f"H{hostility}"),
    ]
    return [said(axis, value) for axis, value in given if value]


def assessed(
    *given: Label, text: str = "texte", places: tuple[str, ...] = (), context: Context | None = None
) -> Assessment:
    return assess(given, text=text, places=places, context=context or Context())


@pytest.mark.parametrize("family", [name for name in CODES if name < "N90"])
def test_the_base_is_that_of_the_family(family: str) -> None:
    base = load_codebook().family(family).base_severity
    assert assessed(*labels(family)).severity == base
    assert assessed(*labels(family)).reasons == (f"{base} : récit {family}",)


@pytest.mark.parametrize(
    "text",
    [
        "le chauffeur de MSF est un voleur",
        "voleurs, venez devant leur bureau",
        "voleurs, rendez-vous demain",
        "voleurs, on passe ce soir",
    ],
)
def test_a_person_a_place_or_a_moment_adds_one(text: str) -> None:
    assert assessed(*labels(), text=text).severity == 4


def test_a_call_to_action_adds_one() -> None:
    assert assessed(*labels(), text="voleurs, boycott").severity == 4


@pytest.mark.parametrize("context", [Context(attack_72h=True), Context(distribution_7d=True), FAST])
def test_what_happens_around_it_adds_one(context: Context) -> None:
    assert assessed(*labels(), context=context).severity == 4


def test_an_attack_and_a_distribution_add_one_together() -> None:
    context = Context(attack_72h=True, distribution_7d=True)
    assert assessed(*labels(), context=context).severity == 4


@pytest.mark.parametrize(
    "context",
    [Context(velocity=6.0, distinct_sources=9), Context(velocity=5.0, distinct_sources=10)],
)
def test_speed_counts_only_above_five_times_and_from_ten_sources(context: Context) -> None:
    assert assessed(*labels(), context=context).severity == 3


def test_small_and_old_takes_one() -> None:
    context = Context(engagement=2, distinct_sources=1, age_h=49)
    assert assessed(*labels(), context=context).severity == 2


@pytest.mark.parametrize(
    "context",
    [
        Context(engagement=3, distinct_sources=1, age_h=49),
        Context(engagement=2, distinct_sources=2, age_h=49),
        Context(engagement=2, distinct_sources=1, age_h=48),
        Context(distinct_sources=1, age_h=49),
        Context(engagement=2, age_h=49),
        Context(engagement=2, distinct_sources=1),
    ],
)
def test_what_is_not_known_to_be_small_and_old_keeps_its_points(context: Context) -> None:
    assert assessed(*labels(), context=context).severity == 3


def test_severity_stops_at_five_and_every_point_has_a_reason() -> None:
    context = Context(velocity=9, distinct_sources=20, attack_72h=True)
    text = "on brûle leur bureau demain, boycott"
    assessment = assessed(*labels("N18", hostility=3), text=text, context=context)
    assert assessment.severity == 5
    assert len(assessment.reasons) == 5


@pytest.mark.parametrize("family", ["N90", "N91", "N92", "N93", "N94", "N95"])
def test_harmless_families_never_rise_above_two(family: str) -> None:
    context = Context(velocity=9, distinct_sources=20, attack_72h=True)
    text = "boycott demain devant leur bureau"
    assessment = assessed(*labels(family, "neutral", 0), text=text, context=context)
    assert assessment.severity <= 2
    assert assessment.level == "vert"


def test_a_safeguarding_report_is_closed_whatever_else_is_true() -> None:
    assessment = assessed(*labels("N96", "hostile", 3), text="ce soir", context=FAST)
    assert assessment.level == "ferme"
    assert "hors échelle" in assessment.reasons[-1]


def test_no_target_is_severity_one_and_green() -> None:
    given = labels("N18", hostility=3)[1:]
    assert assessed(*given).severity == 1
    assert assessed(*given).level == "vert"
    assert assessed(*labels("N18", hostility=3, target="AUCUN")).level == "vert"


def test_no_labels_at_all_is_green() -> None:
    assert (assessed().severity, assessed().level) == (1, "vert")


def test_hostility_without_a_known_narrative_is_two() -> None:
    assert assessed(*labels("", hostility=2)).severity == 2


@pytest.mark.parametrize(
    ("given", "text", "places", "level"),
    [
        (labels("N18", hostility=3), "ce soir", (), "rouge"),
        (labels("N02", hostility=3), "texte", ("ml.gao.gao",), "rouge"),
        (labels("N02", hostility=3), "texte", (), "orange"),
        (labels("N13", hostility=2), "texte", (), "rouge"),
        (labels("N13", hostility=1), "texte", (), "orange"),
        (labels("N08", hostility=1), "texte", ("ml.mopti.mopti",), "rouge"),
        (labels("N08", hostility=1), "texte", (), "orange"),
        (labels("N06", hostility=1), "texte", (), "orange"),
        (labels("N15", hostility=1), "texte", (), "orange"),
        (labels("N01", hostility=1), "texte", (), "orange"),
        (labels("N05", hostility=1), "texte", (), "jaune"),
        (labels("N05", hostility=1), "boycott", (), "orange"),
        (labels("N14", "neutral", 0), "texte", (), "jaune"),
        (labels("N14", "hostile", 1), "boycott", (), "jaune"),
        (labels("N16", "neutral", 0), "texte", ("ml.mopti.mopti",), "jaune"),
        (labels("N05", "neutral", 0), "texte", (), "vert"),
        (labels("N02", "debunk", 0), "texte", (), "vert"),
        (labels("N05", "critical", 0), "texte", (), "vert"),
        (labels("N93", "neutral", 0), "texte", (), "vert"),
        (labels("", "hostile", 2), "texte", (), "vert"),
    ],
)
def test_the_escalation_matrix(
    given: list[Label], text: str, places: tuple[str, ...], level: Level
) -> None:
    assessment = assessed(*given, text=text, places=places)
    assert assessment.level == level
    assert assessment.level_reasons


def test_a_red_needs_severity_five_for_n13_and_n18() -> None:
    old = Context(engagement=0, distinct_sources=1, age_h=100)
    assert assessed(*labels("N13", hostility=2), context=old).level == "orange"


def test_fast_labels_of_an_enemy_are_orange() -> None:
    assert assessed(*labels("", hostility=2), context=FAST).level == "orange"


def test_a_cluster_of_mild_hostility_is_yellow() -> None:
    context = Context(distinct_sources=3)
    assert assessed(*labels("", hostility=1), context=context).level == "jaune"
    assert assessed(*labels("", hostility=1)).level == "vert"


@pytest.mark.parametrize("fact", ["vrai_verifie", "faux_verifie"])
def test_a_checked_notice_is_no_longer_raised_as_unverified(fact: str) -> None:
    relayed = labels("N15", "neutral", 0)
    assert assessed(*relayed).level == "jaune"
    assert assessed(*relayed, said("fact", fact)).level == "vert"


def test_an_undecided_stance_is_for_people_and_never_orange_by_severity() -> None:
    given = [label for label in labels("N01", hostility=1) if label.axis != "stance"]
    assert assessed(*given).level == "jaune"


def test_the_best_label_of_an_axis_counts() -> None:
    second = Label(axis="narrative", value=CODES["N06"], score=0.1, model="test@1")
    assert assessed(second, *labels("N05")).severity == 3


def test_an_assessment_becomes_two_labels_with_its_reasons() -> None:
    assessment = assessed(*labels(), text="voleurs, boycott")
    severity, level = assessment_labels(assessment, "test@1")
    assert (severity.axis, severity.value, severity.model) == ("severity", "4", "test@1")
    assert tuple(span.why for span in severity.spans) == assessment.reasons
    assert (level.axis, level.value) == ("level", "orange")
    assert tuple(span.why for span in level.spans) == assessment.level_reasons
    assert all((span.start, span.end) == (0, 0) for span in (*severity.spans, *level.spans))
