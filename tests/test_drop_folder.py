"""Drop folders: every good file once, every bad one told, nothing of people in what is kept."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

import collectors
from collectors.files import FileCollector, page_of_file
from collectors.files.folder import bytes_of
from veille.errors import ConfigError, FileRefused, SourceUnavailable
from veille.post import Page
from veille.privacy import Privacy
from veille.sources import Source

NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
MAX_BYTES = 1_000_000


def chat(text: str, day: int = 12) -> str:
    return f"{day:02}/11/2025, 14:05 - Awa Inventée: {text}\n"


def never_waits(_seconds: float) -> None:
    raise AssertionError("no file is fresh at this clock")


def folder_collector(
    wait: Callable[[float], None] = never_waits, clock: Callable[[], datetime] = lambda: NOW
) -> FileCollector:
    return FileCollector(
        name="files",
        formats=collectors.file_formats(),
        privacy=Privacy(b"test-secret"),
        clock=clock,
        max_file_bytes=MAX_BYTES,
        wait=wait,
    )


def source_of(folder: Path, **options: object) -> Source:
    return Source(
        id="depot", collector="files", target=str(folder), name="Dépôt", owner="cellule",
        purpose="essai", legal_basis="données inventées", options=options,
    )  # fmt: skip


def drop(folder: Path, name: str, content: str | bytes, *, age: int = 0) -> Path:
    """A file whose last write is `age` seconds before a fixed moment long ago."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (1_700_000_000 - age, 1_700_000_000 - age))
    return path


def pages_of(folder: Path, cursor: str | None = None, **options: object) -> list[Page]:
    return list(folder_collector().fetch(source_of(folder, **options), cursor))


def bodies(pages: list[Page]) -> list[str]:
    return [page.body.decode().rpartition(": ")[2].strip() for page in pages]


@pytest.fixture
def three(tmp_path: Path) -> Path:
    drop(tmp_path, "c.txt", chat("un"), age=30)
    drop(tmp_path, "a.txt", chat("deux"), age=20)
    drop(tmp_path, "b.txt", chat("trois"), age=20)
    return tmp_path


def test_files_come_oldest_first_then_by_name(three: Path) -> None:
    assert bodies(pages_of(three)) == ["un", "deux", "trois"]


def test_resuming_from_each_cursor_leaves_no_gap(three: Path) -> None:
    pages = pages_of(three)
    for place, page in enumerate(pages, 1):
        assert bodies(pages_of(three, page.cursor)) == bodies(pages[place:])


def test_a_run_that_stops_after_a_page_has_lost_nothing(three: Path) -> None:
    running = folder_collector().fetch(source_of(three), None)
    first = next(running)
    del running
    assert bodies(pages_of(three, first.cursor)) == ["deux", "trois"]


def test_a_file_copied_later_with_an_older_date_is_seen(three: Path) -> None:
    cursor = pages_of(three)[-1].cursor
    drop(three, "d.txt", chat("ancien"), age=90_000)
    assert bodies(pages_of(three, cursor)) == ["ancien"]


def test_a_file_that_changed_comes_again(three: Path) -> None:
    cursor = pages_of(three)[-1].cursor
    drop(three, "a.txt", chat("deux") + chat("et demi"), age=20)
    assert bodies(pages_of(three, cursor)) == ["et demi"]


def test_the_cursor_forgets_files_that_are_gone(three: Path) -> None:
    cursor = pages_of(three)[-1].cursor
    (three / "a.txt").unlink()
    drop(three, "d.txt", chat("quatre"))
    [page] = pages_of(three, cursor)
    assert len(json.loads(page.cursor or "{}")) == 3


def test_subfolders_are_read_and_unfinished_names_are_not(tmp_path: Path) -> None:
    drop(tmp_path, "mopti/novembre/a.txt", chat("dedans"))
    for name in (".cache.txt", "~$a.txt", "b.txt.part", "c.tmp", "d.txt.crdownload", ".git/e.txt"):
        drop(tmp_path, name, chat("pas fini"))
    assert bodies(pages_of(tmp_path)) == ["dedans"]


def bomb() -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return packed.getvalue()


def locked_zip() -> bytes:
    """A ZIP whose directory says that its member is encrypted."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("chat.txt", "secret")
    body = bytearray(packed.getvalue())
    for magic, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        body[body.index(magic) + flags_at] |= 1
    return bytes(body)


LOCKED_WORKBOOK = bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")
BAD_FILES = {
    "vide.csv": (b"", "fichier vide"),
    "gros.csv": (b"x" * (MAX_BYTES + 1), "trop grand : 1 Mo ; accepté : 1 Mo"),
    "bombe.xlsx": (bomb(), "archive piégée ou trop grande"),
    "verrou.xlsx": (LOCKED_WORKBOOK, "protégé par un mot de passe"),
    "vieux.xls": (bytes.fromhex("d0cf11e0a1b11ae1") + b"Workbook", "enregistrez en .xlsx"),
    "secret.zip": (locked_zip(), "protégée par un mot de passe"),
    "coupe.xlsx": (bomb()[:5000], "coupé ou abîmé"),
    "lettre.txt": (b"Bonjour,\nvoici.\n", "format inconnu : vu du texte"),
    "page.csv": (b"<!doctype html><html></html>", "vu une page web"),
    "objet.json": (b'{"a": 1}', "vu du JSON"),
    "image.jpg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "vu un fichier binaire"),
}


def test_bad_files_are_all_told_once_the_good_ones_are_read(three: Path) -> None:
    for name, (content, _) in BAD_FILES.items():
        drop(three, name, content, age=500)
    (three / "dossier.csv").mkdir()
    (three / "lien.csv").symlink_to(three / "nulle-part")
    pages = folder_collector().fetch(source_of(three), None)
    assert bodies([next(pages), next(pages), next(pages)]) == ["un", "deux", "trois"]
    with pytest.raises(FileRefused) as refused:
        next(pages)
    told = dict(part.split(" : ", 1) for part in str(refused.value).split("; ") if " : " in part)
    for name, (_, words) in BAD_FILES.items():
        assert words in str(refused.value)
        assert name in told
    assert "c’est un dossier" in told["dossier.csv"]
    assert "pas un fichier ordinaire" in told["lien.csv"]
    assert str(three) not in str(refused.value)


def test_an_unknown_format_is_refused_with_all_that_are_accepted(tmp_path: Path) -> None:
    drop(tmp_path, "lettre.txt", "Bonjour")
    with pytest.raises(FileRefused) as refused:
        pages_of(tmp_path)
    for file_format in collectors.file_formats():
        assert file_format.title in str(refused.value)


def test_a_mapping_that_does_not_fit_is_told_with_its_columns(tmp_path: Path) -> None:
    drop(tmp_path, "t.csv", "Quand;Quoi\n2026-11-01;Bonjour\n")
    mapping = {"text": "Quoi", "published_at": "Quant"}
    told = "colonne absente : « Quant » ; colonnes vues : « Quand », « Quoi » ; accepté"
    with pytest.raises(FileRefused, match=told):
        pages_of(tmp_path, mapping=mapping)


def test_a_two_gigabyte_file_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "immense.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(FileRefused, match="trop grand : 2000 Mo"):
        bytes_of(NeverOpened(path), MAX_BYTES)


class NeverOpened(type(Path())):  # type: ignore[misc]  # a path that must only be looked at
    def open(self, *args: object, **kwargs: object) -> object:
        raise AssertionError("a file that is too large was opened")


class WrittenWhileRead(type(Path())):  # type: ignore[misc]  # somebody copies while we read
    def open(self, *args: object, **kwargs: object) -> object:
        with Path(self).open("ab") as writer:
            writer.write(chat("suite").encode())
        return super().open(*args, **kwargs)


def test_a_file_that_changes_while_it_is_read_is_left_for_later(tmp_path: Path) -> None:
    path = WrittenWhileRead(drop(tmp_path, "a.txt", chat("début")))
    with pytest.raises(SourceUnavailable, match="en cours d’écriture"):
        bytes_of(path, MAX_BYTES)


def test_a_growing_file_is_left_out_told_and_read_next_time(three: Path) -> None:
    growing = drop(three, "croît.txt", chat("début"))
    os.utime(growing)
    now = datetime.fromtimestamp(growing.stat().st_mtime, UTC)

    def writes_on(_seconds: float) -> None:
        with growing.open("a") as writer:
            writer.write(chat("suite"))

    pages = folder_collector(writes_on, lambda: now).fetch(source_of(three), None)
    read = [next(pages), next(pages), next(pages)]
    with pytest.raises(SourceUnavailable, match=r"croît\.txt : en cours d’écriture"):
        next(pages)
    assert bodies(read) == ["un", "deux", "trois"]
    os.utime(growing, (1_700_000_000, 1_700_000_000))
    assert bodies(pages_of(three, read[-1].cursor)) == ["suite"]


def test_a_fresh_file_that_stands_still_is_read(tmp_path: Path) -> None:
    fresh = drop(tmp_path, "frais.txt", chat("entier"))
    os.utime(fresh)
    waits: list[float] = []
    now = datetime.fromtimestamp(fresh.stat().st_mtime, UTC)
    pages = folder_collector(waits.append, lambda: now).fetch(source_of(tmp_path), None)
    assert bodies(list(pages)) == ["entier"]
    assert len(waits) == 1


def test_a_missing_folder_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="source depot: its drop folder is missing"):
        pages_of(tmp_path / "absent")


def test_a_source_may_fix_its_format(three: Path) -> None:
    assert len(pages_of(three, format="whatsapp")) == 3
    with pytest.raises(FileRefused, match=r"format inconnu.*accepté : CrowdTangle"):
        pages_of(three, format="crowdtangle")
    with pytest.raises(ConfigError, match=r"format 'fax' is unknown; write .*whatsapp"):
        pages_of(three, format="fax")


def test_a_page_says_which_file_and_never_which_person(tmp_path: Path) -> None:
    drop(tmp_path, "Discussion WhatsApp avec Awa Inventée.txt", chat("bonjour"))
    [page] = pages_of(tmp_path)
    assert page.collector == "whatsapp"
    assert page.url.startswith("whatsapp-")
    assert len(page.original_key) == 64
    assert page.removed["noms ou numéros d’expéditeurs"] == 1
    shown = f"{page.url}{page.options}{page.removed}{page.cursor}{page.body.decode()}"
    assert "Awa" not in shown
    assert str(tmp_path) not in shown


@pytest.fixture
def one() -> Callable[[Path], Page]:
    def page(path: Path) -> Page:
        return page_of_file(
            path, formats=collectors.file_formats(), privacy=Privacy(b"test-secret"),
            max_file_bytes=MAX_BYTES, fetched_at=NOW, source_id="import", options={},
        )  # fmt: skip

    return page


def test_one_file_alone_is_read_as_in_a_folder(one: Callable[[Path], Page], three: Path) -> None:
    assert one(three / "a.txt").body == pages_of(three)[1].body


def test_one_bad_file_alone_is_refused(one: Callable[[Path], Page], tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match=r"absent\.csv : introuvable"):
        one(tmp_path / "absent.csv")
