"""From what a feed or an article's page says to posts."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import urldefrag, urlsplit

from collectors.rss.article import article_text
from collectors.rss.feed import Entry, Feed, feed_of
from collectors.rss.memory import entry_of
from collectors.tables.links import post_id_of_url
from collectors.tables.values import hashed_id
from veille.errors import SourceChanged
from veille.http.address import archived, shown
from veille.post import Page, ParsedPage, Post, Reject
from veille.privacy import Privacy

_COMMENTS_PAGE = re.compile(r"/comment-page-\d+/?$")
ALREADY = "déjà lu, ou lu sur la page de l’article"
WAITING = "article injoignable, redemandé au prochain passage"
TWICE = "en double dans le flux"
CUT = "flux coupé : la fin manque"
LOST = "article injoignable deux fois et sorti du flux entre-temps"


def posts_of_feed(page: Page, privacy: Privacy) -> ParsedPage:
    """Posts of those entries that `page.options["from_feed"]` names by key; of all without it.

    Raises `SourceChanged` when the page is no feed.
    """
    feed = feed_of(
        page.body,
        url=page.url,
        content_type=str(page.options.get("content_type", "")),
        read_at=page.fetched_at,
    )
    from_feed, waiting = _names(page, "from_feed"), _names(page, "waiting") or frozenset()
    posts: dict[str, Post] = {}
    ignored: Counter[str] = Counter()
    rejects = [Reject(where="fin du flux", reason=CUT)] if feed.is_cut else []
    lost = sorted(_names(page, "lost") or ())
    rejects += [Reject(where="hors du flux", reason=LOST, item=item) for item in lost]
    for place, entry in enumerate(feed.entries, 1):
        identity = post_id(entry, page.url, str(page.options.get("kind", "")))
        if entry.key in waiting:
            ignored[WAITING] += 1
        elif from_feed is not None and entry.key not in from_feed:
            ignored[ALREADY] += 1
        elif fault := _fault(entry, identity):
            rejects.append(Reject(where=f"entrée {place}", reason=fault, item=entry.title))
        elif identity in posts:
            ignored[TWICE] += 1
        else:
            posts[identity] = _post(entry, page, feed, identity, privacy)
    return ParsedPage(posts=list(posts.values()), rejects=rejects, ignored=dict(ignored))


def posts_of_article(page: Page) -> ParsedPage:
    """The one post of an article. Raises `SourceChanged` when the page shows none."""
    try:
        raw: Any = page.options["entry"]
        entry = entry_of(raw)
        site, identity = str(page.options["site"]), str(page.options["post_id"])
    except (KeyError, TypeError, ValueError) as error:
        raise SourceChanged(f"{shown(page.url)}: options of no article's page") from error
    text = article_text(page.body, str(page.options.get("content_type", "")))
    if not text:
        raise SourceChanged(f"{shown(page.url)} shows no article: open it in a browser")
    text = _without_title(text, entry.title)
    return ParsedPage(posts=[_article(entry, page, identity, site=site, text=text)])


def post_id(entry: Entry, url: str, kind: str = "") -> str:
    """The id of an entry of the feed at `url`; empty when the feed gives nothing to know it by.

    An article's is that of its address; a comment's address is that of its article, so that
    its id comes from the feed's own.
    """
    if entry.answers or kind == "comment":
        return _comment_id(url, entry.entry_id) if entry.entry_id else ""
    by_address = post_id_of_url(entry.link) if entry.link else None
    if by_address is None and entry.entry_id:
        return hashed_id("web", _host(url), entry.entry_id)
    return by_address or ""


def _post(entry: Entry, page: Page, feed: Feed, identity: str, privacy: Privacy) -> Post:
    if entry.answers or page.options.get("kind") == "comment":
        return _comment(entry, page, identity, privacy)
    return _article(entry, page, identity, site=feed.title, text="")


def _article(entry: Entry, page: Page, identity: str, *, site: str, text: str) -> Post:
    """An article; without `text` the feed's own. Its author is the site, never a person."""
    told = text or entry.text
    return Post(
        id=identity,
        platform=identity.partition(":")[0],
        source_id=page.source_id,
        page_key=page.key,
        kind="article",
        title=entry.title if told else "",
        text=told or entry.title,
        published_at=entry.published_at or page.fetched_at,
        collected_at=page.fetched_at,
        author=site or _host(page.url),
        author_is_public=True,
        url=archived(entry.link),
        tags=_tags(entry, "media_edite", "" if text else "texte_du_flux"),
        details=_details(entry),
    )


def _comment(entry: Entry, page: Page, identity: str, privacy: Privacy) -> Post:
    """A comment without its title, which is made of the author's name."""
    article = _article_address(entry)
    thread_id = post_id_of_url(article) if article else None
    answers_comment = "#" in entry.answers
    return Post(
        id=identity,
        platform=identity.partition(":")[0],
        source_id=page.source_id,
        page_key=page.key,
        kind="comment",
        text=entry.text,
        published_at=entry.published_at or page.fetched_at,
        collected_at=page.fetched_at,
        author=privacy.author_key("web", f"{_host(page.url)}|{entry.author}")
        if entry.author
        else "",
        url=archived(entry.link),
        parent_id=_comment_id(page.url, entry.answers) if answers_comment else thread_id,
        thread_id=thread_id,
        tags=_tags(entry),
        details=_details(entry),
    )


def _without_title(text: str, title: str) -> str:
    """The article without its heading, which the post has as its title."""
    first, _, rest = text.partition("\n")
    is_heading = " ".join(first.split()).casefold() == " ".join(title.split()).casefold()
    return rest.strip() if is_heading and rest.strip() else text


def _fault(entry: Entry, identity: str) -> str:
    if not identity:
        return "entrée sans adresse ni identifiant"
    if not (entry.text or entry.title):
        return "entrée sans texte ni titre"
    return ""


def _tags(entry: Entry, *tags: str) -> tuple[str, ...]:
    return tuple(
        tag
        for tag in (
            *tags,
            "audio" if entry.has_audio else "",
            "" if entry.published_at else "date_de_collecte",
        )
        if tag
    )


def _details(entry: Entry) -> dict[str, str]:
    return {"langue annoncée": entry.lang} if entry.lang else {}


def _article_address(entry: Entry) -> str:
    """Of the article a comment stands under: what it says, else its own address cut short."""
    address, fragment = urldefrag(entry.answers_url or entry.link)
    if not (entry.answers_url or fragment):
        return ""
    return _COMMENTS_PAGE.sub("/", address)


def _comment_id(url: str, entry_id: str) -> str:
    return hashed_id("web", _host(url), "comment", entry_id)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _names(page: Page, option: str) -> frozenset[str] | None:
    told = page.options.get(option)
    return frozenset(map(str, told)) if isinstance(told, Iterable) else None
