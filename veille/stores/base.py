"""The contract of a store. Each sentence below is tested on every implementation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, Self

from veille.post import Decision, Label, Post, Reading
from veille.query import By, PostQuery

# What an operator does with a store on a server: make it, move it to a newer mapping, and
# remove what the move kept.
StoreStep = Literal["init", "migrate", "confirm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PutReport:
    """What one `put` did: ids that are new, ids already known, and of the new ones the copies."""

    new: int
    known: int
    copies: int


class PostStore(Protocol):
    """Posts with their readings, labels and decisions; safe with several writer processes.

    What one call has written, the next call reads, in any process. Every method may raise
    `StoreUnavailable`, and then has changed nothing.
    """

    def put(self, posts: Iterable[Post]) -> PutReport:
        """Add posts, all or none. First seen wins: putting a known id again changes nothing.

        A post whose non-empty `text_key` is already stored under another id is kept, and its
        `duplicate_of` points to the first one stored.
        """
        ...

    def revise(self, posts: Iterable[Post]) -> int:
        """Rewrite known posts with what today's parser reads in the page they came from.

        Only posts whose `page_key` is the stored one change; `collected_at`, labels,
        decisions and readings stay. Unknown ids are ignored. Gives the number changed.
        """
        ...

    def get(self, post_id: str) -> Post:
        """The post with labels of the model that labelled it last, decisions and readings.

        Raises `PostNotFound`.
        """
        ...

    def search(self, query: PostQuery) -> Iterator[Post]:
        """Posts that match, complete as `get` gives them, in `query.order`.

        "newest"/"oldest" go by `published_at`; "severity" by severity, then newest; "relevance"
        by the store's own ranking of `words`, then newest. Ties go by id, so that the order is
        the same every time. Raises `ValueError` on a search text that cannot be understood.
        """
        ...

    def count(self, query: PostQuery) -> int:
        """How many posts match, whatever `limit` and `offset` are."""
        ...

    def counts(self, query: PostQuery, by: By) -> dict[str, int]:
        """How many matching posts per value of `by`, most first, then by value.

        Days and weeks (their Monday) are Africa/Bamako dates, written 2026-11-20, in time
        order. A post with several targets, places or languages counts once under each; "mix"
        names the languages of posts in several, as bam+fra, most of the post first. Posts
        without a value on `by` are counted under "".
        """
        ...

    def unlabelled(self, model: str) -> Iterator[Post]:
        """Posts that carry no labels of `model`, oldest collected first, each once.

        Labels added while iterating do not disturb the iteration.
        """
        ...

    def add_labels(
        self, labels_by_post_id: Mapping[str, Sequence[Label]], *, model: str, made_at: datetime
    ) -> None:
        """Set what `model` says about each post, replacing what the same model said before.

        An empty sequence marks the post as labelled. Unknown ids are ignored.
        """
        ...

    def add_decisions(self, decisions: Iterable[Decision]) -> None:
        """Append decisions; none is ever changed. Raises `PostNotFound` and adds none."""
        ...

    def add_readings(self, readings: Iterable[Reading]) -> None:
        """Add readings; the same post and time twice is once. Unknown ids are ignored."""
        ...

    def erase(self, post_ids: Iterable[str]) -> int:
        """Remove posts with all that hangs on them, also from search. Gives the number removed.

        Copies of an erased post point to the earliest of them that stays.
        """
        ...

    def forget_authors(self, collected_until: datetime) -> int:
        """Empty the author of posts collected before then, unless it is public.

        Gives the number of posts that had one.
        """
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *args: object) -> None: ...
