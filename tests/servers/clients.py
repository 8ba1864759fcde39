"""HTTP clients for tests: on a clock that moves only when somebody sleeps."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from veille.http import HttpClient, Limits


@dataclass
class Clock:
    """A clock that moves only when somebody sleeps."""

    start: datetime
    naps_s: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.ticks())

    def ticks(self) -> float:
        return sum(self.naps_s)

    def sleep(self, nap_s: float) -> None:
        self.naps_s.append(nap_s)


def client_of(clock: Clock, *, allow_local: bool = True, **limits: float) -> HttpClient:
    return HttpClient(
        clock=clock.now,
        limits=Limits(**{"min_interval_s": 0.0, "timeout_s": 5.0, **limits}),  # type: ignore[arg-type]
        allow_local=allow_local,
        contact="veille@ong.example",
        sleep=clock.sleep,
        ticks=clock.ticks,
        random=lambda: 0.5,
    )
