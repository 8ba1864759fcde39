"""Notebooks run from the first cell to the last, on what the repository has."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.homes import ROOT


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the notebook on languages prints, over one line in a hundred where there are any."""
    monkeypatch.setenv("VEILLE_TEST_EVERY", "100")
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    notebook = nbformat.read(ROOT / "notebooks" / "languages.ipynb", as_version=4)
    done = NotebookClient(notebook, resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [output for cell in done.cells for output in cell.get("outputs", [])]
    return "\n".join(output.get("text", "") for output in outputs)


@pytest.mark.filterwarnings("default")
def test_the_notebook_on_languages_repeats_the_document(ran: str) -> None:
    told = re.search(r"(\d+) of (\d+) rows stand in docs/languages.md", ran)
    assert told, ran
    same, rows = map(int, told.groups())
    of_the_repository = "VEILLE_TEST_LANGUAGES names no folder" in ran
    assert same == rows if of_the_repository else same > 50
    assert rows > 50
