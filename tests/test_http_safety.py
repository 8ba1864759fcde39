"""Where the HTTP client does not go, and what it tells nobody."""

import logging
import socket
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers import platform
from tests.servers.clients import Clock, client_of
from tests.servers.platform import Platform, ok, redirect, status
from veille.errors import (
    SourceForbidden,
    SourceUnavailable,
    VeilleError,
)
from veille.http import HttpClient
from veille.http.wire import is_public

TOKEN = "tres-secret-42"


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


@pytest.fixture
def http(clock: Clock) -> HttpClient:
    return client_of(clock)


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
    from veille.http.address import is_same_site, target_of

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


def test_user_and_password_are_sent_and_shown_to_nobody(site: Platform, http: HttpClient) -> None:
    site.serve("/a", ok(b""))
    answer = http.get(f"http://awa:mot%20de@127.0.0.1:{site.port}/a")
    assert site.requests[0].headers["authorization"] == "Basic YXdhOm1vdCBkZQ=="
    assert answer.url == site.url + "/a"


def resolve(monkeypatch: pytest.MonkeyPatch, **addresses: list[str]) -> list[str]:
    """Names of `<name>.example` as these addresses in turn; gives the names that were asked."""
    asked: list[str] = []
    really = socket.getaddrinfo

    def answer(host: str, port: int, *rest: Any, **named: Any) -> list[Any]:
        if not host.endswith(".example"):
            return really(host, port, *rest, **named)
        asked.append(host)
        turn = addresses[host.split(".")[-2]]
        found = turn.pop(0) if len(turn) > 1 else turn[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found.split()]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_credentials_do_not_follow_to_another_host(
    site: Platform, http: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve(monkeypatch, site=["127.0.0.1"])
    site.serve("/a", redirect("/b"))
    site.serve("/b", redirect(f"http://www.site.example:{site.port}/c"))
    site.serve("/c", ok(b"ici"))
    url = f"http://site.example:{site.port}/a"
    assert http.get(url, headers={"Authorization": f"Bearer {TOKEN}"}).body == b"ici"
    sent = [request.headers.get("authorization") for request in site.requests]
    assert sent == [f"Bearer {TOKEN}", f"Bearer {TOKEN}", None]


def test_a_name_is_looked_up_once_and_every_address_of_it_must_be_public(
    site: Platform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolve(monkeypatch, rebound=["8.8.8.8 127.0.0.1", "8.8.8.8"], moved=["127.0.0.1"])
    for name in ("rebound", "moved"):
        with pytest.raises(SourceForbidden, match=f"{name}.example"):
            client_of(clock, allow_local=False).get(f"http://{name}.example:{site.port}/a")
    assert asked == ["rebound.example", "moved.example"]
    assert site.requests == []


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
