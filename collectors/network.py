"""What collectors of platforms share: options that are checked, answers that become pages."""

from collections.abc import Callable, Mapping
from typing import Any

from veille.errors import ConfigError
from veille.http import Answer
from veille.http.address import archived
from veille.post import Page
from veille.sources import Source

Rule = Callable[[object], bool]


def whole(least: int, most: int) -> Rule:
    """Whether an option is a whole number from `least` to `most`; true and false are none."""
    return lambda value: type(value) is int and least <= value <= most


def is_switch(value: object) -> bool:
    """Whether an option is true or false."""
    return isinstance(value, bool)


def checked_options(
    source: Source, rules: Mapping[str, Rule], *, of: str, known: str
) -> dict[str, Any]:
    """The options of a source, each as its rule wants it.

    Raises `ConfigError` naming the first that is unknown to `of` or wrong, and what is `known`.
    """
    for name, value in source.options.items():
        if name not in rules or not rules[name](value):
            raise ConfigError(
                f"source {source.id}: option {name} is unknown to {of}, or its value is wrong;"
                f" known are {known}"
            )
    return dict(source.options)


def page_of(
    source: Source, answer: Answer, *, cursor: str | None = None, **options: object
) -> Page:
    """What a platform answered, byte for byte, under an address that tells no secret."""
    return Page(
        source_id=source.id,
        collector=source.collector,
        url=archived(answer.url),
        fetched_at=answer.fetched_at,
        body=answer.body,
        cursor=cursor,
        options=options,
    )
