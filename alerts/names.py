"""Names that people know for the ids of actors, regions and known claims."""

import re
import textwrap

from alerts.wording import plain
from veille.codebook.actors import GENERIC, load_actors
from veille.codebook.claims import load_claims
from veille.codebook.places import place_name

NO_ACTOR = "acteur inconnu"
NO_REGION = "zone inconnue"
# What stays on one line of a phone beside the narrative and the region.
_WIDTH = 26
# What stays on one line of its own, for names without an acronym.
_LONGEST = 36
_DETAIL = re.compile(r" \(| /|,| :")
_REGION_LEVELS = 2


def actor_name(actor: str) -> str:
    """As the organisation names itself: its name where that is short, else its acronym."""
    if not actor:
        return NO_ACTOR
    if actor == GENERIC:
        return "les ONG en général"
    known = load_actors().get(actor)
    if known is None:
        return plain(actor, _WIDTH) or NO_ACTOR
    name = _DETAIL.split(known.name)[0]
    is_acronym = "_" not in actor
    return actor if is_acronym and len(name) > _WIDTH else textwrap.shorten(name, _LONGEST)


def region_of(places: tuple[str, ...]) -> str:
    """The id of the region of the first place, or empty."""
    return ".".join(places[0].split(".")[:_REGION_LEVELS]) if places else ""


def region_name(region: str) -> str:
    """« Mopti »; of a renamed region today's name."""
    return _DETAIL.split(place_name(region))[0] or NO_REGION


def denied_by(claim: str) -> str:
    """Who first denied a known claim, and in which year: « Benbere, 2021 »."""
    known = load_claims().get(claim)
    if known is None:
        return ""
    return ", ".join(filter(None, [*known.debunked_by[:1], known.debunked_on[:4]]))
