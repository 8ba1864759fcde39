"""The invented claims and posts that claim matching is fitted and judged on."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from classifiers.training.labelled import DATA
from veille.codebook.claims import load_claims

FILE = DATA / "claims" / "pairs.tsv"
CARDS = "cards"
CLAIM, HEADLINE = "claim", "headline"
_SHORT = "-short"
RELATIONS = ("repeats", "refutes", "asks", "other")
# Whole themes are held out: no claim that is judged was seen when weights were fitted.
HELD_OUT = frozenset(
    {"avions", "puits", "communiqués", "femmes", "collusion", "rapports", "épidémies"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaughtClaim:
    """A claim of a `theme`; claims of one theme are neighbours that are easily confused.

    `texts` are ways to word it. The theme "cards" holds our own cards; all others are invented.
    """

    id: str
    theme: str
    texts: tuple[str, ...]

    @property
    def is_held_out(self) -> bool:
        return self.theme in HELD_OUT

    @property
    def is_headline(self) -> bool:
        """Whether it is a claim once more, in a few words."""
        return self.id.endswith(_SHORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A claim and a post; `relation` is "other" when the post is about something else.

    `own` pairs were written for each other: an "other" post among them was made to look like
    the claim. The rest are posts about a neighbouring claim.
    """

    claim: TaughtClaim
    relation: str
    lang: str
    text: str
    own: bool

    @property
    def is_match(self) -> bool:
        return self.relation != "other"


def read_pairs() -> list[Pair]:
    """Every post with its own claim, also as a headline, and with each other of the theme.

    Claims and headlines are posts too: most of what circulates is copied.
    """
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return list(_pairs(rows, _claims(rows)))


def read_claims() -> list[TaughtClaim]:
    """The claims that have posts, in the order of the file."""
    return list(dict.fromkeys(pair.claim for pair in read_pairs()))


def _claims(rows: Sequence[dict[str, str]]) -> dict[str, TaughtClaim]:
    cards = {
        card.id: TaughtClaim(id=card.id, theme=CARDS, texts=(card.claim_fr, *card.forms))
        for card in load_claims().values()
    }
    invented = {
        _claim_id(row): TaughtClaim(id=_claim_id(row), theme=row["group"], texts=(row["text"],))
        for row in rows
        if row["relation"] in (CLAIM, HEADLINE)
    }
    return cards | invented


def _claim_id(row: dict[str, str]) -> str:
    return row["claim"] + (_SHORT if row["relation"] == HEADLINE else "")


def _pairs(rows: Sequence[dict[str, str]], claims: dict[str, TaughtClaim]) -> Iterator[Pair]:
    for row in rows:
        relation = "repeats" if row["relation"] in (CLAIM, HEADLINE) else row["relation"]
        if relation not in RELATIONS or row["group"] != claims[row["claim"]].theme:
            raise ValueError(f"{FILE.name}: {row['claim']} {row['relation']!r} is no pair")
        for claim in claims.values():
            if claim.theme == row["group"]:
                own = claim.id.removesuffix(_SHORT) == row["claim"]
                yield Pair(
                    claim=claim,
                    relation=relation if own else "other",
                    lang=row["lang"],
                    text=row["text"],
                    own=own,
                )
