"""Which values a person may decide on, axis by axis."""

from collections.abc import Collection

from veille.codebook.actors import load_actors
from veille.codebook.claims import load_claims
from veille.codebook.narratives import load_codebook
from veille.errors import ConfigError
from veille.post import LEVELS, STANCES, STATUSES, DecisionAxis

_FACTS = (
    "opinion", "non_verifie", "infox_connue", "faux_verifie", "vrai_verifie", "trompeur", "satire",
)  # fmt: skip


def values_of(axis: DecisionAxis) -> Collection[str]:
    """Every value of an axis, in the order people are shown them."""
    match axis:
        case "target":
            return [*load_actors(), "AUCUN"]
        case "narrative":
            return [family.code for family in load_codebook().families]
        case "claim":
            return list(load_claims())
        case "hostility":
            return ("H0", "H1", "H2", "H3")
        case "severity":
            return ("1", "2", "3", "4", "5")
    return {"stance": STANCES, "fact": _FACTS, "level": LEVELS, "status": STATUSES}[axis]


def check_value(axis: DecisionAxis, value: str) -> None:
    """Raise `ConfigError`, naming the values there are, when `value` is none of them."""
    allowed = values_of(axis)
    if value not in allowed:
        raise ConfigError(f"« {value} » n'est pas une valeur de {axis} : {', '.join(allowed)}")
