"""Airflow's programs as one process group, started together and stopped together.

Airflow is only ever another program here; what it needs to know travels in its environment.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import httpx

from veille.errors import PersonMustAct, TryLater

NAMES = ("api-server", "scheduler", "dag-processor")

# Three programs import Airflow at the same time: 40 s on two slow cores.
_READY_WITHIN_S = 240
_STOPPED_WITHIN_S = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Running programs by name, their common process group, and where they write."""

    processes: Mapping[str, subprocess.Popen[bytes]]
    group: int
    logs: Path

    def refuse_the_dead(self) -> None:
        """Raise `TryLater` naming the log of a program that has ended by itself."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise TryLater(f"{name} s'est arrêté ; voir {self.logs / name}.log")

    def wait_until_ready(self, url: str) -> None:
        """Return when web server, scheduler and DAG processor all say that they are well."""
        give_up_at = time.monotonic() + _READY_WITHIN_S
        while not _healthy(url):
            self.refuse_the_dead()
            if time.monotonic() > give_up_at:
                raise TryLater(f"Airflow ne répond pas ; voir les journaux dans {self.logs}")
            time.sleep(0.5)

    def wait(self) -> None:
        """Return only by an exception: a program ended, or somebody pressed Ctrl-C."""
        while True:
            self.refuse_the_dead()
            time.sleep(1)


def airflow(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    *,
    group: int | None = None,
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start `airflow …` with its output at the end of `log`, nothing readable by other users.

    `group` 0 makes a new process group, None stays in ours; `keep` are descriptors it inherits.
    """
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own arguments
            [sys.executable, "-m", "airflow", *arguments],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=group,
            pass_fds=keep,
            umask=0o077,
        )


def migrate(airflow_home: Path, environment: Mapping[str, str], log: Path) -> None:
    """Bring Airflow's database to the installed version; at once when it was done before."""
    airflow_home.mkdir(parents=True, exist_ok=True)
    done = airflow_home / f"migrated-{version('apache-airflow-core')}"
    if done.exists():
        return
    if airflow(["db", "migrate"], environment, log).wait():
        raise PersonMustAct(f"la base d'Airflow n'a pas pu être préparée ; voir {log}")
    done.touch()


@contextmanager
def alone(lock: Path) -> Iterator[int]:
    """Hold `lock`; gives its descriptor, which every program inherits.

    So the lock lasts as long as any of them, even when we were killed. Raises `PersonMustAct`
    saying how to stop them.
    """
    with lock.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise PersonMustAct(
                "Airflow tourne déjà : arrêtez-le par Ctrl-C dans sa fenêtre, "
                f"ou par « kill -- -{file.read().strip()} »"
            ) from None
        yield file.fileno()


@contextmanager
def started(environment: Mapping[str, str], logs: Path, lock: int) -> Iterator[Components]:
    """All programs in one new process group; whatever happens, none of it is left running."""
    processes: dict[str, subprocess.Popen[bytes]] = {}
    group = 0
    try:
        for name in NAMES:
            log = logs / f"{name}.log"
            if log.exists():
                log.replace(logs / f"{name}.before.log")
            processes[name] = airflow([name], environment, log, group=group, keep=[lock])
            group = group or processes[name].pid
            os.ftruncate(lock, 0)
            os.write(lock, str(group).encode())
        yield Components(processes=processes, group=group, logs=logs)
    finally:
        if group:
            _stop(group, processes.values())


def refuse_a_used_port(host: str, port: int) -> None:
    """Raise `PersonMustAct` when another program listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PersonMustAct(
                f"le port {port} de {host} n'est pas libre ({error.strerror}) : "
                "choisissez-en un autre, par exemple make serve PORT=8081"
            ) from None


def _healthy(url: str) -> bool:
    try:
        answer = httpx.get(f"{url}/api/v2/monitor/health", timeout=5, trust_env=False)
    except httpx.TransportError:
        return False
    if answer.status_code != httpx.codes.OK:
        return False
    health = answer.json()
    parts = ("metadatabase", "scheduler", "dag_processor")
    return all(health[part]["status"] == "healthy" for part in parts)


def _stop(group: int, processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """Ask the whole group to end, then end it; a second Ctrl-C ends it at once.

    Programs fork workers, and these fork tasks: a signal to the programs alone leaves those.
    """
    try:
        _signal(group, signal.SIGTERM)
        give_up_at = time.monotonic() + _STOPPED_WITHIN_S
        while _alive(group, processes) and time.monotonic() < give_up_at:
            time.sleep(0.1)
    finally:
        _signal(group, signal.SIGKILL)
        for process in processes:
            process.wait()


def _alive(group: int, processes: Iterable[subprocess.Popen[bytes]]) -> bool:
    for process in processes:
        process.poll()  # takes the ended ones out of the group
    return _signal(group, 0)


def _signal(group: int, number: int) -> bool:
    """Whether the group was there to be told."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True
