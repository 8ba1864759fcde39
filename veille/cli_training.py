"""The verbs that train and judge the bundled model: for those who maintain it."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from veille import jobs
from veille.learning import Training


def train(options: argparse.Namespace) -> int:
    """Train into a folder; the folder's record says what went in and what came out."""
    wanted = Training(
        texts=options.texts,
        base=options.base,
        decisions=options.decisions,
        trial=options.trial,
    )
    model = jobs.train(options.to, wanted)
    print(f"{model} : {options.to}")
    return 0


def evaluate(options: argparse.Namespace) -> int:
    """Figures beside the floor's, with intervals, as Markdown."""
    others, draws, linear = options.beside, options.draws, options.linear
    for line in jobs.evaluate(options.split, others, draws=draws, linear=linear):
        print(line)
    return 0


VERBS: tuple[tuple[str, Callable[[argparse.Namespace], int], str], ...] = (
    ("train", train, "entraîner le modèle livré (paquets de « make train »)"),
    ("evaluate", evaluate, "mesurer le modèle livré sur des textes jamais vus"),
)


def add_arguments(parsers: Mapping[str, argparse.ArgumentParser]) -> None:
    """What the two verbs take, added to their parsers."""
    training, judging = parsers["train"], parsers["evaluate"]
    training.add_argument("to", type=Path, metavar="DOSSIER", help="où écrire le modèle")
    training.add_argument(
        "--base", type=Path, help="dossier d'un encodeur Hugging Face à affiner, au lieu du nôtre"
    )
    training.add_argument("--texts", type=Path, help="dossier de textes courants (voir la fiche)")
    training.add_argument(
        "--decisions", action="store_true", help="apprendre aussi des décisions de la base"
    )
    training.add_argument("--trial", action="store_true", help="deux minutes, pour voir si tout va")
    judging.add_argument("--split", choices=("test", "development"), default="test")
    judging.add_argument(
        "--beside", action="append", default=[], metavar="MODÈLE", help="un autre classifieur"
    )
    judging.add_argument("--draws", type=int, default=1_000, help="tirages des intervalles (1000)")
    judging.add_argument(
        "--linear", action="store_true", help="aussi des modèles linéaires (demande torch)"
    )
