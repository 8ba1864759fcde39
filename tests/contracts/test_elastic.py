"""The Elasticsearch store against the contract, on a real node, and what only it promises."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from tests.contracts.store_contract import StoreContract
from tests.contracts.store_posts import FULL, NOW, add_labels, decision, label, numbers, post
from tests.servers.elastic import node_or_skip
from veille.errors import ConfigError, PostNotFound, StoreUnavailable
from veille.query import PostQuery
from veille.settings import Secret
from veille.stores.base import PutReport
from veille.stores.elastic import indices, moving
from veille.stores.elastic.documents import Document, document_of, month_of
from veille.stores.elastic.indices import Names, remove_all
from veille.stores.elastic.moving import confirm, migrate
from veille.stores.elastic.node import Node, Operation
from veille.stores.elastic.store import ElasticPostStore
from veille.stores.sqlite import SqlitePostStore

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


@pytest.fixture
def names(name: str) -> Names:
    return Names(name)


@pytest.fixture
def node(url: str) -> Iterator[Node]:
    node = Node.open(url, key=NO_KEY, fingerprint="")
    yield node
    node.close()


def opened(url: str, name: str) -> ElasticPostStore:
    return ElasticPostStore.open(url, name=name, key=NO_KEY)


def test_a_store_that_was_not_installed_is_told(url: str, name: str) -> None:
    with pytest.raises(ConfigError, match="veille store init"):
        opened(url, name)


def test_an_id_is_kept_once_though_its_date_is_corrected(url: str, store: ElasticPostStore) -> None:
    earlier = post(1, published_at=NOW - timedelta(days=200))
    assert store.put([post(1), post(2)]).new == 2
    assert store.put([earlier]) == PutReport(new=0, known=1, copies=0)
    assert store.revise([earlier]) == 1
    assert store.put([post(1)]).known == 1
    assert store.count(PostQuery()) == 2
    assert numbers(store, until=NOW) == [1]


def test_a_post_whose_put_was_cut_short_is_put_again(
    node: Node, names: Names, store: ElasticPostStore
) -> None:
    claim = {"create": {"_index": names.claims, "_id": post(1).id}}
    node.bulk([Operation(claim, {"month": "2026.10"})])
    with pytest.raises(PostNotFound):
        store.get(post(1).id)
    assert store.put([post(1), post(2)]).new == 2
    assert store.get(post(1).id) == post(1)


def test_of_many_operations_the_refused_one_is_named_and_the_others_are_done(
    node: Node, names: Names, store: ElasticPostStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.put([post(1)])
    month = names.write(month_of(post(1)))
    good = document_of(post(2), seq=9)
    wrong = document_of(post(3), seq=10) | {"unknown": "secret du texte"}
    answers = node.bulk(
        Operation({"create": {"_index": month, "_id": document["id"]}}, document)
        for document in (wrong, good)
    )
    assert [answer.done for answer in answers] == [False, True]
    [told] = caplog.records
    assert (told.document, told.reason) == (post(3).id, "strict_dynamic_mapping_exception")
    assert "secret" not in caplog.text


def test_a_store_that_takes_no_writes_is_told(
    node: Node, names: Names, store: ElasticPostStore
) -> None:
    store.put([post(1)])
    block = {"index.blocks.write": True}
    node.call("indices.put_settings", index=names.every_index(), settings=block)
    with pytest.raises(StoreUnavailable, match="takes no writes"):
        store.put([post(2)])
    with pytest.raises(StoreUnavailable, match="takes no writes"):
        add_labels(store, 1, label("target", "MSF"))
    assert numbers(store) == [1]
    block = {"index.blocks.write": None}
    node.call("indices.put_settings", index=names.every_index(), settings=block)
    assert store.put([post(2)]).new == 1


def test_two_writers_lose_no_label_and_no_decision(url: str, store: ElasticPostStore) -> None:
    store.put([post(1)])

    def write(model: str) -> None:
        for turn in range(10):
            add_labels(store, 1, label("target", f"{model}-{turn}"), model=f"{model}-{turn}")
            store.add_decisions([decision(1, "status", "valide")])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, ("a", "b")))
    assert len(store.get(post(1).id).decisions) == 20
    for turn in range(10):
        assert list(store.unlabelled(f"a-{turn}")) == list(store.unlabelled(f"b-{turn}")) == []


def test_writers_that_put_the_same_posts_store_each_once(
    url: str, name: str, store: ElasticPostStore
) -> None:
    def put(first: int) -> int:
        with opened(url, name) as mine:
            posts = [post(n, text_key=f"key-{n % 70}") for n in range(first, first + 150)]
            return sum(mine.put(posts[start : start + 50]).new for start in range(0, 150, 50))

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(put, (0, 50, 100))) == 250
    assert store.count(PostQuery()) == 250
    assert store.count(PostQuery(without_duplicates=True)) == 70


def test_a_store_is_moved_and_nothing_is_lost(
    url: str, node: Node, names: Names, store: ElasticPostStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put([FULL, *(post(number, text_key=f"k{number % 2}") for number in range(1, 5))])
    add_labels(store, 1, label("target", "MSF"))
    store.add_decisions([decision(2, "status", "valide")])
    before = list(store.search(PostQuery()))
    monkeypatch.setattr(indices, "MAPPING_VERSION", 2)
    with pytest.raises(ConfigError, match="veille store migrate"):
        opened(url, names.prefix)
    assert migrate(node, names) == 5
    assert migrate(node, names) == 0
    with opened(url, names.prefix) as moved:
        assert list(moved.search(PostQuery())) == before
        assert numbers(moved, targets=("MSF",)) == [1]
        assert moved.put([post(1), post(9)]) == PutReport(new=1, known=1, copies=0)
    kept = node.find("indices.get_alias", index=names.index("*", 1))
    assert kept
    assert confirm(node, names) == len(kept)
    assert not node.find("indices.get_alias", index=names.index("*", 1))
    monkeypatch.setattr(indices, "MAPPING_VERSION", 1)
    with pytest.raises(ConfigError, match="newer Veille"):
        opened(url, names.prefix)


def test_a_move_cut_short_is_done_by_the_next(
    url: str, node: Node, names: Names, store: ElasticPostStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(map(post, range(3)))
    monkeypatch.setattr(indices, "MAPPING_VERSION", 2)
    with monkeypatch.context() as patch:
        patch.setattr(moving, "converted", cut_short)
        with pytest.raises(ZeroDivisionError):
            migrate(node, names)
    assert numbers(store) == [2, 1, 0]
    assert migrate(node, names) == 3
    with opened(url, names.prefix) as moved:
        assert numbers(moved) == [2, 1, 0]


def cut_short(document: Document) -> Document:
    raise ZeroDivisionError


def test_both_stores_find_the_same_posts(store: ElasticPostStore, tmp_path: Path) -> None:
    texts = ("le détournement de vivres", "DETOURNEMENT", "bɛ dɛmɛ kɛ", "ONGw bɛ nkalon tigɛ",
             "les ONG mentent", "المساعدات الإنسانية", "casques-bleus à Gao",
             "l'aide du PAM")  # fmt: skip
    posts = [post(number, text=text) for number, text in enumerate(texts)]
    searched = ("detournement", "détournement", "deme", "dɛmɛ", "ONG", "ONGw", "الانسانية", "casq*",
                "casques-bou*", '"aide du PAM"', "-aide", "aide OR -vivres", "x" * 300)  # fmt: skip
    with SqlitePostStore.open(tmp_path / "veille.sqlite") as other:
        for each in (store, other):
            each.put(posts)
            add_labels(each, 1, label("severity", "4"))
            add_labels(each, 6, label("severity", "2"))
        for words in searched:
            for order in ("newest", "oldest", "severity"):
                query = PostQuery(words=words, order=order)
                assert list(store.search(query)) == list(other.search(query)), words


def test_parentheses_deeper_than_the_server_reads_are_refused(store: ElasticPostStore) -> None:
    same = "(riz OR " * 20 + "riz" + ")" * 20
    store.put([post(1, text="riz")])
    assert store.count(PostQuery(words=same)) == 1
    with pytest.raises(ValueError, match="emboîtés"):
        store.count(PostQuery(words="(riz OR mil " * 20 + "riz" + ")" * 20))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://es.example.org:9200", "https://"),
        ("https://veille:mot@127.0.0.1:9200", "no password"),
    ],
)
def test_an_address_that_would_tell_secrets_is_refused(address: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as error:
        Node.open(address, key=NO_KEY, fingerprint="")
    assert "mot@" not in str(error.value)


def test_a_server_that_is_down_is_told() -> None:
    with pytest.raises(StoreUnavailable, match="does not answer"):
        opened("http://127.0.0.1:9", "veille")


@dataclass(frozen=True)
class Served:
    """Where a server is, and what it was asked."""

    url: str
    waited: list[float]
    seen: list[dict[str, str]]


@contextmanager
def answering(*answers: tuple[int, bytes], product: str = "Elasticsearch") -> Iterator[Served]:
    """A server on loopback that gives these answers, and the last one for ever."""
    served = Served(url="", waited=[], seen=[])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            turn = min(len(served.seen), len(answers) - 1)
            served.seen.append(dict(self.headers))
            status, body = answers[turn]
            self.send_response(status)
            self.send_header("X-Elastic-Product", product)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield replace(served, url=f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_waited_for(status: int) -> None:
    with answering((status, b"{}"), (status, b"{}"), (200, b'{"count": 3}')) as served:
        client = Elasticsearch(served.url, max_retries=0)
        node = Node(client, "essai", sleep=served.waited.append)
        assert node.call("count", index="x") == {"count": 3}
        node.close()
    assert served.waited == [0.2, 0.4]


def test_a_server_that_stays_busy_is_told() -> None:
    with answering((503, b"{}")) as served:
        node = Node(Elasticsearch(served.url, max_retries=0), "essai", sleep=served.waited.append)
        with pytest.raises(StoreUnavailable, match="503"):
            node.call("count", index="x")
        node.close()
    assert len(served.waited) == 7


@pytest.mark.parametrize(
    ("status", "product", "told"),
    [(401, "Elasticsearch", "VEILLE_STORE_KEY"), (403, "Elasticsearch", "VEILLE_STORE_KEY"),
     (200, "autre", "no Elasticsearch")],
)  # fmt: skip
def test_a_key_that_is_refused_and_another_product_are_told(
    status: int, product: str, told: str
) -> None:
    with (
        answering((status, b'{"error": {"type": "x", "reason": "s3cret"}}'), product=product) as it,
        pytest.raises(ConfigError, match=told) as error,
    ):
        ElasticPostStore.open(it.url, name="veille", key=Secret("s3cret"))
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("key", "header"),
    [("Y2xlZg==", "ApiKey Y2xlZg=="), ("awa:mot", "Basic YXdhOm1vdA==")],
)
def test_the_key_is_sent_as_what_it_is(key: str, header: str) -> None:
    with answering((404, b"{}")) as served, pytest.raises(ConfigError):
        ElasticPostStore.open(served.url, name="veille", key=Secret(key))
    assert [each["authorization"] for each in served.seen] == [header]
