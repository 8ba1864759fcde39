"""Invented posts and windows for the tests of the bulletin."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from alerts.window import BulletinWindow, DayCount
from veille.coverage import Coverage
from veille.post import Axis, Decision, Label, Post

NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
MOPTI, GAO, TOMBOUCTOU = "ml.mopti", "ml.gao", "ml.tombouctou"
MODEL = "floor@1"
HOSTILE = {
    "narrative": "N06_sante_poison",
    "stance": "hostile",
    "level": "orange",
    "severity": "4",
    "target": "UNICEF",
    "fact": "non_verifie",
}


def post(number: int = 1, labels: Mapping[str, str] = HOSTILE, **fields: Any) -> Post:
    """One post with a label on each axis of `labels`, and anything else of a Post."""
    values: dict[str, Any] = {
        "id": f"facebook:{number}",
        "platform": "facebook",
        "source_id": "pages",
        "page_key": "0" * 64,
        "kind": "comment",
        "text": f"ne prenez pas leur injection {number}",
        "published_at": NOW - timedelta(hours=5, seconds=number),
        "collected_at": NOW - timedelta(hours=1),
        "author": f"hache{number}",
        "places": (MOPTI,),
        "lang": "fra",
        "script": "Latin",
        "labels": tuple(label(axis, value) for axis, value in labels.items()),  # type: ignore[arg-type]
    }
    return Post(**(values | fields))


def label(axis: Axis, value: str) -> Label:
    return Label(axis=axis, value=value, score=0.8, model=MODEL)


def said_by_analyst(post_id: str, axis: Any, value: str) -> Decision:
    return Decision(post_id=post_id, axis=axis, value=value, person="analyste", decided_at=NOW)


def quiet(number: int, *, narrative: str = "N99_hors_champ", **fields: Any) -> Post:
    """A post that is nobody's concern."""
    stance = {"N90": "critical", "N91": "debunk", "N92": "supportive"}.get(narrative[:3], "neutral")
    said = {"narrative": narrative, "stance": stance, "level": "vert", "severity": "1"}
    labels = said | fields.pop("labels", {})
    return post(number, labels, **({"text": "le marché est calme"} | fields))


def window(*posts: Post, hours: int = 24, **fields: Any) -> BulletinWindow:
    since = NOW - timedelta(hours=hours)
    values: dict[str, Any] = {
        "since": since,
        "until": NOW,
        "posts": posts,
        "before": tuple(
            DayCount(on=date(2026, 11, 12 + day), total=33, hostile=3) for day in range(7)
        ),
        "sources": {"pages": "Pages publiques"},
        "coverage": (run("pages"),),
        "reference": "B-2211",
    }
    return BulletinWindow(**(values | fields))


def run(source_id: str, *, error: str = "", rejected: int = 0) -> Coverage:
    return Coverage(
        source_id=source_id,
        started_at=NOW - timedelta(hours=1),
        finished_at=NOW,
        rejected={"date illisible": rejected} if rejected else {},
        error=error,
    )


def fullest() -> BulletinWindow:
    """Three days with everything a bulletin can hold, and long names everywhere."""
    return window(
        *_campaign(),
        *_grave(),
        *_beside(),
        *(quiet(number) for number in range(100, 1300)),
        *(quiet(number, narrative="N95_demande_info") for number in range(1300, 1311)),
        hours=72,
        sources={
            "pages": "Pages publiques",
            "radio": "Radio communautaire de Gao",
            "forms": "Formulaire de rumeurs",
            "group": "Groupe des relais de Sévaré",
        },
        coverage=(run("pages", rejected=3), run("radio", error="HTTP 500"), run("forms")),
        contact="cellule de veille de la plateforme, 20 22 33 44",
        hosting="serveur de la plateforme, Bamako",
    )


def _campaign() -> list[Post]:
    text = "partagez vite, leur injection rend malades les enfants du village numéro"
    return [
        post(
            number,
            text=f"{text} {number}",
            author=f"compte{number % 42}",
            duplicate_of="facebook:0" if number else None,
        )
        for number in range(50)
    ]


def _grave() -> list[Post]:
    told = [
        ("N18_menace_incitation", "rouge", "CROIX_ROUGE_MALI", TOMBOUCTOU, "valide"),
        ("N13_agent_local_designe", "rouge", "PONAH", GAO, "valide"),
        ("N08_trafic_enfants_organes", "rouge", "SAVE", GAO, "nouveau"),
        ("N03_transport_armes_or", "orange", "INTERSOS", GAO, "nouveau"),
        ("N14_arnaque_usurpation", "jaune", "HCR", MOPTI, "nouveau"),
        ("N10_souverainete_dehors", "jaune", "ONG_GENERIQUE", MOPTI, "nouveau"),
    ]
    return [
        post(
            number,
            {**HOSTILE, "narrative": code, "level": level, "target": actor, "claim": "KC01"},
            places=(place,),
            decisions=(said_by_analyst(f"facebook:{number}", "status", status),),
            published_at=NOW - timedelta(days=9),
        )
        for number, (code, level, actor, place, status) in enumerate(told, 60)
    ]


def _beside() -> list[Post]:
    """Criticism, official words, incidents, denials, and a script nobody reads."""
    places = (MOPTI, GAO, TOMBOUCTOU)
    official: dict[str, Any] = {"narrative": "N93_information_neutre", "labels": {"target": "CICR"}}
    return [
        *(quiet(70 + at, narrative="N90", places=(place,)) for at, place in enumerate(places)),
        *(quiet(80 + at, tags=("declaration_officielle",), **official) for at in range(3)),
        quiet(84, tags=("incident_securite",), places=(GAO,), **official),
        quiet(85, narrative="N91_dementi", labels={"claim": "KC05"}),
        quiet(86, narrative="N91_dementi", labels={"claim": "KC18"}),
        quiet(87, lang="und", script="N'Ko"),
    ]
