"""What the verbs of `veille` take: arguments, and what is said of wrong ones."""

import argparse
from pathlib import Path


def import_arguments(parser: argparse.ArgumentParser) -> None:
    """What `veille import` takes."""
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


def count(text: str) -> int:
    """A number above zero."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError("écrivez un nombre au-dessus de zéro")
    return int(text)


def _column(text: str) -> tuple[str, str]:
    field, equals, column = text.partition("=")
    if not (field and equals and column):
        raise argparse.ArgumentTypeError("écrivez CHAMP=COLONNE, par exemple text=Message")
    return field, column
