"""Privacy: numbers and addresses masked, troops left out, one secret for 90 days."""

import json
import multiprocessing
import stat
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from veille.errors import ConfigError
from veille.privacy import Privacy, is_military, load_secret, masked

NUMBERS = [
    "76 12 34 56", "76.12.34.56", "76-12-34-56", "76/12/34/56", "76123456", "20 22 33 44",
    "+223 76 12 34 56", "+22376123456", "(+223) 76 12 34 56", "+223-76-12-34-56",
    "00223 76 12 34 56", "00 223 76 12 34 56", "223 76 12 34 56", "22376123456",
    "+226 70 12 34 56", "+227 90 12 34 56", "+33 6 12 34 56 78", "06 12 34 56 78",
    "0033612345678", "77 123 45 67", "+221 77 123 45 67", "0803 123 4567", "+2348031234567",
    "٧٦ ١٢ ٣٤ ٥٦", "٠٠٢٢٣٧٦١٢٣٤٥٦", "76\u202f12\u202f34\u202f56", "(76123456)",
    "https://wa.me/22376123456", "wa.me/22376123456",
]  # fmt: skip

ANNOUNCED = [
    "WhatsApp : 76 123 456", "Tél 7612 3456", "appelez le 761 234 56", "numéro 76 123 456",
    "tel:76123456", "contact: 44.38.10.22", "Orange Money au 76123456", "واتساب 761234567",
]  # fmt: skip

ADDRESSES = [
    "a.b@exemple.org",
    "nom.prenom+x@mail.exemple.ml",
    "nom (at) exemple.org",
    "nom[at]exemple.org",
]

KEPT = [
    "5000 F", "500 F pour réserver", "1 500 000 FCFA", "50 000 000 FCFA", "76 000 000 F",
    "50000000", "+15 000 000 FCFA", "12 500 personnes", "2 000 000", "10 000 000 000", "1,204",
    "75 %", "score 3-2", "12/11/2025 14:05", "12.11.2025", "20-11-2026 06:45", "20251120",
    "2025-11-20T06:45:00", "de 06:45 à 18:30", "le 20 novembre 2026 à 14 h 30", "1960 2025",
    "contactez-nous le 12/11/2025", "14.49123456, -4.19876543", "14.4843, -4.1847",
    "article 123 et 124", "Loi n° 2021-041", "décret 2023-0123/PT-RM", "numéro vert 36 000",
    "100012345678901234", "id 123456789012345", "https://exemple.org/post/76123456", "@UN_Mali",
    "RDV (à 15 h) [photo]",
]  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_to_call_are_masked(number):
    assert masked(f"écris moi {number} merci").replace("([téléphone])", "[téléphone]") == (
        "écris moi [téléphone] merci"
    )


@pytest.mark.parametrize("text", ANNOUNCED)
def test_announced_numbers_are_masked_however_grouped(text):
    assert "[téléphone]" in masked(text)
    assert not any(sign.isdigit() for sign in masked(text))


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_are_masked(address):
    assert masked(f"écrire à {address}.") == "écrire à [courriel]."


@pytest.mark.parametrize("text", KEPT)
def test_dates_sums_places_and_ids_are_kept(text):
    assert masked(text) == text


def test_every_number_of_a_text_is_masked():
    text = "le 12/11/2025 76 12 34 56 66 12 34 56, 76123456/66123456 ou +22376123456"
    assert masked(text) == (
        "le 12/11/2025 [téléphone] [téléphone], [téléphone]/[téléphone] ou [téléphone]"
    )


@given(
    st.text(alphabet=st.characters(), max_size=60)
    | st.text(alphabet=st.sampled_from("0123456789٣ +.-/()@:aAtel[]\u202f"), max_size=50)
)
@example("tel 12345678 87654321")
@example("76 12 34 56 78 90 12 34 56")
def test_masking_twice_changes_nothing(text):
    assert masked(masked(text)) == masked(text)


DROPPED = """\
Un convoi des FAMa a quitté Sévaré ce matin vers Douentza
12 soldats tués dans une embuscade près de Boni
Les FAMa se dirigent vers Konna avec vingt pick-up
Colonne de véhicules de l'armée aperçue à Hombori
Trois gendarmes sont morts hier soir à Koro
Wagner a quitté la base de Gossi cette nuit
Les terroristes ont pris position au nord du village
Position des djihadistes : la forêt derrière Bankass
Cinq VDP blessés et deux disparus à Djibo
Les mercenaires d'Africa Corps sont arrivés à Ménaka
L'armée a perdu du terrain, 30 soldats faits prisonniers par le JNIM
Le JNIM détient 14 soldats en captivité
Des combattants du GSIM ont été aperçus sur la route de Diafarabé
mort de trois gendarmes au poste de contrôle de Nioro
Les FAMa ont neutralisé 25 terroristes dans le cercle de Bandiagara
convoi militaire en route pour Tessalit
Renforts des FDS à Tillabéri ce soir
les fama sont passés ce matin a Niono ils sont nombreux
La katiba est à trois kilomètres de Diabaly
Le camp militaire de Boulkessi encerclé
Selon l'ONU, 12 soldats ont été tués à Tessit
15 militaires tués près du bureau de MSF à Ansongo
Bilan de l'attaque : pertes parmi les FAMa, huit blessés
Deux blindés de l'armée en panne sur la route de Gao
Les dozos patrouillent autour de Djenné toute la nuit
Prisonniers de l'armée montrés hier à Kidal
Embuscade contre les FAMa ce matin entre Léré et Niono
Army convoy heading to Gao tonight
Ten soldiers were killed near Ménaka
Troops are moving towards Kidal
Sojoji sun isa Tera da safe
An kashe sojoji goma a Tillabéri
sɔrɔdasiw taara Konna fan fɛ
مقتل خمسة من الجنود قرب كيدال
قافلة الجيش تتجه نحو تمبكتو""".splitlines()

STORED = """\
le convoi du PAM arrive jeudi à Gossi
Le convoi passe demain, venez nombreux pour l'accueil
MSF transporte les terroristes dans ses ambulances la nuit
L'hélicoptère de l'ONU ravitaille les djihadistes à leur base
Les ONG sont complices des terroristes
Les terroristes ont tué deux agents humanitaires à Ménaka
Attaque contre un convoi humanitaire près de Douentza, deux blessés
Les véhicules des ONG transportent des armes pour les combattants
Le gouvernement interdit les activités des ONG financées par la France
L'ONU cache des combattants dans ses camps
Le CICR a visité le camp de déplacés de Sévaré
Ils nourrissent les terroristes avec l'argent de l'aide
Vive les FAMa, que Dieu protège nos soldats
L'armée a demandé aux ONG de respecter la loi
Les casques bleus livrent nos soldats aux terroristes
Les militaires au pouvoir ont annoncé une nouvelle taxe
Le général a prononcé un discours devant les soldats
Distribution de vivres au camp de réfugiés de Mbera
Trois enfants blessés dans un accident de moto
Les terroristes ont tué 12 villageois
Deux morts dans l'effondrement d'une maison à Bamako
Les humanitaires donnent nos positions aux terroristes
Les ONG renseignent les djihadistes sur les mouvements des FAMa
OCHA signale 3 000 personnes déplacées après l'attaque d'hommes armés
L'équipe de foot des militaires a gagné
Les djihadistes interdisent aux ONG de travailler avec les femmes
30 soldats tués hier. C'est l'ONU qui renseigne, dehors l'ONU !
Le PAM suspend ses activités après l'attaque de son convoi
La base de données des ONG est suspecte
Un véhicule de l'ONG a été enlevé par des hommes armés à Gossi
Armée ou pas, on veut de l'eau
Soldat de la paix, notre chanteur préféré
Le prix des motos a augmenté au marché
an t'u fɛ, ONGw ka bɔ
ONGw bɛ kungo kɔnɔ mɔgɔw dɛmɛ
Sun ce kungiyoyin agaji suna taimaka wa 'yan ta'adda
NGOs feed the terrorists
The UN helicopter carries fighters
المنظمات تدعم الإرهابيين""".splitlines()


@pytest.mark.parametrize("text", DROPPED)
def test_troop_positions_and_losses_are_dropped(text):
    assert is_military(text)


@pytest.mark.parametrize("text", STORED)
def test_what_is_about_aid_or_daily_life_is_stored(text):
    assert not is_military(text)


@pytest.mark.parametrize("text", DROPPED[:12])
def test_spelling_and_neighbours_change_nothing(text):
    assert is_military(text.upper())
    assert is_military(f"Bonjour à tous 🙏\n{text} !!! Partagez.")


@given(st.text(alphabet=st.characters(), max_size=80))
def test_no_text_makes_the_rule_fail(text):
    assert is_military(text) in (True, False)


def test_a_long_text_is_read_quickly():
    assert not is_military("les soldats de la paix " * 2_000)


def test_an_author_key_depends_on_secret_platform_and_id():
    keys = {
        Privacy(secret).author_key(platform, author)
        for secret in (b"one", b"two")
        for platform in ("x", "facebook")
        for author in ("1", "2", "\ud800")
    }
    assert len(keys) == 12
    assert Privacy(b"one").author_key("x", "") == ""
    assert repr(Privacy(b"one")) == "Privacy(***)"


NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
LIFE = timedelta(days=90)


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    path = tmp_path / "new" / "author.json"
    secret = load_secret(path, NOW, life=LIFE)
    assert len(secret.value) == 32
    assert secret.value.hex() not in repr(secret)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_secret(path, NOW + timedelta(days=89), life=LIFE) == secret


def test_the_secret_is_replaced_after_90_days(tmp_path):
    path = tmp_path / "author.json"
    secret = load_secret(path, NOW, life=LIFE)
    newer = load_secret(path, NOW + timedelta(days=90), life=LIFE)
    assert newer.value != secret.value
    assert newer.created_at == NOW + timedelta(days=90)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_secret(path, NOW + timedelta(days=91), life=LIFE) == newer


@pytest.mark.parametrize(
    "written",
    [
        "",
        "{}",
        "[]",
        '{"created_at": "hier", "secret": "00"}',
        '{"created_at": "2026-11-20", "secret": "00"}',
    ],
)
def test_a_file_without_a_secret_is_told_and_left_alone(tmp_path, written):
    path = tmp_path / "author.json"
    path.write_text(written)
    with pytest.raises(ConfigError, match=r"author\.json"):
        load_secret(path, NOW, life=LIFE)
    assert path.read_text() == written


def test_a_cut_write_of_another_run_is_no_obstacle(tmp_path):
    (tmp_path / "author.json.part").write_text("{")
    secret = load_secret(tmp_path / "author.json", NOW, life=LIFE)
    assert json.loads((tmp_path / "author.json").read_text())["secret"] == secret.value.hex()


def _send_secret(path, answers):
    answers.put(load_secret(path, NOW, life=LIFE))


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path):
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    started = [
        context.Process(target=_send_secret, args=(tmp_path / "author.json", answers))
        for _ in range(4)
    ]
    for process in started:
        process.start()
    secrets = {answers.get(timeout=30) for _ in started}
    for process in started:
        process.join()
    assert len(secrets) == 1
