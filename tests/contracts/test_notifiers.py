"""Every notifier against a real counterpart on this machine."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts import build
from alerts.base import Message, Notifier
from alerts.folder import FolderNotifier
from tests.servers.smtp import PASSWORD, Mood, smtp_server
from tests.servers.webhook import TOKEN, webhook_server
from veille.errors import ConfigError, NotifyError
from veille.settings import Secret

# apprise imports a module that Python 3.13 drops.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")

MESSAGE = Message(
    key="2026-11-20-B-1",
    subject="[Veille] ven. 20/11 – RIEN À SIGNALER",
    text="Situation : 41 éléments lus.\n\nContact : cellule de veille\n",
    html=(
        '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"></head><body>\n'
        "<p><b>Situation\u00a0:</b> 41 éléments lus.</p>\n<br>\n"
        "<p><b>Contact\u00a0:</b> cellule de veille</p>\n</body></html>\n"
    ),
)
HOSTILE = Message(
    key="2026-11-20-B-2",
    subject="[Veille] <script>alert(1)</script>\r\nBcc: intrus@ong.example\r\n\r\ncorps",
    text="<script>alert(1)</script>\n.\nfin",
    html="<p>&lt;script&gt;alert(1)&lt;/script&gt;<br>.<br>fin</p>",
)


class NotifierContract:
    """What every notifier must do; a subclass says how to reach one and what arrived."""

    def accepting(self, tmp_path: Path) -> Notifier:
        raise NotImplementedError

    def arrived(self) -> list[tuple[str, str]]:
        """Subject and text of each message that the other side holds."""
        raise NotImplementedError

    def failing(self, tmp_path: Path) -> Notifier:
        raise NotImplementedError

    def test_an_accepted_message_has_arrived_once(self, tmp_path: Path) -> None:
        self.accepting(tmp_path).send(MESSAGE)
        [(subject, text)] = self.arrived()
        assert subject == MESSAGE.subject
        assert text.split() == MESSAGE.text.split()

    def test_what_was_refused_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(NotifyError):
            self.failing(tmp_path).send(MESSAGE)

    def test_neither_error_nor_log_tells_an_address_or_a_token(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        notifier = self.failing(tmp_path)
        with pytest.raises(NotifyError) as caught:
            notifier.send(MESSAGE)
        shown = f"{caught.value!r} {caught.value.__cause__!r} {notifier!r} {notifier.name}"
        logged = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
        for secret in ("aminata", "@", PASSWORD, TOKEN):
            assert secret not in f"{shown} {logged}"

    def test_hostile_text_arrives_harmless(self, tmp_path: Path) -> None:
        self.accepting(tmp_path).send(HOSTILE)
        [(subject, text)] = self.arrived()
        assert "\n" not in subject
        assert text.split()[-2:] == [".", "fin"]


class TestFolder(NotifierContract):
    @pytest.fixture(autouse=True)
    def _where(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "bulletins"

    def accepting(self, tmp_path: Path) -> Notifier:
        return FolderNotifier(self.folder)

    def arrived(self) -> list[tuple[str, str]]:
        assert sorted(path.suffix for path in self.folder.iterdir()) == [".html", ".txt"]
        texts = [path.read_text(encoding="utf-8") for path in self.folder.glob("*.txt")]
        return [(text.split("\n\n")[0], text.partition("\n\n")[2]) for text in texts]

    def failing(self, tmp_path: Path) -> Notifier:
        self.folder.write_text("a file stands where the folder should be")
        return FolderNotifier(self.folder)

    def test_files_are_named_by_the_key_and_written_once(self) -> None:
        for _ in range(2):
            FolderNotifier(self.folder).send(MESSAGE)
        names = sorted(path.name for path in self.folder.iterdir())
        assert names == ["2026-11-20-B-1.html", "2026-11-20-B-1.txt"]

    def test_a_key_never_leads_out_of_the_folder(self) -> None:
        key = "../../dehors/" + "x" * 300
        FolderNotifier(self.folder).send(Message(key=key, subject="s", text="t"))
        assert [path.parent for path in self.folder.parent.rglob("*.txt")] == [self.folder]

    def test_a_message_without_a_page_writes_only_its_text(self) -> None:
        FolderNotifier(self.folder).send(Message(key="k", subject="s", text="t"))
        assert [path.name for path in self.folder.iterdir()] == ["k.txt"]

    def test_a_full_disk_leaves_no_part_behind(self) -> None:
        self.folder.mkdir()
        (self.folder / "2026-11-20-B-1.html").mkdir()
        with pytest.raises(NotifyError):
            FolderNotifier(self.folder).send(MESSAGE)
        assert [path.name for path in self.folder.iterdir()] == ["2026-11-20-B-1.html"]


class TestMail(NotifierContract):
    mood: Mood = "refuses"

    @pytest.fixture(autouse=True)
    def _servers(self) -> Iterator[None]:
        with smtp_server() as self.inbox, smtp_server(self.mood) as self.broken:
            yield

    def accepting(self, tmp_path: Path) -> Notifier:
        return reached(self.inbox.url)

    def arrived(self) -> list[tuple[str, str]]:
        return [
            (mail["Subject"], mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
            for mail in self.inbox.mails
        ]

    def failing(self, tmp_path: Path) -> Notifier:
        return reached(self.broken.url)

    def test_mail_is_text_and_page_of_the_same_words_in_utf_8(self) -> None:
        reached(self.inbox.url).send(MESSAGE)
        [mail] = self.inbox.mails
        text, page = mail.iter_parts()
        assert mail.get_content_type() == "multipart/alternative"
        assert text.get_content_type() == "text/plain"
        assert page.get_content_type() == "text/html"
        assert {part.get_content_charset() for part in (text, page)} == {"utf-8"}
        assert text.get_content().splitlines() == MESSAGE.text.splitlines()
        assert page.get_content().splitlines() == MESSAGE.html.splitlines()

    def test_a_message_without_a_page_is_sent_as_text(self) -> None:
        reached(self.inbox.url).send(Message(key="k", subject="s", text="<b>é</b>\n"))
        [mail] = self.inbox.mails
        assert mail.get_content_type() == "text/plain"
        assert mail.get_content().strip() == "<b>é</b>"

    def test_a_subject_adds_no_header(self) -> None:
        reached(self.inbox.url).send(HOSTILE)
        [mail] = self.inbox.mails
        assert mail["Bcc"] is None
        assert mail["To"] == "aminata@ong.example"


class TestMailToASilentServer(TestMail):
    mood = "silent"


class TestMailToAServerThatHangsUp(TestMail):
    mood = "hangs_up"


class TestWebhook(NotifierContract):
    """Stands for every service of apprise that is no mail."""

    mood: Mood = "refuses"

    @pytest.fixture(autouse=True)
    def _servers(self) -> Iterator[None]:
        with webhook_server() as self.hook, webhook_server(self.mood) as self.broken:
            yield

    def accepting(self, tmp_path: Path) -> Notifier:
        return reached(self.hook.url)

    def arrived(self) -> list[tuple[str, str]]:
        return [(body["title"], body["message"]) for body in self.hook.bodies]

    def failing(self, tmp_path: Path) -> Notifier:
        return reached(self.broken.url)


class TestWebhookThatIsSilent(TestWebhook):
    mood = "silent"


class TestWebhookThatHangsUp(TestWebhook):
    mood = "hangs_up"


def test_the_registry_builds_what_the_setting_names(tmp_path: Path) -> None:
    notifiers = build(f"folder:{tmp_path}/bulletins  json://127.0.0.1:9/{TOKEN}")
    assert [notifier.name.split(":")[0] for notifier in notifiers] == ["folder", "json"]
    assert build("") == []


@pytest.mark.parametrize(
    "entry",
    ["folder:", "mailto:aminata@ong.example", f"nulle://{TOKEN}", TOKEN, f"json://{TOKEN}:x"],
)
def test_a_wrong_entry_is_told_by_its_place_and_never_shown(entry: str) -> None:
    with pytest.raises(ConfigError, match="VEILLE_NOTIFY, entry 2: ") as caught:
        build(f"folder:bulletins {entry}")
    assert TOKEN not in str(caught.value)
    assert "aminata" not in str(caught.value)


def test_the_same_entry_twice_is_a_fault() -> None:
    with pytest.raises(ConfigError, match="entry 2: the same"):
        build("folder:a folder:a")


def test_importing_alerts_imports_no_apprise() -> None:
    code = "import sys, alerts; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def reached(url: str) -> Notifier:
    from alerts.apprise_notifier import AppriseNotifier

    return AppriseNotifier(Secret(url), timeout_s=0.5)
