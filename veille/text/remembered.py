"""What was found out about the chunks of a text, kept for the texts that follow."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

# Longer chunks are no words and would only fill the memory.
LONGEST_KEPT = 48

Answer = TypeVar("Answer")


def remembered(
    function: Callable[[str], Answer], *, most: int
) -> Callable[[Sequence[str]], list[Answer]]:
    """`function` of each of several chunks; the last `most` answers about short ones are kept.

    A chunk is what stands between two spaces. People write few different ones.
    """
    kept = lru_cache(maxsize=most)(function)

    def of_each(chunks: Sequence[str]) -> list[Answer]:
        if len(max(chunks, key=len, default="")) <= LONGEST_KEPT:
            return list(map(kept, chunks))
        return [(kept if len(chunk) <= LONGEST_KEPT else function)(chunk) for chunk in chunks]

    return of_each
