"""One file that a person hands over: which format it is, which columns say what."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import collectors
from collectors.files import FileFormat, page_of_file
from collectors.files.folder import bytes_of
from collectors.tables.mapping import proposed_mapping
from veille.errors import ConfigError, FileRefused, FormatUnknown, SourceChanged, StoreUnavailable
from veille.pipeline import FIRST, Reader, normalise
from veille.post import Page, Post, Reject
from veille.privacy import Privacy

# Under this source stands what people import by hand.
SOURCE = "import"
_GENERIC = "generic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How a file is read, and its first posts, without private persons' data."""

    title: str
    mapping: Mapping[str, str]
    posts: Sequence[Post]
    rejects: Sequence[Reject]


def preview_of(page: Page, reader: Reader) -> Preview:
    """Read a page and keep nothing of it. Raises `SourceChanged`."""
    parsed = reader.collector(page.collector).parse(page)
    stored = (normalise(post, reader.identify) for post in parsed.posts)
    return Preview(
        title=title_of(page),
        mapping=mapping_of(page),
        posts=list(islice((post for post in stored if post), FIRST)),
        rejects=parsed.rejects[:FIRST],
    )


def title_of(page: Page) -> str:
    """The French name of the format a page is in."""
    return collectors.file_format(page.collector).title


def mapping_of(page: Page) -> dict[str, str]:
    """The columns a page is read by; empty in a format that has its own."""
    used = page.options.get("mapping")
    return {str(k): str(v) for k, v in used.items()} if isinstance(used, Mapping) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """Files become pages here; `mappings` is the folder of the mappings people have saved."""

    privacy: Privacy
    clock: Callable[[], datetime]
    max_file_bytes: int
    mappings: Path

    def page(self, path: Path, mapping: Mapping[str, str]) -> Page:
        """The file as a cleaned page.

        Without a mapping and in no known format, a saved mapping whose columns are all there
        is used, else the one that the column names suggest: see `is_guessed`. Raises
        `FileRefused`.
        """
        try:
            return self._read(path, collectors.file_formats(), mapping)
        except FormatUnknown as refused:
            for candidate in self._candidates(path, mapping):
                try:
                    return self._read(path, (collectors.file_format(_GENERIC),), candidate)
                except FileRefused:
                    continue
            raise refused from None

    def is_guessed(self, page: Page, mapping: Mapping[str, str]) -> bool:
        """Whether nobody has yet agreed to the columns `page` is read by."""
        used = mapping_of(page)
        return bool(used) and used != mapping and used not in self._saved()

    def save_mapping(self, name: str, mapping: Mapping[str, str]) -> Path:
        """Keep a mapping for the next file with the same columns."""
        if not mapping:
            raise ConfigError("ce format est connu : il n'y a pas de colonnes à garder")
        path = self.mappings / f"{Path(name).name}.json"
        part = path.with_suffix(".part")
        try:
            self.mappings.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(dict(mapping), ensure_ascii=False, indent=1), "utf-8")
            return part.replace(path)
        except OSError as error:
            raise StoreUnavailable(f"{path} cannot be written: {error.strerror}") from error

    def _read(self, path: Path, formats: Sequence[FileFormat], mapping: Mapping[str, str]) -> Page:
        return page_of_file(
            path,
            formats=formats,
            privacy=self.privacy,
            max_file_bytes=self.max_file_bytes,
            fetched_at=self.clock(),
            source_id=SOURCE,
            options={"mapping": dict(mapping)} if mapping else {},
        )

    def _candidates(self, path: Path, mapping: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Mappings to try on a table of no known format, when none was given."""
        if mapping:
            return
        yield from self._saved()
        try:
            yield proposed_mapping(bytes_of(path, self.max_file_bytes))
        except (FileRefused, SourceChanged):
            return

    def _saved(self) -> list[dict[str, str]]:
        return [_mapping_in(path) for path in sorted(self.mappings.glob("*.json"))]


def _mapping_in(path: Path) -> dict[str, str]:
    try:
        mapping = json.loads(path.read_text(encoding="utf-8-sig"))
        return {str(field): str(column) for field, column in mapping.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path} holds no mapping of columns: mend or remove it") from error
