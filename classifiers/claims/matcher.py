"""Which known claims a post is about, how sure that is, and what the post does with them.

A post matches a claim about the same thing, not one in the same words.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from classifiers.claims.features import (
    FEATURES,
    VECTOR_FEATURES,
    features_of,
    vector_features,
)
from classifiers.claims.index import ClaimIndex
from classifiers.claims.reading import TELLING, Reading, stretches, word_count
from classifiers.claims.stance import STANCE, stance_features
from classifiers.claims.weights import Weights, load_weights, probability
from veille.codebook.known import KnownClaim
from veille.text import tokens

if TYPE_CHECKING:
    import numpy as np

Said = Literal["repeats", "refutes", "asks"]
Verdict = Literal["correspond", "a_verifier", "aucune"]
Vectors = Callable[[Sequence[str]], "np.ndarray"]
SAID: tuple[Said, ...] = get_args(Said)
# Shorter texts say too little: "c'est faux" or "MSF encore" would match anything.
MIN_WORDS = 8
_BATCH = 64
_KEY_DIGITS = 8
# Of less likely claims nobody asks what the post does with them.
_WORTH_A_LOOK = 0.2


class Match(NamedTuple):
    """A claim a post may be about, with probability `p`, and what the post does with it."""

    claim_id: str
    p: float
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What was found for one post: all candidates, best first, and what follows from them."""

    matches: tuple[Match, ...]
    verdict: Verdict


class ClaimMatcher:
    """Looks for a fixed list of claims. `vectors`, where given, makes vectors of length 1.

    Of each post the `most` likeliest claims are weighed.
    """

    def __init__(
        self,
        claims: Iterable[KnownClaim],
        *,
        vectors: Vectors | None = None,
        weights: Weights | None = None,
        most: int = 12,
    ) -> None:
        listed = [(claim, text) for claim in claims for text in claim.texts]
        self._claims = [claim for claim, _ in listed]
        self._weights = weights or load_weights()
        self._read = [Reading(text, self._weights.idf) for _, text in listed]
        self._index = ClaimIndex(self._read, most=most)
        self._vectors = vectors if listed and self._weights.encoder else None
        self._claim_vectors = self._vectors and self._vectors([text for _, text in listed])

    @property
    def version(self) -> str:
        """Names the weights, whether vectors help, and the very claims that are looked for."""
        kind = "v" if self._vectors else ""
        listed = "\n".join(
            f"{claim.id} {read.text}" for claim, read in zip(self._claims, self._read, strict=True)
        )
        key = sha256(listed.encode("utf-8", "replace")).hexdigest()[:_KEY_DIGITS]
        return f"claims.{self._weights.version}{kind}.{key}"

    def is_sure(self, match: Match) -> bool:
        """Whether the probability is one from which a post corresponds."""
        return match.p >= self._weights.match[self._kind]

    def shared_places(self, text: str, claim_id: str) -> list[tuple[int, int]]:
        """Start and end of the words of `text` that speak for a claim; those that touch as one."""
        claims = [
            read
            for claim, read in zip(self._claims, self._read, strict=True)
            if claim.id == claim_id
        ]
        post = Reading(text, self._weights.idf)
        places: list[tuple[int, int]] = []
        for token, stem, means in zip(tokens(text), post.word_stems, post.word_means, strict=False):
            if self._weights.idf(stem) < TELLING or not any(
                stem in claim.stems or means & claim.meanings for claim in claims
            ):
                continue
            if places and not text[places[-1][1] : token.start].strip():
                places[-1] = (places[-1][0], max(places[-1][1], token.end))
            else:
                places.append((token.start, token.end))
        return places

    @property
    def _kind(self) -> str:
        return "with_vectors" if self._vectors else "plain"

    def match(self, texts: Sequence[str]) -> list[Matched]:
        """What each text is about, in their order. Never raises, whatever the text."""
        return [
            matched
            for start in range(0, len(texts), _BATCH)
            for matched in self._batch(texts[start : start + _BATCH])
        ]

    def _batch(self, texts: Sequence[str]) -> list[Matched]:
        parts = [
            (number, part)
            for number, text in enumerate(texts)
            if word_count(text) >= MIN_WORDS
            for part in stretches(text)
        ]
        found: list[dict[str, Match]] = [{} for _ in texts]
        facts = [0.0] * len(texts)
        cosines = self._cosines([part for _, part in parts])
        for (number, part), near in zip(parts, cosines, strict=True):
            for claim, match in self._matches(Reading(part, self._weights.idf), near):
                if claim.is_true:
                    facts[number] = max(facts[number], match.p)
                elif claim.id not in found[number] or found[number][claim.id].p < match.p:
                    found[number][claim.id] = match
        return [self._judged(one.values(), fact) for one, fact in zip(found, facts, strict=True)]

    def _cosines(self, parts: Sequence[str]) -> Sequence[Sequence[float] | None]:
        """How near each part's vector is to each claim's; None for each without vectors."""
        if self._vectors is None or self._claim_vectors is None or not parts:
            return [None] * len(parts)
        return [list(map(float, row)) for row in self._vectors(parts) @ self._claim_vectors.T]

    def _matches(
        self, post: Reading, near: Sequence[float] | None
    ) -> Iterator[tuple[KnownClaim, Match]]:
        scored = [
            (self._probability(number, post, near), number)
            for number in self._index.candidates(post, near)
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1]))
        said: Said = "repeats"
        for place, (p, number) in enumerate(scored):
            if not place or p >= _WORTH_A_LOOK:
                said = self._said(number, post)
            claim = self._claims[number]
            yield claim, Match(claim.id, p, said)

    def _probability(self, number: int, post: Reading, near: Sequence[float] | None) -> float:
        values = features_of(self._read[number], post)
        if near is None:
            return probability(self._weights.plain, FEATURES, values)
        names = (*FEATURES, *VECTOR_FEATURES)
        return probability(
            self._weights.with_vectors, names, [*values, *vector_features(near, number)]
        )

    def _said(self, number: int, post: Reading) -> Said:
        values = stance_features(self._read[number], post)
        weights = self._weights.stances
        return max(SAID, key=lambda said: probability(weights[said], STANCE, values))

    def _judged(self, found: Iterable[Match], fact: float) -> Matched:
        """Matches best first; what a true fact explains better is no false claim."""
        matches = [
            match._replace(p=match.p * (1 - fact)) if match.p <= fact else match for match in found
        ]
        matches.sort(key=lambda match: (-match.p, match.claim_id))
        best = matches[0].p if matches else 0.0
        verdict: Verdict = "aucune"
        if best >= self._weights.match[self._kind]:
            verdict = "correspond"
        elif best >= self._weights.check[self._kind]:
            verdict = "a_verifier"
        return Matched(matches=tuple(matches), verdict=verdict)
