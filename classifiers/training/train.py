"""`veille train`: from two packages and the labelled set to a folder the runtime reads."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import torch

from classifiers.bundled.encoder import Encoder as Reader
from classifiers.bundled.files import (
    FORM,
    GRAMS,
    MANIFEST,
    NETWORK,
    TOKENIZER,
    ModelFiles,
    file_hash,
)
from classifiers.bundled.grams import Grams
from classifiers.bundled.heads import heads
from classifiers.training import adapt, vocabulary
from classifiers.training.calibrate import opinions_of, settings_of
from classifiers.training.encoder import Encoder, add_dropout, rebuilt
from classifiers.training.export import export
from classifiers.training.fit import fit
from classifiers.training.fit_grams import fit_grams
from classifiers.training.labelled import DATA, LANGUAGES, LabelledPost, read
from classifiers.training.network import Network
from classifiers.training.pretrained import tokenizer_path, weights_path
from classifiers.training.recipe import Recipe, hash_of, write_json
from classifiers.training.sources import ordinary_posts

log = logging.getLogger(__name__)

RECORD = "record.json"
DROPOUT = 0.1
# The network in fp32, before it is quantised: for comparison, and not shipped.
WHOLE = "whole.onnx"
_PACKAGES = ("torch", "transformers", "tokenizers", "onnxruntime", "onnx", "numpy", "scipy")
_THREADS = 2


def train(
    recipe: Recipe,
    folder: Path,
    *,
    texts: Path | None,
    work: Path,
    decided: Sequence[LabelledPost] = (),
    most_posts: int = 0,
) -> ModelFiles:
    """Train, calibrate and write a model into `folder`, with a record of how it came about.

    `texts` holds running text to adapt to, as `classifiers.training.texts` reads it; without
    it the encoder is taken as it is. What takes long is kept in `work` and not done twice.
    `most_posts` is for trials; 0 takes all.
    """
    torch.set_num_threads(_THREADS)
    folder.mkdir(parents=True, exist_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    posts = read(sorted(DATA.glob("?.tsv")))
    learnt = [post for post in posts if post.split == "train"][: most_posts or None]
    encoder = adapted(recipe, [post.text for post in learnt], texts, work)
    more = ordinary_posts(texts, recipe.ordinary, recipe.seed) if texts else []
    network, losses = fitted(recipe, encoder, [*learnt, *more, *decided], work)
    (folder / TOKENIZER).write_text(encoder.tokenizer_json, encoding="utf-8")
    export(network, folder / NETWORK, work / WHOLE)
    fit_grams([*learnt, *more, *decided], folder / GRAMS, seed=recipe.seed)
    development = [post for post in posts if post.split == "development"][: most_posts or None]
    files = calibrated(recipe, folder, development)
    counts = {"labelled": len(learnt), "ordinary": len(more), "decided": len(decided)}
    write_json(folder / RECORD, record_of(recipe, folder, texts, losses=losses, counts=counts))
    return files


def record_of(
    recipe: Recipe,
    folder: Path,
    texts: Path | None,
    *,
    losses: Sequence[float],
    counts: Mapping[str, int],
) -> dict[str, object]:
    """What went in and what came out, with the hashes of both."""
    return {
        "recipe": recipe.as_json(),
        "losses": losses,
        "posts": counts,
        "read": hash_of([*DATA.glob("?.tsv"), weights_path(), tokenizer_path()]),
        "texts": hash_of(sorted(texts.glob("*.gz"))) if texts else {},
        "packages": {name: version(name) for name in _PACKAGES},
        "wrote": {name: file_hash(folder / name) for name in (NETWORK, TOKENIZER, GRAMS)},
    }


def adapted(recipe: Recipe, own: Sequence[str], texts: Path | None, work: Path) -> Encoder:
    """The rebuilt encoder with its vocabulary cut, adapted to running text if there is some."""
    kept = vocabulary.for_texts(own, texts, recipe.pieces)
    encoder = rebuilt(recipe.depth, kept)
    if texts is None or not recipe.adapt.steps:
        return encoder
    key = recipe.key(recipe.depth, recipe.adapt, kept, hash_of(sorted(texts.glob("*.gz"))))
    saved = work / f"adapted-{key}.pt"
    if not saved.exists():
        lines = [*adapt.running_text(texts, recipe.seed), *own]
        log.info("adapting", extra={"lines": len(lines)})
        adapt.adapt(encoder, lines, recipe.adapt)
        part = saved.with_suffix(".part")
        torch.save(encoder.network.state_dict(), part)
        part.replace(saved)
    encoder.network.load_state_dict(torch.load(saved, weights_only=True))
    return encoder


def fitted(
    recipe: Recipe, encoder: Encoder, posts: Sequence[LabelledPost], work: Path
) -> tuple[Network, list[float]]:
    """The trained network and the mean loss of each round."""
    torch.manual_seed(recipe.seed)
    add_dropout(encoder.network, DROPOUT, recipe.seed)
    network = Network(encoder.network, dropout=DROPOUT, seed=recipe.seed)
    saved = work / f"fitted-{recipe.key(recipe, posts)}.pt"
    if not saved.exists():
        losses = fit(network, encoder.tokenizer, posts, recipe.fit)
        part = saved.with_suffix(".part")
        torch.save({"network": network.state_dict(), "losses": losses}, part)
        part.replace(saved)
    found = torch.load(saved, weights_only=True)
    network.load_state_dict(found["network"])
    return network, found["losses"]


def calibrated(recipe: Recipe, folder: Path, posts: Sequence[LabelledPost]) -> ModelFiles:
    """Find weights, bias and thresholds on the development posts; write the manifest."""
    bare = ModelFiles(
        folder=folder,
        name=recipe.name,
        version=recipe.version,
        languages=LANGUAGES,
        settings={},
    )
    opinions = opinions_of(Reader(bare), Grams.open(bare.grams), [post.text for post in posts])
    settings = settings_of(opinions, posts)
    write_json(
        folder / MANIFEST,
        {
            "form": FORM,
            "name": recipe.name,
            "version": recipe.version,
            "languages": list(LANGUAGES),
            "heads": dict(heads()),
            "files": {name: file_hash(folder / name) for name in (NETWORK, TOKENIZER, GRAMS)},
            "settings": settings,
        },
    )
    return replace(bare, settings=settings)
