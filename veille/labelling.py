"""`veille label`, `claims`, `language`: texts in, answers out, a JSON object a line, no store."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from classifiers.base import Classifier
from classifiers.claims.matcher import ClaimMatcher
from classifiers.output import labelled
from veille.codebook.places import find_places
from veille.language import identify, identify_and_tag
from veille.severity import Context, assess
from veille.text import normalised

_BATCH = 64


def labelled_lines(
    lines: Iterable[str], classifier: Classifier, refuse: Callable[[str], None]
) -> Iterator[dict[str, object]]:
    """One labelled object per line that is `{"id", "text"}`, in their order.

    Offsets of spans count in the text as given: only what `normalised` would change differs.
    """
    texts = ((post_id, normalised(text)) for post_id, text in _texts(lines, refuse))
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


def claim_lines(
    lines: Iterable[str], matcher: ClaimMatcher, refuse: Callable[[str], None]
) -> Iterator[dict[str, object]]:
    """The known claims each line may be about, best first, and what follows from them."""
    texts = _texts(lines, refuse)
    while batch := list(islice(texts, _BATCH)):
        found = matcher.match([text for _, text in batch])
        for (post_id, _), matched in zip(batch, found, strict=True):
            yield {
                "id": post_id,
                "matches": [
                    [match.claim_id, round(match.p, 4), match.said] for match in matched.matches
                ],
                "verdict": matched.verdict,
            }


def language_lines(
    lines: Iterable[str], refuse: Callable[[str], None]
) -> Iterator[dict[str, object]]:
    """The language of each line that is `{"id", "text"}`, and of each whitespace token of it."""
    for post_id, text in _texts(lines, refuse):
        language, tokens = identify_and_tag(text)
        yield {
            "id": post_id,
            "code": language.code,
            "p": round(language.probability, 4),
            "script": language.script,
            "mix": language.mix,
            "tokens": tokens,
        }


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
