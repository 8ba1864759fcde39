"""Names that people know for the ids of actors, regions and known claims."""

import re
import textwrap
from urllib.parse import urlsplit

from alerts.wording import phrases, plain
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
    if not region:
        return NO_REGION
    return plain(place_name(region).partition("(")[0], _WIDTH) or NO_REGION


def checkers_of(claim: str) -> list[str]:
    """Who checked a known claim, as far as phrases.toml knows their sites."""
    known = load_claims().get(claim)
    hosts = [urlsplit(url).hostname or "" for url in known.source_urls] if known else []
    names = (phrases().checker.get(host.removeprefix("www.")) for host in hosts)
    return list(dict.fromkeys(name for name in names if name))
