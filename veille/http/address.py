"""Web addresses: which may be asked, which are one site, and what of them may be shown."""

import re
from base64 import b64encode
from urllib.parse import SplitResult, quote, unquote, urlsplit

from veille.errors import SourceForbidden

PORTS = {"http": 80, "https": 443}
_SECRET_VALUE = re.compile(
    r"((?:^|&)(?:[^=&]*(?:token|secret|passw|pwd|jeton|signature)[^=&]*"
    r"|(?:[^=&]*[_-]|api)?(?:key|sig|auth|cle))=)[^&]+",
    re.IGNORECASE,
)


def target_of(url: str) -> SplitResult:
    """The parts of an address we may ask; raises `SourceForbidden`."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
    except ValueError as error:
        raise SourceForbidden("an address cannot be read: correct it") from error
    if parts.scheme not in PORTS or not host:
        raise SourceForbidden("an address begins with neither http:// nor https://: correct it")
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    name = f"[{host}]" if ":" in host else host
    place = name if port in (None, PORTS[parts.scheme]) else f"{name}:{port}"
    return SplitResult(parts.scheme, user + place, path, query, "")


def shown(url: str | SplitResult) -> str:
    """`url` as it may be logged: without user, password, query and fragment."""
    parts = urlsplit(url) if isinstance(url, str) else url
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def archived(url: str) -> str:
    """`url` as it may be kept: without user and password, and with secrets in its query hidden."""
    parts = urlsplit(url)
    query = _SECRET_VALUE.sub(r"\1***", parts.query)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query).geturl()


def bare(target: SplitResult) -> str:
    """The address to ask, without user name and password."""
    return target._replace(netloc=target.netloc.rpartition("@")[2]).geturl()


def credentials(target: SplitResult) -> str:
    """The Basic authorisation for the user name and password of an address; empty without."""
    if target.username is None:
        return ""
    pair = f"{unquote(target.username)}:{unquote(target.password or '')}"
    return f"Basic {b64encode(pair.encode()).decode()}"


def is_same_site(one: SplitResult, other: SplitResult) -> bool:
    """The same host or a part of it, on the same port, and never from https back to http."""
    if one.scheme == "https" and other.scheme == "http":
        return False
    if one.port != other.port:
        return False
    names = [(parts.hostname or "").removeprefix("www.") for parts in (one, other)]
    small, large = sorted(names, key=len)
    return small == large or (large.endswith(f".{small}") and not small[-1:].isdigit())
