"""Tokens and their search fold: every spelling people use for one word meets in one form.

Posts, queries and cues go through the same fold, so that equality of folded words is all
that matching needs. A folded word is a fixed point: folding it again changes nothing.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from operator import itemgetter
from typing import Any, NamedTuple

from veille.text.remembered import remembered

MIN_KEY_CHARACTERS = 12

_MARK = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u07eb-\u07f3\u07fd\u0898-\u089f\u08ca-\u08ff"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u2d7f\ufe20-\ufe2f"
)
# U+02B9 to U+02BF are letters for Unicode and apostrophes for those who type them.
_LETTERS = rf"[^\W_\u02b9-\u02bf]+(?:[{_MARK}]+[^\W_\u02b9-\u02bf]*)*"
_APOSTROPHES = "'\u2019\u2018`\u00b4\u02bb\u02bc\uff07"
_APOSTROPHE = f"[{_APOSTROPHES}]"
# French l'aide and Bambara k'u are two words; Hausa ma'aikata is one; English NGO's is NGO.
_ACRONYM = r"(?<!\w)(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?"
_ELISION = (
    r"\b(?:[bcdfghjklmnpqrstvwxyz\u00e7]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu)"
    rf"{_APOSTROPHE}(?=[^\W_])"
)
_PICTURE = "[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001f1e5\U0001f200-\U0001faff]"
_TONE = "[\ufe0f\U0001f3fb-\U0001f3ff]*"
_EMOJI = rf"[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}{_TONE}(?:\u200d{_PICTURE}{_TONE})*"
_TOKEN = re.compile(
    rf"{_ACRONYM}|{_ELISION}|{_LETTERS}(?:{_APOSTROPHE}(?!s\b){_LETTERS})*|{_EMOJI}", re.IGNORECASE
)
_MARKS = re.compile(f"[{_MARK}]+")
_SILENT = re.compile(rf"(?:{_APOSTROPHE}|[.\u0640\u02b9-\u02bf])+")
_EMOJI_STYLE = re.compile("[\ufe0f\U0001f3fb-\U0001f3ff]+")
_DIGRAPH = re.compile("tch|dj|gn|kh|ou")
_DIGRAPHS = {"tch": "c", "dj": "j", "gn": "ny", "kh": "k", "ou": "u"}
_ARABIC = re.compile("[\u0620-\u064a\u0671-\u06d3]")
# What compatibility decomposition leaves as it is.
_LETTER_MAP = str.maketrans(
    {
        **{"ɛ": "e", "ɔ": "o", "ɲ": "ny", "ŋ": "n", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y"},
        **{"œ": "oe", "æ": "ae", "ø": "o", "ı": "i", "ł": "l", "đ": "d", "ǝ": "e", "ə": "e"},
        **{"ɩ": "i", "ʋ": "u", "ɣ": "g", "ʔ": ""},
        **{"ة": "ه", "ى": "ي", "ی": "ي", "ک": "ك", "ٱ": "ا", "ء": ""},
        **{chr(zero + n): str(n) for zero in (0x660, 0x6F0, 0x7C0) for n in range(10)},
    }
)
_BAMBARA_PLURAL = re.compile(r"(?<=\w{3})w$")
_SHORT_MENT = re.compile(r"(?<=\w{3}[aeiou])mt$")
_SHORT_EMENT = re.compile(r"(?<=\w{4})mt$")
_ONE_LETTER = re.compile(r"([^\W\d_])\1{2,}")


class Token(NamedTuple):
    """One word or emoji at `start` to `end` of the text it came from.

    An abbreviation that stands for two words gives two tokens of the same place.
    """

    start: int
    end: int
    text: str
    folded: str


class _Chunk(NamedTuple):
    """What lies between two spaces; places count from its beginning."""

    tokens: tuple[Token, ...]
    words: tuple[str, ...]
    ends_expanded: bool


_ends_expanded = itemgetter(2)


def tokens(text: str) -> list[Token]:
    """The words and emoji of `text` in order; # and @ are left out, their words are not."""
    found: list[Token] = []
    expanded = False
    end = 0
    written = text.split()
    for part, (parts, words, is_expanded) in zip(written, _chunks(written), strict=True):
        at = text.index(part, end)
        end = at + len(part)
        if not words:
            continue
        if expanded and found[-1].folded == words[0]:
            found.pop()
        found += [Token(at + start, at + stop, form, word) for start, stop, form, word in parts]
        expanded = is_expanded
    return found


def folded(text: str) -> str:
    """The folded words of `text`, joined by one space. Idempotent; never raises."""
    return " ".join(_words(text))


def stems(text: str) -> str:
    """One stem per word of `folded(text)`, in the same order, joined by one space."""
    return " ".join(map(_stem, _words(text)))


def beginnings(word: str) -> tuple[str, ...]:
    """How words that begin with `word` may begin once folded; short forms are not read.

    There may be two: bou is kept in bout, and is bu in boutique.
    """
    plain = _plain(unicodedata.normalize("NFC", word.casefold()))
    return tuple(dict.fromkeys((plain, _with_sounds(plain))))


def text_key(text: str) -> str:
    """The same 32 hexadecimal digits for texts that differ in case, marks and spaces only.

    Empty for texts of fewer than 12 letters and digits, which repeat by chance.
    """
    letters = "".join(filter(str.isalnum, _words(text)))
    if len(letters) < MIN_KEY_CHARACTERS:
        return ""
    return sha256(letters.encode()).hexdigest()[:32]


# Folding and stemming one text follow each other, so the last few texts are remembered.
@lru_cache(maxsize=64)
def _words(text: str) -> tuple[str, ...]:
    """The folded words of `tokens(text)`, without the cost of their places."""
    found: list[str] = []
    expanded = False
    chunks = _chunks(text.split())
    if not any(map(_ends_expanded, chunks)):
        return tuple([word for _, words, _ in chunks for word in words])
    for _, words, is_expanded in chunks:
        if not words:
            continue
        # "c est" is "ce est": an abbreviation that holds the next word does not repeat it.
        if expanded and found[-1] == words[0]:
            found.pop()
        found += words
        expanded = is_expanded
    return tuple(found)


def _read(written: str) -> _Chunk:
    if written.isascii() and written.isdecimal() and written not in _short_forms():
        return _Chunk((Token(0, len(written), written, written),), (written,), False)
    found: list[Token] = []
    count = 0
    for match in _TOKEN.finditer(written):
        start, end = match.span()
        words = _folded_words(match.group())
        end -= _is_elided(match.group())
        if count > 1 and words and found[-1].folded == words[0]:
            found.pop()
        found += [Token(start, end, written[start:end], word) for word in words]
        count = len(words) or count
    return _Chunk(tuple(found), tuple(token.folded for token in found), count > 1)


_chunks = remembered(_read, most=1 << 16)


def _is_elided(written: str) -> bool:
    return written[-1] in _APOSTROPHES


@lru_cache(maxsize=1 << 16)
def _folded_words(written: str) -> tuple[str, ...]:
    """The folded words one written token stands for: none, one, or the words of a short form."""
    if not written[0].isalnum():
        plain = _EMOJI_STYLE.sub("", written)
        return (plain,) if plain else ()
    words = tuple(_one_step(written))
    if words == (written,):
        return words
    return tuple(deeper for word in words for deeper in _folded_words(word))


def _one_step(written: str) -> Iterator[str]:
    if _is_elided(written):
        written = written[:-1] + "e"
    word = unicodedata.normalize("NFC", written.casefold())
    lexicon = _short_forms()
    expanded = lexicon.get(word) or lexicon.get(_plain(word))
    if expanded:
        yield from expanded
        return
    for match in _TOKEN.finditer(_respelt(_plain(word))):
        yield match.group()


def _plain(word: str) -> str:
    """`word` without marks, in the letters that its sounds share; stretched letters once."""
    if not word.isascii():
        word = unicodedata.normalize("NFKD", _SILENT.sub("", word)).casefold()
        word = _MARKS.sub("", word).translate(_LETTER_MAP)
    word = _SILENT.sub("", word)
    if _ONE_LETTER.fullmatch(word):
        return word[:3]
    return _ONE_LETTER.sub(r"\1", word)


def _respelt(word: str) -> str:
    """The Bambara and French spellings of one sound as one, and the Bambara plural off."""
    if word in _kept():
        return word
    word = _BAMBARA_PLURAL.sub("", word)
    word = _SHORT_EMENT.sub("ement", _SHORT_MENT.sub("ment", word))
    return _with_sounds(word)


def _with_sounds(word: str) -> str:
    return _DIGRAPH.sub(lambda match: _DIGRAPHS[match.group()], word)


@cache
def _short_forms() -> dict[str, tuple[str, ...]]:
    """What each short spelling of French messages stands for; the file explains itself."""
    rows = (line.split("\t") for line in _lines("sms_fr.tsv"))
    return {short: tuple(words.split()) for short, words in rows}


@cache
def _kept() -> frozenset[str]:
    """Words that would meet another French word once ou is u: bout and but."""
    return frozenset(_lines("kept_fr.txt"))


def _lines(name: str) -> list[str]:
    text = files("veille.text").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _stemmers() -> tuple[Any, Any]:
    import Stemmer

    return Stemmer.Stemmer("french"), Stemmer.Stemmer("arabic")


@lru_cache(maxsize=1 << 16)
def _stem(word: str) -> str:
    french, arabic = _stemmers()
    stemmer = arabic if _ARABIC.match(word) else french
    return str(stemmer.stemWord(word)) or word
