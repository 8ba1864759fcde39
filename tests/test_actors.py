"""Actors: every alias finds its actor, and every rule of ambiguity lets through and holds back."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veille.codebook.actors import context_entities, find_actors, load_actors
from veille.codebook.files import toml_of
from veille.text import folded

ALIASES = [(actor.id, alias) for actor in load_actors().values() for alias in actor.aliases]


def found(text, lang=""):
    return [mention.actor_id for mention in find_actors(text, lang)]


def sentence(alias):
    """A sentence in which `alias` may be meant, built from its own rules."""
    contexts = toml_of("actors.toml")["contexts"]
    near = contexts[alias.needs[0]][0].rstrip("*") if alias.needs else ""
    before = alias.after[0] if alias.after else ""
    sign = "@" if alias.tagged else ""
    if "eng" in alias.langs:
        return f"the work of {sign}{alias.form} {near} is with the people"
    if before:
        return f"hier {before} {sign}{alias.form} {near} est venu ici"
    return f"hier chez {sign}{alias.form} {near} est venu ici"


@pytest.mark.parametrize(
    ("actor_id", "alias"), ALIASES, ids=[f"{a}-{alias.form}" for a, alias in ALIASES]
)
def test_every_alias_finds_its_actor_in_a_plausible_sentence(actor_id, alias):
    text = sentence(alias)
    start = text.index(alias.form)
    mentions = [m for m in find_actors(text) if m.start <= start and m.end >= start + 1]
    assert [m.actor_id for m in mentions] == [
        "CROIX_ROUGE_MALI" if actor_id == "CROIX_ROUGE" and "malienne" in text else actor_id
    ]


# The ambiguous forms of the domain sheet: what is an actor, what is not.
MEANT = [
    ("Le PAM distribue des vivres à Gossi", "PAM"),
    ("camions PAM bloqués sur la route", "PAM"),
    ("le pam a coupé nos vivres", "PAM"),
    ("DRC distribue des kits aux déplacés de Ménaka", "DRC_ONG"),
    ("le Conseil danois est parti", "DRC_ONG"),
    ("@UN_Mali ment", "ONU"),
    ("The UN has left the camp", "ONU"),
    ("UN Mali, dehors", "ONU"),
    ("l'ONG SI recrute à Mopti", "SI"),
    ("Solidarités International est à Gao", "SI"),
    ("HI et MSF soignent les déplacés", "HI"),
    ("PLAN recrute des agents pour son projet", "PLAN"),
    ("CARE distribue des vivres à Ségou", "CARE"),
    ("HELP intervient avec une ONG locale", "HELP"),
    ("Save finance un projet à Mopti", "SAVE"),
    ("REACH fait des enquêtes pour les ONG", "REACH"),
    ("Search forme les agents à Mopti", "SFCG"),
    ("ALIMA soigne les enfants au centre de santé", "ALIMA"),
    ("l'ONG Alima est partie", "ALIMA"),
    ("Muso Health ouvre une clinique", "MUSO"),
    ("ONG Muso, dehors", "MUSO"),
    ("CRADE, une ONG de Mopti", "CRADE"),
    ("CRS distribue des vivres au Mali", "CRS"),
    ("FeDe aide les femmes de Mopti", "FEDE"),
    ("FEDE, partenaire d'INTERSOS", "FEDE"),
    ("Delta Survie travaille à Sévaré", "DELTA_SURVIE"),
    ("Le HCR recense les réfugiés", "HCR"),
    ("hcr : trop de réfugiés sans tentes", "HCR"),
    ("CRM et Croix-Rouge locale à Kayes", "CROIX_ROUGE_MALI"),
    ("AFAD, ONG malienne de Bamako", "AFAD"),
    ("ACTED part du Niger", "ACTED"),
    ("IRC distribue de l'eau aux déplacés", "IRC"),
    ("ECHO, le bailleur européen, paie", "ECHO_UE"),
    ("WHO warned that the disease is back", "OMS"),
    ("MdM est à Ménaka", "MDM"),
    ("PUI, une ONG médicale", "PUI"),
    ("BHA et l'argent de l'USAID", "USAID"),
]

NOT_MEANT = [
    ("Pam, tu me dois 5000", "PAM"),
    ("et pam ! il est tombé", "PAM"),
    ("PAM PAM PAM la musique", "PAM"),
    ("DRC accuses militia of looting convoys", "DRC_ONG"),
    ("DRC and M23 sign in Kigali, aid resumes", "DRC_ONG"),
    ("La DRC et le Congo, l'ONG attend", "DRC_ONG"),
    ("un homme un vote", "ONU"),
    ("Il y a UN problème", "ONU"),
    ("DONNEZ NOUS UN PAYS LIBRE", "ONU"),
    ("si tu viens demain avec l'ONG", "SI"),
    ("hi hi hi, les ONG", "HI"),
    ("le plan de l'ONG est bon", "PLAN"),
    ("skin care pour femmes", "CARE"),
    ("help me please, ONG", "HELP"),
    ("save the date", "SAVE"),
    ("reach the goal", "REACH"),
    ("search Google", "SFCG"),
    ("Alima, ma sœur, est mariée", "ALIMA"),
    ("Alima est infirmière au centre de santé", "ALIMA"),
    ("muso bɛ taa sugu la", "MUSO"),
    ("muso dɔ taara santé la", "MUSO"),
    ("la rue est crade, même devant l'ONG", "CRADE"),
    ("Les CRS ont chargé la manifestation à Paris", "CRS"),
    ("la fédé de football", "FEDE"),
    ("le FED finance la route", "FEDE"),
    ("espèce de minus", "MINUSMA"),
    ("le delta du Niger est inondé", "DELTA_SURVIE"),
    ("le variant delta", "DELTA_SURVIE"),
    ("Le HCR, Haut Conseil de la République de 1991, recense les réfugiés", "HCR"),
    ("le HCR de 1991", "HCR"),
    ("notre CRM est un logiciel", "CROIX_ROUGE_MALI"),
    ("AFAD en Turquie après le séisme, l'aide arrive", "AFAD"),
    ("they acted quickly in the camp", "ACTED"),
    ("IRC, le vieux serveur de chat", "IRC"),
    ("en écho à ses paroles", "ECHO_UE"),
    ("il a eu de la chance", "ECHO_UE"),
    ("who knows", "OMS"),
    ("mdm Touré est venue avec l'ONG", "MDM"),
    ("puis il est parti avec l'ONG", "PUI"),
    ("la puissance mondiale", "ONG_GENERIQUE"),
    ("la situation humanitaire est grave", "ONG_GENERIQUE"),
    ("les besoins humanitaires augmentent", "ONG_GENERIQUE"),
    ("la page blanche, les murs blancs", "ONG_GENERIQUE"),
    ("الصليبية", "CROIX_ROUGE"),
]


@pytest.mark.parametrize(("text", "actor_id"), MEANT)
def test_the_actor_is_meant(text, actor_id):
    assert actor_id in found(text)


@pytest.mark.parametrize(("text", "actor_id"), NOT_MEANT)
def test_the_common_word_is_no_actor(text, actor_id):
    assert actor_id not in found(text)


@pytest.mark.parametrize("text", ["Pam, tu me dois 5000", "DRC accuses militia of looting convoys"])
def test_stories_11_and_12_name_nobody(text):
    assert found(text) == []
    assert found(text, "eng") == []


@pytest.mark.parametrize(
    "text",
    [
        "les ONG, dehors", "les ong dehors", "LES ONG DEHORS", "lé ONGs", "l’ONG", "ONGw ka bɔ",
        "les humanitaires", "lé zumanitaires humanitaires", "des agents humanitaires",
        "l'aide humanitaire est volée", "dɛmɛ tɔnw", "deme tonw", "kungiyoyin agaji",
        "منظمات الإغاثة", "والمنظمات الإنسانية", "the NGOs", "aid workers", "les blancs des ONG",
        "lé blan la é venu pr compté nos case", "#ONG", "O.N.G.", "🤡 ONG 🤡",
    ],
)  # fmt: skip
def test_the_sector_without_a_name_is_a_target(text):
    assert set(found(text)) == {"ONG_GENERIQUE"}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("l'ONG INTERSOS", ["INTERSOS"]),
        ("l'ONG italienne INTERSOS et l'ONG FeDe à Mopti", ["INTERSOS", "FEDE"]),
        ("les ONG MSF et ACF", ["MSF", "ACF"]),
        ("MSF, une ONG médicale", ["MSF"]),
        ("Les ONG mentent. MSF aussi.", ["ONG_GENERIQUE", "MSF"]),
        ("MSF et les ONG", ["MSF", "ONG_GENERIQUE"]),
        ("le Forum des ONG internationales au Mali", ["FONGIM"]),
    ],
)
def test_the_class_word_of_a_named_actor_is_no_target(text, ids):
    assert found(text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("la croix rouge est venue", {"CROIX_ROUGE"}),
        ("la Croix-Rouge, le CICR", {"CICR"}),
        ("Croix-Rouge : ses délégués de Genève", {"CICR"}),
        ("la Croix-Rouge malienne ; la Croix-Rouge ment", {"CROIX_ROUGE_MALI"}),
        (
            "CICR et Croix-Rouge malienne, la Croix-Rouge",
            {"CICR", "CROIX_ROUGE_MALI", "CROIX_ROUGE"},
        ),
    ],
)
def test_the_red_cross_is_told_apart_where_the_text_does(text, ids):
    assert set(found(text)) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@MSF_Mali", ["MSF"]),
        ("#StopMSF", ["MSF"]),
        ("@IntersosMali", ["INTERSOS"]),
        ("#MinusmaDehors", ["MINUSMA"]),
        ("#FeDe", ["FEDE"]),
        ("la minusma, Munisma, lonu", ["MINUSMA", "MINUSMA", "ONU"]),
        ("Médecin sans frontieres", ["MSF"]),
        ("MEDECINS SANS FRONTIERES", ["MSF"]),
        ("ONU Femmes", ["ONUFEMMES"]),
        ("les casques bleus de l'O.N.U.", ["MINUSMA", "ONU"]),
        ("Jan giciye", ["CROIX_ROUGE"]),
        ("intersosmali", []),
    ],
)
def test_tags_spellings_and_longest_names(text, ids):
    assert found(text) == ids


@given(
    st.text(alphabet=st.characters(), max_size=60),
    st.sampled_from([alias.form for _, alias in ALIASES]),
    st.text(alphabet=st.sampled_from("ab .,'’#@\ud800🤡لاC"), max_size=20),
)
def test_a_mention_is_where_it_says_and_reads_as_its_alias(before, form, after):
    text = before + form + after
    for mention in find_actors(text):
        written = folded(text[mention.start : mention.end]).split()
        said = folded(mention.alias).split()
        assert len(written) == len(said)
        assert all(
            a.endswith(b) or b.endswith(a.removeprefix("ال"))
            for a, b in zip(written, said, strict=True)
        )


def test_mentions_do_not_overlap_and_stand_in_order():
    mentions = find_actors("ONU Femmes et ONU, Forum des ONG internationales au Mali, UN Women")
    assert all(a.end <= b.start for a, b in pairwise(mentions))
    assert len(mentions) == 4


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Le JNIM et l'EIGS", {"JNIM", "EIS"}),
        ("les fama et wagner", {"FORCES", "RUSSIE"}),
        ("kungo kɔnɔ mɔgɔw", {"JNIM"}),
        ("l'AES, alliance des pays du Sahel", {"POLITIQUE"}),
        ("chiffrement AES 256", set()),
        ("le VDP de Djibo", {"AUTODEFENSE"}),
        ("l'APDP a publié une note", {"REGULATEUR"}),
        ("les chasseurs de canards", set()),
    ],
)
def test_context_entities_are_found_and_are_no_actors(text, ids):
    assert {mention.actor_id for mention in context_entities(text)} == ids
    assert not set(load_actors()) & ids
