"""How well languages are told: on invented posts always, on FLORES-200 and UDHR where they are.

VEILLE_TEST_LANGUAGES names a folder of evaluation, as `language_figures` tells.
"""

import os
import re
from pathlib import Path

import pytest

from classifiers.training.language_figures import (
    Line,
    called_mixed,
    confusions,
    is_stranger,
    lines_of,
    macro_f1,
    pairs_of,
    posts_of,
    recalls,
    scores_of,
    share_of,
    shortened,
    switched,
    told_of,
)
from classifiers.training.language_report import readers, report_of_repository
from tests.homes import ROOT

SAMPLES = ROOT / "tests" / "samples"
FOLDER = os.environ.get("VEILLE_TEST_LANGUAGES", "")
EVERY = 20
needs_folder = pytest.mark.skipif(
    not FOLDER, reason="VEILLE_TEST_LANGUAGES names no folder of evaluation"
)


@pytest.mark.parametrize("name", ["bam_fra", "hau_fra"])
def test_the_language_of_each_word_is_told_where_posts_switch(name: str) -> None:
    found = switched(SAMPLES / "codeswitch" / f"{name}.jsonl")
    assert found.both.of == 100
    assert found.tokens > 1000
    assert 0.85 <= found.low <= found.accuracy <= found.high <= 1
    assert found.both.share >= 0.85


def test_words_are_told_right_nowhere_by_saying_one_language() -> None:
    for path in SAMPLES.glob("codeswitch/*.jsonl"):
        tokens = [code for post in posts_of(path) for code in post["tokens"]]
        assert max(map(tokens.count, set(tokens))) / len(tokens) < 0.75


def test_posts_in_one_language_are_seldom_called_mixed() -> None:
    week = [(post["lang"], post["text"]) for post in posts_of(SAMPLES / "ordinary_week.jsonl")]
    shares = called_mixed(week)
    assert sum(share.of for share in shares.values()) == 300
    assert sum(share.share * share.of for share in shares.values()) / 300 <= 0.08


def test_the_language_of_an_ordinary_week_is_told() -> None:
    week = posts_of(SAMPLES / "ordinary_week.jsonl")
    right = [told_of(post["text"]) == post["lang"] for post in week]
    assert sum(right) / len(right) >= 0.95


def test_scores_are_those_of_the_pairs() -> None:
    pairs = [("fra", "fra")] * 6 + [("fra", "und")] * 2 + [("eng", "fra")] * 2 + [("und", "und")]
    scores = scores_of(pairs)
    assert scores["fra"][:3] == (6 / 8, 6 / 8, 12 / 16)
    assert scores["eng"][:3] == (0, 0, 0)
    assert scores["und"][:3] == (1 / 3, 1, 2 / 4)
    assert scores["fra"].low < 0.75 < scores["fra"].high
    assert macro_f1(scores) == 0.375


def test_wilsons_interval_is_the_one_of_the_books() -> None:
    assert share_of(10, 10) == pytest.approx((10, 1.0, 0.7225, 1.0), abs=1e-3)
    assert share_of(81, 263) == pytest.approx((263, 0.308, 0.2553, 0.3662), abs=1e-3)


def test_what_is_confused_is_counted_by_language() -> None:
    lines = [Line("bam", "dyu-Latn", ""), Line("bam", "dyu-Latn", ""), Line("und", "kbp-Latn", "")]
    pairs = [("bam", "bam"), ("bam", "und"), ("und", "mos")]
    assert confusions(lines, pairs) == {("dyu-Latn", "und"): 1, ("kbp-Latn", "mos"): 1}
    found = recalls(lines, pairs)
    assert (found["dyu-Latn"][0], found["dyu-Latn"][1].share) == ("bam", 0.5)
    assert (found["kbp-Latn"][0], found["kbp-Latn"][1].share) == ("und", 0)


def test_languages_that_were_counted_to_be_refused_are_no_strangers() -> None:
    assert [is_stranger(name) for name in ("kbp-Latn", "twi-Latn", "bci-Latn")] == [
        True, False, False,
    ]  # fmt: skip


def test_the_document_says_what_the_repository_tells() -> None:
    document = (ROOT / "docs/languages.md").read_text(encoding="utf-8").splitlines()
    told = [line for line in report_of_repository(ROOT) if line.startswith("|")]
    assert len(told) > 50
    missing = [line for line in told if line not in document]
    assert not missing, "put this into docs/languages.md:\n" + "\n".join(missing)


def test_the_notice_names_every_source_of_the_profiles() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    table = (ROOT / "veille" / "profiles" / "sources.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines()[1:]]
    sources = {re.split(r":|-dev|-train|-fr$|-en$|-raw|-text", row[3])[0] for row in rows}
    assert {profile for _, profile, *_ in rows} >= {"fra", "bam", "tmh.taq", "other-kwa"}
    assert sorted(name for name in sources if f"[{name}]" not in notice) == []


def test_stock_langdetect_knows_none_of_the_languages_of_the_sahel() -> None:
    say = readers()["langdetect"]
    assert say("Le marché de Mopti est ouvert depuis ce matin") == "fra"
    assert say("Jama'a ku saurara, mutane sun ce ba su samu abinci ba") == "und"


@needs_folder
@pytest.mark.parametrize(("is_cut", "least"), [(False, 0.95), (True, 0.85)])
def test_flores_is_told(is_cut: bool, least: float) -> None:
    lines = lines_of(Path(FOLDER), "FLORES-200", every=EVERY)
    if is_cut:
        lines = [shortened(line) for line in lines]
    pairs = pairs_of(lines, told_of)
    scores = scores_of(pairs)
    assert len(lines) > 2000
    assert macro_f1(scores) >= least
    assert scores["und"].recall >= 0.9
    found = recalls(lines, pairs)
    assert found["kbp-Latn"][1].share >= 0.8
    never = [
        share for name, (label, share) in found.items() if label == "und" and is_stranger(name)
    ]
    assert sum(share.share for share in never) / len(never) >= 0.9


@needs_folder
def test_the_declaration_of_human_rights_is_told() -> None:
    pairs = pairs_of(lines_of(Path(FOLDER), "UDHR", every=3), told_of)
    scores = scores_of(pairs)
    assert macro_f1(scores) >= 0.95
    assert scores["und"].recall >= 0.9
