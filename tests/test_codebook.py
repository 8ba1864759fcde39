"""The codebook's data files: complete, clean, and refused with the place when wrong."""

import json
import re

import pytest

from veille.codebook import files as codebook_files
from veille.codebook import load_codebook
from veille.codebook.actors import load_actors
from veille.codebook.claims import load_claims, load_facts
from veille.codebook.narratives import _family
from veille.errors import ConfigError
from veille.text import folded

FAMILIES = load_codebook().families
NEVER_ANSWERED_IN_PUBLIC = ("N10", "N11", "N19", "N90")
# What a public answer would be called in a proposal.
PUBLIC = re.compile(r"\b(?:publi|répon|démenti|commenta|diffus|communiqu|post)\w*", re.IGNORECASE)


def test_there_are_28_families_in_an_order_of_precedence():
    numbers = [family.number for family in FAMILIES]
    assert numbers == [
        *(f"N{n:02d}" for n in range(1, 21)),
        *(f"N{n}" for n in range(90, 97)),
        "N99",
    ]
    precedence = load_codebook().precedence
    assert precedence[0] == "N18_menace_incitation"
    assert precedence.index("N03_transport_armes_or") < precedence.index("N01_espionnage")


def test_a_family_is_found_by_its_code_or_its_number():
    codebook = load_codebook()
    assert codebook.family("N05") is codebook.family("N05_detournement")
    with pytest.raises(KeyError):
        codebook.family("N50")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.number)
def test_every_family_says_in_french_what_to_do_in_one_short_sentence(family):
    words = re.findall(r"\w+(?:['’]\w+)*", family.action_fr)
    assert 3 <= len(words) <= 25
    assert family.action_fr.endswith(".")
    assert "!" not in family.action_fr
    assert family.action_fr.count(".") == 1


@pytest.mark.parametrize("number", NEVER_ANSWERED_IN_PUBLIC)
def test_opinions_and_complaints_are_never_answered_in_public(number):
    said = load_codebook().family(number).action_fr.replace("sans répondre", "")
    assert not PUBLIC.search(said)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.number)
def test_cues_are_forms_that_can_be_matched(family):
    for cue in family.cues:
        assert folded(cue.form), cue
        assert not re.search(r"[()/=«»*]", cue.form), cue
        assert cue.form == cue.form.strip()
        assert cue.gloss or cue.lang in ("fra", "eng"), cue


def test_hostile_families_have_french_and_local_cues():
    for family in FAMILIES:
        if family.number <= "N20":
            langs = {cue.lang for cue in family.cues}
            assert "fra" in langs
            assert len(langs & {"bam", "hau", "ara", "ful"}) >= 2, family.code


def test_insults_are_masked():
    masked = [cue.form for family in FAMILIES for cue in family.cues if cue.masked]
    assert {"prostituées", "sunguruba", "karuwa"} <= set(masked)


def test_severity_and_stance_are_those_of_the_sheets():
    by_number = {family.number: family for family in FAMILIES}
    assert {n for n, f in by_number.items() if f.base_severity == 5} == {
        "N03", "N06", "N08", "N13", "N18", "N20",
    }  # fmt: skip
    assert by_number["N14"].usual_stance == "neutral"
    assert by_number["N90"].usual_stance == by_number["N96"].usual_stance == "critical"
    assert all(f.alert_fr for f in FAMILIES if f.number <= "N20")
    assert not by_number["N90"].alert_fr


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"action_fr": ""}, "action_fr"),
        ({"base_severity": 6}, "base_severity"),
        ({"usual_stance": "angry"}, "angry"),
        ({"colour": "red"}, "colour is not a field"),
        ({"cues": [{"form": " ", "lang": "fra", "confidence": "élevée"}]}, "empty"),
        ({"cues": [{"form": "x", "lang": "xxx", "confidence": "élevée"}]}, "xxx"),
        ({"cues": [{"form": "x", "lang": "fra", "confidence": "sure"}]}, "sure"),
        ({"cues": [{"form": "x", "lang": "fra", "confidence": "faible"}] * 2}, "twice"),
    ],
)
def test_a_wrong_family_is_told(change, told):
    raw = json.loads(codebook_files.file_text("codebook.json"))["families"][0]
    with pytest.raises(ConfigError, match=told):
        _family({**raw, **change})


def test_a_missing_field_and_a_missing_file_are_told():
    with pytest.raises(ConfigError, match="label_fr is missing"):
        _family({"code": "N01_espionnage"})
    with pytest.raises(ConfigError, match="cannot be read"):
        codebook_files.json_of("nowhere.json")


def test_claims_have_a_verdict_a_narrative_and_their_sources():
    claims = load_claims()
    assert list(claims) == [f"KC{n:02d}" for n in range(1, 21)]
    for claim in claims.values():
        assert claim.source_urls
        assert all(url.startswith("https://") for url in claim.source_urls)
        assert claim.forms
        assert set(claim.actors) <= set(load_actors())
        assert claim.why_fr
    assert claims["KC05"].debunked_on == "2021"
    assert claims["KC16"].verdict == "arnaque"


def test_true_facts_are_kept_apart_from_claims():
    facts = load_facts()
    assert len(facts) == 10
    assert not set(facts) & set(load_claims())
    assert facts["TF05"].happened_on == "2025-06-05"
    for fact in facts.values():
        assert fact.forms
        assert set(fact.actors) <= set(load_actors())
