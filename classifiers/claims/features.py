"""What speaks for and against a post being about a claim: numbers that can be explained."""

from collections.abc import Mapping, Sequence, Set

from classifiers.claims.reading import AID, Reading

# Each name is one weight of the model; `docs/claims.md` explains them.
FEATURES = (
    "words", "words_of_post", "other_wording", "other_deed", "other_object", "other_who",
    "other_actor", "no_actor", "name", "other_place", "covered_post", "core", "core_and_post",
    "no_deed", "no_who", "missing_deed", "missing_object", "size",
)  # fmt: skip
VECTOR_FEATURES = ("cosine", "cosine_over_mean", "cosine_over_best")

# A claim of so many telling words is a long one.
_LONG_CORE = 8
# The same meaning in another word is a little less than the same word.
_OTHER_WORD = 0.9


def features_of(claim: Reading, post: Reading) -> list[float]:
    """The values of FEATURES for one pair, each within 0..1."""
    shared = post.worth(claim.stems & post.stems)
    words_of_post = shared / post.weight
    both = {
        slot: claim.worth(names & post.concepts[slot]) for slot, names in claim.concepts.items()
    }
    core, covered = _core(claim, post), _covered(post, claim)
    return [
        shared / claim.weight,
        words_of_post,
        (1 - words_of_post) * _part(sum(both.values()), sum(claim.weights.values())),
        _other(both, post, "deed"),
        _other(both, post, "object"),
        _other_who(both, claim, post),
        float(bool(claim.actors and post.actors) and not claim.actors & post.actors),
        float(bool(claim.actors) and not post.actors),
        len(claim.names & post.bones) / len(claim.names) if claim.names else 0.0,
        float(bool(claim.places and post.places) and not _near(claim.places, post.places)),
        covered,
        core,
        core * covered,
        float(bool(claim.weights["deed"]) and not both["deed"]) * core,
        float(bool(claim.weights["who"]) and not post.weights["who"]),
        _missing(both, claim, "deed"),
        _missing(both, claim, "object"),
        min(1.0, len(claim.core) / _LONG_CORE),
    ]


def vector_features(near: Sequence[float], number: int) -> list[float]:
    """The values of VECTOR_FEATURES: how near claim `number` is, also beside the other claims."""
    cosine = near[number]
    others = [value for place, value in enumerate(near) if place != number]
    best = max(others, default=cosine)
    return [cosine, cosine - sum(near) / len(near), cosine - best]


def _part(some: float, whole: float) -> float:
    return some / whole if whole else 0.0


def _other(both: Mapping[str, float], post: Reading, slot: str) -> float:
    """How much of what fills a slot of the post is something else than in the claim."""
    there = post.weights[slot]
    return 1 - both[slot] / there if there else 0.0


def _missing(both: Mapping[str, float], claim: Reading, slot: str) -> float:
    """How much of what fills a slot of the claim the post does not say."""
    wanted = claim.weights[slot]
    return 1 - both[slot] / wanted if wanted else 0.0


def _other_who(both: Mapping[str, float], claim: Reading, post: Reading) -> float:
    """As for other slots, but any aid actor half stands for another."""
    other, aid = _other(both, post, "who"), post.concepts["who"] & AID
    if aid and claim.concepts["who"] & AID and not claim.concepts["who"] & aid:
        return other - post.worth(aid) / post.weights["who"] / 2
    return other


def _core(claim: Reading, post: Reading) -> float:
    """The share of the claim's telling words, names apart, that the post says."""
    said = sum(unit.stem in post.stems or bool(unit.means & post.meanings) for unit in claim.core)
    return said / len(claim.core) if claim.core else 0.0


def _covered(post: Reading, claim: Reading) -> float:
    """The share of the weight of the post's telling words that the claim says too."""
    whole = got = 0.0
    for unit in post.units:
        whole += unit.weight
        if unit.stem in claim.stems or unit.bones in claim.names:
            got += unit.weight
        elif unit.means & claim.meanings:
            got += _OTHER_WORD * unit.weight
    return got / whole if whole else 0.0


def _near(places: Set[str], others: Set[str]) -> bool:
    """Whether some place of one is, or lies in, some place of the other."""
    return any(
        place.startswith(other) or other.startswith(place) for place in places for other in others
    )
