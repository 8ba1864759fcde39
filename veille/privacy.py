"""What must never be stored: who private people are, and what armies do."""

import hmac
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Privacy:
    """Keyed hashes of authors; `secret` is replaced every 90 days, and with it every key."""

    secret: bytes

    def author_key(self, platform: str, author_id: str) -> str:
        """HMAC of `platform|author_id`; empty for an empty id."""
        if not author_id:
            return ""
        message = f"{platform}|{author_id}".encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, message, sha256).hexdigest()[:24]

    def __repr__(self) -> str:
        return "Privacy(***)"


def masked(text: str) -> str:
    """`text` with phone numbers as [téléphone] and e-mail addresses as [courriel]. Idempotent."""
    raise NotImplementedError


def is_military(text: str) -> bool:
    """Whether `text` tells where troops, convoys of troops or their losses are (rule D5)."""
    raise NotImplementedError
