"""What a feed may be like: any encoding, any fault, any bytes."""

import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from collectors.rss import RssCollector
from collectors.rss.feed import plain
from collectors.rss.posts import CUT, TWICE
from tests.servers.news import NOW, collector_of, item, rss
from tests.servers.platform import RSS
from veille.errors import (
    SourceChanged,
)
from veille.post import Page
from veille.privacy import Privacy


@pytest.fixture
def collector(privacy: Privacy) -> RssCollector:
    return collector_of(privacy)


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
