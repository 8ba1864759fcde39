"""Training the bundled model and judging it; what is heavy is loaded only here."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

import classifiers
from veille.errors import ConfigError
from veille.post import Post


def train_model(
    folder: Path, *, texts: Path | None, work: Path, decided: Iterable[Post], trial: bool
) -> str:
    """Train into `folder`; gives the model's name and version.

    What takes long is kept in the folder `training` of `work`, and not done twice.
    Raises `ConfigError` where the packages of the extra `train` are missing.
    """
    if find_spec("torch") is None:
        raise ConfigError("training needs torch, which is not installed here: run `make train`")
    from classifiers.training.recipe import TINY, Recipe
    from classifiers.training.sources import decided_posts
    from classifiers.training.train import train

    recipe, most = (TINY, 400) if trial else (Recipe(), 0)
    files = train(
        recipe,
        folder,
        texts=texts,
        work=work / "training",
        decided=decided_posts(decided),
        most_posts=most,
    )
    return files.model


def evaluation_lines(split: str, others: Iterable[str], draws: int) -> Iterator[str]:
    """Figures of the bundled model, the floor and `others` on a split, as Markdown."""
    from classifiers.training.evaluate import evaluated, posts_of, tables

    posts = posts_of(split)
    names = dict.fromkeys([classifiers.BUNDLED, "keywords", *others])
    yield from tables([evaluated(classifiers.build(name), posts, draws=draws) for name in names])
