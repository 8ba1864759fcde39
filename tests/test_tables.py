"""Tables: any encoding, any separator, any damage; every row is read or told."""

import csv
import io
import json
import tracemalloc
import zipfile
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from collectors.tables import Row, has, has_header, read_table
from collectors.tables.cleaning import MASKED, MILITARY, UNREADABLE, cleaned_table, each
from veille.errors import FileRefused, SourceChanged
from veille.post import Reject

HEADER = has("id", "texte")


def rows_of(body: bytes) -> list[Row]:
    return [row for row in read_table(body, header=HEADER) if isinstance(row, Row)]


def rejects_of(body: bytes) -> list[Reject]:
    return [row for row in read_table(body, header=HEADER) if isinstance(row, Reject)]


def workbook(*rows: list[object], first_sheet: list[object] | None = None) -> bytes:
    book = Workbook()
    if first_sheet:
        book.active.append(first_sheet)
        book.create_sheet("Données")
    for row in rows:
        book.worksheets[-1].append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encoding_and_separator_are_found(separator: str, encoding: str) -> None:
    text = f"id{separator}texte\r\n1{separator}été, « là » ; œuf\r\n".replace(
        "été, « là » ; œuf", '"été, « là » ; œuf"'
    )
    assert rows_of(text.encode(encoding)) == [Row(2, {"id": "1", "texte": "été, « là » ; œuf"})]


def test_a_file_of_two_encodings_loses_no_row() -> None:
    body = "id,texte\n1,ɛ é\n".encode() + "2,écrit à côté\n".encode("cp1252") + "3,ŋ".encode()
    body += " puis é\n".encode("cp1252")
    assert [row.cells["texte"] for row in rows_of(body)] == ["ɛ é", "écrit à côté", "ŋ puis é"]


def test_lines_above_the_column_names_are_passed_over() -> None:
    body = b'Rapport:,"Mots; et, virgules"\r\nDu:,1 nov.\r\n\r\nid,texte\r\n1,bon\r\n'
    assert rows_of(body) == [Row(5, {"id": "1", "texte": "bon"})]


def test_a_quoted_cell_holds_line_breaks_and_the_next_row_keeps_its_line() -> None:
    body = b'id,texte\n1,"a\nb\r\nc"\n2,d\n'
    assert rows_of(body) == [
        Row(2, {"id": "1", "texte": "a\nb\r\nc"}),
        Row(5, {"id": "2", "texte": "d"}),
    ]


def test_a_column_name_that_comes_twice_is_numbered() -> None:
    table = read_table(b"id,texte,texte,,texte,\n1,a,b,c,d,\n", header=HEADER)
    assert table.columns == ("id", "texte", "texte (2)", "colonne 4", "texte (3)")
    assert [row.cells["texte (3)"] for row in table if isinstance(row, Row)] == ["d"]


def test_nul_bytes_lone_returns_and_old_mac_line_ends_do_no_harm() -> None:
    assert rows_of(b"id,texte\n1,a\0b\rc\n")[0].cells["texte"] == "ab c"
    assert rows_of(b"id,texte\r1,a\r2,b\r")[1] == Row(3, {"id": "2", "texte": "b"})


def test_empty_rows_are_nothing_and_ragged_rows_are_told_with_their_line() -> None:
    body = b"id,texte\n1,a\n\n,\n2\n3,b,\n4,c,trop\n , \n"
    assert [row.line for row in rows_of(body)] == [2, 6, 8]
    rejects = rejects_of(body)
    assert [reject.where for reject in rejects] == ["ligne 5", "ligne 7"]
    assert rejects[0].reason == "1 cellule(s) pour 2 colonnes : ligne coupée ou décalée"
    assert rejects[1].item == "4 | c | trop"


def test_a_quote_that_is_never_closed_costs_its_own_row_only() -> None:
    body = b'id,texte,fin\n1,"ouvert,x\n2,"ferm\xc3\xa9",y\n3,plus loin,z\n'
    assert [row.cells["id"] for row in rows_of(body)] == ["2", "3"]
    assert [(r.where, r.item) for r in rejects_of(body)] == [("ligne 2", '1,"ouvert,x\n')]


def test_a_cut_last_line_is_told() -> None:
    assert [r.where for r in rejects_of(b'id,texte\n1,a\n2,"coup')] == ["ligne 3"]
    assert [r.where for r in rejects_of(b"id,texte\n1,a\n2")] == ["ligne 3"]


def test_a_sloppily_quoted_row_is_still_read() -> None:
    assert rows_of(b'id,texte\n1,"le "bon" riz"\n')[0].cells["texte"] == 'le bon" riz"'


def test_one_cell_beyond_all_measure_is_told_and_the_next_row_read() -> None:
    body = b"id,texte\n1," + b"a" * 200_000 + b"\n2,b\n3," + b"c" * 40_000 + b"\n"
    assert [(row.line, len(row.cells["texte"])) for row in rows_of(body)] == [(3, 1), (4, 40_000)]
    assert [reject.reason for reject in rejects_of(body)] == ["cellule trop longue"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf \r\n", "vide"),
        (b"<!DOCTYPE html><html></html>", "page web"),
        (b"nom,prix\n1,2\n", "aucune ligne"),
        (b"{}", "JSON"),
        (b"[]", "JSON"),
    ],
)
def test_what_is_no_such_table_is_never_an_empty_one(body: bytes, words: str) -> None:
    assert not has_header(body, HEADER)
    with pytest.raises(SourceChanged, match=words):
        read_table(body, header=HEADER)


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"[{", b"id,texte\n", b"{"]))
def test_no_bytes_break_the_reader(noise: bytes, start: bytes) -> None:
    if has_header(start + noise, HEADER):
        for row in read_table(start + noise, header=HEADER):
            assert isinstance(row, Row | Reject)


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=8))
def test_what_is_written_as_csv_is_read_back(cells: list[tuple[str, str]]) -> None:
    plain = [tuple(c.replace("\r", " ").replace("\0", "") for c in pair) for pair in cells]
    kept = [pair for pair in plain if any(pair)]
    out = io.StringIO()
    csv.writer(out).writerows([("id", "texte"), *kept])
    found = rows_of(b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace"))
    expected = [tuple(c.encode("utf-8", "replace").decode() for c in pair) for pair in kept]
    assert [(row.cells["id"], row.cells["texte"]) for row in found] == expected


def test_a_workbook_is_read_from_the_sheet_that_holds_the_columns() -> None:
    body = workbook(
        ["Liste du 12/11/2026"],
        ["id", "texte", "quand", None],
        [12, "bon", datetime.fromisoformat("2026-11-12T14:05")],
        [],
        [3.0, True, 45250.5],
        first_sheet=["Lisez-moi"],
    )
    assert rows_of(body) == [
        Row(3, {"id": "12", "texte": "bon", "quand": "2026-11-12T14:05:00"}),
        Row(5, {"id": "3", "texte": "true", "quand": "45250.5"}),
    ]


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (zipped(xl__workbook_xml=b" " * 30_000_000), "piégé"),
        (zipped(content_xml=b"<office/>"), r"LibreOffice \(\.ods\)"),
        (zipped(word__document_xml=b"<w/>"), "pas un classeur Excel"),
        (zipped(xl__workbook_xml=b"<workbook"), "abîmé"),
        (workbook(["id", "texte"])[:2000], "coupé ou abîmé"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, r"\.xls\)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "mot de passe",
        ),
    ],
)
def test_a_workbook_that_cannot_or_must_not_be_opened_is_refused(body: bytes, words: str) -> None:
    assert not has_header(body, HEADER)
    with pytest.raises(FileRefused, match=words):
        read_table(body, header=HEADER)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped(xl__workbook_xml=b"\0" * 200_000_000)
    tracemalloc.start()
    try:
        assert not has_header(bomb, HEADER)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 12345678901234567890, "texte": "a", "qui": {"nom": "b"}}]',
        '{"page": [{"x": 1}], "data": [{"id": 12345678901234567890, "texte": "a",'
        ' "qui": {"nom": "b"}}], "suite": null}',
        '{"id": 12345678901234567890, "texte": "a", "qui": {"nom": "b"}}\n',
    ],
)
def test_json_is_a_table_wherever_its_list_stands(text: str) -> None:
    assert [row.cells for row in rows_of(text.encode())] == [
        {"id": "12345678901234567890", "texte": "a", "qui.nom": "b"}
    ]


def test_json_items_may_lack_fields_and_hold_lists() -> None:
    items = [{"id": 1, "texte": None}, {"id": 2, "texte": [{"text": "é"}], "plus": 1.5}]
    cells = [row.cells for row in rows_of(json.dumps(items).encode())]
    assert cells == [
        {"id": "1", "texte": "", "plus": ""},
        {"id": "2", "texte": '[{"text": "é"}]', "plus": "1.5"},
    ]


def test_a_cut_json_file_tells_where_it_is_cut() -> None:
    body = b'[\n{"id": 1, "texte": "a"},\n{"id": 2, "tex'
    assert [row.cells["id"] for row in rows_of(body)] == ["1"]
    assert [reject.where for reject in rejects_of(body)] == ["ligne 3"]


def test_a_bad_json_line_costs_itself_only() -> None:
    body = b'{"id": 1, "texte": "a"}\n{"id": 2,\n\n{"id": 3, "texte": "c"}\n7\n'
    assert [(row.line, row.cells["id"]) for row in rows_of(body)] == [(1, "1"), (4, "3")]
    assert [reject.where for reject in rejects_of(body)] == ["ligne 2", "ligne 5"]


def test_reading_row_by_row_holds_one_row_at_a_time() -> None:
    body = b"id,texte\n" + b'1,"un texte de taille ordinaire, avec une virgule"\n' * 40_000
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_table(body, header=HEADER))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 40_000
    assert peak < len(body) / 2


def cleaned(body: bytes) -> tuple[bytes, dict[str, int]]:
    found = cleaned_table(
        body,
        header=HEADER,
        text={"texte"}.__contains__,
        dropped={"qui"}.__contains__,
        rewritten=each(["lieu"], lambda cell: cell[:4]),
    )
    return found.body, dict(found.removed)


def test_a_table_without_private_data_stays_byte_for_byte() -> None:
    body = "Rapport\r\nid;texte\r\n1;été\r\n".encode("cp1252")
    assert cleaned(body) == (body, {})


def test_numbers_columns_and_places_leave_the_table_and_lines_stay() -> None:
    body = (
        "Rapport\n\nid;qui;texte;lieu\n1;Un Nom;a;Gao\n\n"
        '2;;"appelez\nle 70 00 11 22";Gao, maison 4\n'
        "3;x;y\n4;Un Autre;c;Mopti\n"
    ).encode("cp1252")
    clean, removed = cleaned(body)
    assert rows_of(clean) == [
        Row(4, {"id": "1", "texte": "a", "lieu": "Gao"}),
        Row(6, {"id": "2", "texte": "appelez\nle [téléphone]", "lieu": "Gao,"}),
        Row(9, {"id": "4", "texte": "c", "lieu": "Mopt"}),
    ]
    assert [reject.where for reject in rejects_of(clean)] == ["ligne 8"]
    assert removed == {
        MASKED: 1, UNREADABLE: 1, "« qui » retiré": 2, "« lieu » remplacé": 2,
    }  # fmt: skip
    assert not any(name in clean for name in (b"Un Nom", b"Un Autre", b"70 00", b"maison"))
    assert cleaned(clean) == (clean, {})


def test_rows_about_troops_leave_the_table_and_are_counted() -> None:
    troops = "Un convoi de l'armée de 12 pick-up a quitté Ansongo vers Ménaka ce matin"
    body = f"id,texte\n1,{troops}\n2,Le marché est ouvert\n".encode()
    clean, removed = cleaned(body)
    assert [(row.line, row.cells["id"]) for row in rows_of(clean)] == [(3, "2")]
    assert removed == {MILITARY: 1}
