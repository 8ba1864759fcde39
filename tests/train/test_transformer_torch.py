"""The same model in torch, in ONNX and in 8 bits: the contract holds and the answers agree."""

import shutil
from pathlib import Path

import pytest

import classifiers
from classifiers.base import Classifier
from tests.contracts.classifier_contract import ORDINARY, ClassifierContract
from veille.errors import ConfigError
from veille.post import Label

torch = pytest.importorskip("torch", reason="make test-train installs torch")
pytest.importorskip("onnx", reason="make test-train installs onnx")

SAMPLES = Path(__file__).parents[1] / "samples" / "checkpoints"
BOLD = 'hypotheses = ["fr"]\n[abstain_below]\nstance = 0\nhostility = 0\nnarrative = 0\n'


def copied(name: str, folder: Path, *without: str) -> Path:
    place = folder / name
    shutil.copytree(SAMPLES / name, place, ignore=shutil.ignore_patterns(*without))
    (place / "veille.toml").write_text(BOLD, "utf-8")
    return place


def opened(place: Path) -> Classifier:
    return classifiers.build(f"transformer:{place}")


def scores(labels: list[Label]) -> dict[tuple[str, str], float]:
    return {(label.axis, label.value): label.score for label in labels}


def quantised(folder: Path) -> Path:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    place = copied("labels", folder)
    exact = place / "model.onnx"
    exact.rename(place / "exact.onnx")
    quantize_dynamic(place / "exact.onnx", exact, weight_type=QuantType.QInt8)
    (place / "exact.onnx").unlink()
    return place


@pytest.fixture(scope="module", params=["labels", "8 bits"])
def classifier(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Classifier:
    folder = tmp_path_factory.mktemp("models")
    if request.param == "8 bits":
        return opened(quantised(folder))
    return opened(copied("labels", folder, "model.onnx"))


class TestEveryWay(ClassifierContract):
    pass


@pytest.mark.parametrize("name", ["labels", "inference"])
def test_torch_and_onnx_say_the_same(name: str, tmp_path: Path) -> None:
    with_torch = opened(copied(name, tmp_path / "torch", "model.onnx"))
    with_onnx = opened(copied(name, tmp_path / "onnx"))
    texts = [*ORDINARY, "il pleut ce matin. " * 60]
    for one, other in zip(with_torch.label(texts), with_onnx.label(texts), strict=True):
        assert scores(one) == pytest.approx(scores(other), abs=1e-4)


# The exporter says so of every dimension that two inputs share.
@pytest.mark.filterwarnings("ignore:# The axis name:UserWarning")
def test_what_is_exported_answers_as_the_weights_do(tmp_path: Path) -> None:
    from classifiers.training.onnx_export import export

    place = copied("labels", tmp_path, "model.onnx")
    with_torch = opened(place).label(ORDINARY)
    written = export(place)
    assert written == place / "model.onnx"
    assert not (place / "model.onnx.part").exists()
    assert str(tmp_path).encode() not in written.read_bytes()
    for one, other in zip(with_torch, opened(place).label(ORDINARY), strict=True):
        assert scores(one) == pytest.approx(scores(other), abs=1e-4)


def test_cut_weights_are_named(tmp_path: Path) -> None:
    place = copied("labels", tmp_path, "model.onnx")
    weights = place / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5_000])
    with pytest.raises(ConfigError, match="cannot be opened by transformers"):
        opened(place)
