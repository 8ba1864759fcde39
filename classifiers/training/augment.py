"""Other ways of writing the same post: what phones, haste and dialect do to spelling.

None of them changes a label. The name of an actor may become another's, so that no story
hangs on a name.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from veille.codebook.actors import GENERIC, find_actors, load_actors

_SHARE = 0.45
_NAME_SHARE = 0.2
_SMS_SHARE = 0.6
_NOT_LETTERS = re.compile(r"[^\w\s]")
_WORD = re.compile(r"\w+")
_LONG_WORD = 5
_SLIPS = 0.06


def written_otherwise(text: str, chance: random.Random) -> str:
    """The text, or the text with one or two habits of writing laid over it."""
    if chance.random() < _NAME_SHARE:
        text = _renamed(text, chance)
    if chance.random() < _SHARE:
        habits = chance.sample(_HABITS, k=chance.choice((1, 1, 2)))
        for habit in habits:
            text = habit(text, chance) or text
    return text


def _renamed(text: str, chance: random.Random) -> str:
    """One named actor called by another's short name, everywhere in the text."""
    mentions = [mention for mention in find_actors(text) if mention.actor_id != GENERIC]
    if not mentions:
        return text
    chosen, other = chance.choice(mentions).actor_id, chance.choice(_short_names())
    for mention in reversed(mentions):
        if mention.actor_id == chosen:
            text = text[: mention.start] + other + text[mention.end :]
    return text


@cache
def _short_names() -> Sequence[str]:
    return sorted(
        name for name in load_actors() if name != GENERIC and name.isalpha() and name.isupper()
    )


def _without_accents(text: str, _: random.Random) -> str:
    parts = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _lower(text: str, _: random.Random) -> str:
    return text.lower()


def _upper(text: str, _: random.Random) -> str:
    return text.upper()


def _without_signs(text: str, _: random.Random) -> str:
    return " ".join(_NOT_LETTERS.sub(" ", text).split())


def _in_short_words(text: str, chance: random.Random) -> str:
    """French as phones write it: some words in the short form people use."""
    short = _short_words()

    def written(match: re.Match[str]) -> str:
        forms = short.get(match[0].lower())
        return chance.choice(forms) if forms and chance.random() < _SMS_SHARE else match[0]

    return _WORD.sub(written, text)


def _with_slips(text: str, chance: random.Random) -> str:
    """Letters lost or doubled, as thumbs do."""

    def written(match: re.Match[str]) -> str:
        word = match[0]
        if len(word) < _LONG_WORD or chance.random() >= _SLIPS * 2:
            return word
        at = chance.randrange(1, len(word) - 1)
        return word[:at] + chance.choice(("", word[at] * 2)) + word[at + 1 :]

    return _WORD.sub(written, text)


@cache
def _short_words() -> dict[str, list[str]]:
    """Short spellings by the one word they stand for."""
    lines = files("veille.text").joinpath("sms_fr.tsv").read_text("utf-8").splitlines()
    forms: dict[str, list[str]] = {}
    for line in lines:
        if line and not line.startswith("#"):
            short, _, long = line.partition("\t")
            if " " not in long:
                forms.setdefault(long, []).append(short)
    return forms


_HABITS: Sequence[Callable[[str, random.Random], str]] = (
    _without_accents, _lower, _without_signs, _in_short_words, _in_short_words, _with_slips,
    _with_slips, _upper,
)  # fmt: skip
