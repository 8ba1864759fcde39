"""A large model as second reader: asked only where the first reader abstains. Off by default."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from classifiers.base import Classifier
from classifiers.llm.answers import Unusable, part_of
from classifiers.llm.destination import destination_of
from classifiers.llm.instructions import instructions_version
from classifiers.llm.server import ChatServer, NoAnswer
from classifiers.parts import Part, labels_of
from veille.codebook.actors import GENERIC
from veille.errors import ConfigError
from veille.post import Axis, Label
from veille.settings import Secret

_ASKED_FOR: frozenset[Axis] = frozenset({"narrative", "stance", "hostility"})
_AXES: frozenset[Axis] = _ASKED_FOR | {"target", "fact"}
# A server that is silent so often in a row is left alone until the next call.
_MOST_SILENCES = 3
# About 2,000 tokens: with the instructions, a context of 8,192 holds it.
_WINDOW_CHARACTERS = 6_000
_MEANT = 0.55
_GRAVE = "H2"

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What asking cost during one call of `label`."""

    abstained: int = 0
    asked: int = 0
    answered: int = 0
    unsure: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    not_asked: int = 0
    seconds: float = 0.0
    read_tokens: int = 0
    written_tokens: int = 0
    silences: int = 0

    def counts(self) -> dict[str, object]:
        """For the log: numbers and reasons, no text."""
        return {
            "abstained": self.abstained,
            "asked": self.asked,
            "answered": self.answered,
            "unsure": self.unsure,
            "failed": dict(self.failed),
            "not_asked": self.not_asked,
            "seconds": round(self.seconds, 2),
            "seconds_per_post": round(self.seconds / max(self.asked, 1), 2),
            "read_tokens": self.read_tokens,
            "written_tokens": self.written_tokens,
        }


class SecondReader:
    """The first reader's labels, and a chat model's where the first one abstains.

    One request per stretch of a post, nothing of other posts in it. What the server cannot
    answer in time, or answers badly, stays as the first reader left it. A grave hostility
    that the first reader saw (H2, H3) is never lowered: a post may try to talk to the model.
    Its languages are the first reader's: nobody measured the second.
    """

    def __init__(self, first: Classifier, server: ChatServer) -> None:
        self._first, self._server = first, server
        self.tally = Tally()
        name, _, version = first.model.partition("@")
        second = server.model.replace("@", "-")
        self._model = f"{name}+{second}@{version}+{instructions_version()}"

    @property
    def model(self) -> str:
        return self._model

    @property
    def axes(self) -> frozenset[Axis]:
        return self._first.axes | _AXES

    @property
    def languages(self) -> frozenset[str]:
        return self._first.languages

    def label(self, texts: Sequence[str]) -> list[list[Label]]:
        self.tally = Tally()
        said = [
            [replace(label, model=self._model) for label in labels]
            for labels in self._first.label(texts)
        ]
        together = [self._completed(labels, text) for labels, text in zip(said, texts, strict=True)]
        if self.tally.abstained:
            where = {"host": self._server.destination.host}
            if self._server.destination.country:
                where["country"] = self._server.destination.country
            log.info("second reader", extra={**where, **self.tally.counts()})
        return together

    def _completed(self, labels: list[Label], text: str) -> list[Label]:
        missing = _ASKED_FOR & self._first.axes - {label.axis for label in labels}
        if not missing or not text.strip():
            return labels
        tally = self.tally
        tally.abstained += 1
        if tally.silences >= _MOST_SILENCES:
            tally.not_asked += 1
            return labels
        tally.asked += 1
        started_s = self._server.ticks()
        try:
            answers = list(self._answers(text))
        except (NoAnswer, Unusable) as error:
            tally.failed[str(error)] += 1
            # Only silence says that the server is away: a bad answer is about this post.
            tally.silences = tally.silences + 1 if isinstance(error, NoAnswer) else 0
            return labels
        finally:
            tally.seconds += self._server.ticks() - started_s
        tally.silences = 0
        if not any(part.scores for part, _ in answers):
            tally.unsure += 1
            return labels
        tally.answered += 1
        return self._merged(labels, answers)

    def _answers(self, text: str) -> Iterator[tuple[Part, bool]]:
        """What the model says of each stretch. Raises `NoAnswer` and `Unusable`."""
        for start, stretch in _stretches(text.encode("utf-8", "replace").decode()):
            answer = self._server.ask(stretch)
            self.tally.read_tokens += answer.read_tokens
            self.tally.written_tokens += answer.written_tokens
            yield part_of(answer.content, stretch, start)

    def _merged(self, first: Sequence[Label], answers: Sequence[tuple[Part, bool]]) -> list[Label]:
        parts = [part for part, _ in answers if part.scores]
        second = labels_of(parts, model=self._model, abstain_below={})
        kept = {label.axis for label in second}
        if _step(first) >= _GRAVE and _step(first) > _step(second):
            kept.discard("hostility")
        merged = [label for label in first if label.axis not in kept]
        merged += [label for label in second if label.axis in kept]
        if any(is_of_aid for _, is_of_aid in answers) and not _on(merged, "target"):
            merged.append(Label(axis="target", value=GENERIC, score=_MEANT, model=self._model))
        return merged


def second_reader(
    first: Classifier, *, url: str, model: str, key: Secret, consent: str, timeout_s: float
) -> SecondReader:
    """`first`, with the chat model `model` at `url` for what it abstains on.

    Raises `ConfigError` when the server is outside the organisation and `consent` does not
    name its host and country; when it does, the log says where posts go.
    """
    if not model.strip():
        raise ConfigError("VEILLE_LLM_URL is set: set VEILLE_LLM_MODEL to the model's name there")
    destination = destination_of(url, consent)
    if destination.country:
        log.warning(
            "posts that the first reader abstains on leave the organisation, as consented",
            extra={"host": destination.host, "country": destination.country},
        )
    server = ChatServer(destination=destination, model=model.strip(), key=key, timeout_s=timeout_s)
    return SecondReader(first, server)


def _stretches(text: str) -> Iterator[tuple[int, str]]:
    """The text in pieces a model can take, each with where it begins; cut between words."""
    start = 0
    while start < len(text):
        end = start + _WINDOW_CHARACTERS
        if end < len(text):
            blank = max(text.rfind(sign, start, end) for sign in " \n")
            end = blank + 1 if blank > start else end
        yield start, text[start:end]
        start = end


def _on(labels: Sequence[Label], axis: Axis) -> list[Label]:
    return [label for label in labels if label.axis == axis]


def _step(labels: Sequence[Label]) -> str:
    """The likeliest hostility; empty when nobody said."""
    said = _on(labels, "hostility")
    return max(said, key=lambda label: label.score).value if said else ""
