"""The parts of a bulletin in their fixed order (domain §6.1), each a few lines."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.facts import Facts
from alerts.names import actor_name, denied_by, region_name
from alerts.signals import CLOSED, SHOWN
from alerts.window import BulletinWindow, Line, Signal
from alerts.wording import (
    METHOD,
    OPT_OUT,
    counted,
    date_of,
    day_and_time,
    hostile_mean,
    hostile_share,
    listed,
    number,
    phrases,
    plain,
    sentence,
    shorten,
)
from veille.codebook.languages import FOR_SPEAKERS, language_name

NOTHING = "RIEN À SIGNALER"
_FIGURES = (
    ("hostile", "hostile"),
    ("critical", "critique"),
    ("debunk", "démenti"),
    ("question", "question"),
    ("supportive", "soutien"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much room each part gets: signals in full, in short, or only named; context, names."""

    full: int
    short: int
    named: int
    context: int
    names: int


def lines_of(facts: Facts, plan: Plan) -> list[Line]:
    return [
        *situation(facts),
        *signal_lines(facts, plan),
        *context(facts, plan.context),
        figures(facts),
        *denials(facts, plan.names),
        *accountability(facts, plan.names),
        coverage(facts, plan.names),
        *contact(facts.window),
    ]


def situation(facts: Facts) -> Iterable[Line]:
    window = facts.window
    read = counted(facts.total, "élément lu", "éléments lus")
    hostile = hostile_share(facts.stances["hostile"], facts.total)
    moment = f"au {day_and_time(window.until, window.zone)}"
    told = f"{read} en {facts.period} {moment}, dont {hostile}"
    if facts.is_quiet:
        nothing = f"{NOTHING} (0 signal en {facts.period}, {read})"
        yield Line(part="situation", label=nothing, text="")
        told = f"{hostile} {moment}"
    yield Line(part="situation", label="Situation", text=sentence([told, _usual(window)]))


def _usual(window: BulletinWindow) -> str:
    """The mean of the days before, with its own number of days."""
    if not window.before:
        return "pas encore de moyenne"
    days, total = len(window.before), sum(count.total for count in window.before)
    hostile = sum(count.hostile for count in window.before)
    usual = f"moyenne {days} j : {number(round(total / days, 1))} par jour"
    return f"{usual}, {hostile_mean(hostile, total, days)}"


def signal_lines(facts: Facts, plan: Plan) -> Iterable[Line]:
    for place, signal in enumerate(facts.signals[: plan.full + plan.short], 1):
        yield from _signal_lines(signal, place, facts.window, in_full=place <= plan.full)
    others = facts.signals[plan.full + plan.short :]
    named, counts = others[: plan.named], Counter(signal.level for signal in others[plan.named :])
    pending = f"{counted(facts.pending, 'élément')} en attente de validation"
    told = [
        *(_named(signal) for signal in named),
        ", ".join(f"{counts[level]} {level.upper()}" for level in SHOWN if counts[level]),
        pending if facts.pending else "",
    ]
    if any(told):
        label = "Aussi" if facts.signals else "Signaux"
        yield Line(part="signals", label=label, text=sentence(told))


def _named(signal: Signal) -> str:
    """A signal that has no room for more than its name."""
    title = phrases().narrative(signal.narrative).title
    where = "" if signal.narrative.startswith(CLOSED) else f" ({region_name(signal.region)})"
    return f"{signal.level.upper()} {title}{where}"


def _signal_lines(
    signal: Signal, place: int, window: BulletinWindow, *, in_full: bool
) -> Iterable[Line]:
    words = phrases().narrative(signal.narrative)
    about = f"{actor_name(signal.actor)} · {region_name(signal.region)}"
    if signal.narrative.startswith(CLOSED):
        about = "acteur et zone réservés"
    heading = f"{place}) {signal.level.upper()} – {words.title} · {about}"
    yield Line(part="signals", label=heading, text="", level=signal.level)
    if in_full:
        circulates = f"{words.claim}{_size(signal)}.{_age(signal, window)}"
        yield Line(part="signals", label="Ce qui circule", text=circulates)
    yield Line(part="signals", label="Statut", text=f"{_status(signal, in_full=in_full)}.")
    proposed = words.proposed if in_full else words.proposed[:1]
    yield Line(part="signals", label="Proposé", text=sentence(proposed))


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
    return f" Vu dès le {date_of(signal.first_published_at, window.zone)}."


def _status(signal: Signal, *, in_full: bool) -> str:
    """What is known of the facts, what is not, and whether an analyst has looked."""
    told = phrases().status.get(signal.fact, phrases().status["non_verifie"])
    if signal.claim and signal.fact != "faux_verifie":
        told = f"information non vérifiée, proche de l'infox {plain(signal.claim, 8)}"
    if not in_full:
        told = told.partition(",")[0]
    return f"{told}, signal {'validé' if signal.validated else 'à valider'}"


def context(facts: Facts, most: int) -> Iterable[Line]:
    """Official words, incidents and press about aid actors: read by all, answered by none."""
    tags = list(phrases().context)
    ranked = sorted(facts.context, key=lambda key: (tags.index(key[0]), -facts.context[key], key))
    for tag, actor, region in ranked[:most]:
        told = [phrases().context[tag], actor_name(actor), region_name(region)]
        times = counted(facts.context[tag, actor, region], "publication")
        yield Line(part="context", label="Contexte", text=f"{', '.join(told)} ({times}).")


def figures(facts: Facts) -> Line:
    told = [
        counted(facts.stances[stance], name)
        for stance, name in _FIGURES
        if facts.stances[stance] or stance == "hostile"
    ]
    if facts.hostile_copies:
        told[0] += f" (dont {counted(facts.hostile_copies, 'copie')})"
    return Line(part="figures", label="Chiffres", text=f"{', '.join(told)}.")


def denials(facts: Facts, most: int) -> Iterable[Line]:
    """Known claims that came back, with who denied them."""
    claims = sorted(facts.claims, key=lambda claim: (-facts.claims[claim], claim))
    told = [_claim(claim, facts.returned.get(claim, 0)) for claim in claims]
    if told and most:
        yield Line(part="figures", label="Déjà démenti", text=f"{listed(told, most)}.")


def _claim(claim: str, months: int) -> str:
    back = f"réapparition après {months} mois" if months else ""
    told = ", ".join(filter(None, [phrases().claim.get(claim), denied_by(claim), back]))
    return f"{plain(claim, 8)} ({told})" if told else plain(claim, 8)


def accountability(facts: Facts, most: int) -> Iterable[Line]:
    """Criticism goes to those who can mend what it is about; it is never a signal."""
    found = facts.complaints
    ranked = sorted(found, key=lambda region: (-found[region], region))
    where = listed([f"{region_name(region)} {found[region]}" for region in ranked], most)
    told = f"{counted(sum(found.values()), 'retour')} à transmettre"
    if found:
        text = f"{told} ({where})." if most else f"{told}."
        yield Line(part="figures", label="Redevabilité", text=text)


def coverage(facts: Facts, most: int) -> Line:
    """What was read and what was not: silence is never read as safety."""
    total = len(facts.window.sources)
    rejects = sum(sum(run.rejected.values()) for run in facts.window.coverage)
    told = [f"{total - len(facts.unread)} sur {total}"]
    if facts.unread and most:
        told.append(f"non lues : {listed(facts.unread, most)}")
    told.append(f"rejets : {counted(rejects, 'ligne')}" if rejects else "aucun rejet")
    if facts.unlabelled:
        told.append(f"non classés : {counted(facts.unlabelled, 'élément')}")
    if facts.unread_languages:
        told.append(_unread_languages(facts.unread_languages, most))
    return Line(part="foot", label="Sources lues", text=sentence(told))


def _unread_languages(found: Mapping[str, int], most: int) -> str:
    """How many posts no model was made for; those first that only a speaker can read."""
    told = f"langues non traitées : {counted(sum(found.values()), 'élément')}"
    ranked = sorted(found, key=lambda name: (name not in FOR_SPEAKERS, -found[name], name))
    named = [f"{found[name]} en {_language(name)}" for name in ranked[:most]]
    if rest := sum(found[name] for name in ranked[most:]):
        named.append(f"{rest} en d'autres")
    return f"{told} ({', '.join(named)})" if most else told


def _language(name: str) -> str:
    return f"{name}, à lire par un locuteur" if name in FOR_SPEAKERS else language_name(name)


def contact(window: BulletinWindow) -> Iterable[Line]:
    reference = [f"Réf. {window.reference}"] if window.reference else []
    hosting = f"Données : {shorten(window.hosting)}"
    text = " · ".join([shorten(window.contact), *reference, hosting])
    yield Line(part="foot", label="Contact", text=text)
    yield Line(part="foot", label="Méthode", text=f"{METHOD}. {OPT_OUT}")
