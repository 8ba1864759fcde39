"""Invented posts, labels and decisions for the contract of stores."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from veille.post import Decision, Label, Post
from veille.query import PostQuery
from veille.stores.base import PostStore

NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
HOUR = timedelta(hours=1)
MODEL = "essai@1"

FULL = Post(
    id="facebook:9007199254740993123",
    platform="facebook",
    source_id="pages-mopti",
    page_key="ab" * 32,
    kind="comment",
    text="Les vivres du marché n'ont pas été distribués.\nOn attend 😡",
    published_at=datetime(2026, 11, 19, 23, 59, 59, 123456, tzinfo=UTC),
    collected_at=NOW,
    author="Radio du fleuve",
    author_is_public=True,
    title="Vivres à Konna",
    url="https://exemple.org/p/1?a=b&c=d",
    parent_id="facebook:1",
    thread_id="facebook:0",
    tags=("drop", "à relire"),
    places=("ml.mopti.mopti", "ml.segou"),
    details={"Qui le dit ?": "un commerçant", "Canal": "marché"},
    lang="fra",
    lang_mix=(("fra", 0.75), ("bam", 0.25)),
    script="Latn",
    text_key="cd" * 16,
)


def post(number: int, **changes: object) -> Post:
    """One post; a higher number is newer."""
    plain = Post(
        id=f"essai:{number:05}",
        platform="essai",
        source_id="source-1",
        page_key="page-1",
        kind="post",
        text=f"texte numéro {number}",
        published_at=NOW + number * HOUR,
        collected_at=NOW + number * HOUR,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def label(axis: str, value: str, score: float = 0.9, *, model: str = MODEL) -> Label:
    return Label(axis=axis, value=value, score=score, model=model)  # type: ignore[arg-type]


def decision(number: int, axis: str, value: str, *, at: datetime = NOW) -> Decision:
    return Decision(
        post_id=post(number).id,
        axis=axis,  # type: ignore[arg-type]
        value=value,
        person="awa",
        decided_at=at,
    )


def add_labels(
    store: PostStore, number: int, *labels: Label, model: str = MODEL, at: datetime = NOW
) -> None:
    store.add_labels({post(number).id: labels}, model=model, made_at=at)


def numbers(store: PostStore, query: PostQuery | None = None, **filters: object) -> list[int]:
    """The numbers of the posts found, in order."""
    wanted = query or PostQuery(**filters)  # type: ignore[arg-type]
    return [int(each.id.partition(":")[2]) for each in store.search(wanted)]


def matches(store: PostStore, words: str) -> list[int]:
    return sorted(numbers(store, words=words))


def put_texts(store: PostStore, *texts: str) -> None:
    store.put([post(number, text=text) for number, text in enumerate(texts)])
