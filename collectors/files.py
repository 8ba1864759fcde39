"""Drop folders: every file format is a small FileFormat; this module reads the folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from veille.post import Page, ParsedPage
from veille.privacy import Privacy


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHead:
    """What recognising looks at: the file's name and its first 64 KB."""

    name: str
    start: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A file's bytes as they may be archived, and what was taken out, by French name.

    When nothing had to be taken out, `body` is the file byte for byte.
    """

    body: bytes
    removed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """One format an organisation holds.

    `title` is its French name. `recognises` never raises. `clean` takes private persons' data
    out before anything is archived; `read` reads the cleaned page and raises `SourceChanged`
    when it is not this format after all.
    """

    name: str
    title: str
    recognises: Callable[[FileHead], bool]
    clean: Callable[[bytes, Mapping[str, object], Privacy], Cleaned]
    read: Callable[[Page, Privacy], ParsedPage]
