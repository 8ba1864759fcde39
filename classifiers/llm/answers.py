"""What a chat model wrote, read as values of the codebook or not at all."""

import json
from collections.abc import Mapping
from typing import Any

from classifiers.llm.instructions import CERTAINTIES, NO_SECOND, schema
from classifiers.parts import HOSTILITIES, Part
from veille.post import STANCES, Axis

# Coarse steps, not frequencies: nothing was measured.
_SURE = dict(zip(CERTAINTIES, (0.8, 0.6), strict=False))
_WHY = "passage qui décide, selon le second lecteur"
_LEAST_PASSAGE = 3


class Unusable(ValueError):
    """An answer that is not one; its text says why in two words, never what was answered."""


def part_of(content: str, text: str, start: int) -> tuple[Part, bool]:
    """What the answer says of `text`, which begins at `start` of the post; whether of aid.

    An unsure answer has no scores. Raises `Unusable` for anything that is no answer.
    """
    answer = _checked(_object(content))
    first, last = _place(answer["passage"], text)
    part = Part(
        start=start + first,
        end=start + last,
        scores=_scores(answer),
        why=_WHY if last else "",
    )
    return part, answer["parle_aide"]


def _object(content: str) -> Mapping[str, Any]:
    """The object in `content`, whatever a talkative model wrote around it."""
    body = content[content.find("{") : content.rfind("}") + 1]
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unusable("no JSON" if not body else "cut JSON") from error
    if not isinstance(answer, dict):
        raise Unusable("no object")
    return answer


def _checked(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    kinds = schema()["properties"]
    if answer.keys() != kinds.keys():
        raise Unusable("wrong fields")
    for name, kind in kinds.items():
        wanted = bool if kind["type"] == "boolean" else str
        if not isinstance(answer[name], wanted):
            raise Unusable("wrong types")
        if answer[name] not in kind.get("enum", (answer[name],)):
            raise Unusable("wrong codes")
    return answer


def _scores(answer: Mapping[str, Any]) -> dict[Axis, Mapping[str, float]]:
    sure = _SURE.get(answer["certitude"])
    if sure is None:
        return {}
    narratives = {answer["recit"]: sure}
    if answer["recit_second"] not in (NO_SECOND, answer["recit"]):
        narratives[answer["recit_second"]] = sure / 2
    return {
        "narrative": narratives,
        "stance": _spread(answer["position"], STANCES, sure),
        "hostility": _spread(answer["hostilite"], HOSTILITIES, sure),
        "fact": {answer["statut"]: sure},
    }


def _spread(best: str, values: tuple[str, ...], sure: float) -> dict[str, float]:
    rest = (1 - sure) / (len(values) - 1)
    return {value: sure if value == best else rest for value in values}


def _place(passage: str, text: str) -> tuple[int, int]:
    """Where the passage stands, word for word; (0, 0) when it does not."""
    found = text.find(passage) if len(passage) >= _LEAST_PASSAGE else -1
    return (0, 0) if found < 0 else (found, found + len(passage))
