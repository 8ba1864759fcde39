"""Which claims a post could be about: an inverted index of what the claims say."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from classifiers.claims.reading import Reading

# What stands in every second post brings no candidate.
_LEAST_IDF = 2.5
# A name that claim and post share tells as much as a rare word.
_NAME_WEIGHT = 5.0
# Claims that share less than this part of what the best one shares are not weighed.
_LEAST_SHARE = 0.25
# Nor are those of which the post holds less: of true matches two in a hundred.
_LEAST_PART = 0.1
_SATURATION, _LENGTH_SHARE = 1.2, 0.6


class ClaimIndex:
    """BM25 over the stems, meanings and names of claims; a post is the query."""

    def __init__(self, claims: Sequence[Reading], *, most: int) -> None:
        self._most = most
        listed = [set(_terms(claim)) | {f"name:{name}" for name in claim.names} for claim in claims]
        usual = sum(map(len, listed)) / max(1, len(listed))
        self._full = [0.0] * len(claims)
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, terms in enumerate(listed):
            stretch = 1 - _LENGTH_SHARE + _LENGTH_SHARE * len(terms) / usual
            for term in terms:
                weight = _NAME_WEIGHT if term.startswith("name:") else claims[0].worth([term])
                if weight >= _LEAST_IDF:
                    worth = weight * (_SATURATION + 1) / (1 + _SATURATION * stretch)
                    self._postings[term].append((number, worth))
                    self._full[number] += worth

    def candidates(self, post: Reading, near: Sequence[float] | None = None) -> list[int]:
        """Numbers of the claims that share most with the post, best first.

        Those whose vectors are nearest come first where `near` gives the cosines.
        """
        scores: dict[int, float] = defaultdict(float)
        names = (f"name:{bones}" for bones in post.bones)
        for term in {*_terms(post), *names}:
            for number, worth in self._postings.get(term, ()):
                scores[number] += worth
        least = _LEAST_SHARE * max(scores.values(), default=0.0)
        shared = sorted(
            (
                number
                for number, score in scores.items()
                if score >= max(least, _LEAST_PART * self._full[number])
            ),
            key=lambda number: (-scores[number], number),
        )[: self._most]
        if near is None:
            return shared
        nearest = sorted(range(len(near)), key=lambda number: (-near[number], number))
        return list(dict.fromkeys([*nearest[: self._most // 4], *shared]))


def _terms(read: Reading) -> Iterable[str]:
    yield from read.stems
    for found in read.found:
        yield found.concept.name
