"""The floor on a table of invented posts: every family with its hard neighbours."""

import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from classifiers.keywords import KeywordClassifier
from veille.codebook import load_codebook
from veille.post import Label
from veille.text import normalised

SAMPLES = Path(__file__).parent / "samples"
KEYWORDS = KeywordClassifier()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What the floor must say of a text; "?" is an abstention, "-" is not asked."""

    family: str
    stance: str
    hostility: str
    target: str
    text: str


def examples_of(name: str) -> list[Example]:
    lines = (SAMPLES / name).read_text(encoding="utf-8").splitlines()
    fields = lines[0].split("\t")
    return [Example(**dict(zip(fields, line.split("\t"), strict=True))) for line in lines[1:]]


EXAMPLES = examples_of("floor_examples.tsv")
MEASURED = examples_of("floor_measure.tsv")


def labels(text: str) -> list[Label]:
    return KEYWORDS.label([text])[0]


def best(said: list[Label], axis: str) -> str:
    values = [label.value for label in said if label.axis == axis]
    return values[0] if values else "?"


def values(said: list[Label], axis: str) -> list[str]:
    return [label.value for label in said if label.axis == axis]


def test_the_table_is_long_and_has_every_family() -> None:
    assert len(EXAMPLES) >= 150
    assert len({example.text for example in EXAMPLES}) == len(EXAMPLES)
    families = {family.number for family in load_codebook().families}
    assert families <= {example.family for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.text[:60])
def test_the_floor_says_of_an_example(example: Example) -> None:
    said = labels(example.text)
    assert best(said, "narrative")[:3] == example.family
    if example.stance != "-":
        assert best(said, "stance") == example.stance
    if example.hostility != "-":
        low, _, high = example.hostility.partition("-")
        assert int(low) <= int(best(said, "hostility")[1:]) <= int(high or low)
    if example.target == "-":
        assert not values(said, "target")
    else:
        assert example.target in values(said, "target")


def test_how_good_the_floor_is_on_wordings_it_was_not_written_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Prints what was measured; fails only far below it. These posts are never tuned on."""
    families, hostile = Counter[bool](), Counter[tuple[bool, bool]]()
    for example in MEASURED:
        said = labels(example.text)
        families[best(said, "narrative")[:3] == example.family] += 1
        hostile[example.stance == "hostile", best(said, "stance") == "hostile"] += 1
    found, missed, wrong = hostile[True, True], hostile[True, False], hostile[False, True]
    with capsys.disabled():
        print(  # noqa: T201
            f"\nfloor on {len(MEASURED)} unseen posts: family {families[True]}/{len(MEASURED)},"
            f" hostile precision {found}/{found + wrong}, recall {found}/{found + missed}"
        )
    assert families[True] >= 0.4 * len(MEASURED)
    assert found >= 0.8 * (found + wrong)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Les ONG sont des voleurs", "les ong sont des VOLEURS"),
        ("ONGw, an t'u fɛ", "ONGw, an te u fe"),
        ("Détournement de l'aide des ONG", "detournement de l aide des ONG"),
        ("c'est faux, MSF n'est pas complice", "c faux, MSF n est pas complice"),
        ("ONGw bɛ wari dun", "ONGw be wari dun"),
    ],
)
def test_spellings_of_one_sentence_score_the_same(one: str, other: str) -> None:
    told = [
        [(label.axis, label.value, label.score) for label in labels(text)] for text in (one, other)
    ]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("axis", "text", "words", "why"),
    [
        ("narrative", "Les ONG sont des voleurs", "voleurs", "mot-clé N05"),
        ("target", "Merci à MSF", "MSF", "acteur MSF"),
        ("stance", "MSF n'est pas complice", "pas", "démenti ou négation"),
        ("stance", "Les ONG complices ? c'est faux", "c'est faux", "démenti"),
        ("hostility", "Les ONG, vous êtes prévenus", "vous êtes prévenus", "menace"),
        ("hostility", "ONG 🐀", "🐀", "déshumanisante"),
    ],
)
def test_labels_show_the_words_that_explain_them(
    axis: str, text: str, words: str, why: str
) -> None:
    shown = [
        (text[span.start : span.end], span.why)
        for label in labels(text)
        if label.axis == axis
        for span in label.spans
    ]
    assert any(words in part and why in reason for part, reason in shown)


@pytest.mark.parametrize(
    "text",
    [
        "espions voleurs traîtres complices dehors dégage à mort",
        "on va brûler leurs voitures ce soir",
        "vous êtes prévenus",
        "🔪🔥💣",
        "refusez boycott dégage",
    ],
)
def test_without_a_target_nothing_is_above_h1(text: str) -> None:
    said = labels(text)
    assert not values(said, "target")
    assert best(said, "hostility") in ("H0", "H1")
    assert best(said, "narrative") in ("N99_hors_champ", "?")


def test_an_accusation_after_the_refutation_is_not_refuted() -> None:
    text = "Ils disent qu'ils aident, c'est faux, les ONG volent l'aide"
    assert best(labels(text), "stance") == "hostile"


def test_a_threat_hidden_in_a_long_post_is_found_where_it_stands() -> None:
    calm = "Le mil est beau cette année. Les femmes chantent au champ. "
    threat = "On va brûler les voitures de MSF demain."
    text = f"{calm * 3}{threat} {calm}"
    said = labels(text)
    assert best(said, "hostility") == "H3"
    assert best(said, "narrative") == "N18_menace_incitation"
    start, end = text.index(threat), text.index(threat) + len(threat)
    spans = [span for label in said if label.axis == "hostility" for span in label.spans]
    assert spans
    assert all(start <= span.start and span.end <= end for span in spans)


def test_five_tests_of_criticism_protect_a_complaint_and_no_more() -> None:
    complaint = "Depuis mars le PAM n'a livré que 40 sacs, nous demandons un audit"
    assert best(labels(complaint), "narrative") == "N90_critique_legitime"
    assert best(labels(f"{complaint}. À mort les agents du PAM"), "hostility") == "H3"


def test_half_a_complaint_is_left_to_people() -> None:
    said = labels("Les ONG ont détourné l'aide de 300 familles")
    assert best(said, "narrative") == best(said, "stance") == "?"
    assert best(said, "hostility") == "H0"


def test_a_person_who_is_thanked_is_not_accused() -> None:
    said = labels("Merci au chauffeur de MSF à Gossi, il a sauvé ma fille")
    assert best(said, "narrative") == "N92_soutien"


def test_random_cues_and_signs_never_make_it_raise() -> None:
    chance = random.Random(20)
    words = [word for example in EXAMPLES for word in example.text.split()]
    texts = [
        "".join(chance.choices([*words, " ", " ", "«", "»", ". ", "?"], k=60)) for _ in range(300)
    ]
    assert len(KEYWORDS.label(texts)) == 300


def test_ordinary_posts_are_labelled_by_the_thousand() -> None:
    """A tenth of the aim of 3,000 a second, so that a busy machine does not fail it."""
    texts = [normalised(example.text) for example in EXAMPLES]
    KEYWORDS.label(texts)
    begun = time.process_time()
    KEYWORDS.label(texts * 3)
    assert (time.process_time() - begun) / (3 * len(texts)) < 1 / 300
