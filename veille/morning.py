"""The last step of the watch: one window of the store becomes one message to everybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.base import Notifier
from alerts.bulletin import compose, message_of, unavailable
from alerts.ledger import DeliveryReport, Ledger, deliver
from alerts.window import Bulletin, BulletinWindow, DayCount
from veille.coverage import CoverageLedger
from veille.post import Post
from veille.query import PostQuery
from veille.stores.base import PostStore

_FIRST_WINDOW = timedelta(days=1)
# What is older than this when it is collected is history, not news (decision 7).
_NEWS = timedelta(days=7)
_MEAN_DAYS = 7


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


def send_bulletin(room: Newsroom, store: PostStore, *, now: datetime) -> Morning:
    """Write the bulletin of what was read since the last one, and send it once to each."""
    since = room.ledger.last_bulletin_until() or now - _FIRST_WINDOW
    query = PostQuery(collected_since=since, since=since - _NEWS, order="oldest")
    window = _window(
        room,
        since=since,
        now=now,
        posts=list(store.search(query)),
        before=_days_before(store, since, room.zone),
    )
    return _sent(room, compose(window), now=now, until=now)


def send_unavailable(room: Newsroom, *, now: datetime) -> Morning:
    """Tell everybody that the store cannot be read; the next bulletin looks back further."""
    since = room.ledger.last_bulletin_until() or now
    bulletin = unavailable(_window(room, since=since, now=now, mark="I"), since=since)
    return _sent(room, bulletin, now=now, until=None)


def _window(
    room: Newsroom,
    *,
    since: datetime,
    now: datetime,
    posts: Sequence[Post] = (),
    before: Sequence[DayCount] = (),
    mark: str = "B",
) -> BulletinWindow:
    return BulletinWindow(
        since=since,
        until=now,
        posts=posts,
        before=before,
        sources=room.sources,
        coverage=room.coverage.rows(since, now + timedelta(seconds=1)),
        languages=room.languages,
        contact=room.contact,
        hosting=room.hosting,
        reference=f"{mark}-{now.astimezone(room.zone):%d%m}",
        zone=room.zone.key,
    )


def _sent(room: Newsroom, bulletin: Bulletin, *, now: datetime, until: datetime | None) -> Morning:
    delivery = deliver(message_of(bulletin), room.notifiers, room.ledger, now, until=until)
    return Morning(bulletin=bulletin, delivery=delivery)


def _days_before(store: PostStore, since: datetime, zone: ZoneInfo) -> list[DayCount]:
    """Posts per day of the week before, from the first day that has any."""
    today = since.astimezone(zone).date()
    week = PostQuery(
        since=_midnight(today - timedelta(days=_MEAN_DAYS), zone), until=_midnight(today, zone)
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
