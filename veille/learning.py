"""Training the bundled model and judging it; what is heavy is loaded only here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import classifiers
from veille.errors import ConfigError
from veille.post import Post

_TRIAL_POSTS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is trained, and on what beside the labelled set.

    `texts` is a folder of running text, `decisions` whether people's decisions in the store
    are learnt from. With `base`, the Hugging Face encoder in that folder is fine-tuned instead
    of ours, and `texts` not read. A `trial` takes minutes and is worth nothing.
    """

    texts: Path | None = None
    base: Path | None = None
    decisions: bool = False
    trial: bool = False


def train_model(folder: Path, wanted: Training, *, work: Path, decided: Iterable[Post]) -> str:
    """Train into `folder`; gives the model's name and version.

    What takes long is kept in the folder `training` of `work`, and not done twice.
    Raises `ConfigError` where the packages of the extra `train` are missing.
    """
    if find_spec("torch") is None:
        raise ConfigError("training needs torch, which is not installed here: run `make train`")
    if wanted.base:
        return _fine_tuned(wanted.base, folder, decided, trial=wanted.trial)
    from classifiers.training.recipe import TINY, Recipe
    from classifiers.training.sources import decided_posts
    from classifiers.training.train import train

    recipe, most = (TINY, 400) if wanted.trial else (Recipe(), 0)
    files = train(
        recipe,
        folder,
        texts=wanted.texts,
        work=work / "training",
        decided=decided_posts(decided),
        most_posts=most,
    )
    return files.model


def _fine_tuned(base: Path, folder: Path, decided: Iterable[Post], *, trial: bool) -> str:
    from classifiers.training.finetune import FineTuning, fine_tune
    from classifiers.training.labelled import DATA, read
    from classifiers.training.sources import decided_posts

    posts = [post for post in read(sorted(DATA.glob("?.tsv"))) if post.split == "train"]
    posts += decided_posts(decided)
    if trial:
        return fine_tune(base, folder, posts[:_TRIAL_POSTS], FineTuning(epochs=1))
    return fine_tune(base, folder, posts)


def evaluation_lines(
    split: str, others: Iterable[str], *, draws: int, linear: bool
) -> Iterator[str]:
    """Figures of the bundled model, the floor and `others` on a split, as Markdown.

    Functional checks follow, which are the same for every split. With `linear`, linear models
    are trained and measured beside them; that needs torch.
    """
    from classifiers.training import functions
    from classifiers.training.evaluate import evaluated, posts_of, tables

    posts, names = posts_of(split), dict.fromkeys([classifiers.BUNDLED, "keywords", *others])
    readers = [classifiers.build(name) for name in names]
    if linear:
        from classifiers.training.baselines import tfidf, untouched

        learnt = posts_of("train")
        readers += [tfidf(learnt), untouched(learnt)]
    yield from tables([evaluated(reader, posts, draws=draws) for reader in readers])
    yield ""
    cases = functions.read_cases()
    yield from functions.tables(cases, [functions.checked(reader, cases) for reader in readers])
