"""Reports of abuse by aid staff: most are told in hints, so their parts are counted together.

A missed report costs more than a false one; one part alone is never a report.
"""

from classifiers.keywords.scene import NAMED, PLAIN, Scene

# Who did it, to whom, against what, and how it is told; each counts once.
_PARTS = ("abus_victime", "abus_auteur", "abus_enjeu", "abus_secret", "abus_peur")
_GRAVE, _APPROACH = 3, 2
_ENOUGH = 5
_CONFIDED = ("abus_secret", "abus_peur")


def reports_abuse(scene: Scene) -> bool:
    """Whether somebody tells of abuse by people who hold aid, work or protection."""
    if scene.is_long and not all(map(scene.has, _CONFIDED)):
        return False
    if _speaks_of_others(scene) or _is_slander(scene):
        return False
    plain = scene.scores.get("N96", 0.0) >= NAMED and bool(scene.mentioned)
    return plain or _counted(scene) >= _ENOUGH


def _speaks_of_others(scene: Scene) -> bool:
    """Prevention, care, crimes of armed men: nobody asks for anything, nobody is afraid."""
    others = scene.has("prevention", "abus_soin", "combattants", "refutation")
    return others and not scene.has("abus_demande", "abus_peur")


def _is_slander(scene: Scene) -> bool:
    """Women who work in aid are insulted; nobody confides anything."""
    return scene.scores.get("N17", 0.0) >= PLAIN and not scene.has("abus_demande", *_CONFIDED)


def _counted(scene: Scene) -> int:
    if not (scene.mentioned or scene.has("abus_auteur", "abus_enjeu")):
        return 0
    parts = sum(scene.has(part) for part in _PARTS)
    if scene.asserted("abus_grave"):
        return _GRAVE + parts + (bool(scene.mentioned) or scene.has("abus_demande"))
    is_confided = scene.has("abus_approche") and scene.has(*_CONFIDED)
    return parts + _APPROACH if is_confided else parts
