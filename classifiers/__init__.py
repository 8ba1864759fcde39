"""One module per kind of model; the registry is here, and nothing is loaded before it is asked."""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from classifiers.base import Classifier
from veille.codebook.known import KnownClaim
from veille.errors import ConfigError
from veille.settings import Secret

log = logging.getLogger(__name__)

BUNDLED = "sahel-e5"


def build(name: str) -> Classifier:
    """The classifier called `name`, ready to label; some names say after a colon which model.

    Raises `ConfigError` for an unknown name and for a model that cannot be opened.
    """
    kind, _, model = name.partition(":")
    if model and kind in _OPENERS:
        return _OPENERS[kind](model)
    if name not in _BUILDERS:
        known = [*names(), *(f"{kind}:MODEL" for kind in _OPENERS)]
        raise ConfigError(
            f"VEILLE_CLASSIFIER={name!r} is not a classifier; choose one of {', '.join(known)}"
        )
    return _BUILDERS[name]()


def names() -> tuple[str, ...]:
    """The names that `build` knows and that stand for one model."""
    return tuple(_BUILDERS)


def with_second_reader(
    first: Classifier, *, url: str, model: str, key: Secret, consent: str, timeout_s: float
) -> Classifier:
    """`first`, and a chat model for what it abstains on. Raises `ConfigError`."""
    from classifiers.llm import second_reader

    return second_reader(first, url=url, model=model, key=key, consent=consent, timeout_s=timeout_s)


def with_claims(first: Classifier, known: Sequence[KnownClaim]) -> Classifier:
    """`first`, and which of the `known` claims its posts are about."""
    from classifiers.claims.classifier import WithClaims
    from classifiers.claims.matcher import ClaimMatcher

    return WithClaims(first, ClaimMatcher(known))


def country_of(url: str, consent: str) -> str:
    """Where the chat model at `url` stands when that is outside the organisation, else empty.

    Raises `ConfigError` when it stands outside without `consent`.
    """
    from classifiers.llm.destination import destination_of

    return destination_of(url, consent).country


def _keywords() -> Classifier:
    from classifiers.keywords import KeywordClassifier

    return KeywordClassifier()


def _bundled() -> Classifier:
    """The bundled model; the floor while its files are not what they should be, and a warning."""
    from classifiers.bundled.classifier import BundledClassifier

    try:
        return BundledClassifier.open()
    except ConfigError as error:
        log.warning("%s; the keyword floor answers meanwhile", error)
        return _keywords()


def _model_in(folder: str) -> Classifier:
    from classifiers.bundled.classifier import BundledClassifier

    return BundledClassifier.open(Path(folder))


def _transformer(place: str) -> Classifier:
    from classifiers.transformer import TransformerClassifier, open_checkpoint

    return TransformerClassifier(open_checkpoint(place))


_BUILDERS: Mapping[str, Callable[[], Classifier]] = {BUNDLED: _bundled, "keywords": _keywords}
_OPENERS: Mapping[str, Callable[[str], Classifier]] = {
    BUNDLED: _model_in,
    "transformer": _transformer,
}
