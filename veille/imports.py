"""One file that a person hands over: which format it is, which columns say what."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import collectors
from collectors.files import FileFormat, page_of_file
from collectors.folder import bytes_of
from collectors.mapping import proposed_mapping
from veille.errors import ConfigError, FileRefused, SourceChanged
from veille.pipeline import Reader, normalise
from veille.post import Page, Post, Reject
from veille.privacy import Privacy

# Under this source stands what people import by hand.
SOURCE = "import"
_GENERIC = "generic"
_PREVIEWED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file would bring; `guessed` when a person should first agree to the columns."""

    title: str
    mapping: Mapping[str, str]
    guessed: bool
    posts: tuple[Post, ...]
    rejects: tuple[Reject, ...]


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
        is used, else the one that the column names suggest. Raises `FileRefused`.
        """
        try:
            return self._read(path, collectors.file_formats(), mapping)
        except FileRefused as refused:
            for candidate in self._candidates(path, mapping):
                try:
                    return self._read(path, (collectors.file_format(_GENERIC),), candidate)
                except FileRefused:
                    continue
            raise refused from None

    def preview(self, path: Path, mapping: Mapping[str, str], reader: Reader) -> Preview:
        """Read a file and keep nothing of it. Raises `FileRefused` and `SourceChanged`."""
        page = self.page(path, mapping)
        parsed = reader.collector(page.collector).parse(page)
        stored = (normalise(post, reader.identify) for post in parsed.posts)
        used = page.options.get("mapping")
        columns = {str(k): str(v) for k, v in used.items()} if isinstance(used, dict) else {}
        return Preview(
            title=collectors.file_format(page.collector).title,
            mapping=columns,
            guessed=bool(columns) and not mapping and columns not in self._saved(),
            posts=tuple(islice((post for post in stored if post), _PREVIEWED)),
            rejects=tuple(parsed.rejects[:_PREVIEWED]),
        )

    def save_mapping(self, name: str, mapping: Mapping[str, str]) -> Path:
        """Keep a mapping for the next file with the same columns."""
        if not mapping:
            raise ConfigError("ce format est connu : il n'y a pas de colonnes à garder")
        self.mappings.mkdir(parents=True, exist_ok=True)
        path = self.mappings / f"{Path(name).name}.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(dict(mapping), ensure_ascii=False, indent=1), encoding="utf-8")
        return part.replace(path)

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
        paths = sorted(self.mappings.glob("*.json"))
        return [json.loads(path.read_text(encoding="utf-8")) for path in paths]
