"""What must never be stored: who private people are, and what armies do."""

from veille.privacy.authors import AuthorSecret, Privacy, load_secret
from veille.privacy.masking import masked
from veille.privacy.military import is_military

__all__ = ["AuthorSecret", "Privacy", "is_military", "load_secret", "masked"]
