"""Talkwalker's export of news, posts and comments, as CSV, Excel or JSON.

The country is often missing for Africa and is not read. The text of posts of X may be
withheld: such rows are counted, not invented from the snippet's dots.
"""

from collections.abc import Mapping
from functools import partial

from collectors.files import Cleaned, FileFormat, FileHead
from collectors.tables import has, has_header, read_rows, read_table
from collectors.tables.cleaning import cleaned_table
from collectors.tables.exports import (
    Export,
    Mention,
    export_of,
    first_of,
    post_of,
    reading_of,
    total_of,
)
from collectors.tables.links import platform_of_url
from collectors.tables.persons import without_person
from veille.post import Kind, Page, ParsedPage, Post, Reading
from veille.privacy import Privacy

_TEXTS = ("title", "title_snippet", "content", "content_snippet")
_KNOWN = frozenset(
    (
        "url", "indexed", "search_indexed", "published", "external_id", *_TEXTS, "root_url",
        "domain_url", "host_url", "parent_url", "lang", "porn_level", "fluency_level",
        "spam_level", "noise_level", "nsfw_level", "sentiment", "reach", "engagement",
        "source_type", "post_type", "cluster_id", "meta_cluster_id", "tags_internal",
        "tags_marking", "tags_customer", "matched_profile", "word_count", "provider", "country",
    )
)  # fmt: skip
# Talkwalker adds attributes without notice; these families hold nothing that is read as text.
_FAMILIES = (
    "extra_", "article_extended_attributes.", "source_extended_attributes.", "entity_", "images",
    "videos", "keywords",
)  # fmt: skip
_HEADER = has("url", "indexed", "source_type", "content_snippet")
_AUTHOR = "extra_author_attributes."
_WRITER = tuple(_AUTHOR + name for name in ("name", "short_name", "id"))
_SITE = "extra_source_attributes.name"
# The address of an article is that of its site, whoever signs it.
_OF_THE_SITE = ("url", "root_url", "domain_url", "host_url")
_COUNTERS = "article_extended_attributes."


def _recognises(head: FileHead) -> bool:
    return has_header(head.start, _HEADER)


def _clean(body: bytes, _options: Mapping[str, object], privacy: Privacy) -> Cleaned:
    return cleaned_table(
        body,
        header=_HEADER,
        text=_TEXTS.__contains__,
        rewritten=partial(_private, privacy),
    )


def _private(privacy: Privacy, cells: Mapping[str, str]) -> Mapping[str, str]:
    if _is_page(cells):
        return {}
    is_press = _is_press(cells)
    about = [name for name in cells if name.startswith(_AUTHOR) and name not in _WRITER]
    return without_person(
        cells,
        names=_WRITER,
        platform=platform_of_url(first_of(cells, "url")) or "web",
        privacy=privacy,
        about=about if is_press else (*about, _SITE),
        spared=(*_TEXTS, *_OF_THE_SITE) if is_press else _TEXTS,
    )


def _is_press(cells: Mapping[str, str]) -> bool:
    source_type = cells.get("source_type", "").upper()
    return "NEWS" in source_type or "BLOG" in source_type or "PRESS" in source_type


def _is_page(cells: Mapping[str, str]) -> bool:
    """Talkwalker sees Facebook pages only; under their posts, persons write the comments."""
    return "FACEBOOK" in cells.get("source_type", "").upper() and _kind(cells) != "comment"


def _read(page: Page, privacy: Privacy) -> ParsedPage:
    table = read_table(page.body, header=_HEADER)
    export = export_of(page, privacy, table=table, dates="indexed")
    return read_rows(table, partial(_post, export), known=_is_known)


def _is_known(name: str) -> bool:
    return name in _KNOWN or name.startswith(_FAMILIES)


def _post(export: Export, cells: Mapping[str, str]) -> tuple[Post, Reading | None] | str:
    is_press, is_page, kind = _is_press(cells), _is_page(cells), _kind(cells)
    site = first_of(cells, _SITE, "host_url")
    writer = first_of(cells, *_WRITER)
    post = post_of(
        export,
        Mention(
            url=first_of(cells, "url"),
            published=first_of(cells, "published", "indexed"),
            text=first_of(cells, "content", "content_snippet"),
            title=first_of(cells, "title", "title_snippet") if is_press else "",
            person=writer,
            publisher=site if is_press else writer if is_page else "",
            parent_url=first_of(cells, "parent_url") if kind == "comment" else "",
            kind=kind,
        ),
    )
    return post if isinstance(post, str) else (post, _reading(export, post.id, cells))


def _kind(cells: Mapping[str, str]) -> Kind | None:
    source_type = cells.get("source_type", "").upper()
    post_type = cells.get("post_type", "").upper()
    if "COMMENT" in source_type or "COMMENT" in post_type:
        return "comment"
    return "post" if "MESSAGEBOARD" in source_type or "SOCIALMEDIA" in source_type else None


def _reading(export: Export, post_id: str, cells: Mapping[str, str]) -> Reading | None:
    def counter(*names: str) -> int | None:
        return total_of(cells, [_COUNTERS + name for name in names])

    return reading_of(
        export,
        post_id,
        likes=counter("facebook_likes", "twitter_likes", "youtube_likes", "instagram_likes"),
        comments=counter("num_comments"),
        shares=counter("facebook_shares", "twitter_retweets", "twitter_shares"),
        views=counter("youtube_views", "tiktok_views"),
        reactions=counter("facebook_reactions_total"),
    )


FORMAT = FileFormat(
    name="talkwalker",
    title="Talkwalker (CSV, Excel ou JSON)",
    recognises=_recognises,
    clean=_clean,
    read=_read,
)
