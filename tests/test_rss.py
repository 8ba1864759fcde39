"""Feeds and articles, from a real site on loopback: one article, one post, nothing skipped."""

import html
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collectors.feed import plain
from collectors.feed_memory import MAX_SEEN, Memory
from collectors.feed_post import ALREADY, CUT, LOST, TWICE, WAITING
from collectors.rss import RssCollector
from tests.servers import platform
from tests.servers.platform import RSS, Platform, ok, redirect, status
from veille.address import archived
from veille.errors import (
    ConfigError,
    SourceChanged,
    SourceForbidden,
    SourceGone,
    SourceUnavailable,
    VeilleError,
)
from veille.http import HttpClient, Limits
from veille.post import Page, ParsedPage, Post
from veille.privacy import Privacy
from veille.sources import Source

TOKEN = "tres-secret-42"
NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[Platform]:
    with Platform() as site:
        yield site


@pytest.fixture
def collector(privacy: Privacy) -> RssCollector:
    return collector_of(privacy)


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


# What comes


def test_three_articles_then_the_feed_then_nothing(site: Platform, collector: RssCollector) -> None:
    source = source_of(serve(site, 1, 2, 3))
    pages = list(collector.fetch(source, None))
    assert part(pages) == ["article", "article", "article", "feed"]
    posts = read(collector, pages)
    assert [post.text for post in posts] == [text_of(1), text_of(2), text_of(3)]
    assert [post.title for post in posts] == ["Titre 1", "Titre 2", "Titre 3"]
    assert list(collector.fetch(source, pages[-1].cursor)) == []


def test_resuming_from_any_page_skips_nothing(site: Platform, collector: RssCollector) -> None:
    source = source_of(serve(site, 1, 2, 3))
    pages = list(collector.fetch(source, None))
    for behind in range(1, 4):
        rest = list(collector.fetch(source, pages[behind - 1].cursor))
        assert part(rest) == ["article"] * (3 - behind) + ["feed"]
        assert read(collector, pages[:behind]) + read(collector, rest) == read(collector, pages)


def test_what_a_post_of_an_article_says(site: Platform, collector: RssCollector) -> None:
    pages = list(collector.fetch(source_of(serve(site, 1)), None))
    [post] = read(collector, pages)
    assert post == Post(
        id=post.id,
        platform="web",
        source_id="delta",
        page_key=pages[0].key,
        kind="article",
        title="Titre 1",
        text=text_of(1),
        published_at=datetime(2026, 11, 19, 1, tzinfo=UTC),
        collected_at=NOW,
        author="Le Delta",
        author_is_public=True,
        url=site.url + "/a1",
        tags=("media_edite",),
    )


def test_a_byline_is_kept_nowhere_but_in_the_archived_bytes(
    site: Platform, collector: RssCollector
) -> None:
    for options in ({}, {"fetch_articles": False}):
        pages = list(collector.fetch(source_of(serve(site, 1), **options), None))
        told = json.dumps([[dict(page.options), page.cursor] for page in pages])
        assert "Plume" not in told + repr(read(collector, pages))


def test_an_article_is_the_same_post_from_its_page_and_from_the_feed(
    site: Platform, collector: RssCollector
) -> None:
    target = serve(site, 1, 2)
    full = read(collector, list(collector.fetch(source_of(target), None)))
    feed = read(collector, list(collector.fetch(source_of(target, fetch_articles=False), None)))
    assert {post.id for post in full} == {post.id for post in feed}
    assert [post.text for post in feed] == ["Résumé 2", "Résumé 1"]
    assert all("texte_du_flux" in post.tags for post in feed)


def test_only_the_newest_articles_are_fetched_and_the_others_told_by_the_feed(
    site: Platform, collector: RssCollector
) -> None:
    pages = list(collector.fetch(source_of(serve(site, 1, 2, 3), max_articles=2), None))
    texts = {post.title: post.text for post in read(collector, pages)}
    assert texts == {"Titre 1": "Résumé 1", "Titre 2": text_of(2), "Titre 3": text_of(3)}
    assert "/a1" not in site.paths


def test_an_entry_that_was_updated_is_read_again(site: Platform, collector: RssCollector) -> None:
    source = source_of(serve(site, 1, 2))
    cursor = list(collector.fetch(source, None))[-1].cursor
    dc = "<updated xmlns='http://www.w3.org/2005/Atom'>2026-11-19T12:00:00Z</updated>"
    site.serve("/feed", ok(rss(item(1), item(2, more=dc)), RSS))
    pages = list(collector.fetch(source, cursor))
    assert [post.title for post in read(collector, pages)] == ["Titre 2"]


def test_an_unchanged_feed_gives_no_page(site: Platform, collector: RssCollector) -> None:
    site.serve("/a1", ok(article(1)))
    feed = platform.changed(rss(item(1)).encode(), RSS, etag='"v1"')
    source = source_of(site.serve("/feed", feed))
    cursor = list(collector.fetch(source, None))[-1].cursor
    assert list(collector.fetch(source, cursor)) == []
    assert site.requests[-1].headers["if-none-match"] == '"v1"'


# What may not or cannot be read


@pytest.mark.parametrize(
    "behaviour",
    [
        status(403),
        status(404),
        status(418),
        redirect("https://autre.example/a1"),
        ok(b"%PDF-1.7 ...", "application/pdf"),
        ok(b""),
        ok(b"<html><body><div id=app></div></body></html>"),
        ok(
            b"<html><title>Just a moment...</title><body><p>"
            + b"Wait. " * 99
            + b"</p></body></html>"
        ),
        platform.huge(5_100_000),
        redirect("http://[/"),
    ],
)
def test_an_article_that_cannot_be_read_is_told_by_the_feed(
    site: Platform, collector: RssCollector, behaviour: platform.Behaviour
) -> None:
    source = source_of(serve(site, 1, 2, broken={1: behaviour}))
    pages = list(collector.fetch(source, None))
    assert part(pages) == ["article", "feed"]
    assert [post.text for post in read(collector, pages)] == [text_of(2), "Résumé 1"]
    assert list(collector.fetch(source, pages[-1].cursor)) == []


def test_a_wall_that_says_less_than_the_feed_is_not_the_article(
    site: Platform, collector: RssCollector
) -> None:
    wall = b"<html><body><article><p>Abonnez-vous pour lire la suite.</p></article></body></html>"
    site.serve("/a1", ok(wall))
    site.serve("/feed", ok(rss(item(1, more=f"<description>{text_of(1)}</description>")), RSS))
    pages = list(collector.fetch(source_of(site.url + "/feed"), None))
    assert [post.text for post in read(collector, pages)] == [text_of(1)]


def test_robots_txt_keeps_us_from_articles(site: Platform, collector: RssCollector) -> None:
    site.serve("/robots.txt", ok(b"User-agent: *\nDisallow: /a1", "text/plain"))
    pages = list(collector.fetch(source_of(serve(site, 1, 2)), None))
    assert [post.text for post in read(collector, pages)] == [text_of(2), "Résumé 1"]
    assert "/a1" not in site.paths


def test_an_article_out_of_reach_is_asked_for_again_and_then_told_by_the_feed(
    site: Platform, collector: RssCollector
) -> None:
    source = source_of(serve(site, 1, 2, broken={1: status(500)}))
    first = list(collector.fetch(source, None))
    assert [post.title for post in read(collector, first)] == ["Titre 2"]
    assert collector.parse(first[-1]).ignored == {WAITING: 1, ALREADY: 1}
    second = list(collector.fetch(source, first[-1].cursor))
    assert [post.text for post in read(collector, second)] == ["Résumé 1"]
    assert list(collector.fetch(source, second[-1].cursor)) == []


def test_an_article_back_in_reach_is_read_even_when_the_feed_has_dropped_it(
    site: Platform, collector: RssCollector
) -> None:
    source = source_of(serve(site, 1, 2, broken={1: platform.cut(article(1))}))
    first = list(collector.fetch(source, None))
    site.serve("/a1", ok(article(1)))
    site.serve("/feed", ok(rss(item(2)), RSS))
    second = list(collector.fetch(source, first[-1].cursor))
    assert [post.text for post in read(collector, second)] == [text_of(1)]


def test_an_article_lost_to_both_is_told_as_a_reject(
    site: Platform, collector: RssCollector
) -> None:
    source = source_of(serve(site, 1, 2, broken={1: status(503)}))
    first = list(collector.fetch(source, None))
    site.serve("/feed", ok(rss(item(2)), RSS))
    [page] = collector.fetch(source, first[-1].cursor)
    [reject] = collector.parse(page).rejects
    assert (reject.reason, reject.item) == (LOST, f"Titre 1 {site.url}/a1")
    assert list(collector.fetch(source, page.cursor)) == []


def test_a_site_that_fails_again_and_again_is_left_alone(
    site: Platform, collector: RssCollector
) -> None:
    numbers = (1, 2, 3, 4, 5, 6)
    source = source_of(serve(site, *numbers, broken=dict.fromkeys(numbers, status(500))))
    [page] = collector.fetch(source, None)
    assert {path for path in site.paths if path.startswith("/a")} == {"/a1", "/a2", "/a3"}
    assert collector.parse(page).ignored == {WAITING: 6}
    [page] = collector.fetch(source, page.cursor)
    assert len(collector.parse(page).posts) == 6


# Errors of the feed itself


def test_a_feed_that_asks_to_wait(site: Platform, collector: RssCollector) -> None:
    source = source_of(site.serve("/feed", status(429, {"Retry-After": "900"})))
    with pytest.raises(SourceUnavailable) as caught:
        list(collector.fetch(source, None))
    assert caught.value.retry_after_s == 900


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        (status(401), SourceForbidden),
        (status(404), SourceGone),
        (status(410), SourceGone),
        (status(500), SourceUnavailable),
        (platform.cut(rss(item(1)).encode(), RSS), SourceUnavailable),
        (redirect("https://autre.example/feed"), SourceChanged),
    ],
)
def test_each_failure_of_a_feed_says_what_to_do_next(
    site: Platform,
    collector: RssCollector,
    behaviour: platform.Behaviour,
    error: type[VeilleError],
) -> None:
    source = source_of(site.serve("/feed", behaviour))
    with pytest.raises(error):
        list(collector.fetch(source, None))


def test_what_was_yielded_before_a_failure_is_intact(
    site: Platform, collector: RssCollector
) -> None:
    source = source_of(serve(site, 1, 2, 3, broken={2: platform.cut(article(2))}))
    pages = []
    for page in collector.fetch(source, None):
        pages.append(page)
        site.serve("/a3", platform.hang_up())
    assert [post.text for post in read(collector, pages)] == [text_of(1)]
    assert pages[0].body == article(1)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"<html><head><title>Connexion</title></head><body><form></form></body></html>",
        b"<!doctype html><title>Just a moment...</title><script>window._cf_chl_opt={}</script>",
        b"<rss version='2.0'><channel><title>x</title><item><title>cut",
        b"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'ha'>]><rss version='2.0'></rss>",
        "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'ha'>]><rss></rss>".encode("utf-16"),
    ],
)
def test_what_is_no_feed_is_archived_and_then_told_loudly(
    site: Platform, collector: RssCollector, body: bytes
) -> None:
    fetched = collector.fetch(source_of(site.serve("/feed", ok(body, RSS))), None)
    page = next(fetched)
    assert (page.body, page.cursor) == (body, None)
    with pytest.raises(SourceChanged):
        collector.parse(page)
    with pytest.raises(SourceChanged):
        next(fetched)


def test_an_empty_feed_is_an_empty_feed(site: Platform, collector: RssCollector) -> None:
    [page] = collector.fetch(source_of(site.serve("/feed", ok(rss(), RSS))), None)
    assert collector.parse(page) == ParsedPage(posts=[])


@pytest.mark.parametrize(
    "options",
    [{"kind": "post"}, {"max_articles": -1}, {"max_articles": True}, {"fetch_article": True}],
)
def test_a_wrong_option_is_refused(collector: RssCollector, options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        next(collector.fetch(source_of("http://127.0.0.1/feed", **options), None))


@pytest.mark.parametrize(
    "behaviour",
    [
        status(401),
        status(404),
        status(429, {"Retry-After": "999"}),
        ok(b"{}"),
        ok(rss(item(1)), RSS),
    ],
)
def test_no_secret_in_any_log_error_or_page(
    site: Platform,
    collector: RssCollector,
    behaviour: platform.Behaviour,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    site.serve("/feed", behaviour)
    site.serve("/a1", ok(article(1)))
    target = f"http://cle:{TOKEN}@127.0.0.1:{site.port}/feed?format=rss&access_token={TOKEN}"
    told = ""
    try:
        for page in collector.fetch(source_of(target), None):
            told += f"{page!r} {collector.parse(page)!r}"
    except VeilleError as error:
        told += f"{error!r} {error.__cause__!r}"
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert TOKEN not in told + logged
    assert "/feed" in told


def test_which_parts_of_an_address_are_kept() -> None:
    url = "https://a:b@site.example/p?id_article=1&author=x&api_key=K&token=T&utm#c"
    kept = "https://site.example/p?id_article=1&author=x&api_key=***&token=***&utm#c"
    assert archived(url) == kept


# What a feed may be like


def page_of(body: bytes, content_type: str = RSS, **options: object) -> Page:
    return Page(
        source_id="delta",
        collector="rss",
        url="https://delta.example/feed",
        fetched_at=NOW,
        body=body,
        options={"part": "feed", "content_type": content_type, **options},
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<rss version='2.0'>é ɛ</rss>".encode(), "text/xml; charset=iso-8859-1"),
        ("<?xml version='1.0' encoding='iso-8859-1'?><rss version='2.0'>é ɛ</rss>".encode(), RSS),
        (
            "<?xml version='1.0' encoding='utf-16'?><rss version='2.0'>é ɛ</rss>".encode("utf-16"),
            "",
        ),
        ("<rss version='2.0'>é ŋ</rss>".replace("ŋ", "œ").encode("cp1252"), "text/xml"),
        ("<rss version='2.0'>é œ</rss>".encode("cp1252"), "text/xml; charset=windows-1252"),
        ("\ufeff<rss version='2.0'>é ɛ</rss>".encode(), ""),
    ],
)
def test_the_encoding_is_found_whatever_is_claimed(
    collector: RssCollector, body: bytes, kind: str
) -> None:
    encoding = "utf-16" if b"\0" in body else "cp1252" if b"\x9c" in body else "utf-8"
    words = body.decode(encoding).partition("'2.0'>")[2].partition("<")[0]
    whole = body.decode(encoding).replace(words, f"<channel>{item(1)}</channel>")
    whole = whole.replace("Titre 1", words)
    assert collector.parse(page_of(whole.encode(encoding), kind)).posts[0].title == words


def test_a_cut_feed_gives_its_whole_entries_and_says_what_is_missing(
    collector: RssCollector,
) -> None:
    body = rss(item(1), item(2), item(3)).partition("umé 1")[0].encode()
    parsed = collector.parse(page_of(body))
    assert [post.title for post in parsed.posts] == ["Titre 3", "Titre 2"]
    assert [reject.reason for reject in parsed.rejects] == [CUT]


def test_a_feed_with_faults_that_hide_nothing_is_read(collector: RssCollector) -> None:
    body = rss(item(1), item(2)).replace("Résumé 1", "Sel & <b>poivre &nbsp; x:y").encode()
    assert len(collector.parse(page_of(body)).posts) == 2


def test_the_same_address_twice_is_one_post(collector: RssCollector) -> None:
    body = rss(item(1, link="/a"), item(2, link="/a?utm_source=rss#x")).encode()
    parsed = collector.parse(page_of(body))
    assert len(parsed.posts) == 1
    assert parsed.ignored == {TWICE: 1}


@pytest.mark.parametrize("date", ["1970-01-01T00:00:00Z", "2031-01-01T00:00:00Z", "bientôt", ""])
def test_a_date_nobody_can_believe_is_the_day_of_collection_and_says_so(
    collector: RssCollector, date: str
) -> None:
    body = rss(item(1)).replace("Thu, 19 Nov 2026 01:00:00 GMT", date).encode()
    [post] = collector.parse(page_of(body)).posts
    assert post.published_at == NOW
    assert "date_de_collecte" in post.tags


def test_entities_that_unfold_for_ever_are_refused_at_once(collector: RssCollector) -> None:
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 30))
    body = f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY l0 'ha'>{laughs}]>" + rss(
        item(1, more="<comments>&l29;</comments>")
    )
    started = time.monotonic()
    with pytest.raises(SourceChanged, match="entities"):
        collector.parse(page_of(body.encode()))
    assert time.monotonic() - started < 1


def test_a_line_of_ten_megabytes_is_read(collector: RssCollector) -> None:
    body = rss(item(1)).replace("Résumé 1", "mot " * 2_500_000).encode()
    assert len(collector.parse(page_of(body)).posts[0].text) > 9_000_000


def test_markup_becomes_plain_text() -> None:
    markup = "<p>L&#8217;eau&nbsp;<b>vive</b></p><p>5 &lt; 6<br>fin</p><!-- x --> a < b"
    assert plain(markup) == "L’eau vive\n5 < 6\nfin\na < b"
    assert plain(None) == ""


def test_comments_are_answers_without_names(collector: RssCollector) -> None:
    body = rss(
        item(1, link="/a#comment-7").replace("Une Plume", "Nom Public"),
        item(2, link="/b#comment-8"),
    ).replace("Titre", "Commentaire de Nom Public")
    posts = collector.parse(page_of(body.encode(), kind="comment")).posts
    assert [post.kind for post in posts] == ["comment", "comment"]
    assert "Nom Public" not in repr(posts)
    [of_article] = collector.parse(page_of(rss(item(3, link="/a")).encode())).posts
    assert posts[1].thread_id == posts[1].parent_id == of_article.id
    assert len({post.author for post in posts}) == 2
    assert len({post.id for post in posts}) == 2


def test_a_cursor_has_a_bound_and_a_damaged_one_does_no_harm(
    site: Platform, collector: RssCollector
) -> None:
    memory = Memory()
    memory.settle(f"{number:012}" for number in range(2 * MAX_SEEN))
    assert len(json.loads(memory.cursor())["seen"]) == MAX_SEEN
    source = source_of(serve(site, 1))
    for cursor in ("", "{", "[]", "null", '{"seen": 3}', '{"seen": [], "waiting": [{"key": 1}]}'):
        assert part(list(collector.fetch(source, cursor))) == ["article", "feed"]


# Anything at all

ANY_FEED = st.lists(
    st.sampled_from(
        [b"<rss version='2.0'>", b"<feed xmlns='http://www.w3.org/2005/Atom'>", b"</rss>", b"&a;",
         b"<item>", b"</item>", b"<entry>", b"<link>", b"http://[", b"<link href='//['/>",
         b"<guid>", b"<title>", b"</title>", b"<![CDATA[", b"]]>", b"&#x110000;", b"&lt;", b"\0",
         b"<pubDate>", b"2026-13-45", b"<description>", b"<content type='xhtml'>", b"<div>",
         b"<img src='http://['/>", b"\xff\xfe"]
    )
    | st.binary(max_size=8),
    max_size=20,
).map(b"".join)  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=st.binary(max_size=200) | ANY_FEED, kind=st.sampled_from([RSS, "text/xml; charset=x"]))
@example(body=b"<rss version='2.0'><item><link>http://[</link><guid>http://[</guid>", kind=RSS)
def test_parse_raises_nothing_but_source_changed(privacy: Privacy, body: bytes, kind: str) -> None:
    collector, feed = collector_of(privacy), page_of(body, kind)
    entry = {"key": "k", "entry_id": "i", "link": "https://a.example/b", "title": "t", "text": ""}
    options = {
        "part": "article",
        "site": "s",
        "post_id": "web:x",
        "entry": {**entry, "published_at": None},
    }
    for page in (feed, replace(feed, options=options), replace(feed, options={"part": "article"})):
        try:
            parsed = collector.parse(page)
        except SourceChanged:
            continue
        assert parsed == collector.parse(page)
        assert all(post.id.startswith(f"{post.platform}:") for post in parsed.posts)
