"""Which known claims are read from which files, and what is said of files that hold none."""

import json
from pathlib import Path

import pytest

from veille.codebook.claims import load_claims, load_facts
from veille.codebook.known import KnownClaim, claims_of, our_claims
from veille.errors import FileRefused

REVIEW = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "claimReviewed": "Le forage de Sofara aurait été empoisonné par une ONG",
    "url": "https://exemple.invalid/verif/forage",
    "datePublished": "2026-03-02",
    "author": {"@type": "Organization", "name": "Vérif Inventée"},
    "reviewRating": {"@type": "Rating", "ratingValue": "1", "alternateName": "Faux"},
}


def told(path: Path, text: str) -> tuple[list[KnownClaim], list[str]]:
    path.write_text(text, encoding="utf-8")
    faults: list[str] = []
    return claims_of(path, faults.append), faults


def test_our_cards_and_the_true_facts_beside_them() -> None:
    ours = our_claims()
    assert [claim.id for claim in ours] == [*load_claims(), *load_facts()]
    assert {claim.id for claim in ours if claim.is_true} == set(load_facts())
    assert ours[4].texts[0] == load_claims()["KC05"].claim_fr
    assert ours[4].checker == "Benbere"


def test_lines_with_an_id_and_a_text_and_whatever_else(tmp_path: Path) -> None:
    lines = [
        {"id": "A", "text": "une infox", "verdict": "faux", "languages": ["fra"], "n": 1},
        {"id": 7, "text": "another", "variants": ["autre forme", 3, " "]},
    ]
    claims, faults = told(tmp_path / "c.jsonl", "\n\n".join(map(json.dumps, lines)))
    assert [(claim.id, claim.texts) for claim in claims] == [
        ("A", ("une infox",)),
        ("7", ("another", "autre forme")),
    ]
    assert (claims[0].verdict, faults) == ("faux", [])


def test_a_line_that_is_none_is_told_with_its_number_and_the_others_kept(tmp_path: Path) -> None:
    lines = ['{"id": 1, "text": "a b"}', "non", "[]", '{"id": 2}', '{"id": 3, "text": 4}']
    claims, faults = told(tmp_path / "c.jsonl", "\n".join(lines))
    assert [claim.id for claim in claims] == ["1"]
    assert [fault.split(" : ")[0] for fault in faults] == [
        f"infox connues, ligne {number}" for number in (2, 3, 4, 5)
    ]


def test_an_id_that_comes_twice_counts_once(tmp_path: Path) -> None:
    line = '{"id": 1, "text": "a b"}\n'
    assert len(told(tmp_path / "c.jsonl", line * 3)[0]) == 1


@pytest.mark.parametrize(
    "document",
    [
        REVIEW,
        [REVIEW],
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, REVIEW]},
        {
            "@context": "https://schema.org",
            "@type": "DataFeed",
            "dataFeedElement": [{"@type": "DataFeedItem", "item": [REVIEW]}],
        },
        {**REVIEW, "@type": ["Review", "ClaimReview"]},
    ],
    ids=["one", "list", "graph", "feed", "two types"],
)
def test_claim_reviews_are_read_wherever_they_stand(tmp_path: Path, document: object) -> None:
    (claim,), faults = told(tmp_path / "c.json", json.dumps(document))
    assert claim.texts == (REVIEW["claimReviewed"],)
    assert (claim.verdict, claim.checker) == ("Faux", "Vérif Inventée")
    assert (claim.url, claim.checked_on) == (REVIEW["url"], "2026-03-02")
    assert faults == []


def test_claim_reviews_may_stand_one_a_line(tmp_path: Path) -> None:
    other = {**REVIEW, "claimReviewed": "Une autre", "url": "https://exemple.invalid/2"}
    lines = "\n".join(map(json.dumps, (REVIEW, other)))
    assert len(told(tmp_path / "c.jsonl", lines)[0]) == 2


def test_the_same_review_keeps_its_id(tmp_path: Path) -> None:
    first = told(tmp_path / "a.json", json.dumps(REVIEW))[0]
    assert told(tmp_path / "b.json", json.dumps([REVIEW], indent=1))[0] == first


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_with_french_or_english_headings(tmp_path: Path, separator: str) -> None:
    rows = [
        ("Infox", "Verdict", "Lien", "Date"),
        ("le puits est maudit", "faux", "https://x", "2025"),
    ]
    text = "".join(separator.join(row) + "\r\n" for row in rows)
    (claim,), _ = told(tmp_path / "c.csv", "\ufeff" + text)
    assert (claim.texts, claim.verdict) == (("le puits est maudit",), "faux")
    assert (claim.url, claim.checked_on) == ("https://x", "2025")
    english = text.replace("Infox", "claimReviewed").replace("Lien", "URL")
    assert told(tmp_path / "d.csv", english)[0][0].texts == claim.texts


def test_what_was_found_true_is_no_false_claim(tmp_path: Path) -> None:
    rating = {"@type": "Rating", "alternateName": "VRAI"}
    (claim,), _ = told(tmp_path / "c.json", json.dumps([{**REVIEW, "reviewRating": rating}]))
    assert claim.is_true


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.jsonl", ""),
        ("c.jsonl", "\n \n"),
        ("c.json", "{}"),
        ("c.json", '{"@context": "x", "@graph": []}'),
        ("c.json", "[" * 5_000),
        ("c.csv", "nom;age\nA;3"),
        ("c.csv", ""),
        ("c.jsonl", '{"id": 1, "text": "…!"}'),
    ],
)
def test_a_file_without_claims_is_refused_with_what_is_accepted(
    tmp_path: Path, name: str, text: str
) -> None:
    with pytest.raises(FileRefused, match="ClaimReview"):
        told(tmp_path / name, text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="illisible"):
        claims_of(tmp_path / "nowhere.jsonl", print)
