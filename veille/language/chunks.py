"""What stands between two spaces: its script, the words in it that may vote, or why none may."""

import re
import unicodedata
from collections import Counter
from typing import NamedTuple

LATIN, ARABIC, TIFINAGH, NKO, ADLAM = "Latin", "Arabic", "Tifinagh", "N'Ko", "Adlam"
_RANGES = (
    (LATIN, "A-Za-zÀ-ÖØ-öø-ɏɐ-ʯḀ-ỿ\uff21-\uff3a\uff41-\uff5a"),
    (ARABIC, "\u0620-\u065f\u066e-\u06d3\u06d5-\u06ef\u06fa-\u06ff\u0750-\u077f\u08a0-\u08ff"
             "\ufb50-\ufdff\ufe70-\ufefc"),
    (TIFINAGH, "\u2d30-\u2d7f"),
    (NKO, "\u07ca-\u07ff"),
    (ADLAM, "\U0001e900-\U0001e95f"),
)  # fmt: skip
_LETTERS_OF = {name: re.compile(f"[{letters}]") for name, letters in _RANGES}
_ADDRESS = re.compile(r"://|^www\.|@|^\W*#", re.IGNORECASE)
# Phones write Arabic sounds as digits (3la, ma7abba), so a digit may stand in a word.
_MARKS = "\u0300-\u036f\u064b-\u065f\u0670\u07eb-\u07f3"
# What French elides and Bambara contracts (l'aide, k'u) is a word of its own; Hausa 'y is none.
_ELIDED = r"(?<![^\W_])(?:[^\W\d_]|qu|jusqu|lorsqu|puisqu)'(?=[^\W\d_])"
_WORD = re.compile(
    rf"{_ELIDED}|[^\W_][^\W_{_MARKS}]*(?:['{_MARKS}]+[^\W_]+)*[{_MARKS}]*", re.IGNORECASE
)
# 14h, 25kg, 3e: a measure, where 3la and 7na are Arabic words.
_MEASURE = re.compile(r"\d+(?:[a-z]|er|re|eme|ème|nd|st|rd|th|km|kg|cm|mn|min|go|mo|ha|cfa|fcfa)?")
# Kanuri is written with the Cyrillic letter where keyboards lack ǝ.
_LOOK_ALIKES = str.maketrans({"ә": "ǝ", "’": "'", "ʼ": "'", "‘": "'", "`": "'", "ـ": ""})
_ENDINGS, _CLOSERS = tuple(".!?:…;۔؟"), "\"'»”’)]"
_ODD = frozenset(map(chr, _LOOK_ALIKES))
_AROUND = "".join(chr(n) for n in range(0x21, 0x7F) if not chr(n).isalnum()) + "«»“”‘’…–—،؛؟۔·•"
_LONGEST_WORD = 40
# Who forgets the spaces after commas is still read; what goes on for ever is no speech.
_LONGEST_CHUNK = 400
_PHONE_LETTERS = str.maketrans(
    {"ɛ": "e", "ɔ": "o", "ɲ": "ny", "ŋ": "n", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ǝ": "e"}
    | {"ɩ": "i", "ʋ": "u", "ɣ": "g", "ʔ": ""}
    | {"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي", "œ": "oe", "æ": "ae"}
)
_ACCENTS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0898-\u08ff]+")
# Bambara and French write one sound in two ways; what is no difference in speech is none here.
_SOUNDS = (("ou", "u"), ("dj", "j"), ("gn", "ny"), ("tch", "c"), ("kh", "k"), ("'", ""))
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")


class Chunk(NamedTuple):
    """`words` are lower case; `key` is the folded form of all of them, without what is elided.

    `first` is the first word of `key`: l'UNICEF has the key unicef. `letters` counts letters,
    most of them of `script`; `capital` says whether the first of them is one, `shouted` whether
    all are, and `ends` whether a sentence ends here.
    """

    words: tuple[str, ...]
    key: str
    first: str
    script: str
    letters: int
    capital: bool
    shouted: bool
    ends: bool


def chunk_of(written: str) -> Chunk:
    """What `written`, which holds no space, says; addresses and numbers hold no word."""
    if written.isdecimal():
        return Chunk((), "", "", "", 0, False, False, False)
    written = written[:_LONGEST_CHUNK]
    bare = written.strip(_AROUND)
    found: tuple[str, ...]
    if bare.isalpha() and "#" not in written and "@" not in written:
        script, letters, found = script_of(bare[:1])[0], len(bare), (_plain(bare),)
    else:
        script, letters = script_of(bare)
        found = () if _ADDRESS.search(written) or not letters else tuple(words_of(bare))
        bare = "".join(filter(str.isalpha, bare))
    if not found or not bare:
        return Chunk((), "", "", "", 0, False, False, not written[-1].isalnum())
    elided = len(found) > 1 and found[0].endswith("'")
    key = " ".join([key_of(word) for word in found[elided:]])
    capital = bare[0].isupper()
    shouted = capital and len(bare) > 1 and bare.isupper()
    ends = written.rstrip(_CLOSERS).endswith(_ENDINGS)
    return Chunk(found, key, key.partition(" ")[0], script, letters, capital, shouted, ends)


def words_of(text: str) -> list[str]:
    """Lower-case words of `text`; those that are elided keep their apostrophe."""
    plain = unicodedata.normalize("NFC", text).translate(_LOOK_ALIKES)
    return [_plain(word) for word in _WORD.findall(plain) if not _MEASURE.fullmatch(word)]


def _plain(word: str) -> str:
    word = _STRETCHED.sub(r"\1\1", word.lower())
    return word[:_LONGEST_WORD] if word.isascii() else _same_letters(word)


def _same_letters(word: str) -> str:
    word = unicodedata.normalize("NFC", word)
    if not _ODD.isdisjoint(word):
        word = word.translate(_LOOK_ALIKES)
    return word[:_LONGEST_WORD]


def unaccented(text: str) -> str:
    """`text` as phones without our letters write it: e for ɛ and é, b for ɓ."""
    if text.isascii():
        return text
    bare = unicodedata.normalize("NFD", text)
    return _ACCENTS.sub("", bare if bare.isascii() else bare.translate(_PHONE_LETTERS))


def key_of(word: str) -> str:
    """The form under which frequent words and names are listed: one for all spellings."""
    key = unaccented(word)
    for sound, letter in _SOUNDS:
        if sound in key:
            key = key.replace(sound, letter)
    return key


def script_of(written: str) -> tuple[str, int]:
    """The script most letters are in, and how many are; ("", 0) without letters."""
    if written.isascii():
        count = sum(map(str.isalpha, written))
        return (LATIN, count) if count else ("", 0)
    counts = {name: len(pattern.findall(written)) for name, pattern in _LETTERS_OF.items()}
    script = max(counts, key=lambda name: counts[name])
    if counts[script]:
        return script, counts[script]
    others = Counter(_name_of(letter) for letter in written if letter.isalpha())
    return others.most_common(1)[0] if others else ("", 0)


def _name_of(letter: str) -> str:
    """Unicode begins the name of a letter with its script: CYRILLIC SMALL LETTER A."""
    return unicodedata.name(letter, "UNKNOWN").split()[0].capitalize()
