"""Whom a text is about: actors it names, the sector it names, or the sector it only means."""

from dataclasses import replace

from classifiers.keywords.cues import CueBook
from classifiers.keywords.scene import Scene, Target
from veille.codebook.actors import find_actors
from veille.codebook.markers import words_of
from veille.post import Span

_SECTOR = "ONG_GENERIQUE"
_NAMED_ACTOR, _NAMED_SECTOR, _MEANT_SECTOR = 0.9, 0.85, 0.55
_MOST_SPANS = 8


def scene_of(text: str, book: CueBook) -> Scene:
    """Everything that is found in `text`."""
    words = words_of(text)
    hits = book.patterns.find(words.folded, words.sentences)
    scene = Scene(text=text, words=words, hits=hits, mentioned=_named(text), book=book)
    if scene.mentioned or not scene.means_the_sector:
        return scene
    return replace(scene, mentioned=[_meant(scene)])


def _named(text: str) -> list[Target]:
    spans: dict[str, list[Span]] = {}
    for mention in find_actors(text):
        span = Span(start=mention.start, end=mention.end, why=f"acteur {mention.actor_id}")
        spans.setdefault(mention.actor_id, []).append(span)
    targets = [
        Target(
            actor_id=actor_id,
            score=_NAMED_SECTOR if actor_id == _SECTOR else _NAMED_ACTOR,
            spans=tuple(found[:_MOST_SPANS]),
        )
        for actor_id, found in spans.items()
    ]
    return sorted(targets, key=lambda target: -target.score)


def _meant(scene: Scene) -> Target:
    hits = scene.named("secteur")[:_MOST_SPANS]
    spans = tuple(scene.span(hit, "l'aide sans acteur nommé") for hit in hits)
    return Target(actor_id=_SECTOR, score=_MEANT_SECTOR, spans=spans)
