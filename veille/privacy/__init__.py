"""What must never be stored: who private people are, and what armies do."""

from veille.privacy.authors import Privacy, load_secret
from veille.privacy.masking import masked
from veille.privacy.military import is_military

__all__ = ["Privacy", "is_military", "load_secret", "masked"]
