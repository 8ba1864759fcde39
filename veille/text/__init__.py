"""Text as it is stored, and as it is searched and matched: one fold for posts, queries and cues."""

from veille.text.clean import normalised
from veille.text.fold import Token, beginnings, folded, stems, text_key, tokens

__all__ = ["Token", "beginnings", "folded", "normalised", "stems", "text_key", "tokens"]
