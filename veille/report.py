"""What the shell tells people, in plain French: counts in, lines out."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shlex import quote

from veille import errors
from veille.codebook.languages import FOR_SPEAKERS, language_name
from veille.imports import Preview
from veille.jobs import Imported
from veille.morning import Morning
from veille.post import Post, full_text, said

_PREVIEW_CHARACTERS = 70
# What people read first; what operators need to know stands behind it.
_FAULTS = (
    (errors.ConfigError, "un réglage est à corriger"),
    (errors.SourceForbidden, "la source refuse l'accès : vérifiez les identifiants"),
    (errors.PageDamaged, "des pages archivées sont abîmées : restaurez une sauvegarde"),
    (errors.SourceUnavailable, "pas lu cette fois : relancez plus tard"),
    (errors.BudgetSpent, "budget de lecture épuisé : relancez plus tard"),
    (errors.ArchiveUnavailable, "archive inutilisable : libérez de la place, puis relancez"),
    (errors.StoreUnavailable, "données indisponibles : rien n'est perdu, relancez plus tard"),
    (errors.NotifyError, "tous n'ont pas reçu le bulletin : relancez plus tard"),
    (errors.SourceGone, "la source n'existe plus"),
    (errors.SourceChanged, "contenu inattendu : corrigez-le, ou signalez-le avec cette ligne"),
)
_LEVELS = ("rouge", "orange", "jaune", "vert", "ferme")


def number(count: int) -> str:
    """A count with spaces between thousands: 12 345."""
    return f"{count:,}".replace(",", "\u202f")


def several(count: int, one: str, many: str = "") -> str:
    """`count` with its noun: « 1 doublon », « 3 doublons »."""
    return f"{number(count)} {one if count in (0, 1) else many or one + 's'}"


def fault(error: errors.VeilleError) -> str:
    """What went wrong and what to do, then the details; a refused file says so itself."""
    said = next((words for kind, words in _FAULTS if isinstance(error, kind)), "")
    return f"{said} ({error})" if said else str(error)


def collected(source_id: str, counts: Mapping[str, int]) -> str:
    """One line per source: what came and what became of it."""
    parts = [
        several(counts["received"], "élément lu", "éléments lus"),
        several(counts["new"], "nouveau", "nouveaux"),
        several(counts["known"], "déjà connu", "déjà connus"),
    ]
    for name, one, many in (
        ("ignored", "ignoré", "ignorés"),
        ("dropped", "écarté par règle", "écartés par règle"),
        ("rejected", "illisible", "illisibles"),
    ):
        if counts[name]:
            parts.append(several(counts[name], one, many))
    return f"  ✓ {source_id} : {', '.join(parts)}"


def classified(levels: Mapping[str, int]) -> str:
    """How many posts were labelled, per proposed level."""
    told = [f"{level} {number(levels[level])}" for level in _LEVELS if levels.get(level)]
    total = several(sum(levels.values()), "publication classée", "publications classées")
    return f"  ✓ classement : {total}{' (' + ', '.join(told) + ')' if told else ''}"


def delivered(morning: Morning) -> str:
    """A bulletin and where it went; one that was sent before is not shown again."""
    delivery, bulletin = morning.delivery, morning.bulletin
    places = [f"  ✓ remis : {name}" for name in delivery.sent]
    places += [f"  · bulletin du jour déjà remis : {name}" for name in delivery.already]
    places += [f"  ✗ non remis, à relancer : {name}" for name in delivery.failed]
    if not (delivery.sent or delivery.failed):
        return "\n".join(places)
    rule = "─" * 40
    return "\n".join([rule, f"Objet : {bulletin.subject}", rule, bulletin.text, rule, *places])


def preview(found: Preview) -> str:
    """Format, columns and first posts of a file that is about to be read."""
    rejects = [f"  ✗ {reject.where} : {reject.reason}" for reject in found.rejects]
    return "\n".join([*_reading(found.title, found.mapping, found.posts), *rejects])


def _reading(title: str, mapping: Mapping[str, str], posts: Sequence[Post]) -> Iterator[str]:
    """How a file is read: its format, which column is what, the first posts."""
    yield f"Format reconnu : {title}"
    yield from (f"  {field} ← {column}" for field, column in mapping.items())
    for place, post in enumerate(posts, 1):
        shown = _shortened(post, _PREVIEW_CHARACTERS)
        yield f"  {place}. {post.published_at:%d/%m/%Y %H:%M} [{_language(post)}] {shown}"


def _language(post: Post) -> str:
    """The languages of a post, or in which script somebody who knows it has to read it."""
    if post.script in FOR_SPEAKERS:
        return f"script {post.script} – à lire par un locuteur"
    return "+".join(code for code, _ in post.lang_mix) or post.lang


def _shortened(post: Post, length: int) -> str:
    text = " ".join(full_text(post).split())
    return text if len(text) <= length else f"{text[:length]}…"


def how_to_map(found: Preview) -> str:
    """What to type when the proposed columns are not the right ones."""
    columns = " ".join(f"--map {quote(f'{name}={said}')}" for name, said in found.mapping.items())
    return (
        "Rien n'a été importé. Si ces colonnes sont justes, ajoutez --yes ; sinon, dites-les :\n"
        f"  veille import FICHIER {columns}"
    )


def saved(path: Path) -> str:
    """Where a mapping is kept."""
    return f"Colonnes gardées pour la suite : {path}"


def imported(imported: Imported) -> str:
    """« X lignes lues, Y ignorées, Z doublons », and where the rejects are."""
    tally = imported.tally
    left_out = tally.ignored + tally.dropped
    lines = [
        *_reading(imported.title, imported.mapping, tally.first),
        f"{several(tally.received, 'ligne lue', 'lignes lues')}, "
        f"{several(left_out.total(), 'ignorée')}, "
        f"{several(tally.known + tally.copies, 'doublon')} ; "
        f"{several(tally.new, 'nouvelle publication', 'nouvelles publications')}.",
    ]
    lines += [f"  ignoré : {why} ({number(count)})" for why, count in sorted(left_out.items())]
    lines += [
        f"  retiré avant l'archivage : {what} ({number(count)})"
        for what, count in sorted(tally.removed.items())
    ]
    if tally.rejected:
        unread = several(tally.rejected.total(), "ligne illisible", "lignes illisibles")
        lines.append(f"{unread} dans {imported.name} :")
        lines += [f"  {reject.where} : {reject.reason}" for reject in tally.first_rejects]
        if more := tally.rejected.total() - len(tally.first_rejects):
            lines.append(f"  … et {several(more, 'autre')}")
        why = "raisons, ligne par ligne (corrigez le fichier d'origine, puis réimportez-le)"
        lines += [f"  {why} : {path}" for path in tally.reject_files]
    return "\n".join(lines)


def line_of(post: Post) -> str:
    """One post on one line, without its author."""
    labels = " ".join(said(post, axis) or "-" for axis in ("narrative", "stance", "hostility"))
    shown = _shortened(post, 2 * _PREVIEW_CHARACTERS)
    when = f"{post.published_at:%d/%m/%Y %H:%M}"
    level = said(post, "level") or "non classé"
    return f"{when}  {post.platform}  [{_language(post)}]  {level}  {labels}  {shown}"


def to_decide(post: Post) -> str:
    """One red as the person sees it who validates or rejects it: whole, with its reasons."""
    reasons = [span.why for label in post.labels if label.axis == "level" for span in label.spans]
    when = f"{post.published_at:%d/%m/%Y %H:%M}"
    return "\n".join(
        [
            "─" * 40,
            f"{post.id}  ({post.platform}, {when} UTC)  [{_language(post)}]",
            f"Pourquoi : {' ; '.join(reasons)}",
            full_text(post),
        ]
    )


def waiting(count: int) -> str:
    """How many reds wait, and what to type."""
    told = several(count, "signal rouge à valider", "signaux rouges à valider")
    if not count:
        return told
    return f"{told}. Pour décider : veille decide IDENTIFIANT status valide --by NOM (ou ecarte)"


def decided(post_id: str, axis: str, value: str) -> str:
    return f"Décision gardée : {post_id} · {axis} = {value}"


def prepared(step: str, count: int) -> str:
    """What was done to a store on a server, and what comes next."""
    match step:
        case "migrate":
            moved = several(count, "publication recopiée", "publications recopiées")
            return f"Base à jour : {moved} ; après contrôle : veille store confirm"
        case "confirm":
            return f"Ancienne version supprimée : {several(count, 'index', 'index')}"
    return "Base prête."


def found(shown: int, langs: Mapping[str, int], mixes: Mapping[str, int]) -> str:
    """How many posts are shown, and in which languages all those are that match."""
    told = several(shown, "publication trouvée", "publications trouvées")
    if not langs:
        return told
    counts = ", ".join(f"{language_name(code)} {number(n)}" for code, n in langs.items())
    mixed = ", ".join(f"{mix} {number(n)}" for mix, n in mixes.items() if mix)
    return f"{told}\nLangues : {counts}{f' ; mêlées : {mixed}' if mixed else ''}"


def maintained(silent: Sequence[str], purged: Mapping[str, int], damaged: Sequence[str]) -> str:
    """What the daily upkeep found and did."""
    return "\n".join(
        [
            f"Sources silencieuses : {', '.join(silent) or 'aucune'}",
            f"Purge : {several(purged['erased'], 'publication effacée', 'publications effacées')}, "
            f"{several(purged['authors_forgotten'], 'auteur oublié', 'auteurs oubliés')}, "
            f"{several(purged['pages_forgotten'], 'page effacée', 'pages effacées')}",
            f"Archive : {several(len(damaged), 'page abîmée', 'pages abîmées')}"
            f"{' : ' + ', '.join(damaged) if damaged else ''}",
        ]
    )
