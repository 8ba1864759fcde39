"""A news site for tests: articles of two paragraphs, and feeds of them."""

import html
from datetime import UTC, datetime

from collectors.rss import RssCollector
from tests.servers import platform
from tests.servers.platform import RSS, Platform, ok
from veille.http import HttpClient, Limits
from veille.post import Page, Post
from veille.privacy import Privacy
from veille.sources import Source

NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)


def collector_of(privacy: Privacy) -> RssCollector:
    http = HttpClient(
        clock=lambda: NOW,
        limits=Limits(min_interval_s=0.0, timeout_s=5.0, tries=2),
        allow_local=True,
        sleep=lambda nap_s: None,
    )
    return RssCollector(http=http, privacy=privacy)


def source_of(target: str, **options: object) -> Source:
    return Source(
        id="delta",
        collector="rss",
        target=target,
        name="Le Delta en bref",
        owner="cellule",
        purpose="veille de perception",
        legal_basis="intérêt légitime",
        options=options,
    )


def text_of(number: int) -> str:
    return (
        f"Article numéro {number} : le comité de gestion du puits a présenté ses comptes devant"
        " les habitants, puis répondu aux questions pendant deux heures.\n"
        f"La prochaine réunion, la {number + 1}e de l’année, est prévue au début du mois prochain"
        " dans la cour de l’école."
    )


def article(number: int) -> bytes:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in text_of(number).split("\n"))
    return (
        f"<!doctype html><html><head><meta charset=utf-8><title>x</title></head><body>"
        f"<nav><a href=/>Accueil</a></nav><article><h1>Titre {number}</h1>{paragraphs}</article>"
        "<footer>Contact</footer></body></html>"
    ).encode()


def item(number: int, *, link: str = "", more: str = "") -> str:
    return (
        f"<item><title>Titre {number}</title><link>{link or f'/a{number}'}</link>"
        f"<guid isPermaLink='false'>g{number}</guid><author>Une Plume</author>"
        f"<pubDate>Thu, 19 Nov 2026 0{number}:00:00 GMT</pubDate>"
        f"<description>Résumé {number}</description>{more}</item>"
    )


def rss(*items: str, end: str = "</channel></rss>") -> str:
    newest_first = "".join(reversed(items))
    return f"<rss version='2.0'><channel><title>Le Delta</title>{newest_first}{end}"


def serve(
    site: Platform, *numbers: int, broken: dict[int, platform.Behaviour] | None = None
) -> str:
    """A feed of these articles, each on its own page or broken in its own way."""
    for number in numbers:
        site.serve(f"/a{number}", (broken or {}).get(number, ok(article(number))))
    return site.serve("/feed", ok(rss(*(item(number) for number in numbers)), RSS))


def read(collector: RssCollector, pages: list[Page]) -> list[Post]:
    return [post for page in pages for post in collector.parse(page).posts]


def part(pages: list[Page]) -> list[object]:
    return [page.options["part"] for page in pages]
