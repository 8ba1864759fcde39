"""Where each source resumes: one small file per source, opaque to all but its collector."""

import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from veille.errors import ConfigError, StoreUnavailable


class Cursors:
    """Cursors in a folder; saved whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, source_id: str) -> str | None:
        """The cursor last saved for a source, or None. Raises `ConfigError` for a damaged one."""
        path = self._path(source_id)
        try:
            return path.read_bytes().decode()
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise ConfigError(
                f"{path} is damaged: remove it, and the source is read anew"
            ) from error
        except OSError as error:
            raise StoreUnavailable(f"cursors cannot be read: {error.strerror}") from error

    def save(self, source_id: str, cursor: str) -> None:
        """Move a source forward: only once everything behind the cursor is stored."""
        path, written = self._path(source_id), cursor.encode()
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(written)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise StoreUnavailable(f"cursors cannot be saved: {error.strerror}") from error

    def _path(self, source_id: str) -> Path:
        return self._folder / f"{quote(source_id, safe='')}.cursor"
