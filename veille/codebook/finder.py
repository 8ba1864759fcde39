"""Finds named things in a text by their aliases: whole words, longest first, rules as data."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from veille.codebook.files import require, require_one_of, require_unique, toml_of
from veille.errors import ConfigError
from veille.text import Token, folded, tokens

Case = Literal["any", "upper", "capital", "capital-first", "exact"]
# How near a context word must stand, in characters.
NEAR = 30
# A text of at least so many words, most of them in capitals, is shouted: capitals prove nothing.
_SHOUTED_WORDS = 4
_PARTS = 2
# Enough to tell English from French where nobody told the language.
_ENGLISH = frozenset({"the", "of", "and", "is", "are", "was", "has", "have", "with", "from", "by"})
_FRENCH = frozenset({"le", "la", "les", "de", "des", "du", "et", "est", "dans", "un", "une", "a"})
_ARABIC_PREFIX = re.compile("^(?:[وفبك]?ال|و?لل)(?=[\u0621-\u064a]{3})")
_CAMEL = re.compile(r"[A-ZÀ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+|[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A form that names an actor, and what must be true of the text around it.

    `case`: how it must be written. `after`, `not_after`: words of which one, or none, stands
    just before. `needs`, `unless`: contexts (lists of words) of which one, or none, stands
    within 30 characters, or anywhere when `reach` is "text"; `unless` always looks anywhere.
    `langs`, `not_langs`: languages of the text. `tagged`: only as #form or @form.
    """

    form: str
    lang: str = ""
    case: Case = "any"
    after: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    reach: Literal["near", "text"] = "near"
    langs: tuple[str, ...] = ()
    not_langs: tuple[str, ...] = ()
    tagged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody people speak of; `name` is French, `confidence` is that of its aliases."""

    id: str
    name: str
    type: str
    confidence: str
    aliases: tuple[Alias, ...]
    note: str = ""


class Mention(NamedTuple):
    """`text[start:end]` names `actor_id`; `alias` is the form in the data file."""

    actor_id: str
    start: int
    end: int
    alias: str


class _Entry(NamedTuple):
    words: tuple[str, ...]
    actor_id: str
    alias: Alias


def actors_of(table: Mapping[str, Any], *, place: str) -> dict[str, Actor]:
    """Actors by id, from a table like that of actors.toml. Raises `ConfigError`."""
    known = {actor["id"]: _actor(actor, table["contexts"], place) for actor in table["actor"]}
    require_unique([actor["id"] for actor in table["actor"]], place=place)
    return known


def _actor(raw: Mapping[str, Any], contexts: Mapping[str, object], place: str) -> Actor:
    place = f"{place}, actor {raw.get('id')}"
    require(
        {"note": "", **raw}, ("id", "name", "type", "confidence", "note", "aliases"), place=place
    )
    aliases = tuple(_alias(alias, contexts, place) for alias in raw["aliases"])
    if not aliases:
        raise ConfigError(f"{place}: no alias")
    return Actor(**{**raw, "aliases": aliases})


def _alias(raw: str | Mapping[str, Any], contexts: Mapping[str, object], place: str) -> Alias:
    fields: Mapping[str, Any] = {"form": raw} if isinstance(raw, str) else raw
    place = f"{place}, alias {fields.get('form')!r}"
    unknown = set(fields) - set(Alias.__slots__)
    if unknown or not folded(str(fields.get("form", ""))):
        raise ConfigError(f"{place}: not an alias ({', '.join(sorted(unknown)) or 'no form'})")
    require_one_of(fields.get("case", "any"), get_args(Case), place=place)
    for context in (*fields.get("needs", ()), *fields.get("unless", ())):
        require_one_of(context, contexts, place=place)
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    return Alias(**values)


class Finder:
    """Looks for the aliases of many actors in one pass over the folded words of a text."""

    def __init__(self, actors: Iterable[Actor], contexts: Mapping[str, Sequence[str]]) -> None:
        self._contexts = {name: _words_pattern(words) for name, words in contexts.items()}
        self._by_first: dict[str, list[_Entry]] = {}
        for actor in actors:
            for alias in actor.aliases:
                words = tuple(map(_bare, folded(alias.form).split()))
                entry = _Entry(words, actor.id, alias)
                self._by_first.setdefault(words[0], []).append(entry)
        for entries in self._by_first.values():
            entries.sort(key=lambda entry: -len(entry.words))

    @classmethod
    def of_file(cls, name: str) -> "Finder":
        """The finder of a data file like actors.toml."""
        table = toml_of(name)
        return cls(actors_of(table, place=name).values(), table["contexts"])

    def find(self, text: str, lang: str = "") -> list[Mention]:
        """The mentions in `text`, in order, none inside another. Never raises."""
        is_tagged = "#" in text or "@" in text
        if not is_tagged and not self._may_hold_one(folded(text)):
            return []
        found = _Read(text, self._with_parts(text) if is_tagged else tokens(text), lang)
        mentions: list[Mention] = []
        free = 0
        for at in self._firsts(found.words):
            entry = self._entry_at(found, at) if at >= free else None
            if entry is not None:
                free = at + len(entry.words)
                start, end = found.tokens[at].start, found.tokens[free - 1].end
                mentions.append(Mention(entry.actor_id, start, end, entry.alias.form))
        return mentions

    def _may_hold_one(self, said: str) -> bool:
        words = said.split() if said.isascii() else [_bare(word) for word in said.split()]
        return any(self._candidates(words, at) for at in self._firsts(words))

    def _firsts(self, words: Sequence[str]) -> list[int]:
        """Where an alias may begin."""
        known = self._by_first
        return [at for at, word in enumerate(words) if word in known]

    def _with_parts(self, text: str) -> list[Token]:
        """The tokens of `text`; #StopMSF and @IntersosMali give their parts."""
        parts: list[Token] = []
        for token in tokens(text):
            cut = [match.span() for match in _CAMEL.finditer(token.text)]
            is_tag = text[: token.start][-1:] in ("#", "@")
            if not is_tag or len(cut) < _PARTS or token.folded in self._by_first:
                parts.append(token)
                continue
            for start, end in cut:
                written = token.text[start:end]
                place = (token.start + start, token.start + end)
                parts += [Token(*place, written, word) for word in folded(written).split()]
        return parts

    def _candidates(self, words: Sequence[str], at: int) -> list[_Entry]:
        entries = self._by_first[words[at]]
        return [e for e in entries if tuple(words[at : at + len(e.words)]) == e.words]

    def _entry_at(self, read: "_Read", at: int) -> _Entry | None:
        for entry in self._candidates(read.words, at):
            if self._holds(entry.alias, read, at, at + len(entry.words)):
                return entry
        return None

    def _holds(self, alias: Alias, read: "_Read", at: int, stop: int) -> bool:
        return (
            read.is_written(alias, at, stop)
            and read.stands_after(alias, at)
            and read.is_in_language(alias)
            and self._is_in_context(alias, read, at, stop)
        )

    def _is_in_context(self, alias: Alias, read: "_Read", at: int, stop: int) -> bool:
        if not alias.needs and not alias.unless:
            return True
        around = read.around(at, stop, NEAR if alias.reach == "near" else len(read.text))
        if alias.needs and not any(self._contexts[name].search(around) for name in alias.needs):
            return False
        whole = read.around(at, stop, len(read.text)) if alias.unless else ""
        return not any(self._contexts[name].search(whole) for name in alias.unless)


class _Read:
    """A text with its tokens, and the questions rules ask about it."""

    def __init__(self, text: str, read: Sequence[Token], lang: str) -> None:
        self.text = text
        self.tokens = read
        self.words = [_bare(token.folded) for token in read]
        self._lang = lang

    def is_written(self, alias: Alias, at: int, stop: int) -> bool:
        """Whether the case, and the # or @ before it, are as the alias wants them."""
        written = [token.text for token in self.tokens[at:stop]]
        if alias.tagged and self.text[: self.tokens[at].start][-1:] not in ("#", "@"):
            return False
        match alias.case:
            case "upper":
                return all(word.isupper() for word in written) and not self._is_shouted()
            case "capital":
                return all(word[0].isupper() or not word[0].isalpha() for word in written)
            case "capital-first":
                return written[0][0].isupper()
            case "exact":
                start, end = self.tokens[at].start, self.tokens[stop - 1].end
                return self.text[start:end] == alias.form
        return True

    def stands_after(self, alias: Alias, at: int) -> bool:
        before = self.words[at - 1] if at else ""
        return (not alias.after or before in _folded_set(alias.after)) and (
            before not in _folded_set(alias.not_after)
        )

    def is_in_language(self, alias: Alias) -> bool:
        if not alias.langs and not alias.not_langs:
            return True
        lang = self._lang if self._lang not in ("", "und") else self._guessed()
        return (not alias.langs or lang in alias.langs) and lang not in alias.not_langs

    def around(self, at: int, stop: int, reach: int) -> str:
        """The folded words at most `reach` characters before or behind, between spaces."""
        start, end = self.tokens[at].start, self.tokens[stop - 1].end
        near = [
            token.folded
            for place, token in enumerate(self.tokens)
            if not at <= place < stop and token.end >= start - reach and token.start <= end + reach
        ]
        return f" {' '.join(near)} "

    def _is_shouted(self) -> bool:
        cased = [
            token.text for token in self.tokens if len(token.text) > 1 and token.text.isalpha()
        ]
        shouted = sum(word.isupper() for word in cased)
        return len(cased) >= _SHOUTED_WORDS and shouted * 3 > len(cased) * 2

    def _guessed(self) -> str:
        english = sum(token.text.lower() in _ENGLISH for token in self.tokens)
        french = sum(token.text.lower() in _FRENCH for token in self.tokens)
        return "eng" if english > french else "fra"


def _bare(word: str) -> str:
    """An Arabic word without the article and what is written onto it; others as they are."""
    return word if word < "\u0600" else _ARABIC_PREFIX.sub("", word)


def _folded_set(words: Sequence[str]) -> set[str]:
    return {folded(word) for word in words}


def _words_pattern(words: Iterable[str]) -> re.Pattern[str]:
    forms = [
        re.escape(folded(word.rstrip("*"))) + (r"\w*" if word.endswith("*") else "")
        for word in words
    ]
    return re.compile(rf" (?:{'|'.join(forms)}) ")
