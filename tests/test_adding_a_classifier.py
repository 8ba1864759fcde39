"""The page that tells how to add a classifier can be followed to the letter."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import classifiers
from classifiers.base import Classifier
from classifiers.transformer.checkpoint import Card
from tests.contracts.classifier_contract import ClassifierContract
from veille.settings import settings_table

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/adding-a-classifier.md").read_text("utf-8")


def code() -> str:
    [found] = re.findall(r"```python\n(\"\"\".*?)```", TEXT, re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    module = ModuleType("classifiers.length")
    exec(compile(code(), "docs/adding-a-classifier.md", "exec"), module.__dict__)
    made: Classifier = module.LengthClassifier()
    return made


class TestTheClassifierItShows(ClassifierContract):
    pass


def test_the_module_it_shows_passes_the_linter(tmp_path: Path) -> None:
    (tmp_path / "length.py").write_text(code(), "utf-8")
    arguments = ["check", "--no-cache", "--config", ROOT / "pyproject.toml", tmp_path]
    for command in (arguments, ["format", "--check", *arguments[1:]]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *map(str, command)],
            capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_registered_as_it_shows_the_classifier_is_built(
    monkeypatch: pytest.MonkeyPatch, classifier: Classifier
) -> None:
    [function] = re.findall(r"```python\n(def .*?)```", TEXT, re.DOTALL)
    [(name, builder)] = re.findall(r'^    "(\w+)": (\w+),$', TEXT, re.MULTILINE)
    module = ModuleType("classifiers.length")
    module.__dict__["LengthClassifier"] = type(classifier)
    monkeypatch.setitem(sys.modules, "classifiers.length", module)
    namespace: dict[str, object] = {"Classifier": Classifier}
    exec(compile(function, "docs/adding-a-classifier.md", "exec"), namespace)
    monkeypatch.setitem(classifiers._BUILDERS, name, namespace[builder])  # type: ignore[arg-type]
    assert classifiers.build(name).model == "length@1"


def test_the_card_it_shows_is_read_and_shows_every_key(tmp_path: Path) -> None:
    [card] = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert set(re.findall(r"^(?:# )?\[?(\w+)\]?", card, re.MULTILINE)) >= set(Card.__slots__)
    place = tmp_path / "model"
    shutil.copytree(ROOT / "tests/samples/checkpoints/labels", place)
    (place / "veille.toml").write_text(card, "utf-8")
    assert classifiers.build(f"transformer:{place}").languages == {"fra", "hau"}


def test_every_file_and_setting_it_names_is_there() -> None:
    named = re.findall(r"`((?:classifiers|docs)/[\w/.]+\.\w+)`", TEXT)
    assert len(named) > 5
    assert [n for n in named if not (ROOT / n).exists()] == ["classifiers/length.py"]
    known = {name for name, _, _ in settings_table()}
    assert set(re.findall(r"VEILLE_\w+", TEXT)) <= known
