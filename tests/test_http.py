"""The one way to the web, against a real site on loopback that misbehaves in every known way."""

import gzip
import logging
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers import platform
from tests.servers.platform import Platform, closed_port, ok, redirect, status
from veille.errors import (
    SourceChanged,
    SourceForbidden,
    SourceGone,
    SourceUnavailable,
    VeilleError,
)
from veille.http import HttpClient, Limits
from veille.wire import is_public

TOKEN = "tres-secret-42"


@dataclass
class Clock:
    """A clock that moves only when somebody sleeps."""

    start: datetime
    naps_s: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.ticks())

    def ticks(self) -> float:
        return sum(self.naps_s)

    def sleep(self, nap_s: float) -> None:
        self.naps_s.append(nap_s)


def certificate(folder: Path, address: str, now: datetime) -> Path:
    """A key and a certificate that signs itself, for one IP address, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "loopback")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "site.pem"
    path.write_bytes(secret + signed.public_bytes(pem))
    return path


@pytest.fixture
def site() -> Iterator[Platform]:
    with Platform() as site:
        yield site


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


def client_of(clock: Clock, *, allow_local: bool = True, **limits: float) -> HttpClient:
    return HttpClient(
        clock=clock.now,
        limits=Limits(**{"min_interval_s": 0.0, "timeout_s": 5.0, **limits}),  # type: ignore[arg-type]
        allow_local=allow_local,
        contact="veille@ong.example",
        sleep=clock.sleep,
        ticks=clock.ticks,
        random=lambda: 0.5,
    )


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


@pytest.mark.parametrize(
    ("address", "trusted"), [("127.0.0.1", True), ("127.0.0.1", False), ("127.0.0.9", True)]
)
def test_https_is_read_only_from_the_site_its_certificate_names(
    http: HttpClient,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    trusted: bool,
) -> None:
    path = certificate(tmp_path, address, now)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    with Platform(tls) as site:
        url = site.serve("/a", ok(b"en confiance"))
        if trusted and address == "127.0.0.1":
            assert http.get(url).body == b"en confiance"
        else:
            with pytest.raises(SourceUnavailable, match="no connection"):
                http.get(url)


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


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://site.example", "https://site.example", True),
        ("https://site.example", "http://site.example", False),
        ("https://site.example", "https://www.site.example", True),
        ("https://feeds.site.example", "https://www.site.example", True),
        ("https://a.site.example", "https://b.site.example", False),
        ("https://site.example", "https://autresite.example", False),
        ("https://site.example", "https://site.example:8443", False),
        ("http://127.0.0.1", "http://9.127.0.0.1", False),
    ],
)
def test_what_is_the_same_site(one: str, other: str, same: bool) -> None:
    from veille.address import is_same_site, target_of

    assert is_same_site(target_of(one), target_of(other)) is same


@pytest.mark.parametrize(
    "url",
    [
        "ftp://site.example/a",
        "file:///etc/passwd",
        "site.example",
        "http://",
        "http://a:b/",
        "",
        "x",
    ],
)
def test_only_web_addresses_are_asked(http: HttpClient, url: str) -> None:
    with pytest.raises(SourceForbidden, match="correct it"):
        http.get(url)


def test_this_machine_and_private_networks_are_not_read(site: Platform, clock: Clock) -> None:
    site.serve("/a", ok(b"secret du reseau"))
    for host in ("127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"):
        with pytest.raises(SourceForbidden, match="VEILLE_HTTP_LOCAL"):
            client_of(clock, allow_local=False).get(f"http://{host}:{site.port}/a")
    assert site.requests == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False),
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


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


def test_user_and_password_are_sent_and_shown_to_nobody(site: Platform, http: HttpClient) -> None:
    site.serve("/a", ok(b""))
    answer = http.get(f"http://awa:mot%20de@127.0.0.1:{site.port}/a")
    assert site.requests[0].headers["authorization"] == "Basic YXdhOm1vdCBkZQ=="
    assert answer.url == site.url + "/a"


def test_credentials_do_not_follow_to_another_host(site: Platform, http: HttpClient) -> None:
    site.serve("/b", ok(b""))
    site.serve("/a", redirect(f"http://www.localhost:{site.port}/b"))
    url = f"http://localhost:{site.port}/a"
    # www.localhost may have no address here; whichever happens, the token stays at home.
    try:
        http.get(url, headers={"Authorization": f"Bearer {TOKEN}"})
    except SourceUnavailable:
        assert site.paths == ["/a"]
    sent = [request.headers.get("authorization") for request in site.requests]
    assert sent[0] == f"Bearer {TOKEN}"
    assert f"Bearer {TOKEN}" not in sent[1:]


@pytest.mark.parametrize(
    "behaviour",
    [
        ok(b"x"),
        status(401),
        status(404),
        status(418),
        status(429, {"Retry-After": "9999"}),
        status(500),
        platform.cut(b"xx"),
        redirect("/a?jeton=" + TOKEN),
        redirect("https://autre.example/?jeton=" + TOKEN),
        platform.packed(b"x", "br"),
    ],
)
def test_no_secret_in_any_log_or_error(
    site: Platform,
    http: HttpClient,
    behaviour: platform.Behaviour,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    site.serve("/a", behaviour)
    told = ""
    try:
        http.get(f"http://cle:{TOKEN}@127.0.0.1:{site.port}/a?jeton={TOKEN}")
    except VeilleError as error:
        told = f"{error!r} {error.__cause__!r}"
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert TOKEN not in told + logged + repr(http)


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


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (ok(b"User-agent: *\nDisallow: /prive", "text/plain"), [True, False]),
        (ok(b"User-agent: veille\nDisallow: /\n", "text/plain"), [False, False]),
        (ok(b"User-agent: autre\nDisallow: /\n", "text/plain"), [True, True]),
        (ok(b"<html>pas un robots.txt</html>"), [True, True]),
        (ok(b"User-agent: *\nDisallow: http://[\n", "text/plain"), [True, True]),
        (ok(b"\xff\xfe\x00" * 9, "text/plain"), [True, True]),
        (status(404), [True, True]),
        (status(401), [False, False]),
        (status(403), [False, False]),
        (status(500), [True, True]),
        (redirect("https://autre.example/robots.txt"), [True, True]),
    ],
)
def test_robots_txt_is_respected_and_asked_once(
    site: Platform, clock: Clock, robots: platform.Behaviour, allowed: list[bool]
) -> None:
    site.serve("/robots.txt", robots)
    client = client_of(clock, tries=1)
    assert [client.allowed(f"{site.url}/{name}") for name in ("libre", "prive/x")] == allowed
    assert site.paths == ["/robots.txt"]


def test_unreachable_robots_txt_is_noted(
    site: Platform, http: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    site.serve("/robots.txt", status(500))
    assert http.allowed(site.url + "/a")
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warned == ["robots.txt cannot be read, the site is read"]
