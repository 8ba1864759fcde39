"""`veille label`: the public shape of one labelled text, and every line that is none."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.homes import ROOT
from veille.cli import main
from veille.codebook import load_codebook
from veille.post import LEVELS, STANCES

HOSTILE = "Les ONG sont des voleurs, elles vendent les vivres des déplacés de Mopti"
KEYS = [
    "id", "lang", "target", "narrative", "stance", "hostility", "hostility_p", "severity",
    "level", "abstain", "spans", "model",
]  # fmt: skip


def line(post_id: object, text: object) -> str:
    return json.dumps({"id": post_id, "text": text})


@pytest.fixture
def labelled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """Labels of lines, with the status and what was told."""

    def label(*lines: str | bytes, status: int = 0) -> list[dict[str, Any]]:
        path = tmp_path / "posts.jsonl"
        path.write_bytes(b"\n".join(x if isinstance(x, bytes) else x.encode() for x in lines))
        capsys.readouterr()
        assert main(["label", str(path)]) == status
        told = capsys.readouterr()
        label.faults = told.err  # type: ignore[attr-defined]
        assert "Traceback" not in told.err
        return [json.loads(answer) for answer in told.out.splitlines()]

    return label


def piped(text: bytes, **more: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-m", "veille.cli", "label", "-"],
        input=text, capture_output=True, cwd=ROOT, env={**os.environ, **more}, check=False,
    )  # fmt: skip


class TestShape:
    @pytest.mark.parametrize(
        "text", [HOSTILE, "", "Le mil coûte 300 F", "🤡🤡🐀", "ߒ ߞߊ߲", "x" * 10_000]
    )
    def test_it_is_exactly_the_public_one(self, labelled: Any, text: str) -> None:
        (answer,) = labelled(line("fb:1", text))
        assert list(answer) == KEYS
        assert answer["id"] == "fb:1"
        assert isinstance(answer["lang"], str)
        assert len(answer["lang"]) == 3
        assert all(isinstance(actor, str) for actor in answer["target"])
        codes = {family.code for family in load_codebook().families}
        assert all(code in codes and 0 <= p <= 1 for code, p in answer["narrative"])
        scores = [p for _, p in answer["narrative"]]
        assert scores == sorted(scores, reverse=True)
        assert answer["model"].startswith("keywords@")

    @pytest.mark.parametrize("text", [HOSTILE, "", "Merci à MSF", "ߒ ߞߊ߲"])
    def test_probabilities_are_whole_and_levels_known(self, labelled: Any, text: str) -> None:
        (answer,) = labelled(line(1, text))
        assert list(answer["stance"]) == list(STANCES)
        assert sum(answer["stance"].values()) == pytest.approx(1, abs=1e-3)
        assert len(answer["hostility_p"]) == 4
        assert sum(answer["hostility_p"]) == pytest.approx(1, abs=1e-3)
        assert answer["hostility"] == answer["hostility_p"].index(max(answer["hostility_p"]))
        assert answer["severity"] in (1, 2, 3, 4, 5)
        assert answer["level"] in LEVELS
        assert set(answer["abstain"]) <= {"narrative", "stance", "hostility"}

    def test_spans_lie_in_the_text_as_given(self, labelled: Any) -> None:
        (answer,) = labelled(line(1, HOSTILE))
        assert answer["spans"]
        for axis, start, end, why in answer["spans"]:
            assert axis in ("target", "narrative", "stance", "hostility", "fact", "claim",
                            "severity", "level")  # fmt: skip
            assert 0 <= start < end <= len(HOSTILE)
            assert why
        assert any(
            "voleurs" in HOSTILE[s:e] for axis, s, e, _ in answer["spans"] if axis == "narrative"
        )

    def test_a_hostile_text_is_told_from_a_harmless_one(self, labelled: Any) -> None:
        hostile, harmless = labelled(line(1, HOSTILE), line(2, "Le marché de Mopti est calme"))
        assert max(hostile["stance"], key=hostile["stance"].get) == "hostile"
        assert hostile["hostility"] >= 1
        assert hostile["narrative"][0][0].startswith("N05")
        assert harmless["hostility"] == 0
        assert harmless["level"] == "vert"
        assert hostile["severity"] > harmless["severity"]

    def test_the_same_lines_give_the_same_answers(self, labelled: Any) -> None:
        lines = [line(n, f"{HOSTILE} {n}") for n in range(5)]
        assert labelled(*lines) == labelled(*lines)

    def test_an_id_comes_back_as_it_was_given(self, labelled: Any) -> None:
        given = ["fb:1", 7, 2**60, "é 🤡", "\ud800", None]
        assert [answer["id"] for answer in labelled(*(line(x, "a") for x in given))] == given


class TestLines:
    def test_answers_come_in_the_order_of_the_lines(self, labelled: Any) -> None:
        answers = labelled(*(line(n, "texte") for n in range(200)))
        assert [answer["id"] for answer in answers] == list(range(200))

    def test_empty_lines_are_passed_over(self, labelled: Any) -> None:
        answers = labelled("", line(1, "a"), "   ", "", line(2, "b"), "")
        assert [answer["id"] for answer in answers] == [1, 2]

    def test_an_empty_file_gives_nothing(self, labelled: Any) -> None:
        assert labelled() == []

    @pytest.mark.parametrize(
        "bad",
        [
            "bonjour", "{", "[]", '["id", "text"]', "3", "null", '"id text"', '{"id": 1}',
            '{"text": "a"}', "[" * 100_000, '{"id": 1, "text": null}', '{"id": 1, "text": 7}',
            '{"id": 1, "text": ["a"]}', b"\xff\xfe\x00", "9" * 5_000,
        ],
        ids=lambda bad: ascii(bad)[:20],
    )  # fmt: skip
    def test_a_line_that_is_none_is_told_with_its_number_and_the_others_labelled(
        self, labelled: Any, bad: str | bytes
    ) -> None:
        answers = labelled(line(1, "a"), "", bad, line(2, "b"), status=3)
        assert [answer["id"] for answer in answers] == [1, 2]
        assert labelled.faults.startswith("veille : ligne 3 : ")
        assert labelled.faults.count("\n") == 1

    def test_what_was_written_in_a_bad_line_is_not_repeated(self, labelled: Any) -> None:
        labelled('{"id": 1, "texte": "vu à Sofara"}', status=3)
        assert "Sofara" not in labelled.faults

    @pytest.mark.parametrize(
        "text", ["x" * 10_000, "mot " * 2_500, "ONG " * 10_000, "\ud800", "a\x00b", "\u202eab"],
        ids=["letters", "words", "actors", "surrogate", "nul", "bidi"],
    )  # fmt: skip
    def test_no_text_makes_it_fail(self, labelled: Any, text: str) -> None:
        assert labelled(line(1, text))[0]["id"] == 1

    def test_more_fields_do_no_harm(self, labelled: Any) -> None:
        assert labelled('{"lang": "fra", "id": "a", "text": "b", "n": [1]}')[0]["id"] == "a"

    def test_a_file_saved_by_notepad_is_read(self, labelled: Any) -> None:
        lines = [b"\xef\xbb\xbf" + line(1, "a").encode() + b"\r", line(2, "b").encode() + b"\r"]
        assert [answer["id"] for answer in labelled(*lines)] == [1, 2]

    def test_bytes_that_are_no_utf8_inside_a_text_are_replaced(self, labelled: Any) -> None:
        (answer,) = labelled(b'{"id": 1, "text": "d\xe9tournement de vivres"}')
        assert answer["id"] == 1


class TestDoors:
    @pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
    def test_a_file_that_cannot_be_opened_is_told_of(
        self, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["label", str(tmp_path / name)]) == 3
        assert "illisible" in capsys.readouterr().err

    def test_no_store_and_no_home_is_made(
        self, labelled: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VEILLE_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("VEILLE_SOURCES", str(tmp_path / "none.toml"))
        labelled(line(1, HOSTILE))
        assert not (tmp_path / "home").exists()

    def test_a_pipe_is_read_and_written_in_utf8_whatever_the_terminal_speaks(self) -> None:
        text = '{"id": "é🤡\\ud800", "text": "Les ONG mentent à Gao"}\n'.encode()
        done = piped(text, PYTHONIOENCODING="ascii")
        assert done.returncode == 0
        assert done.stderr == b""
        answer = json.loads(done.stdout.decode("utf-8"))
        assert answer["id"] == "é🤡\ud800"

    def test_good_and_bad_lines_through_a_pipe(self) -> None:
        text = f"{line(1, 'a')}\nnon\n\n{line(2, 'b')}".encode()
        done = piped(text)
        assert done.returncode == 3
        assert [json.loads(answer)["id"] for answer in done.stdout.splitlines()] == [1, 2]
        assert done.stderr.decode().startswith("veille : ligne 2 : il faut un objet JSON")

    def test_a_reader_that_closes_early_is_no_fault(self) -> None:
        many = (line(1, HOSTILE) + "\n") * 3_000
        shell = f"{sys.executable} -m veille.cli label - | head -n 1"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", shell],
            input=many.encode(), capture_output=True, cwd=ROOT, check=False,
        )  # fmt: skip
        assert done.returncode == 0
        assert done.stdout.count(b"\n") == 1
        assert done.stderr == b""
