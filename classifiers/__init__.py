"""One module per kind of model; the registry is here, and nothing is loaded before it is asked."""

from collections.abc import Callable, Mapping

from classifiers.base import Classifier
from veille.errors import ConfigError


def build(name: str) -> Classifier:
    """The classifier called `name`, ready to label. Raises `ConfigError` for an unknown name."""
    if name not in _BUILDERS:
        raise ConfigError(
            f"VEILLE_CLASSIFIER={name!r} is not a classifier; choose one of {', '.join(names())}"
        )
    return _BUILDERS[name]()


def names() -> tuple[str, ...]:
    """The names that `build` knows."""
    return tuple(_BUILDERS)


def _keywords() -> Classifier:
    from classifiers.keywords import KeywordClassifier

    return KeywordClassifier()


_BUILDERS: Mapping[str, Callable[[], Classifier]] = {"keywords": _keywords}
