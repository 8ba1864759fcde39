"""The bulletin against its specification: criteria B1 to B11, and stories of the domain."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from spellchecker import SpellChecker

from alerts import build
from alerts.bulletin import MAX_CHARACTERS, MAX_LINES, MAX_WORDS, compose, message_of, unavailable
from alerts.window import Bulletin, DayCount
from alerts.wording import OPT_OUT, phrases
from tests.servers.smtp import smtp_server
from tests.windows import (
    GAO,
    HOSTILE,
    MOPTI,
    NOW,
    TOMBOUCTOU,
    fullest,
    post,
    quiet,
    run,
    said_by_analyst,
    window,
)

CHROMIUM = "/usr/bin/chromium"
FORBIDDEN = re.compile(r"http|www|@|!|ennemi|propagande|on apprend que|surveillance", re.IGNORECASE)
PHONE = re.compile(r"\+?\d(?:[ .-]?\d){7,}")
ALLOWED_WORDS = Path(__file__).with_name("bulletin_words.txt")
NO_PUBLIC_REPLY = ("N10_souverainete_dehors", "N11_neocolonial", "N19_rapports_fabriques")
RED = {**HOSTILE, "narrative": "N18_menace_incitation", "level": "rouge", "severity": "5"}
NAMED = {**HOSTILE, "narrative": "N13_agent_local_designe", "level": "rouge", "severity": "5"}


def bulletins() -> dict[str, Bulletin]:
    """One bulletin of each kind, by name."""
    signal = [post(number) for number in range(6)]
    calm = [quiet(number) for number in range(100, 141)]
    return {
        "fullest": compose(fullest()),
        "typical": compose(window(*signal, *calm)),
        "quiet": compose(window(*calm)),
        "pending": compose(window(post(labels=RED), *calm)),
        "unavailable": unavailable(fullest(), since=NOW - timedelta(hours=24)),
        "empty": compose(window(before=())),
    }


KINDS = ["empty", "fullest", "pending", "quiet", "typical", "unavailable"]


@pytest.fixture(scope="module")
def made() -> dict[str, Bulletin]:
    return bulletins()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield chromium
        chromium.close()


@pytest.mark.parametrize("kind", KINDS)
def test_b1_one_screen_of_a_phone_at_16_px(
    browser: Browser, made: dict[str, Bulletin], kind: str
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 780})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(made[kind].html)
    assert page.evaluate("document.documentElement.scrollHeight") <= 780
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    sizes = "[...document.querySelectorAll('p, b')].map(e => getComputedStyle(e).fontSize)"
    assert set(page.evaluate(sizes)) == {"16px"}
    assert asked == []
    page.close()
    assert made[kind].text.count("\n") <= MAX_LINES


def test_b1_whatever_three_narratives_share_the_screen(browser: Browser) -> None:
    codes = [code for code in phrases().narratives if code != "other"]
    page = browser.new_page(viewport={"width": 360, "height": 780})
    day = fullest()
    for start in range(0, len(codes), 3):
        posts = [
            post(900 + at, {**HOSTILE, "narrative": code, "target": "BF_NGO"}, places=(GAO,))
            for at, code in enumerate(codes[start : start + 3])
        ]
        page.set_content(compose(replace(day, posts=[*day.posts[56:], *posts])).html)
        assert page.evaluate("document.documentElement.scrollHeight") <= 780
    page.close()


@pytest.mark.parametrize("kind", KINDS)
def test_b2_small_and_complete_in_itself(made: dict[str, Bulletin], kind: str) -> None:
    html, text = made[kind].html, made[kind].text
    assert len(html.encode()) + len(text.encode()) <= 40 * 1024
    assert '<meta charset="utf-8">' in html
    assert '<html lang="fr">' in html
    assert not re.search(r"src=|href=|url\(|@import|<img|<script|<link", html)


@pytest.mark.parametrize("kind", KINDS)
def test_b3_the_page_says_what_the_text_says(made: dict[str, Bulletin], kind: str) -> None:
    assert words_of_page(made[kind].html) == made[kind].text.split()


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")
def test_b3_a_mail_carries_the_text_line_for_line(made: dict[str, Bulletin]) -> None:
    with smtp_server() as inbox:
        [notifier] = build(inbox.url)
        notifier.send(message_of(made["fullest"]))
    [mail] = inbox.mails
    text, page = mail.iter_parts()
    assert mail["Subject"] == made["fullest"].subject
    assert text.get_content().splitlines() == made["fullest"].text.splitlines()
    assert page.get_content().splitlines() == made["fullest"].html.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_b4_no_address_no_number_no_forbidden_word(made: dict[str, Bulletin], kind: str) -> None:
    shown = made[kind].subject + "\n" + made[kind].text
    own_number = fullest().contact
    assert not FORBIDDEN.search(shown)
    assert not PHONE.search(shown.replace(own_number, ""))


def test_b5_a_quiet_day_says_so_in_subject_and_body(made: dict[str, Bulletin]) -> None:
    quiet_day = made["quiet"]
    assert quiet_day.subject == "[Veille] ven. 20/11 – RIEN À SIGNALER"
    first = quiet_day.text.splitlines()[0]
    assert first == "RIEN À SIGNALER (0 signal en 24 h, 41 éléments lus)"
    assert "RIEN À SIGNALER" not in made["typical"].subject + made["typical"].text


def test_b6_the_same_window_gives_the_same_bulletin_in_any_order() -> None:
    day = fullest()
    backwards = window(
        *reversed(day.posts),
        hours=72,
        sources=dict(reversed([*day.sources.items()])),
        coverage=tuple(reversed(day.coverage)),
        contact=day.contact,
        hosting=day.hosting,
    )
    assert compose(day) == compose(day)
    assert compose(backwards) == compose(day)


@pytest.mark.parametrize("kind", KINDS)
def test_b7_every_word_is_french(made: dict[str, Bulletin], kind: str) -> None:
    assert misspelt(made[kind].subject + " " + made[kind].text) == set()


def test_b7_every_phrase_is_french() -> None:
    told = phrases()
    sentences = [*told.status.values(), *told.context.values(), *told.claim.values()]
    for words in told.narratives.values():
        sentences += [words.title, words.claim, *words.proposed]
    assert misspelt(" ".join(sentences)) == set()


def test_b7_dates_clock_and_thousands_are_french(made: dict[str, Bulletin]) -> None:
    assert "au ven. 20/11, 06:45" in made["fullest"].text
    assert "1 277 éléments lus" in made["fullest"].text


@pytest.mark.parametrize("kind", ["fullest", "typical"])
def test_b8_each_signal_has_its_five_elements(made: dict[str, Bulletin], kind: str) -> None:
    lines = made[kind].text.splitlines()
    headings = [at for at, line in enumerate(lines) if re.match(r"\d\) ", line)]
    assert 1 <= len(headings) <= 3
    for at in headings:
        assert re.match(r"\d\) (ROUGE|ORANGE|JAUNE) – .+ · .+", lines[at])
        signal = "\n".join(lines[at : at + 4])
        assert re.search(r"^Statut : .+\.$", signal, re.MULTILINE)
        assert re.search(r"^Proposé : .+\.$", signal, re.MULTILINE)


@pytest.mark.parametrize("narrative", NO_PUBLIC_REPLY)
def test_b9_no_public_reply_is_proposed(narrative: str) -> None:
    text = compose(window(post(labels={**HOSTILE, "narrative": narrative}))).text
    [proposed] = re.findall(r"^Proposé : (.*)$", text, re.MULTILINE)
    assert not re.search(r"démenti|publier|communiqué|répondre publiquement", proposed)


def test_b9_criticism_is_never_a_signal() -> None:
    critical = post(labels={**HOSTILE, "narrative": "N90_critique_legitime", "stance": "critical"})
    bulletin = compose(window(critical))
    assert bulletin.signals == ()
    assert "Redevabilité : 1 retour à transmettre (Mopti 1)." in bulletin.text


def test_b10_an_unreachable_store_is_told_and_nothing_is_counted() -> None:
    bulletin = unavailable(window(), since=NOW - timedelta(hours=24))
    told = "données indisponibles depuis le jeu. 19/11, 06:45"
    assert told in bulletin.subject
    assert told in bulletin.text.lower()
    assert "RIEN À SIGNALER" not in bulletin.subject + bulletin.text
    assert "élément" not in bulletin.text


def test_b10_a_day_on_which_no_source_could_be_read_is_no_quiet_day() -> None:
    bulletin = compose(window(coverage=(run("pages", error="HTTP 500"),)))
    assert "données indisponibles" in bulletin.subject
    assert "Sources lues : 0 sur 1 ; non lues : Pages publiques" in bulletin.text


@pytest.mark.parametrize("kind", KINDS)
def test_b11_everyone_can_opt_out(made: dict[str, Bulletin], kind: str) -> None:
    assert OPT_OUT in made[kind].text
    assert made[kind].text.rstrip().endswith("STOP")


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_the_parts_is_fixed(made: dict[str, Bulletin], kind: str) -> None:
    order = ["Situation", "1)", "Aussi", "Contexte", "Chiffres", "Déjà démenti", "Redevabilité"]
    order += ["Sources lues", "Contact", "Méthode"]
    places = [
        found.start()
        for start in order
        if (found := re.search(rf"^{re.escape(start)}", made[kind].text, re.MULTILINE))
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("kind", KINDS)
def test_limits_of_words_and_characters(made: dict[str, Bulletin], kind: str) -> None:
    assert len(made[kind].text.split()) <= MAX_WORDS == 180
    assert len(made[kind].text) <= MAX_CHARACTERS == 1600


def test_story_13_fifty_copies_are_one_signal() -> None:
    text = "partagez avant que ce soit supprimé, leur injection rend nos filles malades"
    copies = [
        post(number, text=f"{text} {number}", author=f"compte{number % 42}") for number in range(47)
    ]
    pages = [
        post(50 + number, text=text, author=f"Page {number}", author_is_public=True)
        for number in range(3)
    ]
    bulletin = compose(window(*copies, *pages))
    [signal] = bulletin.signals
    assert (signal.size, signal.copies, signal.accounts, signal.pages) == (50, 50, 42, 3)
    assert "(50 copies, 42 comptes, 3 pages)" in bulletin.text
    assert bulletin.subject == "[Veille] ven. 20/11 – 1 ORANGE · 0 ROUGE · zone Mopti"


def test_different_texts_of_one_narrative_are_publications_not_copies() -> None:
    texts = ("leur vaccin rend malade", "n'acceptez aucune moustiquaire de ces gens")
    bulletin = compose(window(*(post(at, text=text) for at, text in enumerate(texts))))
    assert "(2 publications, 2 comptes)" in bulletin.text


def test_regions_and_actors_are_told_apart() -> None:
    here, there = post(1), post(2, places=(GAO,))
    other = post(3, {**HOSTILE, "target": "OMS"})
    assert len(compose(window(here, there, other)).signals) == 3


def test_story_16_a_validated_red_leads_and_is_counted() -> None:
    red = post(9, RED, decisions=(said_by_analyst("facebook:9", "status", "valide"),))
    bulletin = compose(window(post(1), red))
    assert bulletin.subject == "[Veille] ven. 20/11 – 1 ORANGE · 1 ROUGE · zone Mopti"
    assert "1) ROUGE – Menace · UNICEF · Mopti" in bulletin.text
    assert "signal validé" in bulletin.text


def test_a_red_that_only_a_machine_saw_is_counted_as_pending_without_detail() -> None:
    bulletin = compose(window(post(labels=RED)))
    assert bulletin.signals == ()
    assert bulletin.subject == "[Veille] ven. 20/11 – 0 ORANGE · 0 ROUGE · 1 à valider"
    assert "1 élément en attente de validation" in bulletin.text
    assert not re.search(r"Mopti|UNICEF|Menace|RIEN", bulletin.text)


def test_a_post_put_aside_by_an_analyst_is_no_signal() -> None:
    aside = post(decisions=(said_by_analyst("facebook:1", "status", "ecarte"),))
    assert compose(window(aside)).signals == ()


def test_story_19_a_relayed_rumour_is_a_signal_though_nobody_is_hostile() -> None:
    relayed = {**HOSTILE, "narrative": "N16_fausse_alerte", "stance": "neutral", "level": "jaune"}
    text = compose(window(post(labels=relayed))).text
    assert "1) JAUNE – Alerte à vérifier · UNICEF · Mopti" in text
    assert "information non vérifiée" in text


def test_story_21_a_scam_proposes_a_denial_and_shows_no_number() -> None:
    scam = {**HOSTILE, "narrative": "N14_arnaque_usurpation", "stance": "neutral", "level": "jaune"}
    text = compose(window(post(labels=scam, text="500 F au 76 12 34 56 pour réserver"))).text
    assert "Proposé : démentir par le canal officiel ; ne pas relayer le numéro." in text
    assert "76 12 34 56" not in text


def test_story_23_a_notice_that_turned_out_true_is_context() -> None:
    notice = {**HOSTILE, "narrative": "N15_faux_officiel"}
    confirmed = (
        said_by_analyst("facebook:1", "fact", "vrai_verifie"),
        said_by_analyst("facebook:1", "narrative", "N93_information_neutre"),
    )
    bulletin = compose(
        window(post(labels=notice, decisions=confirmed, tags=("declaration_officielle",)))
    )
    assert bulletin.signals == ()
    assert "Contexte : déclaration officielle, UNICEF, Mopti (1 publication)." in bulletin.text


def test_story_2_an_official_accusation_is_context_without_a_reply() -> None:
    said = {"target": "CICR"}
    reported = quiet(
        1, narrative="N93_information_neutre", labels=said, tags=("declaration_officielle",)
    )
    bulletin = compose(window(reported))
    assert bulletin.signals == ()
    assert "Contexte : déclaration officielle, CICR" in bulletin.text
    assert "Proposé" not in bulletin.text


def test_story_26_a_general_accusation_names_the_sector() -> None:
    general = {**HOSTILE, "narrative": "N05_detournement", "target": "ONG_GENERIQUE"}
    text = compose(window(post(labels={**general, "level": "jaune", "severity": "3"}))).text
    assert "1) JAUNE – Détournement allégué · les ONG en général · Mopti" in text
    assert "l'aide serait détournée ou revendue" in text


def test_story_27_a_person_is_never_named_and_neither_is_the_place() -> None:
    named = post(
        9,
        NAMED,
        text="Oumar Fictif de Konna est un traître",
        decisions=(said_by_analyst("facebook:9", "status", "valide"),),
    )
    bulletin = compose(window(named))
    shown = bulletin.subject + bulletin.text + bulletin.html
    assert "1) ROUGE – Personne mise en cause · acteur et zone réservés" in bulletin.text
    assert not re.search(r"Oumar|Fictif|Konna|Mopti|UNICEF", shown)
    assert bulletin.signals[0].post_ids == ()


def test_story_28_a_safeguarding_report_is_nowhere_not_even_in_a_count() -> None:
    calm = [quiet(number) for number in range(100, 120)]
    report = {"narrative": "N96_signalement_abus", "stance": "critical", "level": "ferme"}
    opened = {**report, "level": "vert"}
    assert compose(window(*calm, post(1, report), post(2, opened))) == compose(window(*calm))


def test_story_33_three_days_come_as_one_bulletin_that_says_so() -> None:
    late = compose(window(post(), hours=72))
    assert late.subject == "[Veille] ven. 20/11 – 1 ORANGE · 0 ROUGE · zone Mopti (3 jours)"
    assert "1 élément lu en 3 jours" in late.text
    calm = compose(window(quiet(1), hours=72))
    assert "RIEN À SIGNALER (0 signal en 3 jours, 1 élément lu)" in calm.text
    assert "(3 jours)" in calm.subject


def test_story_39_an_ordinary_week_is_a_quiet_one() -> None:
    week = [quiet(number, narrative="N99_hors_champ") for number in range(300)]
    bulletin = compose(window(*week, hours=24 * 7))
    assert bulletin.subject == "[Veille] ven. 20/11 – RIEN À SIGNALER (7 jours)"
    assert "aucun hostile" in bulletin.text


def test_story_40_texts_in_a_language_nobody_reads_are_counted() -> None:
    text = compose(window(quiet(1), quiet(2, lang="und", script="N'Ko"))).text
    assert "langues non traitées : 1 élément (1 en N'Ko, à lire par un locuteur)" in text


def test_languages_not_handled_are_named_those_for_a_speaker_first() -> None:
    codes = ["bam"] * 3 + ["hau"] * 2 + ["und", "fra"]
    posts = [quiet(number, lang=code) for number, code in enumerate(codes)]
    tifinagh = quiet(20, lang="tmh", script="Tifinagh")
    text = compose(window(*posts, tifinagh, languages=frozenset({"fra", "tmh"}))).text
    told = "7 éléments (1 en Tifinagh, à lire par un locuteur, 3 en bambara, 3 en d'autres)"
    assert f"langues non traitées : {told}" in text
    assert "langues non traitées" not in compose(window(quiet(1, lang="und", script=""))).text


def test_a_quiet_day_with_unread_sources_says_so_in_the_subject() -> None:
    sources = {"pages": "Pages publiques", "radio": "Radio"}
    bulletin = compose(window(quiet(1), sources=sources))
    assert bulletin.subject.endswith("RIEN À SIGNALER · 1 source lue sur 2")
    assert "Sources lues : 1 sur 2 ; non lues : Radio ; aucun rejet." in bulletin.text


def test_no_percentage_of_a_few() -> None:
    few = compose(window(post(), *(quiet(number) for number in range(2, 8)), before=())).text
    assert "7 éléments lus en 24 h au ven. 20/11, 06:45, dont 1 hostile ;" in few
    many = compose(window(post(), *(quiet(number) for number in range(2, 11)), before=())).text
    assert "dont 1 hostile (10 %)" in many


def test_the_mean_is_by_day_and_of_few_posts_a_count() -> None:
    usual = compose(window()).text
    assert "moyenne 7 j : 33 par jour, dont 3 hostiles (9 %)." in usual
    days = [DayCount(on=NOW.date(), total=total, hostile=1) for total in (4, 3)]
    assert "moyenne 2 j : 3,5 par jour, 2 hostiles sur 7." in compose(window(before=days)).text


def test_disinformation_is_said_only_of_what_people_checked() -> None:
    claimed = {**HOSTILE, "fact": "faux_verifie"}
    assert "désinformation" not in compose(window(post(labels=claimed))).text
    checked = post(decisions=(said_by_analyst("facebook:1", "fact", "faux_verifie"),))
    assert "Statut : désinformation : faux, vérifié" in compose(window(checked)).text


def test_a_known_claim_names_its_card_and_who_checked_it() -> None:
    known = {**HOSTILE, "claim": "KC05", "fact": "infox_connue"}
    text = compose(window(post(labels=known))).text
    assert "proche de l'infox KC05" in text
    assert "Déjà démenti : KC05 (vaccin et stérilité, Benbere, 2021)." in text


def test_the_gravest_signals_lead_and_the_others_are_counted() -> None:
    levels = ("jaune", "orange", "jaune", "orange", "jaune")
    places = (MOPTI, GAO, TOMBOUCTOU, MOPTI, GAO)
    posts = [
        post(at, {**HOSTILE, "level": level, "target": f"ORG{at}"}, places=(place,))
        for at, (level, place) in enumerate(zip(levels, places, strict=True))
    ]
    bulletin = compose(window(*posts))
    assert [signal.level for signal in bulletin.signals] == ["orange"] * 2 + ["jaune"] * 3
    assert "Aussi : 2 JAUNE." in bulletin.text


def test_an_old_post_read_late_tells_its_age() -> None:
    text = compose(window(post(published_at=NOW - timedelta(days=9)))).text
    assert "Vu dès le 11/11/2026." in text


def test_every_claim_is_in_the_conditional() -> None:
    for code, words in phrases().narratives.items():
        assert re.search(r"\w(rait|raient)\b", words.claim), code


def test_there_are_sentences_for_every_narrative_that_can_alarm() -> None:
    from veille.codebook import load_codebook

    hostile = {family.code for family in load_codebook().families if family.code < "N9"}
    assert hostile == set(phrases().narratives) - {"other"}


def test_every_known_claim_has_a_name() -> None:
    from veille.codebook.claims import load_claims

    assert set(load_claims()) == set(phrases().claim)


def test_the_message_is_named_by_day_and_reference(made: dict[str, Bulletin]) -> None:
    message = message_of(made["typical"])
    assert message.key == "2026-11-20-B-2211"
    assert (message.subject, message.text) == (made["typical"].subject, made["typical"].text)


def words_of_page(html: str) -> list[str]:
    """The words a reader sees."""
    body = html.partition("<body>")[2]
    return unescape(re.sub(r"<[^>]+>", "", body.replace("<p", " <p"))).split()


def misspelt(text: str) -> set[str]:
    """Words that are in no French dictionary and not in the list of allowed ones."""
    allowed = set(ALLOWED_WORDS.read_text(encoding="utf-8").split())
    words = re.findall(r"[^\W\d_]{2,}", text)
    return set(SpellChecker(language="fr").unknown(words)) - allowed
