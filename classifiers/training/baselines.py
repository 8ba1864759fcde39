"""What the bundled model must beat: linear models on words' signs and on the untouched encoder."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from classifiers.bundled.heads import heads
from classifiers.training.batches import padded
from classifiers.training.encoder import rebuilt
from classifiers.training.labelled import LANGUAGES, LabelledPost
from veille.codebook.actors import GENERIC
from veille.post import Axis, Label

_AXES: frozenset[Axis] = frozenset({"target", "narrative", "stance", "hostility"})
_BATCH, _MOST_PIECES = 32, 128
# Of a component of the encoder's vectors between texts; measured on 200 posts.
_SPREAD = 0.058
_FIRMNESS = {"tfidf": 10.0, "untouched": 3.0}


class LinearBaseline:
    """One logistic regression an axis, on rows that `rows_of` makes of texts."""

    def __init__(
        self,
        name: str,
        posts: Sequence[LabelledPost],
        rows_of: Callable[[Sequence[str]], Any],
    ) -> None:
        self._name, self._rows_of = name, rows_of
        rows = rows_of([post.text for post in posts])
        codes = {code[:3]: code for code in heads()["narrative"]}
        right = {
            "stance": [post.stance for post in posts],
            "hostility": [f"H{post.hostility}" for post in posts],
            "narrative": [codes[post.narrative] for post in posts],
            "target": ["" if "AUCUN" in post.targets else GENERIC for post in posts],
        }
        self._models = {
            axis: LogisticRegression(C=_FIRMNESS[name], max_iter=200).fit(rows, values)
            for axis, values in right.items()
        }

    @property
    def model(self) -> str:
        return f"linear-{self._name}@1"

    @property
    def axes(self) -> frozenset[Axis]:
        return _AXES

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(LANGUAGES)

    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        rows = self._rows_of(texts)
        labels: list[list[Label]] = [[] for _ in texts]
        for axis, model in self._models.items():
            for found, shares in zip(labels, model.predict_proba(rows), strict=True):
                found += self._said(axis, dict(zip(model.classes_, shares.tolist(), strict=True)))
        return labels

    def _said(self, axis: str, shares: dict[str, float]) -> list[Label]:
        if axis == "target":
            shares = {GENERIC: shares[GENERIC]} if shares[GENERIC] >= shares[""] else {}
        ranked = sorted(shares.items(), key=lambda item: -item[1])
        return [
            Label(axis=axis, value=value, score=score, model=self.model)  # type: ignore[arg-type]
            for value, score in ranked
        ]


def tfidf(posts: Sequence[LabelledPost]) -> LinearBaseline:
    """Character n-grams of two to five signs, weighed by how rare they are."""
    counted = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True, max_features=200_000
    ).fit([post.text for post in posts])
    return LinearBaseline("tfidf", posts, counted.transform)


def untouched(posts: Sequence[LabelledPost]) -> LinearBaseline:
    """The vectors of the whole pretrained encoder, which has seen none of our posts."""
    encoder = rebuilt()
    network = encoder.network.eval()

    def rows_of(texts: Sequence[str]) -> Any:
        encodings = encoder.tokenizer.encode_batch([f"query: {text}" for text in texts])
        order = sorted(range(len(texts)), key=lambda place: len(encodings[place].ids))
        rows = np.zeros((len(texts), network.config.hidden_size), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            ids, mask = padded([encodings[place] for place in places], _MOST_PIECES)
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
                hidden = network(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            shares = mask.unsqueeze(-1)
            rows[places] = ((hidden * shares).sum(1) / shares.sum(1)).numpy()
        # Texts lie in a narrow cone: a regression needs numbers of a like size.
        return rows / _SPREAD

    return LinearBaseline("untouched", posts, rows_of)
