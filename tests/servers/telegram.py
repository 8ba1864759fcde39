"""t.me on loopback: the preview of one public channel, twenty messages a page, as it pages."""

from urllib.parse import parse_qs, urlsplit

from tests.servers import platform
from tests.servers.platform import HTML, Handler, Platform, ok, redirect

NAME = "CourrierDelta"
PAGE_SIZE = 20
CARD = """<html><head><title>Telegram: {verb} @{name}</title></head><body>
<div class="tgme_page_wrap"><div class="tgme_page"><div class="tgme_page_title">{name}</div>
<div class="tgme_page_extra">{extra}</div></div></div></body></html>"""


class Channel:
    """A channel whose messages a test adds, edits and deletes while it is being read.

    `ids` are the messages there are; `views` is what each shows. `broken` answers in the place
    of the page that a query asks for, once.
    """

    def __init__(self, site: Platform, *ids: int) -> None:
        self.ids = set(ids)
        self.views = "1.2K"
        self.broken: dict[str, platform.Behaviour] = {}
        self.forgets_after = False
        self.target = site.serve(f"/s/{NAME}", self.answer)
        self._site = site

    @property
    def asked(self) -> list[str]:
        """The queries that were asked, in order."""
        paths = [urlsplit(path) for path in self._site.paths]
        return [parts.query for parts in paths if parts.path.startswith("/s/")]

    def answer(self, handler: Handler) -> None:
        query = urlsplit(handler.path).query
        if behaviour := self.broken.pop(query, None):
            behaviour(handler)
            return
        ok(page(self._shown(query), self.ids, self.views), HTML)(handler)

    def closes(self, extra: str) -> None:
        """From now on t.me shows only the card of this name, with these words about it."""
        card = CARD.format(verb="View", name=NAME, extra=extra)
        self._site.serve(f"/{NAME}", ok(card, HTML))
        self._site.serve(f"/s/{NAME}", redirect(f"/{NAME}"))

    def _shown(self, query: str) -> list[int]:
        asked = {name: int(values[0]) for name, values in parse_qs(query).items()}
        if "after" in asked and not self.forgets_after:
            return sorted(number for number in self.ids if number > asked["after"])[:PAGE_SIZE]
        before = asked.get("before", 10**9)
        return sorted(number for number in self.ids if number < before)[-PAGE_SIZE:]


def page(shown: list[int], present: set[int], views: str) -> str:
    """The preview of these messages, with a link to older ones where there are any."""
    older = shown and min(present) < shown[0]
    link = f'<link rel="prev" href="/s/{NAME}?before={shown[0]}">' if older else ""
    nothing = '<div class="tme_no_messages_found">No posts found</div>'
    messages = "".join(message(number, views) for number in shown) or nothing
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8>{link}</head><body>"
        '<div class="tgme_channel_info_header_title"><span>Le Courrier du Delta</span></div>'
        f'<section class="tgme_channel_history js-message_history">{messages}</section>'
        "</body></html>"
    )


def message(number: int, views: str) -> str:
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f'<div class="tgme_widget_message js-widget_message" data-post="{NAME}/{number}">'
        f'<div class="tgme_widget_message_text js-message_text">Nouvelle {number}</div>'
        '<div class="tgme_widget_message_info short js-message_info">'
        f'<span class="tgme_widget_message_views">{views}</span>'
        '<span class="tgme_widget_message_meta"><a class="tgme_widget_message_date"'
        f' href="https://t.me/{NAME}/{number}"><time datetime="2026-11-19T08:00:00+00:00">'
        "08:00</time></a></span></div></div></div>"
    )
