"""Words that say nothing of the language around them: names, and greetings in Arabic."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from veille.codebook.actors import GENERIC, load_actors
from veille.codebook.finder import Alias
from veille.codebook.places import place_forms
from veille.language.chunks import Chunk, chunk_of

Silence = Literal["name", "greeting"]
_Sign = Literal["", "capital", "shouted", "greeting"]

# Shorter forms are also words of some language: a capital must say that they are names.
_SURE_LETTERS = 5
_LONGEST = 7
# "ONG SI": the short name alone is what counts, under its own rule.
_CLASS_WORDS = ("ONG ", "dɔgɔtɔrɔ ")


def may_begin(chunk: Chunk) -> bool:
    """Whether some name or greeting begins like `chunk`."""
    if chunk.first not in _longest():
        return False
    _, needs_capital = _longest()[chunk.first]
    return chunk.capital or not needs_capital


def silent(chunks: Sequence[Chunk], beginnings: Iterable[int]) -> dict[int, Silence]:
    """The chunks that do not vote, by place, and why; longest names first.

    `beginnings` are the places of those that `may_begin` a name, in order.
    """
    found: dict[int, Silence] = {}
    free = 0
    for place in beginnings:
        if place >= free:
            most, _ = _longest()[chunks[place].first]
            length, why = _at(chunks[place : place + most])
            found.update(dict.fromkeys(range(place, place + length), why))
            free = place + length
    return found


def _at(chunks: Sequence[Chunk]) -> tuple[int, Silence]:
    """How many of `chunks`, from the first, are one name or greeting; 0 when none is."""
    signs, whole = _signs(), " ".join([chunk.key for chunk in chunks])
    for length in range(len(chunks), 0, -1):
        sign = signs.get(whole)
        if sign == "greeting":
            return length, "greeting"
        if sign is not None and (not sign or getattr(chunks[0], sign)):
            return length, "name"
        whole = whole[: -len(chunks[length - 1].key) - 1]
    return 0, "name"


@cache
def _longest() -> dict[str, tuple[int, bool]]:
    """By first word, the words of the longest name or greeting, and whether all have a capital."""
    longest: dict[str, tuple[int, bool]] = {}
    for form, sign in _signs().items():
        words = form.split()
        length, needs_capital = longest.get(words[0], (0, True))
        is_capital = sign in ("capital", "shouted")
        longest[words[0]] = (min(_LONGEST, max(length, len(words))), needs_capital and is_capital)
    return longest


@cache
def _signs() -> dict[str, _Sign]:
    """By folded form, what must be true of the letters of a name; "greeting" for those."""
    signs: dict[str, _Sign] = {}
    for form, sign in (*_greetings(), *_actors(), *_places(), *_people()):
        key = _key(form)
        if key:
            signs.setdefault(key, sign)
    return signs


def _actors() -> Iterator[tuple[str, _Sign]]:
    for actor in load_actors().values():
        if actor.id != GENERIC:
            for alias in actor.aliases:
                # What is written small is a common noun of its language.
                if not alias.form.islower() and not alias.form.startswith(_CLASS_WORDS):
                    yield alias.form, _sign_of(alias)


def _sign_of(alias: Alias) -> _Sign:
    is_acronym = alias.form.isupper() and len(alias.form) < _SURE_LETTERS
    if is_acronym or alias.case in ("upper", "exact"):
        return "shouted" if alias.form.isupper() else "capital"
    is_words = " " in alias.form or "." in alias.form
    return "capital" if is_words or alias.case != "any" else ""


def _places() -> Iterator[tuple[str, _Sign]]:
    for form, is_common in place_forms():
        sure = len(form) >= _SURE_LETTERS and not is_common
        yield form, "" if sure or not form[0].isupper() else "capital"


def _people() -> Iterator[tuple[str, _Sign]]:
    for form in _lines("people.txt"):
        yield form, "capital"


def _greetings() -> Iterator[tuple[str, _Sign]]:
    for form in _lines("greetings.txt"):
        yield form, "greeting"


def _key(form: str) -> str:
    return " ".join(chunk.key for chunk in map(chunk_of, form.split()) if chunk.key)


def _lines(name: str) -> list[str]:
    text = (files("veille.language") / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
