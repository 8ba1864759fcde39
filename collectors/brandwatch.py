"""Brandwatch's export of mentions: the name of the query and its dates stand above the columns.

"Snippet" is cut at 200 characters; "Full Text" is read where the export holds it. "Impact" and
"Reach" are estimates and are not read as counters.
"""

from collections.abc import Mapping
from functools import partial

from collectors.files import Cleaned, FileFormat, FileHead
from collectors.tables import has, has_header, read_rows, read_table
from collectors.tables.cleaning import cleaned_table
from collectors.tables.exports import Export, Mention, export_of, first_of, post_of, reading_of
from collectors.tables.links import platform_of_url
from collectors.tables.persons import without_person
from collectors.tables.values import identifier_of, number_of
from veille.post import Kind, Page, ParsedPage, Post, Reading
from veille.privacy import Privacy

_TEXTS = ("Title", "Snippet", "Full Text")
_KNOWN = frozenset(
    (
        "Query Id", "Query Name", "Resource Id", "Date", "Added", "Updated", *_TEXTS, "Url",
        "Original Url", "Domain", "Sentiment", "Page Type", "Content Source", "Content Source Name",
        "Pub Type", "Subtype", "Language", "Country", "Country Code", "Continent",
        "Continent Code", "Region", "Region Code", "City", "City Code", "Location Name",
        "Account Type", "Author", "Full Name", "Gender", "Professions", "Interest", "Avatar",
        "Checked", "Starred", "Status", "Priority", "Assignment", "Tags", "Impact", "Reach",
        "Reach (new)", "Impressions", "Engagement Score", "Engagement Type", "Is Syndicated",
        "Linkback Count", "Media URLs", "Media Filter", "Expanded URLs", "Hashtags",
        "Mentioned Authors", "Monthly Visitors", "Page Type Name", "Short URLs", "Thread Author",
        "Thread Entry Type", "Thread Id", "Thread URL", "Thread Created Date", "Parent Blog Name",
        "Root Blog Name", "Display URLs", "Location", "Latitude", "Longitude", "Emotion",
        "Likes", "Comments", "Shares", "Reactions Total", "Copyright", "Category Details",
    )
)  # fmt: skip
_FAMILIES = ("Facebook ", "Twitter ", "X ", "Instagram ", "Reddit ", "Youtube ", "YouTube ",
             "LinkedIn ", "TikTok ", "Blog ", "Category")  # fmt: skip
_WRITER = ("Author", "Full Name")
# What describes who wrote, or names others, and is not read.
_ABOUT_WRITERS = frozenset(
    {"Avatar", "Gender", "Professions", "Interest", "Thread Author", "Mentioned Authors",
     "Latitude", "Longitude"}
)  # fmt: skip
_OF_WRITERS = ("Author ID", "Author Id", "Reply to", "Retweet of", "Repost of", "Author", "Bio")
# The address of an article is that of its site, whoever signs it.
_OF_THE_SITE = ("Url", "Original Url")
_HEADER = has("Query Id", "Date", "Url", "Snippet", "Page Type")
_PLATFORMS = {
    "twitter": "x", "x": "x", "facebook": "facebook", "facebook_public": "facebook",
    "instagram": "instagram", "instagram_public": "instagram", "youtube": "youtube",
    "tiktok": "tiktok", "telegram": "telegram",
}  # fmt: skip
_PRESS = frozenset({"news", "blog", "print", "tv", "radio", "podcast", "news_licensed"})


def _recognises(head: FileHead) -> bool:
    return has_header(head.start, _HEADER)


def _clean(body: bytes, _options: Mapping[str, object], privacy: Privacy) -> Cleaned:
    return cleaned_table(
        body,
        header=_HEADER,
        text=_TEXTS.__contains__,
        dropped=_is_about_writers,
        rewritten=partial(_private, privacy),
    )


def _is_about_writers(name: str) -> bool:
    return name in _ABOUT_WRITERS or (name.startswith(_FAMILIES) and name.endswith(_OF_WRITERS))


def _private(privacy: Privacy, cells: Mapping[str, str]) -> Mapping[str, str]:
    if _is_page(cells):
        return {}
    page_type = _page_type(cells)
    return without_person(
        cells,
        names=_WRITER,
        platform=_PLATFORMS.get(page_type) or platform_of_url(_url(cells)) or "web",
        privacy=privacy,
        spared=(*_TEXTS, *_OF_THE_SITE) if page_type in _PRESS else _TEXTS,
    )


def _read(page: Page, privacy: Privacy) -> ParsedPage:
    table = read_table(page.body, header=_HEADER)
    export = export_of(page, privacy, table=table, dates="Date")
    return read_rows(table, partial(_post, export), known=_is_known)


def _is_known(name: str) -> bool:
    return name in _KNOWN or name.startswith(_FAMILIES)


def _url(cells: Mapping[str, str]) -> str:
    return first_of(cells, "Url", "Original Url")


def _page_type(cells: Mapping[str, str]) -> str:
    return cells["Page Type"].strip().lower()


def _is_page(cells: Mapping[str, str]) -> bool:
    """ "owner" is the page itself, "audience" whoever writes on it."""
    return cells.get("Facebook Role", "").strip().lower() == "owner"


def _post(export: Export, cells: Mapping[str, str]) -> tuple[Post, Reading | None] | str:
    page_type = _page_type(cells)
    is_press = page_type in _PRESS
    writer = first_of(cells, *_WRITER)
    kind = _kind(page_type, cells)
    post = post_of(
        export,
        Mention(
            url=_url(cells),
            published=first_of(cells, "Date"),
            text=first_of(cells, "Full Text", "Snippet"),
            title=first_of(cells, "Title") if is_press else "",
            person=writer,
            publisher=first_of(cells, "Domain") if is_press else writer if _is_page(cells) else "",
            platform=_PLATFORMS.get(page_type, ""),
            native_id=identifier_of(cells.get("Resource Id", "")),
            parent_url=first_of(cells, "Thread URL") if kind == "comment" else "",
            kind=kind,
        ),
    )
    return post if isinstance(post, str) else (post, _reading(export, post.id, cells))


def _kind(page_type: str, cells: Mapping[str, str]) -> Kind | None:
    subtype = first_of(cells, "Facebook Subtype", "Subtype", "Thread Entry Type").lower()
    if "comment" in subtype or subtype == "reply":
        return "comment"
    return None if page_type in _PRESS or not page_type else "post"


def _reading(export: Export, post_id: str, cells: Mapping[str, str]) -> Reading | None:
    def counter(*names: str) -> int | None:
        return number_of(first_of(cells, *names))

    return reading_of(
        export,
        post_id,
        likes=counter("Likes", "Facebook Likes", "X Likes", "Twitter Likes", "Instagram Likes"),
        comments=counter(
            "Comments",
            "Facebook Comments",
            "X Replies",
            "Twitter Reply Count",
            "Instagram Comments",
        ),
        shares=counter("Shares", "Facebook Shares", "X Reposts", "Twitter Retweets"),
        views=counter("YouTube Views", "Youtube Views", "TikTok Views"),
        reactions=counter("Reactions Total", "Facebook Reactions"),
    )


FORMAT = FileFormat(
    name="brandwatch",
    title="Brandwatch (CSV ou Excel)",
    recognises=_recognises,
    clean=_clean,
    read=_read,
)
