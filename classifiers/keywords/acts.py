"""What an author does with what the text says: assert it, deny it, report it, ask, thank, joke.

A denial looks like the rumour: stance is the author's, never that of the person quoted.
"""

from collections.abc import Callable
from typing import Literal

from classifiers.keywords.abuse import reports_abuse
from classifiers.keywords.criticism import is_criticism, is_for_people
from classifiers.keywords.scene import NAMED, PLAIN, Scene
from veille.codebook.patterns import Hit

Act = Literal[
    "signale", "menace", "dement", "demande", "rapporte", "plaisante", "remercie", "critique",
    "indecis", "relaie", "craint", "accuse", "insulte", "escroque", "vehicule", "rien",
]  # fmt: skip

_HOSTILE = tuple(f"N{number:02}" for number in range(1, 21))
# What thanks do not outweigh; "il donne nos noms, que Dieu le garde" names nobody as a traitor.
_OTHERS = frozenset(_HOSTILE) - {"N13", "N17"}
_THREATS = ("menace", "menace_voilee", "joie_violence")


def act_of(scene: Scene) -> Act:
    """The first act whose test holds; the order is that of the codebook's guards."""
    for act, holds in _TESTS:
        if holds(scene):
            return act
    return "rien"


def threats(scene: Scene) -> list[Hit]:
    """Threats and rejoicing in violence that the author utters; sport has its own battles."""
    if not scene.mentioned:
        return []
    weapons = scene.named("arme_emoji", "flamme") if scene.is_emoji_only else []
    cues = [hit for hit in scene.asserted("N18") if hit.weight >= NAMED]
    games = {scene.sentence(hit) for hit in scene.named("ordinaire")}
    uttered = [
        hit
        for hit in scene.asserted(*_THREATS)
        if scene.sentence(hit) not in games and not _is_praise(scene, hit)
    ]
    return [*uttered, *cues, *weapons]


def _is_praise(scene: Scene, hit: Hit) -> bool:
    """Whether thanks stand beside it: "on dit merci quand c'est bien fait"."""
    return hit.name == "joie_violence" and any(
        scene.sentence(thanks) == scene.sentence(hit)
        and (thanks.last < hit.first or thanks.first > hit.last)
        for thanks in scene.named("soutien")
    )


def _threatens(scene: Scene) -> bool:
    uttered = threats(scene)
    if not uttered or _asks_whether(scene):
        return False
    told = {scene.sentence(hit) for hit in scene.named("refutation", "rapporte", "foule")}
    return any(
        scene.sentence(hit) not in told and scene.sentence(hit) + 1 not in told for hit in uttered
    )


def _refutes(scene: Scene) -> bool:
    """A refutation that answers the accusation: it follows it, quotes it or takes it up."""
    refutations = [hit for hit in scene.named("refutation") if not scene.is_denied(hit)]
    if not refutations:
        return False
    claims = scene.named(*_HOSTILE, "ennemi", *_THREATS)
    words = {place for no in refutations for place in range(no.first, no.last + 1)}
    claims = [
        claim
        for claim in claims
        if claim.weight >= NAMED and not words.issuperset(range(claim.first, claim.last + 1))
    ]
    if not claims:
        return True
    last = refutations[-1]
    after = [claim for claim in claims if claim.first > last.last and not scene.is_echoed(claim)]
    before = [claim for claim in claims if claim.first <= last.last]
    if not after:
        return bool(before) or all(scene.is_echoed(claim) for claim in claims)
    return all(_takes_up(scene, last, claim) for claim in after)


def _takes_up(scene: Scene, refutation: Hit, claim: Hit) -> bool:
    """Whether the claim hangs on the refutation: "il est faux que X", "arrêtez de dire que X"."""
    if scene.sentence(refutation) != scene.sentence(claim):
        return False
    between = scene.words.tokens[refutation.last : claim.first]
    return any(
        token.folded in ("que", "avec", "dire", "ku", "wai", "cewa", "an", "ان", "that")
        for token in between
    )


def _denies(scene: Scene) -> bool:
    """Negated accusations, and no other; "aucun frais" accuses nobody."""
    claims = [hit for hit in scene.named(*_HOSTILE, "ennemi") if hit.name != "N14"]
    denied = [hit for hit in claims if scene.is_denied(hit)]
    strong = any(hit.weight >= NAMED for hit in denied)
    return strong and scene.accused < NAMED and not scene.asserted("ennemi", "depart", "appel")


def _asks_whether(scene: Scene) -> bool:
    """A question about the claim itself, whatever the claim is."""
    return scene.has("doute") and not scene.asserted("appel", "depart", "ennemi")


def _asks(scene: Scene) -> bool:
    return (
        scene.has("question")
        and ("?" in scene.text or "؟" in scene.text or scene.has("politesse"))
        and scene.accused < NAMED
        and not scene.asserted("appel", "depart", "ennemi")
    )


def _reports(scene: Scene) -> bool:
    """News and officials: every accusation hangs on somebody who is named as saying it."""
    attributions = scene.named("rapporte", "officiel_dit", "media_dit")
    if not attributions or scene.has("immediat") or (scene.has("foule") and not scene.is_long):
        return False
    attributed = {scene.sentence(hit) for hit in attributions}
    own = scene.asserted("ennemi", "depart", "appel", "menace", "joie_violence")
    if any(scene.sentence(hit) not in attributed for hit in own):
        return False
    claims = scene.asserted(*_HOSTILE)
    return not (own and scene.text.count("!") > 1) and all(
        scene.sentence(claim) in attributed or claim.weight < PLAIN for claim in claims
    )


def _jokes(scene: Scene) -> bool:
    return scene.has("satire") and not scene.asserted("ennemi", "depart", *_THREATS)


def _thanks(scene: Scene) -> bool:
    return (
        bool(scene.asserted("soutien"))
        and not scene.has("ironie")
        and all(score < NAMED for family, score in scene.scores.items() if family in _OTHERS)
        and not scene.asserted("ennemi", "depart")
        and not threats(scene)
    )


def _is_scam(scene: Scene) -> bool:
    others = (score for family, score in scene.scores.items() if family != "N14" and family < "N90")
    score, other = scene.scores.get("N14", 0.0), max(others, default=0.0)
    return score >= NAMED > other or score >= PLAIN > other


def _fears(scene: Scene) -> bool:
    return scene.has("crainte") and scene.has("foule") and scene.echoed >= NAMED


def _relays(scene: Scene) -> bool:
    """A rumour and what it says, in one sentence or the next."""
    if scene.echoed < NAMED:
        return False
    rumours = {scene.sentence(hit) for hit in scene.named("foule")}
    claims = {scene.sentence(hit) for hit in scene.named(*_HOSTILE) if hit.weight >= NAMED}
    return any(rumour in claims or rumour + 1 in claims for rumour in rumours)


def _quotes(scene: Scene) -> bool:
    return scene.is_quoting and scene.accused < NAMED <= scene.echoed


def _accuses(scene: Scene) -> bool:
    return scene.accused >= NAMED


def _insults(scene: Scene) -> bool:
    return bool(scene.mentioned) and bool(scene.asserted("ennemi", "depart", "moquerie"))


def _shows_vehicle(scene: Scene) -> bool:
    """A vehicle of an actor at some place or hour, and nothing said about it."""
    return (
        bool(scene.mentioned) and scene.has("vehicule") and scene.has("site", "moment", "cachette")
    )


_TESTS: tuple[tuple[Act, Callable[[Scene], bool]], ...] = (
    ("signale", reports_abuse),
    ("menace", _threatens),
    ("plaisante", _jokes),
    ("dement", _refutes),
    ("dement", _denies),
    ("demande", _asks_whether),
    ("rapporte", _reports),
    ("critique", is_criticism),
    ("demande", _asks),
    ("escroque", _is_scam),
    ("remercie", _thanks),
    ("indecis", is_for_people),
    ("craint", _fears),
    ("relaie", _relays),
    ("accuse", _accuses),
    ("insulte", _insults),
    ("indecis", _quotes),
    ("vehicule", _shows_vehicle),
)
