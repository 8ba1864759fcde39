"""Drop folders: every file format is a small FileFormat; this module reads the folder."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from collectors.files.folder import bytes_of, files_in, state, written_at_s
from collectors.files.formats import Cleaned, FileFormat, FileHead, recognised
from veille.errors import ConfigError, FileRefused, FormatUnknown, SourceChanged, SourceUnavailable
from veille.post import Page, ParsedPage
from veille.privacy import Privacy, masked
from veille.sources import Source

__all__ = [
    "Cleaned", "FileCollector", "FileFormat", "FileHead", "page_of_file", "recognised",
]  # fmt: skip

_HEAD_BYTES = 65_536
# A file written to less than two seconds ago may still be growing: it is looked at twice.
_FRESH_S = 2.0
_SECOND_LOOK_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCollector:
    """A drop folder, sub-folders too, that accepts `formats`."""

    name: str
    formats: Sequence[FileFormat]
    privacy: Privacy
    clock: Callable[[], datetime]
    max_file_bytes: int
    wait: Callable[[float], None] = time.sleep

    def fetch(self, source: Source, cursor: str | None) -> Iterator[Page]:
        """Each file that is new or has changed since `cursor`, oldest first.

        What could not be taken is told once the others are: `FileRefused` names each such file,
        `SourceUnavailable` those still being written. Raises `ConfigError` without a folder.
        """
        formats = self._formats(source)
        paths = _paths(source)
        known = _known(cursor, paths)
        new = [name for name in paths if known.get(_key(name)) != state(paths[name])]
        new.sort(key=lambda name: (written_at_s(paths[name]), name))
        growing, refused = self._growing([paths[name] for name in new]), []
        for name in new:
            seen = state(paths[name])
            if paths[name] in growing:
                continue
            try:
                page = self._page(paths[name], source, formats)
            except SourceUnavailable:
                growing.add(paths[name])
            except FileRefused as error:
                refused.append(str(error))
            else:
                known[_key(name)] = seen
                yield replace(page, cursor=json.dumps(known, sort_keys=True))
        _tell(refused, growing)

    def parse(self, page: Page) -> ParsedPage:
        """Read a cleaned file with the format that took it."""
        for file_format in self.formats:
            if file_format.name == page.collector:
                return file_format.read(page, self.privacy)
        raise SourceChanged(f"{page.url}: {self.name} has no format {page.collector!r}")

    def _formats(self, source: Source) -> Sequence[FileFormat]:
        wanted = source.options.get("format")
        formats = [item for item in self.formats if wanted in (None, item.name)]
        if not formats:
            known = ", ".join(item.name for item in self.formats)
            raise ConfigError(f"source {source.id}: format {wanted!r} is unknown; write {known}")
        return formats

    def _page(self, path: Path, source: Source, formats: Sequence[FileFormat]) -> Page:
        return page_of_file(
            path,
            formats=formats,
            privacy=self.privacy,
            max_file_bytes=self.max_file_bytes,
            fetched_at=self.clock(),
            source_id=source.id,
            options={name: value for name, value in source.options.items() if name != "format"},
        )

    def _growing(self, paths: Sequence[Path]) -> set[Path]:
        """Those of `paths` written to just now that change between two looks."""
        now_s = self.clock().timestamp()
        young = {path: state(path) for path in paths if abs(now_s - written_at_s(path)) < _FRESH_S}
        if young:
            self.wait(_SECOND_LOOK_S)
        return {path for path, seen in young.items() if state(path) != seen}


def page_of_file(
    path: Path,
    *,
    formats: Sequence[FileFormat],
    privacy: Privacy,
    max_file_bytes: int,
    fetched_at: datetime,
    source_id: str,
    options: Mapping[str, object],
) -> Page:
    """One file as a cleaned page.

    Raises `FileRefused`, in French, with what was seen and what is accepted, and
    `SourceUnavailable` when the file changes while it is read.
    """
    shown = _shown(path)
    try:
        body = bytes_of(path, max_file_bytes)
        start = body if body.startswith(b"PK") else body[:_HEAD_BYTES]
        head = FileHead(name=path.name, start=start, options=options)
        file_format = recognised(head, formats)
        cleaned = file_format.clean(body, options, privacy)
    except (FileRefused, SourceChanged) as error:
        kind = FormatUnknown if isinstance(error, FormatUnknown) else FileRefused
        raise kind(f"{shown} : {error}") from error
    except SourceUnavailable as error:
        raise SourceUnavailable(f"{shown} : {error}") from error
    hidden = f"{file_format.name}-{sha256(cleaned.body).hexdigest()[:12]}"
    return Page(
        source_id=source_id,
        collector=file_format.name,
        url=hidden if file_format.names_persons else shown,
        fetched_at=fetched_at,
        body=cleaned.body,
        options=dict(options),
        removed=dict(cleaned.removed),
        original_key=sha256(body).hexdigest() if cleaned.body != body else "",
    )


def _paths(source: Source) -> dict[str, Path]:
    folder = Path(source.target)
    if not folder.is_dir():
        raise ConfigError(
            f"source {source.id}: its drop folder is missing; create it or correct target"
        )
    return dict(files_in(folder))


def _key(name: str) -> str:
    """A file's name in the cursor: some platforms put a person's name in file names."""
    return sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def _known(cursor: str | None, paths: Mapping[str, Path]) -> dict[str, str]:
    """State by name key of files already taken that are still in the folder."""
    present = {_key(name) for name in paths}
    states = json.loads(cursor) if cursor else {}
    return {key: seen for key, seen in states.items() if key in present}


def _shown(path: Path) -> str:
    return masked(path.name.encode("utf-8", "replace").decode())


def _tell(refused: Sequence[str], growing: set[Path]) -> None:
    waiting = sorted(f"{_shown(path)} : en cours d’écriture, lu plus tard" for path in growing)
    if refused:
        raise FileRefused("; ".join([*refused, *waiting]))
    if waiting:
        raise SourceUnavailable("; ".join(waiting))
