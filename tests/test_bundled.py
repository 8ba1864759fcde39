"""The bundled model: what it does when its files are wrong, and how it reads long posts."""

import json
import shutil
from pathlib import Path

import pytest

import classifiers
from classifiers.bundled.classifier import BundledClassifier
from classifiers.bundled.encoder import Encoder
from classifiers.bundled.files import FOLDER, GRAMS, MANIFEST, NETWORK, TOKENIZER, checked_files
from classifiers.bundled.grams import gram_buckets
from classifiers.bundled.windows import sentences, windows
from classifiers.keywords import KeywordClassifier
from veille.errors import ConfigError

NAMES = (MANIFEST, NETWORK, TOKENIZER, GRAMS)
MOST_BYTES = 40_000_000
THREAT = "Ceux de MSF, on va les brûler ce soir sur la route de Gossi."


@pytest.fixture(scope="module")
def classifier() -> BundledClassifier:
    return BundledClassifier.open()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in NAMES:
        shutil.copy(FOLDER / name, folder / name)
    return folder


class TestFiles:
    def test_the_bundled_files_are_what_the_manifest_says(self) -> None:
        assert checked_files(FOLDER).model.startswith("sahel-e5@")

    def test_the_record_names_the_shipped_files(self) -> None:
        record = json.loads((FOLDER / "record.json").read_text(encoding="utf-8"))
        manifest = json.loads((FOLDER / MANIFEST).read_text(encoding="utf-8"))
        assert record["wrote"] == manifest["files"]

    def test_they_are_small(self) -> None:
        assert sum((FOLDER / name).stat().st_size for name in NAMES) <= MOST_BYTES

    @pytest.mark.parametrize("name", NAMES)
    def test_a_missing_file_is_named_with_what_to_run(self, copied: Path, name: str) -> None:
        (copied / name).unlink()
        with pytest.raises(ConfigError, match=rf"{name} is missing.*git checkout"):
            BundledClassifier.open(copied)

    @pytest.mark.parametrize("name", NAMES)
    def test_a_cut_file_is_named(self, copied: Path, name: str) -> None:
        whole = (copied / name).read_bytes()
        (copied / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(ConfigError, match=rf"{name} is cut"):
            BundledClassifier.open(copied)

    @pytest.mark.parametrize("change", [{"form": 99}, {"heads": {"stance": ["hostile"]}}])
    def test_a_model_of_another_version_is_refused(
        self, copied: Path, change: dict[str, object]
    ) -> None:
        manifest = json.loads((copied / MANIFEST).read_text(encoding="utf-8"))
        (copied / MANIFEST).write_text(json.dumps({**manifest, **change}), encoding="utf-8")
        with pytest.raises(ConfigError, match="another version of Veille"):
            BundledClassifier.open(copied)

    def test_the_floor_answers_meanwhile_and_says_so(
        self, copied: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        (copied / NETWORK).unlink()
        monkeypatch.setattr(BundledClassifier.open.__func__, "__defaults__", (copied,))
        assert classifiers.build(classifiers.BUNDLED).model == KeywordClassifier().model
        assert NETWORK in caplog.text
        assert "floor answers" in caplog.text


class TestReading:
    def test_a_threat_deep_in_a_long_post_is_found_where_it_stands(
        self, classifier: BundledClassifier
    ) -> None:
        lines = ["La récolte de mil est bonne cette année dans tout le cercle."] * 60
        lines[41] = THREAT
        text = " ".join(lines)
        labels = classifier.label([text])[0]
        hostility = [label for label in labels if label.axis == "hostility"]
        assert hostility[0].value == "H3"
        start = text.index(THREAT)
        assert any(start <= s.start < s.end <= start + len(THREAT) for s in hostility[0].spans)

    def test_every_label_of_a_hostile_post_points_at_words(
        self, classifier: BundledClassifier
    ) -> None:
        labels = classifier.label(["Ces ONG volent le riz des déplacés de Kaya, tous complices"])[0]
        best = {label.axis: label for label in reversed(labels)}
        assert all(best[axis].spans for axis in ("narrative", "stance", "hostility"))

    def test_vectors_are_units_and_like_things_lie_near(self) -> None:
        vectors = Encoder.open().vectors(
            [
                "Les ONG volent la nourriture des déplacés",
                "Kungiyoyin agaji suna sace abincin 'yan gudun hijira",
                "Le match Mali-Tunisie commence à 20 h",
            ]
        )
        assert (vectors**2).sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]

    def test_no_texts_give_no_vectors(self) -> None:
        assert len(Encoder.open().vectors([])) == 0


class TestWindows:
    def test_sentences_are_the_whole_text(self) -> None:
        text = "Un. Deux ! Trois ?\nQuatre… « Cinq. » Six"
        parts = sentences(text)
        assert "".join(text[start:end] for start, end in parts) == text
        assert len(parts) == 6

    @pytest.mark.parametrize("text", ["a b c. " * 40, "mot " * 300, "x", "", ". " * 200])
    def test_windows_cover_every_piece_and_are_not_too_long(self, text: str) -> None:
        words, at = [], 0
        for word in text.split():
            at = text.index(word, at)
            words.append((at, at + len(word)))
            at += len(word)
        parts = windows(text, words, 20)
        for start, end in parts:
            assert sum(start <= first < end for first, _ in words) <= 20
        assert all(any(s <= first < e for s, e in parts) for first, _ in words)


def test_grams_of_no_text_are_none_and_of_a_text_are_known() -> None:
    assert len(gram_buckets("")[0]) == 0
    one, other = gram_buckets("ONG")[0], gram_buckets("ong")[0]
    assert one.tolist() == other.tolist()
