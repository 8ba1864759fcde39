"""The DAGs as Airflow sees them: read from the folder, and run for real on loopback.

Airflow is a program of its own here as everywhere else: one subprocess parses the folder, another
runs the DAGs, and both write down what they saw.
"""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.servers.platform import RSS, Platform, ok, status
from veille.launch import next_bulletin

ROOT = Path(__file__).parent.parent
DAGS = sorted(path.stem for path in (ROOT / "dags").glob("*.py") if path.stem != "dag_defaults")
PACKAGES = ("alerts", "classifiers", "collectors", "veille")
MORNING = "2026-11-20T06:45:00+00:00"
FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Journal</title><link>{url}</link>
<item><title>Campagne de vaccination à Mopti</title><link>{url}/vaccination</link>
<description>Les équipes de Médecins sans frontières ont vacciné 300 enfants.</description>
<pubDate>Thu, 19 Nov 2026 18:00:00 GMT</pubDate></item>
</channel></rss>"""
SOURCE = """
[[source]]
id = "{id}"
collector = "rss"
target = "{target}"
owner = "cellule de veille"
purpose = "perception de l'aide"
legal_basis = "intérêt légitime"
min_per_day = {minimum}
options = {{ fetch_articles = false }}
"""
SEEN = """
import json, sys
from airflow.dag_processing.dagbag import BundleDagBag
bag = BundleDagBag(dag_folder=sys.argv[1], bundle_path=sys.argv[1], bundle_name="dags-folder")
def seen(dag):
    return {
        "tags": sorted(dag.tags), "doc": dag.doc_md, "catchup": dag.catchup, "file": dag.fileloc,
        "max_active_runs": dag.max_active_runs, "schedule": dag.timetable.expression,
        "timezone": str(dag.timetable.timezone),
        "tasks": {
            task.task_id: {
                "owner": task.owner, "retries": task.retries,
                "retry_delay_s": task.retry_delay.total_seconds(),
                "backoff": task.retry_exponential_backoff,
                "no_use": task.retry_policy.rules[0].serialize()["exception"],
                "at_once": task.max_active_tis_per_dag, "rule": task.trigger_rule.value,
                "after": sorted(task.upstream_task_ids),
            }
            for task in dag.tasks
        },
    }
ours = [name for name in sys.modules if name.partition(".")[0] in
        ("alerts", "classifiers", "collectors", "veille", "torch", "transformers", "pandas")]
json.dump({"errors": bag.import_errors, "imported": ours,
           "dags": {id: seen(dag) for id, dag in bag.dags.items()}}, open(sys.argv[2], "w"))
"""
RAN = """
import json, os, sys
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.utils.db import initdb
initdb()
bag = BundleDagBag(dag_folder=sys.argv[1], bundle_path=sys.argv[1], bundle_name="dags-folder")
ran = {}
for name, dag_id, environment in json.loads(sys.argv[3]):
    os.environ.update(environment)
    run = bag.dags[dag_id].test()
    ran[name] = {"state": run.state, "tasks": [
        {"task": task.task_id, "place": task.map_index, "state": task.state, "try": task.try_number}
        for task in run.get_task_instances()]}
json.dump(ran, open(sys.argv[2], "w"))
"""


def airflow_says(code: str, folder: Path, *arguments: str) -> dict[str, Any]:
    """What `code`, run beside Airflow with a home in `folder`, has written down."""
    answer, log = folder / "answer.json", folder / "log.txt"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__MAX_TASK_RETRY_DELAY": "1",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-c", code, str(ROOT / "dags"), str(answer), *arguments]
    with log.open("wb") as output:
        ended = subprocess.run(
            command, env=environment, stdout=output, stderr=output, timeout=300, check=False
        )
    assert ended.returncode == 0, log.read_text(errors="replace")[-4000:]
    said: dict[str, Any] = json.loads(answer.read_text())
    return said


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return airflow_says(SEEN, tmp_path_factory.mktemp("seen"))


@pytest.fixture(scope="module")
def site() -> Iterator[Platform]:
    with Platform() as site:
        site.serve("/feed", ok(FEED.format(url=site.url).encode(), RSS))
        site.serve("/busy", status(429, {"Retry-After": "86400"}))
        yield site


@pytest.fixture(scope="module")
def ran(site: Platform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Three runs, one after the other: all is well; two sources fail; the upkeep."""
    folder = tmp_path_factory.mktemp("ran")
    feeds = {"journal": ("/feed", 0), "disparu": ("/gone", 0), "occupe": ("/busy", 5)}
    tables = [
        SOURCE.format(id=name, target=site.url + path, minimum=minimum)
        for name, (path, minimum) in feeds.items()
    ]
    (folder / "well.toml").write_text(tables[0])
    (folder / "failing.toml").write_text("".join(tables))
    common = {"VEILLE_CLOCK": MORNING, "VEILLE_HTTP_LOCAL": "1"}
    well = {"VEILLE_SOURCES": str(folder / "well.toml"), "VEILLE_HOME": str(folder / "well")}
    failing = {
        "VEILLE_SOURCES": str(folder / "failing.toml"),
        "VEILLE_HOME": str(folder / "failing"),
    }
    runs = [
        ("well", "watch", common | well),
        ("upkeep", "maintain", {}),
        ("failing", "watch", failing),
        ("silent", "maintain", {}),
    ]
    said = airflow_says(RAN, folder, json.dumps(runs))
    return {**said, "folder": folder}


def states(run: dict[str, Any]) -> dict[str, str]:
    return {
        task["task"] + (f"[{task['place']}]" if task["place"] >= 0 else ""): task["state"]
        for task in run["tasks"]
    }


def test_every_dag_file_parses_to_the_dag_of_its_name(seen: dict[str, Any]) -> None:
    assert seen["errors"] == {}
    assert {dag_id: Path(dag["file"]).stem for dag_id, dag in seen["dags"].items()} == {
        name: name for name in DAGS
    }


def test_parsing_imports_none_of_our_code_but_the_errors(seen: dict[str, Any]) -> None:
    assert sorted(seen["imported"]) == ["veille", "veille.errors"]


@pytest.mark.parametrize("dag_id", DAGS)
def test_a_dag_says_whose_it_is_and_what_to_do_when_it_fails(
    seen: dict[str, Any], dag_id: str
) -> None:
    dag = seen["dags"][dag_id]
    assert "veille" in dag["tags"]
    assert "When a task is red" in dag["doc"]
    assert not [task for task in dag["tasks"] if f"`{task}`" not in dag["doc"] + "`sources`"]
    assert (dag["catchup"], dag["max_active_runs"], dag["timezone"]) == (False, 1, "Africa/Bamako")


@pytest.mark.parametrize("dag_id", DAGS)
def test_tasks_are_tried_again_in_minutes_and_only_when_that_can_help(
    seen: dict[str, Any], dag_id: str
) -> None:
    for name, task in seen["dags"][dag_id]["tasks"].items():
        assert task["owner"] == "veille"
        assert task["retries"] == (0 if name == "watcher" else 2)
        assert 60 <= task["retry_delay_s"] <= 600
        assert task["backoff"] > 1
        assert set(task["no_use"]) == {
            "veille.errors.PersonMustAct",
            "veille.errors.NeverAgain",
            "veille.errors.SourceChanged",
        }


def test_the_watch_goes_on_when_a_source_fails_and_has_its_watcher_last(
    seen: dict[str, Any],
) -> None:
    tasks = seen["dags"]["watch"]["tasks"]
    assert {name: tasks[name]["rule"] for name in ("classify", "bulletin", "watcher")} == {
        "classify": "all_done",
        "bulletin": "all_done",
        "watcher": "one_failed",
    }
    assert tasks["collect"]["at_once"] == 1
    assert tasks["watcher"]["after"] == ["bulletin", "classify", "collect", "sources"]


def test_the_slowest_retries_still_bring_the_bulletin_by_the_hour_that_is_told(
    seen: dict[str, Any],
) -> None:
    dag = seen["dags"]["watch"]
    minute, hour, *rest = dag["schedule"].split()
    starts_at = datetime(2026, 11, 20, int(hour), int(minute), tzinfo=UTC)
    task = dag["tasks"]["collect"]
    # Airflow waits between one and two times the delay, which grows with each try.
    longest_s = sum(2 * task["retry_delay_s"] * task["backoff"] ** n for n in range(2))
    due_at = next_bulletin(starts_at.replace(hour=0, minute=0))
    assert rest == ["*", "*", "*"]
    assert 0 < longest_s < (due_at - starts_at).total_seconds()
    assert next_bulletin(starts_at).date() > starts_at.date()


def test_a_watch_without_faults_is_green_and_writes_the_bulletin(ran: dict[str, Any]) -> None:
    assert ran["well"]["state"] == "success"
    assert states(ran["well"]) == {
        "sources": "success",
        "collect[0]": "success",
        "classify": "success",
        "bulletin": "success",
        "watcher": "skipped",
    }
    assert len(list((ran["folder"] / "well" / "bulletins").glob("*.txt"))) == 1


def test_a_failing_source_turns_the_run_red_and_the_others_are_read(ran: dict[str, Any]) -> None:
    assert ran["failing"]["state"] == "failed"
    assert states(ran["failing"]) == {
        "sources": "success",
        "collect[0]": "success",
        "collect[1]": "failed",
        "collect[2]": "failed",
        "classify": "success",
        "bulletin": "success",
        "watcher": "failed",
    }
    [bulletin] = (ran["folder"] / "failing" / "bulletins").glob("*.txt")
    assert "disparu" in bulletin.read_text()


def test_only_what_may_come_right_is_tried_again(ran: dict[str, Any]) -> None:
    tries = {task["place"]: task["try"] for task in ran["failing"]["tasks"] if task["place"] >= 0}
    assert tries == {0: 1, 1: 1, 2: 3}


def test_the_upkeep_is_green_when_all_is_well_and_red_when_a_source_is_silent(
    ran: dict[str, Any],
) -> None:
    assert ran["upkeep"]["state"] == "success"
    assert ran["silent"]["state"] == "failed"
    assert states(ran["silent"]) == {
        "silence": "failed",
        "retention": "success",
        "archive_check": "success",
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_of_ours_imports_airflow(package: str) -> None:
    paths = list((ROOT / package).rglob("*.py"))
    assert paths
    assert not [path for path in paths if "airflow" in imported_roots(path)]


@pytest.mark.parametrize("path", sorted((ROOT / "dags").glob("*.py")), ids=lambda path: path.stem)
def test_a_dag_file_is_thin_and_imports_airflow_by_its_public_name_only(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 60
    names = {
        node.module
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert {name for name in names if name.startswith("airflow")} == {"airflow.sdk"}


def imported_roots(path: Path) -> set[str]:
    roots: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            roots.add((node.module or "").partition(".")[0])
    return roots
