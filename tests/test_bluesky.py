"""Bluesky, from a real little network on loopback: no post and no answer is skipped."""

import json
import logging
from collections.abc import Iterator

import pytest

from collectors.bluesky import BlueskyCollector
from tests.servers import platform
from tests.servers.bluesky import DID, JSON, Network
from tests.servers.news import NOW
from tests.servers.platform import HTML, Platform, ok, redirect, status
from veille.errors import (
    ConfigError,
    SourceChanged,
    SourceForbidden,
    SourceGone,
    SourceUnavailable,
    VeilleError,
)
from veille.http import HttpClient, Limits
from veille.post import Page, Post
from veille.privacy import Privacy
from veille.sources import Source

# Numbers are minutes into November: these are within the last days, those below are old.
FRESH = 25_000


@pytest.fixture
def site() -> Iterator[Platform]:
    with Platform() as site:
        yield site


@pytest.fixture
def collector(privacy: Privacy) -> BlueskyCollector:
    http = HttpClient(
        clock=lambda: NOW,
        limits=Limits(min_interval_s=0.0, timeout_s=5.0, tries=2),
        allow_local=True,
        sleep=lambda nap_s: None,
    )
    return BlueskyCollector(http=http, privacy=privacy)


def source_of(target: str, **options: object) -> Source:
    return Source(
        id="delta",
        collector="bluesky",
        target=target,
        name="Le Courrier du Delta",
        owner="cellule",
        purpose="veille de perception",
        legal_basis="intérêt légitime",
        options=options,
    )


def posts(collector: BlueskyCollector, pages: list[Page]) -> list[Post]:
    return [post for page in pages for post in collector.parse(page).posts]


def numbers(collector: BlueskyCollector, pages: list[Page]) -> set[int]:
    return {int(post.text.rpartition(" ")[2]) for post in posts(collector, pages)}


def test_the_first_reading_gives_the_newest_pages_oldest_first(
    site: Platform, collector: BlueskyCollector
) -> None:
    network = Network(site, *range(1, 301))
    pages = list(collector.fetch(source_of(network.target, history=2), None))
    found = [numbers(collector, [page]) for page in pages]
    assert found == [set(range(101, 201)), set(range(201, 301))]


def test_resuming_from_any_page_skips_nothing(site: Platform, collector: BlueskyCollector) -> None:
    network = Network(site, *range(1, 301))
    source = source_of(network.target, history=3)
    first = list(collector.fetch(source, None))
    for number in range(301, 551):
        network.add(number)
    for behind in range(1, len(first) + 1):
        rest = list(collector.fetch(source, first[behind - 1].cursor))
        assert numbers(collector, first[:behind] + rest) == set(range(1, 551))


@pytest.mark.parametrize("deleted", [range(300, 301), range(250, 301), range(1, 301)])
def test_posts_deleted_around_the_cursor_make_no_gap(
    site: Platform, collector: BlueskyCollector, deleted: range
) -> None:
    network = Network(site, *range(1, 301))
    source = source_of(network.target)
    cursor = list(collector.fetch(source, None))[-1].cursor
    for number in range(301, 451):
        network.add(number)
    for number in deleted:
        del network.skeets[number]
    assert numbers(collector, list(collector.fetch(source, cursor))) >= set(range(301, 451))


def test_the_newest_posts_come_again_with_their_counters(
    site: Platform, collector: BlueskyCollector
) -> None:
    network = Network(site, 1, 2)
    source = source_of(network.target)
    cursor = list(collector.fetch(source, None))[-1].cursor
    network.skeets[2].likes = 17
    [page] = collector.fetch(source, cursor)
    assert [reading.likes for reading in collector.parse(page).readings] == [17, 0]


def test_a_feed_that_does_not_reach_what_is_known_is_told_loudly(
    site: Platform, collector: BlueskyCollector
) -> None:
    network = Network(site, *range(1, 5200))
    cursor = json.dumps({"last": "2026-10-01T00:00:00+00:00", "read": {}, "owed": {}})
    with pytest.raises(SourceChanged, match="do not reach"):
        list(collector.fetch(source_of(network.target), cursor))


def test_answers_keep_parent_and_thread(site: Platform, collector: BlueskyCollector) -> None:
    network = Network(site, 1)
    network.add(2, answers=1, author="did:plc:lectrice")
    network.add(3, answers=2, author="did:plc:lecteur")
    pages = list(collector.fetch(source_of(network.target), None))
    assert [page.options["part"] for page in pages] == ["feed", "thread"]
    root, again, answer, below = posts(collector, pages)
    assert root.id == again.id
    assert (root.kind, root.parent_id) == ("post", None)
    assert (answer.kind, answer.parent_id, answer.thread_id) == ("comment", root.id, root.id)
    assert below.parent_id == answer.id


def test_answers_come_when_their_post_came_earlier(
    site: Platform, collector: BlueskyCollector
) -> None:
    network = Network(site, FRESH)
    source = source_of(network.target)
    cursor = list(collector.fetch(source, None))[-1].cursor
    network.add(FRESH + 1, answers=FRESH, author="did:plc:lectrice")
    pages = list(collector.fetch(source, cursor))
    assert numbers(collector, pages) == {FRESH, FRESH + 1}
    network.add(FRESH + 2, answers=FRESH + 1, author="did:plc:lecteur")
    pages = list(collector.fetch(source, pages[-1].cursor))
    assert numbers(collector, pages) == {FRESH, FRESH + 1, FRESH + 2}


def test_an_old_conversation_without_new_answers_is_not_asked_for_again(
    site: Platform, collector: BlueskyCollector
) -> None:
    network = Network(site, 1)
    network.add(2, answers=1, author="did:plc:lectrice")
    source = source_of(network.target)
    cursor = list(collector.fetch(source, None))[-1].cursor
    pages = list(collector.fetch(source, cursor))
    assert [page.options["part"] for page in pages] == ["feed"]


def test_conversations_that_a_run_does_not_ask_for_are_owed(
    site: Platform, collector: BlueskyCollector
) -> None:
    network = Network(site, *range(1, 41))
    for number in range(1, 41):
        network.add(100 + number, answers=number, author="did:plc:lectrice")
    source = source_of(network.target, replies=30)
    pages = list(collector.fetch(source, None))
    assert numbers(collector, pages) == {*range(1, 41), *range(101, 131)}
    rest = list(collector.fetch(source, pages[-1].cursor))
    assert numbers(collector, rest) >= set(range(131, 141))


def test_a_post_deleted_before_its_answers_were_read_stops_nothing(
    site: Platform, collector: BlueskyCollector
) -> None:
    network = Network(site, 1, 2)
    network.add(11, answers=1, author="did:plc:lectrice")
    network.add(12, answers=2, author="did:plc:lectrice")
    fetched = collector.fetch(source_of(network.target), None)
    pages = [next(fetched)]
    del network.skeets[1]
    assert numbers(collector, [*pages, *fetched]) == {1, 2, 12}


def test_persons_are_keys_and_the_organisation_that_is_watched_keeps_its_name(
    site: Platform, collector: BlueskyCollector
) -> None:
    network = Network(site, 1)
    network.add(2, answers=1, author="did:plc:oumou")
    pages = list(collector.fetch(source_of(network.target, organisation=True), None))
    own, _, answer = posts(collector, pages)
    assert (own.author, own.author_is_public) == ("Le Courrier", True)
    assert own.url == "https://bsky.app/profile/courrier-delta.example/post/3k1"
    assert not answer.author_is_public
    assert "oumou" not in repr(answer)
    person, *_ = posts(collector, list(collector.fetch(source_of(network.target), None)))
    assert not person.author_is_public
    assert "courrier" not in repr(person).casefold()


def test_an_account_without_posts_is_an_empty_feed(
    site: Platform, collector: BlueskyCollector
) -> None:
    [page] = collector.fetch(source_of(Network(site).target), None)
    assert collector.parse(page).read_count == 0


def test_a_name_that_nobody_has_is_gone(site: Platform, collector: BlueskyCollector) -> None:
    Network(site, 1)
    with pytest.raises(SourceGone):
        list(collector.fetch(source_of(f"{site.url}/profile/personne.example"), None))


def test_an_account_is_followed_by_its_id_too(site: Platform, collector: BlueskyCollector) -> None:
    Network(site, 1)
    pages = list(collector.fetch(source_of(f"{site.url}/profile/{DID}"), None))
    assert numbers(collector, pages) == {1}


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (status(401), SourceForbidden),
        (status(403, body=b"<html>Forbidden by administrative rules</html>"), SourceForbidden),
        (status(400, body=b'{"error":"InvalidRequest"}'), SourceChanged),
        (status(502), SourceUnavailable),
        (platform.cut(b"{" * 99, JSON), SourceUnavailable),
        (redirect("https://autre.example/xrpc"), SourceChanged),
        (platform.huge(5_100_000), SourceChanged),
    ],
)
@pytest.mark.parametrize("method", ["actor.getProfiles", "feed.getAuthorFeed"])
def test_each_failure_says_what_to_do_next(
    site: Platform,
    collector: BlueskyCollector,
    method: str,
    behaviour: platform.Behaviour,
    error: type[VeilleError],
) -> None:
    network = Network(site, 1)
    site.serve(f"/xrpc/app.bsky.{method}", behaviour)
    with pytest.raises(error):
        list(collector.fetch(source_of(network.target), None))


def test_a_network_that_asks_to_wait_is_not_waited_for_here(
    site: Platform, collector: BlueskyCollector
) -> None:
    network = Network(site, 1)
    site.serve("/xrpc/app.bsky.feed.getAuthorFeed", status(429, {"Retry-After": "900"}))
    with pytest.raises(SourceUnavailable) as caught:
        list(collector.fetch(source_of(network.target), None))
    assert caught.value.retry_after_s == 900


def test_what_was_yielded_before_a_failure_is_intact(
    site: Platform, collector: BlueskyCollector
) -> None:
    network = Network(site, 1, 2)
    network.add(11, answers=1, author="did:plc:lectrice")
    site.serve("/xrpc/app.bsky.feed.getPostThread", status(500))
    fetched = collector.fetch(source_of(network.target), None)
    page = next(fetched)
    assert numbers(collector, [page]) == {1, 2}
    with pytest.raises(SourceUnavailable):
        next(fetched)
    assert len(json.loads(page.cursor or "")["owed"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html><title>Just a moment...</title></html>",
        b'{"error":"maintenance"}',
        b'{"feed": 3}',
        b'{"feed":' + b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_feed_is_given_and_read_as_changed(
    site: Platform, collector: BlueskyCollector, body: bytes
) -> None:
    network = Network(site, 1)
    network.broken["getAuthorFeed"] = ok(body, HTML)
    [page] = collector.fetch(source_of(network.target), None)
    assert (page.body, page.cursor) == (body, None)
    with pytest.raises(SourceChanged):
        collector.parse(page)


@pytest.mark.parametrize("method", ["getProfiles", "getPosts"])
def test_what_is_no_answer_to_a_question_is_told_loudly(
    site: Platform, collector: BlueskyCollector, method: str
) -> None:
    network = Network(site, 1)
    network.add(2, answers=1, author="did:plc:lectrice")
    network.broken[method] = ok(b'{"maintenance": true}', JSON)
    with pytest.raises(SourceChanged):
        list(collector.fetch(source_of(network.target), None))


@pytest.mark.parametrize(
    "target", ["https://bsky.app", "@delta.bsky.social", "https://bsky.app/x", ""]
)
def test_a_target_that_is_no_account_is_refused(collector: BlueskyCollector, target: str) -> None:
    with pytest.raises(ConfigError, match="write the target as"):
        next(collector.fetch(source_of(target), None))


@pytest.mark.parametrize(
    "options", [{"history": 0}, {"replies": True}, {"organisation": 1}, {"x": 1}]
)
def test_a_wrong_option_is_refused(collector: BlueskyCollector, options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        next(collector.fetch(source_of("https://bsky.app/profile/x.example", **options), None))


@pytest.mark.parametrize("cursor", ["", "{", "[]", "null", '{"last": "x"}'])
def test_a_damaged_cursor_reads_anew(
    site: Platform, collector: BlueskyCollector, cursor: str
) -> None:
    network = Network(site, 1, 2)
    assert numbers(collector, list(collector.fetch(source_of(network.target), cursor))) == {1, 2}


def test_no_text_in_any_log(
    site: Platform, collector: BlueskyCollector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    list(collector.fetch(source_of(Network(site, 1).target), None))
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "getAuthorFeed" in logged
    assert "Nouvelle" not in logged
