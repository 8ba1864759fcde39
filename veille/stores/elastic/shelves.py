"""Where each post lies: its id is claimed once, for good, with the month whose index has it."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from veille.stores.elastic.documents import Document
from veille.stores.elastic.indices import Names, make_months
from veille.stores.elastic.node import Answer, Node, Operation


class Place(NamedTuple):
    """The month of a post, and its place among those first seen."""

    month: str
    seq: int


class Stored(NamedTuple):
    """A document as it is now, and what proves that nobody has changed it since."""

    key: str
    place: Place
    seq_no: int
    primary_term: int
    document: Document


class Shelves:
    """The documents by their `_id`. What is read here needs no refresh: it is always current."""

    def __init__(self, node: Node, names: Names) -> None:
        self._node = node
        self._names = names
        self._months: set[str] = set()

    def claim(self, months: dict[str, str]) -> dict[str, Place]:
        """Where each `_id` is to lie: in the month asked for, or where it was claimed before.

        The index of claims has one shard, so that the numbers it gives are one sequence over
        all writers: a lower one was first.
        """
        claims = (
            Operation({"create": {"_index": self._names.claims, "_id": key}}, {"month": month})
            for key, month in months.items()
        )
        answers = dict(zip(months, self._node.bulk(claims), strict=True))
        fresh = {
            key: Place(months[key], answer.seq_no) for key, answer in answers.items() if answer.done
        }
        return fresh | self.places([key for key in months if key not in fresh])

    def places(self, keys: Collection[str]) -> dict[str, Place]:
        """Where each claimed `_id` lies; those not claimed are left out."""
        if not keys:
            return {}
        found = self._node.call("mget", index=self._names.claims, ids=list(keys))
        return {
            each["_id"]: Place(each["_source"]["month"], each["_seq_no"])
            for each in found["docs"]
            if each.get("found")
        }

    def load(self, keys: Collection[str]) -> Iterator[Stored]:
        """The documents of `keys`, in that order, without those that are not there."""
        places = self.places(keys)
        for each in self._mget({key: places[key] for key in keys if key in places}, source=True):
            yield Stored(
                each["_id"], places[each["_id"]], each["_seq_no"], each["_primary_term"],
                each["_source"],
            )  # fmt: skip

    def known(self, places: dict[str, Place]) -> set[str]:
        """Those of the claimed `_id`s whose document is there."""
        return {each["_id"] for each in self._mget(places, source=False)}

    def create(self, documents: dict[str, Document], places: dict[str, Place]) -> list[Answer]:
        """Add documents that are not there yet; 409 for one that is."""
        self._make({places[key].month for key in documents})
        return self._node.bulk(
            Operation({"create": self._address(key, places[key])}, document)
            for key, document in documents.items()
        )

    def replace(self, documents: Iterable[tuple[Stored, Document]]) -> list[Answer]:
        """Write documents anew; 409 for one that somebody else has changed meanwhile."""
        return self._node.bulk(
            Operation(
                {"index": {
                    **self._address(stored.key, stored.place),
                    "if_seq_no": stored.seq_no,
                    "if_primary_term": stored.primary_term,
                }},
                document,
            )
            for stored, document in documents
        )  # fmt: skip

    def remove(self, places: dict[str, Place]) -> list[Answer]:
        """Remove documents, and then what claimed their ids."""
        answers = self._node.bulk(
            Operation({"delete": self._address(key, place)}) for key, place in places.items()
        )
        self._node.bulk(
            Operation({"delete": {"_index": self._names.claims, "_id": key}}) for key in places
        )
        return answers

    def search(self, **arguments: object) -> Any:
        return self._node.call("search", index=self._names.read, **arguments)["hits"]["hits"]

    def scan(self, query: object, sort: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
        return self._node.scan(self._names.read, query, sort)

    def _mget(self, places: dict[str, Place], *, source: bool) -> list[dict[str, Any]]:
        if not places:
            return []
        asked = [
            {"_index": self._names.write(place.month), "_id": key, "_source": source}
            for key, place in places.items()
        ]
        found = self._node.call("mget", docs=asked)
        return [each for each in found["docs"] if each.get("found")]

    def _make(self, months: set[str]) -> None:
        make_months(self._node, self._names, months - self._months)
        self._months |= months

    def _address(self, key: str, place: Place) -> dict[str, object]:
        return {"_index": self._names.write(place.month), "_id": key, "require_alias": True}
