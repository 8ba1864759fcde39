"""Posts that tell where armed people are or what they lost are dropped, never stored.

Aid actors are what Veille listens for: a post that is about them is kept, even when it
accuses them of carrying fighters, unless they are only a landmark or a source in it.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from veille.text import folded
from veille.text.remembered import remembered

_SENTENCE_END = re.compile(r"[.!?…\n;؟]+(?=\s|$)|\n")


class _Patterns(NamedTuple):
    first_words: frozenset[str]
    told: re.Pattern[str]
    aid: re.Pattern[str]
    aid_as_source: re.Pattern[str]


def is_military(text: str) -> bool:
    """Whether `text` tells where troops, convoys of troops or their losses are (rule D5)."""
    if not any(_may_each_name_armed(text.split())):
        return False
    patterns = _patterns()
    sentences = [f" {folded(part)} " for part in _SENTENCE_END.split(text)]
    told = [place for place, words in enumerate(sentences) if patterns.told.search(words)]
    return bool(told) and not any(
        _speaks_of_aid(words, is_told=place in told, patterns=patterns)
        for place, words in enumerate(sentences)
    )


def _may_name_armed(chunk: str) -> bool:
    """Whether what stands between two spaces may begin to name armed people."""
    return not _patterns().first_words.isdisjoint(folded(chunk).split())


_may_each_name_armed = remembered(_may_name_armed, most=1 << 16)


def _speaks_of_aid(words: str, *, is_told: bool, patterns: _Patterns) -> bool:
    """Whether an aid actor is what the sentence is about: its subject, when troops are told of."""
    words = patterns.aid_as_source.sub(" ", words)
    aid = patterns.aid.search(words)
    if aid is None:
        return False
    told = patterns.told.search(words) if is_told else None
    return told is None or aid.start() < told.start()


@cache
def _patterns() -> _Patterns:
    terms = tomllib.loads(
        files("veille.privacy").joinpath("military.toml").read_text(encoding="utf-8")
    )
    role = {name: _any_of(words) for name, words in terms.items()}
    link = f"(?:{role['links']}|[0-9]+)"
    filler = f"(?:{role['fillers']}|[0-9]+)"
    told = "|".join(
        (
            # "soldats tués", but not "soldats ont tué", who are not the ones who died.
            rf"{role['armed']}(?: {filler}){{0,4}}(?<! ont)(?<! a) {role['lost']}",
            rf"{role['losses']}(?: {link}){{0,4}} {role['armed']}",
            rf"{role['armed']}(?: {filler}){{0,3}} {role['moves']}",
            rf"{role['theirs']}(?: {link}){{1,4}} {role['armed']}",
            rf"{role['armed']} {role['convoys']}",
            rf"{role['theirs']} {role['soldierly']}",
        )
    )
    return _Patterns(
        first_words=frozenset(folded(form).split()[0] for form in terms["armed"]),
        told=re.compile(f" (?:{told}) "),
        aid=re.compile(f" {role['aid']} "),
        aid_as_source=re.compile(
            f" {role['sources']}(?: {role['links']}){{0,2}} {role['aid']}(?= )"
        ),
    )


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of `words` in folded text, longest first."""
    forms = sorted({folded(word) for word in words}, key=lambda form: (-len(form), form))
    return f"(?:{'|'.join(map(re.escape, forms))})"
