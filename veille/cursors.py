"""Where each source resumes: one small file per source, opaque to all but its collector."""

import os
from pathlib import Path
from urllib.parse import quote

from veille.errors import StoreUnavailable


class Cursors:
    """Cursors in a folder; saved whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self, source_id: str) -> str | None:
        """The cursor last saved for a source, or None."""
        try:
            return self._path(source_id).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreUnavailable(f"cursors cannot be read: {error.strerror}") from error

    def save(self, source_id: str, cursor: str) -> None:
        """Move a source forward: only once everything behind the cursor is stored."""
        path = self._path(source_id)
        part = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with part.open("w", encoding="utf-8") as file:
                file.write(cursor)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise StoreUnavailable(f"cursors cannot be saved: {error.strerror}") from error

    def _path(self, source_id: str) -> Path:
        return self._folder / f"{quote(source_id, safe='')}.cursor"
