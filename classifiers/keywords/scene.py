"""One text as the floor sees it: its words, what was found where, and who is spoken of."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from classifiers.keywords.cues import CueBook
from veille.codebook.markers import Words
from veille.codebook.patterns import Hit
from veille.post import Span

_QUOTED = re.compile(r"«[^«»]*»|“[^“”]*”|„[^„”“]*[”“]|\"[^\"\n]*\"")
_CLAUSE_END = re.compile(r"[,;:()–—]")
# How many words a negation reaches over: "n'est en aucun cas le complice".
_NEGATION_REACH = 4
# Texts of more sentences are read in stretches: an article is not one accusation.
_SHORT_SENTENCES = 6
# How many sentences away a target may be named, and how many one accusation may take.
_NEAR = 1
# From which score a family is taken as said: one fair cue beside a target reaches it.
NAMED = 0.5
# From which score a family speaks for itself, whoever is spoken of: one strong cue.
PLAIN = 0.75
# Where fighters are part of the story; elsewhere those who steal or burn may be the fighters.
ABOUT_FIGHTERS = frozenset({"N01", "N02", "N03", "N06", "N13", "N20"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An actor the text is about, how sure that is, and the words that say so."""

    actor_id: str
    score: float
    spans: tuple[Span, ...]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What was found in one text; hits stand in the order of the text.

    A hit is *echoed* when
    the author only repeats it: denied, or between quotation marks; else it is *asserted*.
    """

    text: str
    words: Words
    hits: Sequence[Hit]
    mentioned: Sequence[Target]
    book: CueBook

    @cached_property
    def by_name(self) -> dict[str, list[Hit]]:
        found: dict[str, list[Hit]] = {}
        for hit in self.hits:
            found.setdefault(hit.name, []).append(hit)
        return found

    def has(self, *names: str) -> bool:
        return any(name in self.by_name for name in names)

    def named(self, *names: str) -> list[Hit]:
        return [hit for name in names for hit in self.by_name.get(name, ())]

    def asserted(self, *names: str) -> list[Hit]:
        return [hit for hit in self.named(*names) if self._is_near(hit) and not self.is_echoed(hit)]

    def _is_near(self, hit: Hit) -> bool:
        """Whether a target is spoken of near the hit; in short texts everything is near."""
        if not self.is_long or not self.mentioned:
            return True
        place = self.sentence(hit)
        return any(place + step in self._target_sentences for step in range(-_NEAR, _NEAR + 1))

    @cached_property
    def is_long(self) -> bool:
        """Whether the text is an article rather than a post."""
        return bool(self.hits) and self.words.sentences[-1] >= _SHORT_SENTENCES

    @cached_property
    def _target_sentences(self) -> frozenset[int]:
        starts = [token.start for token in self.words.tokens]
        return frozenset(
            self.words.sentences[bisect_left(starts, span.start)]
            for target in self.mentioned
            for span in target.spans
        )

    def is_echoed(self, hit: Hit) -> bool:
        return self.is_denied(hit) or self.is_quoted(hit) or self._is_thanks_within(hit)

    def _is_thanks_within(self, hit: Hit) -> bool:
        """Whether the words of a claim lie on both sides of thanks: "le palu tue, merci au .."."""
        return not self.has("ironie") and any(
            hit.first < thanks.first <= thanks.last < hit.last for thanks in self.named("soutien")
        )

    def is_quoted(self, hit: Hit) -> bool:
        return hit.first in self._quoted and hit.last in self._quoted

    def is_denied(self, hit: Hit) -> bool:
        """Whether a negation reaches the hit in the same clause; "on ne veut pas de" is none."""
        if hit.has_negation or not self._negations:
            return False
        return self._is_reached(hit) or any(
            wide.first <= hit.first and hit.last <= wide.last and self._is_reached(wide)
            for wide in self.by_name.get(hit.name, ())
        )

    def _is_reached(self, hit: Hit) -> bool:
        return any(
            place in self._negations
            and place != hit.first  # "ba gaskiya" does not deny itself
            and self._is_one_clause(place, hit.first if place < hit.first else hit.last)
            for place in range(hit.first - _NEGATION_REACH, hit.last + 1 + self._is_open(hit))
        )

    def _is_open(self, hit: Hit) -> bool:
        """Whether "ne" stands before the last word, so that "pas" comes after the hit."""
        return hit.last > 0 and self.words.tokens[hit.last - 1].folded in ("n", "ne")

    def _is_one_clause(self, place: int, other: int) -> bool:
        first, second = min(place, other), max(place, other)
        tokens, sentences = self.words
        if sentences[first] != sentences[second]:
            return False
        return not _CLAUSE_END.search(self.text, tokens[first].end, tokens[second].start)

    @cached_property
    def _negations(self) -> frozenset[int]:
        """Places of the words that deny, without those of a refusal."""
        refused = {place for hit in self.named("rejet") for place in range(hit.first, hit.last + 1)}
        return frozenset(hit.first for hit in self.named("negation")) - refused

    @cached_property
    def _quoted(self) -> frozenset[int]:
        """Places of the words between quotation marks."""
        inside: set[int] = set()
        starts = [token.start for token in self.words.tokens]
        for match in _QUOTED.finditer(self.text):
            inside.update(
                range(bisect_left(starts, match.start()), bisect_left(starts, match.end()))
            )
        return frozenset(inside)

    @property
    def is_quoting(self) -> bool:
        return bool(self._quoted)

    @cached_property
    def families(self) -> dict[str, list[Hit]]:
        """Hits that name a narrative, by family."""
        return {name: hits for name, hits in self.by_name.items() if name in self.book.codes}

    @cached_property
    def scores(self) -> dict[str, float]:
        """How strongly the author asserts each family, 0..1."""
        return {
            family: self._together(hits)
            for family in self.families
            if (hits := self.asserted(family))
        }

    @cached_property
    def echoed_scores(self) -> dict[str, float]:
        """How strongly each family is there at all, repeated or asserted, 0..1."""
        return {family: self._together(hits) for family, hits in self.families.items()}

    @cached_property
    def accused(self) -> float:
        """How strongly the author asserts any hostile family."""
        return max((self.scores[name] for name in self.scores if name < "N90"), default=0.0)

    @cached_property
    def echoed(self) -> float:
        """How strongly any hostile family is there at all, also denied or quoted."""
        scores = self.echoed_scores
        return max((scores[name] for name in scores if name < "N90"), default=0.0)

    @property
    def means_the_sector(self) -> bool:
        """Whether plain cues go with words that only the aid sector brings, and no fighters."""
        if not self.has("secteur") or self.has("ordinaire"):
            return False
        if self.has("menace", "menace_voilee"):
            return True
        plain = {family for family, score in self.echoed_scores.items() if score >= PLAIN}
        return bool(plain & ABOUT_FIGHTERS if self.has("combattants") else plain)

    @cached_property
    def is_emoji_only(self) -> bool:
        """Whether the text is emoji beside the names of actors."""
        named = {span.start for target in self.mentioned for span in target.spans}
        return all(
            token.start in named or not token.folded[0].isalnum() for token in self.words.tokens
        )

    def sentence(self, hit: Hit) -> int:
        return self.words.sentences[hit.first]

    def chars(self, hit: Hit) -> tuple[int, int]:
        tokens = self.words.tokens
        return tokens[hit.first].start, max(tokens[hit.first].end, tokens[hit.last].end)

    def span(self, hit: Hit, why: str) -> Span:
        start, end = self.chars(hit)
        return Span(start=start, end=end, why=why)

    def _together(self, hits: Sequence[Hit]) -> float:
        """The score of several cues; in a long text, of those that stand close together."""
        if not self.is_long:
            return self._closed(hits)
        grouped: dict[int, list[Hit]] = {}
        for hit in hits:
            for place in range(self.sentence(hit) - _NEAR, self.sentence(hit) + 1):
                grouped.setdefault(place, []).append(hit)
        return max(map(self._closed, grouped.values()))

    def _closed(self, hits: Sequence[Hit]) -> float:
        """Each cue that stands on words of its own, and is new, closes part of what is open."""
        left, taken, seen = 1.0, set[int](), set[str]()
        for hit in sorted(hits, key=lambda hit: -hit.weight):
            places = range(hit.first, hit.last + 1)
            words = " ".join(self.words.tokens[place].folded for place in places)
            if words not in seen and taken.isdisjoint(places):
                left *= 1 - hit.weight
                taken.update(places)
                seen.add(words)
        return 1 - left
