"""Known claims with their verdict, and true facts that are often mistaken for false ones."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from veille.codebook.files import json_of, require, require_one_of, require_unique
from veille.codebook.narratives import load_codebook
from veille.errors import ConfigError

FILE = "claims.json"
Verdict = Literal["faux", "trompeur", "sans preuve", "sans fondement", "arnaque"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

_MONTH = re.compile(r"(?:(?:19|20)\d\d(?:-\d\d(?:-\d\d)?)?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim that was checked; `forms` are ways people word it.

    `first_seen` and `debunked_on` are as exact as is known: 2021, 2021-12, or empty.
    `debunked_by` names who checked it, at `source_urls`; `why_fr` says why it does not hold.
    """

    id: str
    claim_fr: str
    verdict: Verdict
    why_fr: str
    narrative: str
    actors: tuple[str, ...]
    first_seen: str
    seen_again: tuple[str, ...]
    debunked_by: tuple[str, ...]
    debunked_on: str
    source_urls: tuple[str, ...]
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something true that resembles a false claim; it must never be called false."""

    id: str
    fact_fr: str
    happened_on: str
    actors: tuple[str, ...]
    why_fr: str
    forms: tuple[str, ...]


@cache
def load_claims() -> Mapping[str, Claim]:
    """Known claims by id, in the order of the file. Raises `ConfigError`."""
    claims = [_claim(raw) for raw in _table()["claims"]]
    require_unique([claim.id for claim in claims], place=FILE)
    return {claim.id: claim for claim in claims}


@cache
def load_facts() -> Mapping[str, Fact]:
    """True facts by id, in the order of the file. Raises `ConfigError`."""
    facts = [_fact(raw) for raw in _table()["facts"]]
    require_unique([fact.id for fact in facts], place=FILE)
    return {fact.id: fact for fact in facts}


@cache
def _table() -> dict[str, Any]:
    table = json_of(FILE)
    require(table, ("version", "claims", "facts"), place=FILE)
    return table


def _claim(raw: Mapping[str, Any]) -> Claim:
    place = f"{FILE}, claim {raw.get('id')}"
    require(raw, Claim.__slots__, place=place)
    require_one_of(raw["verdict"], VERDICTS, place=place)
    require_one_of(raw["narrative"], load_codebook().precedence, place=place)
    _require_dates((raw["first_seen"], raw["debunked_on"]), place=place)
    return Claim(**_with_tuples(raw, place=place))


def _fact(raw: Mapping[str, Any]) -> Fact:
    place = f"{FILE}, fact {raw.get('id')}"
    require(raw, Fact.__slots__, place=place)
    _require_dates((raw["happened_on"],), place=place)
    return Fact(**_with_tuples(raw, place=place))


def _with_tuples(raw: Mapping[str, Any], *, place: str) -> dict[str, Any]:
    if not raw["forms"]:
        raise ConfigError(f"{place}: forms must be written")
    return {name: tuple(v) if isinstance(v, list) else v for name, v in raw.items()}


def _require_dates(dates: Sequence[str], *, place: str) -> None:
    for date in dates:
        if not _MONTH.fullmatch(date):
            raise ConfigError(f"{place}: {date!r} is no date like 2021, 2021-12 or 2021-12-31")
