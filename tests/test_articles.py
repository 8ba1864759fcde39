"""Ordinary articles about humanitarian work: one post each, with its text and nothing else.

Three invented ones are always read. A folder of real ones is read too when
VEILLE_TEST_ARTICLES names it: plain text files, named as in `EXPECTED`.
"""

import html
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classifiers.keywords import KeywordClassifier
from collectors.rss import RssCollector
from tests.servers.platform import RSS, Platform, ok
from veille.codebook.actors import find_actors
from veille.http import HttpClient, Limits
from veille.language import identify
from veille.post import Post, said
from veille.privacy import Privacy
from veille.sources import Source

INVENTED = Path(__file__).parent / "samples" / "rss" / "articles"
FOLDER = os.environ.get("VEILLE_TEST_ARTICLES", "")
NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
# By file: the languages it may be said to be in, and actors it names.
EXPECTED = {
    "forage-sofara": ({"fra"}, {"INTERSOS", "AMSODE", "PONAH"}),
    "clinic-hours-menaka": ({"eng"}, {"OCHA"}),
    "formation-securite-bamako": ({"fra"}, {"INSO", "PONAH", "FEDE"}),
    "access-working-group-mali-case-study-2022": ({"eng", "fra"}, set()),
    "cluster-protection-mali-note-2018-fr": ({"fra"}, {"OCHA"}),
    "fes-workshop-bamako-2022": ({"eng"}, {"MINUSMA"}),
    "intersos-mali-page-2024": ({"eng"}, {"INTERSOS", "FEDE", "AMSS", "DELTA_SURVIE"}),
    "intersos-ponah-conference-2025": ({"eng"}, {"INTERSOS", "PONAH", "FEDE", "OCHA", "INSO"}),
}


@pytest.fixture
def site() -> Iterator[Platform]:
    with Platform() as site:
        yield site


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.txt"))


def web_page(text: str) -> bytes:
    """The text as a news site would show it, between a menu, links and a comment."""
    blocks = text.split("\n\n") if "\n\n" in text else text.split("\n")
    paragraphs = "".join(f"<p>{html.escape(block)}</p>" for block in blocks if block.strip())
    return (
        "<!doctype html><html><head><meta charset=utf-8><title>Le Delta en bref</title></head>"
        "<body><nav><ul><li><a href=/>Accueil</a></li><li><a href=/sport>Sport</a></li></ul></nav>"
        f"<main><article>{paragraphs}</article></main>"
        "<aside><h3>À lire aussi</h3><a href=/autre>Le prix du mil</a></aside>"
        "<div id=comments class=comments><h3>1 commentaire</h3><p>Premier !</p></div>"
        "<footer><a href=/mentions>Mentions légales</a></footer></body></html>"
    ).encode()


def posts_through_feed(site: Platform, files: list[Path], privacy: Privacy) -> dict[str, Post]:
    """Each file served as an article, read through a feed; by the file's stem."""
    items = ""
    for path in files:
        url = site.serve(f"/{path.stem}", ok(web_page(path.read_text("utf-8"))))
        items += (
            f"<item><title>{path.stem}</title><link>{url}</link><description>Lire.</description>"
            "<pubDate>Thu, 19 Nov 2026 10:00:00 GMT</pubDate></item>"
        )
    site.serve("/feed", ok(f"<rss version='2.0'><channel>{items}</channel></rss>", RSS))
    http = HttpClient(clock=lambda: NOW, limits=Limits(min_interval_s=0.0), allow_local=True)
    collector = RssCollector(http=http, privacy=privacy)
    source = Source(
        id="articles",
        collector="rss",
        target=site.url + "/feed",
        name="Articles",
        owner="cellule",
        purpose="veille de perception",
        legal_basis="intérêt légitime",
    )
    posts = [post for page in collector.fetch(source, None) for post in collector.parse(page).posts]
    assert len(posts) == len({post.id for post in posts}) == len(files)
    return {post.title: post for post in posts}


def assert_read_right(path: Path, post: Post) -> None:
    """The whole article and only the article; its language and its actors; nothing hostile."""
    langs, actors = EXPECTED[path.stem]
    assert post.text.split() == path.read_text("utf-8").split()
    assert post.kind == "article"
    assert "texte_du_flux" not in post.tags
    assert identify(post.text).code in langs
    assert actors <= {mention.actor_id for mention in find_actors(post.text)}
    labelled = replace(post, labels=tuple(KeywordClassifier().label([post.text])[0]))
    assert said(labelled, "stance") != "hostile"
    assert said(labelled, "hostility") in (None, "H0")


def test_invented_articles_become_one_post_each(site: Platform, privacy: Privacy) -> None:
    files = files_of(INVENTED)
    posts = posts_through_feed(site, files, privacy)
    assert len(files) == 3
    for path in files:
        assert_read_right(path, posts[path.stem])


@pytest.mark.skipif(not FOLDER, reason="VEILLE_TEST_ARTICLES names no folder of real articles")
def test_real_articles_become_one_post_each(site: Platform, privacy: Privacy) -> None:
    files = files_of(Path(FOLDER))
    posts = posts_through_feed(site, files, privacy)
    assert len(files) == 5
    for path in files:
        assert_read_right(path, posts[path.stem])
