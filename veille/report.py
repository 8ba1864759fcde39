"""What the shell tells people, in plain French: counts in, lines out."""

from collections.abc import Mapping, Sequence

from veille.imports import Preview
from veille.morning import Morning
from veille.pipeline import Tally
from veille.post import Post, said

_PREVIEW_CHARACTERS = 70
_LEVELS = ("rouge", "orange", "jaune", "vert", "ferme")


def number(count: int) -> str:
    """A count with spaces between thousands: 12 345."""
    return f"{count:,}".replace(",", "\u202f")


def several(count: int, one: str, many: str = "") -> str:
    """`count` with its noun: « 1 doublon », « 3 doublons »."""
    return f"{number(count)} {one if count in (0, 1) else many or one + 's'}"


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
    """The bulletin itself, then where it went."""
    delivery = morning.delivery
    places = [f"  ✓ remis : {name}" for name in delivery.sent]
    places += [f"  · déjà remis : {name}" for name in delivery.already]
    places += [f"  ✗ non remis, à relancer : {name}" for name in delivery.failed]
    rule = "─" * 40
    bulletin = morning.bulletin
    return "\n".join([rule, f"Objet : {bulletin.subject}", rule, bulletin.text, rule, *places])


def preview(found: Preview) -> str:
    """Format, columns and first posts of a file that is about to be read."""
    lines = [f"Format reconnu : {found.title}"]
    lines += [f"  {field} ← {column}" for field, column in found.mapping.items()]
    for place, post in enumerate(found.posts, 1):
        text = " ".join(f"{post.title} {post.text}".split())
        shown = text if len(text) <= _PREVIEW_CHARACTERS else f"{text[:_PREVIEW_CHARACTERS]}…"
        lines.append(f"  {place}. {post.published_at:%d/%m/%Y %H:%M} [{post.lang}] {shown}")
    lines += [f"  ✗ {reject.where} : {reject.reason}" for reject in found.rejects]
    return "\n".join(lines)


def how_to_map(found: Preview) -> str:
    """What to type when the proposed columns are not the right ones."""
    columns = " ".join(f"--map '{field}={column}'" for field, column in found.mapping.items())
    return (
        "Rien n'a été importé. Si ces colonnes sont justes, ajoutez --yes ; sinon, dites-les :\n"
        f"  veille import FICHIER {columns}"
    )


def imported(tally: Tally) -> str:
    """« X lignes lues, Y ignorées, Z doublons », and where the rejects are."""
    lines = [
        f"{several(tally.received, 'ligne lue', 'lignes lues')}, "
        f"{several(tally.ignored.total() + tally.dropped.total(), 'ignorée')}, "
        f"{several(tally.known + tally.copies, 'doublon')} ; "
        f"{several(tally.new, 'nouvelle publication', 'nouvelles publications')}."
    ]
    for reason, count in sorted((tally.ignored + tally.dropped).items()):
        lines.append(f"  ignoré : {reason} ({number(count)})")
    for what, count in sorted(tally.removed.items()):
        lines.append(f"  protégé avant archivage : {what} ({number(count)})")
    if tally.rejected:
        lines.append(f"{several(tally.rejected.total(), 'ligne illisible', 'lignes illisibles')} :")
        lines += [f"  {reason} ({number(n)})" for reason, n in tally.rejected.most_common(5)]
        lines += [f"  à corriger et à réimporter : {path}" for path in tally.reject_files]
    return "\n".join(lines)


def line_of(post: Post) -> str:
    """One post on one line, without its author."""
    text = " ".join(f"{post.title} {post.text}".split())
    labels = [said(post, axis) or "-" for axis in ("narrative", "stance", "hostility")]
    shown = text if len(text) <= 2 * _PREVIEW_CHARACTERS else f"{text[: 2 * _PREVIEW_CHARACTERS]}…"
    return f"{post.published_at:%d/%m/%Y %H:%M}  {post.platform}  {' '.join(labels)}  {shown}"


def found(count: int) -> str:
    return several(count, "publication trouvée", "publications trouvées")


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
