"""What a page of t.me/s/ says: messages with their counters; reads bytes, fetches nothing."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from collectors.markup import text_of
from collectors.tables.values import moment_of, number_of
from collectors.telegram.message import Message, own_text, with_class
from veille.errors import SourceChanged
from veille.http.address import shown
from veille.post import Page, ParsedPage, Post, Reading, Reject

_POST = re.compile(rb'\bdata-post="[\w-]+/([0-9]{1,12})"')
_OLDER = re.compile(rb'<link\s[^>]*rel="prev"|\bdata-before="[0-9]')
_CARD = re.compile(rb'class="tgme_page_(?:title|extra|icon|wrap)')
# A channel counts subscribers, a group members; a name that nobody has counts nothing.
_COUNTED = re.compile(rb'class="tgme_page_extra">[^<]{0,80}\b(?:subscriber|member)', re.IGNORECASE)
_SERVICE = "message de service"
_MEDIA_ONLY = "média sans texte"
_IN_TELEGRAM_ONLY = "message que seule l’application Telegram montre"


def bounds_of(body: bytes) -> tuple[int, int] | None:
    """The smallest and the largest id of the messages of a page; None when it has none."""
    numbers = [int(number) for number in _POST.findall(body)]
    return (min(numbers), max(numbers)) if numbers else None


def has_older(body: bytes) -> bool:
    """Whether the page says that messages stand before its own."""
    return _OLDER.search(body) is not None


def landing_of(body: bytes) -> Literal["absent", "hidden", "unknown"]:
    """What the card that t.me shows in the place of a preview says about the name."""
    if _COUNTED.search(body):
        return "hidden"
    return "absent" if _CARD.search(body) else "unknown"


def posts_of(page: Page) -> ParsedPage:
    """Messages as posts of their channel, views and reactions as readings.

    Raises `SourceChanged` when the page is not the preview of a channel.
    """
    root = _root(page)
    found = with_class(root, "tgme_widget_message")
    if not found and not _is_empty_channel(root):
        raise SourceChanged(
            f"{shown(page.url)} shows neither messages nor an empty channel: open it in a browser"
        )
    ignored: Counter[str] = Counter()
    parsed = ParsedPage(posts=[], ignored=ignored)
    channel = _Channel(page=page, key=page.key, title=_title(root), roots={})
    for element in found:
        message = Message.of(element)
        try:
            post = channel.read(message, ignored)
        except (KeyError, ValueError) as error:
            where = f"message {element.get('data-post', '?')}"
            reason = str(error) if isinstance(error, ValueError) else f"sans {error.args[0]}"
            parsed.rejects.append(Reject(where=where, reason=reason))
            continue
        if post:
            parsed.posts.append(post)
            parsed.readings.extend(_readings(message, post))
    return parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Channel:
    """The channel of one page; `roots` tells the first message of each thread met so far."""

    page: Page
    key: str
    title: str
    roots: dict[str, str]

    def read(self, message: Message, ignored: Counter[str]) -> Post | None:
        """The post, or None when it is none and counted as such."""
        name, number = message.number
        text = message.text
        if reason := _why_no_post(message, text):
            ignored[reason] += 1
            return None
        identity, parent = f"telegram:{name}/{number}", message.answered
        root = self.roots.get(parent, parent) if parent else identity
        self.roots[identity] = root
        return Post(
            id=identity,
            platform="telegram",
            source_id=self.page.source_id,
            page_key=self.key,
            kind="post",
            text=text,
            published_at=moment_of(message.moment, latest=self.page.fetched_at),
            collected_at=self.page.fetched_at,
            author=message.words("owner_name") or self.title or name,
            author_is_public=True,
            url=f"https://t.me/{name}/{number}",
            parent_id=parent or None,
            thread_id=root if parent else None,
            tags=message.tags,
            details=_details(message),
        )


def _why_no_post(message: Message, text: str) -> str:
    if "service_message" in message.classes:
        return _SERVICE
    if text:
        return ""
    return _MEDIA_ONLY if "media_omis" in message.tags else _IN_TELEGRAM_ONLY


def _details(message: Message) -> dict[str, str]:
    name, address = message.origin
    return {"Transféré de": name, "Message d’origine": address} if address else {}


def _readings(message: Message, post: Post) -> Iterator[Reading]:
    views = number_of(message.words("views"))
    counts = [number_of(own_text(part)) for part in message.parts("tgme_reaction")]
    told = [count for count in counts if count is not None]
    if views is None and not told:
        return
    yield Reading(
        post_id=post.id,
        read_at=post.collected_at,
        views=views,
        reactions=sum(told) if told else None,
    )


def _root(page: Page) -> Any:
    from lxml import etree, html

    # Telegram writes UTF-8; whatever else a proxy claims would spoil every accent.
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(page.body, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise SourceChanged(f"{shown(page.url)} is no web page") from error


def _is_empty_channel(root: Any) -> bool:
    """Whether this is a channel's page, and says itself that it shows nothing."""
    [*histories] = with_class(root, "tgme_channel_history")
    return bool(histories) and (
        bool(with_class(root, "tme_no_messages_found")) or not len(histories[0])
    )


def _title(root: Any) -> str:
    return next(map(text_of, with_class(root, "tgme_channel_info_header_title")), "")
