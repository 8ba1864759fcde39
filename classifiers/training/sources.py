"""What training reads beside the labelled set: ordinary lines, and what people decided."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from classifiers.keywords.cues import cue_book
from classifiers.keywords.targets import scene_of
from classifiers.training.labelled import LabelledPost
from classifiers.training.texts import sample
from veille.post import Decision, Post, full_text

# How many ordinary lines per thousand, by language: few where posts are few, so that a
# language does not become a sign of harmlessness.
_ORDINARY: Mapping[str, int] = {
    "fra": 480, "hau": 160, "bam": 120, "eng": 80, "arb": 60, "ary": 60, "fuc": 40,
}  # fmt: skip
_MOST_CHARACTERS = 280
_UNKNOWN = -1


def ordinary_posts(folder: Path, most: int, seed: int) -> list[LabelledPost]:
    """Lines of news, books and posts that name no aid actor: out of scope, by their absence."""
    return [
        _ordinary(f"{lang}{number}", lang, line[:_MOST_CHARACTERS])
        for lang, per_thousand in _ORDINARY.items()
        for number, line in enumerate(
            _unaimed(sample(folder, lang, most * 4, seed), most * per_thousand // 1_000)
        )
    ]


def _unaimed(lines: Iterable[str], most: int) -> list[str]:
    found: list[str] = []
    for line in lines:
        if len(found) == most:
            break
        if not scene_of(line, cue_book()).mentioned:
            found.append(line)
    return found


def _ordinary(post_id: str, lang: str, text: str) -> LabelledPost:
    return LabelledPost(
        id=post_id, hand="-", story="", lang=lang, register="std", narrative="N99", second="",
        stance="neutral", hostility=0, fact="opinion", false_claim="false", targets=("AUCUN",),
        pair="", text=text,
    )  # fmt: skip


def decided_posts(posts: Iterable[Post]) -> list[LabelledPost]:
    """Posts people have decided on; what they left open is empty and teaches nothing.

    A machine's labels are never read.
    """
    return [_decided(post) for post in posts if _decisions(post, ("narrative", "stance"))]


def _decided(post: Post) -> LabelledPost:
    said = {
        axis: _decisions(post, (axis,)) for axis in ("narrative", "stance", "hostility", "target")
    }
    level = said["hostility"].removeprefix("H")
    return LabelledPost(
        id=post.id, hand="-", story="", lang=post.lang, register="std",
        narrative=said["narrative"][:3], second="", stance=said["stance"],
        hostility=int(level) if level else _UNKNOWN, fact="", false_claim="unknown",
        targets=(said["target"],) if said["target"] else (), pair="", text=full_text(post),
    )  # fmt: skip


def _decisions(post: Post, axes: Sequence[str]) -> str:
    """The newest decision of a person on one of the axes; empty when there is none."""
    made: list[Decision] = [decision for decision in post.decisions if decision.axis in axes]
    return max(made, key=lambda decision: decision.decided_at).value if made else ""
