"""The search language, how it meets the index, and that neither order nor chance changes it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contracts.store_posts import NOW, post
from veille.post import Post
from veille.query import PostQuery
from veille.stores import schema
from veille.stores.mapping import search_words
from veille.stores.sqlite import SqlitePostStore
from veille.text import folded, stems
from veille.words import MAX_DEPTH, AllOf, AnyOf, Phrase, Prefix, Tree, Without, Word, tree_of

SIGNS = ["AND", "OR", "NOT", "(", ")", '"', "«", "»", "*", "-", "riz", "aide*", "l'aide", "\0", "^"]


def word(text: str) -> Word:
    return Word(folded=folded(text), stemmed=stems(text))


RIZ, MIL, SEL = word("riz"), word("mil"), word("sel")


@pytest.mark.parametrize(
    ("words", "tree"),
    [
        ("riz", RIZ),
        ("riz mil sel", AllOf(parts=(RIZ, MIL, SEL))),
        ("riz AND mil", AllOf(parts=(RIZ, MIL))),
        ("riz OR mil sel", AnyOf(parts=(RIZ, AllOf(parts=(MIL, SEL))))),
        ("(riz OR mil) sel", AllOf(parts=(AnyOf(parts=(RIZ, MIL)), SEL))),
        ("riz NOT mil", AllOf(parts=(RIZ, Without(part=MIL)))),
        ("riz AND NOT mil OR sel", AnyOf(parts=(AllOf(parts=(RIZ, Without(part=MIL))), SEL))),
        ("-riz", Without(part=RIZ)),
        ("-(riz OR mil)", Without(part=AnyOf(parts=(RIZ, MIL)))),
        ('"Riz au gras"', Phrase(folded=folded("riz au gras"))),
        ("distrib*", Prefix(folded=("distrib",))),
        ("casques-bou*", Prefix(folded=("casques bou", "casques bu"))),
        ("riz and or not", AllOf(parts=(RIZ, word("and"), word("or"), word("not")))),
        ("l’aide", word("aide")),
        ("qu'aide", word("aide")),
        ("riz – !!! (mil)", AllOf(parts=(RIZ, MIL))),
        ("casques-bleus", Word(folded="casques bleus", stemmed=stems("casques bleus"))),
    ],
)
def test_what_is_typed_is_read_as_meant(words: str, tree: Tree) -> None:
    assert tree_of(words) == tree


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("riz AND", "il manque un mot après « AND »"),
        ("OR riz", "il manque un mot avant « OR »"),
        ("riz (", "il manque un mot après « ( »"),
        ("(riz", "il manque une parenthèse"),
        ("riz)", "une parenthèse « ) » de trop"),
        ('"riz', "il manque un guillemet"),
        ("*", "« * » vient après le début d'un mot"),
        ("!!!", "aucun mot à chercher"),
        ("mot " * 301, "plus de 300 mots"),
        ("(" * (MAX_DEPTH + 1) + "riz" + ")" * (MAX_DEPTH + 1), "emboîtés"),
    ],
)
def test_what_is_wrong_is_told_in_french(words: str, told: str) -> None:
    with pytest.raises(ValueError, match="Recherche : ") as error:
        tree_of(words)
    assert told in str(error.value)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlitePostStore]:
    with SqlitePostStore.open(tmp_path_factory.mktemp("recherche") / "veille.sqlite") as store:
        store.put([post(1, text="riz et mil"), post(2, text="l'aide du PAM", title="Aide")])
        yield store


def test_parentheses_as_deep_as_allowed_are_found(store: SqlitePostStore) -> None:
    deep = "(riz OR " * MAX_DEPTH + "riz" + ")" * MAX_DEPTH
    assert store.count(PostQuery(words=deep)) == 1
    assert store.count(PostQuery(words="NOT " * MAX_DEPTH + "riz")) == 1
    assert store.count(PostQuery(words=" OR ".join(["riz"] * 150))) == 1
    assert store.count(PostQuery(words=" ".join(["-riz"] * 150))) == 1


@settings(max_examples=300, deadline=None)
@given(words=st.one_of(st.text(), st.lists(st.sampled_from(SIGNS)).map(" ".join),
                       st.lists(st.sampled_from(SIGNS)).map("".join)))  # fmt: skip
def test_no_search_text_raises_anything_but_a_value_error(
    store: SqlitePostStore, words: str
) -> None:
    query = PostQuery(words=words, order="relevance")
    told = ""
    try:
        count = store.count(query)
    except ValueError as error:
        told = str(error)
    if told:
        assert told.startswith("Recherche : ")
    else:
        assert len(list(store.search(query))) == count


@settings(max_examples=200, deadline=None)
@given(text=st.text())
def test_every_word_of_a_text_finds_it(store: SqlitePostStore, text: str) -> None:
    words = folded(text).split()[:10]
    store.put([post(3, text=text)])
    try:
        phrase = '"' + " ".join(words) + '"'
        found = store.search(PostQuery(words=phrase)) if words else iter([post(3)])
        assert post(3).id in [each.id for each in found]
    finally:
        store.erase([post(3).id])


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(
    st.text(),
    st.text(alphabet="aAeéɛɔɲŋɓɗƴƙ'’ʼ-_.·#@0٣ ءأإآةىـًّ\u200d\u200f\u0301😡🏾"),
))  # fmt: skip
def test_the_index_splits_where_we_split(text: str) -> None:
    connection = sqlite3.connect(":memory:")
    (table,) = [sql for sql in schema.MIGRATIONS[0] if "VIRTUAL TABLE post_words" in sql]
    connection.execute(table)
    words = search_words(post(1, text=text, title="l'aide d’urgence bɛ"))
    connection.execute("INSERT INTO post_words VALUES (?, ?)", words)
    connection.execute("CREATE VIRTUAL TABLE term USING fts5vocab (post_words, instance)")
    for column, expected in zip(("folded", "stemmed"), words, strict=True):
        rows = connection.execute(
            "SELECT term FROM term WHERE col = ? ORDER BY offset", (column,)
        ).fetchall()
        assert len(rows) == len(expected.split(" "))
        terms = [term.casefold() for (term,) in rows]
        assert terms == expected.casefold().split(" ")
    connection.close()


POSTS = st.lists(
    st.builds(
        lambda number, text, key, hour: post(
            number, text=text, text_key=key, published_at=NOW + timedelta(hours=hour)
        ),
        st.integers(0, 12),
        st.sampled_from(["riz volé", "les vivres", "aide 😡", "المساعدات", "", "dɛmɛ riz"]),
        st.sampled_from(["", "", "a", "b"]),
        st.integers(0, 3),
    ),
    max_size=15,
    unique_by=lambda each: each.id,
)
QUERIES = (PostQuery(), PostQuery(words="riz OR aide"), PostQuery(words="-riz", order="oldest"))


@settings(max_examples=25, deadline=None)
@given(posts=POSTS, chance=st.randoms(use_true_random=False), cut=st.integers(0, 15))
def test_neither_order_nor_split_changes_what_is_found(
    tmp_path_factory: pytest.TempPathFactory, posts: list[Post], chance: object, cut: int
) -> None:
    shuffled = list(posts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    folder = tmp_path_factory.mktemp("ordre")
    assert found(folder / "a.sqlite", [posts]) == found(
        folder / "b.sqlite", [shuffled[:cut], shuffled[cut:], shuffled[:3]]
    )


def found(path: Path, puts: list[list[Post]]) -> list[object]:
    """What QUERIES give, but for which of several copies was the first; that one has none."""
    with SqlitePostStore.open(path) as store:
        for posts in puts:
            store.put(posts)
        results = [list(store.search(query)) for query in QUERIES]
        originals = store.search(PostQuery(without_duplicates=True))
        return [
            [[replace(each, duplicate_of=None) for each in posts] for posts in results],
            sorted(each.text_key for each in originals),
            store.counts(PostQuery(), "day"),
        ]
