"""How well known claims are found, on held-out themes: the table of `docs/claims.md`.

`python -m classifiers.training.claim_report` writes it again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from classifiers.claims.matcher import ClaimMatcher, Match, Vectors
from classifiers.claims.weights import Weights, load_weights
from classifiers.training.claim_pairs import Pair, read_claims, read_pairs
from classifiers.training.labelled import DATA, read
from veille.codebook.known import KnownClaim, our_claims

PAGE = Path(__file__).parents[2] / "docs" / "claims.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
_Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A held-out pair and what the matcher said of it; None when it was no candidate."""

    pair: Pair
    match: Match | None

    def reaches(self, threshold: float) -> bool:
        return self.match is not None and self.match.p >= threshold


def judged(vectors: Vectors | None = None) -> list[Judged]:
    """Every held-out pair, looked for among all claims, invented and our own."""
    matcher = matcher_of_all(vectors)
    pairs = [pair for pair in read_pairs() if pair.claim.is_held_out]
    texts = list(dict.fromkeys(pair.text for pair in pairs))
    found = {
        text: {match.claim_id: match for match in matched.matches}
        for text, matched in zip(texts, matcher.match(texts), strict=True)
    }
    return [Judged(pair=pair, match=found[pair.text].get(pair.claim.id)) for pair in pairs]


def matcher_of_all(vectors: Vectors | None = None) -> ClaimMatcher:
    ours = our_claims()
    cards = {card.id for card in ours}
    invented = [
        KnownClaim(id=claim.id, texts=claim.texts)
        for claim in read_claims()
        if claim.id not in cards
    ]
    return ClaimMatcher([*invented, *ours], vectors=vectors)


def figures(vectors: Vectors | None = None) -> Iterator[str]:
    """The lines of the table, in Markdown."""
    weights, results = load_weights(), judged(vectors)
    kind = "with_vectors" if vectors else "plain"
    languages = sorted({one.pair.lang for one in results})
    thresholds = (weights.match[kind], weights.check[kind])
    columns = ("posts", "pairs", "about it", "precision", "recall")
    yield f"| {' | '.join(columns)} | precision, to check | recall, to check |"
    yield "|---|---|---|---|---|---|---|"
    yield _row("all", results, thresholds)
    whole = [one for one in results if not one.pair.claim.is_headline]
    yield _row("claims in full", whole, thresholds)
    yield _row("claims as headlines", [one for one in results if one not in whole], thresholds)
    for lang in languages:
        yield _row(lang, [one for one in results if one.pair.lang == lang], thresholds)
    yield ""
    yield _stances(results)
    yield ""
    yield _ordinary(weights, kind, vectors)


def _row(name: str, results: Sequence[Judged], thresholds: Iterable[float]) -> str:
    about = [one for one in results if one.pair.is_match]
    cells = [name, str(len(results)), str(len(about))]
    for threshold in thresholds:
        reached = [one for one in results if one.reaches(threshold)]
        right = sum(one.pair.is_match for one in reached)
        cells += [interval(right, len(reached)), interval(right, len(about))]
    return f"| {' | '.join(cells)} |"


def _stances(results: Sequence[Judged]) -> str:
    told = []
    for relation in ("repeats", "refutes", "asks"):
        found = [one.match for one in results if one.pair.relation == relation and one.match]
        right = sum(match.said == relation for match in found)
        told.append(f"{relation} {interval(right, len(found))}")
    return f"What the post does with the claim, told rightly: {', '.join(told)}."


def _ordinary(weights: Weights, kind: str, vectors: Vectors | None) -> str:
    """How often posts of the development hands, which nobody tuned on, reach a threshold."""
    posts = read([DATA / "g.tsv"])
    harmless = [post.text for post in posts if post.false_claim != "true"]
    found = matcher_of_all(vectors).match(harmless)
    sure = sum(matched.verdict == "correspond" for matched in found)
    check = sum(matched.verdict == "a_verifier" for matched in found)
    return (
        f"Of {len(harmless)} posts of the development hands that assert no known false claim, "
        f"{sure} correspond and {check} are to be checked, beside {len(read_claims())} claims "
        f"(thresholds {weights.match[kind]} and {weights.check[kind]})."
    )


def interval(right: int, of: int) -> str:
    """A share with its 95 % interval (Wilson)."""
    if not of:
        return "none"
    share, spread = right / of, _Z**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * sqrt(share * (1 - share) / of + spread / of / 4) / (1 + spread)
    return f"{share:.2f} ({middle - half:.2f}–{middle + half:.2f})"


def write(page: Path = PAGE) -> None:
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    told = "\n".join(figures())
    page.write_text(f"{before}{BEGIN}\n{told}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    write()
