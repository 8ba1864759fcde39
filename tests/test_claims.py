"""Known claims that come back: matched by what is told, in any language, and never by chance."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import classifiers
from classifiers.base import Classifier
from classifiers.claims.classifier import WithClaims
from classifiers.claims.features import FEATURES, VECTOR_FEATURES
from classifiers.claims.matcher import ClaimMatcher, Matched
from classifiers.claims.stance import STANCE
from classifiers.claims.weights import load_weights
from tests.contracts.classifier_contract import HOSTILE_INPUT, ClassifierContract
from tests.homes import ROOT
from veille.cli import main
from veille.codebook.known import KnownClaim, our_claims
from veille.post import Label

WEEK = Path(__file__).parent / "samples" / "ordinary_week.jsonl"


@pytest.fixture(scope="module")
def matcher() -> ClaimMatcher:
    return ClaimMatcher(our_claims())


def one(matcher: ClaimMatcher, text: str) -> Matched:
    (matched,) = matcher.match([text])
    return matched


@pytest.mark.parametrize(
    ("text", "claim_id", "said"),
    [
        ("La MINUSMA vend ses blindés aux enchères à Kidal, voilà la vérité", "KC02", "repeats"),
        ("Sun ce allurar ce ke kashe yara, amma likita ya karyata", "KC06", "refutes"),
        (
            "AstraZeneca ne rend pas stérile et la France ne l'a jamais interdit, c'est faux",
            "KC05",
            "refutes",
        ),
        (
            "Est-ce vrai que le vaccin AstraZeneca rend stérile et est interdit en France ?",
            "KC05",
            "asks",
        ),
        ("سيارة الأمم المتحدة وفيها أطفال مسروقون لأخذ أعضائهم", "KC04", "repeats"),
        ("A UN car was found with stolen children inside, for their organs", "KC04", "repeats"),
    ],
)
def test_a_claim_is_found_whatever_the_language(
    matcher: ClaimMatcher, text: str, claim_id: str, said: str
) -> None:
    matched = one(matcher, text)
    assert matched.matches[0].claim_id == claim_id
    assert matched.matches[0].said == said
    assert matched.verdict in ("correspond", "a_verifier")


@pytest.mark.parametrize(
    "text",
    [
        "La mairie de Kidal vend aux enchères trois motos saisies et une voiture",
        "Un hélicoptère de l'armée a tiré sur des terroristes en brousse hier matin",
        "Le Mali se retire de la CEDEAO avec effet immédiat, annonce le gouvernement",
        "Le CICR a annoncé la réouverture du poste de santé de Ber après les travaux",
        "Une ambulance de MSF a été attaquée par des hommes armés sur la route de Niono",
    ],
)
def test_the_same_words_about_something_else_do_not_correspond(
    matcher: ClaimMatcher, text: str
) -> None:
    assert one(matcher, text).verdict != "correspond"


@pytest.mark.parametrize(
    "text",
    [
        "Le Niger a fermé les bureaux du CICR le 5 juin, les employés sont partis",
        "Le Burkina Faso a mis fin à Target Malaria, décision du gouvernement en août",
        "La MINUSMA a fermé ses portes et quitté le Mali le 31 décembre 2023",
        "Le Mali a interdit les activités des ONG financées par la France en 2022",
        "Le PAM a stocké de l'huile périmée au Mali, c'était en 2010",
    ],
)
def test_true_facts_are_never_taken_for_known_false_claims(
    matcher: ClaimMatcher, text: str
) -> None:
    matched = one(matcher, text)
    assert matched.verdict == "aucune"
    assert not any(match.claim_id.startswith("TF") for match in matched.matches)


@pytest.mark.parametrize(
    "text",
    [
        "La MINUSMA vend ses blindés à Kidal",
        "vaccin AstraZeneca stérile",
        "La MINUSMA — vend … ses ! blindés , à Kidal 😡 😡 😡",
    ],
)
def test_texts_under_eight_words_are_never_matched_alone(matcher: ClaimMatcher, text: str) -> None:
    assert one(matcher, text) == Matched(matches=(), verdict="aucune")


def test_an_ordinary_week_repeats_no_known_claim(matcher: ClaimMatcher) -> None:
    texts = [json.loads(line)["text"] for line in WEEK.read_text("utf-8").splitlines()]
    verdicts = [matched.verdict for matched in matcher.match(texts)]
    assert "correspond" not in verdicts
    assert verdicts.count("a_verifier") <= len(texts) // 20


def test_a_claim_inside_a_long_post_is_found(matcher: ClaimMatcher) -> None:
    filler = "Le marché de mardi était calme et les moutons se vendent moins cher que l'an passé. "
    claim = "La MINUSMA vend ses blindés aux enchères à Kidal, tout le monde le sait. "
    matched = one(matcher, filler * 12 + claim + filler * 12)
    assert matched.matches[0].claim_id == "KC02"
    assert matched.verdict == "correspond"


def test_matches_come_best_first_and_are_probabilities(matcher: ClaimMatcher) -> None:
    for matched in matcher.match(["L'ONU et la MINUSMA ont brûlé un véhicule à Kidal, dit-on ici"]):
        scores = [match.p for match in matched.matches]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= p <= 1 for p in scores)
        assert len({match.claim_id for match in matched.matches}) == len(matched.matches)


def test_no_text_makes_it_raise(matcher: ClaimMatcher) -> None:
    assert len(matcher.match(HOSTILE_INPUT)) == len(HOSTILE_INPUT)


def test_a_post_beside_others_is_matched_as_alone(matcher: ClaimMatcher) -> None:
    texts = [json.loads(line)["text"] for line in WEEK.read_text("utf-8").splitlines()[:70]]
    assert matcher.match(texts) == [one(matcher, text) for text in texts]


def test_no_claims_match_nothing() -> None:
    matched = one(ClaimMatcher([]), "La MINUSMA vend ses blindés aux enchères à Kidal, voilà")
    assert matched == Matched(matches=(), verdict="aucune")


def test_other_claims_are_another_version() -> None:
    first = ClaimMatcher([KnownClaim(id="A", texts=("le puits est empoisonné",))])
    other = ClaimMatcher([KnownClaim(id="A", texts=("le puits est maudit",))])
    assert first.version != other.version
    assert (
        first.version
        == ClaimMatcher([KnownClaim(id="A", texts=("le puits est empoisonné",))]).version
    )


def test_the_weights_name_exactly_what_is_weighed() -> None:
    weights = load_weights()
    assert set(weights.plain) == {"bias", *FEATURES}
    assert set(weights.with_vectors) in (set(), {"bias", *FEATURES, *VECTOR_FEATURES})
    assert set(weights.stances) == {"repeats", "refutes", "asks"}
    assert all(set(named) == {"bias", *STANCE} for named in weights.stances.values())
    assert 0 < weights.check["plain"] < weights.match["plain"] < 1


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return classifiers.with_claims(classifiers.build("keywords"), our_claims())


class TestWithClaims(ClassifierContract):
    def said(self, classifier: Classifier, text: str, axis: str) -> list[Label]:
        return [label for label in classifier.label([text])[0] if label.axis == axis]

    def test_a_post_that_repeats_a_known_claim_carries_its_id(self, classifier: Classifier) -> None:
        text = "Partagez : la MINUSMA vend ses blindés aux enchères à Kidal, honte à elle"
        (claim,) = self.said(classifier, text, "claim")
        assert claim.value == "KC02"
        shown = " ".join(text[span.start : span.end] for span in claim.spans)
        assert "blindés" in shown
        assert "enchères" in shown
        (fact,) = self.said(classifier, text, "fact")
        assert fact.value == "infox_connue"

    def test_a_post_that_refutes_it_carries_the_id_and_keeps_its_status(
        self, classifier: Classifier
    ) -> None:
        text = "Sun ce allurar ce ke kashe yara, amma likita ya karyata"
        (claim,) = self.said(classifier, text, "claim")
        assert claim.value == "KC06"
        assert "dément" in claim.spans[0].why
        assert not self.said(classifier, text, "fact")

    def test_other_claims_are_another_model(self, classifier: Classifier) -> None:
        first = classifiers.build("keywords")
        fewer = WithClaims(first, ClaimMatcher(our_claims()[:3]))
        assert fewer.model != classifier.model
        assert classifier.model.startswith(first.model)


def run(*arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "veille.cli", "claims", *arguments]
    return subprocess.run(
        command, input=given, capture_output=True, cwd=ROOT, env={**os.environ}, check=False
    )


class TestCommand:
    def test_the_public_shape_of_a_line(self, tmp_path: Path, capsys: Any) -> None:
        known, posts = tmp_path / "known.jsonl", tmp_path / "posts.jsonl"
        known.write_text('{"id": "W1", "text": "Une ONG a empoisonné le forage de Sofara"}\n')
        texts = ["c'est une ONG qui a empoisonné l'eau du forage à Sofara", "trop court"]
        posts.write_text("\n".join(json.dumps({"id": n, "text": t}) for n, t in enumerate(texts)))
        assert main(["claims", str(posts), "--known", str(known)]) == 0
        first, second = map(json.loads, capsys.readouterr().out.splitlines())
        assert list(first) == ["id", "matches", "verdict"]
        ((claim_id, p, said),) = first["matches"]
        assert (claim_id, said) == ("W1", "repeats")
        assert 0.5 < p <= 1
        assert first["verdict"] in ("correspond", "a_verifier")
        assert second == {"id": 1, "matches": [], "verdict": "aucune"}

    def test_without_a_file_of_claims_our_own_cards_are_used(self) -> None:
        text = "La MINUSMA vend ses blindés aux enchères à Kidal, voilà la vérité"
        done = run("-", given=json.dumps({"id": "é", "text": text}).encode() + b"\nnon\n")
        assert done.returncode == 3
        (answer,) = map(json.loads, done.stdout.decode().splitlines())
        assert answer["id"] == "é"
        assert answer["matches"][0][0] == "KC02"
        assert done.stderr.decode().startswith("veille : ligne 2 : ")

    def test_faults_in_the_claims_are_told_and_a_file_of_none_is_refused(
        self, tmp_path: Path, capsys: Any
    ) -> None:
        known, posts = tmp_path / "known.jsonl", tmp_path / "posts.jsonl"
        posts.write_text('{"id": 1, "text": "a"}\n')
        known.write_text('{"id": "W1", "text": "Une ONG a empoisonné le forage"}\nnon\n')
        assert main(["claims", str(posts), "--known", str(known)]) == 3
        assert "infox connues, ligne 2" in capsys.readouterr().err
        known.write_text("")
        assert main(["claims", str(posts), "--known", str(known)]) == 3
        assert "aucune infox connue" in capsys.readouterr().err
