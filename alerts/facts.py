"""What a window says, counted once; `parts` then only words it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.names import region_of
from alerts.signals import countable, narrative_of, pending_count, signals_of
from alerts.window import BulletinWindow, Signal
from alerts.wording import period, phrases, plain
from veille.codebook.languages import FOR_SPEAKERS
from veille.codebook.markers import find_markers, words_of
from veille.post import Post, full_text, said

# A known claim nobody saw for so long comes back; a month is a twelfth of a year.
_FORGOTTEN = timedelta(days=60)
_MONTH = timedelta(days=365.25 / 12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Counts of one window, without safeguarding reports.

    `stances` counts posts by stance, and those of N95 as "question". `context` is by tag,
    actor and region, `complaints` by region. `unlabelled` posts were read by no model: nobody
    knows whether they are quiet. `unread_languages` counts posts that are in a language no model
    was measured on, by its code, or by their script where a speaker has to read it. `unread`
    names the sources that were not read.
    """

    window: BulletinWindow
    signals: tuple[Signal, ...] = ()
    pending: int = 0
    unlabelled: int = 0
    total: int = 0
    stances: Mapping[str, int] = field(default_factory=Counter)
    hostile_copies: int = 0
    context: Mapping[tuple[str, str, str], int] = field(default_factory=Counter)
    claims: Mapping[str, int] = field(default_factory=Counter)
    returned: Mapping[str, int] = field(default_factory=dict)
    complaints: Mapping[str, int] = field(default_factory=Counter)
    unread_languages: Mapping[str, int] = field(default_factory=Counter)
    unread: tuple[str, ...] = ()

    @property
    def is_quiet(self) -> bool:
        return not (self.signals or self.pending or self.unlabelled)

    @property
    def period(self) -> str:
        return period(self.window.since, self.window.until)


def facts_of(window: BulletinWindow) -> Facts:
    posts = countable(window.posts)
    hostile = [post for post in posts if said(post, "stance") == "hostile"]
    questions = sum(narrative_of(post).startswith("N95") for post in posts)
    complaints = [post for post in posts if narrative_of(post).startswith("N90")]
    return Facts(
        window=window,
        signals=signals_of([*posts, *countable(window.waiting)]),
        pending=pending_count([*posts, *countable(window.waiting)]),
        unlabelled=sum(not (post.labels or post.decisions) for post in posts),
        total=len(posts),
        stances=Counter(said(post, "stance") or "" for post in posts) + Counter(question=questions),
        hostile_copies=sum(post.duplicate_of is not None for post in hostile),
        context=_context(posts),
        claims=Counter(claim for post in posts if (claim := said(post, "claim"))),
        returned=_returned(posts, window.seen_before),
        complaints=Counter(region_of(post.places) for post in complaints),
        unread_languages=Counter(
            post.script if post.script in FOR_SPEAKERS else post.lang
            for post in posts
            if post.script in FOR_SPEAKERS or (post.script and post.lang not in window.languages)
        ),
        unread=unread_sources(window),
    )


def _returned(posts: Sequence[Post], seen_before: Mapping[str, datetime]) -> dict[str, int]:
    """After how many months known claims have come back that nobody had seen for so long."""
    silences = {
        claim: min(post.published_at for post in posts if said(post, "claim") == claim) - before
        for claim, before in seen_before.items()
        if any(said(post, "claim") == claim for post in posts)
    }
    return {
        claim: round(silence / _MONTH)
        for claim, silence in silences.items()
        if silence >= _FORGOTTEN
    }


def unread_sources(window: BulletinWindow) -> tuple[str, ...]:
    """Names of sources without a run, or whose last run went wrong."""
    runs = sorted(window.coverage, key=lambda run: run.started_at)
    errors = {run.source_id: run.error for run in runs}
    return tuple(
        sorted(
            plain(name, 24) or "source sans nom"
            for source_id, name in window.sources.items()
            if errors.get(source_id, "never read")
        )
    )


def _context(posts: Sequence[Post]) -> Counter[tuple[str, str, str]]:
    """Official words, incidents and press that are about an aid actor."""
    found: Counter[tuple[str, str, str]] = Counter()
    for post in posts:
        actor = said(post, "target") or ""
        if actor in ("", "AUCUN") or not narrative_of(post).startswith("N93"):
            continue
        tags = {*post.tags, *_official_tag(post)}
        tag = next((tag for tag in phrases().context if tag in tags), None)
        if tag is not None:
            found[tag, actor, region_of(post.places)] += 1
    return found


def _official_tag(post: Post) -> Iterator[str]:
    """The tag of a statement, when the text says that an authority has spoken."""
    if any(hit.name == "officiel_dit" for hit in find_markers(words_of(full_text(post)))):
        yield "declaration_officielle"
