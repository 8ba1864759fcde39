"""Places of Mali, Burkina Faso and Niger, to region and cercle and never finer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from typing import Literal, NamedTuple, cast, get_args

from veille.codebook.files import require_one_of, rows_of
from veille.codebook.finder import Actor, Alias, Finder, Mention
from veille.errors import ConfigError
from veille.text import folded

FILE = "places.csv"
Precision = Literal["pays", "region", "cercle", "commune"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
# A point belongs to the cercle whose seat is so near, else to the region of the nearest seat.
CERCLE_KM = 60.0
REGION_KM = 200.0

_EARTH_KM = 6371.0
_RULES = ("", "near", "named")
_REGION_WORDS = ("région", "régions", "gouvernorat", "gouverneur", "region")
_CERCLE_WORDS = ("cercle", "cercles", "province", "département", "préfet", "préfecture")
_PLACE_WORDS = ("commune", "ville", "village", "localité", "axe", "route", "camp", "district")
_BEFORE = (
    "à", "au", "de", "du", "vers", "entre", "depuis", "sur", "dans", "par", "pour", "en", "près",
    "jusque", "et", "in", "at", "from", "to", "near", "daga", "zuwa", "taa", "في", "من", "إلى",
)  # fmt: skip
_BEHIND = ("kɔnɔ", "fɛ", "dugu", "ka")
_NO_NAME = ("de", "du", "des", "le", "la", "les", "of")
# How far back a word like "région" may stand: "région administrative de".
_WORDS_BACK = 3
# Between spaces there may be a dash instead of a word.
_CHUNKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country, region or cercle; ids are dotted: ml, ml.mopti, ml.mopti.djenne.

    A province of Burkina Faso and a department of Niger stand where a cercle does. The point
    is that of the seat, or None.
    """

    id: str
    name: str
    precision: Precision
    point: tuple[float, float] | None = None


class PlaceMention(NamedTuple):
    """`text[start:end]` names a place in `place_id`, which is its cercle where it is smaller."""

    place_id: str
    start: int
    end: int
    name: str
    precision: Precision


class _Row(NamedTuple):
    place_id: str
    name: str
    precision: Precision
    rule: str
    point: tuple[float, float] | None
    forms: tuple[str, ...]


def find_places(text: str) -> list[PlaceMention]:
    """The places `text` names, in order. Never raises.

    A name that is also a common word counts only with a capital and a preposition or another
    place; a country counts only where nothing in it is named.
    """
    read = [(mention, _rows_by_form()[mention.actor_id]) for mention in _finder().find(text)]
    has_sure = any(row.place_id and not row.rule for _, rows in read for row in rows)
    found = [
        PlaceMention(row.place_id, mention.start, mention.end, row.name, row.precision)
        for mention, rows in read
        if (row := _meant(rows, text, mention, has_sure=has_sure)) is not None
    ]
    finer = {place.place_id.split(".")[0] for place in found if place.precision != "pays"}
    return [place for place in found if place.precision != "pays" or place.place_id not in finer]


def load_places() -> Mapping[str, Place]:
    """Countries, regions and cercles by id. Raises `ConfigError`."""
    return _places()


def place_forms() -> list[tuple[str, bool]]:
    """Every form of every name, and whether it is also a common word."""
    return [(form, bool(row.rule)) for row in _rows() for form in row.forms]


def place_name(place_id: str) -> str:
    """The French name: today's, with the old one of a renamed region; empty if unknown."""
    place = _places().get(place_id)
    return place.name if place else ""


def place_of(region: str = "", cercle: str = "") -> Place | None:
    """The place that form fields name: "Mopti", "Région de Mopti", "Djenné"; None if unknown.

    Where a cercle has the name of its region, the field decides which is meant. Forms made
    before the regions of 2023 and 2025 still put Bandiagara under Mopti: the cercle decides,
    within the country.
    """
    regions, cercles = _named(region), _named(cercle)
    within = {row.place_id for row in regions if row.precision in ("pays", "region")}
    inside = [row for row in cercles if any(_is_in(row.place_id, outer) for outer in within)]
    countries = {place_id.partition(".")[0] for place_id in within}
    moved = [row for row in cercles if row.place_id.partition(".")[0] in countries]
    chosen = (
        _first(inside, "cercle", "commune", "region")
        or _first(moved, "cercle")
        or (_first(regions, "region", "cercle", "commune", "pays"))
        or (_first(cercles, "cercle", "commune", "region", "pays"))
    )
    return _places()[chosen.place_id] if chosen else None


def place_of_point(lat: float, lon: float) -> Place | None:
    """The cercle whose seat is nearest and within 60 km, else the region within 200 km."""
    seats = [(_km((lat, lon), place.point), place) for place in _seats() if place.point]
    km, nearest = min(seats, key=lambda seat: (seat[0], seat[1].id))
    if km <= CERCLE_KM:
        return nearest
    return _places()[nearest.id.rpartition(".")[0]] if km <= REGION_KM else None


def _meant(rows: Sequence[_Row], text: str, mention: Mention, *, has_sure: bool) -> _Row | None:
    """Which of the places of one name is meant here, or None when none is."""
    before = folded(" ".join(text[: mention.start].rsplit(None, _CHUNKS)[-_CHUNKS:])).split()
    near = before[-_WORDS_BACK:]
    if _has(near, _REGION_WORDS):
        row = _first(rows, "region", "cercle", "commune")
    elif _has(near, _CERCLE_WORDS):
        row = _first(rows, "cercle", "commune", "region")
    else:
        row = _first(rows, "cercle", "commune", "region", "pays")
    if row is None or not row.place_id or not row.rule:
        return row if row and row.place_id else None
    if _has(near, (*_REGION_WORDS, *_CERCLE_WORDS, *_PLACE_WORDS)):
        return row
    is_near = row.rule == "near" and _is_written_as_name(text, mention)
    behind = folded(" ".join(text[mention.end :].split(None, _CHUNKS)[:_CHUNKS])).split()
    said = _has(before[-1:], _BEFORE) or _has(behind[:1], _BEHIND)
    return row if is_near and (said or has_sure) else None


def _is_written_as_name(text: str, mention: Mention) -> bool:
    first = text[mention.start]
    return not first.islower() or text[: mention.start].endswith("#")


def _has(words: Sequence[str], wanted: Sequence[str]) -> bool:
    return not _folded_words(tuple(wanted)).isdisjoint(words)


@cache
def _folded_words(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for item in words for word in folded(item).split())


def _first(rows: Sequence[_Row], *precisions: Precision) -> _Row | None:
    for precision in precisions:
        for row in rows:
            if row.precision == precision:
                return row
    return None


def _named(field: str) -> list[_Row]:
    """The rows a form field names, without "région de" before and remarks behind."""
    words = folded(field.partition("(")[0]).split()
    labels = _folded_words((*_REGION_WORDS, *_CERCLE_WORDS, *_PLACE_WORDS, *_NO_NAME))
    for start in range(len(words)):
        rows = _rows_by_form().get(" ".join(words[start:]))
        if rows:
            return [row for row in rows if row.place_id]
        if words[start] not in labels:
            break
    return []


def _is_in(place_id: str, outer: str) -> bool:
    return place_id == outer or place_id.startswith(f"{outer}.")


def _km(here: tuple[float, float], there: tuple[float, float]) -> float:
    lat, lon, other_lat, other_lon = map(radians, (*here, *there))
    half = (
        sin((other_lat - lat) / 2) ** 2
        + cos(lat) * cos(other_lat) * sin((other_lon - lon) / 2) ** 2
    )
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half)))


@cache
def _rows() -> tuple[_Row, ...]:
    columns = ("id", "name", "precision", "rule", "lat", "lon", "aliases")
    return tuple(_row(raw) for raw in rows_of(FILE, columns))


def _row(raw: Mapping[str, str]) -> _Row:
    place = f"{FILE}, {raw['name']}"
    require_one_of(raw["rule"], _RULES, place=place)
    if raw["id"]:
        require_one_of(raw["precision"], PRECISIONS, place=place)
    try:
        point = (float(raw["lat"]), float(raw["lon"])) if raw["lat"] else None
    except ValueError as error:
        raise ConfigError(f"{place}: {error}") from error
    spoken = raw["name"].partition(" (")[0]
    forms = (spoken, *(alias for alias in raw["aliases"].split("|") if alias))
    precision = cast("Precision", raw["precision"] or "commune")
    return _Row(raw["id"], raw["name"], precision, raw["rule"], point, forms)


@cache
def _places() -> dict[str, Place]:
    depth = dict(zip(PRECISIONS, range(len(PRECISIONS)), strict=True))
    places: dict[str, Place] = {}
    for row in _rows():
        if row.place_id and row.place_id.count(".") == depth[row.precision]:
            places[row.place_id] = Place(
                id=row.place_id, name=row.name, precision=row.precision, point=row.point
            )
    lost = {row.place_id for row in _rows() if row.place_id} - places.keys()
    if lost:
        raise ConfigError(f"{FILE}: no row of its own for {', '.join(sorted(lost))}")
    return places


@cache
def _seats() -> tuple[Place, ...]:
    """Every cercle, and the districts and capitals that have none."""
    outer = {place_id.rpartition(".")[0] for place_id in _places()}
    return tuple(p for p in _places().values() if p.id not in outer and p.precision != "pays")


@cache
def _rows_by_form() -> dict[str, list[_Row]]:
    by_form: dict[str, list[_Row]] = {}
    for row in _rows():
        for form in row.forms:
            listed = by_form.setdefault(folded(form), [])
            if row not in listed:
                listed.append(row)
    return by_form


@cache
def _finder() -> Finder:
    return Finder(
        (
            Actor(id=form, name=form, type="place", confidence="", aliases=(Alias(form=form),))
            for form in _rows_by_form()
        ),
        contexts={},
    )
