"""H0 to H3 and the words that raise it."""

from classifiers.keywords.acts import Act, threats
from classifiers.keywords.narratives import ranked_families
from classifiers.keywords.scene import PLAIN, Scene
from veille.codebook.patterns import Hit

_UTTERED: frozenset[Act] = frozenset({"accuse", "insulte", "menace"})
_CHILD_CRIMES = ("N06", "N08")

# Words before "ennemis" that make them somebody else: "à l'ennemi", "nos ennemis".
_FOR_OTHERS = frozenset({"a", "aux", "avec", "chez", "contre", "nos"})


def hostility_of(scene: Scene, act: Act) -> tuple[int, list[tuple[Hit, str]]]:
    """The level, and the hits that explain it with their reason in French."""
    if act not in _UTTERED:
        return int(act == "relaie"), []
    if not scene.mentioned:
        attacks = scene.asserted("ennemi", "depart", "menace", "menace_voilee")
        return int(bool(attacks) and scene.accused >= PLAIN and not scene.has("ordinaire")), []
    for level, reasons in ((3, _violent(scene)), (2, _degrading(scene))):
        if reasons:
            return level, reasons
    return 1, []


def _violent(scene: Scene) -> list[tuple[Hit, str]]:
    weapons = scene.named("arme_emoji")
    return [
        *((hit, "menace ou violence") for hit in threats(scene)),
        *((hit, "emoji d'arme visant un acteur") for hit in weapons),
    ]


def _degrading(scene: Scene) -> list[tuple[Hit, str]]:
    leading = next(iter(ranked_families(scene, "accuse")), ("", 0.0))[0]
    reasons = [
        (hit, "étiquette d'ennemi ou déshumanisante")
        for hit in scene.asserted("ennemi")
        if not _is_about_fighters(scene, hit)
    ]
    reasons += [(hit, "appel à agir") for hit in scene.asserted("appel", "depart")]
    crimes = [crime for crime in _CHILD_CRIMES if scene.scores.get(crime, 0.0) >= PLAIN]
    crimes = crimes if scene.has("enfant") else []
    for family, why in (
        *((crime, "crime contre des enfants") for crime in crimes),
        ("N13", "personne désignée comme coupable"),
        ("N17", "dégradation sexiste"),
        ("N10", "appel au départ"),
        ("N20", "désigné comme ennemi de la religion"),
    ):
        if family in crimes or family == leading:
            reasons += [(hit, why) for hit in scene.asserted(family)]
    return reasons


def _is_about_fighters(scene: Scene, label: Hit) -> bool:
    """Whether fighters are meant: "ils soignent nos ennemis" does not call healers enemies."""
    before = scene.words.folded[max(label.first - 2, 0) : label.first]
    return not _FOR_OTHERS.isdisjoint(before) or any(
        hit.first < label.first and label.last <= hit.last + 2
        for hit in scene.named("N02", "N03")
        if hit.last > hit.first
    )
