"""Named units of work for the shell, Airflow and the pages: plain values in, counts out."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from veille import app, imports, pipeline
from veille.app import App
from veille.codebook.decisions import check_value
from veille.coverage import Coverage, remove_rejects
from veille.errors import ConfigError, NotifyError, SourceChanged, StoreUnavailable, VeilleError
from veille.imports import Preview, mapping_of, preview_of, title_of
from veille.labelling import claim_lines, labelled_lines, language_lines
from veille.learning import Training, evaluation_lines, train_model
from veille.morning import Morning, send_bulletin, send_unavailable
from veille.pipeline import Tally, place_of
from veille.post import Decision, DecisionAxis, Post
from veille.privacy import masked
from veille.query import By, PostQuery
from veille.settings import Settings

Counts = dict[str, int]

# A source is silent when its last day brought fewer posts than it should.
_SILENCE = timedelta(days=1)


def sources() -> list[str]:
    """Ids of the sources that are switched on and not past their date, in the file's order."""
    with _opened() as veille:
        return [source.id for source in veille.watched]


def collect(source_id: str) -> Counts:
    """Read what is new at one source.

    The coverage ledger has the run in any case; then what went wrong is raised.
    """
    with _opened() as veille:
        source, started_at, tally = veille.source(source_id), veille.now(), Tally()
        failure: VeilleError | None
        try:
            failure = pipeline.collect(app.complete(source), veille.reader, tally)
        except VeilleError as error:
            failure = error
        except Exception as error:  # noqa: BLE001 - readers of the bulletin see it as not read
            failure = SourceChanged(f"{source_id}: fault of Veille ({place_of(error)}); report it")
        _record(veille, source_id, started_at, tally, failure)
        return _counts_or_raise(tally, failure)


def preview(path: Path, mapping: Mapping[str, str]) -> Preview:
    """What importing a file would read, without keeping anything of it."""
    with _opened() as veille:
        return preview_of(veille.importer.page(path, mapping), veille.reader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How one file was read, what it held, and what went wrong on the way, if anything."""

    name: str
    title: str
    mapping: Mapping[str, str]
    tally: Tally
    failure: VeilleError | None


def import_file(
    path: Path, mapping: Mapping[str, str], agree: Callable[[Preview], bool]
) -> Imported | None:
    """Read one file into the store; the same file again adds nothing.

    Columns that were only guessed are shown to `agree` first, and None is given when it says
    no. Raises what went wrong before anything was read.
    """
    with _opened() as veille:
        started_at, tally = veille.now(), Tally()
        page = veille.importer.page(path, mapping)
        guessed = veille.importer.is_guessed(page, mapping)
        if guessed and not agree(preview_of(page, veille.reader)):
            return None
        failure = pipeline.take([page], veille.reader, tally)
        _record(veille, imports.SOURCE, started_at, tally, failure)
        if failure and not tally.received:
            raise failure
        return Imported(
            name=page.url,
            title=title_of(page),
            mapping=mapping_of(page),
            tally=tally,
            failure=failure,
        )


def save_mapping(name: str, mapping: Mapping[str, str]) -> Path:
    """Keep a column mapping for later files; gives where."""
    with _opened() as veille:
        return veille.importer.save_mapping(name, mapping)


def label(lines: Iterable[str], refuse: Callable[[str], None]) -> Iterator[dict[str, object]]:
    """What the classifier says of `{"id", "text"}` lines, in their order, without a store.

    `refuse` is told, in French, of each line that is not such an object.
    """
    with _opened() as veille:
        yield from labelled_lines(lines, veille.classifier, refuse)


def claims(
    lines: Iterable[str], refuse: Callable[[str], None], *, known: Path | None = None
) -> Iterator[dict[str, object]]:
    """The known claims that `{"id", "text"}` lines may be about; `refuse` as for `label`.

    `known` is a file of claims to look for; without it our own cards are. Raises `FileRefused`.
    """
    yield from claim_lines(lines, app.claim_matcher(known, refuse), refuse)


def language(lines: Iterable[str], refuse: Callable[[str], None]) -> Iterator[dict[str, object]]:
    """The language of `{"id", "text"}` lines, in their order; `refuse` as for `label`."""
    return language_lines(lines, refuse)


def train(folder: Path, wanted: Training) -> str:
    """Train a model into `folder`; gives its name."""
    with _opened() as veille:
        posts = veille.store.search(PostQuery(closed=True)) if wanted.decisions else ()
        return train_model(folder, wanted, work=veille.settings.home, decided=posts)


def evaluate(split: str, others: Iterable[str], *, draws: int, linear: bool) -> Iterator[str]:
    """How good the bundled model, the floor and `others` are, as lines of Markdown."""
    return evaluation_lines(split, others, draws=draws, linear=linear)


def classify() -> Counts:
    """Label every post the present model has not labelled; gives posts per proposed level."""
    with _opened() as veille:
        return dict(pipeline.classify(veille.store, veille.classifier, now=veille.now()))


def bulletin(show: Callable[[Morning], None] | None = None) -> Counts:
    """Write and send the bulletin of what came since the last one.

    `show` sees each with where it went. Raises `NotifyError` when not everybody accepted, and
    `StoreUnavailable` after telling everybody that the store cannot be read.
    """
    with _opened() as veille:
        failure: VeilleError | None = None
        try:
            failure = _labelled(veille)
            mornings = send_bulletin(veille.newsroom, veille.store, now=veille.now())
        except StoreUnavailable as error:
            failure = error
            mornings = send_unavailable(veille.newsroom, now=veille.now())
        if show:
            for morning in mornings:
                show(morning)
        if failed := [name for morning in mornings for name in morning.delivery.failed]:
            failure = failure or NotifyError(f"not accepted by {', '.join(failed)}; run it again")
        if failure:
            raise failure
        return {
            "signals": len(mornings[-1].bulletin.signals),
            "sent": sum(len(morning.delivery.sent) for morning in mornings),
            "already": sum(len(morning.delivery.already) for morning in mornings),
        }


def _labelled(veille: App) -> VeilleError | None:
    """Label what was imported since the last run: not looked at is not quiet.

    A model that fails hides no bulletin, which tells how many posts it did not read.
    """
    try:
        pipeline.classify(veille.store, veille.classifier, now=veille.now())
    except VeilleError:
        raise
    except Exception as error:  # noqa: BLE001 - told to the operator, with where it happened
        return ConfigError(f"the classifier fails ({place_of(error)}); report it")
    return None


def reingest() -> Counts:
    """Read the whole archive again with today's parsers."""
    with _opened() as veille:
        started_at, tally = veille.now(), Tally()
        pages = veille.archive.pages()
        since = veille.author_secret.created_at
        failure = pipeline.take(pages, veille.reader, tally, again=True, authors_since=since)
        _record(veille, "archive", started_at, tally, failure)
        return _counts_or_raise(tally, failure)


def search(query: PostQuery) -> list[Post]:
    """Posts that match a query."""
    with _opened() as veille:
        return list(veille.store.search(query))


def pending() -> list[Post]:
    """Reds that nobody has decided on, oldest first: for the validator's screen only."""
    return search(PostQuery(levels=("rouge",), statuses=("nouveau", "en_examen"), order="oldest"))


def decide(post_id: str, axis: DecisionAxis, value: str, *, person: str, note: str = "") -> None:
    """Write what a person decided about a post; it outranks every label from now on.

    Raises `PostNotFound`, and `ConfigError` for a value the axis does not have.
    """
    check_value(axis, value)
    with _opened() as veille:
        decision = Decision(
            post_id=post_id,
            axis=axis,
            value=value,
            person=person,
            decided_at=veille.now(),
            note=masked(note),
        )
        veille.store.add_decisions([decision])


def counts(query: PostQuery, by: By) -> Counts:
    """How many posts match a query, per value of `by`."""
    with _opened() as veille:
        return veille.store.counts(query, by)


def silence() -> list[str]:
    """Ids of sources that gave fewer posts in the last day than is normal for them."""
    with _opened() as veille:
        recent = PostQuery(collected_since=veille.now() - _SILENCE, closed=True)
        found = veille.store.counts(recent, "source")
        return [
            source.id for source in veille.watched if found.get(source.id, 0) < source.min_per_day
        ]


def retention() -> Counts:
    """Erase posts and pages past their time, and forget authors past theirs."""
    with _opened() as veille:
        text_limit = veille.now() - timedelta(days=veille.settings.keep_text_days)
        author_limit = veille.now() - timedelta(days=veille.settings.keep_author_days)
        old = veille.store.search(PostQuery(collected_until=text_limit, closed=True))
        # Asking for the author secret replaces it when its time is over.
        _ = veille.author_secret
        return {
            "rejects_removed": remove_rejects(veille.reader.rejects, text_limit),
            "erased": veille.store.erase(post.id for post in old),
            "authors_forgotten": veille.store.forget_authors(author_limit),
            "pages_forgotten": veille.archive.forget(text_limit),
        }


def archive_check() -> list[str]:
    """Keys of archived pages whose bytes are missing or damaged."""
    with _opened() as veille:
        return veille.archive.damaged()


def _opened() -> AbstractContextManager[App]:
    return app.opened(Settings.from_env(os.environ))


def _record(
    veille: App, source_id: str, started_at: datetime, tally: Tally, failure: VeilleError | None
) -> None:
    """Write the run into the coverage ledger."""
    fields = veille.coverage.first_seen(source_id, tally.unknown_fields, started_at)
    veille.coverage.add(
        Coverage(
            source_id=source_id,
            started_at=started_at,
            finished_at=veille.now(),
            pages=tally.pages,
            received=tally.received,
            new=tally.new,
            known=tally.known,
            copies=tally.copies,
            rejected=dict(tally.rejected),
            ignored=dict(tally.ignored),
            dropped=dict(tally.dropped),
            removed=dict(tally.removed),
            unknown_fields=fields,
            error=str(failure) if failure else "",
        )
    )


def _counts_or_raise(tally: Tally, failure: VeilleError | None) -> Counts:
    if failure:
        raise failure
    return tally.counts()
