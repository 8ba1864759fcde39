"""What a column's name says: people write the same heading in twenty ways."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
_REGIONS = ("region", "admin1", "adm1")
# A cercle is chosen from a list; the name of a village is typed, and may stand for several.
_WITHIN_REGION = (
    "cercle", "admin2", "adm2", "province", "departement", "district",
    "commune", "admin3", "adm3", "arrondissement",
    "village", "localite", "lieu", "site", "quartier", "ville", "place", "location", "endroit",
)  # fmt: skip


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceColumns:
    """The columns that tell a place: regions, and what lies within them, the surest first."""

    regions: tuple[str, ...]
    within: tuple[str, ...]

    @classmethod
    def of(cls, columns: Iterable[str], *also: str) -> "PlaceColumns":
        """Those of `columns` by their heading, then those of `also`."""
        columns = list(columns)
        within = dict.fromkeys((*named(columns, *_WITHIN_REGION), *also))
        return cls(regions=tuple(named(columns, *_REGIONS)), within=tuple(within))

    def places(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        """The id of the cercle where it is known, else of the region, else nothing.

        Sheets name a cercle under the region it was in before a reform: the cercle counts.
        """
        region = next((cells[name] for name in self.regions if cells.get(name)), "")
        told = [cells[name] for name in self.within if cells.get(name)]
        found = [place_of(around, name) for name in told for around in (region, "")]
        known = [place for place in (*found, place_of(region)) if place is not None]
        known.sort(key=lambda place: place.precision != "cercle")
        return (known[0].id,) if known else ()

    def told(self, cells: Mapping[str, str]) -> list[str]:
        """What these columns say, word for word."""
        return [cells.get(name, "").strip() for name in (*self.regions, *self.within)]
