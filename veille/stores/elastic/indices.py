"""The indices of a store and their mapping: its version is in their name and in `_meta`.

Posts lie in one index per month. All are read through one alias; each is written through an
alias of its own, so that a move to a newer mapping changes no name that others know.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

from veille.errors import ConfigError
from veille.post import DecisionAxis
from veille.stores.elastic.documents import OTHER_MONTH
from veille.stores.elastic.node import Node

# A change of the mapping, or of what is written under it, is a higher number.
MAPPING_VERSION = 1

_KEYWORD = {"type": "keyword", "ignore_above": 8000}
_KEPT = {"type": "object", "enabled": False}
_SHOWN = {"type": "text", "index": False}
_WORDS = {"type": "text", "analyzer": "whitespace"}
_NUMBER = {"type": "long"}
_TIME = {"type": "date"}
_SAID = ("labellings", "decisions", "readings")
_NAMES = (
    "id", "platform", "source_id", "page_key", "kind", "author", "parent_id", "thread_id", "tags",
    "places", "lang", "script", "text_key", "duplicate_of", "day", "week", "labelled_by", "cases",
)  # fmt: skip
_FACETS = (*get_args(DecisionAxis), "tag", "lang", "mix", "place", "region")
_SETTINGS = {
    "number_of_shards": 1,
    "auto_expand_replicas": "0-1",
    # What is erased leaves the disk when `erase` asks for it, not when a tenth is erased.
    "merge.policy.expunge_deletes_allowed": 0,
}


def mapping(version: int) -> dict[str, Any]:
    """Every field of a post, and none beside them."""
    return {
        "dynamic": "strict",
        "_meta": {"product": "veille", "version": version},
        "properties": {
            **dict.fromkeys(_NAMES, _KEYWORD),
            "facet": {"properties": dict.fromkeys(_FACETS, _KEYWORD)},
            **dict.fromkeys(("details", "lang_mix", *_SAID), _KEPT),
            **dict.fromkeys(("title", "text"), _SHOWN),
            **dict.fromkeys(("folded", "stemmed"), _WORDS),
            **dict.fromkeys(("seq", "published_us", "collected_us"), _NUMBER),
            **dict.fromkeys(("published_at", "collected_at"), _TIME),
            "author_is_public": {"type": "boolean"},
            "url": {"type": "keyword", "index": False, "doc_values": False},
        },
    }


@dataclass(frozen=True, slots=True)
class Names:
    """What the indices and aliases of the store called `prefix` are called."""

    prefix: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", self.prefix):
            raise ConfigError(
                f"VEILLE_STORE_NAME {self.prefix!r}: write small letters, digits, - and _"
            )

    @property
    def read(self) -> str:
        return f"{self.prefix}-posts"

    @property
    def claims(self) -> str:
        """The index that says which month a post lies in: each id is claimed in it once."""
        return f"{self.prefix}-ids"

    def write(self, month: str) -> str:
        return f"{self.prefix}-write-{month}"

    def index(self, month: str, version: int) -> str:
        return f"{self.prefix}-posts-v{version}-{month}"

    def version_and_month(self, index: str) -> tuple[int, str]:
        """What `index` made a name of."""
        version, _, month = index.removeprefix(f"{self.prefix}-posts-v").partition("-")
        return int(version), month

    def every_index(self) -> str:
        return f"{self.prefix}-posts-v*"


def install(node: Node, names: Names) -> None:
    """Make what a store needs before its first post; a second time changes nothing."""
    template = {"settings": _SETTINGS, "mappings": mapping(MAPPING_VERSION)}
    patterns = [names.index("*", MAPPING_VERSION)]
    node.call("indices.put_index_template", name=names.read, template=template,
              index_patterns=patterns, priority=500)  # fmt: skip
    claims = {"dynamic": "strict", "properties": {"month": {"type": "keyword"}}}
    settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}
    node.make(names.claims, mappings=claims, settings=settings)
    if not versions(node, names):
        make_months(node, names, [OTHER_MONTH])


def make_months(node: Node, names: Names, months: Iterable[str]) -> None:
    """Make the indices of `months` that are not there yet, behind their aliases."""
    for month in months:
        aliases: dict[str, Any] = {names.read: {}, names.write(month): {}}
        node.make(names.index(month, MAPPING_VERSION), aliases=aliases)


def versions(node: Node, names: Names) -> set[int]:
    """The versions of the mappings behind the read alias; empty before `install`."""
    found = node.find("indices.get_alias", name=names.read) or {}
    return {names.version_and_month(index)[0] for index in found}


def check(node: Node, names: Names) -> None:
    """Raises `ConfigError` on a store that is not installed, too old or too new."""
    found = versions(node, names)
    if not found:
        raise ConfigError(f"{node.name} holds no store called {names.prefix}: `veille store init`")
    if max(found) > MAPPING_VERSION:
        raise ConfigError(
            f"{node.name}: the store was moved on by a newer Veille (mapping {max(found)}, this "
            f"one knows {MAPPING_VERSION}): install that version"
        )
    if min(found) < MAPPING_VERSION:
        raise ConfigError(f"{node.name}: the store is of an older Veille: `veille store migrate`")


def remove_all(node: Node, names: Names) -> None:
    """Remove the whole store: posts, decisions, labels."""
    found = node.find("indices.get", index=names.every_index(), features="aliases") or {}
    for index in (*found, names.claims):
        node.find("indices.delete", index=index)
    node.find("indices.delete_index_template", name=names.read)
