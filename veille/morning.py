"""The last step of the watch: one window of the store becomes one message to everybody."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.base import Notifier
from alerts.bulletin import compose, message_of, unavailable
from alerts.ledger import DeliveryReport, Ledger, deliver
from alerts.window import Bulletin, BulletinWindow, DayCount
from veille.coverage import Coverage, CoverageLedger
from veille.errors import StoreUnavailable
from veille.post import Post, said
from veille.query import PostQuery
from veille.stores.base import PostStore

_FIRST_WINDOW = timedelta(days=1)
# What is older than this when it is collected is history, not news (decision 7).
_NEWS = timedelta(days=7)
_MEAN_DAYS = 7
_INSTANT = timedelta(microseconds=1)
_UNDECIDED = ("nouveau", "en_examen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """What writing and sending a bulletin needs."""

    coverage: CoverageLedger
    ledger: Ledger
    notifiers: Sequence[Notifier]
    sources: Mapping[str, str]
    languages: frozenset[str]
    contact: str
    hosting: str
    zone: ZoneInfo = ZoneInfo("Africa/Bamako")  # noqa: RUF009 - immutable


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """A bulletin and how it went out."""

    bulletin: Bulletin
    delivery: DeliveryReport


def send_bulletin(room: Newsroom, store: PostStore, *, now: datetime) -> list[Morning]:
    """Send to each what was read since the last bulletin it accepted.

    One bulletin serves all who are at the same point: there are several only when somebody
    could not be reached before, and then only that one gets the days that were missed.
    """
    return [
        _sent(room, compose(_read(room, store, since=since, now=now)), to, now=now, until=now)
        for since, to in _by_last_bulletin(room, now - _FIRST_WINDOW)
    ]


def send_unavailable(room: Newsroom, *, now: datetime) -> list[Morning]:
    """Tell everybody that the store cannot be read; the next bulletin looks back further."""
    return [
        _sent(
            room,
            unavailable(_blind(room, since=since, now=now), since=since),
            to,
            now=now,
            until=None,
        )
        for since, to in _by_last_bulletin(room, now)
    ]


def _by_last_bulletin(room: Newsroom, default: datetime) -> list[tuple[datetime, list[Notifier]]]:
    """Notifiers by where their last bulletin ended, the furthest behind first."""
    groups: dict[datetime, list[Notifier]] = {}
    for notifier in room.notifiers:
        since = _last_told(room.ledger, notifier.name) or default
        groups.setdefault(since, []).append(notifier)
    return sorted(groups.items())


def _last_told(ledger: Ledger, name: str) -> datetime | None:
    """Where the last bulletin ended that a notifier accepted, or the first it should have begun."""
    first = ledger.first_bulletin_until(name)
    return ledger.last_bulletin_until(name) or (first and first - _FIRST_WINDOW)


def _read(room: Newsroom, store: PostStore, *, since: datetime, now: datetime) -> BulletinWindow:
    # The moment a window ends is in it, and so not in the next one.
    query = PostQuery(
        collected_since=since + _INSTANT,
        collected_until=now + _INSTANT,
        since=since - _NEWS,
        order="oldest",
    )
    posts = list(store.search(query))
    window = _window(
        room,
        since=since,
        now=now,
        posts=posts,
        waiting=_reds_before(store, since),
        before=_days_before(store, since, room.zone),
        coverage=_coverage(room, since, now),
    )
    return replace(window, seen_before=_seen_before(store, posts))


def _seen_before(store: PostStore, posts: Sequence[Post]) -> dict[str, datetime]:
    """When each known claim of the posts was last seen before the first of them."""
    first: dict[str, datetime] = {}
    for post in posts:
        if claim := said(post, "claim"):
            first[claim] = min(post.published_at, first.get(claim, post.published_at))
    found: dict[str, datetime] = {}
    for claim, at in first.items():
        for post in store.search(PostQuery(claims=(claim,), until=at, limit=1)):
            found[claim] = post.published_at
    return found


def _reds_before(store: PostStore, since: datetime) -> list[Post]:
    """Reds read before the window that nobody has decided on, or that were validated in it."""
    query = PostQuery(
        levels=("rouge",), collected_until=since + _INSTANT, since=since - 2 * _NEWS, order="oldest"
    )
    return [
        post
        for post in store.search(query)
        if said(post, "status") in _UNDECIDED
        or any(decision.decided_at > since for decision in post.decisions)
    ]


def _blind(room: Newsroom, *, since: datetime, now: datetime) -> BulletinWindow:
    """A window without posts; without the coverage either when that ledger is what fails."""
    coverage: Sequence[Coverage] = ()
    with suppress(StoreUnavailable):
        coverage = _coverage(room, since, now)
    return _window(room, since=since, now=now, coverage=coverage, mark="I")


def _coverage(room: Newsroom, since: datetime, now: datetime) -> Sequence[Coverage]:
    return room.coverage.rows(since + _INSTANT, now + _INSTANT)


def _window(
    room: Newsroom,
    *,
    since: datetime,
    now: datetime,
    coverage: Sequence[Coverage],
    posts: Sequence[Post] = (),
    waiting: Sequence[Post] = (),
    before: Sequence[DayCount] = (),
    mark: str = "B",
) -> BulletinWindow:
    return BulletinWindow(
        since=since,
        until=now,
        posts=posts,
        waiting=waiting,
        before=before,
        sources=room.sources,
        coverage=coverage,
        languages=room.languages,
        contact=room.contact,
        hosting=room.hosting,
        reference=f"{mark}-{now.astimezone(room.zone):%d%m}",
        zone=room.zone.key,
    )


def _sent(
    room: Newsroom,
    bulletin: Bulletin,
    notifiers: Sequence[Notifier],
    *,
    now: datetime,
    until: datetime | None,
) -> Morning:
    delivery = deliver(message_of(bulletin), notifiers, room.ledger, now, until=until)
    return Morning(bulletin=bulletin, delivery=delivery)


def _days_before(store: PostStore, since: datetime, zone: ZoneInfo) -> list[DayCount]:
    """Posts per day of the week before, from the first day that has any.

    Only those read before the window, so that nothing is held against itself.
    """
    today = since.astimezone(zone).date()
    week = PostQuery(
        since=_midnight(today - timedelta(days=_MEAN_DAYS), zone),
        until=_midnight(today, zone),
        collected_until=since + _INSTANT,
    )
    total = store.counts(week, "day")
    hostile = store.counts(replace(week, stances=("hostile",)), "day")
    days = (today - timedelta(days=ago) for ago in range(_MEAN_DAYS, 0, -1))
    first = min(total, default="")
    return [
        DayCount(on=day, total=total.get(str(day), 0), hostile=hostile.get(str(day), 0))
        for day in days
        if first and str(day) >= first
    ]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)
