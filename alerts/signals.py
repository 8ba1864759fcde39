"""Which posts of a window are signals, and how they group: copies are one signal, not fifty."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from alerts.names import region_of
from alerts.window import Signal
from veille.post import Level, Post, said, said_by_people
from veille.text import folded

SHOWN: tuple[Level, ...] = ("rouge", "orange", "jaune")
# Scams, false notices and false alarms harm whatever their author thinks of aid.
RUMOURS = ("N14", "N15", "N16")
# A person is at stake: neither actor nor place goes to general lists.
CLOSED = "N13"
SAFEGUARDING = "N96"
# Two texts that share this part of their words are copies with small edits.
COPY_SHARE = 0.7
# What people checked says more than what nobody did.
_FACTS = ("faux_verifie", "trompeur", "vrai_verifie", "infox_connue", "non_verifie", "opinion")


def countable(posts: Iterable[Post]) -> list[Post]:
    """Posts without safeguarding reports, which appear nowhere, not even in a count."""
    return [post for post in posts if not _is_safeguarding(post)]


def signals_of(posts: Iterable[Post]) -> tuple[Signal, ...]:
    """Signals, gravest first, then by severity, size and code: always in the same order."""
    groups = _groups(post for post in posts if is_signal(post) and not is_pending(post))
    signals = [_signal(key, members) for key, members in groups.items()]
    return tuple(sorted(signals, key=_order))


def pending_count(posts: Iterable[Post]) -> int:
    """How many reds no analyst has validated yet; copies count once."""
    return len(_groups(post for post in posts if is_signal(post) and is_pending(post)))


def is_signal(post: Post) -> bool:
    """Whether people should hear of `post` this morning, validated or not."""
    code = narrative_of(post)
    hostile = said(post, "stance") == "hostile" or code.startswith(RUMOURS)
    return (
        hostile
        and said(post, "level") in SHOWN
        and said(post, "status") != "ecarte"
        and said(post, "target") != "AUCUN"
        and not code.startswith("N9")
        and not (code.startswith(RUMOURS) and fact_of(post) == "vrai_verifie")
    )


def is_pending(post: Post) -> bool:
    """A red that only a machine saw is for analysts, not for the bulletin."""
    return said(post, "level") == "rouge" and not is_validated(post)


def is_validated(post: Post) -> bool:
    return said(post, "status") in ("valide", "transmis")


def narrative_of(post: Post) -> str:
    return said(post, "narrative") or ""


def fact_of(post: Post) -> str:
    """The factual status; that something is false or true as checked, only people say."""
    fact = said(post, "fact") or "non_verifie"
    checked = fact in ("faux_verifie", "vrai_verifie", "trompeur")
    return "non_verifie" if checked and not said_by_people(post, "fact") else fact


def _is_safeguarding(post: Post) -> bool:
    return said(post, "level") == "ferme" or narrative_of(post).startswith(SAFEGUARDING)


def _groups(posts: Iterable[Post]) -> dict[tuple[str, str, str], list[Post]]:
    groups: dict[tuple[str, str, str], list[Post]] = defaultdict(list)
    for post in sorted(posts, key=lambda post: (post.published_at, post.id)):
        groups[_key(post)].append(post)
    return groups


def _key(post: Post) -> tuple[str, str, str]:
    code = narrative_of(post)
    if code.startswith(CLOSED):
        return code, "", ""
    return code, said(post, "target") or "", region_of(post.places)


def _signal(key: tuple[str, str, str], posts: Sequence[Post]) -> Signal:
    narrative, actor, region = key
    claims = Counter(claim for post in posts if (claim := said(post, "claim")))
    return Signal(
        level=min((level_of(post) for post in posts), key=SHOWN.index),
        severity=max(int(said(post, "severity") or 1) for post in posts),
        narrative=narrative,
        actor=actor,
        region=region,
        fact=min((fact_of(post) for post in posts), key=_fact_rank),
        claim=min(claims, key=lambda claim: (-claims[claim], claim), default=""),
        validated=any(is_validated(post) for post in posts),
        first_published_at=posts[0].published_at,
        size=len(posts),
        copies=_copy_count(posts),
        accounts=len({post.author for post in posts if post.author and not post.author_is_public}),
        pages=len({post.author for post in posts if post.author and post.author_is_public}),
        sources=len({post.source_id for post in posts}),
        languages=len({post.lang for post in posts if post.lang != "und"}),
        post_ids=() if narrative.startswith(CLOSED) else tuple(post.id for post in posts),
    )


def level_of(post: Post) -> Level:
    """The level of a post that is a signal."""
    return next(level for level in SHOWN if level == said(post, "level"))


def _fact_rank(fact: str) -> int:
    return _FACTS.index(fact) if fact in _FACTS else len(_FACTS)


def _copy_count(posts: Sequence[Post]) -> int:
    """How many of the posts say what the first one says, itself included."""
    first = _words(posts[0])
    return sum(post is posts[0] or _is_copy(first, post) for post in posts)


def _is_copy(first: frozenset[str], post: Post) -> bool:
    words = _words(post)
    return bool(words) and len(first & words) >= COPY_SHARE * len(first | words)


def _words(post: Post) -> frozenset[str]:
    return frozenset(folded(post.text).split())


def _order(signal: Signal) -> tuple[int, int, int, str, str, str]:
    return (
        SHOWN.index(signal.level),
        -signal.severity,
        -signal.size,
        signal.narrative,
        signal.actor,
        signal.region,
    )
