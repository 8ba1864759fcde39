"""kill -9 at any point of collect and classify costs a repeat, never a post (design.md, law 2)."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.crash_runner import AGAIN, POINTS, UNDISTURBED
from tests.homes import ROOT, SAMPLES, environment, served, watch

DROPPED = ("crowdtangle-novembre.csv", "kobo-rumeurs.csv", "meltwater.csv", "telegram/result.json")
FEED_AND_ARTICLES = 4


@pytest.fixture(scope="module")
def feed() -> Iterator[str]:
    with served(SAMPLES / "web") as url:
        yield url


@pytest.fixture(scope="module")
def report(feed: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = tmp_path_factory.mktemp("crash")
    watch(root / "home", ("depot", "files", "./depot"), ("flux", "rss", "${FEED}/flux.xml"))
    for place, name in enumerate(DROPPED):
        copied = root / "depot" / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLES / "depot" / name, copied)
        os.utime(copied, (1_700_000_000 + place, 1_700_000_000 + place))
    subprocess.run(
        [sys.executable, "-m", "tests.crash_runner", str(root)],
        cwd=ROOT, check=True, timeout=300,
        env={**os.environ, **environment(root / "home"), "FEED": feed},
    )  # fmt: skip
    found: dict[str, Any] = json.loads((root / "report.json").read_text())
    return found


def test_an_undisturbed_run_reads_every_file_and_article(report: dict[str, Any]) -> None:
    told = report[UNDISTURBED]
    assert len(told["state"]["posts"]) >= 20
    assert told["state"]["labelled"] == len(told["state"]["posts"])
    assert set(told["state"]["cursors"]) == {"depot.cursor", "flux.cursor"}
    assert len(told["state"]["found"]) > 5
    assert len(told["state"]["pages"]) == len(DROPPED) + FEED_AND_ARTICLES


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_repeats_a_page_and_never_skips_one(report: dict[str, Any], point: str) -> None:
    told, undisturbed = report[point], report[UNDISTURBED]["state"]
    assert told["killed"] == -signal.SIGKILL
    assert told["ended"] == 0
    assert told["state"] == undisturbed


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_leaves_no_page_without_its_bytes(report: dict[str, Any], point: str) -> None:
    assert report[point]["damaged"] == []
    assert report[point]["stored but not archived"] == []


def test_one_run_more_changes_nothing(report: dict[str, Any]) -> None:
    assert report[AGAIN]["state"] == report[UNDISTURBED]["state"]
