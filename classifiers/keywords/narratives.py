"""Which narratives a text carries, best first, by the codebook's order of precedence."""

from collections.abc import Mapping, Sequence

from classifiers.keywords.acts import Act
from classifiers.keywords.scene import NAMED, PLAIN, Scene

_LEADS: Mapping[Act, str] = {
    "signale": "N96", "dement": "N91", "demande": "N95", "rapporte": "N93", "plaisante": "N94",
    "remercie": "N92", "critique": "N90",
}  # fmt: skip
_ECHOING: frozenset[Act] = frozenset(
    {"dement", "demande", "rapporte", "plaisante", "relaie", "craint"}
)
_MOST_NAMED = 3


def ranked_families(scene: Scene, act: Act) -> list[tuple[str, float]]:
    """Families with their scores, best first, the sum at most 1; empty when nobody can say."""
    scores = scene.echoed_scores if act in _ECHOING else scene.scores
    themes = _themes(scores, scene.book.precedence)
    if not scene.mentioned and act not in ("plaisante", "signale"):
        return _shared(["N99", *themes], 0.6)
    if act == "menace":
        return _shared(_with_violence(scene, themes), 0.75)
    if act in _LEADS:
        return _shared([_LEADS[act], *(theme for theme in themes if theme != _LEADS[act])], 0.75)
    if themes:
        return _shared(themes, 0.75 if scores[themes[0]] >= PLAIN else 0.55)
    if act == "insulte":
        return [("N10", 0.5)] if scene.asserted("depart") else []
    return [("N93", 0.4)]


def _themes(scores: Mapping[str, float], precedence: Sequence[str]) -> list[str]:
    """Families that are named, plain ones before fair ones, each group by precedence."""
    if not scores:
        return []
    named = [family for family in precedence if scores.get(family, 0.0) >= NAMED]
    return sorted(named, key=lambda family: scores[family] < PLAIN)[:_MOST_NAMED]


def _with_violence(scene: Scene, themes: Sequence[str]) -> list[str]:
    """Violence that is said comes first; violence that is only meant comes second."""
    others = [theme for theme in themes if theme != "N18"]
    if scene.asserted("menace", "joie_violence", "arme_emoji") or not others:
        return ["N18", *others]
    return [others[0], "N18", *others[1:]]


def _shared(families: Sequence[str], best: float) -> list[tuple[str, float]]:
    """`best` for the first, and each following one half of what is left."""
    scored: list[tuple[str, float]] = []
    left, score = 1.0, best
    for family in families:
        scored.append((family, round(score, 4)))
        left -= score
        score = left / 2
    return scored
