"""The page that tells how to add a collector can be followed to the letter."""

import re
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

import collectors
from collectors.files import FileHead
from tests.contracts.samples import KINDS
from veille.post import Page
from veille.privacy import Privacy

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/adding-a-collector.md").read_text("utf-8")
TABLE = (
    "post_id,post_text,post_date,account,views\n"
    "41,Une rumeur sur les vivres,2026-11-19 10:00,Compte Inventé,12\n"
    "42,,2026-11-19 10:00,Compte Inventé,\n"
    "43,Sans date,,Compte Inventé,\n"
).encode()


@pytest.fixture
def example() -> ModuleType:
    module = ModuleType("example")
    [code] = re.findall(r"```python\n(\"\"\".*?)```", TEXT, re.DOTALL)
    exec(compile(code, "docs/adding-a-collector.md", "exec"), module.__dict__)
    return module


def test_the_module_it_shows_reads_a_table(example: ModuleType) -> None:
    privacy = Privacy(b"test-secret")
    assert example.FORMAT.recognises(FileHead(name="page.csv", start=TABLE))
    body = example.FORMAT.clean(TABLE, {}, privacy).body
    now = datetime(2026, 11, 20, tzinfo=UTC)
    page = Page(source_id="s", collector="x", url="u", fetched_at=now, body=body)
    parsed = example.FORMAT.read(page, privacy)
    [post] = parsed.posts
    assert (post.id, post.text) == ("junkipedia:41", "Une rumeur sur les vivres")
    assert post.author == privacy.author_key("junkipedia", "compte inventé")
    assert parsed.readings[0].views == 12
    assert parsed.ignored == {"sans texte": 1}
    assert [reject.where for reject in parsed.rejects] == ["ligne 4"]


def test_the_line_it_shows_is_one_of_the_registry() -> None:
    [(name, place)] = re.findall(r'^    "(\w+)": "([\w.:]+)",$', TEXT, re.MULTILINE)
    assert collectors.FORMATS[name] == place


def test_every_file_and_sample_it_names_is_there() -> None:
    named = re.findall(r"`((?:collectors|tests)/[\w/.]+)`", TEXT)
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []
    for kind in KINDS:
        assert re.search(rf"^  {kind}/page\.csv ", TEXT, re.MULTILINE)
