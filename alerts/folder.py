"""Bulletins as files in a folder, for printing, for a USB stick and for a shared drive."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from alerts.base import Message
from veille.errors import NotifyError

# Room for a suffix in the 255 bytes that file systems allow.
_MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class FolderNotifier:
    """Writes `<key>.txt` and, when the message has it, `<key>.html`.

    The text is written last: where it is, the page is. A second message of the same key
    replaces the first.
    """

    path: Path

    @property
    def name(self) -> str:
        return f"folder:{self.path.name}"

    def send(self, message: Message) -> None:
        """Deliver once, or raise `NotifyError` and leave no half-written file."""
        stem = re.sub(r"[^\w.-]+", "-", message.key).strip(".-")[:_MAX_NAME]
        if not stem:
            raise NotifyError(f"{self.name}: the message has no key to name its files by")
        subject = " ".join(message.subject.split())
        bodies = {".html": message.html, ".txt": f"{subject}\n\n{message.text}"}
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            for suffix, body in bodies.items():
                if body:
                    _write_whole(self.path / f"{stem}{suffix}", body)
        except OSError as error:
            raise NotifyError(
                f"{self.name} cannot be written: {error.strerror or type(error).__name__};"
                " free the disk or mend the folder's permissions"
            ) from None


def _write_whole(path: Path, body: str) -> None:
    """Write beside `path` and then move there, so that nobody ever reads a part."""
    part = None
    try:
        with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            part = Path(file.name)
            file.write(body.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        if part is not None:
            part.unlink(missing_ok=True)
        raise
