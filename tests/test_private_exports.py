"""Files that hold people: what they are called and can be called on never reaches the archive."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

import collectors
from collectors.files import FileFormat, FileHead, recognised
from collectors.tables.links import post_id_of_url
from collectors.tables.mapping import guess_mapping, proposed_mapping
from tests.contracts.samples import SAMPLES
from veille.errors import ConfigError, FileRefused, FormatUnknown, SourceChanged
from veille.post import Page, ParsedPage, Post
from veille.privacy import Privacy

NOW = datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
PRIVACY = Privacy(b"test-secret")

PEOPLE = {
    "whatsapp/ordinary/page.txt": (
        "Kadiatou", "Brehima", "Fictif", "Oumou", "223 70", "22370001122", "76 00 11 33",
        "14.934100",
    ),
    "whatsapp/ordinary-iphone/page.txt": ("Salif", "Inventé", "Nana", "salif@exemple.org"),
    "whatsapp/ordinary-zip/page.zip": ("Moctar", "Inexistant", "Relais Gao"),
    "whatsapp/non-latin/page.txt": ("مريم", "مثال", "Tata", "Modèle"),
    "whatsapp/oldest/page.txt": ("Adama", "Binta", "Sample"),
    "telegram_export/ordinary/page.json": (
        "Modibo", "Sira", "Awa Personne", "900000003", "900000004", "76001133",
    ),
    "telegram_export/deleted/page.json": ("Ali Modèle", "900000020", "900000021"),
    "telegram_export/oldest/page.json": (
        "Fanta", "Sidi", "Inexistant", "76 00 00 0", "message privé",
    ),
    "kobo/ordinary/page.csv": (
        "Aminata", "aminata_collecte", "76 00 00 4", "14.349812", "-3.610443",
    ),
    "kobo/ordinary-xml-names/page.xlsx": ("agent_gao", "16.27166", "0.044713"),
    "incidents/ordinary/page.xlsx": ("Sekou", "76 00 00 46", "14.35", "soldats", "patrouille"),
    "generic/ordinary/page.csv": ("Boubou", "Yaye", "76 00 00 47"),
}  # fmt: skip


def format_of(name: str) -> FileFormat:
    return next(item for item in collectors.file_formats() if item.name == name)


def options_of(path: str) -> Mapping[str, object]:
    options = (SAMPLES / path).parent / "options.json"
    return json.loads(options.read_text("utf-8")) if options.exists() else {}


def read(name: str, body: bytes | str, **options: object) -> ParsedPage:
    """A file as it is cleaned and then read."""
    file_format = format_of(name)
    raw = body if isinstance(body, bytes) else body.encode()
    cleaned = file_format.clean(raw, options, PRIVACY).body
    page = Page(
        source_id="s", collector=name, url="f", fetched_at=NOW, body=cleaned, options=options
    )
    return file_format.read(page, PRIVACY)


@pytest.mark.parametrize("path", PEOPLE)
def test_no_name_number_or_position_is_in_the_archived_bytes(path: str) -> None:
    body = (SAMPLES / path).read_bytes()
    kept = format_of(Path(path).parts[0]).clean(body, options_of(path), PRIVACY).body
    for word in PEOPLE[path]:
        for encoding in ("utf-8", "utf-16-le"):
            assert word.encode(encoding) not in kept, word
        assert json.dumps(word).strip('"').encode() not in kept, word


@pytest.mark.parametrize("path", [path for path in PEOPLE if not path.endswith(("zip", "xlsx"))])
def test_these_people_are_in_the_files_as_they_came(path: str) -> None:
    body = (SAMPLES / path).read_bytes()
    text = body.decode("cp1252" if b"\xe9" in body and "generic" in path else "utf-8")
    text = json.dumps(json.loads(text), ensure_ascii=False) if path.endswith("json") else text
    assert [word for word in PEOPLE[path] if word not in text.replace("\u202f", " ")] == []


def test_an_author_is_the_key_of_the_sender_and_the_same_in_every_message() -> None:
    parsed = read("whatsapp", (SAMPLES / "whatsapp/ordinary/page.txt").read_bytes())
    key = PRIVACY.author_key("whatsapp", "Brehima Fictif")
    assert sum(post.author == key for post in parsed.posts) == 5


# Stories 12 and 31 of the users.
def test_a_debt_between_cousins_keeps_no_number() -> None:
    parsed = read(
        "whatsapp", "12/11/2025 à 09:00 - Cousine: Pam, tu me dois 5000, au 76 00 11 33\n"
    )
    [post] = parsed.posts
    assert post.text == "Pam, tu me dois 5000, au [téléphone]"


def test_three_lines_are_one_message_and_media_are_counted() -> None:
    parsed = read("whatsapp", (SAMPLES / "whatsapp/ordinary/page.txt").read_bytes())
    [post] = [post for post in parsed.posts if "périmés" in post.text]
    assert post.text.count("\n") == 2
    assert post.published_at == datetime(2025, 11, 12, 8, 17, tzinfo=UTC)
    assert parsed.ignored["média sans texte"] == 1


def test_a_longer_export_of_the_same_chat_adds_only_what_is_new() -> None:
    first = "12/11/2025 à 09:00 - Awa: Merci Oumar\n12/11/2025 à 09:00 - Awa: oui\n"
    second = first + "12/11/2025 à 09:00 - Awa: oui\n12/11/2025 à 09:05 - Oumar: Pas de quoi\n"
    short, long = read("whatsapp", first).posts, read("whatsapp", second).posts
    assert [post.id for post in short] == [post.id for post in long[:2]]
    assert len({post.id for post in long}) == 4


def test_android_and_iphone_give_the_same_message_the_same_id() -> None:
    android = read("whatsapp", "12/11/2025 à 14:05 - Awa: On dit quoi ?\n").posts
    iphone = read("whatsapp", "[12/11/2025 14:05:33] Awa\u202f: On dit quoi\u202f?\n").posts
    assert [post.published_at for post in android] == [post.published_at for post in iphone]
    assert android[0].id == iphone[0].id


@pytest.mark.parametrize(
    ("lines", "moment"),
    [
        ("11/12/25, 2:05 PM - A: un\n11/13/25, 2:05 PM - A: b\n",
         datetime(2025, 11, 12, 14, 5, tzinfo=UTC)),
        ("11/12/25, 02:05 - A: un\n13/12/25, 02:05 - A: b\n",
         datetime(2025, 12, 11, 2, 5, tzinfo=UTC)),
        # No number over twelve: only one of the two orders runs forward in time.
        ("1/2/25, 1:00 PM - A: un\n1/9/25, 1:00 PM - A: b\n2/1/25, 1:00 PM - A: c\n",
         datetime(2025, 1, 2, 13, 0, tzinfo=UTC)),
        ("03/04/2025, 10:00 - A: un\n", datetime(2025, 4, 3, 10, 0, tzinfo=UTC)),
        ("2025-04-03, 10:00 - A: un\n", datetime(2025, 4, 3, 10, 0, tzinfo=UTC)),
        ("٠٣/٠٤/٢٠٢٥، ١٠:٠٠ - A: un\n", datetime(2025, 4, 3, 10, 0, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_the_order_of_day_and_month_is_that_of_the_chat(lines: str, moment: datetime) -> None:
    assert read("whatsapp", lines).posts[0].published_at == moment


def test_a_chat_of_niamey_is_an_hour_ahead() -> None:
    [post] = read("whatsapp", "03/04/2025, 10:00 - A: un\n", zone="Africa/Niamey").posts
    assert post.published_at == datetime(2025, 4, 3, 9, 0, tzinfo=UTC)
    with pytest.raises(ConfigError, match="option zone: 'Mars' is no time zone"):
        read("whatsapp", "03/04/2025, 10:00 - A: un\n", zone="Mars")


def test_a_name_stays_where_it_is_a_place_or_a_trade() -> None:
    text = "01/11/2026, 10:00 - Docteur Mopti: À Mopti, le Docteur est absent\n"
    assert read("whatsapp", text).posts[0].text == "À Mopti, le Docteur est absent"


def test_an_organisation_in_a_contact_name_stays_in_the_texts() -> None:
    text = "01/11/2026, 10:00 - Awa MSF: Awa dit que MSF arrive\n"
    assert read("whatsapp", text).posts[0].text == "[personne] dit que MSF arrive"


def test_military_messages_are_left_out_and_counted_without_moving_lines() -> None:
    body = (
        "01/11/2026, 10:00 - A: Convoi militaire de 20 véhicules vers Kidal\nil passe demain\n"
        "01/11/2026, 10:01 - A: Le prix du mil monte\n31/02/2026, 10:02 - A: sans date\n"
    ).encode()
    cleaned = format_of("whatsapp").clean(body, {}, PRIVACY)
    assert cleaned.removed["contenu militaire écarté"] == 1
    assert b"Kidal" not in cleaned.body
    assert read("whatsapp", body).rejects[0].where == "ligne 4"


@pytest.mark.parametrize("odd", ["x" * 40_000, "a\0b", "\ud800 seul", "ligne\u2028suite", "‮oe"])
def test_odd_texts_survive(odd: str) -> None:
    chat = f"01/11/2026, 10:00 - A: {odd}\n".encode("utf-8", "surrogatepass")
    [post] = read("whatsapp", chat).posts
    assert len(post.text) >= len(odd) - 1
    export = {"name": "n", "type": "public_channel", "id": 1, "messages": [
        {"id": 1, "type": "message", "date_unixtime": "1794297600", "text": odd}]}  # fmt: skip
    [post] = read("telegram_export", json.dumps(export)).posts
    assert post.text == odd


def test_a_private_conversation_is_refused() -> None:
    export = {"name": "Sidi", "type": "personal_chat", "id": 1, "messages": [{"id": 1}]}
    with pytest.raises(FileRefused, match="discussion privée"):
        read("telegram_export", json.dumps(export))


def test_a_cut_export_is_refused_with_its_line() -> None:
    body = (SAMPLES / "telegram_export/ordinary/page.json").read_bytes()[:1500]
    with pytest.raises(SourceChanged, match=r"JSON coupé ou abîmé à la ligne \d\d"):
        read("telegram_export", body)


# Stories 21 and 40 of the users.
def test_a_false_job_advert_keeps_its_words_and_loses_its_number() -> None:
    advert = "12/11/2026, 09:00 - A: Recrutement ONG, 500 F pour réserver, WhatsApp 76 00 11 33\n"
    [post] = read("whatsapp", advert).posts
    assert post.text == "Recrutement ONG, 500 F pour réserver, WhatsApp [téléphone]"


@pytest.mark.parametrize("text", ["ߒߞߏ ߛߓߍ ߟߋ߬ ߦߋ߫ ߣߌ߲߬ ߘߌ߫", "ⵜⵎⴰⵛⵗ ⵜⴰⵎⴰⵙⵀⴰⵇ", "🤡🤡🐀"])
def test_a_script_that_nobody_here_reads_is_kept_letter_for_letter(text: str) -> None:
    assert read("whatsapp", f"12/11/2026, 09:00 - A: {text}\n").posts[0].text == text


# Story 32 of the users.
def test_a_rumour_form_keeps_its_questions_and_no_submitter() -> None:
    parsed = read("kobo", (SAMPLES / "kobo/ordinary/page.csv").read_bytes())
    first = parsed.posts[0]
    assert first.details["Par quel canal ?"] == "Radio, Bouche à oreille"
    assert first.details["Langue de la rumeur"] == "Dogon"
    assert not [name for name in first.details if "téléphone" in name or "enquêteur" in name]
    assert first.id == "kobo:3f0c6a52-0000-4000-8000-000000000101"
    assert first.places == ("ml.bandiagara.bandiagara",)


def test_the_rumour_question_may_be_chosen() -> None:
    form = "_uuid,_submission_time,rumeur,suite\nu1,2026-11-01T10:00:00,abc,def\n"
    assert read("kobo", form).posts[0].text == "abc"
    assert read("kobo", form, text="suite").posts[0].text == "def"


def test_a_table_is_read_only_with_a_mapping_that_fits() -> None:
    body = b"Quand;Quoi\n2026-11-01;Bonjour\n"
    with pytest.raises(SourceChanged, match="il manque la correspondance des colonnes"):
        read("generic", body)
    [post] = read("generic", body, mapping={"text": "Quoi", "published_at": "Quand"}).posts
    assert post.text == "Bonjour"


def test_running_numbers_of_two_tables_are_not_the_same_posts() -> None:
    mapping = {"id": "n", "text": "t", "published_at": "d"}
    first = read("generic", "n,d,t\n1,2026-11-01,un texte\n", mapping=mapping).posts
    second = read("generic", "n,d,t\n1,2026-11-01,un autre\n", mapping=mapping).posts
    assert first[0].id != second[0].id


def test_a_mapping_is_proposed_by_names_and_else_by_content() -> None:
    assert guess_mapping(
        ["N°", "Date de publication", "Auteur", "Lien", "Message"],
        [["1", "01/11/2026", "Page", "https://exemple.org/1", "Bonjour à tous"]],
    ) == {
        "text": "Message", "published_at": "Date de publication", "author": "Auteur",
        "url": "Lien",
    }  # fmt: skip
    body = b"a;b;c\n1;2026-11-01 10:00;une phrase assez longue pour en avoir l'air\n"
    assert proposed_mapping(body) == {"published_at": "b", "text": "c"}


def refusal(body: str, **mapping: str) -> str:
    options = {"mapping": mapping} if mapping else {}
    head = FileHead(name="t.csv", start=body.encode(), options=options)
    with pytest.raises(FormatUnknown) as refused:
        recognised(head, collectors.file_formats())
    return str(refused.value)


TABLE = "Quand;Quoi\n2026-11-01;Bonjour\n"


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ({}, "colonnes vues : « Quand », « Quoi » ; dites lesquelles sont le texte et la date :"
             " veille import FICHIER --map text=COLONNE --map published_at=COLONNE"),
        ({"text": "Quoi", "published_at": "Quant"},
         "colonne absente : « Quant » ; colonnes vues : « Quand », « Quoi »"),
        ({"txt": "Quoi", "published_at": "Quand"},
         "champ inconnu : « txt » (champs possibles : text, published_at"),
        ({"text": "Quoi", "published_at": "Quand", "aime": "Quoi"}, "champ inconnu : « aime »"),
        ({"text": "Quoi"}, "champ à dire aussi : « published_at »"),
    ],
)  # fmt: skip
def test_a_table_of_no_known_columns_is_told_what_it_lacks(
    mapping: dict[str, str], told: str
) -> None:
    assert told in refusal(TABLE, **mapping)


@pytest.mark.parametrize(
    "body",
    [
        "Awa Inventée, hier soir\nun secret, ici, entre nous\n",
        "Cher ami, je te dis tout\nsans détour, ici, et voilà\n",
        "Awa Inventée;76 00 11 33\nOumou Modèle;76 00 11 34\n",
    ],
)
def test_what_may_be_no_heading_is_not_told(body: str) -> None:
    assert "colonnes vues" not in refusal(body)


NO_NAMES = ["amina_privee", "Amina Privée", "amina-privee"]
LEAKS = {
    "brandwatch": (
        "Query Id,Date,Url,Snippet,Page Type,Author,Full Name,X Reply to,Avatar,Thread URL\n"
        "1,2026-11-03 12:40:11.0,https://twitter.com/amina_privee/status/7,Bonjour,twitter,"
        "amina_privee,Amina Privée,amina_privee,https://p.example/amina_privee.png,\n"
        "1,2026-11-03 12:40:11.0,https://www.facebook.com/amina.privee/posts/8,Non,facebook,"
        "amina.privee,,,,\n"
        "1,jamais,https://f.example/u/amina-privee/9,Non,forum,Amina Privée,,,,\n"
        "1,2026-11-03 12:40:11.0,https://f.example/u/amina-privee/9,Non,forum,Amina Privée,,,,\n"
        "1,amina_privee\n"
    ),
    "meltwater": (
        "Date,URL,Hit Sentence,Input Name,Influencer,Twitter Screen Name,User Profile Url,"
        "Twitter Bio\n"
        "2026-11-03,https://twitter.com/amina_privee/status/7,Bonjour,ONG,@amina_privee,"
        "amina_privee,https://twitter.com/amina_privee,Je suis Amina Privée\n"
        "hier,https://www.instagram.com/amina_privee/p/Cx1/,Bonjour,ONG,@amina_privee,,,\n"
    ),
    "talkwalker": (
        "url,indexed,source_type,content,content_snippet,parent_url,extra_author_attributes.name,"
        "extra_author_attributes.short_name,extra_author_attributes.url,"
        "extra_source_attributes.name\n"
        "https://twitter.com/amina_privee/status/7,2026-11-05 08:12:00,SOCIALMEDIA_TWITTER,"
        "Bonjour,Bonjour,,Amina Privée,amina_privee,https://x.com/amina_privee,amina_privee\n"
    ),
    "contentlibrary": (
        "id,creation_time,content_type,text,post_owner.type,post_owner.id,post_owner.name,"
        "post_owner.username,surface.type,surface.id,surface.name\n"
        "90071992547409931,2026-10-01T08:15:00+0000,status,Bonjour,person,77000001,Amina Privée,"
        "amina_privee,person,77000001,Amina Privée\n"
    ),
    "junkipedia": (
        "Post ID,Platform,Channel,Channel URL,Channel ID,Published At,URL,Post Text,Engagement\n"
        "11,gab,amina_privee,https://gab.com/amina_privee,amina_privee,2026-11-17T09:12:00Z,"
        "https://gab.com/amina_privee/posts/108,Bonjour,1\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEAKS)
def test_a_private_author_is_nowhere_but_as_one_key(name: str) -> None:
    file_format = format_of(name)
    cleaned = file_format.clean(LEAKS[name].encode(), {}, PRIVACY)
    parsed = read(name, LEAKS[name])
    kept = cleaned.body.decode() + repr(parsed) + repr(cleaned.removed)
    assert not [word for word in (*NO_NAMES, "77000001") if word.casefold() in kept.casefold()]
    assert parsed.posts
    again = file_format.clean(cleaned.body, {}, PRIVACY)
    assert (again.body, again.removed) == (cleaned.body, {})


def test_what_is_read_is_the_key_of_the_name_and_the_id_of_the_address() -> None:
    parsed = read("brandwatch", LEAKS["brandwatch"])
    posts: dict[str | None, Post] = {post.id: post for post in parsed.posts}
    own = post_id_of_url("https://f.example/u/amina-privee/9")
    assert posts.keys() == {"x:7", "facebook:8", own}
    assert posts["x:7"].author == PRIVACY.author_key("x", "amina_privee")
    assert posts["x:7"].url == "https://x.com/i/web/status/7"
    assert posts["facebook:8"].author == PRIVACY.author_key("facebook", "amina.privee")
    assert posts[own].author == PRIVACY.author_key("web", "amina privée")
    assert posts[own].url == ""
    assert [reject.where for reject in parsed.rejects] == ["ligne 4", "ligne 6"]
    assert parsed.rejects[0].item.startswith("1 | jamais | urn:veille:web:")


def test_pages_and_sites_keep_their_names_and_addresses() -> None:
    body = (
        "Query Id,Date,Url,Snippet,Page Type,Author,Facebook Role,Domain\n"
        "1,2026-11-03 12:40:11.0,https://www.facebook.com/radio.gao/posts/8,Oui,facebook,"
        "Radio Gao,owner,facebook.com\n"
        "1,2026-11-03 12:40:11.0,https://gao.example/radio-gao/8,Oui,news,Radio Gao,,gao.example\n"
    )
    page, article = read("brandwatch", body).posts
    assert (page.id, page.author) == ("facebook:radio.gao_8", "Radio Gao")
    assert (article.author, article.url) == ("gao.example", "https://gao.example/radio-gao/8")
