"""`veille label`: texts in, labels out, one JSON object a line, without a store."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from classifiers.base import Classifier
from classifiers.output import labelled
from veille.codebook.places import find_places
from veille.language import identify
from veille.severity import Context, assess
from veille.text import normalised

_BATCH = 64


def labelled_lines(
    lines: Iterable[str], classifier: Classifier, refuse: Callable[[str], None]
) -> Iterator[dict[str, object]]:
    """One labelled object per line that is `{"id", "text"}`, in their order.

    Offsets of spans count in the text as given: only what `normalised` would change differs.
    """
    texts = _texts(lines, refuse)
    while batch := list(islice(texts, _BATCH)):
        for (post_id, text), labels in zip(
            batch, classifier.label([text for _, text in batch]), strict=True
        ):
            places = tuple(dict.fromkeys(mention.place_id for mention in find_places(text)))
            yield labelled(
                post_id,
                text,
                identify(text).code,
                labels,
                assessment=assess(labels, text=text, places=places, context=Context()),
                model=classifier.model,
            )


def _texts(lines: Iterable[str], refuse: Callable[[str], None]) -> Iterator[tuple[object, str]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            post_id, text = item["id"], item["text"]
        except (ValueError, KeyError, TypeError, RecursionError):
            refuse(f"ligne {number} : il faut un objet JSON avec « id » et « text »")
            continue
        if not isinstance(text, str):
            refuse(f"ligne {number} : « text » n'est pas un texte")
            continue
        yield post_id, normalised(text)
