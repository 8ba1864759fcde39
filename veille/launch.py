"""Starts Airflow: `run` once over the sample morning, `serve` for good."""

import argparse
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

from veille import app, components, report
from veille.app import App
from veille.coverage import Coverage
from veille.errors import ConfigError, VeilleError
from veille.query import PostQuery
from veille.settings import PREFIX, Settings
from veille.sources import sources_of

ROOT = Path(__file__).parent.parent
SAMPLE_MORNING = "2026-11-20T06:45:00+00:00"
ADMIN = "veille"

_BAMAKO = ZoneInfo("Africa/Bamako")
_WATCH_STARTS = timedelta(hours=6, minutes=15)
_BULLETIN_IS_DUE = timedelta(hours=6, minutes=45)


def main(arguments: Sequence[str] | None = None) -> int:
    """`run` or `serve`; gives the exit status: 0 when all went well."""
    parser = argparse.ArgumentParser(prog="python -m veille.launch", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("run", help="run the DAG watch once over the sample sources")
    served = verbs.add_parser("serve", help="Airflow's scheduler and web pages, for good")
    served.add_argument("--host", default="127.0.0.1")
    served.add_argument("--port", type=int, default=8080)
    options = parser.parse_args(arguments)
    try:
        if not (ROOT / "dags").is_dir():
            raise ConfigError(f"no folder dags in {ROOT}: start this from a clone of Veille")
        settings = Settings.from_env(os.environ)
        if options.verb == "run":
            return run(settings.home.resolve())
        return serve(settings, options.host, options.port)
    except VeilleError as error:
        print(f"veille : {error}", file=sys.stderr)
        return 1


def run(home: Path) -> int:
    """Run the DAG `watch` once over the sample sources, and show what came of it."""
    sample, airflow_home = home / "sample", home / "airflow-sample"
    shutil.rmtree(sample, ignore_errors=True)
    sample.mkdir(parents=True)
    log = sample / "airflow.log"
    with _sample_feed(ROOT / "config" / "sample-exports" / "web") as feed_url:
        environment = _sample_environment(sample, airflow_home, feed_url)
        print("Airflow lit les sources d'exemple (config/sources.example.toml)…", flush=True)
        components.migrate(airflow_home, environment, log)
        process = components.airflow(["dags", "test", "watch"], environment, log)
        with app.opened(Settings.from_env(environment)) as veille:
            _tell_progress(process, veille)
            _tell_bulletin(veille, sample / "bulletins")
    if process.returncode:
        print(f"La veille a échoué ; le journal dit pourquoi : {_shown(log)}", file=sys.stderr)
        return 1
    print(f"Journal d'Airflow : {_shown(log)}")
    print(f"À vous : {_shown(Path(sys.executable).parent)}/veille import VOTRE_EXPORT.csv")
    return 0


def serve(settings: Settings, host: str, port: int) -> int:
    """Run Airflow until SIGINT, SIGTERM or SIGHUP; no process of it is left behind."""
    sources_of(settings.sources, os.environ)
    airflow_home = settings.home.resolve() / "airflow"
    logs = airflow_home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    environment = _serving_environment(settings, airflow_home, host, port)
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.default_int_handler)
    try:
        with components.alone(airflow_home / "serve.lock") as lock:
            components.refuse_a_used_port(host, port)
            print("Airflow démarre…", flush=True)
            components.migrate(airflow_home, environment, logs / "migrate.log")
            _password_told(airflow_home / "simple_auth_manager_passwords.json.generated")
            with components.started(environment, logs, lock) as running:
                running.wait_until_ready(f"http://{host}:{port}")
                _tell_ready(f"http://{host}:{port}", logs)
                running.wait()
    except KeyboardInterrupt:
        print("\nVeille est arrêtée.")
    return 0


def next_bulletin(now: datetime) -> datetime:
    """When the next bulletin is due, in Bamako time: every morning at 06:45."""
    local = now.astimezone(_BAMAKO)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    days = timedelta(days=0 if local < midnight + _WATCH_STARTS else 1)
    return midnight + days + _BULLETIN_IS_DUE


def _airflow_environment(airflow_home: Path) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        # The LocalExecutor forks this many workers at once; the default is 32.
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "300",
        "AIRFLOW__DAG_PROCESSOR__PRINT_STATS_INTERVAL": "3600",
        **dict.fromkeys(("NO_PROXY", "no_proxy"), _no_proxy()),
    }


def _no_proxy() -> str:
    """Tasks speak to the web server of this machine; an office proxy must not come between."""
    chosen = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    return ",".join(filter(None, ["127.0.0.1", "localhost", chosen]))


def _sample_environment(sample: Path, airflow_home: Path, feed_url: str) -> dict[str, str]:
    """The same morning for everybody: nothing of the user's own settings gets in."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith((PREFIX, "AIRFLOW_"))
    }
    return {
        **inherited,
        **_airflow_environment(airflow_home),
        # `dags test` waits for a retry as the scheduler would: a second instead of minutes.
        "AIRFLOW__CORE__MAX_TASK_RETRY_DELAY": "1",
        "SAMPLE_FEED_URL": feed_url,
        "VEILLE_HOME": str(sample),
        "VEILLE_SOURCES": str(ROOT / "config" / "sources.example.toml"),
        "VEILLE_CLOCK": SAMPLE_MORNING,
        "VEILLE_HTTP_LOCAL": "1",
    }


def _serving_environment(
    settings: Settings, airflow_home: Path, host: str, port: int
) -> dict[str, str]:
    """AIRFLOW__* that the user has set outranks ours, but for where it lives and listens."""
    chosen = {name: value for name, value in os.environ.items() if name.startswith("AIRFLOW__")}
    return {
        **os.environ,
        **_airflow_environment(airflow_home),
        **chosen,
        "AIRFLOW_HOME": str(airflow_home),
        "AIRFLOW__API__HOST": host,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://{host}:{port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://{host}:{port}/execution/",
        "VEILLE_HOME": str(settings.home.resolve()),
        "VEILLE_SOURCES": str(settings.sources.resolve()),
    }


@contextmanager
def _sample_feed(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine, on a free port; gives its address."""
    handler = partial(_QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """The screen is for the person who watches."""


def _tell_progress(process: subprocess.Popen[bytes], veille: App) -> None:
    """One line per source as it enters the coverage ledger, until the run is over."""
    told: set[tuple[str, str]] = set()
    over = False
    while not over:
        over = process.poll() is not None
        for coverage in veille.coverage.rows(veille.now(), veille.now() + timedelta(days=1)):
            key = (coverage.source_id, coverage.error)
            if key not in told:
                told.add(key)
                print(_progress(coverage), flush=True)
        time.sleep(0.2)


def _progress(coverage: Coverage) -> str:
    if coverage.error:
        return f"  ✗ {coverage.source_id} : {coverage.error}"
    counts = {
        name: value if isinstance(value, int) else sum(value.values())
        for name in ("received", "new", "known", "ignored", "dropped", "rejected")
        if (value := getattr(coverage, name)) is not None
    }
    return report.collected(coverage.source_id, counts)


def _tell_bulletin(veille: App, folder: Path) -> None:
    print(report.classified(veille.store.counts(PostQuery(closed=True), "level")))
    for text in sorted(folder.glob("*.txt")):
        rule = "─" * 40
        print(f"{rule}\n{text.read_text(encoding='utf-8')}\n{rule}")
        print(f"Bulletin écrit : {_shown(text)} et {_shown(text.with_suffix('.html'))}")


def _password_told(path: Path) -> None:
    """Make the password of the web pages, readable by this user only, and show it this once."""
    if path.exists():
        print(f"Mot de passe : celui donné au premier démarrage, gardé dans {_shown(path)}")
        return
    password = secrets.token_urlsafe(12)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(json.dumps({ADMIN: password}), encoding="utf-8")
    print(f"Compte « {ADMIN} », mot de passe « {password} » (montré cette seule fois)")


def _tell_ready(url: str, logs: Path) -> None:
    due = next_bulletin(datetime.now(UTC))
    print(f"Airflow est prêt : {url} (compte « {ADMIN} »)")
    print(f"Journaux : {_shown(logs)}")
    print(f"Prochain bulletin : le {due:%d/%m/%Y} à {due:%H:%M}, heure de Bamako")
    print("Pour arrêter : Ctrl-C", flush=True)


def _shown(path: Path) -> str:
    """A path as it is typed from here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


if __name__ == "__main__":
    sys.exit(main())
