"""Text: one stored form, one search fold, whatever people type."""

import unicodedata
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from veille.text import folded, normalised, stems, text_key, tokens
from veille.text.remembered import remembered

# Any str at all, lone surrogates included.
ANY_TEXT = st.text(alphabet=st.characters(), max_size=60) | st.text(
    alphabet=st.sampled_from(
        "ab cde'’-_#@.w123 ouOUdjgnkhtch éɛɔɲŋɓƙ\u0300\u0640\u200d\ufe0f\ud83d🤡🏿🇲🇱ةأى٣"
    ),
    max_size=40,
)

PAIRS = [
    ("dɛmɛ", "deme"),
    ("kɔlɔsi", "kolosi"),
    ("ɲɛ", "gnè"),
    ("toubabouw", "tubabuw"),
    ("ONGw", "ong"),
    ("djihad", "jihad"),
    ("Djenné", "jenne"),
    ("Tchad", "cad"),
    ("khadi", "kadi"),
    ("ƙungiya", "kungiya"),
    ("ɓarna ɗaya", "barna daya"),
    ("'yan ta'adda", "yan taadda"),
    ("ƴan", "'yan"),
    ("nooooon", "non"),
    ("merciiii", "merci"),
    ("l’aide", "l'aide"),
    ("c est", "c'est"),
    ("an t'u fɛ", "an te u fe"),
    ("O.N.U.", "onu"),
    ("P.A.M", "pam"),
    ("œuvre", "oeuvre"),
    ("𝗢𝗡𝗚", "ong"),
    ("ＯＮＧ", "ong"),
    ("détournmt", "détournement"),
    ("vraimt", "vraiment"),
    ("pr", "pour"),
    ("lé blan", "les blanc"),
    ("g vu", "jai vu"),
    ("2main", "demain"),
    ("tjr", "toujours"),
    ("pkoi", "pourquoi"),
    ("lonu", "l'onu"),
    ("إغاثة", "اغاثه"),
    ("منظّمـــات", "منظمات"),
    ("على", "علي"),
    ("٢٠٢٥", "2025"),
    ("🤡🏿", "🤡"),
    ("❤️", "❤"),
]

APART = [
    ("poison", "poisson"),
    ("but", "bout"),
    ("dessus", "dessous"),
    ("russe", "rousse"),
    ("debut", "debout"),
    ("AAA", "a"),
    ("5000", "50"),
    ("1000000", "100"),
    ("view", "vie"),
    ("pas", "pour"),
    ("son", "sans"),
    ("muso", "mousse"),
]


def _lines(name):
    text = files("veille.text").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_spellings_of_one_word_meet(left, right):
    assert folded(left) == folded(right) != ""


@pytest.mark.parametrize(("left", "right"), APART)
def test_different_words_stay_apart(left, right):
    assert folded(left) != folded(right)


@given(ANY_TEXT)
@example("ŉ")
@example("ﷺ½⒈")
@example("c est g l'l'C.E.S.T.")
def test_folding_twice_changes_nothing(text):
    assert folded(folded(text)) == folded(text)


@given(ANY_TEXT)
@example("a\u200d\u0301\r\n \u2028b \n")
@example("\ud83d\ude00 \ud83d")
def test_normalising_twice_changes_nothing(text):
    once = normalised(text)
    assert normalised(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")


@given(ANY_TEXT)
def test_no_control_or_bidi_mark_is_stored(text):
    forbidden = set(map(chr, [*range(9), *range(11, 32), *range(127, 160), 0xA0, 0x202F]))
    forbidden |= set("\u200e\u200f\u2066\u2067\u2068\u2069\u202a\u202b\u202c\u202d\u202e\u200b")
    assert not forbidden & set(normalised(text))


@given(ANY_TEXT)
def test_tokens_stand_where_they_say_in_order(text):
    found = tokens(text)
    assert all(text[token.start : token.end] == token.text for token in found)
    assert [token.start for token in found] == sorted(token.start for token in found)
    assert " ".join(token.folded for token in found) == folded(text)


@given(ANY_TEXT)
def test_there_is_one_stem_per_folded_word(text):
    assert len(stems(text).split()) == len(folded(text).split())


def test_a_search_without_accents_finds_the_words_as_written():
    query = set(stems("detournement vivres mopti").split())
    for text in (
        "Détournement de vivres à Mopti !",
        "detournmt de vivr a mopti",
        "DÉTOURNEMENTS vivres Mopti",
    ):
        assert query <= set(stems(text).split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'aide d’urgence", ["l", "aide", "d", "urgence"]),
        ("qu'ils s'il jusqu'à", ["qu", "ils", "s", "il", "jusqu", "à"]),
        ("k'u b'an", ["k", "u", "b", "an"]),
        ("'yan ma'aikata", ["yan", "ma'aikata"]),
        ("#ONG_dehors @UN_Mali", ["ONG", "dehors", "UN", "Mali"]),
        ("NGO's aujourd'hui", ["NGO", "s", "aujourd'hui"]),
        ("ONG🤡🤡🐀", ["ONG", "🤡", "🤡", "🐀"]),
        ("🇲🇱❤️‍🔥", ["🇲🇱", "❤️‍🔥"]),
        ("ߒߞߏ ⵜⵎⴰⵛⵗ", ["ߒߞߏ", "ⵜⵎⴰⵛⵗ"]),
        ("", []),
    ],
)
def test_tokens_are_what_people_see_as_words(text, words):
    assert [token.text for token in tokens(text)] == words


def test_an_abbreviation_gives_every_word_it_stands_for_at_its_place():
    found = [(token.start, token.end, token.folded) for token in tokens("bon, g payé")]
    assert found == [(0, 3, "bon"), (5, 6, "je"), (5, 6, "ai"), (7, 11, "paye")]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("prix : 5\u202f000\xa0F \t ", "prix : 5 000 F"),
        ("\u202eسلام\u202c CICR\x00", "سلام CICR"),
        ("e\u0301", "é"),
        ("👩‍⚕️ a\u200db", "👩‍⚕️ ab"),
        ("\ud83d\ude00 \ud83d", "😀 \ufffd"),
        ("ligne  \nsuite", "ligne\nsuite"),
    ],
)
def test_stored_text_is_clean(text, stored):
    assert normalised(text) == stored


def test_copies_share_a_key_whatever_their_marks_and_short_texts_have_none():
    assert text_key("Les ONG nous volent, DEHORS !!!") == text_key("les ong nous volent dehors 😡")
    assert len(text_key("Les ONG nous volent, dehors")) == 32
    assert text_key("Les ONG nous volent") != text_key("Les ONG vous volent")
    assert text_key("Amen, amen 🙏") == "" == text_key("")


def test_short_forms_stand_for_fixed_words():
    for line in _lines("sms_fr.tsv"):
        short, words = line.split("\t")
        assert folded(short) == folded(words) != "", short


def test_kept_words_keep_their_spelling():
    kept = [line for line in _lines("kept_fr.txt") if line]
    assert [folded(word) for word in kept] == kept


def test_a_long_text_without_spaces_is_read():
    assert len(tokens("a" * 40_000 + "'" * 40_000)) == 1
    assert len(folded("é😀" * 20_000).split()) == 40_000


def test_short_chunks_are_looked_at_once_and_long_ones_are_not_kept() -> None:
    asked: list[str] = []
    lengths = remembered(lambda chunk: asked.append(chunk) or len(chunk), most=8)
    long = "x" * 49
    assert lengths(["ONG", "aide", "ONG"]) == [3, 4, 3]
    assert lengths(["ONG", long, long]) == [3, 49, 49]
    assert asked == ["ONG", "aide", long, long]
    assert lengths([]) == []
