"""The cues of every family, from the codebook and from cues.toml, ready to find in one pass."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from veille.codebook import Codebook, Cue, load_codebook
from veille.codebook.markers import marker_tables, pattern_book
from veille.codebook.patterns import PatternBook
from veille.text import folded

# Coarse on purpose: a cue names its family alone, beside a target, or only with another cue.
STRONG, FAIR, HINT, WEAK = 0.8, 0.5, 0.35, 0.2
_WEIGHTS = {"strong": STRONG, "fair": FAIR, "weak": WEAK}
# Families that are acts rather than themes: their codebook cues are markers of the act.
_MARKER_OF = {"N91": "refutation", "N92": "soutien", "N93": "rapporte", "N94": "satire"}
_NO_CUES = frozenset({"N95", "N99"})
_PATTERN_SIGNS = re.compile(r"[~|@*&]")


@dataclass(frozen=True, slots=True, kw_only=True)
class CueBook:
    """`patterns` finds cues by family ("N05") and markers by name; `codes` gives full codes.

    `precedence` lists hostile families, the one that wins first. `masked` are folded insults.
    """

    patterns: PatternBook
    codes: Mapping[str, str]
    precedence: tuple[str, ...]
    masked: frozenset[str]
    version: str


@cache
def cue_book() -> CueBook:
    """Built once per process, in about 0.1 s."""
    codebook = load_codebook()
    text = files("classifiers.keywords").joinpath("cues.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    patterns = [*_markers(), *_own(tables), *_of_codebook(codebook, tables["ambiguous"])]
    return CueBook(
        patterns=pattern_book(patterns),
        codes={family.number: family.code for family in codebook.families},
        precedence=tuple(code[:3] for code in codebook.precedence if code < "N90"),
        masked=frozenset(
            folded(cue.form) for family in codebook.families for cue in family.cues if cue.masked
        ),
        version=codebook.version,
    )


def _markers() -> Iterator[tuple[str, float, str]]:
    for name, listed in marker_tables()["markers"].items():
        yield from ((name, 1.0, pattern) for pattern in listed)


def _own(tables: Mapping[str, Any]) -> Iterator[tuple[str, float, str]]:
    for family, table in tables.items():
        if family == "ambiguous":
            continue
        for strength, patterns in table.items():
            yield from ((family, _WEIGHTS[strength], pattern) for pattern in patterns)


def _of_codebook(codebook: Codebook, ambiguous: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    ordinary = frozenset(map(folded, ambiguous))
    for family in codebook.families:
        if family.number in _NO_CUES:
            continue
        for cue in family.cues:
            form = _PATTERN_SIGNS.sub(" ", cue.form)
            weight = WEAK if folded(form) in ordinary else _weight(cue)
            if family.number not in _MARKER_OF:
                yield family.number, weight, form
            elif weight == FAIR:
                yield _MARKER_OF[family.number], 1.0, form


def _weight(cue: Cue) -> float:
    if cue.confidence == "élevée":
        return FAIR
    return HINT if cue.confidence == "moyenne" and " " in cue.form else WEAK
