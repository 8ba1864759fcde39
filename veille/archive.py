"""Raw pages under the SHA-256 of their bytes: written whole, never changed."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import fsspec
import zstandard

from veille.errors import ArchiveUnavailable, PageDamaged, PageNotFound
from veille.post import Page

# Level 9 packs a CrowdTangle export to a fifth at 60 MB/s; 19 gains 8 % more at a tenth of that.
_LEVEL = 9
_ABOUT = ("source_id", "collector", "url", "options", "removed", "original_key")


class Archive:
    """Pages in a local folder or at any fsspec URL.

    `bytes/ab/abcd….zst` holds a body; `about/ab/abcd….<origin>.json` says where and when it
    came from, once per source and way of reading it. Every method may raise `ArchiveUnavailable`.
    """

    def __init__(self, url: str) -> None:
        self._fs, self._root = fsspec.core.url_to_fs(url, auto_mkdir=True)

    def add(self, page: Page) -> str:
        """Keep a page and give its key; the same page again changes nothing.

        The body is there before what is known about it, so that a crash leaves no page
        without its bytes.
        """
        key = page.key
        about = {name: getattr(page, name) for name in _ABOUT}
        about["fetched_at"] = page.fetched_at.isoformat()
        about["options"], about["removed"] = dict(page.options), dict(page.removed)
        origin = json.dumps([page.source_id, page.collector, about["options"]], sort_keys=True)
        self._write(_body_path(key), zstandard.compress(page.body, _LEVEL))
        self._write(
            f"about/{key[:2]}/{key}.{sha256(origin.encode()).hexdigest()[:12]}.json",
            json.dumps(about, ensure_ascii=False, sort_keys=True).encode(),
        )
        return key

    def body(self, key: str) -> bytes:
        """The bytes of a page. Raises `PageNotFound`, or `PageDamaged` if they are not its own."""
        try:
            packed = self._fs.cat_file(f"{self._root}/{_body_path(key)}")
            body = zstandard.decompress(packed)
        except FileNotFoundError:
            raise PageNotFound(f"the archive has no page {key}") from None
        except zstandard.ZstdError:
            body = b""
        except OSError as error:
            raise ArchiveUnavailable(_told(error)) from error
        if sha256(body).hexdigest() != key:
            raise PageDamaged(f"page {key} is damaged: restore it from a backup of the archive")
        return body

    def pages(self) -> Iterator[Page]:
        """Every page with its body, oldest first. Raises `PageDamaged` at a damaged one."""
        for page, key in sorted(self._abouts(), key=lambda pair: (pair[0].fetched_at, pair[1])):
            yield replace(page, body=self.body(key))

    def damaged(self) -> list[str]:
        """Keys of pages whose bytes are missing or are not their own."""
        keys = []
        for key in sorted({key for _, key in self._abouts()}):
            try:
                self.body(key)
            except (PageDamaged, PageNotFound):
                keys.append(key)
        return keys

    def forget(self, before: datetime) -> int:
        """Remove pages fetched before a moment, whoever asked for them. Gives their number."""
        latest: dict[str, datetime] = {}
        for page, key in self._abouts():
            latest[key] = max(latest.get(key, page.fetched_at), page.fetched_at)
        old = [key for key, fetched_at in latest.items() if fetched_at < before]
        for key in old:
            for path in self._fs.glob(f"{self._root}/about/{key[:2]}/{key}.*.json"):
                self._fs.rm_file(path)
            self._fs.rm_file(f"{self._root}/{_body_path(key)}")
        return len(old)

    def _abouts(self) -> Iterator[tuple[Page, str]]:
        try:
            for path in self._fs.glob(f"{self._root}/about/*/*.json"):
                about = json.loads(self._fs.cat_file(path))
                yield _page(about), path.rsplit("/", 1)[1].split(".", 1)[0]
        except OSError as error:
            raise ArchiveUnavailable(_told(error)) from error

    def _write(self, name: str, content: bytes) -> None:
        """Write whole or not at all; what is there already is what would be written."""
        path = f"{self._root}/{name}"
        part = f"{path}.{os.getpid()}.part"
        try:
            if self._fs.exists(path):
                return
            with self._fs.open(part, "wb") as file:
                file.write(content)
            self._fs.mv(part, path)
        except OSError as error:
            self._discard(part)
            raise ArchiveUnavailable(_told(error)) from error

    def _discard(self, part: str) -> None:
        """Best effort: a left-over part is never read."""
        try:
            self._fs.rm_file(part)
        except OSError:
            return


def _body_path(key: str) -> str:
    return f"bytes/{key[:2]}/{key}.zst"


def _page(about: dict[str, Any]) -> Page:
    known = {name: about[name] for name in _ABOUT}
    return Page(**known, fetched_at=datetime.fromisoformat(about["fetched_at"]), body=b"")


def _told(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"the archive cannot be used ({reason}): free space or mend the folder, then run again"
