"""The text of an article in its web page, without menus, comments and advertisements."""

import re

from collectors.rss.feed import is_challenge

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset=[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_MARKUP = re.compile(rb"<(?:!doctype html|html|head|body|article|div|p)[\s>]", re.IGNORECASE)


def article_text(body: bytes, content_type: str) -> str:
    """The article's text, paragraphs on lines of their own; empty when there is none to read.

    Empty too for a bot challenge, for what is no web page, and for one that only a browser
    with scripts could show. Never raises.
    """
    import trafilatura

    start = body[:65_536].replace(b"\0", b"")
    if not _MARKUP.search(start) or is_challenge(start):
        return ""
    try:
        found = trafilatura.extract(
            _decoded(body, content_type),
            include_comments=False,
            include_tables=True,
            include_formatting=False,
            with_metadata=False,
        )
    # A page made to break parsers is a page without text: the feed's own text is used then.
    except Exception:  # noqa: BLE001
        return ""
    return (found or "").strip()


def _decoded(body: bytes, content_type: str) -> str | bytes:
    """UTF-8 where it is valid, else what header or page announce, else left to be guessed."""
    told = [found[1] for found in [_HEADER_CHARSET.search(content_type)] if found]
    told += [found[1].decode() for found in [_META_CHARSET.search(body[:4096])] if found]
    for charset in ("utf-8", *told):
        try:
            return body.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return body
