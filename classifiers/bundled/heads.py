"""What each head of the bundled model says, in the order of its scores."""

from collections.abc import Mapping
from functools import cache

from veille.codebook import load_codebook
from veille.post import STANCES

HOSTILITIES = ("H0", "H1", "H2", "H3")
FACTS = ("opinion", "non_verifie", "infox_connue", "vrai_verifie", "satire")
# A text without any aid actor is told from one about an actor whom it does not name.
TARGETED = ("AUCUN", "ACTEUR")


@cache
def heads() -> Mapping[str, tuple[str, ...]]:
    """The values of each head, by its name."""
    return {
        "stance": STANCES,
        "hostility": HOSTILITIES,
        "narrative": tuple(family.code for family in load_codebook().families),
        "target": TARGETED,
        "fact": FACTS,
    }


def width() -> int:
    """How many scores there are in all."""
    return sum(len(values) for values in heads().values())
