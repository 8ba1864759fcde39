"""Which of the encoder's 250,037 pieces are kept: those our languages use."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from classifiers.training.pretrained import read_tokenizer, tokenizer_path
from classifiers.training.texts import sample

_BATCH = 2_000
_SPECIAL = 4
MASK = "<mask>"
LANGUAGES = (
    "fra", "eng", "hau", "bam", "fuc", "ful", "fuv", "arb", "arq", "ary", "mey", "ses", "dje",
    "taq", "ttq", "wol", "pcm", "knc",
)  # fmt: skip
_MOST_LINES, _SEED = 40_000, 7


def for_texts(own: Sequence[str], folder: Path | None, most: int) -> list[int]:
    """Ids to keep: every piece of our `own` posts, and the commonest of running text."""
    tokenizer = Tokenizer.from_file(str(tokenizer_path()))
    counts: Counter[int] = Counter()
    if folder:
        for lang in LANGUAGES:
            counts.update(counted_pieces(tokenizer, sample(folder, lang, _MOST_LINES, _SEED)))
    return chosen(read_tokenizer(), counted_pieces(tokenizer, own), counts, most)


def counted_pieces(tokenizer: Tokenizer, texts: Sequence[str]) -> Counter[int]:
    """How often each piece occurs in the texts."""
    counts: Counter[int] = Counter()
    for start in range(0, len(texts), _BATCH):
        for encoding in tokenizer.encode_batch_fast(texts[start : start + _BATCH]):
            counts.update(encoding.ids)
    return counts


def chosen(
    whole: dict[str, Any], needed: Iterable[int], counts: Counter[int], most: int
) -> list[int]:
    """Ids to keep, in their old order: special ones, `needed`, single signs, then the commonest."""
    vocabulary = whole["model"]["vocab"]
    mask = next(token["id"] for token in whole["added_tokens"] if token["content"] == MASK)
    kept = {*range(_SPECIAL), mask, *needed}
    kept |= {
        index for index, count in counts.items() if count > 0 and len(vocabulary[index][0]) == 1
    }
    for index, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if len(kept) >= most:
            break
        kept.add(index)
    return sorted(kept)


def cut(whole: dict[str, Any], kept: Sequence[int]) -> str:
    """The tokenizer file with only the kept pieces, numbered anew in their order."""
    place = {old: new for new, old in enumerate(kept)}
    vocabulary = whole["model"]["vocab"]
    model = {**whole["model"], "vocab": [vocabulary[index] for index in kept]}
    added = [{**token, "id": place[token["id"]]} for token in whole["added_tokens"]]
    smaller = {**whole, "model": model, "added_tokens": added}
    return json.dumps(smaller, ensure_ascii=False, separators=(",", ":"))
