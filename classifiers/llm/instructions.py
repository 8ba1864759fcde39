"""The codebook as instructions for a chat model, and the only shape its answer may have."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from veille.codebook import load_codebook

CERTAINTIES = ("sure", "probable", "incertaine")
NO_SECOND = "aucun"
_FILE = Path(__file__).parent / "instructions.toml"
# Written otherwise inside JSON strings, these open no tag of any chat template.
_TAGS = str.maketrans({"<": "\\u003c", ">": "\\u003e", "[": "\\u005b", "]": "\\u005d"})


@cache
def system_message() -> str:
    """The same for every post, so that a server may keep its beginning in memory."""
    return "\n".join(_lines())


def user_message(text: str) -> str:
    """The post as data: a JSON string that it cannot end and that holds no tag of a template."""
    inside = json.dumps(text, ensure_ascii=False).translate(_TAGS)
    return f'{{"publication": {inside}}}'


@cache
def schema() -> Mapping[str, Any]:
    """The JSON schema of an answer: every field must be there, and nothing else may."""
    told = _told()
    codes = list(load_codebook().precedence)
    kinds: dict[str, dict[str, Any]] = {
        "parle_aide": {"type": "boolean"},
        "recit": {"type": "string", "enum": codes},
        "recit_second": {"type": "string", "enum": [*codes, NO_SECOND]},
        "position": {"type": "string", "enum": list(told["stance"])},
        "hostilite": {"type": "string", "enum": list(told["hostility"])},
        "statut": {"type": "string", "enum": list(told["fact"])},
        "certitude": {"type": "string", "enum": list(CERTAINTIES)},
        "passage": {"type": "string"},
    }
    return {
        "type": "object",
        "properties": kinds,
        "required": list(kinds),
        "additionalProperties": False,
    }


@cache
def instructions_version() -> str:
    """Changes with every word that a model is told."""
    told = system_message() + json.dumps(schema(), sort_keys=True)
    return sha256(told.encode()).hexdigest()[:8]


def _lines() -> Iterator[str]:
    told = _told()
    yield told["role"].strip()
    yield from (
        "",
        told["data"].strip(),
        "",
        "# Récits, par ordre de priorité (définitions en anglais)",
    )
    book = load_codebook()
    for code in book.precedence:
        family = book.family(code)
        limits = f" Not: {family.exclude}" if family.exclude else ""
        yield f"- {code} : {family.label_fr}. {family.definition}{limits}"
    for heading, table in (
        ("Position de l'auteur", "stance"),
        ("Hostilité", "hostility"),
        ("Statut factuel", "fact"),
    ):
        yield from ("", f"# {heading}", *(f"- {name} : {why}" for name, why in told[table].items()))
    yield from ("", "# Règles", *(f"- {rule}" for rule in told["rules"].values()))
    yield from ("", "# Réponse : un objet JSON avec exactement ces champs")
    yield from (f"- {name} : {why}" for name, why in told["answer"].items())


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))
