"""What is written to Elasticsearch: each document by itself, so that repeating does no harm."""

from collections.abc import Callable, Collection, Iterable

from veille.errors import StoreUnavailable
from veille.post import Post
from veille.stores.elastic.documents import Document, document_of, key_of, month_of
from veille.stores.elastic.shelves import Shelves

# Writers that meet on one post give way to each other this often.
_TRIES = 50


def put_new(shelves: Shelves, posts: Iterable[Post]) -> list[Post]:
    """Add those of `posts`, each with an id of its own, that are not known; gives them."""
    by_key = {key_of(post.id): post for post in posts}
    places = shelves.claim({key: month_of(post) for key, post in by_key.items()})
    known = shelves.known(places)
    documents = {
        key: document_of(by_key[key], seq=place.seq)
        for key, place in sorted(places.items(), key=lambda each: each[1].seq)
        if key not in known
    }
    answers = shelves.create(documents, places)
    return [
        by_key[key]
        for key, answer in zip(documents, answers, strict=True)
        if answer.done
    ]  # fmt: skip


def rewrite(
    shelves: Shelves,
    keys: Collection[str],
    changed: Callable[[str, Document], Document | None],
) -> dict[str, tuple[Document, Document]]:
    """Write documents as `changed` makes them; gives, by `_id`, each before and after.

    It is asked again about a document that somebody else has changed meanwhile. None, or the
    same document, is left as it is.
    """
    done: dict[str, tuple[Document, Document]] = {}
    waiting = list(keys)
    for _ in range(_TRIES):
        found = [(each, changed(each.key, each.document)) for each in shelves.load(waiting)]
        pairs = [
            (each, after) for each, after in found if after is not None and after != each.document
        ]
        answers = shelves.replace(pairs)
        waiting = []
        for (stored, after), answer in zip(pairs, answers, strict=True):
            if answer.conflict:
                waiting.append(stored.key)
            elif answer.done:
                done[stored.key] = (stored.document, after)
        if not waiting:
            return done
    raise StoreUnavailable("other writers change the same posts all the time: try again")


def erase(shelves: Shelves, keys: Collection[str]) -> dict[str, str]:
    """Remove posts; gives the text key of each by its `_id`."""
    text_keys = {each.key: str(each.document["text_key"]) for each in shelves.load(keys)}
    places = shelves.places(keys)
    answers = shelves.remove(places)
    gone = {
        key for key, answer in zip(places, answers, strict=True) if answer.done
    }  # fmt: skip
    return {key: text_keys.get(key, "") for key in gone}


def link(shelves: Shelves, text_keys: list[str]) -> set[str]:
    """Let copies point to the first stored post of their text, and that one to none.

    Gives the `_id`s that became copies. Whoever writes last sees all, so that writers at once
    agree in the end.
    """
    same_text = {"terms": {"text_key": text_keys}}
    firsts = shelves.search(query=same_text, sort=[{"seq": "asc"}], size=len(text_keys),
                            collapse={"field": "text_key"}, source=["id", "text_key"])  # fmt: skip
    first_by_text = {each["_source"]["text_key"]: each["_source"]["id"] for each in firsts}
    first_ids = list(first_by_text.values())
    is_first = {"terms": {"id": first_ids}}
    points_well = {"terms": {"duplicate_of": first_ids}}
    wrong = [
        {"bool": {"must_not": [points_well, is_first]}},
        {"bool": {"filter": [is_first, {"exists": {"field": "duplicate_of"}}]}},
    ]
    query = {"bool": {"filter": [same_text], "should": wrong, "minimum_should_match": 1}}
    keys = [hit["_id"] for hit in shelves.scan(query, [{"seq": "asc"}])]
    done: set[str] = set()
    for start in range(0, len(keys), 1000):
        changed = rewrite(
            shelves,
            keys[start : start + 1000],
            lambda _, document: _pointing(document, first_by_text.get(document["text_key"])),
        )
        done |= {key for key, (_, after) in changed.items() if "duplicate_of" in after}
    return done


def _pointing(document: Document, first: str | None) -> Document:
    plain = {name: value for name, value in document.items() if name != "duplicate_of"}
    return plain if first in (None, document["id"]) else {**plain, "duplicate_of": first}
