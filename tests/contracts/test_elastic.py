"""The Elasticsearch store against the contract, on a real node, and what only it promises."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.contracts.store_contract import StoreContract
from tests.servers.elastic import node_or_skip
from veille.settings import Secret
from veille.stores.elastic.indices import Names, remove_all
from veille.stores.elastic.node import Node
from veille.stores.elastic.store import ElasticPostStore

NO_KEY = Secret("")


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    yield from node_or_skip()


@pytest.fixture
def name(url: str) -> Iterator[str]:
    name = f"veille-test-{uuid4().hex}"
    yield name
    node = Node.open(url, key=NO_KEY, fingerprint="")
    remove_all(node, Names(name))
    node.close()


@pytest.fixture
def store(url: str, name: str) -> Iterator[ElasticPostStore]:
    with ElasticPostStore.open(url, name=name, key=NO_KEY, new=True) as store:
        yield store


class TestElastic(StoreContract):
    """The same tests as SQLite."""
