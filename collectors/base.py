"""The contract of a collector: fetching and reading are two things."""

from collections.abc import Iterator
from typing import Protocol

from veille.post import Page, ParsedPage
from veille.sources import Source


class Collector(Protocol):
    """Turns one source into pages, and one page into posts.

    `name` is its key in the registry and the value of `collector` in sources.toml.
    """

    @property
    def name(self) -> str: ...

    def fetch(self, source: Source, cursor: str | None) -> Iterator[Page]:
        """Talk to the network or the disk and read nothing.

        Pages come oldest first and may overlap an earlier run. Resuming from any page's cursor
        skips nothing. Raises `SourceUnavailable`, `SourceForbidden`, `SourceGone`,
        `SourceChanged`, `BudgetSpent`; pages yielded before that are intact.
        """
        ...

    def parse(self, page: Page) -> ParsedPage:
        """Read one page and talk to nothing: the same page gives the same posts.

        One unreadable item is a Reject and the others are read. Raises `SourceChanged` when
        the page is not what this collector knows: never zero posts in silence.
        """
        ...
