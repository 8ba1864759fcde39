"""The one place that chooses implementations."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from string import Template

import alerts
import classifiers
import collectors
from alerts.base import Notifier
from alerts.folder import FolderNotifier
from alerts.ledger import Ledger
from classifiers.base import Classifier
from classifiers.claims.matcher import ClaimMatcher
from classifiers.claims.vectors import fitted_vectors
from collectors.base import Collector
from veille.archive import Archive
from veille.codebook.known import claims_of, our_claims
from veille.coverage import CoverageLedger
from veille.cursors import Cursors
from veille.errors import ConfigError
from veille.http import HttpClient, Limits
from veille.imports import Importer
from veille.language import identify
from veille.morning import Newsroom
from veille.pipeline import Reader
from veille.privacy import AuthorSecret, Privacy, load_secret
from veille.settings import Settings
from veille.sources import Source, sources_of
from veille.stores.base import PostStore
from veille.stores.sqlite import SqlitePostStore


class App:
    """What the settings stand for, each part made when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._collectors: dict[str, Collector] = {}

    def now(self) -> datetime:
        return self.settings.clock or datetime.now(UTC)

    @property
    def clock(self) -> Callable[[], datetime]:
        return self.now

    @cached_property
    def sources(self) -> list[Source]:
        return sources_of(self.settings.sources, os.environ)

    def source(self, source_id: str) -> Source:
        """The source of this id. Raises `ConfigError`, listing the known ones."""
        for source in self.sources:
            if source.id == source_id:
                return source
        known = ", ".join(source.id for source in self.sources)
        raise ConfigError(f"no source is called {source_id!r}; known are {known}")

    @cached_property
    def privacy(self) -> Privacy:
        return Privacy(self.author_secret.value)

    @cached_property
    def author_secret(self) -> AuthorSecret:
        life = timedelta(days=self.settings.keep_author_days)
        return load_secret(self.settings.home / "secrets" / "authors.json", self.now(), life=life)

    @cached_property
    def archive(self) -> Archive:
        return Archive(self.settings.archive_url)

    @cached_property
    def store(self) -> PostStore:
        if self.settings.store_is_remote:
            return self._elastic()
        return SqlitePostStore.open(self.settings.store_path)

    @cached_property
    def cursors(self) -> Cursors:
        return Cursors(self.settings.home / "cursors")

    @cached_property
    def coverage(self) -> CoverageLedger:
        return CoverageLedger(self.settings.home / "coverage.sqlite")

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.settings.home / "alerts.sqlite")

    @cached_property
    def classifier(self) -> Classifier:
        first = classifiers.with_claims(classifiers.build(self.settings.classifier), our_claims())
        if not self.settings.llm_url:
            return first
        return classifiers.with_second_reader(
            first,
            url=self.settings.llm_url,
            model=self.settings.llm_model,
            key=self.settings.llm_key,
            consent=self.settings.llm_consent,
            timeout_s=self.settings.llm_timeout_s,
        )

    @cached_property
    def notifiers(self) -> list[Notifier]:
        if self.settings.notify:
            return alerts.build(self.settings.notify.reveal())
        return [FolderNotifier(self.settings.home / "bulletins")]

    @cached_property
    def reader(self) -> Reader:
        return Reader(
            collector=self.collector,
            identify=identify,
            clock=self.clock,
            archive=self.archive,
            store=self.store,
            cursors=self.cursors,
            rejects=self.settings.home / "rejects",
        )

    @cached_property
    def importer(self) -> Importer:
        return Importer(
            privacy=self.privacy,
            clock=self.clock,
            max_file_bytes=self.max_file_bytes,
            mappings=self.settings.home / "mappings",
        )

    @cached_property
    def newsroom(self) -> Newsroom:
        return Newsroom(
            coverage=self.coverage,
            ledger=self.ledger,
            notifiers=self.notifiers,
            sources={source.id: source.name for source in self.watched},
            languages=self.classifier.languages,
            contact=self.settings.contact,
            hosting=self.hosting,
        )

    @property
    def hosting(self) -> str:
        """Where the data are, as readers are told: also where posts are sent to be read."""
        url, consent = self.settings.llm_url, self.settings.llm_consent
        country = classifiers.country_of(url, consent) if url else ""
        sent = f" ; textes incertains envoyés à un modèle : {country}" if country else ""
        return f"{self.settings.hosting}{sent}"

    @property
    def watched(self) -> list[Source]:
        """Sources that are switched on and not past their date."""
        today = self.now().date()
        return [
            source
            for source in self.sources
            if source.enabled and (source.expires_on is None or source.expires_on >= today)
        ]

    @property
    def max_file_bytes(self) -> int:
        return self.settings.max_file_mb * 1_000_000

    def collector(self, name: str) -> Collector:
        """The collector of this name, one for the whole run."""
        if name not in self._collectors:
            self._collectors[name] = collectors.build(
                name,
                privacy=self.privacy,
                clock=self.clock,
                http=self._http,
                max_file_bytes=self.max_file_bytes,
            )
        return self._collectors[name]

    def _elastic(self) -> PostStore:
        # The client takes a fifth of a second to import, for those who use it.
        from veille.stores.elastic.store import ElasticPostStore

        return ElasticPostStore.open(
            self.settings.store,
            name=self.settings.store_name,
            key=self.settings.store_key,
            fingerprint=self.settings.store_fingerprint,
        )

    @cached_property
    def _http(self) -> HttpClient:
        return HttpClient(
            clock=self.clock,
            limits=Limits(timeout_s=self.settings.http_timeout_s),
            allow_local=self.settings.http_local,
            contact=self.settings.contact,
        )

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()


def claim_matcher(known: Path | None, refuse: Callable[[str], None]) -> ClaimMatcher:
    """What finds the claims of the file `known`, or those of our cards. Raises `FileRefused`."""
    claims = claims_of(known, refuse) if known else our_claims()
    return ClaimMatcher(claims, vectors=fitted_vectors())


def complete(source: Source) -> Source:
    """The source. Raises `ConfigError` when its target still waits for a variable."""
    if missing := Template(source.target).get_identifiers():
        raise ConfigError(f"source {source.id}: set {', '.join(missing)} in the environment")
    return source


@contextmanager
def opened(settings: Settings) -> Iterator[App]:
    """An App whose parts are closed at the end."""
    app = App(settings)
    try:
        yield app
    finally:
        app.close()
