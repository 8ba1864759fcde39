"""Reads a text chunk by chunk and decides, script by script, what it is in."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from veille.language.chunks import ADLAM, ARABIC, Chunk, chunk_of
from veille.language.judge import NOBODY, UNKNOWN, Judge, Verdict, judge_of
from veille.language.model import Word
from veille.language.names import may_begin, silent
from veille.text.remembered import remembered

SILENT = "x"
# Only Fula is written in Adlam; N'Ko is for those who read it.
_ONLY = {ADLAM: "ful"}
# Longer texts are no posts: what comes later changes nothing.
_MOST_TOKENS = 400
_SEVERAL = 2
# What is rarer is a borrowed word.
_LEAST_SHARE = 0.1
_CHUNK = re.compile(r"\S+")


# A chunk, its scores where its script has a judge, and whether a name may begin with it.
_Token = tuple[Chunk, Word | None, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`code` is ISO 639-3, or "und" when we do not know; `probability` is that of `code`.

    `mix` gives the share of each language, best first, and is empty when unknown. `script` is
    the script of most letters, or empty when there are none. `variety` is a hint, ISO 639-3:
    which of several varieties of `code` the words are most like, or empty.
    """

    code: str = UNKNOWN
    probability: float = 0.0
    mix: Mapping[str, float] = field(default_factory=dict)
    script: str = ""
    variety: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Characters `start` to `end` (excluded) of a text are in `code`."""

    start: int
    end: int
    code: str


@dataclass(slots=True)
class _Heard:
    """What was decided: a code per chunk, how many votes each language has, and how sure it is."""

    codes: list[str]
    votes: Counter[str] = field(default_factory=Counter)
    probability: dict[str, float] = field(default_factory=dict)
    variety: dict[str, str] = field(default_factory=dict)


def identify(text: str) -> Language:
    """The language of `text`; never raises, and the same text always gives the same answer."""
    return _language(_tokens(text.split(None, _MOST_TOKENS)[:_MOST_TOKENS]))[0]


def tags(text: str) -> list[str]:
    """A code for each whitespace token; "x" for names, numbers, emoji, tags and addresses."""
    return _heard(_tokens(text.split())).codes


def identify_and_tag(text: str) -> tuple[Language, list[str]]:
    """Both at once, for the cost of one where the text is not very long."""
    tokens = _tokens(text.split())
    language, heard = _language(tokens[:_MOST_TOKENS])
    return language, heard.codes if len(tokens) <= _MOST_TOKENS else _heard(tokens).codes


def _token(written: str) -> _Token:
    chunk = chunk_of(written)
    judge = judge_of(chunk.script) if chunk.words else None
    return chunk, judge.model.of(chunk.words) if judge else None, may_begin(chunk)


_tokens = remembered(_token, most=1 << 15)


def _language(tokens: Sequence[_Token]) -> tuple[Language, _Heard]:
    heard = _heard(tokens)
    mix = _mix(heard.votes)
    code = next(iter(mix), UNKNOWN)
    # A short post in N'Ko may name organisations in longer Latin words.
    spoken = [t[0] for t, said in zip(tokens, heard.codes, strict=True) if said != SILENT]
    known = Language(
        code=code,
        probability=heard.probability[code] if mix else 0.0,
        mix=mix,
        script=_script_of_most(spoken or [chunk for chunk, _, _ in tokens]),
        variety=heard.variety[code] if mix else "",
    )
    return known, heard


def stretches(text: str) -> list[Stretch]:
    """Where `text` is in which language, in order; what does not vote ends no stretch."""
    found: list[Stretch] = []
    for code, match in zip(tags(text), _CHUNK.finditer(text), strict=True):
        if code == SILENT:
            continue
        start = match.start()
        if found and found[-1].code == code:
            start = found.pop().start
        found.append(Stretch(start=start, end=match.end(), code=code))
    return found


def _script_of_most(chunks: Sequence[Chunk]) -> str:
    scripts = {chunk.script for chunk in chunks if chunk.letters}
    if len(scripts) < _SEVERAL:
        return next(iter(scripts), "")
    letters: Counter[str] = Counter()
    for chunk in chunks:
        letters[chunk.script] += chunk.letters
    return max(sorted(letters), key=letters.__getitem__)


def _mix(votes: Mapping[str, int]) -> dict[str, float]:
    """Shares of a tenth or more, best first; empty where most words are in no known language."""
    total = sum(votes.values())
    known = {code: n for code, n in votes.items() if code != UNKNOWN and n >= total * _LEAST_SHARE}
    heard = sum(known.values())
    if 2 * heard < total:
        return {}
    ranked = sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))
    return {code: round(n / heard, 2) for code, n in ranked}


def _heard(tokens: Sequence[_Token]) -> _Heard:
    heard = _Heard([SILENT] * len(tokens))
    chunks = [chunk for chunk, _, _ in tokens]
    silences = silent(chunks, [place for place, (_, _, may) in enumerate(tokens) if may])
    speaking = [
        place for place, chunk in enumerate(chunks) if chunk.words and place not in silences
    ]
    by_script: dict[str, list[int]] = {}
    for place in speaking:
        by_script.setdefault(chunks[place].script, []).append(place)
    for script, places in by_script.items():
        judge = judge_of(script)
        if judge:
            voting = _without_names(judge, chunks, places)
            _decide(judge, voting, [word for p in voting if (word := tokens[p][1])], heard)
        else:
            _say(heard, places, Verdict(_ONLY.get(script, UNKNOWN), 1.0, ""))
    if silences:
        _greet(heard, chunks, [place for place, why in silences.items() if why == "greeting"])
    return heard


def _without_names(judge: Judge, chunks: Sequence[Chunk], places: list[int]) -> list[int]:
    """Leaves out what a capital inside a sentence, and no list of words, says is a name."""
    capitals = [place for place in places if chunks[place].capital]
    if 2 * len(capitals) > len(places):
        return places
    names = {
        place
        for place in capitals
        if place
        and not chunks[place - 1].ends
        and not chunks[place].shouted
        and not judge.model.knows(chunks[place].key.split())
    }
    return [place for place in places if place not in names]


def _decide(judge: Judge, places: list[int], words: list[Word], heard: _Heard) -> None:
    """Says the language of the words at `places`, which are of one script."""
    several = len(words) > 1 or sum(word.votes for word in words) > 1
    verdict, path = judge.decide(words) if several else (NOBODY, [])
    if not path:
        _say(heard, places, verdict)
        return
    counted = Counter(path)
    main = max(counted, key=counted.__getitem__)
    if main != verdict.code:
        mine = [word for word, said in zip(words, path, strict=True) if said == main]
        verdict = judge.best(mine, main)
    for code in counted:
        own = [place for place, said in zip(places, path, strict=True) if said == code]
        _say(heard, own, verdict if code == main else Verdict(code, 0.0, ""))


def _say(heard: _Heard, places: Sequence[int], verdict: Verdict) -> None:
    for place in places:
        heard.codes[place] = verdict.code
    heard.votes[verdict.code] += len(places)
    heard.probability[verdict.code] = verdict.probability
    heard.variety[verdict.code] = verdict.profile.partition(".")[2]


def _greet(heard: _Heard, chunks: Sequence[Chunk], places: Iterable[int]) -> None:
    """A greeting in Arabic letters is Arabic; in Latin letters it goes with what is beside it."""
    spoken = [place for place, code in enumerate(heard.codes) if code != SILENT]
    for place in places:
        if chunks[place].script == ARABIC:
            heard.codes[place] = "ara"
        else:
            nearest = min(spoken, key=lambda other: abs(other - place), default=-1)
            heard.codes[place] = heard.codes[nearest] if spoken else UNKNOWN
