"""A Mastodon server, from a real little one on loopback: no post and no answer is skipped."""

import json
import logging
from collections.abc import Iterator

import pytest

from collectors.mastodon import MastodonCollector
from tests.servers import platform
from tests.servers.mastodon import JSON, Instance
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

TIMELINE = "/api/v1/accounts/7001/statuses"
FIRST = f"{TIMELINE}?limit=40&exclude_reblogs=true"


@pytest.fixture
def site() -> Iterator[Platform]:
    with Platform() as site:
        yield site


@pytest.fixture
def collector(privacy: Privacy) -> MastodonCollector:
    http = HttpClient(
        clock=lambda: NOW,
        limits=Limits(min_interval_s=0.0, timeout_s=5.0, tries=2),
        allow_local=True,
        sleep=lambda nap_s: None,
    )
    return MastodonCollector(http=http, privacy=privacy)


def source_of(target: str, **options: object) -> Source:
    return Source(
        id="delta",
        collector="mastodon",
        target=target,
        name="Le Courrier du Delta",
        owner="cellule",
        purpose="veille de perception",
        legal_basis="intérêt légitime",
        options=options,
    )


def posts(collector: MastodonCollector, pages: list[Page]) -> list[Post]:
    return [post for page in pages for post in collector.parse(page).posts]


def numbers(collector: MastodonCollector, pages: list[Page]) -> set[int]:
    return {int(post.id.rpartition("/")[2]) for post in posts(collector, pages)}


def test_the_first_reading_gives_the_newest_pages_oldest_first(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, *range(1, 131))
    pages = list(collector.fetch(source_of(server.target, history=2), None))
    found = [numbers(collector, [page]) for page in pages]
    assert found == [set(range(51, 91)), set(range(91, 131))]


@pytest.mark.parametrize("kind", ["account", "tag"])
def test_resuming_from_any_page_skips_nothing(
    site: Platform, collector: MastodonCollector, kind: str
) -> None:
    server = Instance(site, *range(1, 101))
    target = server.target if kind == "account" else server.tag_target
    source = source_of(target, reread=5)
    first = list(collector.fetch(source, None))
    for number in range(101, 191):
        server.add(number)
    for behind in range(1, len(first) + 1):
        rest = list(collector.fetch(source, first[behind - 1].cursor))
        assert numbers(collector, first[:behind] + rest) == set(range(1, 191))


def test_nothing_new_gives_the_known_posts_with_their_counters(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, 1, 2, 3)
    source = source_of(server.target, reread=2)
    cursor = list(collector.fetch(source, None))[-1].cursor
    server.toots[3].likes = 17
    [page] = collector.fetch(source, cursor)
    likes = {reading.post_id[-1]: reading.likes for reading in collector.parse(page).readings}
    assert likes == {"2": 0, "3": 17}


def test_a_post_that_comes_late_from_another_server_is_not_missed(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, 10, 20, 30)
    source = source_of(server.tag_target)
    cursor = list(collector.fetch(source, None))[-1].cursor
    server.add(25, author="lectrice@autre.example")
    assert 25 in numbers(collector, list(collector.fetch(source, cursor)))


def test_answers_keep_parent_and_thread(site: Platform, collector: MastodonCollector) -> None:
    server = Instance(site, 1)
    server.add(2, answers=1, author="lectrice@autre.example")
    server.add(3, answers=2, author="lecteur")
    pages = list(collector.fetch(source_of(server.target), None))
    assert [page.options["part"] for page in pages] == ["statuses", "context"]
    told = [(post.kind, post.parent_id, post.thread_id) for post in posts(collector, pages)]
    root = "mastodon:127.0.0.1/1"
    assert told == [
        ("post", None, None),
        ("comment", root, root),
        ("comment", "mastodon:127.0.0.1/2", root),
    ]


def test_answers_come_when_their_post_came_earlier(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, 1)
    source = source_of(server.target)
    cursor = list(collector.fetch(source, None))[-1].cursor
    server.add(2, answers=1, author="lectrice")
    pages = list(collector.fetch(source, cursor))
    assert numbers(collector, pages) == {1, 2}
    server.add(3, answers=2, author="lecteur")
    pages = list(collector.fetch(source, pages[-1].cursor))
    assert numbers(collector, pages) == {1, 2, 3}


def test_an_old_conversation_without_new_answers_is_not_asked_for_again(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, 1)
    server.toots[1].created_at = "2026-10-01T08:00:00.000Z"
    server.add(2, answers=1, author="lectrice")
    source = source_of(server.target)
    cursor = list(collector.fetch(source, None))[-1].cursor
    pages = list(collector.fetch(source, cursor))
    assert [page.options["part"] for page in pages] == ["statuses"]


def test_conversations_that_a_run_does_not_ask_for_are_owed(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, *range(1, 7))
    for number in range(1, 7):
        server.add(100 + number, answers=number, author="lectrice")
        server.toots[number].created_at = "2026-10-01T08:00:00.000Z"
    source = source_of(server.target, replies=4)
    pages = list(collector.fetch(source, None))
    assert numbers(collector, pages) == {*range(1, 7), 101, 102, 103, 104}
    assert numbers(collector, list(collector.fetch(source, pages[-1].cursor))) >= {105, 106}


def test_a_crash_between_two_conversations_loses_none(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, 1, 2)
    server.add(11, answers=1, author="lectrice")
    server.add(12, answers=2, author="lectrice")
    source = source_of(server.target)
    pages = list(collector.fetch(source, None))
    for behind in range(1, len(pages)):
        rest = list(collector.fetch(source, pages[behind - 1].cursor))
        assert numbers(collector, pages[:behind] + rest) == {1, 2, 11, 12}


def test_a_post_deleted_before_its_answers_were_read_stops_nothing(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, 1, 2)
    server.add(11, answers=1, author="lectrice")
    server.add(12, answers=2, author="lectrice")
    server.broken["/api/v1/statuses/1/context"] = status(404)
    pages = list(collector.fetch(source_of(server.target), None))
    assert numbers(collector, pages) == {1, 2, 12}


def test_persons_are_keys_and_the_organisation_that_is_watched_keeps_its_name(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, 1)
    server.add(2, answers=1, author="oumou_inventee@autre.example")
    own, answer = posts(
        collector, list(collector.fetch(source_of(server.target, organisation=True), None))
    )
    assert (own.author, own.author_is_public) == ("Le Courrier", True)
    assert not answer.author_is_public
    assert "oumou" not in repr(answer)
    [person, _] = posts(collector, list(collector.fetch(source_of(server.target), None)))
    assert not person.author_is_public
    assert "courrier" not in repr(person).casefold()


def test_an_account_without_posts_gives_no_page(
    site: Platform, collector: MastodonCollector
) -> None:
    assert list(collector.fetch(source_of(Instance(site).target), None)) == []


def test_an_account_that_the_server_does_not_know_is_gone(
    site: Platform, collector: MastodonCollector
) -> None:
    Instance(site, 1)
    with pytest.raises(SourceGone):
        list(collector.fetch(source_of(f"{site.url}/@personne"), None))


def test_a_suspended_account_is_gone(site: Platform, collector: MastodonCollector) -> None:
    server = Instance(site, 1)
    told = json.dumps({"id": "7001", "suspended": True})
    site.serve("/api/v1/accounts/lookup", ok(told, JSON))
    with pytest.raises(SourceGone, match="suspended"):
        list(collector.fetch(source_of(server.target), None))


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (status(401, body=b'{"error":"This API requires an authenticated user"}'), SourceForbidden),
        (status(404), SourceGone),
        (status(422), SourceChanged),
        (status(500), SourceUnavailable),
        (platform.cut(b"[" * 99, JSON), SourceUnavailable),
        (redirect("https://autre.example/api"), SourceChanged),
        (platform.huge(5_100_000), SourceChanged),
    ],
)
def test_each_failure_says_what_to_do_next(
    site: Platform,
    collector: MastodonCollector,
    behaviour: platform.Behaviour,
    error: type[VeilleError],
) -> None:
    server = Instance(site, 1)
    server.broken[FIRST] = behaviour
    site.serve(TIMELINE, behaviour)
    with pytest.raises(error):
        list(collector.fetch(source_of(server.target), None))


def test_a_server_that_asks_to_wait_is_not_waited_for_here(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, 1)
    site.serve(TIMELINE, status(429, {"Retry-After": "900"}))
    with pytest.raises(SourceUnavailable) as caught:
        list(collector.fetch(source_of(server.target), None))
    assert caught.value.retry_after_s == 900


def test_what_was_yielded_before_a_failure_is_intact(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, 1, 2)
    server.add(11, answers=1, author="lectrice")
    site.serve("/api/v1/statuses/1/context", status(500))
    fetched = collector.fetch(source_of(server.target), None)
    assert numbers(collector, [next(fetched)]) == {1, 2}
    with pytest.raises(SourceUnavailable):
        next(fetched)


@pytest.mark.parametrize(
    "body",
    [
        b"<html><title>Just a moment...</title></html>",
        b'{"error":"maintenance"}',
        b'[{"a": 1}, 2, null]',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_timeline_is_given_and_read_as_changed(
    site: Platform, collector: MastodonCollector, body: bytes
) -> None:
    server = Instance(site, 1)
    server.broken[FIRST] = ok(body, HTML)
    [page] = collector.fetch(source_of(server.target), None)
    assert (page.body, page.cursor) == (body, None)
    try:
        parsed = collector.parse(page)
    except SourceChanged:
        return
    assert (len(parsed.posts), len(parsed.rejects)) == (0, 3)


def test_one_item_that_cannot_be_read_stops_no_other(
    site: Platform, collector: MastodonCollector
) -> None:
    server = Instance(site, 1)
    server.broken[FIRST] = ok(
        b'[{"error":"x"},{"id":"5","created_at":"2026-11-19T08:00:00Z"}]', JSON
    )
    [page] = collector.fetch(source_of(server.target, history=1), None)
    assert json.loads(page.cursor or "")["last"] == "5"
    assert len(collector.parse(page).rejects) == 2


@pytest.mark.parametrize(
    "target", ["https://sahel.example", "@delta@sahel.example", "https://sahel.example/about", ""]
)
def test_a_target_that_is_neither_account_nor_hashtag_is_refused(
    collector: MastodonCollector, target: str
) -> None:
    with pytest.raises(ConfigError, match="write the target as"):
        next(collector.fetch(source_of(target), None))


@pytest.mark.parametrize(
    "options", [{"history": 0}, {"reread": 41}, {"replies": True}, {"organisation": 1}, {"x": 1}]
)
def test_a_wrong_option_is_refused(
    collector: MastodonCollector, options: dict[str, object]
) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        next(collector.fetch(source_of("https://sahel.example/@delta", **options), None))


@pytest.mark.parametrize("cursor", ["", "{", "[]", "null", '{"last": "x"}', '{"last": 5}'])
def test_a_damaged_cursor_reads_anew(
    site: Platform, collector: MastodonCollector, cursor: str
) -> None:
    server = Instance(site, 1, 2)
    assert numbers(collector, list(collector.fetch(source_of(server.target), cursor))) == {1, 2}


def test_no_text_in_any_log(
    site: Platform, collector: MastodonCollector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    list(collector.fetch(source_of(Instance(site, 1).target), None))
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "statuses" in logged
    assert "Nouvelle" not in logged
