"""Which language a post is in: always an answer, the same everywhere, and "und" when unsure."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.homes import ROOT
from veille.cli import main
from veille.language import OPERATIONAL, UNKNOWN, identify, identify_and_tag, stretches, tags

SAMPLES = Path(__file__).parent / "samples"
CODES = {*OPERATIONAL, UNKNOWN}
GREETING = "السلام عليكم ورحمة الله وبركاته"
# One post a language, as its speakers write it and as their phones do.
SPELLINGS = [
    ("fra", "Le café du marché est fermé depuis hier", "le cafe du marche est ferme depuis hier"),
    ("fra", "Les blancs-là sont venus pour compter nos cases",
     "lé blan la é venu pr compté nos case g pa signé"),
    ("bam", "mɔgɔw bɛ ka kuma dɛmɛ kan", "mogo ou bé ka kouma dèmè kan"),
    ("bam", "aw bɛ se ka dɔnkɛ ɲɔgɔn fɛ wa", "aw be se ka donke nyogon fe wa"),
    ("ful", "Yimɓe ɓee ngari janngude hannde", "yimbe bee ngari janngude hande"),
    ("hau", "sun ƙi karɓar magani a asibiti", "sun ki karbar magani a asibiti"),
    ("mos", "Ned fãa tõe n paama sõngre", "ned faa toe n paama songre ka wa"),
    ("ara", "الناس يقولون إنّ المساعدات لم تصلْ", "الناس يقولون ان المساعدات لم تصل"),
    ("ara", "واش هاد الناس ما بغاو والو علاش", "wach had nass ma bghaw walou, 3lach"),
]  # fmt: skip


def posts(name: str) -> list[dict[str, Any]]:
    lines = (SAMPLES / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def texts() -> list[str]:
    """Invented posts in five languages, in two at once, and in scripts nobody here reads."""
    names = ("ordinary_week.jsonl", "codeswitch/bam_fra.jsonl", "codeswitch/hau_fra.jsonl")
    found = [post["text"] for name in names for post in posts(name)[::4]]
    return [*found, GREETING, "ߒ ߓߍ߫ ߕߊ߯", "ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ", "🤡", ""]


class TestAnyText:
    @settings(deadline=None)
    @given(st.text(st.characters()))
    def test_it_has_an_answer(self, text: str) -> None:
        language, tokens = identify_and_tag(text)
        assert language == identify(text)
        assert tokens == tags(text)
        assert language.code in CODES
        assert 0 <= language.probability <= 1
        assert set(tokens) <= CODES | {"x"}
        assert len(tokens) == len(text.split())

    @settings(deadline=None)
    @given(st.text("abeɛogɔdn'’ .,#@1/:ةلاߒⴰ𞤀🤡é\u0301\u200f\ud800\x00", max_size=80))
    def test_a_mix_is_whole_or_empty(self, text: str) -> None:
        language = identify(text)
        assert bool(language.mix) == (language.code != UNKNOWN)
        if language.mix:
            assert sum(language.mix.values()) == pytest.approx(1, abs=0.03)
            assert next(iter(language.mix)) == language.code
            assert list(language.mix.values()) == sorted(language.mix.values(), reverse=True)

    @settings(deadline=None)
    @given(st.text("abeɛ لاߒⴰ🤡 \n#"))
    def test_stretches_follow_one_another_and_begin_and_end_with_a_word(self, text: str) -> None:
        end = 0
        for stretch in stretches(text):
            assert end <= stretch.start < stretch.end <= len(text)
            assert text[stretch.start : stretch.end].strip() == text[stretch.start : stretch.end]
            end = stretch.end

    @pytest.mark.parametrize(
        "text", ["🤡" * 300_000, "a" * 1_000_000, "mɔgɔ " * 200_000, "https://" + "a" * 500_000]
    )
    def test_endless_text_is_read_quickly(self, text: str) -> None:
        identify("un texte, pour que les profils soient lus")
        started = time.process_time()
        identify(text)
        assert time.process_time() - started < 2


class TestSameAnswer:
    def test_whatever_came_before(self) -> None:
        asked = texts()
        first = {text: identify_and_tag(text) for text in asked}
        random.Random(0).shuffle(asked)
        assert {text: identify_and_tag(text) for text in asked} == first

    @pytest.mark.parametrize("seed", ["0", "1"])
    def test_in_another_process(self, seed: str) -> None:
        script = (
            "import json, sys; from veille.language import identify_and_tag as i\n"
            "print(json.dumps([repr(i(text)) for text in json.load(sys.stdin)]))"
        )
        asked = texts()[::-1]
        told = subprocess.run(
            [sys.executable, "-c", script], input=json.dumps(asked), text=True, cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True,
        ).stdout  # fmt: skip
        assert json.loads(told) == [repr(identify_and_tag(text)) for text in asked]


class TestNotKnowing:
    @pytest.mark.parametrize(
        "text",
        ["", " \n\t", "🤡🤡🐀", "12 345 / 2026", "https://exemple.org/a?b=c", "#ONGdehors @mopti",
         "MSF OCHA UNICEF", "+223 00 00 00 00", "?!…", "\u200f\u202a", "ok", "merci", "الحمد لله"],
    )  # fmt: skip
    def test_what_says_too_little_is_unknown(self, text: str) -> None:
        language = identify(text)
        assert (language.code, language.probability, language.mix) == (UNKNOWN, 0.0, {})

    def test_emptiness_is_found_without_reading_a_profile(self) -> None:
        assert (
            opened("from veille.language import identify; identify('🤡 12 https://a.b #c')") == []
        )

    @pytest.mark.parametrize(
        "text",
        ["слава всем, привет друзья мои", "这是中文的句子", "ሰላም ለሁሉም ወገኖቼ ይሁን",
         "hiɖɛ nɛ pɛ-tʋmɩyɛ nɛ ɛyaa pa-taa", "Nitakuja kesho asubuhi na watoto wangu",
         "Besok pagi kami akan pergi ke pasar", "Ma olen homme hommikul turul koos emaga"],
    )  # fmt: skip
    def test_languages_of_elsewhere_are_unknown(self, text: str) -> None:
        assert identify(text).code == UNKNOWN

    def test_kabiye_is_not_moore(self) -> None:
        assert identify("Ned fãa tõe n paama sõngre dũniyã zugu").code == "mos"
        assert "mos" not in tags("Ɛyʋ ŋgʋ ɛ-wɛɛ yɔ ɛ-taa nɩɩ mbʋ pa-yɔɔdaɣ yɔ pɩ-yɔɔ")


class TestScripts:
    @pytest.mark.parametrize(
        ("text", "script", "codes"),
        [
            ("ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ", "Tifinagh", {"tmh", UNKNOWN}),
            ("ߒ ߓߍ߫ ߕߊ߯ ߛߎ߯ ߘߐ߫", "N'Ko", {UNKNOWN}),
            ("𞤀𞤣𞤤𞤢𞤥 𞤨𞤵𞤤𞤢𞤪", "Adlam", {"ful"}),
            ("الناس يقولون إن المساعدات لم تصل", "Arabic", {"ara"}),
            ("les vivres ne sont pas arrivés", "Latin", {"fra"}),
            ("слава", "Cyrillic", {UNKNOWN}),
        ],
    )
    def test_a_script_is_told_by_its_letters(self, text: str, script: str, codes: set[str]) -> None:
        language = identify(text)
        assert language.script == script
        assert language.code in codes

    def test_story_40_a_script_nobody_reads_is_never_taken_for_french(self) -> None:
        for text in ("ߒ ߓߍ߫ ߕߊ߯ ߛߎ߯ ߘߐ߫ ONG", "ⵜⵎⴰⵛⵗ ⵏⵙⵏ ONG Gao"):
            assert identify(text).script in ("N'Ko", "Tifinagh")
            assert "fra" not in tags(text)

    def test_story_9_arabic_with_a_french_acronym_is_arabic(self) -> None:
        text = "فرق CICR في ميناكا هم جواسيس يجمعون الأخبار"
        language, tokens = identify_and_tag(text)
        assert (language.code, dict(language.mix)) == ("ara", {"ara": 1.0})
        assert tokens[1] == "x"

    def test_varieties_of_arabic_are_hints(self) -> None:
        assert identify("الناس يقولون إن المساعدات لم تصل إلى المخيم").variety == "arb"
        assert identify("wach had nass ma bghaw walou, 3lach").variety == "ary"


class TestWhoVotes:
    @pytest.mark.parametrize(
        ("code", "text"),
        [
            ("fra", "la distribution des vivres commence demain matin"),
            ("bam", "an bɛ taa sini sogoma sugu la"),
            ("hau", "ba su samu abinci ba tun jiya"),
        ],
    )
    def test_a_greeting_in_arabic_does_not_make_a_post_arabic(self, code: str, text: str) -> None:
        for greeting in (GREETING, "الحمد لله", "Bismillah,", "Salam aleykoum"):
            language = identify(f"{greeting} {text}")
            assert dict(language.mix) == {code: 1.0}, greeting

    def test_a_greeting_keeps_the_language_it_is_written_in(self) -> None:
        assert tags(f"{GREETING} an bɛ taa sini") == ["ara"] * 5 + ["bam"] * 4
        assert tags("Bismillah, an bɛ taa sini")[0] == "bam"

    @pytest.mark.parametrize(
        "name",
        ["INTERSOS", "Médecins Sans Frontières", "Croix-Rouge malienne", "UNICEF", "PONAH",
         "#LesONGdehors", "@radio_mopti", "https://exemple.org/les-vivres-des-deplaces", "2026"],
    )  # fmt: skip
    def test_names_and_hashtags_do_not_vote(self, name: str) -> None:
        language, tokens = identify_and_tag(f"{name} bɛ ka na dugu kɔnɔ sini sogoma")
        assert dict(language.mix) == {"bam": 1.0}
        assert tokens[: len(name.split())] == ["x"] * len(name.split())

    def test_the_same_words_without_names_say_the_same(self) -> None:
        named = identify("Fatoumata, agent de MSF à Mopti, est venue hier avec les médicaments")
        assert dict(named.mix) == {"fra": 1.0}


class TestAsPeopleWrite:
    @pytest.mark.parametrize(("code", "spelled", "typed"), SPELLINGS)
    def test_a_phone_spelling_is_the_same_language(
        self, code: str, spelled: str, typed: str
    ) -> None:
        assert [identify(text).code for text in (spelled, typed)] == [code, code]

    def test_story_5_sms_french_is_french(self) -> None:
        text = "lé blan la é venu pr compté nos case g pa signé"
        assert tags(text) == ["fra"] * 12
        assert identify(text).probability > 0.9

    def test_story_7_with_and_without_its_letters_it_is_bambara(self) -> None:
        for start in ("", "ONGw, "):
            marked, plain = identify(f"{start}an t'u fɛ"), identify(f"{start}an te u fe")
            assert marked.code == plain.code == "bam"
            assert dict(marked.mix) == dict(plain.mix) == {"bam": 1.0}

    def test_story_8_a_denial_in_hausa_is_hausa(self) -> None:
        text = "Sun ce allurar ce ke kashe yara, amma likita ya karyata"
        assert tags(text) == ["hau"] * 11
        assert identify(text).probability > 0.9

    def test_pidgin_is_not_english(self) -> None:
        assert identify("dem no gree give us food since wey we land for camp").code == "pcm"
        assert identify("they share food in the camp every friday morning").code == "eng"

    def test_stretched_letters_are_the_same_word(self) -> None:
        assert identify("noooon c est pas vraiiiii du tout").code == "fra"


class TestSwitching:
    def test_the_mix_and_the_places_are_told(self) -> None:
        text = "an bɛ taa sugu la sini sogoma, mais le bureau est fermé depuis hier"
        assert dict(identify(text).mix) == {"bam": 0.5, "fra": 0.5}
        told = [(text[s.start : s.end], s.code) for s in stretches(text)]
        assert told == [
            ("an bɛ taa sugu la sini sogoma,", "bam"),
            ("mais le bureau est fermé depuis hier", "fra"),
        ]

    def test_a_borrowed_word_is_no_switch(self) -> None:
        assert identify("Den bɔra so la dimanche, tɔgɔ ye Awa ye").mix["bam"] >= 0.8


def opened(script: str) -> list[str]:
    """The files of profiles that a new process opens while it runs `script`."""
    watching = (
        "import sys; opened = []\n"
        "sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == 'open' "
        "else None)\n"
    )
    asking = (
        "\nprint(*{name for name in opened if 'veille/profiles' in name or '/langdetect/' in name})"
    )
    told = subprocess.run(
        [sys.executable, "-c", watching + script + asking], cwd=ROOT, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    return told.stdout.split()


class TestCost:
    def test_importing_reads_no_profile_and_no_langdetect(self) -> None:
        assert opened("import veille.language, veille.pipeline, veille.cli") == []
        assert opened("from veille.language import identify; identify('le marché est ouvert')")

    def test_the_profiles_are_small(self) -> None:
        folder = ROOT / "veille" / "profiles"
        sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
        assert len(sizes) > 40
        assert sum(sizes) <= 5_000_000

    def test_each_label_has_a_threshold_that_was_chosen(self) -> None:
        path = ROOT / "veille" / "profiles" / "calibration.json"
        known = json.loads(path.read_text(encoding="utf-8"))
        assert set(known["latin"]["least"]) == set(OPERATIONAL)
        assert all(0 < n < 1 for script in known.values() for n in script["least"].values())


class TestVerb:
    @pytest.fixture
    def told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
        def tell(*lines: str, status: int = 0) -> list[dict[str, Any]]:
            path = tmp_path / "posts.jsonl"
            path.write_text("\n".join(lines), encoding="utf-8")
            capsys.readouterr()
            assert main(["language", str(path)]) == status
            return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

        return tell

    @pytest.mark.parametrize(
        "text", ["an bɛ taa sini, mais pas MSF 😀", "", "ߒ ߞߊ߲", "x" * 9000, " a  b\u00a0c\n d "]
    )
    def test_its_shape_is_the_public_one(self, told: Any, text: str) -> None:
        (answer,) = told(json.dumps({"id": "fb:1", "text": text}))
        assert list(answer) == ["id", "code", "p", "script", "mix", "tokens"]
        assert answer["id"] == "fb:1"
        assert answer["code"] in CODES
        assert 0 <= answer["p"] <= 1
        assert set(answer["mix"]) <= set(OPERATIONAL)
        assert len(answer["tokens"]) == len(text.split())
        assert set(answer["tokens"]) <= CODES | {"x"}

    def test_answers_come_in_the_order_of_the_lines_and_faults_are_told(self, told: Any) -> None:
        lines = [json.dumps({"id": n, "text": text}) for n, text in enumerate(texts()[:20])]
        answers = told(*lines[:10], "no json", *lines[10:], status=3)
        assert [answer["id"] for answer in answers] == list(range(20))
        again = told(*lines[::-1])
        assert again[::-1] == answers
