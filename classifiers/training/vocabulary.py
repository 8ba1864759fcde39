"""Which of the encoder's 250,037 pieces are kept: those our languages use."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tokenizers import Tokenizer

_BATCH = 2_000
_SPECIAL = 4
MASK = "<mask>"


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
