"""One polite, bounded way to the web: every collector that talks HTTP talks through here."""

import logging
import random as chance
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import SplitResult, urljoin
from urllib.robotparser import RobotFileParser

import httpcore

from veille import __version__
from veille.errors import (
    SourceChanged,
    SourceForbidden,
    SourceGone,
    SourceUnavailable,
    VeilleError,
)
from veille.http.address import bare, credentials, is_same_site, shown, target_of
from veille.http.wire import Wire, body_of, lowered

ROBOT = "Veille"
_MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
# 408 and 425 are the server's own words for "send that again".
_AGAIN = (408, 425, 429)
_UNSAFE = re.compile(r"[^!-~]")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a site answered: `body` decompressed, names of `headers` in lower case.

    `url` is where the answer came from after redirects, without user name and password.
    `status` is 2xx, or 304 to a conditional request, whose body is empty.
    """

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str]
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long, how much and how often. `max_bytes` counts the decompressed body.

    `timeout_s` bounds each wait on the network, `total_s` a whole request with its redirects,
    retries and pauses. A site that asks to wait longer than `max_wait_s` is not waited for.
    """

    timeout_s: float = 30.0
    total_s: float = 180.0
    max_bytes: int = 20_000_000
    tries: int = 3
    max_wait_s: float = 60.0
    min_interval_s: float = 1.0


@dataclass(slots=True, kw_only=True)
class HttpClient:
    """Says who it is, asks one site at most once per `min_interval_s`, and gives up in time.

    Connections are closed with their answer, so there is nothing to close. Not for several
    threads at once. `contact` is told to sites. `clock` gives the aware time; `ticks` counts
    seconds. Proxies of the environment are not used.
    """

    clock: Callable[[], datetime]
    limits: Limits = field(default_factory=Limits)
    allow_local: bool = False
    contact: str = ""
    sleep: Callable[[float], None] = time.sleep
    ticks: Callable[[], float] = time.monotonic
    random: Callable[[], float] = chance.random
    _asked_at_s: dict[str, float] = field(init=False, repr=False, default_factory=dict)
    _robots: dict[str, RobotFileParser | None] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        # httpcore writes every header of an answer at DEBUG, cookies and addresses included.
        logging.getLogger("httpcore").setLevel(logging.INFO)

    def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        etag: str = "",
        modified: str = "",
        max_bytes: int | None = None,
    ) -> Answer:
        """The answer to one GET, with at most five redirects inside the same site.

        A user name and password in `url` are sent as Basic credentials; they and the
        authorisation in `headers` go to the host of `url` only. `etag` and `modified` make
        the request conditional.
        Raises `SourceUnavailable` on time-outs, cut answers, 429 and 5xx, after a few tries;
        `SourceForbidden` on 401 and 403, and for an address that is not public; `SourceGone`
        on 404 and 410; `SourceChanged` on any other status, a redirect to another site, and
        an answer that is too large.
        """
        deadline_s = self.ticks() + self.limits.total_s
        target, sent = target_of(url), {**self._headers(etag, modified), **(headers or {})}
        if pair := credentials(target):
            sent["Authorization"] = pair
        for _ in range(_MAX_REDIRECTS + 1):
            answer = self._patiently(target, sent, deadline_s, max_bytes or self.limits.max_bytes)
            if answer.status not in _REDIRECTS:
                return _accepted(answer, conditional=bool(etag or modified))
            following = _following(target, answer)
            if following.hostname != target.hostname:
                sent = {name: v for name, v in sent.items() if name.lower() != "authorization"}
            target = following
        raise SourceChanged(f"{shown(url)} redirects more than {_MAX_REDIRECTS} times")

    def allowed(self, url: str) -> bool:
        """Whether the site's robots.txt lets us read `url`; asked once per site.

        A robots.txt that does not exist or cannot be reached allows, with a warning in the log
        for the latter; one that we may not read (401, 403) forbids.
        """
        target = target_of(url)
        site = f"{target.scheme}://{target.netloc.rpartition('@')[2]}"
        if site not in self._robots:
            self._robots[site] = self._robots_of(site)
        rules = self._robots[site]
        return rules is None or rules.can_fetch(ROBOT, url)

    def _robots_of(self, site: str) -> RobotFileParser | None:
        rules = RobotFileParser()
        try:
            rules.parse(self.get(f"{site}/robots.txt").body.decode("utf-8", "replace").splitlines())
        except SourceForbidden:
            rules.disallow_all = True  # type: ignore[attr-defined]
        except SourceGone:
            return None
        except (VeilleError, ValueError):
            log.warning("robots.txt cannot be read, the site is read", extra={"site": site})
            return None
        return rules

    def _headers(self, etag: str, modified: str) -> dict[str, str]:
        contact = f"; contact {_UNSAFE.sub(' ', self.contact)}" if self.contact else ""
        return {
            "User-Agent": f"{ROBOT}/{__version__} (+veille de perception{contact})",
            # Only what can be decompressed a little at a time.
            "Accept-Encoding": "gzip",
            "Accept": "*/*",
            "Connection": "close",
            **({"If-None-Match": etag} if etag else {}),
            **({"If-Modified-Since": modified} if modified else {}),
        }

    def _patiently(
        self,
        target: SplitResult,
        sent: Mapping[str, str],
        deadline_s: float,
        max_bytes: int,
    ) -> Answer:
        for attempt in range(1, self.limits.tries + 1):
            self._pause(target.hostname or "")
            try:
                answer = self._once(target, sent, deadline_s, max_bytes)
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as e:
                failure = SourceUnavailable(f"{shown(target)}: {_told(e)}; try again later")
                failure.__cause__ = e
            else:
                if answer.status not in _AGAIN and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    return answer
                failure = self._refusal(answer)
            if attempt < self.limits.tries:
                self._wait(attempt, failure, deadline_s)
        raise failure

    def _refusal(self, answer: Answer) -> SourceUnavailable:
        asked_s = _retry_after_s(answer.headers.get("retry-after", ""), self.clock())
        return SourceUnavailable(
            f"{shown(answer.url)} answered {answer.status}; try again later",
            retry_after_s=asked_s,
        )

    def _pause(self, host: str) -> None:
        """Leave `min_interval_s` between two requests to one host."""
        early_s = self._asked_at_s.get(host, -1e9) + self.limits.min_interval_s - self.ticks()
        if early_s > 0:
            self.sleep(early_s)
        self._asked_at_s[host] = self.ticks()

    def _wait(self, attempt: int, failure: SourceUnavailable, deadline_s: float) -> None:
        """Back off before the next try, or raise `failure` when that would take too long."""
        asked_s = failure.retry_after_s
        wait_s = 2.0 ** (attempt - 1) * (0.5 + self.random()) if asked_s is None else asked_s
        if wait_s > self.limits.max_wait_s or self.ticks() + wait_s >= deadline_s:
            raise failure
        self.sleep(wait_s)

    def _once(
        self,
        target: SplitResult,
        sent: Mapping[str, str],
        deadline_s: float,
        max_bytes: int,
    ) -> Answer:
        wire = Wire(deadline_s=deadline_s, ticks=self.ticks, allow_local=self.allow_local)
        started_s = self.ticks()
        waits = dict.fromkeys(("connect", "read", "write", "pool"), self.limits.timeout_s)
        lines = [
            (name.encode(), value.encode("latin-1", "replace")) for name, value in sent.items()
        ]
        with (
            httpcore.ConnectionPool(network_backend=wire) as pool,
            pool.stream("GET", bare(target), headers=lines, extensions={"timeout": waits}) as r,
        ):
            headers = lowered(r.headers, shown(target))
            body = body_of(r.iter_stream(), headers, shown(target), max_bytes)
        log.info(
            "requested",
            extra={
                "url": shown(target),
                "status": r.status,
                "bytes": len(body),
                "seconds": round(self.ticks() - started_s, 3),
            },
        )
        return Answer(
            url=bare(target), status=r.status, body=body, headers=headers, fetched_at=self.clock()
        )


def _following(target: SplitResult, answer: Answer) -> SplitResult:
    """Where a redirect leads, inside the same site; raises `SourceChanged` naming another."""
    place = answer.headers.get("location", "")
    if not place:
        raise SourceChanged(f"{shown(target)} redirects to nowhere")
    try:
        found = target_of(urljoin(bare(target), place))
    except ValueError as error:
        raise SourceChanged(f"{shown(target)} redirects to an address of no site") from error
    if not is_same_site(target, found):
        raise SourceChanged(
            f"{shown(target)} now redirects to {found.scheme}://{found.hostname}: check that it is"
            " still the same source, then write its new address in sources.toml"
        )
    return found


def _accepted(answer: Answer, *, conditional: bool) -> Answer:
    """The answer when it is one; raises what its status means otherwise."""
    place = shown(answer.url)
    match answer.status:
        case 401 | 403:
            raise SourceForbidden(f"{place} answered {answer.status}: check that we may read it")
        case 404 | 410:
            raise SourceGone(f"{place} answered {answer.status}: it no longer exists")
        case 200 | 203 | 204:
            return answer
        case 304 if conditional:
            return answer
    raise SourceChanged(f"{place} answered {answer.status}, which is not expected")


def _told(error: Exception) -> str:
    """A failure in words of ours: the library's may hold an address."""
    match error:
        case httpcore.TimeoutException():
            return "no answer in time"
        case httpcore.ConnectError():
            return "no connection"
    return "the answer was cut"


def _retry_after_s(text: str, now: datetime) -> float | None:
    """Seconds asked for by a Retry-After header, as a number or a date; None without one."""
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
