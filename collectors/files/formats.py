"""What a file format is, and which one a file is in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from veille.errors import FileRefused, FormatUnknown
from veille.post import Page, ParsedPage
from veille.privacy import Privacy


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHead:
    """What recognising looks at: the file's name and its first 64 KB.

    `start` is the whole file when it is a ZIP or a workbook, whose directory is at the end.
    `options` are those of the source, or of the import command.
    """

    name: str
    start: bytes
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A file's bytes as they may be archived, and what was taken out, by French name.

    When nothing had to be taken out, `body` is the file byte for byte.
    """

    body: bytes
    removed: Mapping[str, int] = field(default_factory=dict)


def _nothing_to_say(_head: FileHead) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """One format an organisation holds.

    `title` is its French name. `recognises` never raises. `clean` takes private persons' data
    out before anything is archived, and cleaning twice is cleaning once; `read` reads the
    cleaned page. Both raise `SourceChanged` when it is not this format after all.
    `names_persons`: the platform puts a person's name or number in the file's name.
    `by_mapping`: it recognises only what people gave a mapping for, and so goes before others.
    `why_not` says in French what a file that is not recognised lacks; it never raises.
    """

    name: str
    title: str
    recognises: Callable[[FileHead], bool]
    clean: Callable[[bytes, Mapping[str, object], Privacy], Cleaned]
    read: Callable[[Page, Privacy], ParsedPage]
    names_persons: bool = False
    by_mapping: bool = False
    why_not: Callable[[FileHead], str] = field(default=_nothing_to_say)


def recognised(head: FileHead, formats: Sequence[FileFormat]) -> FileFormat:
    """The one format of a file. Raises `FormatUnknown`, or `FileRefused` when there are two."""
    every = [item for item in formats if item.recognises(head)]
    found = [item for item in every if item.by_mapping] or every
    if len(found) == 1:
        return found[0]
    if found:
        titles = " et ".join(item.title for item in found)
        names = ", ".join(item.name for item in found)
        raise FileRefused(f"reconnu à la fois comme {titles} ; précisez le format ({names})")
    accepted = ", ".join(item.title for item in formats)
    told = [f"vu {_seen_in(head)}", *(item.why_not(head) for item in formats)]
    seen = " ; ".join(filter(None, told))
    raise FormatUnknown(f"format inconnu : {seen} ; accepté : {accepted}")


def _seen_in(head: FileHead) -> str:
    """The kind of content in a few French words, without any of the content."""
    if head.start.startswith(b"PK"):
        return "une archive ZIP ou un classeur dont les colonnes ne sont pas connues"
    if b"\0" in head.start and not head.start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "un fichier binaire"
    text = head.start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"{", b"[")):
        return "du JSON d’une autre forme"
    if text.startswith(b"<"):
        return "une page web ou du XML"
    return "du texte ou un tableau dont les colonnes ne sont pas connues"
