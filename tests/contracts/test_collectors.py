"""What every collector must do, on every recorded page; one without samples fails."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

import collectors
from collectors.base import Collector
from collectors.files import FileFormat, FileHead, page_of_file, recognised
from tests.contracts.samples import (
    Sample,
    as_json,
    expected,
    kinds_missing,
    persons_in,
    samples_of,
    words_of,
    write_expected,
)
from veille.errors import ConfigError, FileRefused, SourceChanged
from veille.http import HttpClient
from veille.post import Page
from veille.privacy import Privacy

NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
NAMES = [name for name in collectors.names() if name != "files"]
FORMAT_NAMES = sorted(collectors.FORMATS)
EVERY_SAMPLE = [sample for name in NAMES for sample in samples_of(name)]
FILE_SAMPLES = [sample for sample in EVERY_SAMPLE if sample.name in collectors.FORMATS]
WITH_PERSONS = [sample for sample in FILE_SAMPLES if sample.case in persons_in(sample.name)]
NO_PAGES = {
    "empty": b"",
    "blank": b" \r\n\r\n",
    "object": b"{}",
    "list": b"[]",
    "challenge": b"<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    b"<body><div id='challenge-form'>Checking your browser</div></body></html>",
    "words": "Bonjour,\nvoici le fichier demandé.\n".encode(),
}


class CollectorContract:
    """The sentences of the contract; each takes what it is about."""

    def test_posts_are_those_of_the_sample(self, collector: Collector, sample: Sample) -> None:
        parsed = collector.parse(page_of(sample))
        if not sample.expected_path.exists():
            write_expected(sample, parsed)
            pytest.fail(
                f"{sample.expected_path} was missing: read it, and commit it if it is right"
            )
        assert as_json(parsed) == expected(sample)

    def test_reading_twice_gives_the_same(self, collector: Collector, sample: Sample) -> None:
        page = page_of(sample)
        assert collector.parse(page) == collector.parse(page)

    def test_posts_are_whole(self, collector: Collector, sample: Sample) -> None:
        page = page_of(sample)
        parsed = collector.parse(page)
        ids = [post.id for post in parsed.posts]
        assert len(set(ids)) == len(ids)
        for post in parsed.posts:
            assert post.id.startswith(f"{post.platform}:")
            assert post.published_at.utcoffset() == post.collected_at.utcoffset()
            assert post.published_at.tzinfo is UTC
            assert (post.page_key, post.source_id) == (page.key, page.source_id)
            assert post.text or post.title
        assert {reading.post_id for reading in parsed.readings} <= set(ids)

    def test_what_is_no_page_is_never_zero_posts(
        self, collector: Collector, body: bytes, options: Mapping[str, object]
    ) -> None:
        page = page_with(body, collector.name, options)
        try:
            parsed = collector.parse(page)
        except SourceChanged:
            return
        raise AssertionError(f"{collector.name} read {len(parsed.posts)} posts in {body[:20]!r}")


class FormatContract:
    """What every file format must do with the persons in a file."""

    def test_persons_are_nowhere(
        self, file_format: FileFormat, sample: Sample, persons: Sequence[str], folder: Path
    ) -> None:
        body = sample.path.read_bytes()
        assert [person for person in persons if person.casefold() not in words_of(body)] == []
        name = f"Discussion avec {persons[0]}" if file_format.names_persons else "page"
        path = folder / f"{name}{sample.path.suffix}"
        path.write_bytes(body)
        page = page_of_file(
            path,
            formats=[file_format],
            privacy=Privacy(b"test-secret"),
            max_file_bytes=10_000_000,
            fetched_at=NOW,
            source_id="sample",
            options=sample.options,
        )
        parsed = file_format.read(page, Privacy(b"test-secret"))
        told = repr((page.url, page.removed, parsed)).casefold()
        assert [person for person in persons if person.casefold() in told] == []
        kept = words_of(page.body)
        assert [person for person in persons if person.casefold() in kept] == []


def built(name: str) -> Collector:
    return collectors.build(
        name,
        privacy=Privacy(b"test-secret"),
        clock=lambda: NOW,
        http=HttpClient(clock=lambda: NOW),
        max_file_bytes=10_000_000,
    )


def format_of(name: str) -> FileFormat:
    return next(item for item in collectors.file_formats() if item.name == name)


def page_with(body: bytes, name: str, options: Mapping[str, object]) -> Page:
    return Page(
        source_id="sample",
        collector=name,
        url=str(options.get("url", "sample")),
        fetched_at=NOW,
        body=body,
        options=options,
    )


def page_of(sample: Sample) -> Page:
    """The sample as `fetch` gives it: a file is cleaned, an answer is as it came."""
    body = sample.path.read_bytes()
    if sample.name in collectors.FORMATS:
        cleaned = format_of(sample.name).clean(body, sample.options, Privacy(b"test-secret"))
        body = cleaned.body
    return page_with(body, sample.name, sample.options)


def head_of(sample: Sample, body: bytes) -> FileHead:
    start = body if body.startswith(b"PK") else body[:65_536]
    return FileHead(name=sample.path.name, start=start, options=sample.options)


@pytest.mark.parametrize("name", NAMES)
def test_every_collector_has_the_five_kinds_of_sample(name: str) -> None:
    assert kinds_missing(name) == []


@pytest.mark.parametrize("sample", EVERY_SAMPLE, ids=str)
@pytest.mark.parametrize(
    "sentence",
    [
        "test_posts_are_those_of_the_sample",
        "test_reading_twice_gives_the_same",
        "test_posts_are_whole",
    ],
)
def test_every_sample_keeps_the_contract(sentence: str, sample: Sample) -> None:
    getattr(CollectorContract(), sentence)(built(sample.name), sample)


def options_that_fit(name: str) -> Mapping[str, object]:
    return samples_of(name)[0].options


@pytest.mark.parametrize("body", NO_PAGES.values(), ids=NO_PAGES)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_page_is_never_zero_posts(name: str, body: bytes) -> None:
    contract = CollectorContract()
    contract.test_what_is_no_page_is_never_zero_posts(built(name), body, options_that_fit(name))


@pytest.mark.parametrize("body", NO_PAGES.values(), ids=NO_PAGES)
def test_what_is_no_page_is_recognised_by_no_format(body: bytes) -> None:
    with pytest.raises(FileRefused, match=r"format inconnu : vu .* ; accepté : .*WhatsApp"):
        recognised(FileHead(name="page.csv", start=body), collectors.file_formats())


@pytest.mark.parametrize("sample", FILE_SAMPLES, ids=str)
def test_a_sample_is_recognised_by_its_own_format_alone(sample: Sample) -> None:
    head = head_of(sample, sample.path.read_bytes())
    assert [item.name for item in collectors.file_formats() if item.recognises(head)] == [
        sample.name
    ]


@pytest.mark.parametrize("name", FORMAT_NAMES)
def test_persons_are_declared_or_it_is_said_why_there_are_none(name: str) -> None:
    told = persons_in(name)
    cases = {sample.case for sample in samples_of(name)}
    if "none" in told:
        assert told.keys() == {"none"}
        assert len(told["none"].split()) > 3
    else:
        assert told
        assert told.keys() <= cases
        assert all(told.values())


@pytest.mark.parametrize("sample", WITH_PERSONS, ids=str)
def test_persons_of_a_sample_are_nowhere(sample: Sample, tmp_path: Path) -> None:
    persons = persons_in(sample.name)[sample.case]
    FormatContract().test_persons_are_nowhere(format_of(sample.name), sample, persons, tmp_path)


@pytest.mark.parametrize("sample", FILE_SAMPLES, ids=str)
def test_cleaning_twice_is_cleaning_once(sample: Sample) -> None:
    file_format, privacy = format_of(sample.name), Privacy(b"test-secret")
    body = sample.path.read_bytes()
    once = file_format.clean(body, sample.options, privacy)
    twice = file_format.clean(once.body, sample.options, privacy)
    assert twice.body == once.body
    assert not twice.removed
    assert once.body == body or once.removed


def test_an_unknown_collector_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"no collector is called 'fax'.*crowdtangle.*whatsapp"):
        built("fax")


def test_a_collector_is_called_as_it_is_registered() -> None:
    assert [built(name).name for name in collectors.names()] == list(collectors.names())


def test_importing_the_registry_imports_no_heavy_library() -> None:
    heavy = "{'openpyxl', 'feedparser', 'trafilatura', 'httpx', 'pandas'}"
    script = f"import sys, collectors, collectors.files; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
