"""Known claims to look for: our own cards, and what fact-checkers publish.

Read are JSON lines (`{"id", "text"}`, with `variants` if there are any), ClaimReview JSON-LD
(schema.org), and CSV tables with a column of claims.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from veille.codebook.claims import load_claims, load_facts
from veille.errors import FileRefused
from veille.text import folded, normalised

_LARGEST_BYTES = 50_000_000
_KEY_DIGITS = 10
# How tables of fact-checkers head their columns; compared without accents, case and signs.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "text": (
        "claim", "claim reviewed", "claimreviewed", "claim text", "text", "texte", "affirmation",
        "infox", "fausse information", "allegation", "rumeur",
    ),
    "id": ("id", "identifiant", "claim id", "numero"),
    "verdict": ("verdict", "rating", "textual rating", "textualrating", "note", "conclusion"),
    "checker": ("publisher", "checker", "author", "source", "media", "verifie par", "editeur"),
    "url": ("url", "link", "lien", "review url", "article"),
    "checked_on": ("date", "review date", "reviewdate", "date published", "datepublished"),
}  # fmt: skip
_TRUE = frozenset({"true", "vrai", "correct", "exact", "verifie", "accurate", "gaskiya", "صحيح"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClaim:
    """A claim to look for; `texts` are ways to word it, the first one the claim itself.

    A claim that `is_true` is taken for false by some: it is looked for so that nothing near it
    is called a false claim, and is never given as a match. `verdict`, `checker`, `url` and
    `checked_on` are as they were published, or empty.
    """

    id: str
    texts: tuple[str, ...]
    is_true: bool = False
    verdict: str = ""
    checker: str = ""
    url: str = ""
    checked_on: str = ""


def our_claims() -> list[KnownClaim]:
    """Our own cards, and the true facts that resemble them."""
    cards = [
        KnownClaim(
            id=card.id,
            texts=(card.claim_fr, *card.forms),
            verdict=card.verdict,
            checker=", ".join(card.debunked_by),
            url=card.source_urls[0],
            checked_on=card.debunked_on,
        )
        for card in load_claims().values()
    ]
    facts = load_facts().values()
    return cards + [
        KnownClaim(id=fact.id, texts=(fact.fact_fr, *fact.forms), is_true=True) for fact in facts
    ]


def claims_of(path: Path, refuse: Callable[[str], None]) -> list[KnownClaim]:
    """The claims in a file; `refuse` is told, in French, of what in it is none.

    Raises `FileRefused` when the file cannot be read or holds no claim.
    """
    text = _text_of(path)
    found = list(_unique(_read(text, path.suffix.lower(), refuse)))
    if not found:
        raise FileRefused(
            f"{path} : aucune infox connue ; il faut un JSON par ligne avec « id » et « text », "
            "du ClaimReview (JSON-LD), ou un CSV avec une colonne « claim »"
        )
    return found


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _LARGEST_BYTES:
            raise FileRefused(f"{path} : trop grand pour une liste d'infox connues")
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise FileRefused(f"{path} : illisible ({error.strerror})") from error


def _read(text: str, suffix: str, refuse: Callable[[str], None]) -> Iterator[KnownClaim]:
    if suffix in (".csv", ".tsv"):
        return _of_table(text, refuse)
    reviews = _json_or_none(text)
    if isinstance(reviews, list) or (isinstance(reviews, dict) and "@context" in reviews):
        return _of_reviews(reviews)
    return _of_lines(text, refuse)


def _of_lines(text: str, refuse: Callable[[str], None]) -> Iterator[KnownClaim]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        item = _json_or_none(line)
        if isinstance(item, dict) and _is_review(item):
            yield from _of_reviews(item)
            continue
        worded = _worded(item)
        if worded is None or not isinstance(item, dict):
            refuse(f"infox connues, ligne {number} : il faut un JSON avec « id » et « text »")
            continue
        verdict = str(item.get("verdict") or "")
        yield KnownClaim(
            id=str(item["id"]), texts=worded, verdict=verdict, is_true=_says_true(verdict)
        )


def _worded(item: object) -> tuple[str, ...] | None:
    """The claim and its variants; None when there is no id or no text."""
    if not isinstance(item, dict) or item.get("id") is None:
        return None
    variants = item.get("variants")
    texts = [item.get("text"), *(variants if isinstance(variants, list) else [])]
    worded = tuple(normalised(text) for text in texts if isinstance(text, str) and text.strip())
    return worded if isinstance(item.get("text"), str) and worded else None


def _of_reviews(item: object) -> Iterator[KnownClaim]:
    """Every ClaimReview anywhere in a JSON-LD document, in its order."""
    waiting = [item]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += reversed(part)
        elif isinstance(part, dict):
            if _is_review(part):
                yield _review(part)
            waiting += reversed(list(part.values()))


def _is_review(part: Mapping[str, Any]) -> bool:
    kinds = part.get("@type")
    is_one = "ClaimReview" in (kinds if isinstance(kinds, list) else [kinds])
    return is_one and isinstance(part.get("claimReviewed"), str)


def _review(part: Mapping[str, Any]) -> KnownClaim:
    text = normalised(part["claimReviewed"])
    rating, author = part.get("reviewRating"), part.get("author")
    verdict = str(rating.get("alternateName") or "") if isinstance(rating, dict) else ""
    url = str(part.get("url") or part.get("@id") or "")
    return KnownClaim(
        id=str(part.get("@id") or _key(url, text)),
        texts=(text,),
        is_true=_says_true(verdict),
        verdict=verdict,
        checker=str(author.get("name") or "") if isinstance(author, dict) else "",
        url=url,
        checked_on=str(part.get("datePublished") or ""),
    )


def _of_table(text: str, refuse: Callable[[str], None]) -> Iterator[KnownClaim]:
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    rows = csv.reader(text.splitlines(), delimiter=separator)
    headings = [" ".join(folded(cell).split()) for cell in next(rows, [])]
    places = {
        field: next(
            (headings.index(folded(name)) for name in names if folded(name) in headings), -1
        )
        for field, names in _COLUMNS.items()
    }
    if places["text"] < 0:
        return
    for number, row in enumerate(rows, 2):
        cells = {
            field: normalised(row[place]) if 0 <= place < len(row) else ""
            for field, place in places.items()
        }
        if cells["text"]:
            yield _row(cells)
        elif any(row):
            refuse(f"infox connues, ligne {number} : la colonne de l'infox est vide")


def _row(cells: dict[str, str]) -> KnownClaim:
    text = cells.pop("text")
    claim_id = cells.pop("id") or _key(cells["url"], text)
    return KnownClaim(id=claim_id, texts=(text,), is_true=_says_true(cells["verdict"]), **cells)


def _says_true(verdict: str) -> bool:
    return folded(verdict) in {folded(word) for word in _TRUE}


def _key(url: str, text: str) -> str:
    """An id that stays the same when the file is published again."""
    return sha256(f"{url}\n{folded(text)}".encode()).hexdigest()[:_KEY_DIGITS]


def _unique(claims: Iterable[KnownClaim]) -> Iterator[KnownClaim]:
    """Each id once, the first time it comes."""
    seen: set[str] = set()
    for claim in claims:
        if claim.id not in seen and any(map(folded, claim.texts)):
            seen.add(claim.id)
            yield claim


def _json_or_none(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
