"""The `veille` command: each verb well called, wrongly called, and when something is missing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import homes
from tests.homes import ROOT, SAMPLES, enter, environment, runs, watch
from veille import __version__
from veille.cli import main

CROWDTANGLE = SAMPLES / "depot" / "crowdtangle-novembre.csv"
COMMAND = [sys.executable, "-m", "veille.cli"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that watches one drop folder with one export in it."""
    home = tmp_path / "home"
    enter(monkeypatch, environment(home))
    watch(home, ("depot", "files", "./depot"))
    (tmp_path / "depot").mkdir()
    shutil.copy(CROWDTANGLE, tmp_path / "depot")
    return home


def changed_export(path: Path) -> None:
    """A CrowdTangle export whose dates nobody can read."""
    text = CROWDTANGLE.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("2026-11-", "bientôt "), encoding="utf-8")


class TestVerbs:
    def test_sources_are_listed(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["sources"]) == 0
        assert capsys.readouterr().out == "depot\n"

    def test_the_steps_one_by_one(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["collect", "depot"]) == 0
        count = len(homes.posts(home))
        assert count > 3
        assert f"✓ depot : {count} éléments lus, {count} nouveaux" in capsys.readouterr().out
        assert main(["classify"]) == 0
        assert f"{count} publications classées" in capsys.readouterr().out
        assert main(["bulletin"]) == 0
        told = capsys.readouterr().out
        assert "Objet : [Veille] ven. 20/11" in told
        assert "✓ remis : folder:bulletins" in told
        assert (home / "bulletins" / "2026-11-20-B-2011.txt").exists()

    def test_run_does_every_step(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["run"]) == 0
        told = capsys.readouterr()
        assert [word in told.out for word in ("depot", "classement", "Objet", "remis")] == [
            True
        ] * 4
        assert told.err == ""

    def test_a_second_run_adds_nothing_and_sends_nothing_twice(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["run"])
        before = homes.posts(home)
        capsys.readouterr()
        assert main(["run"]) == 0
        told = capsys.readouterr().out
        assert "depot : 0 élément lu, 0 nouveau" in told
        assert "bulletin du jour déjà remis" in told
        assert homes.posts(home) == before

    def test_search_finds_what_was_read(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["run"])
        capsys.readouterr()
        assert main(["search", "--limit", "2", "vivres", "OR", "ong"]) == 0
        told = capsys.readouterr().out
        assert "2 publications trouvées" in told
        assert "facebook" in told

    def test_search_tells_the_languages_of_what_it_finds_and_finds_by_language(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        texts = ["Le marché de Mopti est ouvert ce matin", "🤡🤡 Mopti",
                 "An ka dugu la Mopti, les humanitaires nana ni malo ye kunun"]  # fmt: skip
        table = tmp_path / "posts.csv"
        table.write_text("date;texte\n" + "".join(f"2026-11-19;{text}\n" for text in texts))
        assert main(["import", str(table), "--yes"]) == 0
        capsys.readouterr()
        assert main(["search", "mopti"]) == 0
        told = capsys.readouterr().out
        assert "Langues : français 2, bambara 1, langue inconnue 1 ; mêlées : bam+fra 1" in told
        assert "[bam+fra]" in told
        assert main(["search", "mopti", "--lang", "bam"]) == 0
        assert capsys.readouterr().out.count("Mopti") == 1
        assert main(["search", "mopti", "--lang", "und", "--lang", "hau"]) == 0
        assert "🤡🤡 Mopti" in capsys.readouterr().out

    def test_a_search_that_cannot_be_understood_is_refused(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["search", "(vivres"]) == 3
        assert capsys.readouterr().err.startswith("veille : ")

    def test_maintain_tells_of_silence_purge_and_archive(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["run"])
        capsys.readouterr()
        assert main(["maintain"]) == 0
        told = capsys.readouterr().out
        assert "Sources silencieuses : aucune" in told
        assert "0 page abîmée" in told

    def test_a_silent_source_and_a_damaged_page_call_a_person(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["run"])
        sources = home.parent / "sources.toml"
        sources.write_text(sources.read_text() + "min_per_day = 1000\n")
        next(home.glob("archive/bytes/*/*.zst")).write_bytes(b"")
        capsys.readouterr()
        assert main(["maintain"]) == 3
        told = capsys.readouterr().out
        assert "Sources silencieuses : depot" in told
        assert "1 page abîmée" in told

    def test_what_is_past_its_time_is_erased(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["run"])
        count = len(homes.posts(home))
        monkeypatch.setenv("VEILLE_CLOCK", "2028-01-01T00:00:00+00:00")
        capsys.readouterr()
        assert main(["maintain"]) == 0
        told = capsys.readouterr().out
        assert f"{count} publications effacées" in told
        assert "1 page effacée" in told
        assert homes.posts(home) == []
        assert not list(home.glob("archive/*/*/*"))

    def test_the_archive_is_read_again(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["run"])
        before = homes.posts(home)
        (home / "veille.sqlite").unlink()
        capsys.readouterr()
        assert main(["reingest"]) == 0
        assert f"{len(before)} nouveaux" in capsys.readouterr().out
        assert [post.id for post in homes.posts(home)] == [post.id for post in before]
        assert [post.source_id for post in homes.posts(home)] == ["depot"] * len(before)

    def test_authors_past_their_time_are_forgotten_and_stay_so(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copy(SAMPLES / "depot" / "Discussion WhatsApp avec Relais Mopti.txt",
                    home.parent / "depot" / "chat.txt")  # fmt: skip
        main(["run"])
        public = {post.id: post.author for post in homes.posts(home) if post.author_is_public}
        assert any(post.author for post in homes.posts(home) if not post.author_is_public)
        monkeypatch.setenv("VEILLE_CLOCK", "2027-03-01T00:00:00+00:00")
        for verb in ("maintain", "reingest"):
            assert main([verb]) == 0
            after = homes.posts(home)
            assert not [post.author for post in after if post.author and not post.author_is_public]
            assert {post.id: post.author for post in after if post.author_is_public} == public

    def test_reading_a_damaged_archive_again_reads_the_rest(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        shutil.copy(SAMPLES / "depot" / "meltwater.csv", home.parent / "depot")
        main(["collect", "depot"])
        next(home.glob("archive/bytes/*/*.zst")).write_bytes(b"")
        (home / "veille.sqlite").unlink()
        assert main(["reingest"]) == 3
        assert homes.posts(home)
        assert "restaurez une sauvegarde" in capsys.readouterr().err

    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["--version"])
        assert ended.value.code == 0
        assert capsys.readouterr().out == f"veille {__version__}\n"


class TestWrongCalls:
    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["surveiller"],
            ["collect"],
            ["label"],
            ["search"],
            ["import"],
            ["run", "depot"],
            ["search", "--limit", "beaucoup", "x"],
            ["import", "a.csv", "--map", "text"],
            ["import", "a.csv", "--map", "=Message"],
        ],
        ids=" ".join,
    )
    def test_a_wrong_call_is_status_2(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        assert "usage: veille" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("verb", "about"),
        [
            ("run", "toute la veille du matin"),
            ("import", "lire un fichier exporté"),
            ("label", "classer des textes"),
            ("search", "chercher"),
            ("collect", "lire une seule source"),
            ("classify", "classer ce qui ne l'est pas encore"),
            ("bulletin", "écrire et envoyer le bulletin"),
            ("sources", "les sources suivies"),
            ("maintain", "entretien"),
            ("reingest", "relire toute l'archive"),
        ],
    )
    def test_every_verb_tells_in_french_what_it_does(
        self, verb: str, about: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for call in ([verb, "--help"], ["--help"]):
            with pytest.raises(SystemExit) as ended:
                main(call)
            assert ended.value.code == 0
            assert about in " ".join(capsys.readouterr().out.split())

    def test_an_unknown_source_lists_the_known_ones_and_leaves_no_run(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["collect", "depôt"]) == 3
        told = capsys.readouterr().err
        assert "un réglage est à corriger" in told
        assert "known are depot" in told
        assert not home.exists() or runs(home) == []

    @pytest.mark.parametrize("verb", [["run"], ["sources"], ["collect", "depot"], ["bulletin"]])
    def test_without_sources_the_example_is_named(
        self, verb: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        monkeypatch.chdir(tmp_path)
        assert main(verb) == 3
        assert "sources.example.toml" in capsys.readouterr().err

    @pytest.mark.parametrize("verb", [["run"], ["classify"], ["search", "x"], ["maintain"]])
    def test_a_wrong_setting_is_named(
        self, home: Path, verb: list[str], monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:  # fmt: skip
        monkeypatch.setenv("VEILLE_CLOCK", "ce matin")
        assert main(verb) == 3
        assert "VEILLE_CLOCK" in capsys.readouterr().err


class TestStatuses:
    def test_a_changed_export_is_5_and_what_could_be_read_is_kept(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        changed_export(home.parent / "depot" / "changed.csv")
        assert main(["collect", "depot"]) == 5
        assert "contenu inattendu" in capsys.readouterr().err
        assert homes.posts(home)
        (run,) = runs(home)
        assert "changed.csv" in run.error
        assert sum(run.rejected.values()) >= 3

    def test_a_feed_that_is_gone_is_6(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with homes.served(tmp_path) as url:
            watch(home, ("flux", "rss", f"{url}/nowhere.xml"))
            assert main(["collect", "flux"]) == 6
        assert "la source n'existe plus" in capsys.readouterr().err
        assert runs(home)[0].error

    def test_a_missing_folder_is_3(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        watch(home, ("depot", "files", "./ailleurs"))
        assert main(["collect", "depot"]) == 3
        assert runs(home)[0].error

    def test_a_variable_nobody_set_is_3_and_in_the_ledger(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        watch(home, ("flux", "rss", "${NO_FEED_URL}/flux.xml"))
        assert main(["collect", "flux"]) == 3
        assert "NO_FEED_URL" in capsys.readouterr().err
        assert "NO_FEED_URL" in runs(home)[0].error

    def test_an_unknown_collector_is_3_and_in_the_ledger(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        watch(home, ("depot", "minitel", "./depot"))
        assert main(["collect", "depot"]) == 3
        assert "minitel" in runs(home)[0].error

    @pytest.mark.parametrize("spoil", [Path.mkdir, lambda path: path.write_bytes(b"x" * 9999)])
    @pytest.mark.parametrize("verb", [["collect", "depot"], ["classify"], ["search", "x"]])
    def test_a_store_that_cannot_be_used_is_4(
        self, home: Path, verb: list[str], spoil: object, capsys: pytest.CaptureFixture[str]
    ) -> None:
        home.mkdir()
        spoil(home / "veille.sqlite")  # type: ignore[operator]
        assert main(verb) == 4
        assert "données indisponibles : rien n'est perdu" in capsys.readouterr().err


class TestRun:
    def test_one_broken_source_stops_no_other_and_is_named_in_the_bulletin(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        watch(
            home,
            ("cassee", "files", "./ailleurs"),
            ("flux", "rss", "${NO_FEED_URL}/x.xml"),
            ("depot", "files", "./depot"),
        )
        assert main(["run"]) == 3
        told = capsys.readouterr()
        assert "✗ cassee : un réglage est à corriger" in told.err
        assert "✓ depot" in told.out
        bulletin = (home / "bulletins" / "2026-11-20-B-2011.txt").read_text()
        assert "1 sur 3" in bulletin
        assert "Source cassee" in bulletin
        assert "Source flux" in bulletin

    def test_a_fault_of_veille_itself_stops_no_other_source(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        watch(home, ("cassee", "files", "./depot"), ("depot", "files", "./depot"))
        (home / "cursors").mkdir(parents=True)
        (home / "cursors" / "cassee.cursor").write_text("no cursor of this collector")
        status = main(["run"])
        told = capsys.readouterr()
        assert status == 5
        assert "✗ cassee" in told.err
        assert "no cursor of this collector" not in told.err
        assert "✓ depot" in told.out
        assert [run.source_id for run in runs(home) if run.error] == ["cassee"]
        assert (home / "bulletins" / "2026-11-20-B-2011.txt").exists()

    @pytest.mark.parametrize("spoil", [Path.mkdir, lambda path: path.write_bytes(b"x" * 9999)])
    def test_without_a_store_everybody_is_told_since_when(
        self, home: Path, spoil: object, capsys: pytest.CaptureFixture[str]
    ) -> None:
        home.mkdir()
        spoil(home / "veille.sqlite")  # type: ignore[operator]
        assert main(["run"]) == 4
        (bulletin,) = home.glob("bulletins/*.txt")
        text = bulletin.read_text()
        assert "onnées indisponibles depuis" in text
        assert "RIEN À SIGNALER" not in text
        assert [run.error != "" for run in runs(home)] == [True]

    def test_the_status_is_the_worst_that_happened(self, home: Path) -> None:
        changed_export(home.parent / "depot" / "changed.csv")
        assert main(["run"]) == 5
        watch(home, ("depot", "files", "./depot"), ("cassee", "files", "./ailleurs"))
        assert main(["run"]) == 3


def launched(arguments: list[str], home: Path, **more: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment(home), **more},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


class TestProcess:
    def test_a_reader_that_closes_early_is_no_fault(self, home: Path) -> None:
        main(["run"])
        with launched(["search", "le", "OR", "la", "OR", "les"], home) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0

    def test_the_bulletin_is_written_though_nobody_reads_the_output(self, home: Path) -> None:
        with launched(["run"], home) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0
        assert (home / "bulletins" / "2026-11-20-B-2011.txt").exists()

    def test_a_terminal_of_another_alphabet_shows_what_it_can(self, home: Path) -> None:
        with launched(["run"], home, PYTHONIOENCODING="latin-1") as process:
            told, faults = process.communicate()
        assert process.returncode == 0
        assert "éléments lus".encode("latin-1") in told
        assert faults == b""

    def test_ctrl_c_leaves_no_traceback(self, home: Path) -> None:
        with launched(["label", "-"], home) as process:
            assert process.stdin
            assert process.stdout
            process.stdin.write(b'{"id": "1", "text": "a"}\n' * 64)
            process.stdin.flush()
            process.stdout.readline()
            time.sleep(0.2)
            process.send_signal(signal.SIGINT)
            _, faults = process.communicate()
        assert process.returncode == 130
        assert faults.decode() == "veille : interrompu ; relancez, rien n'est perdu\n"
