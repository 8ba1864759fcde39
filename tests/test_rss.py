"""Feeds and articles, from a real site on loopback: one article, one post, nothing skipped."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from collectors.rss import RssCollector
from collectors.rss.posts import ALREADY, LOST, WAITING
from tests.servers import platform
from tests.servers.news import (
    NOW,
    article,
    collector_of,
    item,
    part,
    read,
    rss,
    serve,
    source_of,
    text_of,
)
from tests.servers.platform import RSS, Platform, ok, redirect, status
from veille.post import Post
from veille.privacy import Privacy


@pytest.fixture
def site() -> Iterator[Platform]:
    with Platform() as site:
        yield site


@pytest.fixture
def collector(privacy: Privacy) -> RssCollector:
    return collector_of(privacy)


def test_three_articles_then_the_feed_then_nothing(site: Platform, collector: RssCollector) -> None:
    source = source_of(serve(site, 1, 2, 3))
    pages = list(collector.fetch(source, None))
    assert part(pages) == ["article", "article", "article", "feed"]
    posts = read(collector, pages)
    assert [post.text for post in posts] == [text_of(1), text_of(2), text_of(3)]
    assert [post.title for post in posts] == ["Titre 1", "Titre 2", "Titre 3"]
    assert list(collector.fetch(source, pages[-1].cursor)) == []


def test_resuming_from_any_page_skips_nothing(site: Platform, collector: RssCollector) -> None:
    source = source_of(serve(site, 1, 2, 3))
    pages = list(collector.fetch(source, None))
    for behind in range(1, 4):
        rest = list(collector.fetch(source, pages[behind - 1].cursor))
        assert part(rest) == ["article"] * (3 - behind) + ["feed"]
        assert read(collector, pages[:behind]) + read(collector, rest) == read(collector, pages)


def test_what_a_post_of_an_article_says(site: Platform, collector: RssCollector) -> None:
    pages = list(collector.fetch(source_of(serve(site, 1)), None))
    [post] = read(collector, pages)
    assert post == Post(
        id=post.id,
        platform="web",
        source_id="delta",
        page_key=pages[0].key,
        kind="article",
        title="Titre 1",
        text=text_of(1),
        published_at=datetime(2026, 11, 19, 1, tzinfo=UTC),
        collected_at=NOW,
        author="Le Delta",
        author_is_public=True,
        url=site.url + "/a1",
        tags=("media_edite",),
    )


def test_a_byline_is_kept_nowhere_but_in_the_archived_bytes(
    site: Platform, collector: RssCollector
) -> None:
    for options in ({}, {"fetch_articles": False}):
        pages = list(collector.fetch(source_of(serve(site, 1), **options), None))
        told = json.dumps([[dict(page.options), page.cursor] for page in pages])
        assert "Plume" not in told + repr(read(collector, pages))


def test_an_article_is_the_same_post_from_its_page_and_from_the_feed(
    site: Platform, collector: RssCollector
) -> None:
    target = serve(site, 1, 2)
    full = read(collector, list(collector.fetch(source_of(target), None)))
    feed = read(collector, list(collector.fetch(source_of(target, fetch_articles=False), None)))
    assert {post.id for post in full} == {post.id for post in feed}
    assert [post.text for post in feed] == ["Résumé 2", "Résumé 1"]
    assert all("texte_du_flux" in post.tags for post in feed)


def test_only_the_newest_articles_are_fetched_and_the_others_told_by_the_feed(
    site: Platform, collector: RssCollector
) -> None:
    pages = list(collector.fetch(source_of(serve(site, 1, 2, 3), max_articles=2), None))
    texts = {post.title: post.text for post in read(collector, pages)}
    assert texts == {"Titre 1": "Résumé 1", "Titre 2": text_of(2), "Titre 3": text_of(3)}
    assert "/a1" not in site.paths


def test_an_entry_that_was_updated_is_read_again(site: Platform, collector: RssCollector) -> None:
    source = source_of(serve(site, 1, 2))
    cursor = list(collector.fetch(source, None))[-1].cursor
    dc = "<updated xmlns='http://www.w3.org/2005/Atom'>2026-11-19T12:00:00Z</updated>"
    site.serve("/feed", ok(rss(item(1), item(2, more=dc)), RSS))
    pages = list(collector.fetch(source, cursor))
    assert [post.title for post in read(collector, pages)] == ["Titre 2"]


def test_an_unchanged_feed_gives_no_page(site: Platform, collector: RssCollector) -> None:
    site.serve("/a1", ok(article(1)))
    feed = platform.changed(rss(item(1)).encode(), RSS, etag='"v1"')
    source = source_of(site.serve("/feed", feed))
    cursor = list(collector.fetch(source, None))[-1].cursor
    assert list(collector.fetch(source, cursor)) == []
    assert site.requests[-1].headers["if-none-match"] == '"v1"'


@pytest.mark.parametrize(
    "behaviour",
    [
        status(403),
        status(404),
        status(418),
        redirect("https://autre.example/a1"),
        ok(b"%PDF-1.7 ...", "application/pdf"),
        ok(b""),
        ok(b"<html><body><div id=app></div></body></html>"),
        ok(
            b"<html><title>Just a moment...</title><body><p>"
            + b"Wait. " * 99
            + b"</p></body></html>"
        ),
        platform.huge(5_100_000),
        redirect("http://[/"),
    ],
)
def test_an_article_that_cannot_be_read_is_told_by_the_feed(
    site: Platform, collector: RssCollector, behaviour: platform.Behaviour
) -> None:
    source = source_of(serve(site, 1, 2, broken={1: behaviour}))
    pages = list(collector.fetch(source, None))
    assert part(pages) == ["article", "feed"]
    assert [post.text for post in read(collector, pages)] == [text_of(2), "Résumé 1"]
    assert list(collector.fetch(source, pages[-1].cursor)) == []


def test_a_wall_that_says_less_than_the_feed_is_not_the_article(
    site: Platform, collector: RssCollector
) -> None:
    wall = b"<html><body><article><p>Abonnez-vous pour lire la suite.</p></article></body></html>"
    site.serve("/a1", ok(wall))
    site.serve("/feed", ok(rss(item(1, more=f"<description>{text_of(1)}</description>")), RSS))
    pages = list(collector.fetch(source_of(site.url + "/feed"), None))
    assert [post.text for post in read(collector, pages)] == [text_of(1)]


def test_robots_txt_keeps_us_from_articles(site: Platform, collector: RssCollector) -> None:
    site.serve("/robots.txt", ok(b"User-agent: *\nDisallow: /a1", "text/plain"))
    pages = list(collector.fetch(source_of(serve(site, 1, 2)), None))
    assert [post.text for post in read(collector, pages)] == [text_of(2), "Résumé 1"]
    assert "/a1" not in site.paths


def test_an_article_out_of_reach_is_asked_for_again_and_then_told_by_the_feed(
    site: Platform, collector: RssCollector
) -> None:
    source = source_of(serve(site, 1, 2, broken={1: status(500)}))
    first = list(collector.fetch(source, None))
    assert [post.title for post in read(collector, first)] == ["Titre 2"]
    assert collector.parse(first[-1]).ignored == {WAITING: 1, ALREADY: 1}
    second = list(collector.fetch(source, first[-1].cursor))
    assert [post.text for post in read(collector, second)] == ["Résumé 1"]
    assert list(collector.fetch(source, second[-1].cursor)) == []


def test_an_article_back_in_reach_is_read_even_when_the_feed_has_dropped_it(
    site: Platform, collector: RssCollector
) -> None:
    source = source_of(serve(site, 1, 2, broken={1: platform.cut(article(1))}))
    first = list(collector.fetch(source, None))
    site.serve("/a1", ok(article(1)))
    site.serve("/feed", ok(rss(item(2)), RSS))
    second = list(collector.fetch(source, first[-1].cursor))
    assert [post.text for post in read(collector, second)] == [text_of(1)]


def test_an_article_lost_to_both_is_told_as_a_reject(
    site: Platform, collector: RssCollector
) -> None:
    source = source_of(serve(site, 1, 2, broken={1: status(503)}))
    first = list(collector.fetch(source, None))
    site.serve("/feed", ok(rss(item(2)), RSS))
    [page] = collector.fetch(source, first[-1].cursor)
    [reject] = collector.parse(page).rejects
    assert (reject.reason, reject.item) == (LOST, f"Titre 1 {site.url}/a1")
    assert list(collector.fetch(source, page.cursor)) == []


def test_a_site_that_fails_again_and_again_is_left_alone(
    site: Platform, collector: RssCollector
) -> None:
    numbers = (1, 2, 3, 4, 5, 6)
    source = source_of(serve(site, *numbers, broken=dict.fromkeys(numbers, status(500))))
    [page] = collector.fetch(source, None)
    assert {path for path in site.paths if path.startswith("/a")} == {"/a1", "/a2", "/a3"}
    assert collector.parse(page).ignored == {WAITING: 6}
    [page] = collector.fetch(source, page.cursor)
    assert len(collector.parse(page).posts) == 6
