"""What a column's name says: people write the same heading in twenty ways."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from veille.codebook.places import place_of

_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_OF_A_PERSON = frozenset(
    {
        "username", "deviceid", "phonenumber", "simserial", "subscriberid", "imei", "email",
        "courriel", "mail", "telephone", "tel", "phone", "prenom", "prenoms", "enqueteur",
        "enumerateur", "enumerator", "signature",
    }
)  # fmt: skip
_A_NAME = frozenset({"nom", "noms", "name", "victime", "victimes", "contact", "temoin"})
_OF_A_THING = frozenset(
    {
        "village", "commune", "cercle", "region", "localite", "lieu", "site", "quartier", "ong",
        "ongs", "organisation", "structure", "radio", "groupe", "page", "projet", "marche",
        "ecole", "province", "departement", "pays", "nombre", "nb", "type", "sexe", "age",
        "statut", "canal", "date", "platform", "file", "channel",
    }
)  # fmt: skip
_POSITION = frozenset(
    {"gps", "latitude", "longitude", "lat", "lon", "long", "geopoint", "coordonnees",
     "geolocalisation", "altitude"}
)  # fmt: skip
_PLACES_FINEST_FIRST = (
    ("commune", "admin3", "adm3", "arrondissement"),
    ("village", "localite", "lieu", "site", "quartier", "ville", "place", "location", "endroit"),
    ("cercle", "admin2", "adm2", "province", "departement", "district"),
    ("region", "admin1", "adm1"),
)


@lru_cache(maxsize=10_000)
def words_of(header: str) -> tuple[str, ...]:
    """The plain words of a heading, without its group: "groupe_a/Date de l'incident"."""
    last = header.rstrip("/ ").rsplit("/", 1)[-1]
    plain = unicodedata.normalize("NFKD", last.lower()).encode("ascii", "ignore").decode()
    return tuple(_NOT_LETTERS.sub(" ", plain).split())


def is_about_a_person(header: str) -> bool:
    """Whether a column holds names, numbers or addresses of people."""
    words = set(words_of(header))
    if header == "_submitted_by" or words & _OF_A_PERSON:
        return True
    return bool(words & _A_NAME) and not words & _OF_A_THING


def is_position(header: str) -> bool:
    """Whether a column holds where somebody stood, to the metre."""
    return bool(_POSITION.intersection(words_of(header)))


def named(columns: Iterable[str], *names: str) -> Iterator[str]:
    """The columns whose heading has one of these words, in the order of the words."""
    columns = list(columns)
    for name in names:
        yield from (column for column in columns if name in words_of(column))


def place_columns(columns: Sequence[str]) -> list[str]:
    """The columns that tell a place, the finest that is ever kept first."""
    found = [column for names in _PLACES_FINEST_FIRST for column in named(columns, *names)]
    return list(dict.fromkeys(found))


def first_place(cells: Iterable[str]) -> tuple[str, ...]:
    """The id of the first of these names that is a known place, or nothing."""
    for cell in cells:
        place = place_of(cell) if cell.strip() else None
        if place is not None:
            return (place.id,)
    return ()
