"""A known claim that comes back after months: found in both posts, and told in the bulletin."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from alerts.bulletin import compose
from tests import homes
from tests.homes import enter, environment, watch
from tests.windows import HOSTILE, NOW, post, window
from veille import jobs
from veille.morning import Morning
from veille.post import said

MORNING = datetime.fromisoformat(homes.MORNING)
KNOWN = {**HOSTILE, "claim": "KC05", "fact": "infox_connue"}
STORY = "Faites attention : le vaccin AstraZeneca rend stérile, il est interdit en France"
AGAIN = (
    "Ce vaccin AstraZeneca est interdit en France parce qu'il rend nos femmes stériles, partagez"
)


def drop(home: Path, name: str, text: str, at: datetime) -> None:
    row = json.dumps({"quand": at.isoformat(), "texte": text}, ensure_ascii=False)
    (home.parent / "depot" / f"{name}.jsonl").write_text(row + "\n", encoding="utf-8")


def run_at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> Morning:
    monkeypatch.setenv("VEILLE_CLOCK", moment.isoformat())
    for source_id in jobs.sources():
        jobs.collect(source_id)
    jobs.classify()
    shown: list[Morning] = []
    jobs.bulletin(shown.append)
    return shown[-1]


def test_story_14_the_same_story_six_months_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    enter(monkeypatch, environment(home))
    watch(home, ("depot", "generic", "./depot"))
    with (tmp_path / "sources.toml").open("a") as sources:
        sources.write('[source.options.mapping]\ntext = "texte"\npublished_at = "quand"\n')
    (tmp_path / "depot").mkdir()
    before = MORNING - timedelta(days=183)
    drop(home, "avant", STORY, before - timedelta(hours=3))
    first = run_at(monkeypatch, before)
    assert "Déjà démenti : KC05" in first.bulletin.text
    assert "réapparition" not in first.bulletin.text
    drop(home, "apres", AGAIN, MORNING - timedelta(hours=3))
    second = run_at(monkeypatch, MORNING)
    assert [said(one, "claim") for one in homes.posts(home)] == ["KC05", "KC05"]
    assert [said(one, "fact") for one in homes.posts(home)] == ["infox_connue", "infox_connue"]
    assert "KC05 (vaccin et stérilité, Benbere, 2021, réapparition après 6 mois)" in (
        second.bulletin.text
    )


@pytest.mark.parametrize(
    ("days", "told"),
    [(59, ""), (60, "réapparition après 2 mois"), (365, "réapparition après 12 mois")],
)
def test_a_return_is_told_from_sixty_days_on(days: int, told: str) -> None:
    again = post(labels=KNOWN, published_at=NOW - timedelta(hours=5))
    seen = {"KC05": NOW - timedelta(hours=5, days=days)}
    text = compose(window(again, seen_before=seen)).text
    assert ("réapparition" in text) == bool(told)
    assert told in text


def test_the_first_post_of_the_window_counts() -> None:
    early = post(1, KNOWN, published_at=NOW - timedelta(days=3))
    late = post(2, KNOWN, published_at=NOW - timedelta(hours=1))
    seen = {"KC05": NOW - timedelta(days=61)}
    assert "réapparition" not in compose(window(late, early, seen_before=seen)).text
