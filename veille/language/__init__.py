"""Which language a short post is in, where it changes, and when we do not know."""

from veille.language.hear import Language, Stretch, identify, identify_and_tag, stretches, tags
from veille.language.judge import OPERATIONAL, UNKNOWN

__all__ = [
    "OPERATIONAL", "UNKNOWN", "Language", "Stretch", "identify", "identify_and_tag", "stretches",
    "tags",
]  # fmt: skip
