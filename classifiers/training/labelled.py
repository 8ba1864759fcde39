"""The labelled set: invented posts with the five decisions of the codebook, one a line."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from veille.codebook.actors import load_actors
from veille.codebook.narratives import load_codebook
from veille.post import STANCES
from veille.text import folded

DATA = Path(__file__).parent / "data"
LANGUAGES = ("fra", "bam", "hau", "ara", "eng", "ful", "mos", "son", "tmh", "pcm")
REGISTERS = ("std", "sms", "mali", "mix", "rel", "off", "voice")
FACTS = (
    "opinion", "non_verifie", "infox_connue", "faux_verifie", "vrai_verifie", "trompeur", "satire",
)  # fmt: skip
# Whole files are held out, so that no hand and no story is on both sides.
SPLITS = {"f": "test", "g": "development", "j": "test"}
# Texts that share so much of their words are one text for a learner.
_SAME = 0.7
_NONE = "-"
_LINE_BREAK = "⏎"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPost:
    """One invented post.

    `id` is the file and the line. `hand` is who writes, `story` what it belongs to, `pair` the
    contrast pair it is part of; empty where there is none. `false_claim` is "true", "false" or
    "unknown".
    """

    id: str
    hand: str
    story: str
    lang: str
    register: str
    narrative: str
    second: str
    stance: str
    hostility: int
    fact: str
    false_claim: str
    targets: tuple[str, ...]
    pair: str
    text: str

    @property
    def split(self) -> str:
        return SPLITS.get(self.hand[0], "train")


def read(paths: Iterable[Path]) -> list[LabelledPost]:
    """Every post of the files, in order. Raises `ValueError` naming file, line and every fault."""
    posts: list[LabelledPost] = []
    faults: list[str] = []
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            for line, row in enumerate(rows, 2):
                found = list(_faults(row))
                faults += [f"{path.name}:{line}: {fault}" for fault in found]
                if not found:
                    posts.append(_post(f"{path.stem}{line}", row))
    if faults:
        raise ValueError("\n".join(faults))
    return posts


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa of two labellers; 1 when they agree on one and the same value throughout."""
    values = {value for pair in pairs for value in pair}
    agreed = sum(first == second for first, second in pairs) / len(pairs)
    expected = (
        sum(
            sum(first == value for first, _ in pairs) * sum(second == value for _, second in pairs)
            for value in values
        )
        / len(pairs) ** 2
    )
    return 1.0 if expected == 1 else (agreed - expected) / (1 - expected)


def _faults(row: dict[str, str]) -> Iterator[str]:
    if None in row or None in row.values():
        yield "needs thirteen columns"
        return
    codes = {family.code[:3] for family in load_codebook().families}
    allowed: dict[str, Iterable[str]] = {
        "lang": LANGUAGES,
        "register": REGISTERS,
        "narrative": codes,
        "second": {*codes, _NONE},
        "stance": STANCES,
        "hostility": ("0", "1", "2", "3"),
        "fact": FACTS,
        "false_claim": ("true", "false", "unknown"),
    }
    yield from (
        f"{name} is {row[name]!r}" for name, values in allowed.items() if row[name] not in values
    )
    unknown = set(row["target"].split("+")) - {*load_actors(), "AUCUN"}
    yield from (f"target is {name!r}" for name in sorted(unknown))
    if not row["text"].strip() or not row["hand"].strip():
        yield "has no text or no hand"


def _post(post_id: str, row: dict[str, str]) -> LabelledPost:
    plain = {name: "" if row[name] == _NONE else row[name] for name in ("story", "second", "pair")}
    same = ("hand", "lang", "register", "narrative", "stance", "fact", "false_claim")
    return LabelledPost(
        id=post_id,
        **plain,
        **{name: row[name] for name in same},
        hostility=int(row["hostility"]),
        targets=tuple(row["target"].split("+")),
        text=row["text"].replace(_LINE_BREAK, "\n"),
    )


def second_reading(path: Path) -> dict[str, dict[str, str]]:
    """What a second labeller said of some posts, blind to the first, by id and axis."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row.pop("id"): row for row in rows}


def nearly_same(posts: Sequence[LabelledPost]) -> Iterator[tuple[LabelledPost, LabelledPost]]:
    """Posts that share seven words in ten or more, contrast pairs apart.

    Two such texts share a word among the rarest third of either.
    """
    words = [frozenset(folded(post.text).split()) for post in posts]
    counts = Counter(word for said in words for word in said)
    seen: defaultdict[str, list[int]] = defaultdict(list)
    for place, said in enumerate(words):
        ranked = sorted(said, key=lambda word: (counts[word], word))
        rarest = ranked[: len(said) - int(_SAME * len(said)) + 1]
        for other in dict.fromkeys(other for word in rarest for other in seen[word]):
            first, second = posts[other], posts[place]
            is_pair = bool(first.pair) and first.pair == second.pair
            if not is_pair and len(said & words[other]) >= _SAME * len(said | words[other]):
                yield first, second
        for word in rarest:
            seen[word].append(place)
