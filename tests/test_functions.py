"""Functional checks: what passes, what is missed and told, and how much the floor can do."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from classifiers.keywords import KeywordClassifier
from classifiers.training.functions import (
    CASES,
    Case,
    axis_rates,
    checked,
    missed,
    rates,
    read_cases,
    tables,
)
from veille.post import AXES, Axis, Label

HEADER = "function\tlang\ttext\tstance\thostility\ttarget\tnarrative"
# The floor passes 0.50 of the cases; it may lose one in thirty before this fails.
LEAST_OF_THE_FLOOR = 0.47


@dataclass(frozen=True, slots=True, kw_only=True)
class Parrot:
    """Says of each text what it was told to say; on other texts nothing."""

    said: dict[str, list[Label]]
    model: str = "parrot@1"
    axes: frozenset[Axis] = field(default=frozenset(AXES))
    languages: frozenset[str] = frozenset({"fra"})

    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        return [self.said.get(text, []) for text in texts]


def says(**values: str) -> list[Label]:
    """Labels by axis, best first."""
    return [
        Label(axis=axis, value=value, score=0.9 / (place + 1), model="parrot@1")
        for axis in AXES
        for place, value in enumerate(values.get(axis, "").split())
    ]


def case(line: int = 2, function: str = "satire", **accepted: str) -> Case:
    return Case(
        line=line,
        function=function,
        lang="fr",
        text=f"texte {line}",
        accepted={axis: frozenset(accepted[axis].split()) for axis in AXES if axis in accepted},
    )


CASE = case(stance="hostile critical", hostility="H1 H2", target="MSF", narrative="N05 N12")
RIGHT = {"stance": "hostile", "hostility": "H2 H3", "target": "PAM MSF", "narrative": "N01_x N05_y"}


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return read_cases()


@pytest.mark.parametrize(
    ("changed", "axes"),
    [
        ({}, ()),
        ({"stance": "critical hostile"}, ()),
        ({"stance": "neutral hostile"}, ("stance",)),
        ({"stance": ""}, ("stance",)),
        ({"hostility": "H1"}, ()),
        ({"hostility": "H3 H2"}, ("hostility",)),
        ({"hostility": "H0"}, ("hostility",)),
        ({"hostility": ""}, ("hostility",)),
        ({"target": "PAM"}, ("target",)),
        ({"target": ""}, ("target",)),
        ({"narrative": "N12_z"}, ()),
        ({"narrative": "N01_x N02_y N05_z"}, ("narrative",)),
        ({"stance": "", "narrative": ""}, ("stance", "narrative")),
    ],
)
def test_a_case_passes_when_every_axis_is_accepted(
    changed: dict[str, str], axes: tuple[str, ...]
) -> None:
    assert missed(CASE, says(**{**RIGHT, **changed})) == axes


def test_a_text_about_nobody_passes_when_nobody_is_named() -> None:
    nobody = case(target="AUCUN")
    assert missed(nobody, says(stance="neutral")) == ()
    assert missed(nobody, says(target="AUCUN")) == ()
    assert missed(nobody, says(target="PAM")) == ("target",)


def test_the_likeliest_is_found_whatever_the_order() -> None:
    assert missed(CASE, says(**RIGHT)[::-1]) == ()


def test_the_file_says_what_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "cases.tsv"
    told = 'satire\tfr\tBravo "MSF" !\tneutral|supportive\t1-3\tMSF\t-'
    path.write_text(f"{HEADER}\n{told}\n", encoding="utf-8")
    [found] = read_cases(path)
    assert (found.line, found.function, found.text) == (2, "satire", 'Bravo "MSF" !')
    assert found.accepted == {
        "stance": {"neutral", "supportive"},
        "hostility": {"H1", "H2", "H3"},
        "target": {"MSF"},
    }


def test_every_fault_of_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "cases.tsv"
    rows = [
        "thanks\tfr\tMerci\tsupportive\t0\tMSF\tN92",
        "thanks\tfr\tMerci\tgrateful\t2-1\tNOBODY\tN92|N55",
        "thanks\tfr\tMerci\tsupportive\t4\tMSF",
        "\tfr\t \tsupportive\t4\tMSF\tN92",
    ]
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    with pytest.raises(ValueError, match=r"cases\.tsv") as caught:
        read_cases(path)
    assert [fault.partition(": ")[::2] for fault in str(caught.value).splitlines()] == [
        ("cases.tsv:3", "hostility is '2-1'"),
        ("cases.tsv:3", "stance is 'grateful'"),
        ("cases.tsv:3", "target is 'NOBODY'"),
        ("cases.tsv:3", "narrative is 'N92|N55'"),
        ("cases.tsv:4", "needs the columns " + ", ".join(sorted(HEADER.split()))),
        ("cases.tsv:5", "hostility is '4'"),
        ("cases.tsv:5", "has no function or no text"),
    ]


def test_rates_count_cases_by_function_and_by_axis() -> None:
    few = [
        case(2, stance="neutral", hostility="H0"),
        case(3, stance="neutral", hostility="H0"),
        case(4, "thanks", stance="supportive", hostility="H0", target="MSF"),
    ]
    said = {
        "texte 2": says(stance="neutral", hostility="H0"),
        "texte 3": says(stance="hostile", hostility="H1"),
        "texte 4": says(stance="supportive", hostility="H0", target="MSF"),
    }
    check = checked(Parrot(said=said), few)
    assert check.missed == {3: ("stance", "hostility")}
    told = {name: (share.share, share.of) for name, share in rates(few, check).items()}
    assert told == {"all": (2 / 3, 3), "satire": (0.5, 2), "thanks": (1.0, 1)}
    axes = {name: share.of for name, share in axis_rates(few, check).items()}
    assert axes == {"stance": 3, "hostility": 3, "target": 1}
    lines = list(tables(few, [check, checked(Parrot(said={}), few)]))
    assert "| all | 3 | 0.67 (0.21–0.94) | 0.00 (0.00–0.56) |" in lines
    assert "| stance | 3 | 0.67 (0.21–0.94) | 0.00 (0.00–0.56) |" in lines
    assert lines[-2:] == ["| satire | 3 | 2 3 |", "| thanks | – | 4 |"]


def test_there_are_a_dozen_cases_or_more_of_each_function(cases: list[Case]) -> None:
    counts = Counter(case.function for case in cases)
    assert len(cases) == 699
    assert len(counts) == 52
    assert min(counts.values()) >= 12
    assert len({case.text for case in cases}) == len(cases)


def test_some_cases_are_right_to_alarm_and_more_are_not(cases: list[Case]) -> None:
    alarming = sum("H0" not in case.accepted["hostility"] for case in cases)
    assert len(cases) / 3 < alarming < len(cases) / 2


def test_the_floor_passes_what_it_is_known_to_pass(cases: list[Case]) -> None:
    share = rates(cases, checked(KeywordClassifier(), cases))["all"]
    assert share.of == len(cases)
    assert share.share >= LEAST_OF_THE_FLOOR, f"see {CASES.name}: the floor passes {share}"
