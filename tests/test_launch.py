"""`make run` and `make serve` as people meet them: real Airflow, real processes, real signals."""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.servers.platform import RSS, Platform, ok
from tests.test_dags import FEED, SOURCE

ROOT = Path(__file__).parent.parent
MORNING = "2026-11-20T06:45:00+00:00"


def launch(verb: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start `python -m veille.launch …` in a session of its own."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")
    }
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "veille.launch", *verb],
            cwd=ROOT,
            env={**inherited, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def members(session: int) -> list[str]:
    """Command lines of the processes of a session that are not yet ended."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            _, _, fields = (folder / "stat").read_text().rpartition(") ")
            state, _, _, its_session = fields.split()[:4]
            if int(its_session) == session and state != "Z":
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def ended_at_last(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whatever a test does, its processes do not outlive it."""
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for(text: str, log: Path, process: subprocess.Popen[bytes], *, seconds: int) -> str:
    give_up_at = time.monotonic() + seconds
    while text not in (said := log.read_text()):
        assert process.poll() is None, said
        assert time.monotonic() < give_up_at, said
        time.sleep(0.2)
    return said


def state_of_a_triggered_run(url: str, password: str, *, seconds: int) -> str:
    """Trigger the DAG `watch` as a person does on the web page, and wait for its end."""
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as web:
        account = {"username": "veille", "password": password}
        token = web.post("/auth/token", json=account).raise_for_status().json()["access_token"]
        web.headers["Authorization"] = f"Bearer {token}"
        give_up_at = time.monotonic() + seconds
        while web.get("/api/v2/dags/watch").status_code == 404:
            assert time.monotonic() < give_up_at, "the DAG was never read"
            time.sleep(0.5)
        runs = "/api/v2/dags/watch/dagRuns"
        run = web.post(runs, json={"logical_date": None}).raise_for_status().json()
        while run["state"] in ("queued", "running"):
            assert time.monotonic() < give_up_at, run
            time.sleep(0.5)
            run = web.get(f"{runs}/{run['dag_run_id']}").raise_for_status().json()
        return str(run["state"])


def settings_of(folder: Path, feed_url: str) -> dict[str, str]:
    sources = folder / "sources.toml"
    sources.write_text(SOURCE.format(id="journal", target=feed_url, minimum=0))
    return {
        "VEILLE_HOME": str(folder / "home"),
        "VEILLE_SOURCES": str(sources),
        "VEILLE_CLOCK": MORNING,
        "VEILLE_HTTP_LOCAL": "1",
    }


def test_serve_runs_the_watch_when_asked_and_leaves_nothing_behind(tmp_path: Path) -> None:
    log, port = tmp_path / "screen.txt", free_port()
    with Platform() as site:
        feed_url = site.serve("/feed", ok(FEED.format(url=site.url).encode(), RSS))
        settings = settings_of(tmp_path, feed_url) | {"AIRFLOW__CORE__MAX_TASK_RETRY_DELAY": "1"}
        process = launch(["serve", "--port", str(port)], settings, log)
        with ended_at_last(process):
            said = wait_for("Ctrl-C", log, process, seconds=150)
            [password] = re.findall("mot de passe « (.+?) »", said)
            url = f"http://127.0.0.1:{port}"
            assert state_of_a_triggered_run(url, password, seconds=120) == "success"
            assert len(members(process.pid)) > 3
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=40) == 0
            assert members(process.pid) == []
    assert url in said
    assert "à 06:45, heure de Bamako" in said
    assert "arrêtée" in log.read_text()
    assert len(list((tmp_path / "home" / "bulletins").glob("*.txt"))) == 1
    [kept] = (tmp_path / "home" / "airflow").glob("*passwords*")
    assert json.loads(kept.read_text()) == {"veille": password}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_serve_without_sources_says_what_to_copy(tmp_path: Path) -> None:
    log = tmp_path / "screen.txt"
    environment = {"VEILLE_HOME": str(tmp_path), "VEILLE_SOURCES": str(tmp_path / "none.toml")}
    assert launch(["serve"], environment, log).wait(timeout=60) == 1
    assert "config/sources.example.toml" in log.read_text()
    assert not (tmp_path / "airflow" / "airflow.db").exists()


def test_serve_on_a_used_port_says_so_and_starts_nothing(tmp_path: Path) -> None:
    log = tmp_path / "screen.txt"
    with Platform() as site:
        environment = settings_of(tmp_path, site.url)
        process = launch(["serve", "--port", str(site.port)], environment, log)
        assert process.wait(timeout=60) == 1
    assert f"port {site.port}" in log.read_text()
    assert members(process.pid) == []


def test_a_second_serve_says_how_to_stop_the_first(tmp_path: Path) -> None:
    log = tmp_path / "screen.txt"
    environment = settings_of(tmp_path, "http://127.0.0.1/feed")
    lock = tmp_path / "home" / "airflow" / "serve.lock"
    lock.parent.mkdir(parents=True)
    holder = subprocess.Popen(["flock", str(lock), "sh", "-c", f"echo 4242 > '{lock}'; sleep 60"])
    try:
        while not lock.exists() or not lock.read_text():
            time.sleep(0.05)
        assert launch(["serve"], environment, log).wait(timeout=60) == 1
    finally:
        holder.terminate()
        holder.wait()
    assert "kill -- -4242" in log.read_text()


def test_run_shows_sources_bulletin_and_what_to_type_next_and_twice_the_same(
    tmp_path: Path,
) -> None:
    screens = []
    for name in ("first", "second"):
        log = tmp_path / f"{name}.txt"
        process = launch(["run"], {"VEILLE_HOME": str(tmp_path / "home")}, log)
        with ended_at_last(process):
            assert process.wait(timeout=240) == 0, log.read_text()
        screens.append(log.read_text())
    first, second = (sorted(screen.splitlines()) for screen in screens)
    assert first == second
    assert re.search("✓ .+ : .+ lus", screens[0])
    assert "[Veille]" in screens[0]
    assert "veille import" in screens[0]
    assert len(first) < 120
    [text] = (tmp_path / "home" / "sample" / "bulletins").glob("*.txt")
    assert str(text) in screens[0]
    assert members(process.pid) == []


def test_a_red_run_shows_what_failed_and_ends_with_the_name_of_the_log(tmp_path: Path) -> None:
    """The sample feed of this clone is not there; its other feed is."""
    clone, log = tmp_path / "clone", tmp_path / "screen.txt"
    web = clone / "config" / "sample-exports" / "web"
    web.mkdir(parents=True)
    (web / "feed.xml").write_text(FEED.format(url="http://127.0.0.1"))
    sources = [
        SOURCE.format(id=name, target="${SAMPLE_FEED_URL}/" + path, minimum=0)
        for name, path in (("journal", "feed.xml"), ("disparu", "absent.xml"))
    ]
    (clone / "config" / "sources.example.toml").write_text("".join(sources))
    shutil.copytree(ROOT / "dags", clone / "dags")
    moved = (
        f"from pathlib import Path; from veille import launch; launch.ROOT = Path({str(clone)!r})"
    )
    with log.open("wb") as output:
        ran = subprocess.run(
            [sys.executable, "-c", f"{moved}; raise SystemExit(launch.main(['run']))"],
            cwd=clone,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=output,
            stderr=output,
            timeout=240,
        )
    said = log.read_text()
    assert ran.returncode == 1
    assert re.search("✓ journal : 1 .+ nouveau", said)
    assert "✗ disparu : " in said
    assert "[Veille]" in said
    assert said.strip().endswith("var/sample/airflow.log")
