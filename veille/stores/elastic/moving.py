"""A store is moved to the present mapping: copied, then swapped at once, the old one kept.

Writers are held off meanwhile. Stopped at any moment, the move is done by running it again.
"""

from collections.abc import Iterator

from veille.errors import ConfigError, StoreUnavailable
from veille.stores.elastic import indices
from veille.stores.elastic.documents import Document, document_of, post_of, say_again
from veille.stores.elastic.indices import Names, install
from veille.stores.elastic.node import Node, Operation

_KEPT = ("labellings", "decisions", "readings", "duplicate_of", "cases")


def migrate(node: Node, names: Names) -> int:
    """Copy every older index and swap the aliases; gives the number of posts copied.

    Raises `ConfigError` on a store that is not there or is of a newer Veille.
    """
    found = indices.versions(node, names)
    if not found:
        raise ConfigError(f"{node.name} holds no store called {names.prefix}: `veille store init`")
    if max(found) > indices.MAPPING_VERSION:
        indices.check(node, names)
    install(node, names)
    old = [index for index in _behind_alias(node, names) if _is_older(names, index)]
    for index in old:
        node.call("indices.put_settings", index=index, settings={"index.blocks.write": True})
    copied = sum(_copied(node, names, index) for index in old)
    if old:
        _swap(node, names, old)
    return copied


def confirm(node: Node, names: Names) -> int:
    """Remove the indices that `migrate` kept; gives how many."""
    indices.check(node, names)
    every = node.find("indices.get_alias", index=names.every_index()) or {}
    kept = [
        index for index, told in every.items() if not told["aliases"] and _is_older(names, index)
    ]
    for index in kept:
        node.find("indices.delete", index=index)
    return len(kept)


def _behind_alias(node: Node, names: Names) -> list[str]:
    return sorted(node.find("indices.get_alias", name=names.read) or {})


def _is_older(names: Names, index: str) -> bool:
    return names.version_and_month(index)[0] < indices.MAPPING_VERSION


def _copied(node: Node, names: Names, index: str) -> int:
    """Copy one month to its new index, anew each time; raises when anything is missing."""
    fresh = _fresh(names, index)
    node.find("indices.delete", index=fresh)
    node.make(fresh)
    answers = node.bulk(_copies(node, index, fresh))
    if not all(answer.done for answer in answers):
        raise StoreUnavailable(f"{index} could not be copied whole: see the log, then run again")
    node.call("indices.refresh", index=fresh)
    return len(answers)


def _copies(node: Node, index: str, fresh: str) -> Iterator[Operation]:
    for hit in node.scan(index, {"match_all": {}}, [{"seq": "asc"}], source=True):
        yield Operation(
            {"index": {"_index": fresh, "_id": hit["_id"]}}, converted(hit["_source"])
        )  # fmt: skip


def converted(document: Document) -> Document:
    """A document of any earlier mapping as today's Veille would write it."""
    kept = {name: document[name] for name in _KEPT if name in document}
    return say_again(document_of(post_of(document), seq=document["seq"]) | kept)


def _swap(node: Node, names: Names, old: list[str]) -> None:
    """One step for all aliases: readers see either all old indices or all new ones."""
    actions: list[dict[str, dict[str, str]]] = []
    for index in old:
        _, month = names.version_and_month(index)
        for alias in (names.read, names.write(month)):
            actions.append({"remove": {"index": index, "alias": alias}})
            actions.append({"add": {"index": _fresh(names, index), "alias": alias}})
    node.call("indices.update_aliases", actions=actions)


def _fresh(names: Names, index: str) -> str:
    return names.index(names.version_and_month(index)[1], indices.MAPPING_VERSION)
