"""RSS and Atom feeds of media, with the text of their articles: each article is one post.

An article that is read is a page of its own, and the post comes from there. Where it may not or
cannot be read, the post comes from the feed, with the feed's own text. Its id is that of its
address, so that it is the same post either way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http import HTTPStatus
from typing import Literal

from collectors.network import Rule, checked_options, is_switch, page_of, whole
from collectors.rss.article import article_text
from collectors.rss.feed import Entry, Feed, feed_of
from collectors.rss.memory import Memory, options_of
from collectors.rss.posts import post_id, posts_of_article, posts_of_feed
from veille.errors import (
    SourceChanged,
    SourceForbidden,
    SourceGone,
    SourceUnavailable,
)
from veille.http import Answer, HttpClient
from veille.http.address import archived
from veille.post import Page, ParsedPage
from veille.privacy import Privacy
from veille.sources import Source

# A site that fails three times running is left alone until the next run.
_MAX_FAILURES_IN_A_ROW = 3
_MAX_ARTICLE_BYTES = 5_000_000
_MOST_ARTICLES = 500
_RULES: dict[str, Rule] = {
    "fetch_articles": is_switch,
    "max_articles": whole(0, _MOST_ARTICLES),
    "kind": lambda value: value in ("article", "comment"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a source's `options` may say.

    `fetch_articles`: read each article's own page, where the site's robots.txt lets us.
    `max_articles`: of the newest so many in one run; older ones keep the feed's text.
    `kind`: "comment" for the feed of a site's comments, which have no pages of their own.
    """

    fetch_articles: bool = True
    max_articles: int = 50
    kind: Literal["article", "comment"] = "article"

    @classmethod
    def of(cls, source: Source) -> "Choice":
        """Raises `ConfigError` naming an option that is unknown or has a wrong value."""
        options = checked_options(
            source,
            _RULES,
            of="a feed",
            known=f"fetch_articles = true or false, max_articles = 0 to {_MOST_ARTICLES},"
            ' kind = "article" or "comment"',
        )
        return cls(**options)


@dataclass(slots=True, kw_only=True)
class Round:
    """One reading of one feed: articles wanted, oldest first, and what is left to the feed."""

    source: Source
    feed: Feed
    choice: Choice
    memory: Memory
    wanted: list[Entry] = field(default_factory=list)
    from_feed: list[str] = field(default_factory=list)
    lost: list[Entry] = field(default_factory=list)
    failures_in_a_row: int = 0

    def choose(self) -> None:
        """Sort what is new into what to ask for and what the feed itself tells."""
        present = {entry.key: entry for entry in self.feed.entries}
        again = [present.get(key, entry) for key, entry in self.memory.waiting.items()]
        new = [
            entry
            for key, entry in present.items()
            if key not in self.memory.seen and key not in self.memory.waiting
        ]
        new.sort(key=lambda entry: entry.published_at or self.feed.read_at)
        linked = [entry for entry in new if self._has_article(entry)]
        most = self.choice.max_articles
        asked_for = {entry.key for entry in linked[len(linked) - min(most, len(linked)) :]}
        by_post_id: dict[str, Entry] = {}
        for entry in [*again, *(entry for entry in new if entry.key in asked_for)]:
            by_post_id.setdefault(post_id(entry, self.feed.url), entry)
        self.wanted = list(by_post_id.values())
        self.from_feed = [entry.key for entry in new if entry.key not in asked_for]

    def leave(self, entry: Entry) -> None:
        """The article is not read: the feed's text will do, if the feed still has it."""
        if any(entry.key == present.key for present in self.feed.entries):
            self.from_feed.append(entry.key)
        else:
            self.lost.append(entry)

    def finish(self, answer: Answer, digest: str) -> None:
        """Everything is behind us but what waits for another try."""
        waiting = set(self.memory.waiting) - {entry.key for entry in self.lost}
        waiting -= set(self.from_feed)
        keys = [entry.key for entry in (*self.lost, *self.feed.entries)]
        self.memory.settle(key for key in keys if key not in waiting)
        self.memory.digest = digest
        self.memory.etag = answer.headers.get("etag", "")
        self.memory.modified = answer.headers.get("last-modified", "")

    def _has_article(self, entry: Entry) -> bool:
        is_article = self.choice.kind == "article" and not entry.answers
        return self.choice.fetch_articles and is_article and bool(entry.link)


@dataclass(frozen=True, slots=True, kw_only=True)
class RssCollector:
    """Feeds over HTTP. `privacy` hashes the names of those who comment."""

    http: HttpClient
    privacy: Privacy
    name: str = "rss"

    def fetch(self, source: Source, cursor: str | None) -> Iterator[Page]:
        """New articles, oldest first, then the feed itself; nothing when nothing has changed.

        An article that cannot be reached is asked for again at the next run, and after that
        left to the feed's text. A feed that cannot be read is a page too, before
        `SourceChanged` is raised. Raises `ConfigError` for a wrong option.
        """
        choice, memory = Choice.of(source), Memory.of(cursor)
        etag, modified = ("", "") if memory.waiting else (memory.etag, memory.modified)
        answer = self.http.get(source.target, etag=etag, modified=modified)
        digest = sha256(answer.body).hexdigest()
        if answer.status == HTTPStatus.NOT_MODIFIED or memory.has_read(digest):
            return
        try:
            feed = _feed(answer)
        except SourceChanged:
            yield _feed_page(source, answer, choice)
            raise
        reading = Round(source=source, feed=feed, choice=choice, memory=memory)
        reading.choose()
        for entry in reading.wanted:
            if page := self._article(entry, reading):
                yield page
        reading.finish(answer, digest)
        yield _with_round(_feed_page(source, answer, choice), reading)

    def parse(self, page: Page) -> ParsedPage:
        """The one post of an article's page, or those posts of a feed that it alone tells."""
        if page.options.get("part") == "article":
            return posts_of_article(page)
        return posts_of_feed(page, self.privacy)

    def _article(self, entry: Entry, reading: Round) -> Page | None:
        """The article's page, or None when it is left to the feed or to another time."""
        try:
            answer = self._answer(entry, reading)
        except SourceUnavailable:
            reading.failures_in_a_row += 1
            if not reading.memory.postpone(entry):
                reading.leave(entry)
            return None
        reading.failures_in_a_row = 0
        if answer is None:
            reading.leave(entry)
            return None
        reading.memory.settle([entry.key])
        return page_of(
            reading.source,
            answer,
            cursor=reading.memory.cursor(),
            part="article",
            site=reading.feed.title,
            content_type=answer.headers.get("content-type", ""),
            post_id=post_id(entry, reading.feed.url),
            entry=options_of(entry),
        )

    def _answer(self, entry: Entry, reading: Round) -> Answer | None:
        """The article as answered; None when it may not be read or says less than the feed."""
        if reading.failures_in_a_row >= _MAX_FAILURES_IN_A_ROW:
            raise SourceUnavailable("the site fails again and again: it is left alone for now")
        try:
            if not self.http.allowed(entry.link):
                return None
            answer = self.http.get(entry.link, max_bytes=_MAX_ARTICLE_BYTES)
        except (SourceForbidden, SourceGone, SourceChanged):
            return None
        text = article_text(answer.body, answer.headers.get("content-type", ""))
        # Under half of what the feed tells, it is a notice or a wall, not the article.
        return answer if text and 2 * len(text) >= len(entry.text) else None


def _feed(answer: Answer) -> Feed:
    return feed_of(
        answer.body,
        url=archived(answer.url),
        content_type=answer.headers.get("content-type", ""),
        read_at=answer.fetched_at,
    )


def _feed_page(source: Source, answer: Answer, choice: Choice) -> Page:
    kind = answer.headers.get("content-type", "")
    return page_of(source, answer, part="feed", kind=choice.kind, content_type=kind)


def _with_round(page: Page, reading: Round) -> Page:
    told = {
        "from_feed": reading.from_feed,
        "waiting": list(reading.memory.waiting),
        "lost": [f"{entry.title} {entry.link}" for entry in reading.lost],
    }
    return replace(page, cursor=reading.memory.cursor(), options={**page.options, **told})
