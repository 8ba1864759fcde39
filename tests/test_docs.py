"""The documents name every setting, command and collector, and nothing that is not there."""

import re
from pathlib import Path

import pytest

import collectors
from veille import cli
from veille.settings import settings_table

ROOT = Path(__file__).parent.parent
TABLE = "\n".join(
    f"| `{name}` | {f'`{default}`' if default else ''} | {about} |"
    for name, default, about in settings_table()
)


@pytest.mark.parametrize("page", ["README.md", "docs/operations.md"])
def test_the_table_of_settings_is_the_settings(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert TABLE in text, f"put this into {page}:\n{TABLE}"


def test_the_example_environment_names_every_setting() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = re.findall(r"^#?(VEILLE_\w+)=", text, flags=re.MULTILINE)
    assert named == [name for name, _, _ in settings_table()]


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    verbs = {name for name, _, _ in cli.VERBS}
    assert verbs == set(re.findall(r"`veille (\w+)[ `]", text))


def test_the_readme_names_every_make_target_people_type() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"^(\w+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert set(re.findall(r"\bmake (\w+)", text)) <= set(targets)


def test_adding_a_collector_lists_no_collector_that_is_not_there() -> None:
    text = (ROOT / "docs/adding-a-collector.md").read_text(encoding="utf-8")
    registered = set(re.findall(r'"(\w+)": "collectors\.', text))
    assert registered <= set(collectors.names())


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    linked = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", text)
    assert [name for name in linked if not (page.parent / name).exists()] == []


def test_no_page_or_module_names_this_machine() -> None:
    paths = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/**/*.py")]
    pattern = re.compile(r"/(work|root|home)/\w+/|\.\./shared")
    ours = [p for p in paths if not any(part.startswith(".venv") for part in p.parts)]
    named = [str(p) for p in ours if pattern.search(p.read_text(encoding="utf-8"))]
    assert named == []
