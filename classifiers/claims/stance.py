"""What a post does with the claim it is about: repeats, refutes, or asks."""

import re
from collections.abc import Sequence, Set

from classifiers.claims.reading import Reading

STANCE = (
    "denial", "denial_first", "negation", "negation_near", "negation_next", "negation_of_deed",
    "leading", "asking", "mark", "last_mark", "vouching", "claim_refuses", "negation_of_refusal",
    "negation_and_mark", "denial_and_negation", "asking_and_mark", "denial_and_mark",
)  # fmt: skip
# How many words a negation reaches over, before or behind; what counts as the beginning.
_REACH, _NEXT = 5, 2
_FIRST, _FIRST_DENIAL = 2, 4
_MARKS = "?؟"
_TAIL = re.compile(r"[\W_]*$")
# "It makes girls sterile" is also said as "girls will never have children".
_REFUSALS = frozenset(
    f"deed:{name}" for name in ("steriliser", "interdire", "empecher", "refuser_aide", "priver")
)


def stance_features(claim: Reading, post: Reading) -> list[float]:
    """The values of STANCE for one pair, each 0 or 1."""
    places = post.sayings
    negations = places["negation"]
    denial, negation, asking = (bool(places[name]) for name in ("denial", "negation", "asking"))
    mark = any(sign in post.text for sign in _MARKS)
    said, deeds = claim.meanings | claim.stems, claim.concepts["deed"]
    refuses = bool(deeds & _REFUSALS)
    values = [
        denial,
        any(place < _FIRST_DENIAL for place in places["denial"]),
        negation,
        _is_near(said, post, negations, _REACH),
        _is_near(said, post, negations, _NEXT),
        _is_near(deeds, post, negations, _NEXT),
        any(place < _FIRST for place in places["leading"]),
        asking,
        mark,
        _ends_asking(post.text),
        bool(places["vouching"]),
        refuses,
        refuses and negation,
        negation and mark,
        denial and negation,
        asking and mark,
        denial and mark,
    ]
    return list(map(float, values))


def _is_near(said_by: Set[str], post: Reading, negations: Sequence[int], reach: int) -> bool:
    """Whether a negation stands near a word or a meaning of the claim."""
    said = {
        place
        for place, (stem, unit) in enumerate(zip(post.word_stems, post.word_means, strict=False))
        if stem in said_by or unit & said_by
    }
    return any(abs(place - other) <= reach for place in negations for other in said)


def _ends_asking(text: str) -> bool:
    tail = _TAIL.search(text)
    return tail is not None and not set(_MARKS).isdisjoint(tail.group())
