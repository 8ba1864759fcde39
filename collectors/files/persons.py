"""Private persons out of what is archived: senders as keys, their names out of the texts."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from veille.privacy import Privacy, masked

PERSON = "[personne]"
_SENDER_KEY = re.compile(r"p-[0-9a-f]{24}")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Chat applications wrap the shown name of a mentioned person in isolates.
_MENTION = re.compile("@\u2068[^\u2069\n]{0,100}\u2069|@\\+?\\d[\\d  ]{6,}\\d")
_MIN_PART = 3
# Words that stand in contact names and name nobody.
_ROLES = frozenset(
    {
        "admin", "administrateur", "agent", "agents", "ami", "amie", "animateur", "animatrice",
        "assistant", "association", "bon", "bonne", "boss", "bureau", "chauffeur", "chef",
        "chefferie", "collègue", "comité", "communauté", "commune", "conseiller", "contact",
        "coordinateur", "coordination", "courriel", "directeur", "docteur", "dr", "enseignant",
        "equipe", "famille", "femme", "femmes", "focal", "gestionnaire", "groupe", "guide",
        "homme", "humanitaire", "humanitaires", "hôpital", "infirmier", "infirmière", "info",
        "infos", "jeune", "jeunes", "journaliste", "les", "logisticien", "madame", "maire",
        "mairie", "marché", "maître", "mission", "mme", "monsieur", "mosquée", "médecin",
        "numéro", "ong", "ongs", "papa", "personne", "pharmacien", "point", "police", "president",
        "presse", "prof", "professeur", "programme", "projet", "protection", "président",
        "quartier", "radio", "relais", "représentant", "responsable", "santé", "secrétaire",
        "service", "site", "tonton", "transport", "téléphone", "urgence", "veille", "village",
        "ville", "voisin", "zone", "école", "équipe",
    }
)  # fmt: skip


def sender_key(name: str, *, platform: str, privacy: Privacy) -> str:
    """What stands for a sender: `p-` and the author's key. A key stays as it is."""
    name = " ".join(_INVISIBLE.sub("", name).split()).removeprefix("~").strip()
    if _SENDER_KEY.fullmatch(name) or not name:
        return name
    digits = re.sub(r"\D", "", name)
    phone = digits if len(digits) >= 8 and not re.search(r"[^\W\d_]", name) else name  # noqa: PLR2004
    return f"p-{privacy.author_key(platform, phone)}"


def is_sender_key(name: str) -> bool:
    """Whether a name is what `sender_key` gives."""
    return _SENDER_KEY.fullmatch(name) is not None


def author_of(sender: str, *, platform: str, privacy: Privacy) -> str:
    """The author of a post whose archived sender is `sender`."""
    return sender_key(sender, platform=platform, privacy=privacy).removeprefix("p-")


class Names:
    """Names of the people of one chat, to be taken out of its texts.

    A name of several words goes in any case, a name of one word as it is written; one word of
    a longer name goes when it begins with a capital. Places, organisations and words like
    "docteur" are nobody's name and stay.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_first: dict[str, set[tuple[str, ...]]] = {}
        self._parts: set[str] = set()
        self._single: set[str] = set()
        for name in names:
            words = tuple(match.group() for match in _WORD.finditer(_of_a_person(name)))
            if _SENDER_KEY.fullmatch(name.strip()) or all(map(_names_nobody, words)):
                continue
            lowered = tuple(word.casefold() for word in words)
            self._by_first.setdefault(lowered[0], set()).add(lowered)
            self._single.update(words if len(words) == 1 else ())
            self._parts.update(
                word.casefold()
                for word in words
                if len(word) >= _MIN_PART and not _names_nobody(word) and not word.isdecimal()
            )

    def taken_out(self, text: str) -> str:
        """`text` with `[personne]` for each of these people."""
        if not self._by_first:
            return text
        words = list(_WORD.finditer(text))
        pieces: list[str] = []
        end = at = 0
        while at < len(words):
            count = self._length_at(words, at)
            if count:
                pieces += [text[end : words[at].start()], PERSON]
                end = words[at + count - 1].end()
            at += count or 1
        return "".join([*pieces, text[end:]])

    def _length_at(self, words: list[re.Match[str]], at: int) -> int:
        """How many words from `at` are somebody's name."""
        word = words[at].group()
        lowered = word.casefold()
        for name in sorted(self._by_first.get(lowered, ()), key=len, reverse=True):
            here = tuple(match.group().casefold() for match in words[at : at + len(name)])
            if here == name and len(name) > 1:
                return len(name)
        is_part = lowered in self._parts and not word[0].islower()
        return int(is_part or word in self._single)


def without_persons(text: str, names: Names, removed: Counter[str]) -> str:
    """`text` without numbers, addresses, mentions and the names of a chat; counts what went."""
    plain = _MENTION.sub(f"@{PERSON}", text)
    hidden = masked(plain)
    nameless = names.taken_out(hidden)
    removed["mentions de personnes"] += plain != text
    removed["textes avec téléphone ou courriel"] += hidden != plain
    removed["textes avec un nom de personne"] += nameless != hidden
    return nameless


def told(removed: Counter[str]) -> dict[str, int]:
    """What was removed, without the zeros."""
    return {what: count for what, count in sorted(removed.items()) if count}


def _of_a_person(name: str) -> str:
    """A sender's name without the organisations in it: "Awa MSF" is Awa."""
    from veille.codebook.actors import find_actors

    plain = _INVISIBLE.sub("", name)
    for mention in reversed(find_actors(plain)):
        plain = plain[: mention.start] + plain[mention.end :]
    return plain


def _names_nobody(word: str) -> bool:
    return word.casefold() in _ROLES or _is_place(word)


@lru_cache(maxsize=10_000)
def _is_place(word: str) -> bool:
    from veille.codebook.places import place_of

    return place_of(word) is not None
