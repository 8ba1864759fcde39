"""Places: to region and cercle, never finer, and no place where a word is only a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veille.codebook.places import (
    find_places,
    load_places,
    place_name,
    place_of,
    place_of_point,
)
from veille.text import folded


def found(text):
    return [place.place_id for place in find_places(text)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("détournement de vivres à Mopti", ["ml.mopti.mopti"]),
        ("dans la région de Mopti", ["ml.mopti"]),
        ("cercle de djenne", ["ml.mopti.djenne"]),
        ("village de Moura", ["ml.mopti.djenne"]),
        ("a sevare et konna", ["ml.mopti.mopti", "ml.mopti.mopti"]),
        ("Tombouctou, Timbuktu, tombouktou", ["ml.tombouctou.tombouctou"] * 3),
        ("تمبكتو", ["ml.tombouctou.tombouctou"]),
        ("bamakɔ", ["ml.bamako"]),
        ("#Menaka", ["ml.menaka.menaka"]),
        ("Bandjagara", ["ml.bandiagara.bandiagara"]),
        ("à Ouaga", ["bf.kadiogo.kadiogo"]),
        ("Boucle du Mouhoun", ["bf.bankui"]),
        ("région du Centre-Nord", ["bf.kuilse"]),
        ("N'Guigmi nguigmi", ["ne.diffa.n-guigmi"] * 2),
        ("Doutchi", ["ne.dosso.dogondoutchi"]),
        ("le Mali souffre", ["ml"]),
        ("Gossi, au Mali", ["ml.tombouctou.gourma-rharous"]),
        ("Niamey au Niger et Kayes au Mali", ["ne.niamey", "ml.kayes.kayes"]),
    ],
)
def test_places_are_found_to_their_cercle(text, ids):
    assert found(text) == ids


COMMON = ["San", "Koro", "Ber", "Boni", "Bla", "Pô", "Léo", "Réo", "Say", "Kita", "Nara", "Gao"]


@pytest.mark.parametrize("name", COMMON)
def test_a_common_word_needs_a_capital_and_a_preposition_or_a_place(name):
    assert found(f"Ils sont à {name} depuis hier")
    assert found(f"{name}, Mopti : la route est coupée")
    assert found(f"cercle de {name.lower()}")
    assert not found(f"{name} est venu hier")
    assert not found(f"ils disent à {name.lower()} hier")


@pytest.mark.parametrize(
    "text",
    [
        "le fleuve Niger déborde", "la Katiba Macina", "au Nigeria", "président Keita",
        "il va dire", "une balle perdue", "manga japonais", "", "🤡", "le sahel",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_place_is_none(text):
    assert found(text) == []


def test_a_mention_says_what_it_read_and_how_precise_it_is():
    place = find_places("hier à Konna, cercle de Mopti")[0]
    assert (place.name, place.precision, place.place_id) == ("Konna", "commune", "ml.mopti.mopti")
    assert (place.start, place.end) == (7, 12)


@given(
    st.text(alphabet=st.characters(), max_size=40),
    st.sampled_from(["Mopti", "à Gao", "San", "غاو"]),
)
def test_no_text_makes_it_fail_and_spans_read_as_a_place(before, name):
    text = f"{before} {name} {before}"
    for place in find_places(text):
        assert folded(text[place.start : place.end])
        assert place.place_id in load_places()


def test_no_id_is_finer_than_the_cercle():
    for place in load_places().values():
        assert place.id.count(".") == ("pays", "region", "cercle").index(place.precision)
        assert place.id.rpartition(".")[0] in {"", *load_places()}


def test_all_regions_of_the_three_countries_are_there():
    regions = [p.id for p in load_places().values() if p.precision == "region"]
    counts = {
        country: sum(r.startswith(country) for r in regions) for country in ("ml", "bf", "ne")
    }
    assert counts == {"ml": 20, "bf": 17, "ne": 8}


@pytest.mark.parametrize(
    ("region", "cercle", "place_id"),
    [
        ("Mopti", "", "ml.mopti"),
        ("Région de Mopti", "", "ml.mopti"),
        ("", "Mopti", "ml.mopti.mopti"),
        ("Mopti", "Djenné", "ml.mopti.djenne"),
        ("Djenné", "", "ml.mopti.djenne"),
        ("Ségou", "Inconnu", "ml.segou"),
        ("Liptako (ex-Sahel)", "", "bf.liptako"),
        ("District de Bamako", "", "ml.bamako"),
        ("cercle de Koro", "", "ml.bandiagara.koro"),
        ("MENAKA", "", "ml.menaka"),
        ("Mali", "", "ml"),
    ],
)
def test_form_fields_are_read(region, cercle, place_id):
    place = place_of(region, cercle)
    assert place is not None
    assert place.id == place_id


@pytest.mark.parametrize("field", ["", "  ", "inconnu", "Moussa Traoré", "région", "12"])
def test_what_is_no_place_is_none(field):
    assert place_of(field) is None


def test_names_are_french_and_todays():
    assert place_name("ml.mopti.djenne") == "Djenné"
    assert place_name("bf.liptako") == "Liptako (ex-Sahel)"
    assert place_name("xx") == ""


@pytest.mark.parametrize(
    ("lat", "lon", "place_id"),
    [
        (14.02, -4.61, "ml.mopti.djenne"),
        (12.6392, -8.0029, "ml.bamako"),
        (16.3, 0.0, "ml.gao.gao"),
        (13.51, 2.11, "ne.niamey"),
        (12.37, -1.53, "bf.kadiogo.kadiogo"),
        (21.6, -4.6, "ml.taoudenit"),
    ],
)
def test_a_point_is_coarsened_to_the_cercle_or_the_region(lat, lon, place_id):
    place = place_of_point(lat, lon)
    assert place is not None
    assert place.id == place_id


def test_a_point_far_from_the_three_countries_has_no_place():
    assert place_of_point(48.85, 2.35) is None
    assert place_of_point(0.0, 0.0) is None
