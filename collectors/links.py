"""One post, one id: the same address gives the same id, whichever export it came in."""

import re
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from collectors.values import hashed_id

_HOSTS = {
    "facebook.com": "facebook", "fb.com": "facebook", "fb.watch": "facebook",
    "x.com": "x", "twitter.com": "x", "youtube.com": "youtube", "youtu.be": "youtube",
    "t.me": "telegram", "telegram.me": "telegram", "tiktok.com": "tiktok",
    "instagram.com": "instagram",
}  # fmt: skip
_PREFIXES = ("www.", "m.", "mobile.", "web.", "mbasic.", "touch.", "fr-fr.")
_SEGMENT = r"([^/]+)"
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
    "tiktok": (re.compile(r"/@[^/]+/(?:video|photo)/(\d+)"),),
    "instagram": (re.compile(r"/(?:[^/]+/)?(?:p|reel|tv)/([\w-]+)"),),
}
_TRACKING = re.compile(r"utm_|fbclid$|gclid$|ref$|igshid$|mc_[ce]id$")


def platform_of_url(url: str) -> str:
    """ "facebook", "x", "youtube", … or "web"; empty when it is no web address."""
    parts = urlsplit(_address(url))
    return _HOSTS.get(_host(parts.hostname or ""), "web") if parts.hostname else ""


def post_id_of_url(url: str, *, owner_id: str = "") -> str | None:
    """The id of the post or comment at this address; None when the address is of no post.

    `owner_id` is the page's number where the export tells it: a Facebook address may name
    the page by number or by nickname, and the id must not depend on which.
    """
    address = _address(url)
    platform = platform_of_url(address)
    if platform == "web":
        return _web_id(address)
    if platform == "facebook":
        return _facebook_id(address, owner_id)
    if platform == "youtube":
        return _youtube_id(address)
    native = _native(platform, address)
    return (
        f"{platform}:{'/'.join(native).lower() if platform == 'telegram' else native[-1]}"
        if native
        else None
    )


def _address(url: str) -> str:
    url = url.strip()
    return url if "://" in url or not url else f"https://{url}"


def _host(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _native(platform: str, url: str) -> tuple[str, ...]:
    path = urlsplit(url).path
    for pattern in _PATHS.get(platform, ()):
        if found := pattern.match(path):
            return found.groups()
    return ()


def _facebook_id(url: str, owner_id: str) -> str | None:
    asked = parse_qs(urlsplit(url).query)
    owner, post = (*_native("facebook", url), "", "")[:2]
    post = post or _first(asked, "story_fbid", "fbid", "v", "multi_permalinks")
    if not post:
        return None
    owner = owner_id or (owner if owner != "reel" else "") or _first(asked, "id")
    names = [owner.lower(), post, _first(asked, "reply_comment_id", "comment_id")]
    return "facebook:" + "_".join(name for name in names if name)


def _youtube_id(url: str) -> str | None:
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    native = _first(asked, "lc", "v") or "".join(_native("youtube", url))
    if not native and _host(parts.hostname or "") == "youtu.be":
        native = parts.path.strip("/")
    return f"youtube:{native}" if native else None


def _web_id(url: str) -> str | None:
    """A hash of the address without what differs from click to click."""
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query) if not _TRACKING.match(pair[0])]
    path = parts.path.rstrip("/")
    if not path and not kept:
        return None
    return hashed_id("web", _host(parts.hostname or ""), path, urlencode(sorted(kept)))


def _first(asked: dict[str, list[str]], *names: str) -> str:
    return next((asked[name][0] for name in names if asked.get(name)), "")
