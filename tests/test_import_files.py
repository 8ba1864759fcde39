"""`veille import`: each format from its sample, and every file that is not what it should be."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from tests import homes
from tests.homes import ROOT, SAMPLES, enter, environment
from veille.cli import main

DEPOT = SAMPLES / "depot"
CROWDTANGLE = DEPOT / "crowdtangle-novembre.csv"
RADIO = SAMPLES / "radio" / "appels-radio-novembre.csv"
RADIO_MAP = ("text=Ce que dit l'auditeur", "published_at=Date", "place=Localité")
FORMATS = {
    "crowdtangle": (CROWDTANGLE, "CrowdTangle"),
    "contentlibrary": (DEPOT / "meta-content-library.csv", "Meta"),
    "meltwater": (DEPOT / "meltwater.csv", "Meltwater"),
    "talkwalker": (DEPOT / "talkwalker.csv", "Talkwalker"),
    "brandwatch": (DEPOT / "brandwatch.csv", "Brandwatch"),
    "junkipedia": (DEPOT / "junkipedia.json", "Junkipedia"),
    "kobo": (DEPOT / "kobo-rumeurs.csv", "Kobo"),
    "whatsapp android": (DEPOT / "Discussion WhatsApp avec Relais Mopti.txt", "WhatsApp"),
    "whatsapp iphone": (
        ROOT / "tests" / "samples" / "whatsapp" / "ordinary-iphone" / "page.txt",
        "WhatsApp",
    ),
    "telegram": (DEPOT / "telegram" / "result.json", "Telegram"),
    "excel": (DEPOT / "suivi-acces.xlsx", "incidents"),
    "table": (RADIO, "correspondance"),
}
SUMMARY = re.compile(
    r"(\d+) lignes? lues?, (\d+) ignorées?, (\d+) doublons? ; (\d+) nouvelles? publications?\."
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    enter(monkeypatch, environment(home))
    return home


class Told:
    """What one import said and how it ended."""

    def __init__(self, arguments: Sequence[object], capsys: pytest.CaptureFixture[str]) -> None:
        capsys.readouterr()
        self.status = main(["import", *map(str, arguments)])
        out, self.err = capsys.readouterr()
        self.out = out.replace("\u202f", "")
        assert "Traceback" not in self.err

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """Lines read, ignored, doubles, new posts."""
        found = SUMMARY.search(self.out)
        assert found, self.out
        read, ignored, doubles, new = map(int, found.groups())
        return read, ignored, doubles, new


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def nothing_is_kept(home: Path) -> bool:
    kept = [home / "archive", home / "rejects", home / "mappings"]
    return homes.posts(home) == [] and not any(path.exists() for path in kept)


def nothing_is_half_written(home: Path) -> bool:
    return not list(home.rglob("*.part"))


def crowdtangle(*texts: str, date: str = "2026-11-18 08:00:00 UTC") -> str:
    """A CrowdTangle export of posts with these texts."""
    with CROWDTANGLE.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    at = {name: header.index(name) for name in ("Post Created", "URL", "Message")}
    lines = [header]
    for number, text in enumerate(texts):
        row = [""] * len(header)
        row[at["Post Created"]], row[at["Message"]] = date, text
        row[at["URL"]] = f"https://www.facebook.com/100071/posts/9{number:05}"
        lines.append(row)
    table = BytesIO()
    for line in lines:
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in line)
        table.write((",".join(quoted) + "\n").encode("utf-8", "surrogatepass"))
    return table.getvalue().decode("utf-8", "surrogatepass")


class TestFormats:
    @pytest.mark.parametrize("name", FORMATS)
    def test_it_is_recognised_read_and_read_only_once(
        self, home: Path, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path, title = FORMATS[name]
        more = [part for pair in RADIO_MAP for part in ("--map", pair)] if path == RADIO else []
        told = Told([path, *more], capsys)
        assert told.status == 0, told.err
        assert re.search(f"Format reconnu : .*{title}", told.out)
        read, ignored, doubles, new = told.counts
        assert new == len(homes.posts(home)) >= 2
        assert read == new + ignored
        assert homes.pages(home) == 1
        again = Told([path, *more], capsys)
        assert again.status == 0
        assert again.counts == (read, ignored, new, 0)
        assert homes.pages(home) == 1
        assert nothing_is_half_written(home)
        assert doubles <= new

    @pytest.mark.parametrize("name", FORMATS)
    def test_a_preview_shows_rows_and_keeps_nothing(
        self, home: Path, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path, title = FORMATS[name]
        told = Told([path, "--preview"], capsys)
        assert told.status == 0
        assert title in told.out
        rows = re.findall(r"^  \d\. \d\d/\d\d/\d{4} ", told.out, re.MULTILINE)
        assert 2 <= len(rows) <= 5
        assert nothing_is_kept(home)

    @pytest.mark.parametrize("name", FORMATS)
    def test_a_file_cut_anywhere_is_told_of_or_read_as_far_as_it_goes(
        self, home: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path, _ = FORMATS[name]
        body = path.read_bytes()
        for part in (0.02, 0.5, 0.97):
            cut = written(tmp_path, path.name, body[: int(len(body) * part)])
            told = Told([cut, "--yes"], capsys)
            assert told.status in (0, 3, 5)
            if told.status == 0:
                assert told.counts[0] > 0 or part < 0.1
            else:
                assert path.name in told.err or f"dans {path.name} :" in told.out
        assert nothing_is_half_written(home)


class TestRejects:
    def test_story_30_every_row_of_a_mixed_file_is_read_or_told(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        text = crowdtangle(
            "Où est passé le mil ?", "Les vivres sont arrivés", "La route est coupée"
        )
        lines = text.splitlines()
        assert max(map(len, next(csv.reader(lines)))) > 100
        lines[1] = lines[1].replace("UTC", "EST")
        header = next(csv.reader([lines[0]]))
        cells = next(csv.reader([lines[2]]))
        cells[header.index("Total Interactions")] = "1,204"
        lines[2] = ",".join(f'"{cell}"' for cell in cells)
        lines.append(lines[3].replace("2026-11-18", "hier").replace("900002", "900009"))
        encoded = [line.encode("cp1252" if n == 1 else "utf-8") for n, line in enumerate(lines)]
        path = written(tmp_path, "mixte.csv", b"\r\n".join(encoded))
        told = Told([path], capsys)
        assert told.status == 3
        assert told.counts == (4, 0, 0, 3)
        stored = {post.text: post for post in homes.posts(home)}
        assert stored["Où est passé le mil ?"].published_at.isoformat() == (
            "2026-11-18T13:00:00+00:00"
        )
        assert stored["Les vivres sont arrivés"].readings[0].reactions == 1204
        assert Told([path], capsys).counts[3] == 0

    def test_rejects_are_counted_listed_and_in_a_file_that_is_named(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        good = crowdtangle(*(f"Le marché {n} est calme" for n in range(12)))
        bad = crowdtangle("Une date illisible", date="hier").splitlines()[1]
        path = written(tmp_path, "novembre.csv", good + bad.replace("900000", "911111") + "\n")
        told = Told([path], capsys)
        assert told.status == 3
        assert told.counts == (13, 0, 0, 12)
        assert "1 ligne illisible dans novembre.csv :\n  ligne 14 : " in told.out
        (table,) = (home / "rejects").iterdir()
        assert f"réimportez-le) : {table}" in told.out
        with table.open(encoding="utf-8-sig", newline="") as file:
            _, row = csv.reader(file, delimiter=";")
        assert row[:2] == ["novembre.csv", "ligne 14"]
        assert "date" in row[2]

    def test_a_file_of_which_a_fifth_is_unreadable_is_status_5_and_the_rest_is_kept(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        good = crowdtangle(*(f"Le marché {n} est calme" for n in range(6)))
        bad = crowdtangle(*"abcd", date="hier").splitlines()[1:]
        path = written(tmp_path, "novembre.csv", good + "\n".join(bad).replace("/9", "/8"))
        told = Told([path], capsys)
        assert told.status == 5
        assert told.counts == (10, 0, 0, 6)
        assert "4 lignes illisibles dans novembre.csv :" in told.out
        assert "contenu inattendu" in told.err
        assert "novembre.csv: 4 of 10" in told.err
        assert len(homes.posts(home)) == 6
        assert homes.runs(home)[0].error

    def test_what_is_in_a_reject_calls_nobody(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        good = crowdtangle(*(f"Le marché {n} est calme" for n in range(12)))
        bad = crowdtangle("Appelez le +223 76 12 34 56", date="hier").splitlines()[1]
        Told([written(tmp_path, "a.csv", good + bad.replace("900000", "911111"))], capsys)
        assert not [path for path, raw in homes.bytes_kept(home) if b"76 12 34 56" in raw]


class TestMapping:
    def test_columns_that_were_guessed_are_asked_about(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        told = Told([RADIO], capsys)
        assert told.status == 3
        assert "text ← Ce que dit l'auditeur" in told.out
        assert "Rien n'a été importé" in told.err
        assert "--map" in told.err
        assert nothing_is_kept(home)

    def test_what_is_proposed_to_type_can_be_typed(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        proposed = Told([RADIO], capsys).err.splitlines()[-1]
        shell = proposed.replace("veille import FICHIER", f"printf '%s\\n' '{RADIO}'")
        typed = subprocess.check_output(["bash", "-c", shell], text=True).splitlines()
        assert Told(typed, capsys).status == 0
        assert len(homes.posts(home)) == 4

    def test_yes_takes_them(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert Told([RADIO, "--yes"], capsys).counts == (4, 0, 0, 4)
        assert homes.posts(home)[-1].places

    @pytest.mark.parametrize(("answer", "status", "count"), [("o", 0, 4), ("n", 3, 0), ("", 3, 0)])
    def test_a_person_at_a_terminal_is_asked(
        self, home: Path, answer: str, status: int, count: int
    ) -> None:
        person, terminal = os.openpty()
        try:
            os.write(person, f"{answer}\n".encode() if answer else b"\x04")
            done = subprocess.run(
                [sys.executable, "-m", "veille.cli", "import", str(RADIO)],
                stdin=terminal, capture_output=True, cwd=ROOT, text=True, check=False,
                env={**os.environ, **environment(home)},
            )  # fmt: skip
        finally:
            os.close(person)
            os.close(terminal)
        assert done.returncode == status
        assert "Ces colonnes sont-elles justes ?" in done.stdout
        assert "Traceback" not in done.stderr
        assert len(homes.posts(home)) == count

    def test_a_saved_mapping_serves_the_next_file_without_asking(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        told = Told([RADIO, "--yes", "--save", "radio"], capsys)
        assert f"Colonnes gardées pour la suite : {home / 'mappings' / 'radio.json'}" in told.out
        later = written(tmp_path, "decembre.csv", RADIO.read_bytes().replace(b"Sofara", b"Konna"))
        told = Told([later], capsys)
        assert told.status == 0
        assert told.counts == (4, 0, 3, 1)

    def test_a_saved_mapping_stays_in_its_folder(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert Told([RADIO, "--yes", "--save", "../../radio"], capsys).status == 0
        assert (home / "mappings" / "radio.json").exists()

    def test_a_known_format_has_no_columns_to_save(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        told = Told([CROWDTANGLE, "--save", "x"], capsys)
        assert told.status == 3
        assert "il n'y a pas de colonnes à garder" in told.err

    def test_a_damaged_saved_mapping_is_named(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (home / "mappings").mkdir(parents=True)
        (home / "mappings" / "radio.json").write_text("{")
        told = Told([RADIO], capsys)
        assert told.status == 3
        assert "radio.json holds no mapping" in told.err

    @pytest.mark.parametrize(
        "pairs", [("text=Nulle part", "published_at=Date"), ("text=Ce que dit l'auditeur",)]
    )
    def test_a_mapping_that_does_not_fit_is_refused(
        self, home: Path, pairs: Sequence[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        told = Told([RADIO, *(part for pair in pairs for part in ("--map", pair))], capsys)
        assert told.status == 3
        assert RADIO.name in told.err
        assert nothing_is_kept(home)


def bomb() -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_000)
    return packed.getvalue()


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("vide.csv", b"", "fichier vide"),
            ("photo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "un fichier binaire"),
            ("page.csv", b"<!doctype html><html><body>Just a moment...", "page web"),
            ("autre.json", b'{"a": [1, 2]}', "du JSON d’une autre forme"),
            ("lettre.txt", "Bonjour à tous,\nvoici la suite.\n".encode(), "du texte ou un tableau"),
            ("piege.xlsx", bomb(), "archive piégée ou trop grande"),
            ("coupe.xlsx", (DEPOT / "suivi-acces.xlsx").read_bytes()[:3000], "coupé ou abîmé"),
            ("ancien.xls", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 99, "ancien format Excel"),
        ],
        ids=lambda value: value if isinstance(value, str) and "." in value else "",
    )
    def test_a_file_that_is_none_is_refused_with_what_was_seen(
        self, home: Path, tmp_path: Path, name: str, content: bytes, told: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        refused = Told([written(tmp_path, name, content)], capsys)
        assert refused.status == 3
        assert refused.err.startswith(f"veille : {name} : ")
        assert told in refused.err
        assert nothing_is_kept(home)

    def test_an_unknown_format_lists_what_is_accepted(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        told = Told([written(tmp_path, "a.json", '{"a": 1}')], capsys)
        assert all(title in told.err for _, title in FORMATS.values())

    @pytest.mark.parametrize(
        ("name", "told"),
        [(".", "c’est un dossier"), ("nulle-part.csv", "introuvable"), ("/dev/zero", "ordinaire")],
    )
    def test_what_is_no_file_is_refused(
        self, home: Path, tmp_path: Path, name: str, told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        refused = Told([tmp_path / name], capsys)
        assert refused.status == 3
        assert told in refused.err
        assert nothing_is_kept(home)

    def test_two_gigabytes_are_refused_at_once(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = written(tmp_path, "enorme.csv", CROWDTANGLE.read_bytes())
        os.truncate(path, 2_000_000_000)
        began = time.monotonic()
        told = Told([path], capsys)
        assert time.monotonic() - began < 3
        assert told.status == 3
        assert "trop grand : 2000 Mo ; accepté : 200 Mo (VEILLE_MAX_FILE_MB)" in told.err

    def test_a_file_that_grows_while_it_is_read_is_for_later(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        # So large that reading it takes longer than any other program may hold the processor.
        path = written(tmp_path, "en-cours.csv", crowdtangle("Le marché est calme"))
        os.truncate(path, 150_000_000)
        writing = (
            f"import time\nwith open({str(path)!r}, 'a') as f:\n while f.write('x\\n'): f.flush()"
        )
        with subprocess.Popen([sys.executable, "-c", writing]) as writer:
            size = path.stat().st_size
            while path.stat().st_size == size:
                time.sleep(0.01)
            told = Told([path], capsys)
            writer.kill()
        assert told.status == 4
        assert "en cours d’écriture" in told.err
        assert nothing_is_kept(home)


class TestStrangeContent:
    @pytest.mark.parametrize(
        ("encoding", "separator"),
        [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("utf-16", "\t"), ("cp1252", ",")],
    )
    def test_encoding_and_separator_are_found(
        self, home: Path, tmp_path: Path, encoding: str, separator: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        text = crowdtangle("Détournement à Gao, où sont les vivres ?", "Ça suffit").replace(
            '","', f'"{separator}"'
        )
        told = Told([written(tmp_path, "export.csv", text.encode(encoding))], capsys)
        assert told.status == 0
        found = {post.text for post in homes.posts(home)}
        assert found == {"Ça suffit", "Détournement à Gao, où sont les vivres ?"}

    @pytest.mark.parametrize(
        "text",
        ["ONG " * 10_000, "a\x00b", "🤡" * 40_000, "\u202eab\u2066", "'; DROP TABLE post; --"],
        ids=["40,000", "nul", "emoji", "bidi", "sql"],
    )  # fmt: skip
    def test_a_strange_post_is_read_with_the_others(
        self, home: Path, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = written(tmp_path, "export.csv", crowdtangle("Avant", text, "Après"))
        told = Told([path], capsys)
        assert told.status == 0, told.err
        assert {"Avant", "Après"} < {post.text for post in homes.posts(home)}
        assert len(homes.posts(home)) == 3

    def test_half_characters_are_replaced(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = [{"quand": "2026-11-18T08:00:00Z", "texte": text} for text in ("a\ud800b", "Après")]
        path = written(tmp_path, "x.jsonl", "\n".join(map(json.dumps, rows)))
        assert (
            Told([path, "--map", "text=texte", "--map", "published_at=quand"], capsys).status == 0
        )
        assert sorted(post.text for post in homes.posts(home)) == ["Après", "a\ufffdb"]

    @pytest.mark.parametrize(
        "date", ["2031-01-01 08:00:00 UTC", "1970-01-01 00:00:00 UTC", "0001-01-01 00:00:00 UTC"]
    )
    def test_a_date_that_cannot_be_is_a_reject_and_the_others_are_read(
        self, home: Path, tmp_path: Path, date: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        good = crowdtangle(*(f"Le marché {n} est calme" for n in range(6)))
        bad = crowdtangle("Jamais", date=date).splitlines()[1].replace("900000", "911111")
        told = Told([written(tmp_path, "dates.csv", good + bad)], capsys)
        assert told.status == 3
        assert told.counts == (7, 0, 0, 6)
        assert "Jamais" not in {post.text for post in homes.posts(home)}

    def test_a_header_told_twice_is_read_or_refused_but_never_mixed_up(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        table = (
            "Date;Message;Message\n18/11/2026;Le marché est calme ce matin;autre chose dite ici\n"
        )
        told = Told([written(tmp_path, "double.csv", table), "--yes"], capsys)
        assert told.status in (0, 3)
        assert {post.text for post in homes.posts(home)} <= {"Le marché est calme ce matin"}

    def test_a_workbook_that_computes_is_read_by_its_values(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        book = openpyxl.Workbook()
        assert book.active
        book.active.append(["Date", "Message"])
        book.active.append(["18/11/2026", '=HYPERLINK("http://x.example";"gratuit")'])
        book.active.append(["18/11/2026", "Le marché est calme ce matin"])
        path = tmp_path / "classeur.xlsx"
        book.save(path)
        told = Told([path, "--map", "text=Message", "--map", "published_at=Date"], capsys)
        assert told.status in (0, 3)
        assert "Le marché est calme ce matin" in {post.text for post in homes.posts(home)}


def launched(arguments: Sequence[object], home: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "veille.cli", "import", *map(str, arguments)],
        cwd=ROOT, env={**os.environ, **environment(home)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


class TestProcesses:
    def test_two_imports_at_once_keep_each_post_once(self, home: Path, tmp_path: Path) -> None:
        text = crowdtangle(*(f"Le marché numéro {n} est calme" for n in range(1_500)))
        bad = crowdtangle("Illisible", date="hier").splitlines()[1].replace("900000", "9111111")
        path = written(tmp_path, "gros.csv", text + bad)
        processes = [launched([path], home) for _ in range(2)]
        told = [process.communicate() for process in processes]
        assert [process.returncode for process in processes] == [3, 3]
        assert [err for _, err in told] == ["", ""]
        found = [SUMMARY.search(out.replace("\u202f", "")) for out, _ in told]
        news = [int(summary.group(4)) for summary in found if summary]
        assert sum(news) == len(homes.posts(home)) == 1_500
        assert homes.pages(home) == 1
        assert len(list((home / "rejects").iterdir())) == 1
        assert nothing_is_half_written(home)

    def test_a_full_disk_is_told_of_and_the_next_import_succeeds(
        self, home: Path, tmp_path: Path
    ) -> None:
        """RLIMIT_FSIZE stands for the disk: the kernel refuses to write on, as on a full one."""
        texts = [os.urandom(40).hex() for _ in range(2_000)]
        path = written(tmp_path, "gros.csv", crowdtangle(*texts))
        for limit_kib in (40, 400):
            shell = f"ulimit -f {limit_kib}; trap '' XFSZ; exec \"$@\""
            done = subprocess.run(
                ["bash", "-c", shell, "-", sys.executable, "-m", "veille.cli", "import", str(path)],
                cwd=ROOT, env={**os.environ, **environment(home)},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 4, done.stderr
            assert "relancez" in done.stderr
            assert "Traceback" not in done.stderr
            assert nothing_is_half_written(home)
        with launched([path], home) as process:
            _, err = process.communicate()
        assert process.returncode == 0, err
        assert len(homes.posts(home)) == 2_000
        assert homes.pages(home) == 1


class TestPersons:
    """What a file said of private persons is nowhere, in no file, packed or not."""

    NAMES = (
        b"Relais Konna", b"Relais Socoura", b"Relais Fatoma", b"Groupe relais", b"76 00 00 01",
        b"76000001", b"76 00 00 02", b"agent.collecte", b"14.3501", b"-3.6102", b"16.2667",
        b"5.9930",
    )  # fmt: skip

    def test_no_name_number_or_submitter_is_anywhere_under_the_home(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("whatsapp android", "kobo"):
            assert Told([FORMATS[name][0]], capsys).status == 0
        main(["classify"])
        assert len(homes.posts(home)) >= 6
        original = b"".join(FORMATS[name][0].read_bytes() for name in ("whatsapp android", "kobo"))
        found = {
            (path.name, name)
            for path, raw in homes.bytes_kept(home)
            for name in self.NAMES
            if name in raw or name in os.fsencode(path)
        }
        assert found == set()
        assert sum(name in original for name in self.NAMES) >= len(self.NAMES) - 1

    def test_the_same_holds_for_a_drop_folder_and_its_bulletin(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        homes.watch(home, ("depot", "files", "./depot"))
        (tmp_path / "depot").mkdir()
        for name in ("whatsapp android", "kobo"):
            shutil.copy(FORMATS[name][0], tmp_path / "depot")
        assert main(["run"]) == 0
        told = capsys.readouterr().out.encode()
        kept = [told, *(raw for _, raw in homes.bytes_kept(home))]
        assert not [name for name in self.NAMES for raw in kept if name in raw]


def test_story_40_scripts_nobody_here_reads_are_kept_and_marked_for_a_speaker(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEILLE_HOME", str(tmp_path / "home"))
    file = tmp_path / "posts.csv"
    file.write_text("date;texte\n2026-11-19;ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ\n2026-11-19;ߒ ߓߍ߫ ߕߊ߯\n", encoding="utf-8")
    assert main(["import", str(file), "--yes"]) == 0
    told = capsys.readouterr().out
    assert "[script Tifinagh – à lire par un locuteur] ⴰⵣⵓⵍ" in told
    assert "[script N'Ko – à lire par un locuteur] ߒ" in told
