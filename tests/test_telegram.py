"""A public Telegram channel, from a real little t.me on loopback: no message is skipped."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.telegram import Choice, TelegramCollector
from tests.servers import platform
from tests.servers.news import NOW
from tests.servers.platform import HTML, Platform, ok, redirect, status
from tests.servers.telegram import NAME, Channel
from veille.errors import (
    ConfigError,
    SourceChanged,
    SourceForbidden,
    SourceGone,
    SourceUnavailable,
    VeilleError,
)
from veille.http import HttpClient, Limits
from veille.post import Page
from veille.privacy import Privacy
from veille.sources import Source


@pytest.fixture
def site() -> Iterator[Platform]:
    with Platform() as site:
        yield site


@pytest.fixture
def collector(privacy: Privacy) -> TelegramCollector:
    http = HttpClient(
        clock=lambda: NOW,
        limits=Limits(min_interval_s=0.0, timeout_s=5.0, tries=2),
        allow_local=True,
        sleep=lambda nap_s: None,
    )
    return TelegramCollector(http=http, privacy=privacy)


def source_of(target: str, **options: object) -> Source:
    return Source(
        id="delta",
        collector="telegram",
        target=target,
        name="Le Courrier du Delta",
        owner="cellule",
        purpose="veille de perception",
        legal_basis="intérêt légitime",
        options=options,
    )


def numbers(collector: TelegramCollector, pages: list[Page]) -> list[int]:
    return [
        int(post.id.rpartition("/")[2]) for page in pages for post in collector.parse(page).posts
    ]


def test_the_first_reading_gives_the_newest_pages_oldest_first(
    site: Platform, collector: TelegramCollector
) -> None:
    channel = Channel(site, *range(1, 101))
    pages = list(collector.fetch(source_of(channel.target, history=3), None))
    assert numbers(collector, pages) == list(range(41, 101))
    assert channel.asked == ["", "before=81", "before=61"]
    assert [page.cursor for page in pages] == ["60", "80", "100"]


def test_a_short_channel_is_read_to_its_first_message(
    site: Platform, collector: TelegramCollector
) -> None:
    channel = Channel(site, *range(3, 26))
    pages = list(collector.fetch(source_of(channel.target), None))
    assert numbers(collector, pages) == list(range(3, 26))


def test_resuming_from_any_page_skips_nothing(site: Platform, collector: TelegramCollector) -> None:
    channel = Channel(site, *range(1, 101))
    source = source_of(channel.target, history=4, reread=1)
    first = list(collector.fetch(source, None))
    channel.ids |= set(range(101, 156))
    for page in first:
        assert page.cursor is not None
        rest = numbers(collector, list(collector.fetch(source, page.cursor)))
        assert set(rest) >= set(range(int(page.cursor) + 1, 156))
        assert rest == sorted(rest)


def test_known_messages_come_again_for_their_views(
    site: Platform, collector: TelegramCollector
) -> None:
    channel = Channel(site, *range(1, 31))
    source = source_of(channel.target, reread=5)
    cursor = list(collector.fetch(source, None))[-1].cursor
    channel.views = "3.4K"
    [page] = collector.fetch(source, cursor)
    readings = collector.parse(page).readings
    assert {reading.post_id: reading.views for reading in readings} == {
        f"telegram:courrierdelta/{number}": 3400 for number in range(26, 31)
    }
    assert page.cursor == cursor


@pytest.mark.parametrize("deleted", [range(21, 31), range(1, 31), range(25, 27)])
def test_messages_deleted_around_the_cursor_make_no_gap(
    site: Platform, collector: TelegramCollector, deleted: range
) -> None:
    channel = Channel(site, *range(1, 31))
    source = source_of(channel.target, reread=3)
    cursor = list(collector.fetch(source, None))[-1].cursor
    channel.ids = (channel.ids | set(range(31, 80))) - set(deleted)
    pages = list(collector.fetch(source, cursor))
    assert set(numbers(collector, pages)) >= set(range(31, 80))


def test_a_channel_that_lost_its_newest_messages_is_no_new_one(
    site: Platform, collector: TelegramCollector
) -> None:
    channel = Channel(site, *range(1, 11))
    assert list(collector.fetch(source_of(channel.target), "500")) == []


def test_a_preview_that_does_not_page_forward_is_walked_back(
    site: Platform, collector: TelegramCollector
) -> None:
    channel = Channel(site, *range(1, 101))
    channel.forgets_after = True
    pages = list(collector.fetch(source_of(channel.target), "30"))
    assert set(numbers(collector, pages)) >= set(range(31, 101))


def test_a_preview_that_does_not_join_what_is_known_is_told_loudly(
    site: Platform, collector: TelegramCollector
) -> None:
    channel = Channel(site, *range(1, 2200))
    channel.forgets_after = True
    with pytest.raises(SourceChanged, match="do not reach"):
        list(collector.fetch(source_of(channel.target), "30"))


def test_an_empty_channel_is_an_empty_channel(site: Platform, collector: TelegramCollector) -> None:
    [page] = collector.fetch(source_of(Channel(site).target), None)
    assert (collector.parse(page).read_count, page.cursor) == (0, None)


@pytest.mark.parametrize(
    "target", [f"@{NAME}", NAME, f"https://t.me/{NAME}", f"https://t.me/s/{NAME}"]
)
def test_a_channel_may_be_written_in_every_usual_way(target: str) -> None:
    choice = Choice.of(source_of(target))
    assert (choice.site, choice.channel) == ("https://t.me", NAME)


@pytest.mark.parametrize(
    "target", ["https://t.me/+AbCdEfGhIj", "https://t.me/c/1234/5", "https://t.me/joinchat/Ab", ""]
)
def test_what_is_private_is_refused_before_it_is_asked_for(
    collector: TelegramCollector, target: str
) -> None:
    with pytest.raises(ConfigError, match="no public channel"):
        next(collector.fetch(source_of(target), None))


@pytest.mark.parametrize(
    "options", [{"history": 0}, {"history": True}, {"pages": 3}, {"reread": "1"}]
)
def test_a_wrong_option_is_refused(
    collector: TelegramCollector, options: dict[str, object]
) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        next(collector.fetch(source_of("@courrierdelta", **options), None))


@pytest.mark.parametrize(
    ("extra", "error"),
    [
        ("", SourceGone),
        ("@CourrierDelta", SourceGone),
        ("4 132 subscribers", SourceForbidden),
        ("88 members, 3 online", SourceForbidden),
    ],
)
def test_a_name_without_preview_says_what_to_do_next(
    site: Platform, collector: TelegramCollector, extra: str, error: type[VeilleError]
) -> None:
    channel = Channel(site, 1, 2)
    channel.closes(extra)
    with pytest.raises(error):
        list(collector.fetch(source_of(channel.target), "1"))


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (status(401), SourceForbidden),
        (status(404), SourceGone),
        (status(500), SourceUnavailable),
        (platform.cut(b"<html>" * 99), SourceUnavailable),
        (redirect("https://autre.example/s/x"), SourceChanged),
        (redirect("/login"), SourceChanged),
        (platform.huge(5_100_000), SourceChanged),
    ],
)
def test_each_failure_says_what_to_do_next(
    site: Platform,
    collector: TelegramCollector,
    behaviour: platform.Behaviour,
    error: type[VeilleError],
) -> None:
    site.serve("/login", ok("<html><form>Log in</form></html>", HTML))
    target = site.serve(f"/s/{NAME}", behaviour)
    with pytest.raises(error):
        list(collector.fetch(source_of(target), None))


def test_a_site_that_asks_to_wait_is_not_waited_for_here(
    site: Platform, collector: TelegramCollector
) -> None:
    target = site.serve(f"/s/{NAME}", status(429, {"Retry-After": "900"}))
    with pytest.raises(SourceUnavailable) as caught:
        list(collector.fetch(source_of(target), None))
    assert caught.value.retry_after_s == 900


def test_what_was_yielded_before_a_failure_is_intact(
    site: Platform, collector: TelegramCollector
) -> None:
    channel = Channel(site, *range(1, 101))
    channel.broken["after=49"] = status(410)
    fetched = collector.fetch(source_of(channel.target, reread=20), "50")
    assert numbers(collector, [next(fetched)]) == list(range(31, 51))
    with pytest.raises(SourceGone):
        next(fetched)


CHALLENGE = "<html><title>Just a moment...</title><body>Checking your browser</body></html>"


def test_a_page_that_is_no_channel_is_given_and_read_as_changed(
    site: Platform, collector: TelegramCollector
) -> None:
    target = site.serve(f"/s/{NAME}", ok(CHALLENGE, HTML))
    [page] = collector.fetch(source_of(target), None)
    assert (page.body, page.cursor) == (CHALLENGE.encode(), None)
    with pytest.raises(SourceChanged):
        collector.parse(page)


def test_a_challenge_between_two_pages_comes_before_any_that_moves_the_cursor(
    site: Platform, collector: TelegramCollector
) -> None:
    channel = Channel(site, *range(1, 61))
    channel.forgets_after = True
    channel.broken["before=41"] = ok(CHALLENGE, HTML)
    pages = list(collector.fetch(source_of(channel.target), "10"))
    with pytest.raises(SourceChanged):
        collector.parse(pages[0])
    assert numbers(collector, pages[1:]) == list(range(41, 61))


def test_robots_txt_is_obeyed(site: Platform, collector: TelegramCollector) -> None:
    channel = Channel(site, 1)
    site.serve("/robots.txt", ok("User-agent: *\nDisallow: /s/\n", "text/plain"))
    with pytest.raises(SourceForbidden, match=r"robots\.txt"):
        list(collector.fetch(source_of(channel.target), None))
    assert channel.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html><section class='tgme_channel_history'><p>new markup</p></section></html>",
        b"<div class='tgme_channel_info_header_title'>Delta</div>",
        b"<html>" + b"<div>" * 100_000,
        b"\xff\xfe\x00",
        b"\0" * 100,
    ],
)
def test_hostile_and_changed_pages_are_never_zero_messages(
    collector: TelegramCollector, body: bytes
) -> None:
    page = Page(
        source_id="s", collector="telegram", url="https://t.me/s/x", fetched_at=NOW, body=body
    )
    with pytest.raises(SourceChanged):
        collector.parse(page)


def test_persons_named_beside_a_message_are_not_read(collector: TelegramCollector) -> None:
    body = Path(__file__).with_name("samples").joinpath("telegram/ordinary/page.html").read_bytes()
    page = Page(source_id="s", collector="telegram", url="u", fetched_at=NOW, body=body)
    assert "Inventée" in body.decode()
    assert "Inventée" not in repr(collector.parse(page))


def test_no_text_and_no_name_in_any_log(
    site: Platform, collector: TelegramCollector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    list(collector.fetch(source_of(Channel(site, *range(1, 50)).target), None))
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "/s/CourrierDelta" in logged
    assert "Nouvelle" not in logged
