"""The public shape of one labelled text: one JSON object, whatever model labelled it."""

from collections.abc import Sequence

from veille.post import STANCES, Label
from veille.severity import Assessment

_HOSTILITIES = ("H0", "H1", "H2", "H3")
_ABSTAINING = ("target", "narrative", "stance", "hostility")
_DIGITS = 4


def labelled(
    post_id: object,
    text: str,
    lang: str,
    labels: Sequence[Label],
    *,
    assessment: Assessment,
    model: str,
) -> dict[str, object]:
    """What `veille label` writes for one text; ready for JSON if `post_id` is.

    `stance` and `hostility_p` always give every value; on an axis in `abstain` they are flat.
    Reasons of severity and level stand on the whole text.
    """
    by_axis = {axis: _scores(labels, axis) for axis in _ABSTAINING}
    stance = by_axis["stance"] or dict.fromkeys(STANCES, 1 / len(STANCES))
    hostility = by_axis["hostility"] or dict.fromkeys(_HOSTILITIES, 1 / len(_HOSTILITIES))
    steps = [round(hostility.get(step, 0.0), _DIGITS) for step in _HOSTILITIES]
    return {
        "id": post_id,
        "lang": lang,
        "target": list(by_axis["target"]),
        "narrative": [[code, round(p, _DIGITS)] for code, p in by_axis["narrative"].items()],
        "stance": {name: round(stance.get(name, 0.0), _DIGITS) for name in STANCES},
        "hostility": steps.index(max(steps)),
        "hostility_p": steps,
        "severity": assessment.severity,
        "level": assessment.level,
        "abstain": [axis for axis in _ABSTAINING[1:] if not by_axis[axis]],
        "spans": _spans(text, labels, assessment),
        "model": model,
    }


def _scores(labels: Sequence[Label], axis: str) -> dict[str, float]:
    """Scores by value on one axis, best first."""
    found = {label.value: label.score for label in labels if label.axis == axis}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _spans(text: str, labels: Sequence[Label], assessment: Assessment) -> list[list[object]]:
    spans: list[list[object]] = [
        [label.axis, span.start, span.end, span.why] for label in labels for span in label.spans
    ]
    spans += [["severity", 0, len(text), why] for why in assessment.reasons]
    spans += [["level", 0, len(text), why] for why in assessment.level_reasons]
    return spans
