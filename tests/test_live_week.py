"""A week of three live platforms: what was on offer is stored, whatever happened in between."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import collectors
from tests.servers.bluesky import Network
from tests.servers.mastodon import Instance
from tests.servers.news import NOW
from tests.servers.platform import Behaviour, Platform, status
from tests.servers.telegram import NAME, Channel
from veille.archive import Archive
from veille.cursors import Cursors
from veille.errors import SourceUnavailable, VeilleError
from veille.http import HttpClient, Limits
from veille.language import identify
from veille.pipeline import Reader, Tally, collect
from veille.post import Post
from veille.privacy import Privacy
from veille.query import PostQuery
from veille.sources import Source
from veille.stores.sqlite import SqlitePostStore

# Minutes into November, so that Bluesky dates its posts on the last days before NOW.
START = 24_000
TIMELINES = {
    "telegram": f"/s/{NAME}",
    "mastodon": "/api/v1/accounts/7001/statuses",
    "bluesky": "/xrpc/app.bsky.feed.getAuthorFeed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One platform being watched: it changes, days go by, and what it ever offered is known."""

    name: str
    site: Platform
    target: str
    add: Callable[[int], None]
    remove: Callable[[int], None]
    timeline: Behaviour
    reader: Reader
    offered: set[int] = field(default_factory=set)
    present: set[int] = field(default_factory=set)

    def publish(self, *numbers: int) -> None:
        for number in numbers:
            self.add(START + number)
            self.present.add(number)

    def delete(self, *numbers: int) -> None:
        for number in numbers:
            self.remove(START + number)
            self.present.discard(number)

    def read(self) -> tuple[Tally, VeilleError | None]:
        """One run, as the watch makes it every morning."""
        tally = Tally()
        source = Source(
            id=self.name,
            collector=self.name,
            target=self.target,
            name=self.name,
            owner="cellule",
            purpose="essai",
            legal_basis="données inventées",
        )
        failure = collect(source, self.reader, tally)
        if failure is None:
            self.offered.update(self.present)
        assert tally.received == tally.new + tally.known + tally.ignored.total()
        return tally, failure

    def stored(self) -> set[int]:
        posts = self.reader.store.search(PostQuery(platforms=(self.name,)))
        return {int(post.text.rpartition(" ")[2]) - START for post in posts}

    def post(self, number: int) -> Post:
        posts = self.reader.store.search(PostQuery(platforms=(self.name,)))
        return next(post for post in posts if post.text.endswith(f" {START + number}"))


def reader_in(folder: Path, now: Mapping[str, datetime]) -> Reader:
    http = HttpClient(
        clock=lambda: now["now"],
        limits=Limits(min_interval_s=0.0, timeout_s=5.0, tries=2),
        allow_local=True,
        sleep=lambda nap_s: None,
    )
    built = {
        name: collectors.build(
            name,
            privacy=Privacy(b"test-secret"),
            clock=lambda: now["now"],
            http=http,
            max_file_bytes=1_000_000,
        )
        for name in TIMELINES
    }
    return Reader(
        collector=built.__getitem__,
        identify=identify,
        clock=lambda: now["now"],
        archive=Archive(str(folder / "archive")),
        store=SqlitePostStore.open(folder / "veille.sqlite"),
        cursors=Cursors(folder / "cursors"),
        rejects=folder / "rejects",
    )


@pytest.fixture
def now() -> dict[str, datetime]:
    return {"now": NOW}


@pytest.fixture(params=sorted(TIMELINES))
def life(
    request: pytest.FixtureRequest, tmp_path: Path, now: dict[str, datetime]
) -> Iterator[Life]:
    reader = reader_in(tmp_path, now)
    with Platform() as site:
        yield living(request.param, site, reader)
    reader.store.close()


def living(name: str, site: Platform, reader: Reader) -> Life:
    if name == "telegram":
        channel = Channel(site)
        target, add, remove = channel.target, channel.ids.add, channel.ids.discard
    elif name == "mastodon":
        server = Instance(site)
        target, add, remove = server.target, server.add, server.toots.__delitem__
    else:
        network = Network(site)
        target, add, remove = network.target, network.add, network.skeets.__delitem__
    return Life(
        name=name,
        site=site,
        target=target,
        add=add,
        remove=remove,
        timeline=site.behaviour(TIMELINES[name]),
        reader=reader,
    )


def test_a_week_with_an_outage_loses_nothing_that_was_on_offer(
    life: Life, now: dict[str, datetime]
) -> None:
    life.publish(*range(1, 61))
    assert life.read()[1] is None
    now["now"] += timedelta(days=1)
    life.publish(*range(61, 90))
    life.delete(5, 60, 61)
    assert life.read()[1] is None

    life.site.serve(TIMELINES[life.name], status(503))
    for _ in range(2):
        now["now"] += timedelta(days=1)
        life.publish(*range(len(life.present) + 10, len(life.present) + 40))
        tally, failure = life.read()
        assert isinstance(failure, SourceUnavailable)
        assert tally.received == 0

    life.site.serve(TIMELINES[life.name], life.timeline)
    now["now"] += timedelta(days=1)
    life.publish(*range(300, 420))
    assert life.read()[1] is None
    assert life.stored() == life.offered


def test_a_quiet_day_brings_nothing_new(life: Life) -> None:
    life.publish(1, 2, 3)
    assert life.read()[0].new == 3
    tally, failure = life.read()
    assert (tally.new, failure) == (0, None)


def test_counters_of_a_post_are_read_again(life: Life, now: dict[str, datetime]) -> None:
    life.publish(1)
    life.read()
    now["now"] += timedelta(days=1)
    life.read()
    moments = {reading.read_at for reading in life.post(1).readings}
    assert moments == {NOW, NOW + timedelta(days=1)}
