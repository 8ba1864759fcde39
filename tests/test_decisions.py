"""Reds wait for a person; what nobody has looked at is never called quiet."""

import stat
from pathlib import Path

import pytest

from veille import jobs
from veille.cli import main

THREAT = "On va brûler le bureau du CICR à Ménaka demain"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose folder has a space and brackets in its name, and no sources but an empty one."""
    (tmp_path / "depot").mkdir()
    sources = tmp_path / "sources.toml"
    sources.write_text(
        '[[source]]\nid = "depot"\ncollector = "files"\ntarget = "./depot"\nowner = "o"\n'
        'purpose = "p"\nlegal_basis = "l"\n'
    )
    home = tmp_path / "la maison [1]"
    monkeypatch.setenv("VEILLE_HOME", str(home))
    monkeypatch.setenv("VEILLE_SOURCES", str(sources))
    at(monkeypatch, "2026-11-20T20:00:00+00:00")
    return home


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    monkeypatch.setenv("VEILLE_CLOCK", moment)


def import_threat(tmp_path: Path) -> None:
    table = tmp_path / "posts.csv"
    table.write_text(f"date;texte\n2026-11-20;{THREAT}\n", encoding="utf-8")
    assert main(["import", str(table), "--yes"]) == 0


def bulletin(home: Path, day: str) -> str:
    [text] = (home / "bulletins").glob(f"{day}*.txt")
    return text.read_text(encoding="utf-8")


def test_a_bulletin_labels_what_was_imported_since_the_last_run(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_threat(tmp_path)
    at(monkeypatch, "2026-11-21T06:45:00+00:00")
    assert main(["bulletin"]) == 0
    assert "RIEN À SIGNALER" not in bulletin(home, "2026-11-21")
    assert "1 élément en attente de validation" in bulletin(home, "2026-11-21")


def test_a_red_is_told_every_morning_until_somebody_decides(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import_threat(tmp_path)
    for day in ("21", "22"):
        at(monkeypatch, f"2026-11-{day}T06:45:00+00:00")
        assert main(["run"]) == 0
        assert "1 à valider" in bulletin(home, f"2026-11-{day}")
    capsys.readouterr()
    at(monkeypatch, "2026-11-22T08:00:00+00:00")
    assert main(["pending"]) == 0
    told = capsys.readouterr().out
    assert THREAT in told
    assert "menace (H3)" in told
    assert "UTC)  [fra]" in told
    [post] = jobs.pending()
    assert main(["decide", post.id, "status", "valide", "--by", "AK"]) == 0
    assert jobs.pending() == []
    at(monkeypatch, "2026-11-23T06:45:00+00:00")
    assert main(["run"]) == 0
    assert "1 ROUGE" in bulletin(home, "2026-11-23")
    at(monkeypatch, "2026-11-24T06:45:00+00:00")
    assert main(["run"]) == 0
    assert "RIEN À SIGNALER" in bulletin(home, "2026-11-24")


def test_a_rejected_red_is_told_no_more(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_threat(tmp_path)
    assert main(["classify"]) == 0
    [post] = jobs.pending()
    assert main(["decide", post.id, "status", "ecarte", "--by", "AK", "--note", "chanson"]) == 0
    at(monkeypatch, "2026-11-21T06:45:00+00:00")
    assert main(["run"]) == 0
    assert "RIEN À SIGNALER" in bulletin(home, "2026-11-21")


def test_what_is_stored_after_a_bulletin_is_in_the_next_one_whenever_it_was_fetched(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(monkeypatch, "2026-11-20T06:45:00+00:00")
    assert main(["bulletin"]) == 0
    at(monkeypatch, "2026-11-20T06:45:01+00:00")
    import_threat(tmp_path)
    at(monkeypatch, "2026-11-21T06:45:00+00:00")
    assert main(["bulletin"]) == 0
    assert "1 élément lu" in bulletin(home, "2026-11-21")


def test_a_first_morning_has_no_mean_made_of_its_own_posts(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "posts.csv"
    rows = "".join(f"2026-11-{day};Le marché de Mopti est ouvert, jour {day}\n" for day in (15, 19))
    table.write_text(f"date;texte\n{rows}", encoding="utf-8")
    assert main(["import", str(table), "--yes"]) == 0
    at(monkeypatch, "2026-11-21T06:45:00+00:00")
    assert main(["bulletin"]) == 0
    assert "pas encore de moyenne" in bulletin(home, "2026-11-21")


@pytest.mark.parametrize(
    ("axis", "value"), [("status", "peut-être"), ("narrative", "N42"), ("target", "MARTIENS")]
)
def test_a_value_the_axis_does_not_have_is_refused_naming_those_it_has(
    home: Path, tmp_path: Path, axis: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import_threat(tmp_path)
    [post] = jobs.search(jobs.PostQuery())
    assert main(["decide", post.id, axis, value, "--by", "AK"]) == 3
    assert f"« {value} » n'est pas une valeur de {axis}" in capsys.readouterr().err


def test_a_decision_about_nothing_is_refused(home: Path) -> None:
    assert main(["decide", "web:nothing", "status", "valide", "--by", "AK"]) == 6


def test_only_the_owner_reads_what_is_written(home: Path, tmp_path: Path) -> None:
    import_threat(tmp_path)
    modes = {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in [home, *home.rglob("*")]}
    assert modes == {0}


def test_upkeep_reaches_a_home_whatever_its_name(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_threat(tmp_path)
    bad = tmp_path / "bad.csv"
    bad.write_text(f"date;texte\nbientôt;{THREAT}\n2026-11-20;{THREAT}\n", encoding="utf-8")
    main(["import", str(bad), "--yes"])
    assert list((home / "rejects").glob("*.csv"))
    at(monkeypatch, "2028-01-01T06:45:00+00:00")
    purged = jobs.retention()
    assert purged["pages_forgotten"] == 2
    assert purged["rejects_removed"] == 1
    assert not list((home / "archive").rglob("*.zst"))
