"""How stored posts are found by their words."""

import pytest

from tests.contracts.store_posts import (
    matches,
    numbers,
    post,
    put_texts,
)
from veille.query import PostQuery
from veille.stores.base import PostStore


class Words:
    """Words, phrases, prefixes and AND, OR, NOT, in every language of the region."""

    def test_words_are_found_in_title_text_and_details(self, store: PostStore) -> None:
        store.put(
            [
                post(1, title="Vaccination à Gao", text="rien"),
                post(2, text="une vaccination"),
                post(3, details={"Rumeur entendue": "la vaccination rend malade"}),
                post(4, details={"vaccination": "non"}),
            ]
        )
        assert matches(store, "vaccination") == [1, 2, 3]

    def test_words_are_found_by_stem_and_without_accents(self, store: PostStore) -> None:
        put_texts(store, "Le détournement de vivres", "ils détournent tout", "le DETOURNEMENT")
        assert matches(store, "detournement") == [0, 2]
        assert 1 in matches(store, "détournent")
        assert matches(store, "detournements vivre") == [0]

    def test_a_phrase_is_exact_and_in_sequence(self, store: PostStore) -> None:
        put_texts(store, "aide alimentaire volée", "alimentaire aide", "aide alimentaires")
        assert matches(store, '"aide alimentaire"') == [0]
        assert matches(store, "« Aide Alimentaire »") == [0]
        assert matches(store, "“aide  alimentaire”") == [0]
        assert matches(store, "aide alimentaire") == [0, 1, 2]

    def test_a_phrase_does_not_go_from_title_to_text(self, store: PostStore) -> None:
        store.put([post(1, title="Aide", text="alimentaire", details={"a": "volée", "b": "hier"})])
        for phrase in ('"aide alimentaire"', '"alimentaire volée"', '"volée hier"'):
            assert matches(store, phrase) == []

    def test_and_or_not_and_parentheses(self, store: PostStore) -> None:
        put_texts(store, "riz mil", "riz sorgho", "mil sorgho", "riz", "fonio")
        assert matches(store, "riz AND mil") == matches(store, "riz mil") == [0]
        assert matches(store, "riz OR mil") == [0, 1, 2, 3]
        assert matches(store, "riz NOT mil") == matches(store, "riz -mil") == [1, 3]
        assert matches(store, "riz AND NOT (mil OR sorgho)") == [3]
        assert matches(store, "riz -(mil OR sorgho)") == [3]
        assert matches(store, "fonio OR riz mil") == [0, 4]
        assert matches(store, "(fonio OR riz) mil") == [0]
        assert matches(store, "-riz") == matches(store, "NOT riz") == [2, 4]
        assert matches(store, "fonio OR -riz") == [2, 4]
        assert matches(store, "NOT NOT fonio") == [4]
        assert matches(store, '-"riz mil" riz') == [1, 3]

    def test_a_prefix_finds_words_that_go_on(self, store: PostStore) -> None:
        put_texts(store, "vaccin", "vaccination", "vache", "revaccin")
        assert matches(store, "vacc*") == [0, 1]
        assert matches(store, "VAC*") == [0, 1, 2]
        assert matches(store, "vac* -vache") == [0, 1]

    def test_a_word_with_an_apostrophe_or_a_hyphen(self, store: PostStore) -> None:
        put_texts(store, "L'aide est là", "d’aide en aide", "aujourd'hui", "les casques-bleus")
        assert matches(store, "l'aide") == matches(store, "l’aide") == matches(store, "aide")
        assert matches(store, "aide") == [0, 1]
        assert matches(store, "aujourd’hui") == [2]
        assert matches(store, "casques-bleus") == matches(store, '"casques bleus"') == [3]

    def test_words_in_bambara_and_arabic(self, store: PostStore) -> None:
        put_texts(store, "bɛ dɛmɛ kɛ", "المساعدات الإنسانية", "ƙungiya da ɗan", "ɓii leydi")
        assert matches(store, "deme") == matches(store, "dɛmɛ") == [0]
        assert matches(store, "الانسانية") == matches(store, "المُسَاعَدات") == [1]
        assert matches(store, "kungiya") == [2]
        assert matches(store, "bii") == [3]

    @pytest.mark.parametrize(
        "words",
        [
            "AND (", "AND", "OR riz", "riz OR", "riz AND", "NOT", "(", ")", "()", "riz)", "(riz",
            '"', '"riz', "« riz", "riz »", "*", "-*", "!!!", "( )", '""', "- -", "...", "(" * 500,
            "mot " * 10_000, "NOT " * 5_000 + "riz", "-" * 5_000 + "riz", "\x00", "a-" * 20_000,
        ],
    )  # fmt: skip
    def test_words_that_cannot_be_understood(self, store: PostStore, words: str) -> None:
        with pytest.raises(ValueError, match="Recherche : "):
            store.search(PostQuery(words=words))
        with pytest.raises(ValueError, match="Recherche : "):
            store.count(PostQuery(words=words))
        with pytest.raises(ValueError, match="Recherche : "):
            store.counts(PostQuery(words=words), "day")

    @pytest.mark.parametrize(
        "words",
        [
            "riz - mil", "riz , mil.", "riz; mil --", "riz\x00mil", "riz AND mil \ud800", "RIZ mil",
            "  riz\n\tmil ", "riz AND (mil)", "(((riz))) mil", "riz ^mil", "riz + mil", "riz : mil",
            "{riz} mil", "riz\u200b mil", "\ufeffriz mil",
        ],
    )  # fmt: skip
    def test_signs_without_words_are_left_out(self, store: PostStore, words: str) -> None:
        put_texts(store, "riz et mil", "riz")
        assert matches(store, words) == [0]

    def test_blank_words_are_no_filter(self, store: PostStore) -> None:
        store.put([post(1)])
        assert numbers(store, words=" \n\t ") == [1]
