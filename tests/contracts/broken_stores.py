"""Stores that break one sentence of the contract each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from veille.errors import PostNotFound
from veille.post import Decision, Label, Post
from veille.query import By, PostQuery
from veille.stores.base import PutReport
from veille.stores.sqlite import SqlitePostStore


class Overwrites(SqlitePostStore):
    def put(self, posts: Iterable[Post]) -> PutReport:
        posts = list(posts)
        self.erase([post.id for post in posts])
        return super().put(posts)


class KeepsTheLastOfTwo(SqlitePostStore):
    def put(self, posts: Iterable[Post]) -> PutReport:
        return super().put(reversed(list(posts)))


class PutsInPieces(SqlitePostStore):
    def put(self, posts: Iterable[Post]) -> PutReport:
        iterator, new = iter(posts), 0
        while piece := list(islice(iterator, 1000)):
            new += super().put(piece).new
        return PutReport(new=new, known=0, copies=0)


class DropsCopies(SqlitePostStore):
    def put(self, posts: Iterable[Post]) -> PutReport:
        posts = list(posts)
        report = super().put(posts)
        self.erase([each.id for each in self.search(PostQuery()) if each.duplicate_of])
        return report


class CutsTexts(SqlitePostStore):
    def put(self, posts: Iterable[Post]) -> PutReport:
        return super().put([replace(post, text=post.text[:32_768]) for post in posts])


class RevisesAnyPage(SqlitePostStore):
    def revise(self, posts: Iterable[Post]) -> int:
        return super().revise(replace(post, page_key="page-1") for post in posts)


class RevisesByReplacing(SqlitePostStore):
    def revise(self, posts: Iterable[Post]) -> int:
        posts = [post for post in posts if self.erase([post.id])]
        return super().put(posts).new


class InventsUnknownPosts(SqlitePostStore):
    def get(self, post_id: str) -> Post:
        try:
            return super().get(post_id)
        except PostNotFound:
            return next(self.search(PostQuery(limit=1)))


class OldestFirst(SqlitePostStore):
    def search(self, query: PostQuery) -> Iterator[Post]:
        return super().search(replace(query, order="oldest"))


class IgnoresOffset(SqlitePostStore):
    def search(self, query: PostQuery) -> Iterator[Post]:
        return super().search(replace(query, offset=0))


class IncludesTheEnd(SqlitePostStore):
    def search(self, query: PostQuery) -> Iterator[Post]:
        until = query.until and query.until + timedelta(microseconds=1)
        return super().search(replace(query, until=until))


class KnowsExactPlacesOnly(SqlitePostStore):
    def search(self, query: PostQuery) -> Iterator[Post]:
        for post in super().search(query):
            if not query.places or set(post.places) & set(query.places):
                yield post


class ShowsClosedPosts(SqlitePostStore):
    def search(self, query: PostQuery) -> Iterator[Post]:
        return super().search(replace(query, closed=True))


class CountsClosedPosts(SqlitePostStore):
    def counts(self, query: PostQuery, by: By) -> dict[str, int]:
        return super().counts(replace(query, closed=True), by)


class KnowsNoStems(SqlitePostStore):
    def search(self, query: PostQuery) -> Iterator[Post]:
        words = " ".join(f'"{word}"' for word in query.words.split())
        return super().search(replace(query, words=words))


class KnowsNoPhrases(SqlitePostStore):
    def search(self, query: PostQuery) -> Iterator[Post]:
        return super().search(replace(query, words=query.words.replace('"', "")))


class SwallowsBadWords(SqlitePostStore):
    def search(self, query: PostQuery) -> Iterator[Post]:
        try:
            return super().search(query)
        except ValueError:
            return iter(())


class LimitsItsCount(SqlitePostStore):
    def count(self, query: PostQuery) -> int:
        return len(list(self.search(query)))


class CountsByValue(SqlitePostStore):
    def counts(self, query: PostQuery, by: By) -> dict[str, int]:
        return dict(sorted(super().counts(query, by).items()))


class CountsDaysByNumber(SqlitePostStore):
    def counts(self, query: PostQuery, by: By) -> dict[str, int]:
        return dict(sorted(super().counts(query, by).items(), key=lambda each: -each[1]))


class HidesWhatHasNoValue(SqlitePostStore):
    def counts(self, query: PostQuery, by: By) -> dict[str, int]:
        return {value: number for value, number in super().counts(query, by).items() if value}


class GivesTwice(SqlitePostStore):
    def unlabelled(self, model: str) -> Iterator[Post]:
        for post in super().unlabelled(model):
            yield from (post, post)


class AsksForAnyModel(SqlitePostStore):
    def unlabelled(self, model: str) -> Iterator[Post]:
        return (post for post in super().unlabelled(model) if not post.labels)


class TurnsPages(SqlitePostStore):
    """Counts from the beginning again, so that posts labelled meanwhile push others away."""

    def unlabelled(self, model: str) -> Iterator[Post]:
        start = 0
        while page := list(islice(super().unlabelled(model), start, start + 100)):
            yield from page
            start += 100


class StacksLabels(SqlitePostStore):
    def add_labels(
        self, labels_by_post_id: Mapping[str, Sequence[Label]], *, model: str, made_at: datetime
    ) -> None:
        stacked = {
            post_id: (*self.get(post_id).labels, *labels)
            for post_id, labels in labels_by_post_id.items()
        }
        super().add_labels(stacked, model=model, made_at=made_at)


class IgnoresEmptyLabels(SqlitePostStore):
    def add_labels(
        self, labels_by_post_id: Mapping[str, Sequence[Label]], *, model: str, made_at: datetime
    ) -> None:
        filled = {post_id: labels for post_id, labels in labels_by_post_id.items() if labels}
        super().add_labels(filled, model=model, made_at=made_at)


class TrustsTheFirstModel(SqlitePostStore):
    def add_labels(
        self, labels_by_post_id: Mapping[str, Sequence[Label]], *, model: str, made_at: datetime
    ) -> None:
        backwards = datetime(2100, 1, 1, tzinfo=UTC) - (made_at - datetime(2000, 1, 1, tzinfo=UTC))
        super().add_labels(labels_by_post_id, model=model, made_at=backwards)


class DecidesInTurn(SqlitePostStore):
    def add_decisions(self, decisions: Iterable[Decision]) -> None:
        moment = datetime(2000, 1, 1, tzinfo=UTC)
        super().add_decisions([replace(each, decided_at=moment) for each in decisions])


class DecidesHalf(SqlitePostStore):
    def add_decisions(self, decisions: Iterable[Decision]) -> None:
        for each in decisions:
            super().add_decisions([each])


class KeepsOneDecision(SqlitePostStore):
    def get(self, post_id: str) -> Post:
        post = super().get(post_id)
        return replace(post, decisions=post.decisions[-1:])


class CountsReadingsTwice(SqlitePostStore):
    def get(self, post_id: str) -> Post:
        post = super().get(post_id)
        return replace(post, readings=post.readings * 2)


class ErasesByHiding(SqlitePostStore):
    def erase(self, post_ids: Iterable[str]) -> int:
        hidden = [post_id for post_id in set(post_ids) if self.count(PostQuery())]
        closed = [Label(axis="level", value="ferme", score=1.0, model="x@1")]
        super().add_labels(
            dict.fromkeys(hidden, closed), model="x@1", made_at=datetime(2100, 1, 1, tzinfo=UTC)
        )
        return len(hidden)


class ForgetsEveryAuthor(SqlitePostStore):
    def forget_authors(self, collected_until: datetime) -> int:
        return super().forget_authors(datetime(9999, 1, 1, tzinfo=UTC))
