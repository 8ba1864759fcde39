"""A real Elasticsearch node on loopback, from the small distribution Elastic publishes for tests.

Needs Java and Maven; what was fetched once is kept in the user's cache folder.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VERSION = "8.19.8"
_ARTIFACT = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:{version}:zip"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
# Debian's `nobody`: the server refuses to be run by root.
_NOBODY = 65534
_START_S = 120.0
_CONFIG = """\
cluster.name: veille-test
discovery.type: single-node
network.host: 127.0.0.1
http.port: {port}
transport.port: {transport}
path.data: {home}/data
path.logs: {home}/logs
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
cluster.max_shards_per_node: 20000
"""


def node_or_skip() -> Iterator[str]:
    """The address of a node: VEILLE_TEST_ES_URL, or one started here.

    Without Java or Maven tests are skipped, unless VEILLE_TEST_ES_REQUIRED is set.
    """
    if url := os.environ.get("VEILLE_TEST_ES_URL"):
        yield url
        return
    missing = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
    if missing:
        reason = f"no Elasticsearch node: install {' and '.join(missing)} (Java 17, Maven)"
        if os.environ.get("VEILLE_TEST_ES_REQUIRED"):
            pytest.fail(reason)
        pytest.skip(reason)
    with node() as url:
        yield url


class Node:
    """One node, which may be killed and started again over the same data."""

    def __init__(self, version: str = VERSION) -> None:
        self._program = _installed(version)
        self._home = Path(tempfile.mkdtemp(prefix="veille-node-"))
        self._port, transport = _free_port(), _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        shutil.copytree(self._program / "config", self._home / "config")
        settings = _CONFIG.format(port=self._port, transport=transport, home=self._home)
        (self._home / "config" / "elasticsearch.yml").write_text(settings)
        (self._home / "tmp").mkdir()
        if os.getuid() == 0:
            for path in (self._home, *self._home.rglob("*")):
                os.chown(path, _NOBODY, _NOBODY)

    def start(self) -> None:
        """Start and wait until it answers and every shard is there."""
        environment = {
            "PATH": os.environ["PATH"],
            "ES_JAVA_HOME": _java_home(),
            "ES_JAVA_OPTS": "-Xms512m -Xmx512m",
            "ES_PATH_CONF": str(self._home / "config"),
            "ES_TMPDIR": str(self._home / "tmp"),
        }
        self._process = subprocess.Popen(
            [self._program / "bin" / "elasticsearch"],
            env=environment,
            cwd=self._home,
            user=_NOBODY if os.getuid() == 0 else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait()

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        os.killpg(self._process.pid, 9)
        self._process.wait(timeout=30)

    def remove(self) -> None:
        self.kill()
        shutil.rmtree(self._home, ignore_errors=True)

    def _wait(self) -> None:
        until = time.monotonic() + _START_S
        health = f"{self.url}/_cluster/health?wait_for_status=green&timeout=30s"
        while time.monotonic() < until:
            assert self._process.poll() is None, "the node ended; see its logs"
            try:
                with urllib.request.urlopen(health, timeout=35) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.3)
        raise AssertionError(f"the node did not answer within {_START_S} s")


@contextmanager
def node(version: str = VERSION) -> Iterator[str]:
    """The address of a node of its own, removed at the end."""
    running = Node(version)
    try:
        running.start()
        yield running.url
    finally:
        running.remove()


def _installed(version: str) -> Path:
    """The folder of the unpacked distribution, fetched when it is not there."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "veille-tests"
    cache.mkdir(parents=True, exist_ok=True)
    # Root's home is closed to the user the server runs as.
    place = Path("/var/tmp") if os.getuid() == 0 else cache
    program = place / f"veille-elasticsearch-{version}-{os.getuid()}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _unpack(_fetched(version, cache), program)
    return program


def _fetched(version: str, cache: Path) -> Path:
    archive = cache / f"elasticsearch-{version}.zip"
    if not archive.exists():
        artifact = _ARTIFACT.format(version=version)
        subprocess.run(
            ["mvn", "-q", "-B", _COPY, f"-Dartifact={artifact}", f"-DoutputDirectory={cache}"],
            check=True, timeout=600, cwd=cache,
        )  # fmt: skip
    return archive


def _unpack(archive: Path, program: Path) -> None:
    part = program.with_name(f"{program.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(part)
    [inner] = part.iterdir()
    for path in (inner / "bin").iterdir():
        path.chmod(0o755)
    inner.rename(program)
    part.rmdir()


def _java_home() -> str:
    java = Path(str(shutil.which("java"))).resolve()
    return str(java.parents[1])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
