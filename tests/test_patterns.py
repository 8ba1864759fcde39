"""The pattern language of cues and markers."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veille.codebook.markers import find_markers, pattern_book, words_of
from veille.codebook.patterns import Hit
from veille.errors import ConfigError


def found(pattern: str, text: str) -> list[tuple[int, int]]:
    words = words_of(text)
    hits = pattern_book([("x", 1.0, pattern)]).find(words.folded, words.sentences)
    return [(hit.first, hit.last) for hit in hits]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("voleurs", "des VOLEURS"),
        ("vol*", "ils volent"),
        ("mangent argent", "ils mangent tout notre argent"),
        ("c'est~faux", "c faux"),
        ("c'est~faux", "C’est faux"),
        ("riz|mil vendu", "le mil est vendu"),
        ("a_bas|dehors ong", "à bas les ONG"),
        ("pas .. complice", "pas du tout et en aucun cas un complice"),
        ("camion & arme*", "des armes cachées dans un camion"),
        ("an~t'u~fɛ", "an te u fe"),
        ("لصوص", "واللصوص"),
        ("@vehicule", "deux 4x4 blancs"),
        ("🐀", "ONG 🐀"),
    ],
)
def test_a_pattern_finds(pattern: str, text: str) -> None:
    assert found(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("voleurs", "un vol de nuit"),
        ("mangent argent", "ils mangent chez nous avec tout notre argent"),
        ("c'est~faux", "c'est vraiment faux"),
        ("mangent argent", "ils mangent. Argent rendu"),
        ("camion & arme*", "un camion passe. Des armes ailleurs"),
        ("camion & arme*", "un camion" + " mot" * 20 + " arme"),
        ("riz & riz", "un sac de riz"),
    ],
)
def test_a_pattern_does_not_find(pattern: str, text: str) -> None:
    assert not found(pattern, text)


def test_a_hit_tells_its_words() -> None:
    assert found("mangent argent", "ils mangent notre argent") == [(1, 3)]


def test_a_pattern_is_found_wherever_it_stands() -> None:
    assert found("voleurs", "voleurs et voleurs") == [(0, 0), (2, 2)]


@pytest.mark.parametrize("pattern", ["", "..", "@nobody", "!", "c*"])
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError):
        pattern_book([("x", 1.0, pattern)])


def test_a_pattern_that_denies_says_so() -> None:
    words = words_of("on n'a pas besoin de vous")
    book = pattern_book([("x", 0.5, "pas besoin"), ("y", 0.5, "besoin")])
    assert book.find(words.folded, words.sentences) == [
        Hit("x", 0.5, 3, 4, has_negation=True),
        Hit("y", 0.5, 4, 4, has_negation=False),
    ]


@given(st.text())
def test_no_text_makes_it_raise(text: str) -> None:
    words = words_of(text)
    assert len(words.tokens) == len(words.sentences)
    assert all(hit.first <= hit.last < len(words.tokens) for hit in find_markers(words))


def test_words_said_ten_thousand_times_cost_no_more_than_their_number() -> None:
    short, long = (words_of("on va les brûler pas " * count) for count in (200, 2_000))
    find_markers(short)
    costs = []
    for words in (short, long):
        begun = time.process_time()
        find_markers(words)
        costs.append(time.process_time() - begun)
    assert costs[1] < 40 * costs[0] + 0.05
