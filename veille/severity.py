"""Severity and the proposed level: rules only, each point with its reason; never a mixed score."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from veille.codebook import load_codebook
from veille.codebook.markers import find_markers, words_of
from veille.post import Axis, Label, Level, Span

_MOST = 5
# The codebook's ceiling for criticism, denials, thanks, news, satire and questions.
_MOST_HARMLESS = 2
_VELOCITY, _VELOCITY_SOURCES = 5.0, 10
_FEW_ENGAGEMENTS, _OLD_H = 3, 48.0
# From how many distinct sources mild hostility is a cluster.
_CLUSTER_SOURCES = 3
_UNVERIFIED = {"N06", "N15", "N16", "N20"}
# Hostility steps: a call or an enemy label, a threat. Severity from which staff are at risk.
_CALL, _THREAT, _SERIOUS = 2, 3, 4
_MARKED: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"personne", "site", "moment"}), "personne identifiable, lieu ou moment précis"),
    (frozenset({"appel", "menace"}), "appel à agir"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What is known around a post; None or False is "not known" and changes nothing.

    `velocity` is how many times the 7-day mean; `attack_72h` and `distribution_7d` are true
    for the cercle of the post.
    """

    engagement: int | None = None
    distinct_sources: int | None = None
    velocity: float | None = None
    age_h: float | None = None
    attack_72h: bool = False
    distribution_7d: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Severity 1 to 5 and the level proposed to people, each with its reasons in French."""

    severity: int
    reasons: tuple[str, ...]
    level: Level
    level_reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What the labels of one post say, with what its text and context add."""

    code: str
    stance: str
    hostility: int
    fact: str
    is_aimed: bool
    markers: frozenset[str]
    places: tuple[str, ...]
    context: Context
    severity: int = 1

    @property
    def family(self) -> str:
        """The code without its name: N05 of N05_detournement; empty when nobody can say."""
        return self.code[:3]

    @property
    def is_harmless(self) -> bool:
        return self.family >= "N90"

    @property
    def is_unverified(self) -> bool:
        checked = self.fact in ("vrai_verifie", "faux_verifie")
        return self.family in _UNVERIFIED and not checked

    @property
    def is_located(self) -> bool:
        return bool(self.places) or not self.markers.isdisjoint(_MARKED[0][0])

    @property
    def is_cluster(self) -> bool:
        return (self.context.distinct_sources or 0) >= _CLUSTER_SOURCES

    @property
    def is_fast(self) -> bool:
        velocity, sources = self.context.velocity, self.context.distinct_sources
        return (velocity or 0) > _VELOCITY and (sources or 0) >= _VELOCITY_SOURCES


def assess(
    labels: Sequence[Label], *, text: str, places: Sequence[str], context: Context
) -> Assessment:
    """Severity and level of one post from what its labels say.

    `places` are those named in the text or told by the source. The same input gives the
    same answer; an axis without labels counts as unknown.
    """
    case = _case(labels, text=text, places=places, context=context)
    severity, reasons = _severity(case)
    level, level_reason = _level(replace(case, severity=severity))
    return Assessment(
        severity=severity, reasons=tuple(reasons), level=level, level_reasons=(level_reason,)
    )


def assessment_labels(assessment: Assessment, model: str) -> list[Label]:
    """The assessment as labels; each reason is the `why` of an empty span at the text's start."""
    said: tuple[tuple[Axis, str, tuple[str, ...]], ...] = (
        ("severity", str(assessment.severity), assessment.reasons),
        ("level", assessment.level, assessment.level_reasons),
    )
    return [
        Label(
            axis=axis,
            value=value,
            score=1.0,
            model=model,
            spans=tuple(Span(start=0, end=0, why=why) for why in reasons),
        )
        for axis, value, reasons in said
    ]


def _case(labels: Sequence[Label], *, text: str, places: Sequence[str], context: Context) -> _Case:
    best: dict[str, Label] = {}
    for label in labels:
        if label.axis not in best or label.score > best[label.axis].score:
            best[label.axis] = label
    said = {axis: label.value for axis, label in best.items()}
    code = said.get("narrative", "")
    # Only hostile families are raised by what the text adds: the others need no second look.
    found = find_markers(words_of(text)) if code[:3] < "N90" else []
    return _Case(
        code=code,
        stance=said.get("stance", ""),
        hostility=int(said.get("hostility", "H0")[1:]),
        fact=said.get("fact", ""),
        is_aimed=said.get("target", "AUCUN") != "AUCUN",
        markers=frozenset(hit.name for hit in found),
        places=tuple(places),
        context=context,
    )


def _severity(case: _Case) -> tuple[int, list[str]]:
    points, reason = _base(case)
    reasons = [reason]
    if case.family == "N96":
        return points, [*reasons, "signalement : hors échelle, voie fermée"]
    for change, why in _changes(case):
        points += change
        reasons.append(f"{change:+d} : {why}")
    most = _MOST_HARMLESS if case.is_harmless else _MOST
    return max(1, min(points, most)), reasons


def _base(case: _Case) -> tuple[int, str]:
    if not case.is_aimed:
        return 1, "1 : aucun acteur humanitaire visé"
    for family in load_codebook().families:
        if family.code == case.code:
            return family.base_severity, f"{family.base_severity} : récit {case.family}"
    if case.hostility:
        return 2, f"2 : hostilité H{case.hostility} sans récit reconnu"
    return 1, "1 : aucun récit hostile reconnu"


def _changes(case: _Case) -> Iterator[tuple[int, str]]:
    """What raises or lowers the base, in the order of the codebook."""
    context = case.context
    if case.is_aimed and not case.is_harmless and (case.code or case.hostility > 1):
        if case.stance not in ("debunk", "supportive"):
            yield from ((1, why) for names, why in _MARKED if names & case.markers)
        if context.attack_72h or context.distribution_7d:
            event = "attaque < 72 h" if context.attack_72h else "distribution < 7 jours"
            yield 1, f"{event} dans le cercle"
        if case.is_fast:
            yield 1, "diffusion rapide par dix sources ou plus"
    if _is_small_and_old(context):
        yield -1, "moins de 3 réactions, une seule source, plus de 48 h"


def _is_small_and_old(context: Context) -> bool:
    if context.engagement is None or context.distinct_sources is None or context.age_h is None:
        return False
    return (
        context.engagement < _FEW_ENGAGEMENTS
        and context.distinct_sources <= 1
        and context.age_h > _OLD_H
    )


def _level(case: _Case) -> tuple[Level, str]:
    for level, reason, holds in _LEVELS:
        if holds(case):
            return level, reason.format(case=case)
    return "vert", f"gravité {case.severity}, hostilité H{case.hostility}"


def _is_peaceful(case: _Case) -> bool:
    return case.hostility < _CALL and case.stance != "hostile"


def _is_cleared(case: _Case) -> bool:
    """A denial, thanks, a complaint, or what is no hostile family."""
    return _is_peaceful(case) and (
        case.stance in ("debunk", "supportive", "critical") or case.is_harmless
    )


def _is_relay(case: _Case) -> bool:
    return _is_peaceful(case) and case.stance == "neutral" and case.is_unverified


def _is_scam(case: _Case) -> bool:
    return case.family == "N14" and case.hostility < _CALL


# The escalation matrix, the first row that holds.
_LEVELS: tuple[tuple[Level, str, Callable[[_Case], bool]], ...] = (
    ("ferme", "signalement : référent PEAS seulement", lambda case: case.family == "N96"),
    ("vert", "aucun acteur humanitaire visé", lambda case: not case.is_aimed),
    ("vert", "démenti, soutien, critique ou information", _is_cleared),
    ("jaune", "rumeur relayée sans adhésion, non vérifiée", _is_relay),
    ("jaune", "arnaque au nom d'un acteur", _is_scam),
    ("vert", "auteur neutre", lambda case: _is_peaceful(case) and case.stance == "neutral"),
    (
        "rouge",
        "menace (H3) avec lieu, moment ou personne",
        lambda case: case.hostility == _THREAT and case.is_located,
    ),
    (
        "rouge",
        "{case.family} de gravité 5",
        lambda case: (
            case.family in ("N13", "N18") and case.severity == _MOST and case.hostility >= _CALL
        ),
    ),
    (
        "rouge",
        "rumeur d'enlèvement avec un lieu",
        lambda case: case.family == "N08" and bool(case.places) and case.hostility > 0,
    ),
    (
        "orange",
        "menace (H3) sans lieu, moment ni personne",
        lambda case: case.hostility == _THREAT,
    ),
    (
        "orange",
        "hostilité H2 à diffusion rapide",
        lambda case: case.hostility == _CALL and case.is_fast,
    ),
    (
        "orange",
        "{case.family} non vérifié",
        lambda case: case.stance == "hostile" and case.is_unverified,
    ),
    (
        "orange",
        "gravité {case.severity}",
        lambda case: bool(case.stance) and case.severity >= _SERIOUS,
    ),
    ("jaune", "gravité {case.severity}", lambda case: case.severity == _SERIOUS - 1),
    ("jaune", "gravité {case.severity}, à lire", lambda case: case.severity >= _SERIOUS),
    (
        "jaune",
        "hostilité H{case.hostility} reprise par plusieurs sources",
        lambda case: case.hostility > 0 and case.is_cluster,
    ),
)
