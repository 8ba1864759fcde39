"""The one client of a store: waits when asked to, reads every answer, and tells what is wrong."""

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, NamedTuple, NoReturn, Self
from urllib.parse import urlsplit

import elasticsearch
from elastic_transport import TlsError
from elasticsearch import Elasticsearch

from veille.errors import ConfigError, StoreUnavailable
from veille.settings import Secret

log = logging.getLogger(__name__)

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_TIMEOUT_S = 60.0
# 0.2 + 0.4 + … + 12.8 s: longer than a full queue or a shard that moves takes.
_TRIES = 8
_FIRST_WAIT_S = 0.2
_BUSY = (429, 503)
_DONE, _FORBIDDEN = (200, 201), (401, 403)
_CONFLICT, _MISSING = 409, 404
# What Elasticsearch advises for one bulk request, and small enough for a node of 1 GB.
_BULK_BYTES = 5_000_000
_BULK_COUNT = 1000
_PAGE = 5000
_KEPT_OPEN = "5m"


class Operation(NamedTuple):
    """One line of a bulk: its kind and address, and the document, if any."""

    action: Mapping[str, Mapping[str, object]]
    document: Mapping[str, Any] | None = None


class Answer(NamedTuple):
    """What became of an operation: its HTTP status, and the number the change was given."""

    status: int
    seq_no: int

    @property
    def done(self) -> bool:
        return self.status in _DONE

    @property
    def conflict(self) -> bool:
        """Somebody else was first."""
        return self.status == _CONFLICT


class Node:
    """A cluster as one address; every method may raise `StoreUnavailable`."""

    def __init__(
        self, client: Elasticsearch, name: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.name = name
        self._client = client
        self._sleep = sleep

    @classmethod
    def open(cls, url: str, *, key: Secret, fingerprint: str) -> Self:
        """Nothing is sent yet. `key` is an API key or `user:password`.

        Raises `ConfigError` on an address that would send posts in clear over a network.
        """
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise ConfigError("VEILLE_STORE: write no password in it, but in VEILLE_STORE_KEY")
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ConfigError("VEILLE_STORE: write https:// for a server on another machine")
        options: dict[str, Any] = {}
        if ":" in key.reveal():
            options["basic_auth"] = tuple(key.reveal().split(":", 1))
        elif key:
            options["api_key"] = key.reveal()
        if fingerprint:
            options["ssl_assert_fingerprint"] = fingerprint
        try:
            # A write whose answer was lost is not sent again: a decision must not count twice.
            client = Elasticsearch(url, request_timeout=_TIMEOUT_S, max_retries=0, **options)
        except ValueError as error:
            raise ConfigError(f"VEILLE_STORE: {error}") from None
        return cls(client, str(parts.hostname))

    def call(self, method: str, **arguments: object) -> Any:
        """The answer of the client's `method`; 429 and 503 are waited out."""
        found = self.find(method, **arguments)
        if found is None:
            raise StoreUnavailable(
                f"{self.name}: an index of the store is gone: `veille store init`, then "
                "`veille reingest`"
            )
        return found

    def find(self, method: str, **arguments: object) -> Any:
        """As `call`; None for what is not there."""
        asked = attrgetter(method)(self._client)
        for wait_s in self._waits():
            try:
                return asked(**arguments).body
            except elasticsearch.NotFoundError:
                return None
            except elasticsearch.ApiError as error:
                if error.status_code not in _BUSY or wait_s is None:
                    self._tell(error)
                self._sleep(wait_s)
            except elasticsearch.TransportError as error:
                self._tell(error)
        raise AssertionError("the last wait is None")

    def make(self, index: str, **arguments: object) -> None:
        """Create an index, if another process has not."""
        try:
            self.call("indices.create", index=index, **arguments)
        except _AlreadyThere:
            return

    def bulk(self, operations: Iterable[Operation]) -> list[Answer]:
        """Send operations, and give what became of each, in order.

        A refused document is logged by its id, is answered with 400, and stops no other.
        """
        return [answer for part in _parts(operations) for answer in self._bulk(part)]

    def scan(
        self, index: str, query: object, sort: list[dict[str, str]], *, source: object = False
    ) -> Iterator[dict[str, Any]]:
        """All hits, as they were when the first is asked for, however many there are."""
        opened = self.call("open_point_in_time", index=index, keep_alive=_KEPT_OPEN)
        pit = {"id": opened["id"], "keep_alive": _KEPT_OPEN}
        after: dict[str, object] = {}
        try:
            while True:
                found = self.call("search", pit=pit, query=query, sort=sort, size=_PAGE,
                                  source=source, track_total_hits=False, **after)  # fmt: skip
                hits = found["hits"]["hits"]
                yield from hits
                if len(hits) < _PAGE:
                    return
                after = {"search_after": hits[-1]["sort"]}
                pit["id"] = found["pit_id"]
        finally:
            self.find("close_point_in_time", id=pit["id"])

    def close(self) -> None:
        self._client.close()

    def _bulk(self, operations: list[Operation]) -> list[Answer]:
        answers: dict[int, Answer] = {}
        waiting = dict(enumerate(operations))
        for wait_s in self._waits():
            lines = [
                line for each in waiting.values() for line in each if line is not None
            ]  # fmt: skip
            items = self.call("bulk", operations=lines)["items"]
            for place, item in zip(list(waiting), items, strict=True):
                [told] = item.values()
                if told["status"] not in _BUSY:
                    answers[place] = self._answer(told)
                    del waiting[place]
            if not waiting:
                return [answers[place] for place in range(len(operations))]
            if wait_s is not None:
                self._sleep(wait_s)
        raise StoreUnavailable(f"{self.name} is too busy: try again")

    def _answer(self, told: Mapping[str, Any]) -> Answer:
        status = told["status"]
        if status in (*_DONE, _CONFLICT, _MISSING):
            return Answer(status, told.get("_seq_no", -1))
        kind = told["error"]["type"]
        if kind == "cluster_block_exception":
            raise StoreUnavailable(_blocked(self.name))
        if status in _FORBIDDEN:
            raise ConfigError(_refused(self.name))
        log.error("document refused", extra={"document": told["_id"], "reason": kind})
        return Answer(status, -1)

    def _waits(self) -> Iterator[float | None]:
        """How long to wait after each try; None after the last."""
        for turn in range(_TRIES - 1):
            yield _FIRST_WAIT_S * 2**turn
        yield None

    def _tell(self, error: Exception) -> NoReturn:
        """Raise what the error means; its own text may hold posts and is left out."""
        match error:
            case elasticsearch.UnsupportedProductError():
                raise ConfigError(f"{self.name} is no Elasticsearch 8 or 9: see VEILLE_STORE")
            case elasticsearch.ApiError():
                raise _of_status(self.name, error) from None
            case TlsError():
                raise ConfigError(
                    f"{self.name}: its certificate is not accepted: check that it has not "
                    "expired, the clock of this machine, and VEILLE_STORE_FINGERPRINT"
                ) from None
            case elasticsearch.ConnectionTimeout():
                raise StoreUnavailable(f"{self.name} does not answer in time: try again") from None
        raise StoreUnavailable(
            f"{self.name} does not answer: start it, or see VEILLE_STORE"
        ) from None


class _AlreadyThere(StoreUnavailable):
    """An index is made already."""


def _of_status(name: str, error: elasticsearch.ApiError) -> Exception:
    body = error.body if isinstance(error.body, dict) else {}
    told = body.get("error")
    kind = str(told.get("type", "")) if isinstance(told, dict) else ""
    if kind == "resource_already_exists_exception":
        return _AlreadyThere(f"{name}: made already")
    if kind == "cluster_block_exception":
        return StoreUnavailable(_blocked(name))
    if error.status_code in _FORBIDDEN:
        return ConfigError(_refused(name))
    return StoreUnavailable(f"{name} answers {error.status_code} {kind}".rstrip())


def _blocked(name: str) -> str:
    return (
        f"{name} takes no writes: its disk is nearly full, or the store is being moved; free "
        "space, or wait for `veille store migrate`, then run again"
    )


def _refused(name: str) -> str:
    return f"{name} refused the key: check VEILLE_STORE_KEY and the rights of its role"


def _parts(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    part: list[Operation] = []
    size = 0
    for each in operations:
        length = len(json.dumps(each.document)) if each.document else 0
        if part and (len(part) == _BULK_COUNT or size + length > _BULK_BYTES):
            yield part
            part, size = [], 0
        part.append(each)
        size += length
    if part:
        yield part
