"""Any classifier, with the known claims its posts are about."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from classifiers.base import Classifier
from classifiers.claims.matcher import ClaimMatcher, Match, Matched
from veille.post import Axis, Label, Span

_MOST_CLAIMS, _MOST_SPANS = 3, 8
_DONE = {
    "repeats": "reprend l'infox connue",
    "refutes": "dément l'infox connue",
    "asks": "interroge sur l'infox connue",
}


class WithClaims:
    """`first`, whose posts also get the axes `claim` and, when they repeat one, `fact`.

    Only claims that surely correspond become labels; what is to be checked is for
    `veille claims`. A new list of claims is a new version, so that posts are labelled again.
    """

    def __init__(self, first: Classifier, matcher: ClaimMatcher) -> None:
        self._first = first
        self._matcher = matcher

    @property
    def model(self) -> str:
        return f"{self._first.model}+{self._matcher.version}"

    @property
    def axes(self) -> frozenset[Axis]:
        added: frozenset[Axis] = frozenset({"claim", "fact"})
        return self._first.axes | added

    @property
    def languages(self) -> frozenset[str]:
        return self._first.languages

    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        found = self._matcher.match(texts)
        return [
            list(self._together(text, labels, matched))
            for text, labels, matched in zip(texts, self._first.label(texts), found, strict=True)
        ]

    def _together(self, text: str, labels: Sequence[Label], matched: Matched) -> Iterator[Label]:
        sure = [match for match in matched.matches if self._matcher.is_sure(match)]
        repeats = bool(sure) and sure[0].said == "repeats"
        for label in labels:
            if not (repeats and label.axis == "fact"):
                yield replace(label, model=self.model)
        for match in sure[:_MOST_CLAIMS]:
            spans = self._spans(text, match)
            yield Label(
                axis="claim", value=match.claim_id, score=match.p, model=self.model, spans=spans
            )
        if repeats:
            yield Label(axis="fact", value="infox_connue", score=sure[0].p, model=self.model)

    def _spans(self, text: str, match: Match) -> tuple[Span, ...]:
        why = f"{_DONE[match.said]} {match.claim_id}"
        places = self._matcher.shared_places(text, match.claim_id)
        return tuple(Span(start=start, end=end, why=why) for start, end in places[:_MOST_SPANS])
