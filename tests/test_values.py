"""Cells: numbers, identifiers and moments are read exactly or refused, never guessed."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.tables.links import (
    parent_id_of_url,
    platform_of_url,
    post_id_of_url,
    url_without_person,
)
from collectors.tables.values import (
    day_first_of,
    hashed_id,
    identifier_of,
    moment_of,
    number_of,
    rich_text,
)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0", 0),
        ("1204", 1204),
        ("1,204", 1204),
        ("1 204", 1204),
        ("1\u202f204", 1204),
        ("1\xa0204", 1204),
        ("1.204", 1204),
        ("1'204", 1204),
        ("1,204,300", 1_204_300),
        ("1.204.300", 1_204_300),
        ("1,204.00", 1204),
        ("3.0", 3),
        ("1.2K", 1200),
        ("12,5 k", 12_500),
        ("2M", 2_000_000),
        ("1,2 M", 1_200_000),
    ],
)
def test_a_counter_is_read_however_it_is_written(cell: str, number: int) -> None:
    assert number_of(cell) == number


@pytest.mark.parametrize("cell", ["", " ", "-", "N/A", "nan", "12.5", "-3", "1,20", "beaucoup"])
def test_a_counter_that_is_not_told_is_none_and_never_zero(cell: str) -> None:
    assert number_of(cell) is None


@given(st.integers(min_value=0, max_value=10**15), st.sampled_from([",", ".", " ", "\u202f", "'"]))
def test_any_number_survives_its_thousands_separators(number: int, separator: str) -> None:
    assert number_of(f"{number:,}".replace(",", separator)) == number


@given(st.integers(min_value=2**53, max_value=10**40))
def test_a_long_identifier_stays_exact(number: int) -> None:
    assert identifier_of(f' ="{number}" ') == identifier_of(str(number)) == str(number)


@pytest.mark.parametrize("cell", ["1.23457E+17", "1,23457e17", "9E+19"])
def test_an_identifier_rounded_by_a_spreadsheet_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match="arrondi par un tableur"):
        identifier_of(cell)


@pytest.mark.parametrize(
    ("cell", "iso"),
    [
        ("2024-04-22 13:05:00 GMT", "2024-04-22T13:05:00"),
        ("2023-04-22 18:03:11 CEST", "2023-04-22T16:03:11"),
        ("2018-02-11 13:05:00 EST", "2018-02-11T18:05:00"),
        ("2026-11-12T10:05:00+0100", "2026-11-12T09:05:00"),
        ("2026-11-12 10:05:00.0", "2026-11-12T10:05:00"),
        ("12/11/2026 à 14:05", "2026-11-12T14:05:00"),
        ("12/11/26, 14:05", "2026-11-12T14:05:00"),
        ("12.11.2026 08h", "2026-11-12T08:00:00"),
        ("2026/11/12 8:05", "2026-11-12T08:05:00"),
        ("22 avr. 2023 à 14:05", "2023-04-22T14:05:00"),
        ("1er août 2025", "2025-08-01T00:00:00"),
        ("lundi 2 novembre 2026 à 14h05", "2026-11-02T14:05:00"),
        ("12-Nov-2026 02:05PM", "2026-11-12T14:05:00"),
        ("Nov 12, 2026 12:05 a.m.", "2026-11-12T00:05:00"),
        ("Thu, 12 Nov 2026 13:05:00 GMT", "2026-11-12T13:05:00"),
        ("45250.5", "2023-11-20T12:00:00"),
        ("1763380800", "2025-11-17T12:00:00"),
        ("1763380800000", "2025-11-17T12:00:00"),
    ],
)
def test_a_moment_is_read_in_every_form_that_exports_use(cell: str, iso: str) -> None:
    moment = moment_of(cell, day_first=True)
    assert moment == datetime.fromisoformat(iso).replace(tzinfo=UTC)
    assert moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "date absente"),
        ("hier", "illisible"),
        ("10:05", "illisible"),
        ("99/99/2026", "illisible"),
        ("31/02/2026", "illisible"),
        ("12/11/2026 25:00", "illisible"),
        ("2026-11-12 13:05:00 XYZ", "illisible"),
        ("1970-01-01", "avant 2004"),
        ("0", "avant 2004"),
        ("12", "avant 2004"),
        ("2026-11-22 00:00:00", "dans le futur"),
    ],
)
def test_a_moment_that_is_none_is_refused_in_french(cell: str, reason: str) -> None:
    latest = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
    with pytest.raises(ValueError, match=reason):
        moment_of(cell, day_first=True, latest=latest)


def test_a_moment_without_zone_is_meant_in_the_zone_of_the_source() -> None:
    niamey = moment_of("12/11/2026 14:05", day_first=True, zone=ZoneInfo("Africa/Niamey"))
    assert niamey == datetime(2026, 11, 12, 13, 5, tzinfo=UTC)


def test_the_month_may_stand_first_but_is_never_guessed() -> None:
    assert moment_of("03/04/2026", day_first=False) == datetime(2026, 3, 4, tzinfo=UTC)
    assert moment_of("03/25/2026") == datetime(2026, 3, 25, tzinfo=UTC)
    with pytest.raises(ValueError, match="ambiguë"):
        moment_of("03/04/2026")


@pytest.mark.parametrize(
    ("cells", "day_first"),
    [
        (["03/04/2026", "25/04/2026 10:00"], True),
        (["03/04/2026", "04/25/2026"], False),
        (["03/04/2026", ""], None),
        (["25/04/2026", "04/25/2026"], None),
        (["2026-04-25"], None),
    ],
)
def test_a_whole_column_decides_whether_the_day_stands_first(
    cells: list[str], day_first: bool | None
) -> None:
    assert day_first_of(cells) is day_first


@given(st.text())
def test_no_cell_breaks_a_reader(cell: str) -> None:
    number_of(cell)
    rich_text(cell)
    post_id_of_url(cell)
    parent_id_of_url(cell)
    for reader in (identifier_of, moment_of):
        with suppress(ValueError):
            reader(cell)


def test_rich_text_is_joined_and_plain_text_left_alone() -> None:
    assert (
        rich_text('[{"text": "ONGw "}, "ye ", {"text": "dɛmɛ", "type": "bold"}]') == "ONGw ye dɛmɛ"
    )
    assert rich_text("[Photo] le puits") == "[Photo] le puits"
    assert rich_text('[{"text": ') == '[{"text": '


@pytest.mark.parametrize(
    ("url", "post_id"),
    [
        ("https://www.facebook.com/123/posts/456", "facebook:123_456"),
        ("https://m.facebook.com/123/posts/un-titre/456/?ref=page", "facebook:123_456"),
        ("https://www.facebook.com/permalink.php?story_fbid=456&id=123", "facebook:123_456"),
        ("https://www.facebook.com/groups/123/permalink/456/", "facebook:123_456"),
        ("https://www.facebook.com/123/videos/456", "facebook:123_456"),
        ("https://www.facebook.com/photo.php?fbid=456&id=123", "facebook:123_456"),
        ("https://www.facebook.com/123/posts/456?comment_id=7", "facebook:123_456_7"),
        ("https://twitter.com/une_page/status/789?s=20", "x:789"),
        ("https://x.com/i/web/status/789", "x:789"),
        ("https://youtu.be/abcdefghijk", "youtube:abcdefghijk"),
        ("https://www.youtube.com/watch?v=abcdefghijk&t=3", "youtube:abcdefghijk"),
        ("https://t.me/s/Chaine_Sahel/12", "telegram:chaine_sahel/12"),
        ("https://www.facebook.com/une.page", None),
        ("https://journal.example/", None),
        ("pas une adresse", None),
        ("http://[abc", None),
    ],
)
def test_one_post_has_one_id_whatever_its_address(url: str, post_id: str | None) -> None:
    assert post_id_of_url(url) == post_id


def test_the_number_of_a_page_outweighs_its_nickname() -> None:
    by_nickname = post_id_of_url("https://www.facebook.com/page/posts/456", owner_id="123")
    assert by_nickname == post_id_of_url("https://www.facebook.com/123/posts/456")


def test_an_article_has_one_id_with_and_without_what_counts_clicks() -> None:
    plain = post_id_of_url("https://journal.example/a/1?page=2")
    assert plain == post_id_of_url("http://www.journal.example/a/1/?utm_source=x&page=2&fbclid=y#z")
    assert plain != post_id_of_url("https://journal.example/a/1?page=3")
    assert platform_of_url("https://journal.example/a/1") == "web"


def test_a_reply_answers_its_comment_and_a_comment_its_post() -> None:
    reply = "https://www.facebook.com/1/posts/2?comment_id=3&reply_comment_id=4"
    assert post_id_of_url(reply) == "facebook:1_2_4"
    assert parent_id_of_url(reply) == "facebook:1_2_3"
    assert parent_id_of_url("https://www.facebook.com/1/posts/2?comment_id=3") == "facebook:1_2"
    assert parent_id_of_url("https://www.youtube.com/watch?v=abc&lc=Ugx") == "youtube:abc"
    assert parent_id_of_url("https://www.facebook.com/1/posts/2") is None


def test_an_address_of_x_opens_the_post_without_naming_its_author() -> None:
    address = url_without_person("https://twitter.com/une_personne/status/789")
    assert address == "https://x.com/i/web/status/789"
    assert url_without_person("https://journal.example/a/1") == "https://journal.example/a/1"


def test_a_hashed_id_depends_on_every_field_and_on_nothing_else() -> None:
    assert hashed_id("web", "a", "b") == hashed_id("web", "a", "b")
    assert (
        len({hashed_id("web", *f) for f in [("a", "b"), ("ab",), ("a", "c"), ("a", "b", "")]}) == 4
    )
