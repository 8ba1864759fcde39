"""Notebooks run from the first cell to the last, on what the repository has."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.homes import ROOT

Printed = Callable[[str], str]


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Printed:
    """What the notebook of a name prints, over one line in a hundred where there are any."""
    monkeypatch.setenv("VEILLE_TEST_EVERY", "100")
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))

    def of(name: str) -> str:
        notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        done = NotebookClient(notebook, resources={"metadata": {"path": str(ROOT)}}).execute()
        outputs = [output for cell in done.cells for output in cell.get("outputs", [])]
        return "\n".join(output.get("text", "") for output in outputs)

    return of


def counts(told: str, of_what: str) -> tuple[int, int]:
    """How many of how many."""
    found = re.search(rf"(\d+) of (\d+) {of_what}", told)
    assert found, told
    return int(found[1]), int(found[2])


@pytest.mark.filterwarnings("default")
def test_the_notebook_on_languages_repeats_the_document(printed: Printed) -> None:
    told = printed("languages")
    same, rows = counts(told, "rows stand in docs/languages.md")
    of_the_repository = "VEILLE_TEST_LANGUAGES names no folder" in told
    assert same == rows if of_the_repository else same > 50
    assert rows > 50


@pytest.mark.filterwarnings("default")
def test_the_notebook_on_detection_repeats_the_model_card(printed: Printed) -> None:
    """On functional checks, which are whole; eight bits may round otherwise elsewhere."""
    told = printed("detection")
    same, rows = counts(told, "rows on functional checks are the same")
    assert rows > 50
    assert same >= 0.9 * rows
    _, of_the_card = counts(told, "rows of the card are as they are here")
    assert of_the_card > rows
