"""Any Hugging Face encoder becomes a classifier of ours, with torch and exported."""

from pathlib import Path

import pytest

import classifiers
from classifiers.training.labelled import DATA, read
from veille.errors import ConfigError

torch = pytest.importorskip("torch", reason="make test-train installs torch")
pytest.importorskip("onnx", reason="make test-train installs onnx")

from classifiers.training.finetune import FineTuning, fine_tune  # noqa: E402

BASE = Path(__file__).parents[1] / "samples" / "checkpoints" / "labels"


@pytest.mark.filterwarnings("ignore:# The axis name:UserWarning")
def test_an_encoder_is_fine_tuned_into_a_classifier(tmp_path: Path) -> None:
    posts = read([DATA / "a.tsv"])[:48]
    how = FineTuning(epochs=2, rate=1e-3)
    model = fine_tune(BASE, tmp_path / "mine", posts, how)
    made = classifiers.build(f"transformer:{tmp_path / 'mine'}")
    assert made.model == model
    assert made.axes == {"target", "stance", "hostility", "narrative"}
    assert len(made.label([post.text for post in posts])) == len(posts)
    assert fine_tune(BASE, tmp_path / "again" / "mine", posts, how) == model


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no model"):
        fine_tune(tmp_path, tmp_path / "mine", [])
