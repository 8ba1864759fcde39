"""The guard on the contract of collectors: each broken one must fail the sentence it breaks."""

from pathlib import Path

import pytest

from tests.contracts import broken_collectors as broken
from tests.contracts import samples, test_collectors
from tests.contracts.test_collectors import (
    NO_PAGES,
    CollectorContract,
    FormatContract,
    built,
    format_of,
)

WHOLE = "test_posts_are_whole"
TWICE = "test_reading_twice_gives_the_same"
SAME = "test_posts_are_those_of_the_sample"
# A test fails by a wrong value, or by saying so.
FAILURES = (AssertionError, pytest.fail.Exception)


@pytest.mark.parametrize(
    ("collector", "sentence"),
    [
        (broken.DropsAnItem, SAME),
        (broken.HidesRejects, SAME),
        (broken.ForgetsTheThread, SAME),
        (broken.ChangesIds, TWICE),
        (broken.ChangesIds, SAME),
        (broken.SharesOneId, WHOLE),
        (broken.NamesNoPlatform, WHOLE),
        (broken.TellsLocalTimes, WHOLE),
        (broken.ForgetsThePage, WHOLE),
    ],
)
def test_a_broken_collector_fails(collector: type[broken.Faithful], sentence: str) -> None:
    [sample] = [s for s in samples.samples_of("telegram_export") if s.case == "deleted"]
    contract, true = CollectorContract(), built("telegram_export")
    getattr(contract, sentence)(broken.Faithful(true=true), sample)
    with pytest.raises(FAILURES):
        getattr(contract, sentence)(collector(true=true), sample)


def test_a_format_that_keeps_persons_fails(tmp_path: Path) -> None:
    for name in ("brandwatch", "whatsapp"):
        [sample] = [s for s in samples.samples_of(name) if s.case == "ordinary"]
        true, persons = format_of(name), samples.persons_in(name)["ordinary"]
        nowhere = FormatContract().test_persons_are_nowhere
        nowhere(true, sample, persons, tmp_path)
        for leaky in (broken.cleans_nothing(true), broken.tells_who_wrote(true)):
            with pytest.raises(FAILURES):
                nowhere(leaky, sample, persons, tmp_path)
        with pytest.raises(FAILURES):
            nowhere(true, sample, ["nobody in this file"], tmp_path)


@pytest.mark.parametrize("body", NO_PAGES.values(), ids=NO_PAGES)
def test_zero_posts_in_what_is_no_page_fails(body: bytes) -> None:
    silent = broken.ReadsNothingInSilence(true=built("whatsapp"))
    with pytest.raises(FAILURES):
        CollectorContract().test_what_is_no_page_is_never_zero_posts(silent, body, {})


def test_a_collector_without_samples_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SAMPLES", tmp_path)
    with pytest.raises(FAILURES):
        test_collectors.test_every_collector_has_the_five_kinds_of_sample("whatsapp")


def test_a_sample_without_posts_is_written_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = samples.SAMPLES / "whatsapp/ordinary/page.txt"
    monkeypatch.setattr(samples, "SAMPLES", tmp_path)
    copy = tmp_path / "whatsapp/ordinary/page.txt"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(page.read_bytes())
    [sample] = samples.samples_of("whatsapp")
    contract = CollectorContract()
    with pytest.raises(FAILURES, match="read it, and commit it if it is right"):
        contract.test_posts_are_those_of_the_sample(built("whatsapp"), sample)
    contract.test_posts_are_those_of_the_sample(built("whatsapp"), sample)
