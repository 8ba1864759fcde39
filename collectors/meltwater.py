"""Meltwater's CSV of news and social posts: often UTF-16 with tabs under a ".csv" name.

"Opening Text" is the beginning of an article and "Hit Sentence" the one that was searched for:
both are kept. "Reach" is an estimate of a press audience, never a number of views.
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
from veille.post import Page, ParsedPage, Post, Reading
from veille.privacy import Privacy

_TEXTS = ("Headline", "Title", "Opening Text", "Hit Sentence")
_KNOWN = frozenset(
    (
        "Date", "Time", "Alternate Date Format", "URL", *_TEXTS, "Source", "Source Name",
        "Influencer", "Author Name", "Country", "Subregion", "State", "City", "Language", "Reach",
        "Desktop Reach", "Mobile Reach", "Global Reach", "National Reach", "Local Reach",
        "Twitter Social Echo", "Facebook Social Echo", "Reddit Social Echo", "Social Echo Total",
        "Editorial Echo", "National Viewership", "Local Viewership", "Engagement", "AVE",
        "Sentiment", "Key Phrases", "Input Name", "Keywords", "Twitter Authority", "Tweet Id",
        "Twitter Id", "Twitter Client", "Twitter Screen Name", "User Profile Url", "Twitter Bio",
        "Twitter Followers", "Twitter Following", "Views", "Estimated Views", "Likes", "Replies",
        "Retweets", "Comments", "Shares", "Reactions", "Threads", "Is Verified", "Document ID",
        "Document Tags", "Custom Categories", "Content Type", "Source Type", "Parent URL",
    )
)  # fmt: skip
_WRITER = ("Influencer", "Twitter Screen Name", "Author Name", "Twitter Id")
_ABOUT_WRITERS = frozenset({"User Profile Url", "Twitter Bio"})
# The address of an article is that of its site, whoever signs it.
_OF_THE_SITE = ("URL",)
_HEADER = has("Date", "URL", "Hit Sentence", "Input Name")


def _recognises(head: FileHead) -> bool:
    return has_header(head.start, _HEADER)


def _clean(body: bytes, _options: Mapping[str, object], privacy: Privacy) -> Cleaned:
    return cleaned_table(
        body,
        header=_HEADER,
        text=_TEXTS.__contains__,
        dropped=_ABOUT_WRITERS.__contains__,
        rewritten=partial(_private, privacy),
    )


def _private(privacy: Privacy, cells: Mapping[str, str]) -> Mapping[str, str]:
    platform = _platform(cells)
    return without_person(
        cells,
        names=_WRITER,
        platform=platform,
        privacy=privacy,
        spared=(*_TEXTS, *_OF_THE_SITE) if platform == "web" else _TEXTS,
    )


def _platform(cells: Mapping[str, str]) -> str:
    return platform_of_url(first_of(cells, "URL")) or "web"


def _read(page: Page, privacy: Privacy) -> ParsedPage:
    table = read_table(page.body, header=_HEADER)
    export = export_of(page, privacy, table=table, dates="Date")
    return read_rows(table, partial(_post, export), known=_KNOWN.__contains__)


def _post(export: Export, cells: Mapping[str, str]) -> tuple[Post, Reading | None] | str:
    url = first_of(cells, "URL")
    platform = _platform(cells)
    is_press = platform == "web"
    post = post_of(
        export,
        Mention(
            url=url,
            published=_published(cells),
            text=_text(cells),
            title=first_of(cells, "Headline", "Title") if is_press else "",
            person=first_of(cells, *_WRITER),
            publisher=first_of(cells, "Source", "Source Name") if is_press else "",
            native_id=identifier_of(cells.get("Tweet Id", "")) if platform == "x" else "",
            parent_url=first_of(cells, "Parent URL"),
        ),
    )
    return post if isinstance(post, str) else (post, _reading(export, post.id, cells))


def _published(cells: Mapping[str, str]) -> str:
    day, clock = first_of(cells, "Date", "Alternate Date Format"), first_of(cells, "Time")
    return f"{day} {clock}" if clock and ":" not in day else day


def _text(cells: Mapping[str, str]) -> str:
    opening, hit = first_of(cells, "Opening Text"), first_of(cells, "Hit Sentence")
    if not opening or opening in hit:
        return hit
    return opening if hit.strip(". …") in opening else f"{opening}\n\n{hit}"


def _reading(export: Export, post_id: str, cells: Mapping[str, str]) -> Reading | None:
    return reading_of(
        export,
        post_id,
        likes=number_of(cells.get("Likes", "")),
        comments=number_of(first_of(cells, "Comments", "Replies")),
        shares=number_of(first_of(cells, "Shares", "Retweets")),
        views=number_of(cells.get("Views", "")),
        reactions=number_of(cells.get("Reactions", "")),
    )


FORMAT = FileFormat(
    name="meltwater",
    title="Meltwater (CSV ou Excel)",
    recognises=_recognises,
    clean=_clean,
    read=_read,
)
