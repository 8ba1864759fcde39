"""Any Hugging Face model: real files, run by onnxruntime, and clear words when one is missing."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import classifiers
from classifiers.base import Classifier
from classifiers.transformer.heads import hypotheses
from tests.contracts.classifier_contract import ClassifierContract, nearly_equal, on
from veille.codebook import load_codebook
from veille.errors import ConfigError
from veille.post import STANCES

SAMPLES = Path(__file__).parent / "samples" / "checkpoints"
BOLD = 'hypotheses = ["fr"]\n[abstain_below]\nstance = 0\nhostility = 0\nnarrative = 0\n'
# Both models read 64 tokens at once: this takes several windows.
CALM = "il pleut ce matin et la campagne continue. " * 16
THREAT = "on va brûler leur convoi"


def copied(name: str, folder: Path, *, card: str = "", without: tuple[str, ...] = ()) -> Path:
    """A copy of a sample model, with a card and without some files."""
    place = folder / name
    shutil.copytree(SAMPLES / name, place, ignore=shutil.ignore_patterns(*without))
    if card:
        (place / "veille.toml").write_text(card, "utf-8")
    return place


def reconfigured(place: Path, **changes: object) -> Path:
    config = json.loads((place / "config.json").read_text("utf-8"))
    (place / "config.json").write_text(json.dumps({**config, **changes}), "utf-8")
    return place


def opened(place: object) -> Classifier:
    return classifiers.build(f"transformer:{place}")


def best(classifier: Classifier, text: str, axis: str) -> str:
    return on(classifier.label([text])[0], axis)[0].value


@pytest.fixture(scope="module")
def labels() -> Classifier:
    return opened(SAMPLES / "labels")


@pytest.fixture(scope="module", params=["labels", "inference"])
def classifier(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Classifier:
    """Each kind of model, never so unsure that it says nothing."""
    return opened(copied(request.param, tmp_path_factory.mktemp("models"), card=BOLD))


class TestEveryModel(ClassifierContract):
    pass


@pytest.mark.parametrize(
    ("text", "stance", "hostility", "code"),
    [
        (THREAT, "hostile", "H3", "N18_menace_incitation"),
        ("les ONG sont des voleurs", "hostile", "H1", "N05_detournement"),
        ("merci à MSF", "supportive", "H0", "N92_soutien"),
        ("le match est à quelle heure", "neutral", "H0", "N99_hors_champ"),
    ],
)
@pytest.mark.parametrize("name", ["labels", "inference"])
def test_it_says_what_the_model_learnt(
    name: str, text: str, stance: str, hostility: str, code: str, tmp_path: Path
) -> None:
    [said] = opened(copied(name, tmp_path, card=BOLD)).label([text])
    found = [on(said, axis)[0].value for axis in ("stance", "hostility", "narrative")]
    assert found == [stance, hostility, code]


def test_a_threat_at_the_end_of_a_long_text_is_found_and_pointed_at(labels: Classifier) -> None:
    text = f"{CALM}{THREAT}"
    [said] = labels.label([text])
    assert on(labels.label([CALM])[0], "hostility")[0].value == "H0"
    worst = on(said, "hostility")[0]
    assert worst.value in ("H2", "H3")
    [span] = worst.spans
    assert THREAT in text[span.start : span.end]
    assert span.end - span.start < len(text) / 2


def test_a_long_calm_text_is_pointed_at_nowhere(labels: Classifier) -> None:
    [said] = labels.label([CALM])
    assert not [label for label in said if label.spans]


def test_targets_are_the_actors_it_names(labels: Classifier) -> None:
    [said] = labels.label(["merci à MSF et au CICR"])
    assert {label.value for label in on(said, "target")} == {"MSF", "CICR"}


def test_a_blank_text_is_abstained_on(labels: Classifier) -> None:
    assert labels.label(["", " \n"]) == [[], []]


def test_an_unsure_model_abstains(tmp_path: Path) -> None:
    sure = opened(copied("labels", tmp_path, card="[abstain_below]\nstance = 1.0\n"))
    [said] = sure.label([THREAT])
    assert on(said, "hostility")
    assert not on(said, "stance")


def test_the_version_is_that_of_the_bytes(tmp_path: Path, labels: Classifier) -> None:
    same = copied("labels", tmp_path / "a")
    other = copied("labels", tmp_path / "b", card="[abstain_below]\nstance = 0.9\n")
    assert opened(same).model == labels.model
    assert opened(other).model != labels.model
    assert opened(copied("labels", tmp_path / "c", card='name = "a@b"')).model.startswith("a-b@")


def test_languages_are_those_the_card_says_it_was_measured_on(
    tmp_path: Path, labels: Classifier
) -> None:
    assert labels.languages == {"und"}
    measured = opened(copied("labels", tmp_path, card='languages = ["fra", "hau"]'))
    assert measured.languages == {"fra", "hau"}


def test_a_card_says_what_foreign_labels_mean(tmp_path: Path) -> None:
    names = [f"LABEL_{place}" for place in range(17)]
    card = '[labels]\nLABEL_0 = ["stance:hostile", "hostility:H2"]\nLABEL_3 = "stance:supportive"\n'
    card += 'LABEL_2 = ["stance=neutral", "hostility:h0"]\n'
    place = copied("labels", tmp_path, card=card)
    named = opened(reconfigured(place, id2label=dict(enumerate(names))))
    assert named.axes == {"target", "stance", "hostility"}
    [said] = named.label([THREAT])
    assert {label.value for label in on(said, "stance")} == set(STANCES)
    assert [label.value for label in on(said, "hostility")][:2] == ["H2", "H0"]
    assert best(named, "merci à MSF", "stance") == "supportive"


def test_labels_of_a_model_with_several_answers_speak_for_themselves(tmp_path: Path) -> None:
    place = copied("labels", tmp_path, card=BOLD)
    several = opened(reconfigured(place, problem_type="multi_label_classification"))
    [said] = several.label([THREAT])
    assert abs(sum(label.score for label in on(said, "stance")) - 1) < 1e-6
    assert on(said, "narrative")[0].value == "N18_menace_incitation"


def test_every_value_of_three_axes_has_a_sentence_in_both_languages() -> None:
    codes = {family.code for family in load_codebook().families}
    values = {"stance": set(STANCES), "hostility": {"H0", "H1", "H2", "H3"}, "narrative": codes}
    assert {axis: set(found) for axis, found in hypotheses().items()} == values
    for found in hypotheses().values():
        sentences = [said[language] for said in found.values() for language in ("fr", "en")]
        assert len(set(sentences)) == len(sentences)
        assert all(sentence.endswith(".") for sentence in sentences)


def test_french_and_english_sentences_are_asked_together_or_apart(tmp_path: Path) -> None:
    said = {}
    for languages in ('["fr"]', '["en"]', '["fr", "en"]'):
        card = f"hypotheses = {languages}\n[abstain_below]\nstance = 0\n"
        place = copied("inference", tmp_path / languages.strip("[]").replace('"', ""), card=card)
        said[languages] = on(opened(place).label([THREAT])[0], "stance")
    scores = [{label.value: label.score for label in labels} for labels in said.values()]
    assert scores[0] != scores[1] != scores[2] != scores[0]


def test_a_model_whose_numbers_depend_on_the_batch_reads_one_text_at_a_time(tmp_path: Path) -> None:
    place = copied("labels", tmp_path)
    plain = opened(place)
    with (place / "model.onnx").open("ab") as file:
        # An unknown field of the file's format (number 99, text), which every reader passes over.
        file.write(b"\x9a\x06\x15DynamicQuantizeLinear")
    alone = opened(place)
    texts = [THREAT, "merci à MSF", "il pleut"]
    assert alone._reader._network.batch == 1  # type: ignore[attr-defined]
    for one, other in zip(plain.label(texts), alone.label(texts), strict=True):
        assert [(a.value, round(a.score, 5)) for a in one] == [
            (b.value, round(b.score, 5)) for b in other
        ]


def test_a_model_in_the_cache_of_the_hub_is_found_by_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    commit = "5f1a" * 10
    cached = tmp_path / "models--ong--modele"
    shutil.copytree(SAMPLES / "labels", cached / "snapshots" / commit)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(commit)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    for place in ("ong/modele", f"ong/modele@{commit}"):
        assert opened(place).model.startswith("ong/modele@")
    with pytest.raises(ConfigError, match="hf download ong/modele --revision v9"):
        opened("ong/modele@v9")


def test_a_hub_id_that_was_never_downloaded_says_what_to_type() -> None:
    with pytest.raises(ConfigError, match=r"downloads nothing by itself.*hf download ong/absent"):
        opened("ong/absent")


def test_a_missing_folder_is_named() -> None:
    with pytest.raises(ConfigError, match=r"\./nowhere/at/all: there is no such folder"):
        opened("./nowhere/at/all")


def test_weights_without_torch_say_what_to_install(tmp_path: Path) -> None:
    place = copied("labels", tmp_path, without=("model.onnx",))
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'torch' else find(name, *a)\n"
        f"import classifiers; classifiers.build('transformer:{place}')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "model.onnx beside them, or install torch" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("without", "told"),
    [
        (("model.onnx", "model.safetensors"), "neither model.onnx nor model.safetensors"),
        (("config.json",), "config.json is not there"),
    ],
)
def test_a_missing_file_is_named(without: tuple[str, ...], told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=told):
        opened(copied("labels", tmp_path, without=without))


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [
        ("model.onnx", b"cut", "model.onnx is cut"),
        ("config.json", b"{", "config.json cannot be read"),
        ("config.json", b"[]", "is not a model's configuration"),
        ("tokenizer.json", b"{}", "tokenizer.json is missing or cannot be read"),
        ("veille.toml", b"name = ", "veille.toml cannot be read"),
        ("veille.toml", b"[label]\nA = 'B'", "label is unknown"),
        ("veille.toml", b"hypotheses = ['de']", 'hypotheses is a list of "fr" and "en"'),
        ("veille.toml", b"languages = ['fr']", "languages are ISO 639-3"),
        ("veille.toml", b"file = 'other.onnx'", "'other.onnx' is not there"),
        ("veille.toml", b"max_tokens = 9", "too few"),
        ("veille.toml", b"[labels]\nH0 = 'stance:angry'", "no value of the codebook"),
    ],
)
def test_a_damaged_file_is_named(name: str, body: bytes, told: str, tmp_path: Path) -> None:
    place = copied("labels", tmp_path)
    (place / name).write_bytes(body)
    with pytest.raises(ConfigError, match=told):
        opened(place)


def test_labels_that_mean_nothing_to_us_are_named_with_the_card_to_write(tmp_path: Path) -> None:
    place = reconfigured(copied("labels", tmp_path), id2label={"0": "toxic", "1": "fine"})
    with pytest.raises(ConfigError, match=r"toxic, fine are not.*veille\.toml.*\[labels\] toxic"):
        opened(place)


def test_files_of_two_models_are_not_mixed(tmp_path: Path) -> None:
    place = copied("labels", tmp_path)
    shutil.copy(SAMPLES / "inference" / "model.onnx", place / "model.onnx")
    with pytest.raises(ConfigError, match="do not belong together"):
        opened(place)


def test_the_same_text_in_any_company(labels: Classifier) -> None:
    texts = ["merci", f"{CALM}{THREAT}", "ONG " * 300, THREAT]
    together = labels.label(texts)
    assert all(
        nearly_equal(said, labels.label([text])[0])
        for text, said in zip(texts, together, strict=True)
    )
