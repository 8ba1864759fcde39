"""From files to the bulletin, as people live it: acceptance stories end to end, day after day."""

import json
import re
import shutil
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests import homes
from tests.homes import SAMPLES, enter, environment, watch
from veille import jobs
from veille.cli import main
from veille.morning import Morning
from veille.post import Post, said, targets

MORNING = datetime.fromisoformat(homes.MORNING)
WEEK = Path(__file__).parent / "samples" / "ordinary_week.jsonl"
HOSTILE = "Les ONG sont des voleurs, elles vendent les vivres des déplacés"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that watches one drop folder of tables, which is empty."""
    home = tmp_path / "home"
    enter(monkeypatch, environment(home))
    watch(home, ("depot", "generic", "./depot"))
    with (home.parent / "sources.toml").open("a") as sources:
        sources.write('[source.options.mapping]\ntext = "texte"\npublished_at = "quand"\n')
    (tmp_path / "depot").mkdir()
    return home


def drop(home: Path, name: str, *texts: str, at: datetime = MORNING) -> None:
    """A file of posts, one minute apart, the last at `at`."""
    moments = (at - timedelta(minutes=len(texts) - n) for n in range(len(texts)))
    rows = [
        {"quand": moment.isoformat(), "texte": text}
        for moment, text in zip(moments, texts, strict=True)
    ]
    path = home.parent / "depot" / f"{name}.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n")


def run_at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> list[Morning]:
    """Every step as `veille run` does them, at a moment; gives the bulletins."""
    monkeypatch.setenv("VEILLE_CLOCK", moment.isoformat())
    for source_id in jobs.sources():
        jobs.collect(source_id)
    jobs.classify()
    shown: list[Morning] = []
    jobs.bulletin(shown.append)
    return shown


def imported(home: Path, path: Path, *arguments: str) -> list[Post]:
    """The posts of one imported file, classified."""
    assert main(["import", str(path), *arguments]) == 0
    assert main(["classify"]) == 0
    return homes.posts(home)


def level_of(post: Post) -> str | None:
    return said(post, "level")


def whatsapp(folder: Path, *messages: str) -> Path:
    path = folder / "Discussion WhatsApp avec Famille.txt"
    path.write_text("\n".join(messages) + "\n", encoding="utf-8")
    return path


class TestStories:
    def test_story_12_pam_is_a_first_name_and_the_number_is_not_stored(
        self, home: Path, tmp_path: Path
    ) -> None:
        chat = whatsapp(
            tmp_path,
            "03/11/2026 à 08:00 - Tante Inventée: Bonjour la famille",
            "03/11/2026 à 08:01 - Tante Inventée: Pam, tu me dois 5000, appelle le 76 12 34 56",
        )
        debt = imported(home, chat)[-1]
        assert targets(debt) == ()
        assert level_of(debt) == "vert"
        assert debt.text.endswith("appelle le [téléphone]")
        kept = b"".join(raw for _, raw in homes.bytes_kept(home))
        assert b"76 12 34 56" not in kept
        assert b"76123456" not in kept
        assert "Tante Inventée".encode() not in kept

    def test_story_20_an_advert_with_an_official_link_and_no_fee_is_no_scam(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        advert = "L'UNICEF recrute un chauffeur à Mopti : https://jobs.unicef.org/fr/job/590001"
        drop(home, "emploi", advert)
        (morning,) = run_at(monkeypatch, MORNING)
        (post,) = homes.posts(home)
        assert not (said(post, "narrative") or "").startswith("N14")
        assert level_of(post) == "vert"
        assert "RIEN À SIGNALER" in morning.bulletin.text

    def test_story_21_an_advert_with_a_fee_is_a_scam_and_shows_no_number(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        advert = (
            "Le PAM recrute 200 agents, 500 F pour réserver votre place, WhatsApp +223 76 12 34 56"
        )
        drop(home, "arnaque", advert)
        (morning,) = run_at(monkeypatch, MORNING)
        (post,) = homes.posts(home)
        assert (said(post, "narrative") or "").startswith("N14")
        assert said(post, "severity") == "3"
        assert "démenti" in morning.bulletin.text
        assert main(["search", "recrute"]) == 0
        shown = morning.bulletin.text + morning.bulletin.html + capsys.readouterr().out
        assert "[téléphone]" in shown
        kept = b"".join(raw for _, raw in homes.bytes_kept(home))
        assert "76 12 34" not in shown
        assert b"76 12 34" not in kept

    def test_story_31_a_message_of_three_lines_is_one_post_and_media_are_counted(
        self, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        chat = whatsapp(
            tmp_path,
            "03/11/2026 à 08:01 - Relais Inventé: Au marché on entend :",
            '"le camion est passé la nuit"',
            "mais personne ne l'a vu.",
            "03/11/2026 à 08:05 - +223 76 00 00 01: <Médias omis>",
            "13/11/2026 à 09:00 - Relais Inventé: Merci à tous",
        )
        told, thanks = imported(home, chat)
        assert told.text == (
            'Au marché on entend :\n"le camion est passé la nuit"\nmais personne ne l\'a vu.'
        )
        assert (told.published_at.day, told.published_at.month) == (3, 11)
        assert told.author == thanks.author
        assert re.fullmatch(r"[0-9a-f]{24}", told.author)
        assert re.search(r"3 lignes lues, 1 ignorée, 0 doublon", capsys.readouterr().out)
        assert not [1 for _, raw in homes.bytes_kept(home) if "Inventé".encode() in raw]

    def test_story_32_a_rumour_form_keeps_the_cercle_and_not_who_sent_it(self, home: Path) -> None:
        posts = imported(home, SAMPLES / "depot" / "kobo-rumeurs.csv")
        rumour = posts[0]
        assert rumour.kind == "rumour"
        assert rumour.places == ("ml.bandiagara.bandiagara",)
        assert all(place.count(".") <= 2 for post in posts for place in post.places)
        assert "Niveau de risque" in rumour.details
        kept = b"".join(raw for _, raw in homes.bytes_kept(home))
        assert b"agent.collecte" not in kept
        assert b"14.350" not in kept

    def test_story_33_two_days_off_come_as_one_bulletin_that_says_so(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drop(home, "vendredi", f"{HOSTILE} de Mopti")
        (friday,) = run_at(monkeypatch, MORNING)
        back = MORNING + timedelta(days=3)
        drop(home, "samedi", f"{HOSTILE} de Gao", at=MORNING + timedelta(days=1))
        drop(home, "dimanche", f"{HOSTILE} de Ségou", at=MORNING + timedelta(days=2))
        (monday,) = run_at(monkeypatch, back)
        assert "(3 jours)" in monday.bulletin.text + monday.bulletin.subject
        assert "(3 jours)" not in friday.bulletin.text + friday.bulletin.subject
        assert "Mopti" not in monday.bulletin.text
        assert len(list(home.glob("bulletins/*.txt"))) == 2
        drop(home, "lundi", "Le marché de Konna est calme", at=back + timedelta(hours=9))
        (tuesday,) = run_at(monkeypatch, back + timedelta(days=1))
        assert "jours)" not in tuesday.bulletin.text + tuesday.bulletin.subject
        assert "Gao" not in tuesday.bulletin.text

    def test_story_39_an_ordinary_week_says_nothing_to_report(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        texts = [json.loads(line)["text"] for line in WEEK.read_text().splitlines()]
        for day in range(7):
            moment = MORNING + timedelta(days=day)
            drop(home, f"jour-{day}", *texts[day::7], at=moment - timedelta(hours=1))
            (morning,) = run_at(monkeypatch, moment)
            assert "RIEN À SIGNALER" in morning.bulletin.text, morning.bulletin.text
        levels = Counter(level_of(post) for post in homes.posts(home))
        assert levels.total() == len(texts) == 300
        assert levels["rouge"] == 0
        assert levels["orange"] <= 1
        assert levels["jaune"] <= 3

    @pytest.mark.parametrize(
        ("text", "script"),
        [("ߒ ߞߊ߲ ߠߊߓߊ߯ߙߊ ߢߊ߬ߡߌ߬ߣߍ߲ ߦߋ߫", "N'Ko"), ("ⴰⵣⵓⵍ ⴰⵢⵜⵎⴰ ⴷ ⵉⵙⵜⵎⴰ", "Tifinagh")],
    )
    def test_story_40_a_script_nobody_reads_is_kept_and_counted(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, text: str, script: str
    ) -> None:
        drop(home, "ecritures", text, "Le marché de Mopti est calme ce matin")
        (morning,) = run_at(monkeypatch, MORNING)
        kept = next(post for post in homes.posts(home) if post.script == script)
        assert kept.text == text
        assert kept.lang != "fra"
        assert "langues non traitées : 1 élément" in morning.bulletin.text


class TestWindows:
    def test_a_post_is_told_of_in_one_bulletin_only(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drop(home, "un", f"{HOSTILE} de Mopti")
        (first,) = run_at(monkeypatch, MORNING)
        drop(home, "deux", "Le marché de Konna est calme", at=MORNING + timedelta(hours=5))
        (second,) = run_at(monkeypatch, MORNING + timedelta(days=1))
        assert first.bulletin.text.startswith("Situation : 1 élément")
        assert "Mopti" in first.bulletin.text
        assert "Mopti" not in second.bulletin.text
        assert "RIEN À SIGNALER" in second.bulletin.text

    def test_what_a_bulletin_of_the_same_day_missed_is_in_the_next_days(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drop(home, "un", "Le marché de Konna est calme")
        run_at(monkeypatch, MORNING)
        noon = MORNING + timedelta(hours=5)
        drop(home, "deux", f"{HOSTILE} de Mopti", at=noon)
        (again,) = run_at(monkeypatch, noon)
        assert again.delivery.already
        assert not again.delivery.sent
        (next_day,) = run_at(monkeypatch, MORNING + timedelta(days=1))
        assert "Mopti" in next_day.bulletin.text

    def test_old_posts_that_are_imported_today_are_history_not_news(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drop(home, "archives", f"{HOSTILE} de Mopti", at=MORNING - timedelta(days=60))
        (morning,) = run_at(monkeypatch, MORNING)
        assert len(homes.posts(home)) == 1
        assert "Mopti" not in morning.bulletin.text

    def test_a_bulletin_nobody_accepted_is_sent_again_with_what_came_since(
        self, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        home.mkdir()
        (home / "bulletins").write_text("in the way")
        drop(home, "un", f"{HOSTILE} de Mopti")
        assert main(["run"]) == 4
        assert "tous n'ont pas reçu le bulletin" in capsys.readouterr().err
        (home / "bulletins").unlink()
        monkeypatch.setenv("VEILLE_CLOCK", (MORNING + timedelta(days=1)).isoformat())
        assert main(["run"]) == 0
        (bulletin,) = home.glob("bulletins/*.txt")
        assert "Mopti" in bulletin.read_text()

    def test_after_days_without_data_the_next_bulletin_looks_back_to_the_last_one(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drop(home, "un", "Le marché de Konna est calme")
        run_at(monkeypatch, MORNING)
        (home / "veille.sqlite").rename(home / "kept.sqlite")
        (home / "veille.sqlite").mkdir()
        monkeypatch.setenv("VEILLE_CLOCK", (MORNING + timedelta(days=1)).isoformat())
        assert main(["run"]) == 4
        told = next(home.glob("bulletins/2026-11-21*.txt")).read_text()
        assert re.search(r"onnées indisponibles depuis .*20/11", told)
        (home / "veille.sqlite").rmdir()
        (home / "kept.sqlite").rename(home / "veille.sqlite")
        drop(home, "deux", f"{HOSTILE} de Mopti", at=MORNING + timedelta(days=1))
        (back,) = run_at(monkeypatch, MORNING + timedelta(days=2))
        assert "(2 jours)" in back.bulletin.text + back.bulletin.subject
        assert "Mopti" in back.bulletin.text

    def test_without_a_coverage_ledger_nobody_is_told_that_all_is_well(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        home.mkdir()
        (home / "coverage.sqlite").write_bytes(b"x" * 9999)
        assert main(["run"]) == 4
        assert "coverage ledger" in capsys.readouterr().err
        (bulletin,) = home.glob("bulletins/*.txt")
        assert "onnées indisponibles depuis" in bulletin.read_text()

    def test_without_a_ledger_of_what_was_sent_nothing_is_sent(
        self, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        home.mkdir()
        (home / "alerts.sqlite").write_bytes(b"x" * 9999)
        assert main(["bulletin"]) == 4
        assert "nothing is sent" in capsys.readouterr().err
        assert not list(home.glob("bulletins/*"))


@pytest.fixture(scope="module")
def mornings(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two homes that lived the sample morning each for itself."""
    folders = []
    with pytest.MonkeyPatch.context() as patch, homes.served(SAMPLES / "web") as url:
        for _ in range(2):
            folder = tmp_path_factory.mktemp("morning")
            shutil.copytree(SAMPLES, folder / "sample-exports")
            example = SAMPLES.parent / "sources.example.toml"
            shutil.copy(example, folder / "sources.toml")
            enter(patch, environment(folder / "home") | {"SAMPLE_FEED_URL": url})
            assert main(["run"]) == 0
            folders.append(folder / "home")
    return folders


class TestSampleMorning:
    def test_the_same_morning_gives_the_same_bulletin_byte_for_byte(
        self, mornings: list[Path]
    ) -> None:
        one, other = ({path.name: path.read_bytes() for path in (home / "bulletins").iterdir()}
                      for home in mornings)  # fmt: skip
        assert sorted(one) == ["2026-11-20-B-2011.html", "2026-11-20-B-2011.txt"]
        assert one == other

    def test_everything_the_samples_hold_is_read(self, mornings: list[Path]) -> None:
        posts = homes.posts(mornings[0])
        assert {post.source_id for post in posts} == {"depot", "radio", "courrier-du-delta"}
        assert len({post.platform for post in posts}) >= 6
        assert {post.kind for post in posts} >= {"post", "article", "message", "rumour"}
        assert all(post.labels for post in posts)
        assert not [run.error for run in homes.runs(mornings[0]) if run.error]

    def test_nobody_is_named_in_what_goes_out(self, mornings: list[Path]) -> None:
        sent = "".join(path.read_text() for path in (mornings[0] / "bulletins").iterdir())
        private = {post.author for post in homes.posts(mornings[0]) if not post.author_is_public}
        assert len(private) > 3
        assert not [key for key in private if key and key in sent]
        assert not re.search(r"\d\d \d\d \d\d \d\d", sent)

    def test_the_bulletin_says_what_was_read(self, mornings: list[Path]) -> None:
        text = (mornings[0] / "bulletins" / "2026-11-20-B-2011.txt").read_text()
        assert "Sources lues : 3 sur 3" in text
        assert "ORANGE" in text
        assert "RIEN À SIGNALER" not in text
