"""The steps in order, on contracts only: no Airflow, no web, no clock, no environment."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from traceback import extract_tb

from classifiers.base import Classifier
from collectors.base import Collector
from veille.archive import Archive
from veille.codebook.places import find_places
from veille.coverage import write_rejects
from veille.cursors import Cursors
from veille.errors import SourceChanged, VeilleError
from veille.language import Language
from veille.post import Page, ParsedPage, Post, Reject, full_text, together
from veille.privacy import is_military, masked
from veille.query import PostQuery
from veille.severity import Context, assess, assessment_labels
from veille.sources import Source
from veille.stores.base import PostStore
from veille.text import normalised, text_key

# Above this share of unreadable items a page is no longer what its collector knows.
MAX_REJECT_SHARE = 0.2
# One or two bad rows in a short file are typing faults, not a changed format.
MIN_REJECTS_OF_A_CHANGE = 3
MILITARY = "contenu militaire écarté"
# Collectors of incident sheets give this tag to an attack.
ATTACK = "attaque"
_ATTACKS_LOOKED_AT = timedelta(days=30)
_ATTACK_WINDOW = timedelta(hours=72)
# ml.mopti.djenne: country, region, cercle.
_CERCLE_DOTS = 2
# So many posts and rejects are shown of what was read.
FIRST = 5
_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What reading a page needs: who parses it, which language a text is in, where it goes."""

    collector: Callable[[str], Collector]
    identify: Callable[[str], Language]
    clock: Callable[[], datetime]
    archive: Archive
    store: PostStore
    cursors: Cursors
    rejects: Path


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one run has counted so far, and the first posts and rejects, to show to people."""

    pages: int = 0
    received: int = 0
    new: int = 0
    known: int = 0
    copies: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    unknown_fields: set[str] = field(default_factory=set)
    reject_files: list[Path] = field(default_factory=list)
    first: list[Post] = field(default_factory=list)
    first_rejects: list[Reject] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The counts alone, as a scheduler passes them on."""
        return {
            "pages": self.pages,
            "received": self.received,
            "new": self.new,
            "known": self.known,
            "copies": self.copies,
            "rejected": self.rejected.total(),
            "ignored": self.ignored.total(),
            "dropped": self.dropped.total(),
        }


def collect(source: Source, reader: Reader, tally: Tally) -> VeilleError | None:
    """Read what is new at one source, and give what went wrong, if anything."""
    try:
        pages = reader.collector(source.collector).fetch(source, reader.cursors.load(source.id))
    except VeilleError as error:
        return error
    return take(pages, reader, tally)


def take(
    pages: Iterable[Page],
    reader: Reader,
    tally: Tally,
    *,
    again: bool = False,
    authors_since: datetime | None = None,
) -> VeilleError | None:
    """Archive and read pages, then move the cursor; gives what went wrong first, if anything.

    A page that cannot be read leaves the cursor before it: later pages are read all the same,
    and come again next time. `again` rewrites posts that are known already. Private authors of
    pages older than `authors_since` are left out: a new key would tie together what the
    rotation of the secret keeps apart.
    """
    failure: VeilleError | None = None
    try:
        for page in pages:
            reader.archive.add(page)
            authors = authors_since is None or page.fetched_at >= authors_since
            try:
                ingest(page, reader, tally, again=again, authors=authors)
            except SourceChanged as error:
                failure = _joined(failure, error)
            if failure is None and page.cursor is not None:
                reader.cursors.save(page.source_id, page.cursor)
    except VeilleError as error:
        failure = _joined(failure, error)
    return failure


def _joined(first: VeilleError | None, then: VeilleError) -> VeilleError:
    """The first failure, told together with the next."""
    return type(first)(f"{first}; {then}") if first else then


def ingest(
    page: Page, reader: Reader, tally: Tally, *, again: bool = False, authors: bool = True
) -> None:
    """Read one archived page into the store.

    `again` also rewrites posts that were stored from this page; without `authors` private
    authors are left out.

    Raises `SourceChanged` when the page is not what its collector knows, or when more than
    a fifth of its items cannot be read; those that can are stored first.
    """
    tally.pages += 1
    tally.removed.update(page.removed)
    parsed = _parsed(page, reader)
    _count(parsed, page, reader, tally)
    for posts in _batches(parsed.posts):
        normal = [normalise(post, reader.identify) for post in posts]
        # What was fetched before a bulletin and is stored after it is news in the next one.
        at = reader.clock()
        kept = [replace(post, collected_at=at) for post in normal if post]
        if len(kept) < len(posts):
            tally.dropped[MILITARY] += len(posts) - len(kept)
        if not authors:
            kept = [post if post.author_is_public else replace(post, author="") for post in kept]
        tally.first += kept[: FIRST - len(tally.first)]
        report = reader.store.put(kept)
        tally.new += report.new
        tally.known += report.known
        tally.copies += report.copies
        if again:
            reader.store.revise(kept)
    reader.store.add_readings(parsed.readings)
    _refuse_a_changed_page(page, parsed)


def normalise(post: Post, identify: Callable[[str], Language]) -> Post | None:
    """The post as it is stored: clean text, nobody's number, language, places, duplicate key.

    None when rule D5 says that it must not be stored at all.
    """
    text, title = masked(normalised(post.text)), masked(normalised(post.title))
    whole = together(title, text)
    if is_military(whole):
        return None
    language = identify(whole)
    mentioned = () if post.places else dict.fromkeys(m.place_id for m in find_places(whole))
    return replace(
        post,
        text=text,
        title=title,
        details={name: masked(normalised(value)) for name, value in post.details.items()},
        lang=language.code,
        lang_mix=tuple(language.mix.items()),
        script=language.script,
        places=post.places or tuple(mentioned),
        text_key=text_key(whole),
    )


def classify(store: PostStore, classifier: Classifier, *, now: datetime) -> Counter[str]:
    """Label every post that lacks labels of this model; gives how many per proposed level."""
    levels: Counter[str] = Counter()
    attacks = _attacks(store, now)
    for posts in _batches(store.unlabelled(classifier.model)):
        texts = [full_text(post) for post in posts]
        labels_by_post_id = {}
        for post, text, labels in zip(posts, texts, classifier.label(texts), strict=True):
            context = _context(post, attacks, now)
            assessment = assess(labels, text=text, places=post.places, context=context)
            levels[assessment.level] += 1
            labels += assessment_labels(assessment, classifier.model)
            labels_by_post_id[post.id] = labels
        store.add_labels(labels_by_post_id, model=classifier.model, made_at=now)
    return levels


def _attacks(store: PostStore, now: datetime) -> dict[str, list[datetime]]:
    """When incident sheets told of an attack, per cercle."""
    attacks: dict[str, list[datetime]] = {}
    told = PostQuery(tags=(ATTACK,), since=now - _ATTACKS_LOOKED_AT)
    for post in store.search(told):
        for place in post.places:
            attacks.setdefault(place, []).append(post.published_at)
    return attacks


def _context(post: Post, attacks: Mapping[str, list[datetime]], now: datetime) -> Context:
    newest = max(post.readings, key=lambda reading: reading.read_at, default=None)
    counters = (newest.likes, newest.comments, newest.shares, newest.reactions) if newest else ()
    told = [counter for counter in counters if counter is not None]
    return Context(
        engagement=sum(told) if told else None,
        # A copy has at least the source it was copied from; of an original nobody knows yet.
        distinct_sources=1 if post.duplicate_of is None else 2,
        age_h=(now - post.published_at) / timedelta(hours=1),
        attack_72h=any(
            timedelta(0) <= post.published_at - attacked_at <= _ATTACK_WINDOW
            for place in post.places
            if place.count(".") >= _CERCLE_DOTS
            for attacked_at in attacks.get(place, ())
        ),
    )


def _parsed(page: Page, reader: Reader) -> ParsedPage:
    collector = reader.collector(page.collector)
    try:
        return collector.parse(page)
    except VeilleError:
        raise
    except Exception as error:  # noqa: BLE001 - operators read it, with the page to look at
        # A fault of the collector is told like a changed page: it must not hide other pages.
        raise SourceChanged(
            f"{page.url}: {page.collector} fails on it ({place_of(error)});"
            f" report it with page {page.key}"
        ) from None


def place_of(error: Exception) -> str:
    """What kind of error, and where in the code: its own text may be somebody's words."""
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _count(parsed: ParsedPage, page: Page, reader: Reader, tally: Tally) -> None:
    tally.received += parsed.read_count
    tally.ignored.update(parsed.ignored)
    tally.rejected.update(Counter(reject.reason for reject in parsed.rejects))
    tally.unknown_fields |= parsed.unknown_fields
    tally.first_rejects += parsed.rejects[: FIRST - len(tally.first_rejects)]
    if parsed.rejects:
        tally.reject_files.append(write_rejects(reader.rejects, page, _masked(parsed.rejects)))


def _masked(rejects: Iterable[Reject]) -> Iterator[Reject]:
    return (replace(reject, item=masked(normalised(reject.item))) for reject in rejects)


def _refuse_a_changed_page(page: Page, parsed: ParsedPage) -> None:
    rejected = len(parsed.rejects)
    enough = rejected >= MIN_REJECTS_OF_A_CHANGE
    if enough and rejected > MAX_REJECT_SHARE * parsed.read_count:
        raise SourceChanged(
            f"{page.url}: {rejected} of {parsed.read_count} items cannot be read by"
            f" {page.collector}; see the reject file, then mend the file or the collector"
        )


def _batches(posts: Iterable[Post]) -> Iterator[Sequence[Post]]:
    several = iter(posts)
    while batch := list(islice(several, _BATCH)):
        yield batch
