"""Exports of platforms: what their traps must not do (acceptance story 30 and its kin)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.brandwatch import FORMAT as BRANDWATCH
from collectors.contentlibrary import FORMAT as CONTENT_LIBRARY
from collectors.crowdtangle import FORMAT as CROWDTANGLE
from collectors.files import FileFormat, page_of_file
from collectors.meltwater import FORMAT as MELTWATER
from collectors.tables.cleaning import MASKED, MILITARY
from collectors.tables.exports import WITHHELD, joined_text
from collectors.talkwalker import FORMAT as TALKWALKER
from veille.errors import FileRefused
from veille.post import Page, ParsedPage
from veille.privacy import Privacy
from veille.stores.sqlite import SqlitePostStore

SCORE = "Overperforming Score (weighted  —  " + "Likes 1x Shares 1x Comments 1x " * 3 + ")"
NAMES = f"Page Name,Facebook Id,Post Created,Type,Total Interactions,Likes,URL,Message,{SCORE}"
PAGE_URL = "https://www.facebook.com/1000/posts"


def page_of(
    folder: Path, body: bytes, file_format: FileFormat, **options: object
) -> tuple[Page, Mapping[str, int]]:
    path = folder / "export.csv"
    path.write_bytes(body)
    page = page_of_file(
        path,
        formats=[file_format],
        privacy=Privacy(b"test-secret"),
        max_file_bytes=10_000_000,
        fetched_at=datetime(2026, 11, 20, 6, 45, tzinfo=UTC),
        source_id="exports",
        options=options,
    )
    return page, page.removed


def parsed(folder: Path, body: bytes, file_format: FileFormat, **options: object) -> ParsedPage:
    page, _ = page_of(folder, body, file_format, **options)
    return file_format.read(page, Privacy(b"test-secret"))


def story_30() -> bytes:
    rows = [
        f'Écho,1000,2023-04-22 18:03:11 CEST,Photo,"1,204",,{PAGE_URL}/1,Merci aux agents,1.2',
        f"Écho,1000,2023-04-22 11:03:11 EST,Status,41,30,{PAGE_URL}/2,Où est passé le mil ?,1.1",
        f"Écho,1000,2023-04-22 11:03:11 GMT,Status,41,30,{PAGE_URL}/3",
        f"Écho,1000,hier,Status,41,30,{PAGE_URL}/4,Une date illisible,1.1",
        f"Écho,1000,2023-04-23 10:00:00 UTC,Status,7,7,{PAGE_URL}/5,ɛ ɔ ɲ ŋ,1.0",
        f"Écho,1000,2023-04-23 10:00:00 UTC,Status,7,7,{PAGE_URL}/5,ɛ ɔ ɲ ŋ,1.0",
    ]
    encodings = ["utf-8", "cp1252", "cp1252", "utf-8", "utf-8", "utf-8"]
    lines = [row.encode(name) for row, name in zip(rows, encodings, strict=True)]
    return b"\r\n".join([NAMES.encode(), *lines])


def test_every_row_of_a_mixed_crowdtangle_file_is_read_or_told(tmp_path: Path) -> None:
    assert len(SCORE) > 100
    found = parsed(tmp_path, story_30(), CROWDTANGLE)
    assert [post.text for post in found.posts] == [
        "Merci aux agents", "Où est passé le mil ?", "ɛ ɔ ɲ ŋ",
    ]  # fmt: skip
    assert {post.author for post in found.posts} == {"Écho"}
    assert [post.published_at.isoformat() for post in found.posts[:2]] == [
        "2023-04-22T16:03:11+00:00", "2023-04-22T16:03:11+00:00",
    ]  # fmt: skip
    assert [reading.reactions for reading in found.readings] == [1204, 30, 7]
    assert [reject.where for reject in found.rejects] == ["ligne 4", "ligne 5"]
    assert dict(found.ignored) == {"doublon dans le fichier": 1}
    assert found.read_count == 6
    assert not found.unknown_fields


def test_importing_a_file_again_adds_nothing(tmp_path: Path) -> None:
    found = parsed(tmp_path, story_30(), CROWDTANGLE)
    with SqlitePostStore.open(tmp_path / "posts.db") as store:
        assert store.put(found.posts).new == 3
        again = store.put(parsed(tmp_path, story_30(), CROWDTANGLE).posts)
    assert (again.new, again.known) == (0, 3)


def test_a_file_with_numbers_is_archived_with_masks_and_without_troops(tmp_path: Path) -> None:
    troops = "Un convoi de l'armée de 12 pick-up a quitté Ansongo vers Ménaka"
    rows = [
        f"Écho,1000,2023-04-22 18:03:11 UTC,Status,1,1,{PAGE_URL}/1,{text},1"
        for text in ("Inscrivez-vous au 70 00 11 22", troops, "RAS")
    ]
    body = "\n".join([NAMES, *rows[:1], rows[1].replace("posts/1", "posts/2"), rows[2]]).encode()
    page, removed = page_of(tmp_path, body, CROWDTANGLE)
    assert removed == {MASKED: 1, MILITARY: 1}
    assert b"70 00" not in page.body
    assert b"pick-up" not in page.body
    assert page.original_key
    read = CROWDTANGLE.read(page, Privacy(b"test-secret"))
    assert read.posts[0].text == "Inscrivez-vous au [téléphone]"


def test_a_library_export_without_texts_says_which_box_to_tick(tmp_path: Path) -> None:
    names = "id,creation_time,content_type,post_owner.type,post_owner.id,post_owner.name"
    row = "90071992547409931,2026-10-01T08:15:00+0000,status,page,1,Une page"
    with pytest.raises(FileRefused, match="cochant le champ « text »"):
        page_of(tmp_path, f"{names}\n{row}\n".encode(), CONTENT_LIBRARY)


def test_a_library_profile_is_a_key_and_missing_views_are_not_zero(tmp_path: Path) -> None:
    names = (
        "id,creation_time,content_type,text,statistics.like_count,statistics.views,"
        "post_owner.type,post_owner.id,post_owner.name"
    )
    row = "90071992547409931,2026-10-01T08:15:00+0000,status,Bonjour,5,,profile,77,Un Nom"
    found = parsed(tmp_path, f"{names}\n{row}\n".encode(), CONTENT_LIBRARY)
    post, reading = found.posts[0], found.readings[0]
    assert post.author == Privacy(b"test-secret").author_key("facebook", "77")
    assert not post.author_is_public
    assert (reading.likes, reading.views) == (5, None)
    assert post.id.endswith("90071992547409931")


MELTWATER_NAMES = "Date,URL,Headline,Opening Text,Hit Sentence,Source,Input Name,Time"


def meltwater(*dates: str) -> bytes:
    rows = [f"{d},https://j.example/a/{n},T,Un texte,,J,ONG,07:30" for n, d in enumerate(dates)]
    return "\n".join([MELTWATER_NAMES, *rows]).encode("utf-16")


def test_one_clear_date_decides_for_its_whole_column(tmp_path: Path) -> None:
    days = parsed(tmp_path, meltwater("03/04/2026", "25/04/2026"), MELTWATER)
    assert [post.published_at.month for post in days.posts] == [4, 4]
    months = parsed(tmp_path, meltwater("03/04/2026", "04/25/2026"), MELTWATER)
    assert [post.published_at.month for post in months.posts] == [3, 4]


def test_dates_that_nothing_decides_are_told_until_a_person_decides(tmp_path: Path) -> None:
    body = meltwater("03/04/2026")
    assert "ambiguë" in parsed(tmp_path, body, MELTWATER).rejects[0].reason
    chosen = parsed(tmp_path, body, MELTWATER, day_first=True, zone="Africa/Niamey")
    assert chosen.posts[0].published_at == datetime(2026, 4, 3, 6, 30, tzinfo=UTC)


def test_a_withheld_text_of_x_is_counted_and_never_invented(tmp_path: Path) -> None:
    body = (
        b"url,indexed,source_type,content,content_snippet,title\n"
        b"https://twitter.com/i/web/status/7,2026-11-05 08:12:00,SOCIALMEDIA_TWITTER,,,\n"
    )
    found = parsed(tmp_path, body, TALKWALKER)
    assert (found.posts, dict(found.ignored)) == ([], {WITHHELD: 1})


def test_persons_of_listening_tools_are_keys_and_their_names_leave_the_address(
    tmp_path: Path,
) -> None:
    body = (
        b"Report:,Mentions\n\nQuery Id,Date,Url,Snippet,Page Type,Author,Resource Id\n"
        b"1,2026-11-03 12:40:11.0,https://twitter.com/un_nom/status/7,Bonjour,twitter,un_nom,7\n"
    )
    post = parsed(tmp_path, body, BRANDWATCH).posts[0]
    assert post.author == Privacy(b"test-secret").author_key("x", "un_nom")
    assert "un_nom" not in post.url
    assert post.id == "x:7"


def test_a_date_in_the_future_is_told(tmp_path: Path) -> None:
    tomorrow = datetime(2026, 11, 20, 6, 45, tzinfo=UTC) + timedelta(days=2)
    row = f"Écho,1000,{tomorrow:%Y-%m-%d %H:%M:%S} UTC,Status,1,1,{PAGE_URL}/1,Bonjour,1"
    found = parsed(tmp_path, f"{NAMES}\n{row}\n".encode(), CROWDTANGLE)
    assert found.rejects[0].reason.startswith("date dans le futur")


def test_texts_of_pictures_and_links_stay_told_apart_and_come_once() -> None:
    others = {"Texte de l'image": "AVIS", "Description": "Le puits est ouvert", "Vide": " "}
    assert joined_text("Le puits est ouvert", others) == (
        "Le puits est ouvert\n\n[Texte de l'image] AVIS"
    )
