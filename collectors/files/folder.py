"""What lies in a drop folder, and whether a file of it may be read: nothing is parsed here."""

import stat
import zipfile
from collections.abc import Iterator
from io import BytesIO
from os import scandir, stat_result
from pathlib import Path

from veille.errors import FileRefused, SourceUnavailable

UNFINISHED = (".part", ".tmp", ".crdownload", ".partial", ".download")
_FILE_ENDINGS = (".csv", ".tsv", ".xlsx", ".xls", ".txt", ".json", ".jsonl", ".zip")
# A sheet of repeated rows packs to a fiftieth; archives made to fill a disk, to a thousandth.
_MAX_PACKING = 200
_ALWAYS_UNPACKED_BYTES = 20_000_000
_ENCRYPTED = 0x1
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# Name of the stream that holds a workbook locked with a password, as OLE writes it.
_LOCKED = "EncryptedPackage".encode("utf-16-le")


def files_in(folder: Path, prefix: str = "") -> Iterator[tuple[str, Path]]:
    """Relative names and paths, sub-folders too, without hidden and unfinished files.

    A folder that is called like a file, or cannot be opened, is given as if it were a file, so
    that somebody is told.
    """
    try:
        with scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        yield prefix or folder.name, folder
        return
    for entry in found:
        name = entry.name.lower()
        if name.startswith((".", "~$")) or name.endswith(UNFINISHED):
            continue
        if entry.is_dir(follow_symlinks=False) and not name.endswith(_FILE_ENDINGS):
            yield from files_in(Path(entry.path), f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", Path(entry.path)


def state(path: Path) -> str:
    """Size and time of the last write; empty when the file has gone."""
    try:
        found = path.lstat()
    except OSError:
        return ""
    return f"{found.st_size}@{found.st_mtime_ns}"


def written_at_s(path: Path) -> float:
    """Seconds since 1970 of the last write; 0 when the file has gone."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def bytes_of(path: Path, max_file_bytes: int) -> bytes:
    """The whole file, never more than allowed.

    Raises `FileRefused` in French, and `SourceUnavailable` when it changes while it is read.
    """
    try:
        before = path.lstat()
        if fault := _stat_fault(before, max_file_bytes):
            raise FileRefused(fault)
        with path.open("rb") as file:
            body = file.read(max_file_bytes + 1)
        after = path.lstat()
    except OSError as error:
        raise FileRefused(_told(error)) from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise SourceUnavailable("en cours d’écriture, à relire plus tard")
    if fault := _container_fault(body, max_file_bytes):
        raise FileRefused(fault)
    return body


def _told(error: OSError) -> str:
    match error:
        case FileNotFoundError():
            return "introuvable ; vérifiez le chemin"
        case PermissionError():
            return "accès refusé ; donnez le droit de lecture"
    return f"illisible ({error.strerror or 'erreur du disque'})"


def _stat_fault(found: stat_result, max_file_bytes: int) -> str:
    if stat.S_ISDIR(found.st_mode):
        return "c’est un dossier ; déposez le fichier lui-même"
    if not stat.S_ISREG(found.st_mode):
        return "ce n’est pas un fichier ordinaire ; déposez une copie du fichier"
    if found.st_size == 0:
        return "fichier vide ; exportez-le de nouveau"
    if found.st_size > max_file_bytes:
        seen, most = found.st_size / 1e6, max_file_bytes / 1e6
        return f"trop grand : {seen:.0f} Mo ; accepté : {most:.0f} Mo (VEILLE_MAX_FILE_MB)"
    return ""


def _container_fault(body: bytes, max_file_bytes: int) -> str:
    """Why an archive or workbook must not be opened; empty when it may be."""
    if body.startswith(_OLE):
        if _LOCKED in body:
            return "classeur protégé par un mot de passe ; enlevez-le et enregistrez de nouveau"
        return "ancien format Excel ou Word ; enregistrez en .xlsx ou en .csv"
    return _zip_fault(body, max_file_bytes) if body.startswith(b"PK") else ""


def _zip_fault(body: bytes, max_file_bytes: int) -> str:
    try:
        members = zipfile.ZipFile(BytesIO(body)).infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return "archive ZIP ou classeur coupé ou abîmé ; copiez-le de nouveau"
    if any(member.flag_bits & _ENCRYPTED for member in members):
        return "archive protégée par un mot de passe ; enlevez-le et déposez-la de nouveau"
    # Python's zipfile never unpacks more of a member than its directory declares.
    unpacked = sum(member.file_size for member in members)
    allowed = max(_ALWAYS_UNPACKED_BYTES, _MAX_PACKING * len(body))
    if unpacked > min(allowed, 10 * max_file_bytes):
        return f"se déplie en {unpacked / 1e6:.0f} Mo : archive piégée ou trop grande"
    return ""
