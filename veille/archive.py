"""Raw pages under the SHA-256 of their bytes: written whole, never changed."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from glob import escape
from hashlib import sha256
from typing import Any

import fsspec
import zstandard
from fsspec.implementations.local import LocalFileSystem

from veille.errors import ArchiveUnavailable, ConfigError, PageDamaged, PageNotFound
from veille.post import Page

# Level 9 packs a CrowdTangle export to a fifth at 60 MB/s; 19 gains 8 % more at a tenth of that.
_LEVEL = 9
_ADVICE = "restore from a backup of the archive"
_ABOUT = ("source_id", "collector", "url", "options", "removed", "original_key")


class Archive:
    """Pages in a local folder or at any fsspec URL.

    `bytes/ab/abcd….zst` holds a body; `about/ab/abcd….<origin>.json` says where and when it
    came from, once per source and way of reading it. Every method may raise `ArchiveUnavailable`.
    """

    def __init__(self, url: str) -> None:
        """Raises `ConfigError` for an address of a kind this machine cannot open."""
        try:
            self._fs, self._root = fsspec.core.url_to_fs(url, auto_mkdir=True)
        except (ImportError, ValueError) as error:
            raise ConfigError(f"VEILLE_ARCHIVE: {error}") from error

    def add(self, page: Page) -> str:
        """Keep a page and give its key; the same page again changes nothing, but mends damage.

        The body is there before what is known about it, so that a crash leaves no page
        without its bytes.
        """
        key = page.key
        about = {name: getattr(page, name) for name in _ABOUT}
        about["fetched_at"] = page.fetched_at.isoformat()
        about["options"], about["removed"] = dict(page.options), dict(page.removed)
        origin = json.dumps([page.source_id, page.collector, about["options"]], sort_keys=True)
        if not self._has_body(key):
            self._write(_body_path(key), zstandard.compress(page.body, _LEVEL))
        about_path = f"about/{key[:2]}/{key}.{sha256(origin.encode()).hexdigest()[:12]}.json"
        if not self._has_about(f"{self._root}/{about_path}"):
            told = json.dumps(about, ensure_ascii=False, sort_keys=True)
            self._write(about_path, told.encode())
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
            raise PageDamaged(f"page {key} is damaged: {_ADVICE}")
        return body

    def pages(self) -> Iterator[Page]:
        """Every page with its body, oldest first.

        A damaged one is passed over; once the others are given, `PageDamaged` names them all.
        """
        pages, damaged = [], set()
        for path in self._abouts():
            try:
                pages.append((self._about(path), _key_of(path)))
            except PageDamaged:
                damaged.add(_key_of(path))
        for page, key in sorted(pages, key=lambda pair: (pair[0].fetched_at, pair[1])):
            try:
                whole = replace(page, body=self.body(key))
            except (PageDamaged, PageNotFound):
                damaged.add(key)
            else:
                yield whole
        if damaged:
            raise PageDamaged(f"pages {', '.join(sorted(damaged))} are damaged: {_ADVICE}")

    def damaged(self) -> list[str]:
        """Keys of pages whose bytes, or what is known about them, are missing or damaged."""
        keys = set()
        for path in self._abouts():
            try:
                self._about(path)
                self.body(_key_of(path))
            except (PageDamaged, PageNotFound):
                keys.add(_key_of(path))
        return sorted(keys)

    def forget(self, before: datetime) -> int:
        """Remove pages fetched before a moment, whoever asked for them. Gives their number.

        What a crash left half-written goes when it is as old. A damaged page stays until it is
        restored: nobody can tell how old it is.
        """
        latest: dict[str, datetime] = {}
        paths_by_key: dict[str, list[str]] = {}
        for path in self._abouts():
            key = _key_of(path)
            paths_by_key.setdefault(key, []).append(path)
            with suppress(PageDamaged):
                fetched_at = self._about(path).fetched_at
                latest[key] = max(latest.get(key, fetched_at), fetched_at)
        old = [key for key, fetched_at in latest.items() if fetched_at < before]
        for key in old:
            # The bytes first: after a crash the next call finds what is left of the page.
            for path in (f"{self._root}/{_body_path(key)}", *paths_by_key[key]):
                self._remove(path)
        for part in self._paths("*/*/*.part"):
            if self._fs.modified(part) < before:
                self._remove(part)
        return len(old)

    def _has_body(self, key: str) -> bool:
        try:
            self.body(key)
        except (PageNotFound, PageDamaged):
            return False
        return True

    def _has_about(self, path: str) -> bool:
        try:
            self._about(path)
        except (PageNotFound, PageDamaged):
            return False
        return True

    def _abouts(self) -> list[str]:
        return self._paths("about/*/*.json")

    def _paths(self, pattern: str) -> list[str]:
        try:
            return sorted(self._fs.glob(f"{escape(self._root)}/{pattern}"))
        except OSError as error:
            raise ArchiveUnavailable(_told(error)) from error

    def _about(self, path: str) -> Page:
        """What is known about a page, without its body. Raises `PageDamaged`."""
        try:
            return _page(json.loads(self._fs.cat_file(path)))
        except FileNotFoundError:
            raise PageNotFound(f"nothing is known about page {_key_of(path)}") from None
        except OSError as error:
            raise ArchiveUnavailable(_told(error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise PageDamaged(f"what is known about page {_key_of(path)} is damaged") from error

    def _write(self, name: str, content: bytes) -> None:
        """Write whole or not at all."""
        path = f"{self._root}/{name}"
        part = f"{path}.{os.getpid()}.part"
        try:
            with self._fs.open(part, "wb") as file:
                file.write(content)
                if isinstance(self._fs, LocalFileSystem):
                    # A cursor must not outlive the bytes it stands for when the power goes.
                    file.flush()
                    os.fsync(file.fileno())
            self._fs.mv(part, path)
        except OSError as error:
            # Best effort: a left-over part is never read.
            with suppress(ArchiveUnavailable):
                self._remove(part)
            raise ArchiveUnavailable(_told(error)) from error

    def _remove(self, path: str) -> None:
        """Remove a file that may be gone already."""
        try:
            self._fs.rm_file(path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise ArchiveUnavailable(_told(error)) from error


def _key_of(about_path: str) -> str:
    return about_path.rsplit("/", 1)[1].split(".", 1)[0]


def _body_path(key: str) -> str:
    return f"bytes/{key[:2]}/{key}.zst"


def _page(about: dict[str, Any]) -> Page:
    known = {name: about[name] for name in _ABOUT}
    return Page(**known, fetched_at=datetime.fromisoformat(about["fetched_at"]), body=b"")


def _told(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    return f"the archive cannot be used ({reason}): free space or mend the folder, then run again"
