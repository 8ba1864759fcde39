"""What is stored as a post's text: readable Unicode without marks that hide or reorder it."""

import re
import unicodedata

_SURROGATES = "\ud800-\udfff"
_SURROGATE = re.compile(f"[{_SURROGATES}]")
# A line break has many spellings; the rest of the code knows one.
_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"
_LINE_BREAK = re.compile(f"\r\n|[{_BREAKS}]")
_SPACES = "\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SPACE = re.compile(f"[{_SPACES}]")
# Controls, soft hyphen, bidi marks, embeddings and isolates, zero-width space and non-joiner,
# word joiner, byte order mark, interlinear annotation.
_JUNK_LETTERS = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200c\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
)
_JUNK = re.compile(f"[{_JUNK_LETTERS}]")
_PICTURE = "\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff"
# A zero-width joiner means something only between two parts of one emoji.
_STRAY_JOINER = re.compile(f"(?<![{_PICTURE}])\u200d|\u200d(?![{_PICTURE}])")
_LINE_END = re.compile(" +(?=\n)")
# Most texts hold none of all this.
_ODD = re.compile(f"[{_SURROGATES}{_BREAKS}{_SPACES}{_JUNK_LETTERS}\u200d]")


def normalised(text: str) -> str:
    """`text` in NFC with plain spaces and line feeds, without control and bidi marks.

    Lone surrogates become U+FFFD. Idempotent; never raises. This is what `Post.text` holds.
    """
    if not _ODD.search(text) and unicodedata.is_normalized("NFC", text):
        return _LINE_END.sub("", text).strip(" \n")
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = _LINE_BREAK.sub("\n", text)
    text = _JUNK.sub("", _SPACE.sub(" ", text))
    text = unicodedata.normalize("NFC", _STRAY_JOINER.sub("", text))
    return _LINE_END.sub("", text).strip(" \n")
