"""The tree of legitimate criticism: five yes-or-no tests, run before any hostile family.

Tests 4 and 5 are absences: they hold for most posts, so they count only beside one of the others.
"""

import re

from classifiers.keywords.scene import NAMED, PLAIN, Scene

# Families a complaint can be mistaken for. Spying, poison or arms are no service complaints.
_CONTESTED = ("N04", "N05", "N07", "N09", "N10", "N11", "N12")
# Families where a half-made complaint is for people to decide.
_OPEN = ("N05", "N09", "N12")
# What a short complaint holds at least; in an article only plain complaints count.
_COMPLAINTS = ("N90", "remede", *_CONTESTED)
_OTHER_HOSTILE = tuple(
    family for family in (f"N{number:02}" for number in range(1, 21)) if family not in _CONTESTED
)
# Of the five tests; one less is for people to decide.
_ENOUGH = 4
_QUANTITY = re.compile(
    r"\b\d[\d  .,]*\s?(?:%|kg|sacs?|tonnes?|litres?|familles?|ménages?|menages?|personnes?|fcfa|"
    r"f\b|francs?|millions?|milliards?|kits?|mois|jours|semaines|ans|villages?|bidons?|forages?)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:depuis|le|du|en|au)\s+(?:\d{1,2}(?:er)?\s+)?(?:janvier|f[ée]vrier|mars|avril|mai|juin|"
    r"juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre|20\d\d)\b",
    re.IGNORECASE,
)


def tests_passed(scene: Scene) -> tuple[bool, bool, bool, bool, bool]:
    """Specific, about a practice, lawful remedy, no threat or enemy label, no impersonation."""
    return (
        bool(_QUANTITY.search(scene.text) or _DATE.search(scene.text)) or scene.has("piece"),
        scene.has("pratique") or _is_plain(scene),
        scene.has("remede"),
        not scene.asserted("ennemi", "menace", "menace_voilee", "joie_violence", "depart"),
        scene.scores.get("N14", 0.0) < NAMED,
    )


def is_criticism(scene: Scene) -> bool:
    """Whether four or five tests hold: then it is a complaint, never disinformation."""
    return (
        (scene.scores.get("N90", 0.0) >= NAMED if scene.is_long else scene.has(*_COMPLAINTS))
        and _may_be_criticism(scene)
        and sum(tests_passed(scene)) >= _ENOUGH - _is_plain(scene)
    )


def _is_plain(scene: Scene) -> bool:
    """A plain complaint with no accusation beside it needs neither remedy nor number."""
    return scene.scores.get("N90", 0.0) >= PLAIN and scene.accused < NAMED


def is_for_people(scene: Scene) -> bool:
    """Whether a theft, partiality or profit story holds enough for people to decide."""
    if not any(scene.scores.get(family, 0.0) >= NAMED for family in _OPEN):
        return False
    is_specific, _, has_remedy, _, _ = passed = tests_passed(scene)
    return (is_specific or has_remedy) and sum(passed) == _ENOUGH - 1 and _may_be_criticism(scene)


def _may_be_criticism(scene: Scene) -> bool:
    return (
        bool(scene.mentioned)
        and not scene.asserted("generalise")
        and all(scene.scores.get(family, 0.0) < NAMED for family in _OTHER_HOSTILE)
    )
