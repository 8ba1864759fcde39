"""What of a post is searched, filtered and counted: the same in every store.

A facet is a name and a value; a post may have several values of one name.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from veille.post import AXES, Axis, Decision, Label, Post
from veille.text import folded, stems

# A token no search text can hold, between parts that are not one sentence.
_BREAK = " ¶ "
_LEVELS_OF_A_REGION = 2

# On these axes all of a model's labels count, on the others the best one.
SEVERAL: frozenset[Axis] = frozenset({"target", "claim"})
SAID_NAMES: tuple[Axis | Literal["status"], ...] = (*AXES, "status")

# The filters of a PostQuery, and what of a post each looks at: its own fields, or facets.
COLUMN_BY_FILTER = {"platforms": "platform", "kinds": "kind", "sources": "source_id"}
FACET_BY_FILTER = {
    "langs": "lang",
    "places": "place",
    "targets": "target",
    "narratives": "narrative",
    "stances": "stance",
    "facts": "fact",
    "claims": "claim",
    "levels": "level",
    "tags": "tag",
}
# The status of a post nobody has decided on.
UNDECIDED = "nouveau"


class SearchWords(NamedTuple):
    """The words of a post as they are indexed: folded, and their stems at the same places."""

    folded: str
    stemmed: str


_NO_WORDS = SearchWords("", "")


def search_words(post: Post) -> SearchWords:
    """The words of title, text and details; a phrase never spans two of them."""
    parts = (post.title, post.text, *post.details.values())
    words = [(words, stems(part)) for part in parts if (words := folded(part))]
    return SearchWords(*map(_BREAK.join, zip(*words, strict=True))) if words else _NO_WORDS


def own_facets(post: Post) -> set[tuple[str, str]]:
    """What the post itself says: tags, languages, places with all they lie in, their regions."""
    langs = [code for code, _ in post.lang_mix]
    facets = {("tag", tag) for tag in post.tags} | {("lang", code) for code in (post.lang, *langs)}
    if len(langs) > 1:
        facets.add(("mix", "+".join(langs)))
    for place in post.places:
        parts = place.split(".")
        facets.update(("place", ".".join(parts[:end])) for end in range(1, len(parts) + 1))
        facets.add(("region", ".".join(parts[:_LEVELS_OF_A_REGION])))
    return facets


def said_facets(
    labels: Sequence[Label], decisions: Sequence[Decision]
) -> Iterator[tuple[str, str]]:
    """What counts on each axis, as `veille.post.said` and `targets` have it."""
    decided = {
        decision.axis: decision.value
        for decision in sorted(decisions, key=lambda decision: decision.decided_at)
    }
    yield from decided.items()
    best: dict[str, Label] = {}
    for label in labels:
        if label.axis in decided:
            continue
        if label.axis in SEVERAL:
            yield label.axis, label.value
        elif label.axis not in best or label.score > best[label.axis].score:
            best[label.axis] = label
    yield from ((axis, label.value) for axis, label in best.items())
