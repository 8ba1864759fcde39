"""CrowdTangle's CSV of Facebook pages and groups: closed in 2024, kept as a baseline.

A message may be empty while the words stand in the picture or in the shared link: they follow
the message under their names. "Post Views" counts native video only: its zero under another
type of post means "not told".
"""

from collections.abc import Mapping, Sequence
from functools import partial

from collectors.files import Cleaned, FileFormat, FileHead
from collectors.tables import has_header, read_rows, read_table
from collectors.tables.cleaning import cleaned_table
from collectors.tables.exports import (
    NO_TEXT,
    WITHHELD,
    Export,
    export_of,
    is_withheld,
    joined_text,
    reading_of,
    total_of,
)
from collectors.tables.links import post_id_of_url
from collectors.tables.values import hashed_id, identifier_of, number_of
from veille.post import Page, ParsedPage, Post, Reading
from veille.privacy import Privacy

_REACTIONS = ("Likes", "Love", "Wow", "Haha", "Sad", "Angry", "Care")
_TEXTS = ("Message", "Image Text", "Link Text", "Description")
_KNOWN = frozenset(
    (
        "Page Name", "Group Name", "User Name", "Facebook Id", "Page Category",
        "Page Admin Top Country", "Page Description", "Page Created", "Likes at Posting",
        "Followers at Posting", "Post Created", "Created", "Post Created Date",
        "Post Created Time", "Type", "Total Interactions", "Comments", "Shares",
        *_REACTIONS, "Thankful", "Video Share Status", "Is Video Owner?", "Post Views",
        "Total Views", "Total Views For All Crossposts", "Video Length", "URL", "Link",
        "Final Link", *_TEXTS, "Sponsor Id", "Sponsor Name", "Sponsor Category", "Score", "Size",
    )
)  # fmt: skip
# The last column's name ends in the weights of the score, different in every account.
_SCORE = "Overperforming Score"


def _is_header(names: Sequence[str]) -> bool:
    return {"Facebook Id", "URL", "Message", "Total Interactions"}.issubset(names)


def _recognises(head: FileHead) -> bool:
    return has_header(head.start, _is_header)


def _clean(body: bytes, _options: Mapping[str, object], _privacy: Privacy) -> Cleaned:
    return cleaned_table(body, header=_is_header, text=frozenset(_TEXTS).__contains__)


def _read(page: Page, privacy: Privacy) -> ParsedPage:
    table = read_table(page.body, header=_is_header)
    export = export_of(page, privacy, table=table)
    return read_rows(table, partial(_post, export), known=_is_known)


def _is_known(name: str) -> bool:
    return name in _KNOWN or name.startswith(_SCORE)


def _post(export: Export, cells: Mapping[str, str]) -> tuple[Post, Reading | None] | str:
    text = joined_text(
        cells["Message"],
        {
            "Texte de l'image": cells.get("Image Text", ""),
            "Texte du lien": cells.get("Link Text", ""),
            "Description": cells.get("Description", ""),
        },
    )
    if not text:
        return NO_TEXT
    if is_withheld(text):
        return WITHHELD
    created = cells.get("Post Created") or cells.get("Created", "")
    owner, url = identifier_of(cells["Facebook Id"]), cells["URL"].strip()
    post_id = post_id_of_url(url, owner_id=owner) or hashed_id("facebook", owner, created, text)
    post = Post(
        id=post_id,
        platform="facebook",
        source_id=export.source_id,
        page_key=export.page_key,
        kind="post",
        text=text,
        published_at=export.moment(created),
        collected_at=export.fetched_at,
        author=(cells.get("Page Name") or cells.get("Group Name", "")).strip(),
        author_is_public=True,
        url=url,
    )
    return post, _reading(export, post_id, cells)


def _reading(export: Export, post_id: str, cells: Mapping[str, str]) -> Reading | None:
    likes, comments = number_of(cells.get("Likes", "")), number_of(cells.get("Comments", ""))
    shares, views = number_of(cells.get("Shares", "")), number_of(cells.get("Post Views", ""))
    reactions = total_of(cells, _REACTIONS)
    if reactions is None and (interactions := number_of(cells["Total Interactions"])) is not None:
        reactions = interactions - (comments or 0) - (shares or 0)
    if not views and "Video" not in cells.get("Type", ""):
        views = None
    return reading_of(
        export, post_id,
        likes=likes, comments=comments, shares=shares, views=views, reactions=reactions,
    )  # fmt: skip


FORMAT = FileFormat(
    name="crowdtangle",
    title="CrowdTangle (CSV)",
    recognises=_recognises,
    clean=_clean,
    read=_read,
)
