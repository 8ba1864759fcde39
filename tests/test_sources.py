"""sources.toml: what people chose to watch; every fault in it is named at once."""

from datetime import date
from pathlib import Path

import pytest

from veille.errors import ConfigError
from veille.sources import Source, sources_of

GOOD = """
[[source]]
id = "depot"
collector = "files"
target = "./depot"
owner = "cellule"
purpose = "exports"
legal_basis = "intérêt légitime"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "sources.toml"


def read(path: Path, text: str | bytes, environment: dict[str, str] | None = None) -> list[Source]:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return sources_of(path, environment or {})


def test_a_source_says_who_answers_for_it_and_why(path: Path) -> None:
    (source,) = read(path, GOOD)
    assert (source.id, source.name, source.collector) == ("depot", "depot", "files")
    assert (source.owner, source.purpose) == ("cellule", "exports")
    assert source.legal_basis == "intérêt légitime"
    assert source.enabled
    assert source.expires_on is None
    assert source.min_per_day == 0
    assert source.options == {}


def test_every_field_may_be_given(path: Path) -> None:
    (source,) = read(
        path,
        GOOD
        + 'name = "Dépôt"\nexpires_on = 2027-06-30\nenabled = false\nmin_per_day = 4\n'
        + '[source.options.mapping]\ntext = "Texte"\n',
    )
    assert source.name == "Dépôt"
    assert source.expires_on == date(2027, 6, 30)
    assert not source.enabled
    assert source.min_per_day == 4
    assert source.options == {"mapping": {"text": "Texte"}}


def test_sources_keep_the_order_of_the_file(path: Path) -> None:
    texts = [GOOD.replace('"depot"', f'"{name}"') for name in "cab"]
    assert [source.id for source in read(path, "".join(texts))] == ["c", "a", "b"]


def test_a_target_with_a_dot_is_meant_from_where_the_file_lies(path: Path) -> None:
    assert read(path, GOOD)[0].target == str(path.parent / "depot")
    (source,) = read(path, GOOD.replace("./depot", "../ailleurs"))
    assert source.target == str(path.parent.parent / "ailleurs")


@pytest.mark.parametrize("target", ["https://example.org/flux.xml", "une-page", "@compte"])
def test_other_targets_stay_as_they_are(path: Path, target: str) -> None:
    assert read(path, GOOD.replace("./depot", target))[0].target == target


def test_names_of_variables_are_replaced_from_the_environment(path: Path) -> None:
    text = GOOD.replace("./depot", "${FEED}/flux.xml")
    assert (
        read(path, text, {"FEED": "http://127.0.0.1:1"})[0].target == "http://127.0.0.1:1/flux.xml"
    )
    assert read(path, text)[0].target == "${FEED}/flux.xml"


def test_a_file_saved_by_notepad_is_read(path: Path) -> None:
    assert len(read(path, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace('owner = "cellule"', ""), "owner is missing"),
        (GOOD.replace('"cellule"', '""'), "owner is missing"),
        (GOOD.replace('"cellule"', "3"), "owner has the wrong type"),
        (GOOD + 'colour = "red"', "colour is not a field"),
        (GOOD + 'enabled = "yes"', "enabled has the wrong type"),
        (GOOD + "min_per_day = true", "min_per_day has the wrong type"),
        (GOOD + 'expires_on = "2027-06-30"', "expires_on has the wrong type"),
        (GOOD + "expires_on = 2027-06-30T00:00:00", "expires_on has the wrong type"),
        (GOOD + "options = 3", "options has the wrong type"),
        (GOOD + GOOD, "two sources are called depot"),
        ("", "no \\[\\[source\\]\\]"),
        ("[[sources]]\nid = 'a'", "no \\[\\[source\\]\\]"),
        (GOOD.replace("[[source]]", "[source]"), "double brackets"),
        ("source = 3", "double brackets"),
        ("source = ['depot']", "double brackets"),
        ("[[source]\n", "sources.toml: "),
        (b"\xff\xfe", "sources.toml: "),
    ],
)
def test_a_fault_is_named(path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        read(path, text)


def test_every_fault_of_every_source_is_named_at_once(path: Path) -> None:
    text = GOOD.replace('owner = "cellule"', "colour = 1") + '[[source]]\nname = "x"\n'
    with pytest.raises(ConfigError) as told:
        read(path, text)
    message = str(told.value)
    assert "source depot: owner is missing" in message
    assert "source depot: colour is not a field" in message
    assert "source 2: id is missing" in message


def test_a_missing_file_says_which_example_to_copy(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"copy config/sources\.example\.toml there"):
        sources_of(path, {})


def test_a_folder_in_place_of_the_file_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=str(tmp_path)):
        sources_of(tmp_path, {})


def test_the_example_is_right() -> None:
    example = Path(__file__).parents[1] / "config" / "sources.example.toml"
    sources = sources_of(example, {"SAMPLE_FEED_URL": "http://127.0.0.1:9"})
    assert len(sources) >= 3
    assert all(source.owner and source.purpose and source.legal_basis for source in sources)
    folders = [source.target for source in sources if "://" not in source.target]
    assert all(Path(folder).is_dir() for folder in folders)
