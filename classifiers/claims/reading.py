"""One claim or post as the matcher sees it: its words, what they mean, whom and where it names."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from classifiers.claims.lexicon import SAYINGS, SLOTS, concepts_in
from veille.codebook.actors import GENERIC, context_entities, find_actors, load_actors
from veille.codebook.places import find_places
from veille.text import folded, stems

# A post is read in stretches of so many words, so that a long one is not diluted.
_WINDOW, _STEP = 60, 30
_SENTENCE_END = re.compile(r"(?<=[.!?;…\n؟۔])\s+")
_WORD = re.compile(r"\w")
_NAME = re.compile(r"(?<![.!?…\n])(?<!^)\s[«\"“(]?([A-ZÀ-ÖØ-Þ][\w'’-]{2,})")
_SHORTEST_NAME = 3
# What words that tell less than this share says nothing.
TELLING = 3.0
# Which doers stand for which: an actor that is named is also one of its kind.
_KINDS: Mapping[str, tuple[str, ...]] = {
    "UN": ("who:onu",),
    "UN-hist": ("who:onu",),
    "RCRC": ("who:croix_rouge", "who:ong"),
}
_ENTITIES: Mapping[str, str] = {
    "FORCES": "who:armee",
    "RUSSIE": "who:russie",
    "FORCES_HIST": "who:france",
    "MEDIA": "who:medias",
    "POLITIQUE": "who:gouvernement",
    "REGULATEUR": "who:gouvernement",
}
AID = frozenset({"who:onu", "who:ong", "who:croix_rouge", "who:blancs"})
_CONSONANTS = str.maketrans(
    {
        **dict.fromkeys("aeiouyhwاويىهةئءؤأإآع", ""),
        **{"ب": "b", "پ": "b", "p": "b", "ت": "t", "ط": "t", "ث": "t", "ج": "j", "ح": "h"},
        **{"خ": "k", "د": "d", "ض": "d", "ذ": "d", "ر": "r", "ز": "s", "z": "s", "س": "s"},
        **{"ص": "s", "ش": "c", "غ": "g", "ف": "f", "v": "f", "ق": "k", "ك": "k", "q": "k"},
        **{"c": "k", "ل": "l", "م": "m", "ن": "n", "x": "s", "ظ": "s"},
    }
)


def word_count(text: str) -> int:
    """How many words people would count in `text`."""
    return sum(bool(_WORD.search(chunk)) for chunk in text.split())


def stretches(text: str) -> Iterator[str]:
    """`text` itself, or, when it is long, overlapping stretches of whole sentences."""
    if word_count(text) <= _WINDOW:
        yield text
        return
    sentences = _SENTENCE_END.split(text)
    start = 0
    while start < len(sentences):
        end, count = start, 0
        while end < len(sentences) and (end == start or count < _STEP):
            count += word_count(sentences[end])
            end += 1
        yield " ".join(sentences[start:end])[: _WINDOW * 40]
        start += max(1, (end - start) // 2)


class Unit(NamedTuple):
    """One telling word: its stem, the concepts it names, its consonants, how much it tells."""

    stem: str
    means: frozenset[str]
    bones: str
    weight: float


class Reading:
    """The words of one text and what they mean; the costly parts are read when asked for.

    `idf` says how much a stem or a concept tells.
    """

    def __init__(self, text: str, idf: Callable[[str], float]) -> None:
        self.text = text
        self.words = folded(text).split()
        self.word_stems = stems(text).split()
        self.stems = frozenset(self.word_stems)
        self.found = list(concepts_in(self.words))
        self._idf = idf

    def worth(self, words: Iterable[str]) -> float:
        """How much stems or concepts tell together."""
        return sum(map(self._idf, words))

    @cached_property
    def weight(self) -> float:
        """How much its words tell together; never 0."""
        return self.worth(self.stems) or 1.0

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """How much the concepts of each slot tell together."""
        return {slot: self.worth(names) for slot, names in self.concepts.items()}

    @cached_property
    def word_means(self) -> Sequence[frozenset[str]]:
        """The concepts each word names."""
        means: list[set[str]] = [set() for _ in self.words]
        for found in self.found:
            for place in range(found.first, found.last + 1):
                means[place].add(found.concept.name)
        return [frozenset(names) for names in means]

    @cached_property
    def units(self) -> Sequence[Unit]:
        """Its different telling words."""
        listed = zip(self.word_stems, self.word_means, self.words, strict=False)
        units = {
            stem: Unit(stem, means, _bones(word), self._idf(stem)) for stem, means, word in listed
        }
        return [unit for unit in units.values() if unit.weight >= TELLING]

    @cached_property
    def core(self) -> Sequence[Unit]:
        """Its telling words that are no names."""
        return [unit for unit in self.units if unit.bones not in self.names]

    @cached_property
    def sayings(self) -> Mapping[str, Sequence[int]]:
        """Where words stand that deny, negate, ask or vouch."""
        places: dict[str, list[int]] = {name: [] for name in SAYINGS}
        for found in self.found:
            if found.concept.slot == "saying":
                places[found.concept.name.removeprefix("saying:")].append(found.first)
        return places

    @cached_property
    def concepts(self) -> Mapping[str, frozenset[str]]:
        """Names of concepts by slot; named actors are doers of their kind too."""
        by_slot: dict[str, set[str]] = {slot: set() for slot in SLOTS}
        for found in self.found:
            if found.concept.slot in by_slot:
                by_slot[found.concept.slot].add(found.concept.name)
        for actor in self.actors:
            by_slot["who"].update(_kinds(actor))
        for mention in context_entities(self.text):
            by_slot["who"].add(_ENTITIES.get(mention.actor_id, "who:groupes_armes"))
        return {slot: frozenset(names) for slot, names in by_slot.items()}

    @cached_property
    def meanings(self) -> frozenset[str]:
        """All concepts, of whatever slot."""
        return frozenset().union(*self.concepts.values())

    @cached_property
    def actors(self) -> frozenset[str]:
        """Aid actors that are named; the sector in general is none."""
        return frozenset(
            mention.actor_id for mention in find_actors(self.text) if mention.actor_id != GENERIC
        )

    @cached_property
    def places(self) -> frozenset[str]:
        return frozenset(mention.place_id for mention in find_places(self.text))

    @cached_property
    def names(self) -> frozenset[str]:
        """Consonants of the words that are written as names, places among them."""
        written = [match.group(1) for match in _NAME.finditer(self.text)]
        written += [self.text[place.start : place.end] for place in find_places(self.text)]
        bones = {_bones(word) for name in written for word in folded(name).split()}
        return frozenset(bone for bone in bones if len(bone) >= _SHORTEST_NAME)

    @cached_property
    def bones(self) -> frozenset[str]:
        """Consonants of all words: what a name is found by in another script or spelling."""
        return frozenset(map(_bones, self.words))


@lru_cache(maxsize=1 << 14)
def _bones(word: str) -> str:
    return word.removeprefix("ال").translate(_CONSONANTS)


def _kinds(actor: str) -> tuple[str, ...]:
    return _KINDS.get(load_actors()[actor].type, ("who:ong",))
