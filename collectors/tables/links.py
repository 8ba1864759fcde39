"""One post, one id: the same address gives the same id, whichever export it came in."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, parse_qsl, urlencode

from collectors.tables.values import hashed_id

_HOSTS = {
    "facebook.com": "facebook", "fb.com": "facebook", "fb.watch": "facebook",
    "x.com": "x", "twitter.com": "x", "youtube.com": "youtube", "youtu.be": "youtube",
    "t.me": "telegram", "telegram.me": "telegram", "tiktok.com": "tiktok",
    "instagram.com": "instagram",
}  # fmt: skip
_PREFIXES = ("www.", "m.", "mobile.", "web.", "mbasic.", "touch.", "fr-fr.")
_PATHS = {
    "facebook": (
        re.compile(r"/groups/([^/]+)/(?:permalink|posts)/([^/]+)"),
        re.compile(r"/([^/]+)/posts/(?:[^/]+/)?(\w+)/?$"),
        re.compile(r"/([^/]+)/videos/(?:[^/]+/)*(\d+)"),
        re.compile(r"/([^/]+)/photos/(?:[^/]+/)*(\d+)"),
        re.compile(r"/(\d+)_(\d+)/?$"),
        re.compile(r"/(reel)/(\d+)"),
    ),
    "x": (re.compile(r"/(?:[^/]+|i/web)/status(?:es)?/(\d+)"),),
    "youtube": (re.compile(r"/(?:shorts|live|embed)/([\w-]{11})"),),
    "telegram": (re.compile(r"/(?:s/)?(\w{4,})/(\d+)"),),
    "tiktok": (re.compile(r"/@[^/]*/(?:video|photo)/(\d+)"),),
    "instagram": (re.compile(r"/(?:[^/]+/)?(?:p|reel|tv)/([\w-]+)"),),
}
_TRACKING = re.compile(r"utm_|fbclid$|gclid$|ref$|igshid$|mc_[ce]id$")
# These platforms open a post by its number alone, whatever name stands before it.
_NAMELESS = {
    "x": "https://x.com/i/web/status/{}",
    "tiktok": "https://www.tiktok.com/@/video/{}",
    "instagram": "https://www.instagram.com/p/{}/",
}
_FACEBOOK_POST = "https://www.facebook.com/permalink.php?story_fbid={}"
# An address whose every form names its author gives way to the id of its post.
_ID_ALONE = "urn:veille:"
# RFC 3986, appendix B, for addresses of the web; urlsplit takes four times as long.
_ADDRESS = re.compile(r"(?:https?://)?([^/?#\s]+)([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.IGNORECASE)


class _Address(NamedTuple):
    """Site without its prefixes, path, query; all empty when it is no web address."""

    site: str = ""
    path: str = ""
    query: str = ""


def platform_of_url(url: str) -> str:
    """ "facebook", "x", "youtube", … or "web"; empty when it is no web address."""
    if url.startswith(_ID_ALONE):
        return url.removeprefix(_ID_ALONE).partition(":")[0]
    return _platform(_address(url))


def post_id_of_url(url: str, *, owner_id: str = "") -> str | None:
    """The id of the post or comment at this address; None when the address is of no post.

    `owner_id` is the page's number where the export tells it: a Facebook address may name
    the page by number or by nickname, and the id must not depend on which.
    """
    if url.startswith(_ID_ALONE):
        return url.removeprefix(_ID_ALONE)
    return _post_id(_address(url), owner_id)


def parent_id_of_url(url: str, *, owner_id: str = "") -> str | None:
    """The id of the post, or comment, that the comment at this address answers; else None."""
    address = _address(url)
    asked = dict(parse_qsl(address.query))
    for name in ("reply_comment_id", "comment_id", "lc"):
        if asked.pop(name, ""):
            return _post_id(address._replace(query=urlencode(asked)), owner_id)
    return None


def url_without_person(url: str) -> str:
    """An address of the same post that does not name who wrote it; empty where none is known.

    A Facebook comment keeps the page it stands under; a post under a nickname loses the
    nickname, and keeps a number, which other exports know the page by.
    """
    if url.startswith(_ID_ALONE):
        return ""
    address = _address(url)
    platform = _platform(address)
    native = _native(platform, address.path)
    if not native:
        return url
    if platform == "facebook":
        return url if _is_of_somebody_else(address) else _FACEBOOK_POST.format(native[-1])
    form = _NAMELESS.get(platform)
    return form.format(native[-1]) if form else url


def _is_of_somebody_else(address: _Address) -> bool:
    """Whether a Facebook address begins with a number, a group, or the page of a comment."""
    owner = _native("facebook", address.path)[0]
    in_group = address.path.startswith("/groups/")
    return in_group or owner == "reel" or owner.isdecimal() or "comment_id=" in address.query


def id_alone(post_id: str) -> str:
    """What stands in the place of an address: the id that the address gave its post."""
    return f"{_ID_ALONE}{post_id}"


def _address(url: str) -> _Address:
    found = _ADDRESS.fullmatch(url.strip())
    site = _site(found[1]) if found else ""
    return _Address(site, found[2], found[3] or "") if found and site else _Address()


@lru_cache(maxsize=1024)
def _site(host: str) -> str:
    name = host.rpartition("@")[2].partition(":")[0].lower()
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name if "." in name else ""


def _platform(address: _Address) -> str:
    return _HOSTS.get(address.site, "web") if address.site else ""


def _post_id(address: _Address, owner_id: str) -> str | None:
    platform = _platform(address)
    if platform == "web":
        return _web_id(address)
    if platform == "facebook":
        return _facebook_id(address, owner_id)
    if platform == "youtube":
        return _youtube_id(address)
    native = _native(platform, address.path)
    if platform == "telegram":
        native = ("/".join(native).lower(),) if native else ()
    return f"{platform}:{native[-1]}" if native else None


def _native(platform: str, path: str) -> tuple[str, ...]:
    for pattern in _PATHS.get(platform, ()):
        if found := pattern.match(path):
            return found.groups()
    return ()


def _facebook_id(address: _Address, owner_id: str) -> str | None:
    asked = parse_qs(address.query) if address.query else {}
    owner, post = (*_native("facebook", address.path), "", "")[:2]
    post = post or _first(asked, "story_fbid", "fbid", "v", "multi_permalinks")
    if not post:
        return None
    owner = owner_id or (owner if owner != "reel" else "") or _first(asked, "id")
    comment = _first(asked, "reply_comment_id", "comment_id") if asked else ""
    return "facebook:" + "_".join(filter(None, (owner.lower(), post, comment)))


def _youtube_id(address: _Address) -> str | None:
    asked = parse_qs(address.query)
    native = _first(asked, "lc", "v") or "".join(_native("youtube", address.path))
    if not native and address.site == "youtu.be":
        native = address.path.strip("/")
    return f"youtube:{native}" if native else None


def _web_id(address: _Address) -> str | None:
    """A hash of the address without what differs from click to click."""
    kept = [pair for pair in parse_qsl(address.query) if not _TRACKING.match(pair[0])]
    path = address.path.rstrip("/")
    if not path and not kept:
        return None
    return hashed_id("web", address.site, path, urlencode(sorted(kept)))


def _first(asked: dict[str, list[str]], *names: str) -> str:
    return next((asked[name][0] for name in names if asked.get(name)), "")
