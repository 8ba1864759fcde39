"""Authors become keyed hashes, under a secret that is replaced and then forgotten."""

import fcntl
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from veille.errors import ConfigError

_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Privacy:
    """Keyed hashes of authors; when `secret` is replaced, so is every key."""

    secret: bytes

    def author_key(self, platform: str, author_id: str) -> str:
        """HMAC of `platform|author_id`; empty for an empty id."""
        if not author_id:
            return ""
        message = f"{platform}|{author_id}".encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, message, sha256).hexdigest()[:24]

    def __repr__(self) -> str:
        return "Privacy(***)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorSecret:
    """What author keys are made with, and since when."""

    value: bytes
    created_at: datetime

    def __repr__(self) -> str:
        return f"AuthorSecret(***, created_at={self.created_at})"


def load_secret(path: Path, now: datetime, *, life: timedelta) -> AuthorSecret:
    """The author secret at `path`, made there when missing, replaced when older than `life`.

    Only its owner may read the file. Processes that ask at once get one and the same secret.
    Raises `ConfigError` for a file that holds no secret: replacing it would break the link
    between the posts of one author without anybody having decided so.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_name(path.name + ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = _kept(path)
            if kept is not None and now - kept.created_at < life:
                return kept
            return _replaced(path, now)
    except OSError as error:
        raise ConfigError(f"{path}: the author secret cannot be kept there: {error}") from error


def _kept(path: Path) -> AuthorSecret | None:
    """The secret at `path`, however old; None when there is no file."""
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        created_at = datetime.fromisoformat(written["created_at"])
        secret = bytes.fromhex(written["secret"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} holds no author secret: move it away and run again") from error
    if created_at.tzinfo is None or len(secret) < _SECRET_BYTES:
        raise ConfigError(f"{path} holds no author secret: move it away and run again")
    return AuthorSecret(value=secret, created_at=created_at)


def _replaced(path: Path, now: datetime) -> AuthorSecret:
    secret = secrets.token_bytes(_SECRET_BYTES)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(json.dumps({"created_at": now.isoformat(), "secret": secret.hex()}))
    part.replace(path)
    return AuthorSecret(value=secret, created_at=now)
