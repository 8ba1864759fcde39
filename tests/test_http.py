"""The one way to the web, against a real site on loopback that misbehaves in every known way."""

import gzip
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.servers import platform
from tests.servers.clients import Clock, client_of
from tests.servers.platform import Platform, closed_port, ok, redirect, status
from veille.errors import (
    SourceChanged,
    SourceForbidden,
    SourceGone,
    SourceUnavailable,
    VeilleError,
)
from veille.http import HttpClient, Limits


@pytest.fixture
def site() -> Iterator[Platform]:
    with Platform() as site:
        yield site


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def http(clock: Clock) -> HttpClient:
    return client_of(clock)


@pytest.fixture
def real_time(now: datetime) -> HttpClient:
    """A client of 0.3 s on the real clock."""
    limits = Limits(timeout_s=0.3, total_s=0.6, tries=1, min_interval_s=0.0)
    return HttpClient(clock=lambda: now, limits=limits, allow_local=True)


def test_an_answer_has_its_bytes_its_headers_in_lower_case_and_its_moment(
    site: Platform, http: HttpClient, now: datetime
) -> None:
    url = site.serve("/a", ok(b"\x00bonjour\xff", headers={"X-Twice": "1", "x-twice": "2"}))
    answer = http.get(url + "?q=é b#part")
    assert (answer.status, answer.body, answer.fetched_at) == (200, b"\x00bonjour\xff", now)
    assert answer.headers["content-type"] == platform.HTML
    assert answer.url == site.url + "/a?q=%C3%A9%20b"
    assert site.paths == ["/a?q=%C3%A9%20b"]


def test_it_says_who_it_is_and_how_to_reach_us(site: Platform, http: HttpClient) -> None:
    http.get(site.serve("/a", ok(b"")))
    agent = site.requests[0].headers["user-agent"]
    assert agent.startswith("Veille/")
    assert "veille de perception; contact veille@ong.example" in agent


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (401, SourceForbidden),
        (403, SourceForbidden),
        (404, SourceGone),
        (410, SourceGone),
        (400, SourceChanged),
        (418, SourceChanged),
        (206, SourceChanged),
        (300, SourceChanged),
        (304, SourceChanged),
    ],
)
def test_each_refusal_says_what_to_do_next_and_is_not_tried_again(
    site: Platform, http: HttpClient, code: int, error: type[VeilleError]
) -> None:
    url = site.serve("/a", status(code))
    with pytest.raises(error, match=r"/a"):
        http.get(url)
    assert len(site.requests) == 1


def test_500_twice_then_an_answer(site: Platform, http: HttpClient, clock: Clock) -> None:
    url = site.serve("/a", status(500), status(503), ok(b"enfin"))
    assert http.get(url).body == b"enfin"
    assert clock.naps_s == [1.0, 2.0]


def test_500_three_times_is_unavailable(site: Platform, http: HttpClient, clock: Clock) -> None:
    url = site.serve("/a", status(500))
    with pytest.raises(SourceUnavailable, match="answered 500") as caught:
        http.get(url)
    assert caught.value.retry_after_s is None
    assert len(site.requests) == 3
    assert len(clock.naps_s) == 2


def test_429_waits_as_long_as_asked(site: Platform, http: HttpClient, clock: Clock) -> None:
    url = site.serve("/a", status(429, {"Retry-After": "7"}), ok(b"enfin"))
    assert http.get(url).body == b"enfin"
    assert clock.naps_s == [7.0]


def test_429_waits_until_the_date_asked(
    site: Platform, http: HttpClient, clock: Clock, now: datetime
) -> None:
    date = format_datetime(now + timedelta(seconds=9), usegmt=True)
    url = site.serve("/a", status(503, {"Retry-After": date}), ok(b"enfin"))
    assert http.get(url).body == b"enfin"
    assert clock.naps_s == [9.0]


def test_429_that_asks_for_too_long_is_told_at_once(
    site: Platform, http: HttpClient, clock: Clock
) -> None:
    url = site.serve("/a", status(429, {"Retry-After": "3600"}))
    with pytest.raises(SourceUnavailable) as caught:
        http.get(url)
    assert caught.value.retry_after_s == 3600
    assert (len(site.requests), clock.naps_s) == (1, [])


@pytest.mark.parametrize("text", ["soon", "-5", "1e9", "", "99999999999999", "Mon, 99 Foo"])
def test_a_senseless_retry_after_is_as_none(
    site: Platform, http: HttpClient, clock: Clock, text: str
) -> None:
    url = site.serve("/a", status(429, {"Retry-After": text}), ok(b"enfin"))
    assert http.get(url).body == b"enfin"
    assert clock.naps_s == [1.0]


def test_pauses_end_with_the_total_time(site: Platform, clock: Clock) -> None:
    url = site.serve("/a", status(429, {"Retry-After": "40"}))
    with pytest.raises(SourceUnavailable) as caught:
        client_of(clock, total_s=60.0, tries=9).get(url)
    assert caught.value.retry_after_s == 40
    assert clock.naps_s == [40.0]


@pytest.mark.parametrize(
    "behaviour",
    [
        platform.cut(b"half of this is missing"),
        platform.cut_chunks(b"the last chunk is missing"),
        platform.hang_up(),
        platform.packed(gzip.compress(b"half of this is missing" * 99)[:60]),
        platform.packed(b"no gzip at all"),
        ok(b"short", headers={"Content-Length": "50"}),
    ],
)
def test_a_cut_answer_is_never_taken_for_a_whole_one(
    site: Platform, http: HttpClient, behaviour: platform.Behaviour
) -> None:
    url = site.serve("/a", behaviour)
    with pytest.raises(SourceUnavailable, match="cut"):
        http.get(url)
    assert len(site.requests) == 3


def test_a_cut_answer_is_tried_again(site: Platform, http: HttpClient) -> None:
    url = site.serve("/a", platform.cut(b"whole"), ok(b"whole"))
    assert http.get(url).body == b"whole"


def test_nobody_listening_is_unavailable(http: HttpClient) -> None:
    with closed_port() as url, pytest.raises(SourceUnavailable, match="no connection"):
        http.get(url)


def test_a_name_that_does_not_exist_is_unavailable(http: HttpClient) -> None:
    with pytest.raises(SourceUnavailable, match="no connection"):
        http.get("http://nowhere.invalid/")


def test_a_silent_site_is_unavailable(site: Platform, real_time: HttpClient) -> None:
    url = site.serve("/a", platform.drip(b"ab", every_s=0.7))
    with pytest.raises(SourceUnavailable, match="no answer in time"):
        real_time.get(url)


@pytest.mark.parametrize("headers", [False, True])
def test_a_dripping_site_ends_with_the_total_time(
    site: Platform, real_time: HttpClient, headers: bool
) -> None:
    url = site.serve("/a", platform.drip(b"a" * 40, every_s=0.05, headers=headers))
    with pytest.raises(SourceUnavailable, match="no answer in time"):
        real_time.get(url)


def test_gzip_is_undone_even_in_two_members(site: Platform, http: HttpClient) -> None:
    url = site.serve("/a", platform.packed(gzip.compress(b"un ") + gzip.compress(b"deux")))
    assert http.get(url).body == b"un deux"
    assert site.requests[0].headers["accept-encoding"] == "gzip"


def test_a_packing_that_was_not_asked_for_is_a_change(site: Platform, http: HttpClient) -> None:
    with pytest.raises(SourceChanged, match="'br'"):
        http.get(site.serve("/a", platform.packed(b"x", "br")))


@pytest.mark.parametrize(
    "behaviour",
    [
        platform.huge(3_000_000),
        platform.huge(3_000_000, told=False),
        platform.gzip_bomb(30_000_000),
    ],
)
def test_no_more_than_max_bytes_is_read(
    site: Platform, clock: Clock, behaviour: platform.Behaviour
) -> None:
    url = site.serve("/a", behaviour)
    with pytest.raises(SourceChanged, match="more than 1 MB"):
        client_of(clock, max_bytes=1_000_000).get(url)
    assert len(site.requests) == 1


def test_a_body_of_exactly_max_bytes_is_read(site: Platform, http: HttpClient) -> None:
    url = site.serve("/a", platform.packed(gzip.compress(b"a" * 1000)))
    assert len(http.get(url, max_bytes=1000).body) == 1000


def test_huge_headers_are_refused(site: Platform, http: HttpClient) -> None:
    with pytest.raises(SourceChanged, match="headers"):
        http.get(site.serve("/a", ok(b"", headers={"X-Long": "a" * 40_000})))
    with pytest.raises(VeilleError):
        http.get(site.serve("/b", ok(b"", headers={"X-Long": "a" * 400_000})))


def test_a_redirect_inside_the_site_is_followed(site: Platform, http: HttpClient) -> None:
    site.serve("/b", ok(b"ici"))
    answer = http.get(site.serve("/a", redirect("/b?x=1", 301)))
    assert (answer.body, answer.url) == (b"ici", site.url + "/b?x=1")


def test_a_redirect_to_another_site_is_a_change_that_names_it(
    site: Platform, http: HttpClient
) -> None:
    url = site.serve("/a", redirect("https://autre.example/chemin?jeton=1"))
    with pytest.raises(SourceChanged, match=r"https://autre\.example:") as caught:
        http.get(url)
    assert "jeton" not in str(caught.value)


@pytest.mark.parametrize("place", ["", "file:///etc/passwd", "http://["])
def test_a_redirect_to_no_site_is_refused(site: Platform, http: HttpClient, place: str) -> None:
    url = site.serve("/a", redirect(place))
    with pytest.raises((SourceChanged, SourceForbidden)):
        http.get(url)
    assert len(site.requests) == 1


def test_a_redirect_loop_ends(site: Platform, http: HttpClient) -> None:
    url = site.serve("/a", redirect("/a"))
    with pytest.raises(SourceChanged, match="more than 5"):
        http.get(url)
    assert len(site.requests) == 6


def test_a_host_is_asked_once_per_interval(site: Platform, clock: Clock) -> None:
    url = site.serve("/a", ok(b""))
    client = client_of(clock, min_interval_s=2.0)
    client.get(url)
    client.get(url)
    assert clock.naps_s == [2.0]


def test_a_conditional_request_gets_304(site: Platform, http: HttpClient) -> None:
    url = site.serve("/a", platform.changed(b"corps", platform.RSS, etag='"v1"'))
    assert http.get(url, etag='"v0"').body == b"corps"
    answer = http.get(url, etag='"v1"', modified="Thu, 19 Nov 2026 10:00:00 GMT")
    assert (answer.status, answer.body) == (304, b"")
    assert site.requests[1].headers["if-modified-since"] == "Thu, 19 Nov 2026 10:00:00 GMT"


def test_one_line_at_info_per_request(
    site: Platform, http: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    http.get(site.serve("/a", status(500), ok(b"abc")))
    lines = [record for record in caplog.records if record.levelno >= logging.INFO]
    assert [(line.getMessage(), vars(line)["status"]) for line in lines] == [
        ("requested", 500),
        ("requested", 200),
    ]
