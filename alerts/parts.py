"""The parts of a bulletin, each a few lines, from what a window holds."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from alerts.names import actor_name, checkers_of, region_name, region_of
from alerts.signals import SHOWN, countable, narrative_of, pending_count, signals_of
from alerts.window import BulletinWindow, Line, Signal
from alerts.wording import (
    METHOD,
    OPT_OUT,
    counted,
    day,
    day_and_time,
    hostile_share,
    listed,
    number,
    period,
    phrases,
    plain,
    sentence,
    shorten,
)
from veille.post import Post, said

NOTHING = "RIEN À SIGNALER"
_STANCES = (
    ("hostile", "hostile"),
    ("critical", "critique"),
    ("debunk", "démenti"),
    ("question", "question"),
    ("supportive", "soutien"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a window says, counted once and then only worded."""

    window: BulletinWindow
    posts: Sequence[Post]
    signals: tuple[Signal, ...]
    pending: int

    @property
    def is_quiet(self) -> bool:
        return not self.signals and not self.pending

    @property
    def period(self) -> str:
        return period(self.window.since, self.window.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much room each part gets: signals in full and in short, context, names in a list."""

    full: int
    short: int
    context: int
    names: int


def facts_of(window: BulletinWindow) -> Facts:
    posts = countable(window.posts)
    return Facts(
        window=window, posts=posts, signals=signals_of(posts), pending=pending_count(posts)
    )


def lines_of(facts: Facts, plan: Plan) -> list[Line]:
    """The bulletin in its fixed order (domain §6.1)."""
    return [
        *situation(facts),
        *signal_lines(facts, plan),
        *context(facts, plan.context),
        figures(facts),
        *denials(facts, plan.names),
        *accountability(facts, plan.names),
        coverage(facts.window, facts.posts, plan.names),
        *contact(facts.window),
    ]


def situation(facts: Facts) -> Iterable[Line]:
    window, total = facts.window, len(facts.posts)
    hostile = _stance_counts(facts.posts)["hostile"]
    read = counted(total, "élément lu", "éléments lus")
    moment = f"au {day_and_time(window.until, window.zone)}"
    told = f"{read} en {facts.period} {moment}, dont {hostile_share(hostile, total)}"
    if facts.is_quiet:
        nothing = f"{NOTHING} (0 signal en {facts.period}, {read})"
        yield Line(part="situation", label=nothing, text="")
        told = f"{hostile_share(hostile, total)} {moment}"
    yield Line(part="situation", label="Situation", text=sentence([told, _usual(window)]))


def _usual(window: BulletinWindow) -> str:
    """The mean of the days before, with its own number of days."""
    if not window.before:
        return "pas encore de moyenne"
    days, total = len(window.before), sum(count.total for count in window.before)
    hostile = sum(count.hostile for count in window.before)
    usual = f"moyenne {days} j : {number(round(total / days, 1))} par jour"
    return f"{usual}, {hostile_share(hostile, total)}"


def signal_lines(facts: Facts, plan: Plan) -> Iterable[Line]:
    for place, signal in enumerate(facts.signals[: plan.full + plan.short], 1):
        yield from _signal_lines(signal, place, facts.window, in_full=place <= plan.full)
    levels = Counter(signal.level for signal in facts.signals[plan.full + plan.short :])
    others = ", ".join(f"{levels[level]} {level.upper()}" for level in SHOWN if levels[level])
    pending = f"{counted(facts.pending, 'élément')} en attente de validation"
    told = [others, pending if facts.pending else ""]
    if any(told):
        yield Line(part="signals", label="Aussi", text=sentence(told))


def _signal_lines(
    signal: Signal, place: int, window: BulletinWindow, *, in_full: bool
) -> Iterable[Line]:
    words = phrases().narrative(signal.narrative)
    yield _heading(signal, place)
    if in_full:
        circulates = f"{words.claim}{_size(signal)}.{_age(signal, window)}"
        yield Line(part="signals", label="Ce qui circule", text=circulates)
    yield Line(part="signals", label="Statut", text=f"{status_of(signal, in_full=in_full)}.")
    proposed = words.proposed if in_full else words.proposed[:1]
    yield Line(part="signals", label="Proposé", text=sentence(proposed))


def _heading(signal: Signal, place: int) -> Line:
    about = f"{actor_name(signal.actor)} · {region_name(signal.region)}"
    if signal.narrative.startswith("N13"):
        about = "acteur et zone réservés"
    title = phrases().narrative(signal.narrative).title
    label = f"{place}) {signal.level.upper()} – {title} · {about}"
    return Line(part="signals", label=label, text="", level=signal.level)


def _size(signal: Signal) -> str:
    if signal.size == 1:
        return ""
    what = "copies" if signal.copies == signal.size else "publications"
    sizes = [f"{number(signal.size)} {what}"]
    sizes += [counted(signal.accounts, "compte")] if signal.accounts else []
    sizes += [counted(signal.pages, "page")] if signal.pages else []
    if not signal.accounts and not signal.pages:
        sizes.append(counted(signal.sources, "source"))
    sizes += [counted(signal.languages, "langue")] if signal.languages > 1 else []
    return f" ({', '.join(sizes)})"


def _age(signal: Signal, window: BulletinWindow) -> str:
    if signal.first_published_at >= window.since:
        return ""
    return f" Vu dès le {day(signal.first_published_at, window.zone)}."


def status_of(signal: Signal, *, in_full: bool) -> str:
    """What is known of the facts, what is not, and whether an analyst has looked."""
    told = phrases().status.get(signal.fact, phrases().status["non_verifie"])
    if signal.claim and signal.fact != "faux_verifie":
        told = f"information non vérifiée, proche de l'infox {plain(signal.claim, 8)}"
    if not in_full:
        told = told.partition(",")[0]
    return f"{told}, signal {'validé' if signal.validated else 'à valider'}"


def context(facts: Facts, most: int) -> Iterable[Line]:
    """Official words, incidents and press about aid actors: read by all, answered by none."""
    found: Counter[tuple[int, str, str]] = Counter()
    tags = list(phrases().context)
    for post in facts.posts:
        actor = said(post, "target") or ""
        tag = next((tag for tag in tags if tag in post.tags), None)
        if tag and narrative_of(post).startswith("N93") and actor not in ("", "AUCUN"):
            found[tags.index(tag), actor, region_of(post.places)] += 1
    for rank, actor, region in sorted(found, key=lambda key: (key[0], -found[key], key))[:most]:
        times = counted(found[rank, actor, region], "publication")
        told = [phrases().context[tags[rank]], actor_name(actor), region_name(region)]
        yield Line(part="context", label="Contexte", text=f"{', '.join(told)} ({times}).")


def figures(facts: Facts) -> Line:
    counts = _stance_counts(facts.posts)
    questions = sum(narrative_of(post).startswith("N95") for post in facts.posts)
    counts["question"] = questions
    told = [
        counted(counts[stance], name)
        for stance, name in _STANCES
        if counts[stance] or stance == "hostile"
    ]
    copies = sum(
        post.duplicate_of is not None and said(post, "stance") == "hostile" for post in facts.posts
    )
    if copies:
        told[0] += f" (dont {counted(copies, 'copie')})"
    return Line(part="figures", label="Chiffres", text=f"{', '.join(told)}.")


def denials(facts: Facts, most: int) -> Iterable[Line]:
    """Known claims that came back, with who checked them."""
    found = Counter(claim for post in facts.posts if (claim := said(post, "claim")))
    claims = sorted(found, key=lambda claim: (-found[claim], claim))
    told = [_claim(claim) for claim in claims]
    if told and most:
        yield Line(part="figures", label="Déjà démenti", text=f"{listed(told, most)}.")


def _claim(claim: str) -> str:
    about = phrases().claim.get(claim, "")
    checkers = " et ".join(checkers_of(claim)[:1])
    about = " : ".join(part for part in (about, checkers) if part)
    return f"{plain(claim, 8)} ({about})" if about else plain(claim, 8)


def accountability(facts: Facts, most: int) -> Iterable[Line]:
    complaints = [post for post in facts.posts if narrative_of(post).startswith("N90")]
    if not complaints:
        return
    regions = Counter(region_name(region_of(post.places)) for post in complaints)
    ranked = sorted(regions, key=lambda name: (-regions[name], name))
    where = listed([f"{name} {regions[name]}" for name in ranked], most)
    told = counted(len(complaints), "retour")
    where = f" ({where})" if most else ""
    yield Line(part="figures", label="Redevabilité", text=f"{told} à transmettre{where}.")


def coverage(window: BulletinWindow, posts: Sequence[Post], most: int) -> Line:
    """What was read and what was not: silence is never read as safety."""
    unread = unread_sources(window)
    total = len(window.sources)
    rejects = sum(sum(run.rejected.values()) for run in window.coverage)
    unknown = sum(bool(post.script) and post.lang not in window.languages for post in posts)
    told = [f"{total - len(unread)} sur {total}"]
    if unread and most:
        told.append(f"non lues : {listed(unread, most)}")
    told.append(f"rejets : {counted(rejects, 'ligne')}" if rejects else "aucun rejet")
    if unknown:
        told.append(f"langues non traitées : {counted(unknown, 'élément')}")
    return Line(part="foot", label="Sources lues", text=sentence(told))


def unread_sources(window: BulletinWindow) -> list[str]:
    """Names of sources without a run, or whose last run went wrong."""
    runs = sorted(window.coverage, key=lambda run: run.started_at)
    errors = {run.source_id: run.error for run in runs}
    return sorted(
        plain(name, 24) or source_id
        for source_id, name in window.sources.items()
        if errors.get(source_id, "never read")
    )


def contact(window: BulletinWindow) -> Iterable[Line]:
    reference = [f"Réf. {window.reference}"] if window.reference else []
    text = " · ".join([shorten(window.contact), *reference, f"Données : {shorten(window.hosting)}"])
    yield Line(part="foot", label="Contact", text=text)
    yield Line(part="foot", label="Méthode", text=f"{METHOD}. {OPT_OUT}")


def _stance_counts(posts: Iterable[Post]) -> Counter[str]:
    return Counter(said(post, "stance") or "" for post in posts)
