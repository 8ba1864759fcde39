"""Feeds that fail, refuse or turn into something else: loud, and without their secrets."""

import json
import logging
from collections.abc import Iterator

import pytest

from collectors.rss import RssCollector
from collectors.rss.memory import MAX_SEEN, Memory
from tests.servers import platform
from tests.servers.news import (
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
from veille.errors import (
    ConfigError,
    SourceChanged,
    SourceForbidden,
    SourceGone,
    SourceUnavailable,
    VeilleError,
)
from veille.http.address import archived
from veille.post import ParsedPage
from veille.privacy import Privacy

TOKEN = "tres-secret-42"


@pytest.fixture
def site() -> Iterator[Platform]:
    with Platform() as site:
        yield site


@pytest.fixture
def collector(privacy: Privacy) -> RssCollector:
    return collector_of(privacy)


def test_a_feed_that_asks_to_wait(site: Platform, collector: RssCollector) -> None:
    source = source_of(site.serve("/feed", status(429, {"Retry-After": "900"})))
    with pytest.raises(SourceUnavailable) as caught:
        list(collector.fetch(source, None))
    assert caught.value.retry_after_s == 900


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (status(401), SourceForbidden),
        (status(404), SourceGone),
        (status(410), SourceGone),
        (status(500), SourceUnavailable),
        (platform.cut(rss(item(1)).encode(), RSS), SourceUnavailable),
        (redirect("https://autre.example/feed"), SourceChanged),
    ],
)
def test_each_failure_of_a_feed_says_what_to_do_next(
    site: Platform,
    collector: RssCollector,
    behaviour: platform.Behaviour,
    error: type[VeilleError],
) -> None:
    source = source_of(site.serve("/feed", behaviour))
    with pytest.raises(error):
        list(collector.fetch(source, None))


def test_what_was_yielded_before_a_failure_is_intact(
    site: Platform, collector: RssCollector
) -> None:
    source = source_of(serve(site, 1, 2, 3, broken={2: platform.cut(article(2))}))
    pages = []
    for page in collector.fetch(source, None):
        pages.append(page)
        site.serve("/a3", platform.hang_up())
    assert [post.text for post in read(collector, pages)] == [text_of(1)]
    assert pages[0].body == article(1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"<html><head><title>Connexion</title></head><body><form></form></body></html>",
        b"<!doctype html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>",
        b"<rss version='2.0'><channel><title>x</title><item><title>cut",
        b"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'ha'>]><rss version='2.0'></rss>",
        "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'ha'>]><rss></rss>".encode("utf-16"),
    ],
)
def test_what_is_no_feed_is_archived_and_then_told_loudly(
    site: Platform, collector: RssCollector, body: bytes
) -> None:
    fetched = collector.fetch(source_of(site.serve("/feed", ok(body, RSS))), None)
    page = next(fetched)
    assert (page.body, page.cursor) == (body, None)
    with pytest.raises(SourceChanged):
        collector.parse(page)
    with pytest.raises(SourceChanged):
        next(fetched)


def test_an_empty_feed_is_an_empty_feed(site: Platform, collector: RssCollector) -> None:
    [page] = collector.fetch(source_of(site.serve("/feed", ok(rss(), RSS))), None)
    assert collector.parse(page) == ParsedPage(posts=[])


@pytest.mark.parametrize(
    "options",
    [{"kind": "post"}, {"max_articles": -1}, {"max_articles": True}, {"fetch_article": True}],
)
def test_a_wrong_option_is_refused(collector: RssCollector, options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        next(collector.fetch(source_of("http://127.0.0.1/feed", **options), None))


@pytest.mark.parametrize(
    "behaviour",
    [
        status(401),
        status(404),
        status(429, {"Retry-After": "999"}),
        ok(b"{}"),
        ok(rss(item(1)), RSS),
    ],
)
def test_no_secret_in_any_log_error_or_page(
    site: Platform,
    collector: RssCollector,
    behaviour: platform.Behaviour,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    site.serve("/feed", behaviour)
    site.serve("/a1", ok(article(1)))
    target = f"http://cle:{TOKEN}@127.0.0.1:{site.port}/feed?format=rss&access_token={TOKEN}"
    told = ""
    try:
        for page in collector.fetch(source_of(target), None):
            told += f"{page!r} {collector.parse(page)!r}"
    except VeilleError as error:
        told += f"{error!r} {error.__cause__!r}"
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert TOKEN not in told + logged
    assert "/feed" in told


def test_which_parts_of_an_address_are_kept() -> None:
    url = "https://a:b@site.example/p?id_article=1&author=x&api_key=K&token=T&utm#c"
    kept = "https://site.example/p?id_article=1&author=x&api_key=***&token=***&utm#c"
    assert archived(url) == kept


def test_a_cursor_has_a_bound_and_a_damaged_one_does_no_harm(
    site: Platform, collector: RssCollector
) -> None:
    memory = Memory()
    memory.settle(f"{number:012}" for number in range(2 * MAX_SEEN))
    assert len(json.loads(memory.cursor())["seen"]) == MAX_SEEN
    source = source_of(serve(site, 1))
    for cursor in ("", "{", "[]", "null", '{"seen": 3}', '{"seen": [], "waiting": [{"key": 1}]}'):
        assert part(list(collector.fetch(source, cursor))) == ["article", "feed"]
