"""KoboToolbox rumour and feedback forms, CSV or Excel, by labels or by XML names."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice

from collectors.files import Cleaned, FileFormat, FileHead
from collectors.tables import Row, Table, has_header, read_rows, read_table
from collectors.tables.cleaning import cleaned_table, each
from collectors.tables.headers import (
    PlaceColumns,
    is_about_a_person,
    is_position,
    named,
    words_of,
)
from collectors.tables.values import moment_of
from collectors.tables.zones import zone_of
from veille.codebook.places import place_of_point
from veille.errors import SourceChanged
from veille.post import Page, ParsedPage, Post, Reading
from veille.privacy import Privacy

_PLATFORM = "kobo"
_HEADER = frozenset({"_uuid", "_submission_time"})
_OF_THE_FORM = frozenset({"start", "end", "today", "audit", "_id", "_uuid", "formhub/uuid"})
# A question's own place, then latitude, longitude, altitude and precision in separate columns.
_SPLIT_POSITION = re.compile(r"_.*_(?:latitude|longitude|altitude|precision)$")
_POINT = re.compile(
    r"\s*(-?\d{1,2}(?:\.\d+)?)[\s,]+(-?\d{1,3}(?:\.\d+)?)(?:[\s,]+-?[\d.]+){0,2}\s*"
)
_TRACE = re.compile(r"(?:-?\d+\.\d+[\s,]+-?\d+\.\d+[^;]{0,40};\s*)+.*", re.DOTALL)
_NO_POSITION = "position retirée"
_TICKS = frozenset({"", "0", "1", "0.0", "1.0", "true", "false"})
_TICKED = frozenset({"1", "1.0", "true"})
_REFUSED = frozenset({"not approved", "validation_status_not_approved", "non approuvé"})

_TEXT_WORDS = (
    "rumeur", "rumour", "rumor", "verbatim", "message", "contenu", "texte", "information",
    "propos", "plainte", "feedback", "retour", "description", "commentaire", "question",
)  # fmt: skip
_NO_TEXT_WORDS = frozenset(
    {
        "type", "date", "heure", "lieu", "langue", "canal", "categorie", "source", "niveau",
        "region", "cercle", "commune", "village", "numero", "code", "statut", "fiabilite", "nom",
        "moyen", "frequence", "theme", "nombre", "sexe", "age",
    }
)  # fmt: skip
_ROWS_LOOKED_AT = 200


def _is_header(names: Sequence[str]) -> bool:
    return _HEADER.issubset(names)


def recognises(head: FileHead) -> bool:
    return has_header(head.start, _is_header)


def clean(body: bytes, _options: Mapping[str, object], _privacy: Privacy) -> Cleaned:
    """Without the submitter and other people, positions coarsened to the cercle."""
    columns = read_table(body, header=_is_header).columns
    kept = [name for name in columns if not _is_dropped(name)]
    return cleaned_table(
        body,
        header=_is_header,
        text=_is_question,
        dropped=_is_dropped,
        rewritten=each(filter(_is_question, kept), _coarse),
    )


def read(page: Page, _privacy: Privacy) -> ParsedPage:
    """One submission, one rumour; what else the form asked is kept under its question."""
    table = read_table(page.body, header=_is_header)
    form = _form_of(table, page)
    return read_rows(table, partial(_post, form, page), known=lambda _name: True)


def _is_dropped(name: str) -> bool:
    return is_about_a_person(name) or _SPLIT_POSITION.match(name.rsplit("/", 1)[-1]) is not None


def _is_question(name: str) -> bool:
    return name not in _OF_THE_FORM and not name.startswith(("_", "meta/"))


def _coarse(cell: str) -> str:
    """A point as the name of its cercle; any other cell as it is."""
    if found := _POINT.fullmatch(cell):
        is_exact = "." in found[1] and "." in found[2]
        place = place_of_point(float(found[1]), float(found[2])) if is_exact else None
        return (place.name if place else _NO_POSITION) if is_exact else cell
    return _NO_POSITION if _TRACE.fullmatch(cell) else cell


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """Which column answers what; `choices` are the columns of each split multiple choice."""

    text: str
    dates: tuple[str, ...]
    places: PlaceColumns
    questions: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    moment: Callable[[str], datetime]
    page_key: str


def _form_of(table: Table, page: Page) -> _Form:
    rows = [row.cells for row in islice(table, _ROWS_LOOKED_AT) if isinstance(row, Row)]
    choices = _choices(table.columns, rows)
    split = {name for names in choices.values() for name in names}
    questions = [name for name in table.columns if _is_question(name) and name not in split]
    questions += [name for name in choices if name not in questions]
    text = _text_question(questions, rows, page.options)
    zone = zone_of(page.options)
    return _Form(
        text=text,
        dates=tuple(name for name in named(questions, "date") if "naissance" not in words_of(name)),
        places=PlaceColumns.of(questions, *filter(is_position, questions)),
        questions=tuple(name for name in questions if name != text),
        choices=choices,
        moment=partial(moment_of, day_first=True, zone=zone, latest=page.fetched_at),
        page_key=page.key,
    )


def _choices(
    columns: Sequence[str], rows: Sequence[Mapping[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Columns by question for multiple choices that the export split into one tick each."""
    groups: dict[str, list[str]] = {}
    for name in columns:
        question, _, choice = name.rpartition("/")
        ticks = {row.get(name, "").strip().lower() for row in rows}
        if question and choice and ticks <= _TICKS and ticks != {""}:
            groups.setdefault(question, []).append(name)
    return {
        question: tuple(names)
        for question, names in groups.items()
        if len(names) > 1 or question in columns
    }


def _text_question(
    questions: Sequence[str], rows: Sequence[Mapping[str, str]], options: Mapping[str, object]
) -> str:
    """The question that asks for the rumour: the one chosen, else by name, else the longest."""
    if options.get("text") in questions:
        return str(options["text"])
    free = [name for name in questions if not _NO_TEXT_WORDS.intersection(words_of(name))]
    likely = next((found for word in _TEXT_WORDS if (found := list(named(free, word)))), free)
    if not likely:
        raise SourceChanged("aucune question du formulaire ne contient de texte libre")
    return max(likely, key=lambda name: sum(len(row.get(name, "")) for row in rows))


def _post(form: _Form, page: Page, cells: Mapping[str, str]) -> tuple[Post, Reading | None] | str:
    if cells.get("_validation_status", "").strip().lower() in _REFUSED:
        return "réponse non approuvée"
    text = cells.get(form.text, "").strip()
    if not text:
        return "réponse sans texte"
    uuid = cells["_uuid"].strip().removeprefix("uuid:")
    if not uuid:
        raise ValueError("réponse sans _uuid")
    details = dict(_details(form, cells))
    post = Post(
        id=f"{_PLATFORM}:{uuid}",
        platform=_PLATFORM,
        source_id=page.source_id,
        page_key=form.page_key,
        kind="rumour",
        text=text,
        published_at=_moment(form, cells),
        collected_at=page.fetched_at,
        places=form.places.places(cells),
        details=details,
    )
    return post, None


def _moment(form: _Form, cells: Mapping[str, str]) -> datetime:
    """When it was heard, if the form asks and the answer is possible; else when it was sent."""
    for name in form.dates:
        try:
            return form.moment(cells.get(name, ""))
        except ValueError:
            continue
    return moment_of(cells["_submission_time"])


def _details(form: _Form, cells: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for question in form.questions:
        ticked = [name for name in form.choices.get(question, ()) if _is_ticked(cells[name])]
        answer = ", ".join(map(_last, ticked)) or cells.get(question, "").strip()
        if answer:
            yield _last(question), answer


def _is_ticked(cell: str) -> bool:
    return cell.strip().lower() in _TICKED


def _last(name: str) -> str:
    return name.rpartition("/")[2].strip()


FORMAT = FileFormat(
    name="kobo",
    title="formulaire KoboToolbox (CSV ou Excel)",
    recognises=recognises,
    clean=clean,
    read=read,
)
