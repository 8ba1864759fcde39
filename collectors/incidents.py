"""Incident and access sheets of OCHA, FONGIM or INSO kind: the context in which people write.

They are articles for the store, with the tag `incident_securite`: an organisation's account of
what happened, neither a post nor a rumour.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial

from collectors.files import Cleaned, FileFormat, FileHead
from collectors.tables import Row, Table, has_header, read_rows, read_table
from collectors.tables.cleaning import cleaned_table, each
from collectors.tables.headers import (
    PlaceColumns,
    is_about_a_person,
    is_position,
    named,
)
from collectors.tables.values import day_first_of, hashed_id, moment_of
from collectors.tables.zones import zone_of
from veille.post import Page, ParsedPage, Post, Reading
from veille.privacy import Privacy, is_military
from veille.text import folded

_PLATFORM = "incidents"
TAG = "incident_securite"
ATTACK = "attaque"
# What makes an incident an attack: rumours about aid rise where one has just happened.
_ATTACK_WORDS = (
    "attaque", "attaques", "assaut", "embuscade", "enlèvement", "enlèvements", "enlevé", "enlevés",
    "tir", "tirs", "fusillade", "explosion", "engin", "IED", "mine", "obus", "roquette", "meurtre",
    "tué", "tués", "assassinat", "braquage", "incendie", "attack", "abduction", "ambush",
)  # fmt: skip
_DATE = ("date", "jour")
_REGION = ("region", "cercle", "admin1", "admin2", "province")
_TYPE = ("type", "categorie", "nature", "category")
_ACTOR = ("acteur", "acteurs", "auteur", "auteurs", "actor", "perpetrateur", "responsable")
_TEXT = (
    "description", "resume", "details", "detail", "narratif", "circonstances", "faits",
    "summary", "commentaire", "commentaires", "notes",
)  # fmt: skip
_REFERENCE = ("ref", "reference", "id", "code", "numero", "n")
# A running number starts again in every sheet; a reference has letters and digits.
_UNIQUE = re.compile(r"(?=.*[A-Za-z])(?=.*\d)[\w./-]{4,60}")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_STRIPPED = "[détail militaire retiré]"


def _is_header(names: Sequence[str]) -> bool:
    if "_uuid" in names or "URL" in names or "url" in names:
        return False
    return all(any(named(names, *words)) for words in (_DATE, _REGION, _TYPE + _ACTOR, _TEXT))


def recognises(head: FileHead) -> bool:
    return has_header(head.start, _is_header)


def clean(body: bytes, _options: Mapping[str, object], _privacy: Privacy) -> Cleaned:
    """Without victims' names, exact positions and what tells of troops."""
    columns = read_table(body, header=_is_header).columns
    texts = [name for name in named(columns, *_TEXT) if not _is_dropped(name)]
    return cleaned_table(
        body,
        header=_is_header,
        text=texts.__contains__,
        dropped=_is_dropped,
        rewritten=each(texts, _without_troops),
    )


def read(page: Page, _privacy: Privacy) -> ParsedPage:
    """One incident, one article; the other columns are kept under their names."""
    table = read_table(page.body, header=_is_header)
    sheet = _sheet_of(table, page)
    return read_rows(table, partial(_post, sheet, page), known=lambda _name: True)


def _is_dropped(name: str) -> bool:
    return is_position(name) or is_about_a_person(name)


def _without_troops(text: str) -> str:
    """`text` without the sentences that tell where troops are or what they lost."""
    kept = [
        _STRIPPED if is_military(sentence) else sentence
        for sentence in _SENTENCE.split(text)
        if sentence
    ]
    return " ".join(kept) if _STRIPPED in kept and _STRIPPED not in text else text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """Which column holds what."""

    date: str
    text: str
    type: str
    reference: str
    places: PlaceColumns
    others: tuple[str, ...]
    moment: Callable[[str], datetime]
    page_key: str


def _sheet_of(table: Table, page: Page) -> _Sheet:
    def first(*words: str) -> str:
        return next(named(table.columns, *words), "")

    date, text, kind = first(*_DATE), first(*_TEXT), first(*_TYPE)
    dates = (row.cells.get(date, "") for row in table if isinstance(row, Row))
    day_first = day_first_of(dates)
    return _Sheet(
        date=date,
        text=text,
        type=kind,
        reference=first(*_REFERENCE),
        places=PlaceColumns.of(table.columns),
        page_key=page.key,
        others=tuple(name for name in table.columns if name not in (date, text)),
        moment=partial(
            moment_of,
            day_first=True if day_first is None else day_first,
            zone=zone_of(page.options),
            latest=page.fetched_at,
        ),
    )


def _post(sheet: _Sheet, page: Page, cells: Mapping[str, str]) -> tuple[Post, Reading | None] | str:
    text = cells[sheet.text].strip()
    if not text:
        return "incident sans description"
    if text.replace(_STRIPPED, "").strip(" .;") == "":
        return "incident réduit à un détail militaire"
    moment, kind = sheet.moment(cells[sheet.date]), cells.get(sheet.type, "").strip()
    post = Post(
        id=_id(sheet, cells, moment, text),
        platform=_PLATFORM,
        source_id=page.source_id,
        page_key=sheet.page_key,
        kind="article",
        text=text,
        title=kind,
        published_at=moment,
        collected_at=page.fetched_at,
        tags=(TAG, ATTACK) if _is_attack(f"{kind} {text}") else (TAG,),
        places=sheet.places.places(cells),
        details=dict(_details(sheet, cells)),
    )
    return post, None


def _is_attack(text: str) -> bool:
    return not _attack_words().isdisjoint(folded(text).split())


@cache
def _attack_words() -> frozenset[str]:
    return frozenset(folded(word) for word in _ATTACK_WORDS)


def _id(sheet: _Sheet, cells: Mapping[str, str], moment: datetime, text: str) -> str:
    reference = cells.get(sheet.reference, "").strip()
    if _UNIQUE.fullmatch(reference):
        return f"{_PLATFORM}:{reference}"
    return hashed_id(
        _PLATFORM, moment.isoformat(), *sheet.places.told(cells), cells.get(sheet.type, ""), text
    )


def _details(sheet: _Sheet, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sheet.others:
        if cell := cells.get(name, "").strip():
            yield name, cell


FORMAT = FileFormat(
    name="incidents",
    title="tableau d’incidents ou d’accès (Excel ou CSV)",
    recognises=recognises,
    clean=clean,
    read=read,
)
