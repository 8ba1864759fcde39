"""Collectors that each break one sentence of the contract, with the one that bites them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from collectors.base import Collector
from collectors.files import Cleaned, FileFormat
from tests.contracts.samples import words_of
from veille.errors import SourceChanged
from veille.post import Page, ParsedPage
from veille.privacy import Privacy
from veille.sources import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Faithful:
    """A collector as it is: what the broken ones change one thing of."""

    true: Collector

    @property
    def name(self) -> str:
        return self.true.name

    def fetch(self, source: Source, cursor: str | None) -> Iterator[Page]:
        return self.true.fetch(source, cursor)

    def parse(self, page: Page) -> ParsedPage:
        return self.true.parse(page)


class DropsAnItem(Faithful):
    def parse(self, page: Page) -> ParsedPage:
        parsed = self.true.parse(page)
        return replace(parsed, posts=parsed.posts[1:])


class HidesRejects(Faithful):
    def parse(self, page: Page) -> ParsedPage:
        return replace(self.true.parse(page), rejects=[])


class ForgetsTheThread(Faithful):
    def parse(self, page: Page) -> ParsedPage:
        parsed = self.true.parse(page)
        return replace(parsed, posts=[replace(post, parent_id=None) for post in parsed.posts])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesIds(Faithful):
    """Numbers its posts by a counter that goes on from one reading to the next."""

    count: list[int] = field(default_factory=lambda: [0])

    def parse(self, page: Page) -> ParsedPage:
        parsed = self.true.parse(page)
        self.count[0] += 1
        posts = [replace(post, id=f"{post.id}-{self.count[0]}") for post in parsed.posts]
        return replace(parsed, posts=posts)


class SharesOneId(Faithful):
    def parse(self, page: Page) -> ParsedPage:
        parsed = self.true.parse(page)
        first = parsed.posts[0].id
        return replace(parsed, posts=[replace(post, id=first) for post in parsed.posts])


class NamesNoPlatform(Faithful):
    def parse(self, page: Page) -> ParsedPage:
        parsed = self.true.parse(page)
        posts = [replace(post, id=post.id.partition(":")[2]) for post in parsed.posts]
        return replace(parsed, posts=posts, readings=[])


class TellsLocalTimes(Faithful):
    def parse(self, page: Page) -> ParsedPage:
        parsed = self.true.parse(page)
        naive = [
            replace(post, published_at=post.published_at.replace(tzinfo=None))
            for post in parsed.posts
        ]
        return replace(parsed, posts=naive)


class ForgetsThePage(Faithful):
    def parse(self, page: Page) -> ParsedPage:
        parsed = self.true.parse(page)
        return replace(parsed, posts=[replace(post, page_key="") for post in parsed.posts])


class ReadsNothingInSilence(Faithful):
    def parse(self, page: Page) -> ParsedPage:
        try:
            return self.true.parse(page)
        except SourceChanged:
            return ParsedPage(posts=[])


def cleans_nothing(true: FileFormat) -> FileFormat:
    """A format that archives every file as it came."""
    return replace(true, clean=lambda body, _options, _privacy: Cleaned(body=body))


def tells_who_wrote(true: FileFormat) -> FileFormat:
    """A format whose cleaned bytes are right, and which tells whom it took out."""

    def clean(body: bytes, options: Mapping[str, object], privacy: Privacy) -> Cleaned:
        cleaned = true.clean(body, options, privacy)
        return replace(cleaned, removed={words_of(body): 1})

    return replace(true, clean=clean)
