"""The page that tells how to add a collector can be followed to the letter."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

import collectors
from collectors.files import FileHead
from tests.contracts.samples import KINDS
from veille.post import Page, ParsedPage
from veille.privacy import Privacy

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/adding-a-collector.md").read_text("utf-8")
TABLE = (
    "post_id,post_text,post_date,account,bio,views,url\n"
    "41,Une rumeur sur les vivres,2026-11-19 10:00,Compte Inventé,Né à Gao,12,"
    "https://f.example/compte-invente/41\n"
    "42,,2026-11-19 10:00,Compte Inventé,,,\n"
    "43,Sans date,,Compte Inventé,,,\n"
).encode()
OLDEST = b"post_id;post_text;post_date\n7;Une vieille rumeur;2019-11-19 10:00\n"


def code() -> str:
    [found] = re.findall(r"```python\n(\"\"\".*?)```", TEXT, re.DOTALL)
    return str(found)


@pytest.fixture
def example() -> ModuleType:
    module = ModuleType("example")
    exec(compile(code(), "docs/adding-a-collector.md", "exec"), module.__dict__)
    return module


def read(example: ModuleType, body: bytes) -> ParsedPage:
    """A table as the module that the page shows cleans and then reads it."""
    privacy = Privacy(b"test-secret")
    assert example.FORMAT.recognises(FileHead(name="page.csv", start=body))
    kept = example.FORMAT.clean(body, {}, privacy).body
    assert example.FORMAT.clean(kept, {}, privacy).body == kept
    now = datetime(2026, 11, 20, tzinfo=UTC)
    page = Page(source_id="s", collector="x", url="u", fetched_at=now, body=kept)
    parsed: ParsedPage = example.FORMAT.read(page, privacy)
    for name in ("Compte Inventé", "compte-invente", "Né à Gao"):
        assert name not in kept.decode() + repr(parsed)
    return parsed


def test_the_module_it_shows_reads_a_table_and_names_nobody(example: ModuleType) -> None:
    parsed = read(example, TABLE)
    [post] = parsed.posts
    assert (post.id, post.text) == ("junkipedia:41", "Une rumeur sur les vivres")
    assert post.author == Privacy(b"test-secret").author_key("junkipedia", "compte inventé")
    assert parsed.readings[0].views == 12
    assert parsed.ignored == {"sans texte": 1}
    assert [reject.where for reject in parsed.rejects] == ["ligne 4"]
    assert not parsed.unknown_fields


def test_the_module_it_shows_reads_its_oldest_form(example: ModuleType) -> None:
    parsed = read(example, OLDEST)
    assert [post.id for post in parsed.posts] == ["junkipedia:7"]
    assert not parsed.readings


def test_the_module_it_shows_passes_the_linter(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(code(), "utf-8")
    arguments = ["check", "--no-cache", "--config", ROOT / "pyproject.toml", tmp_path]
    for command in (arguments, ["format", "--check", *arguments[1:]]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *map(str, command)],
            capture_output=True, text=True, check=False, cwd=ROOT,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_line_it_shows_is_one_of_the_registry() -> None:
    [(name, place)] = re.findall(r'^    "(\w+)": "([\w.:]+)",$', TEXT, re.MULTILINE)
    assert collectors.FORMATS[name] == place


def test_every_file_and_sample_it_names_is_there() -> None:
    named = re.findall(r"`((?:collectors|tests)/[\w/.]+)`", TEXT)
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []
    for kind in KINDS:
        assert re.search(rf"^  {kind}/page\.csv ", TEXT, re.MULTILINE)
