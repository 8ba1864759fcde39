"""The `veille` command: each verb calls one function of veille.jobs and prints in French."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from veille import __version__, jobs, report
from veille.errors import FileRefused, NeverAgain, PersonMustAct, TryLater, VeilleError
from veille.imports import Preview
from veille.query import PostQuery

OK, WRONG_CALL, PERSON_MUST_ACT, TRY_LATER, CHANGED, NEVER_AGAIN = 0, 2, 3, 4, 5, 6


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; gives the exit status the README explains."""
    options = _parser().parse_args(arguments)
    verb: Callable[[argparse.Namespace], int] = options.verb
    try:
        return verb(options)
    except VeilleError as error:
        print(f"veille : {error}", file=sys.stderr)
        return _status(error)
    except BrokenPipeError:
        # The reader of our output (head, less) has closed: nothing is wrong.
        sys.stderr.close()
        return OK


def _status(error: VeilleError) -> int:
    match error:
        case PersonMustAct():
            return PERSON_MUST_ACT
        case TryLater():
            return TRY_LATER
        case NeverAgain():
            return NEVER_AGAIN
    return CHANGED


def run(_: argparse.Namespace) -> int:
    """Every step of the watch, one after the other; the worst that happened is the status."""
    worst: VeilleError | None = None
    for source_id in jobs.sources():
        try:
            print(report.collected(source_id, jobs.collect(source_id)), flush=True)
        except VeilleError as error:
            worst = worst or error
            print(f"  ✗ {source_id} : {error}", file=sys.stderr, flush=True)
    print(report.classified(jobs.classify()), flush=True)
    try:
        jobs.bulletin(lambda morning: print(report.delivered(morning)))
    except VeilleError as error:
        worst = worst or error
        print(f"  ✗ bulletin : {error}", file=sys.stderr)
    return _status(worst) if worst else OK


def collect(options: argparse.Namespace) -> int:
    print(report.collected(options.source, jobs.collect(options.source)))
    return OK


def import_file(options: argparse.Namespace) -> int:
    """Read a file and show how; columns that were guessed are shown and asked about first."""
    given = dict(options.map)
    if options.preview:
        print(report.preview(jobs.preview(options.file, given)))
        return OK
    imported = jobs.import_file(options.file, given, partial(_agreed, yes=options.yes))
    if imported is None:
        return PERSON_MUST_ACT
    print(report.imported(imported))
    if options.save:
        print(report.saved(jobs.save_mapping(options.save, imported.mapping)))
    return PERSON_MUST_ACT if imported.tally.rejected else OK


def _agreed(found: Preview, *, yes: bool) -> bool:
    """Whether a person says yes; nobody is there to ask when input is not a terminal."""
    print(report.preview(found), flush=True)
    question = "Ces colonnes sont-elles justes ? [o/N] "
    if yes or (sys.stdin.isatty() and input(question).strip().lower() in ("o", "oui")):
        return True
    print(report.how_to_map(found), file=sys.stderr)
    return False


def classify(_: argparse.Namespace) -> int:
    print(report.classified(jobs.classify()))
    return OK


def bulletin(_: argparse.Namespace) -> int:
    jobs.bulletin(lambda morning: print(report.delivered(morning)))
    return OK


def label(options: argparse.Namespace) -> int:
    """One JSON object a line in, one out; lines that are none are told of and passed over."""
    refused: list[str] = []
    with _opened(options.file) as lines:
        for answer in jobs.label(lines, refused.append):
            print(json.dumps(answer, ensure_ascii=False), flush=True)
    for fault in refused:
        print(f"veille : {fault}", file=sys.stderr)
    return PERSON_MUST_ACT if refused else OK


@contextmanager
def _opened(name: str) -> Iterator[IO[str]]:
    """A text file, or standard input for "-"; bytes that are no UTF-8 are replaced."""
    with ExitStack() as stack:
        try:
            place = sys.stdin.fileno() if name == "-" else name
            file = stack.enter_context(open(place, encoding="utf-8", errors="replace"))  # noqa: PTH123 - a descriptor too
        except OSError as error:
            raise FileRefused(f"{name} : {error.strerror}") from error
        yield file


def search(options: argparse.Namespace) -> int:
    try:
        found = jobs.search(PostQuery(words=" ".join(options.words), limit=options.limit))
    except ValueError as error:
        raise FileRefused(str(error)) from error
    for post in found:
        print(report.line_of(post))
    print(report.found(len(found)))
    return OK


def reingest(_: argparse.Namespace) -> int:
    print(report.collected("archive", jobs.reingest()))
    return OK


def maintain(_: argparse.Namespace) -> int:
    """Silence, retention and archive checks; the status tells whether a person must look."""
    silent, damaged = jobs.silence(), jobs.archive_check()
    print(report.maintained(silent, jobs.retention(), damaged))
    return PERSON_MUST_ACT if silent or damaged else OK


def sources(_: argparse.Namespace) -> int:
    for source_id in jobs.sources():
        print(source_id)
    return OK


VERBS: tuple[tuple[str, Callable[[argparse.Namespace], int], str], ...] = (
    ("run", run, "toute la veille du matin : lire, classer, écrire et envoyer le bulletin"),
    ("import", import_file, "lire un fichier exporté : aperçu, puis import"),
    ("label", label, "classer des textes {id, text}, un JSON par ligne, sans rien garder"),
    ("search", search, "chercher : mots, « phrases », AND OR NOT, préfixe*"),
    ("collect", collect, "lire une seule source"),
    ("classify", classify, "classer ce qui ne l'est pas encore"),
    ("bulletin", bulletin, "écrire et envoyer le bulletin"),
    ("sources", sources, "les sources suivies"),
    ("maintain", maintain, "entretien : silences, purge, contrôle de l'archive"),
    ("reingest", reingest, "relire toute l'archive avec les lecteurs d'aujourd'hui"),
)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="veille",
        description="Veille de perception : ce qui se dit des acteurs humanitaires, chaque matin.",
        epilog="Réglages : variables VEILLE_*, voir .env.example.",
    )
    parser.add_argument("--version", action="version", version=f"veille {__version__}")
    verbs = parser.add_subparsers(title="verbes", required=True, metavar="VERBE")
    parsers = {}
    for name, verb, about in VERBS:
        parsers[name] = verbs.add_parser(name, help=about, description=about)
        parsers[name].set_defaults(verb=verb)
    parsers["collect"].add_argument("source", help="identifiant de la source")
    parsers["label"].add_argument("file", help="fichier JSONL, ou - pour l'entrée standard")
    parsers["search"].add_argument("words", nargs="+", help="ce que l'on cherche")
    parsers["search"].add_argument("--limit", type=int, default=20, help="au plus (20)")
    _import_arguments(parsers["import"])
    return parser


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="fichier à lire")
    parser.add_argument("--preview", action="store_true", help="montrer sans rien garder")
    parser.add_argument("--yes", action="store_true", help="accepter les colonnes proposées")
    parser.add_argument("--save", metavar="NOM", help="garder ces colonnes pour la suite")
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        type=_column,
        metavar="CHAMP=COLONNE",
        help="dire quelle colonne est quoi, par exemple text=Message published_at=Date",
    )


def _column(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not (field and equals and column):
        raise argparse.ArgumentTypeError("écrivez CHAMP=COLONNE, par exemple text=Message")
    return field, column


if __name__ == "__main__":
    sys.exit(main())
