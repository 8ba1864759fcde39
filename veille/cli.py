"""The `veille` command: each verb calls one function of veille.jobs and prints in French."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import IO, get_args

from veille import __version__, cli_training, jobs, report
from veille.arguments import count, import_arguments
from veille.errors import FileRefused, NeverAgain, PersonMustAct, TryLater, VeilleError
from veille.imports import Preview
from veille.language import OPERATIONAL, UNKNOWN
from veille.pipeline import place_of
from veille.post import DECISION_AXES, LEVELS
from veille.query import PostQuery
from veille.store_steps import prepare_store
from veille.stores.base import StoreStep

OK, WRONG_CALL, PERSON_MUST_ACT, TRY_LATER, CHANGED, NEVER_AGAIN = 0, 2, 3, 4, 5, 6
INTERRUPTED = 130
_Answers = Callable[[Iterable[str], Callable[[str], None]], Iterator[dict[str, object]]]
# Of several faults the one that most needs a person's hand is the status.
_WORST_FIRST = (PERSON_MUST_ACT, CHANGED, NEVER_AGAIN, TRY_LATER, OK)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; gives the exit status the README explains."""
    # What Veille writes is for its owner's eyes, whatever the shell's habit is.
    os.umask(0o077)
    options = _parser().parse_args(arguments)
    verb: Callable[[argparse.Namespace], int] = options.verb
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        status = verb(options)
        sys.stdout.flush()
    except VeilleError as error:
        print(f"veille : {report.fault(error)}", file=sys.stderr)
        return _status(error)
    except BrokenPipeError:
        _write_no_more()
        return OK
    except KeyboardInterrupt:
        print("veille : interrompu ; relancez, rien n'est perdu", file=sys.stderr)
        return INTERRUPTED
    return status


def _status(error: VeilleError) -> int:
    match error:
        case PersonMustAct():
            return PERSON_MUST_ACT
        case TryLater():
            return TRY_LATER
        case NeverAgain():
            return NEVER_AGAIN
    return CHANGED


def _write_no_more() -> None:
    """The reader of our output (head, less) has closed: nothing is wrong, nobody reads on."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(_: argparse.Namespace) -> int:
    """Every step of the watch, one after the other; the worst that happened is the status."""
    statuses = [_step(source_id, partial(_collected, source_id)) for source_id in jobs.sources()]
    statuses.append(_step("classement", lambda: print(report.classified(jobs.classify()))))
    statuses.append(_step("bulletin", _bulletin))
    return min(statuses, key=_WORST_FIRST.index)


def _step(name: str, step: Callable[[], None]) -> int:
    """The status of one step. Whatever happens in it is told, and does not stop the next."""
    try:
        step()
        sys.stdout.flush()
    except BrokenPipeError:
        _write_no_more()
    except VeilleError as error:
        print(f"  ✗ {name} : {report.fault(error)}", file=sys.stderr, flush=True)
        return _status(error)
    except Exception as error:  # noqa: BLE001 - told to the operator, with where it happened
        print(f"  ✗ {name} : panne de Veille ({place_of(error)})", file=sys.stderr, flush=True)
        return CHANGED
    return OK


def _collected(source_id: str) -> None:
    print(report.collected(source_id, jobs.collect(source_id)))


def _bulletin() -> None:
    jobs.bulletin(lambda morning: print(report.delivered(morning)))


def collect(options: argparse.Namespace) -> int:
    _collected(options.source)
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
    if imported.failure:
        raise imported.failure
    return PERSON_MUST_ACT if imported.tally.rejected else OK


def _agreed(found: Preview, *, yes: bool) -> bool:
    """Whether a person says yes; nobody is there to ask when input is not a terminal."""
    if yes:
        return True
    print(report.preview(found), flush=True)
    if _says_yes("Ces colonnes sont-elles justes ? [o/N] "):
        return True
    print(report.how_to_map(found), file=sys.stderr)
    return False


def _says_yes(question: str) -> bool:
    if not sys.stdin.isatty():
        return False
    try:
        return input(question).strip().lower() in ("o", "oui")
    except EOFError:
        return False


def classify(_: argparse.Namespace) -> int:
    print(report.classified(jobs.classify()))
    return OK


def bulletin(_: argparse.Namespace) -> int:
    _bulletin()
    return OK


def answered(answers: _Answers, options: argparse.Namespace) -> int:
    """One JSON object a line in, one out; lines that are none are told of and passed over."""
    refused: list[str] = []
    if isinstance(sys.stdout, TextIOWrapper):
        # JSON is UTF-8 whatever the terminal speaks; half a character stays \ud800 in it.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    with _opened(options.file) as lines:
        for answer in answers(lines, refused.append):
            print(json.dumps(answer, ensure_ascii=False), flush=True)
    for fault in refused:
        print(f"veille : {fault}", file=sys.stderr)
    return PERSON_MUST_ACT if refused else OK


def claims(options: argparse.Namespace) -> int:
    return answered(partial(jobs.claims, known=options.known), options)


@contextmanager
def _opened(name: str) -> Iterator[IO[str]]:
    """A text file, or standard input for "-"; bytes that are no UTF-8 are replaced."""
    with ExitStack() as stack:
        try:
            place = sys.stdin.fileno() if name == "-" else name
            file = stack.enter_context(open(place, encoding="utf-8-sig", errors="replace"))  # noqa: PTH123 - a descriptor too
        except OSError as error:
            raise FileRefused(f"{name} : illisible ({error.strerror})") from error
        yield file


def search(options: argparse.Namespace) -> int:
    words, levels, langs = " ".join(options.words), tuple(options.level), tuple(options.lang)
    query = PostQuery(words=words, levels=levels, langs=langs, limit=options.limit)
    try:
        found = jobs.search(query)
    except ValueError as error:
        raise FileRefused(str(error)) from error
    told = report.found(len(found), jobs.counts(query, "lang"), jobs.counts(query, "mix"))
    print(*map(report.line_of, found), told, sep="\n")
    return OK


def pending(_: argparse.Namespace) -> int:
    """The validator's screen: what a machine thinks is red, whole, oldest first."""
    found = jobs.pending()
    print(*map(report.to_decide, found), report.waiting(len(found)), sep="\n")
    return OK


def decide(options: argparse.Namespace) -> int:
    jobs.decide(options.post, options.axis, options.value, person=options.by, note=options.note)
    print(report.decided(options.post, options.axis, options.value))
    return OK


def reingest(_: argparse.Namespace) -> int:
    print(report.collected("archive", jobs.reingest()))
    return OK


def store(options: argparse.Namespace) -> int:
    print(report.prepared(options.step, prepare_store(options.step)))
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
    ("label", partial(answered, jobs.label), "classer des textes {id, text}, un JSON par ligne"),
    ("claims", claims, "retrouver les infox connues dans des textes {id, text}"),
    ("language", partial(answered, jobs.language), "dire la langue de textes {id, text}"),
    *cli_training.VERBS,
    ("search", search, "chercher : mots, « phrases », AND OR NOT, préfixe*"),
    ("pending", pending, "les signaux rouges que personne n'a encore validés ni écartés"),
    ("decide", decide, "écrire la décision d'une personne sur une publication"),
    ("collect", collect, "lire une seule source"),
    ("classify", classify, "classer ce qui ne l'est pas encore"),
    ("bulletin", bulletin, "écrire et envoyer le bulletin"),
    ("sources", sources, "les sources suivies"),
    ("maintain", maintain, "entretien : silences, purge, contrôle de l'archive"),
    ("reingest", reingest, "relire toute l'archive avec les lecteurs d'aujourd'hui"),
    ("store", store, "préparer la base Elasticsearch, ou la mettre à jour"),
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
    for name in ("label", "claims", "language"):
        parsers[name].add_argument("file", help="fichier JSONL, ou - pour l'entrée standard")
    about = "infox à chercher : JSONL, ClaimReview ou CSV (sans cela, nos fiches)"
    parsers["claims"].add_argument("--known", type=Path, metavar="FICHIER", help=about)
    searched = parsers["search"]
    searched.add_argument("words", nargs="+", help="ce que l'on cherche")
    searched.add_argument("--limit", type=count, default=20, help="au plus (20)")
    for name, known in (("--level", LEVELS), ("--lang", (*OPERATIONAL, UNKNOWN))):
        searched.add_argument(name, choices=known, action="append", default=[], help="seulement")
    decided = parsers["decide"]
    decided.add_argument("post", help="identifiant, comme le montre « veille pending »")
    decided.add_argument("axis", choices=DECISION_AXES, help="ce sur quoi l'on décide")
    decided.add_argument("value", help="par exemple valide ou ecarte pour status")
    decided.add_argument("--by", required=True, metavar="NOM", help="qui décide")
    decided.add_argument("--note", default="", help="pourquoi")
    about = "init : créer ; migrate : mettre à jour ; confirm : supprimer l'ancienne version"
    parsers["store"].add_argument("step", choices=get_args(StoreStep), help=about)
    import_arguments(parsers["import"])
    cli_training.add_arguments(parsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
