"""Settings are read once from VEILLE_*; a wrong one is named, a secret never printed."""

import copy
import logging
import pickle
from dataclasses import FrozenInstanceError, asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from veille.errors import ConfigError
from veille.settings import Secret, Settings, settings_table

TOKEN = "mailtos://veille:tr3s-secret@example.org"


def test_without_any_variable_everything_has_a_default() -> None:
    settings = Settings.from_env({})
    assert settings.home == Path("var")
    assert settings.store_path == Path("var/veille.sqlite")
    assert settings.archive_url == "var/archive"
    assert settings.clock is None


def test_every_setting_is_read_in_its_own_type() -> None:
    settings = Settings.from_env(
        {
            "VEILLE_HOME": "/srv/veille",
            "VEILLE_NOTIFY": TOKEN,
            "VEILLE_CLOCK": "2026-11-20T07:45:00+01:00",
            "VEILLE_MAX_FILE_MB": "12",
            "VEILLE_HTTP_TIMEOUT_S": "2.5",
            "VEILLE_HTTP_LOCAL": "1",
            "VEILLE_CONTACT": "veille@ong.example",
        }
    )
    assert settings.home == Path("/srv/veille")
    assert settings.notify.reveal() == TOKEN
    assert settings.clock == datetime(2026, 11, 20, 6, 45, tzinfo=UTC)
    assert (settings.max_file_mb, settings.http_timeout_s) == (12, 2.5)
    assert settings.http_local is True
    assert settings.contact == "veille@ong.example"


def test_store_and_archive_may_stand_elsewhere() -> None:
    settings = Settings.from_env({"VEILLE_STORE": "/a/b.sqlite", "VEILLE_ARCHIVE": "memory://x"})
    assert settings.store_path == Path("/a/b.sqlite")
    assert settings.archive_url == "memory://x"


def test_an_empty_variable_is_the_default() -> None:
    assert Settings.from_env({"VEILLE_MAX_FILE_MB": "", "VEILLE_HOME": ""}) == Settings.from_env({})


def test_variables_of_others_and_of_the_tests_are_passed_over() -> None:
    assert Settings.from_env(
        {"HOME": "/root", "VEILLE_TEST_SLOW": "1", "XVEILLE_HOME": "x"}
    ) == Settings.from_env({})


@pytest.mark.parametrize(
    ("name", "text", "advice"),
    [
        ("VEILLE_HOEM", "x", "not a setting"),
        ("VEILLE_MAX_FILE_MB", "beaucoup", "VEILLE_MAX_FILE_MB"),
        ("VEILLE_MAX_FILE_MB", "0", "above zero"),
        ("VEILLE_MAX_FILE_MB", "1.5", "VEILLE_MAX_FILE_MB"),
        ("VEILLE_HTTP_TIMEOUT_S", "-1", "above zero"),
        ("VEILLE_HTTP_TIMEOUT_S", "nan", "above zero"),
        ("VEILLE_HTTP_TIMEOUT_S", "inf", "below"),
        ("VEILLE_KEEP_TEXT_DAYS", "99999999999", "below"),
        ("VEILLE_HTTP_LOCAL", "oui", "1 or 0"),
        ("VEILLE_CLOCK", "demain", "VEILLE_CLOCK"),
        ("VEILLE_CLOCK", "2026-11-20T06:45:00", "time zone"),
        ("VEILLE_CLOCK", "0001-01-01T00:00:00+14:00", "VEILLE_CLOCK"),
    ],
)
def test_a_wrong_setting_is_named(name: str, text: str, advice: str) -> None:
    with pytest.raises(ConfigError, match=advice) as told:
        Settings.from_env({name: text})
    assert name in str(told.value)


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as told:
        Settings.from_env({"VEILLE_X": "1", "VEILLE_HTTP_LOCAL": "2", "VEILLE_CLOCK": "?"})
    assert all(name in str(told.value) for name in ("VEILLE_X", "VEILLE_HTTP_LOCAL", "CLOCK"))


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.from_env({}).home = Path("elsewhere")  # type: ignore[misc]


def test_a_secret_prints_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings.from_env({"VEILLE_NOTIFY": TOKEN})
    logging.getLogger("veille").warning("settings %r %s", settings, settings.notify)
    shown = f"{settings!r} {settings} {settings.notify} {settings.notify!r:>50} {caplog.text}"
    assert "tr3s" not in shown
    assert "Secret(***)" in shown


@pytest.mark.parametrize("write", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_secret_is_never_written_down(write: object) -> None:
    with pytest.raises(TypeError, match="never written down"):
        write(Secret(TOKEN))  # type: ignore[operator]


def test_settings_as_a_whole_are_never_written_down() -> None:
    with pytest.raises(TypeError, match="never written down"):
        asdict(Settings.from_env({"VEILLE_NOTIFY": TOKEN}))


def test_a_secret_is_true_when_there_is_one() -> None:
    assert Secret(TOKEN)
    assert not Secret("")


def test_the_table_of_settings_tells_name_default_and_purpose_of_each() -> None:
    rows = {name: (default, purpose) for name, default, purpose in settings_table()}
    assert rows["VEILLE_HTTP_LOCAL"][0] == "0"
    assert rows["VEILLE_MAX_FILE_MB"][0] == "200"
    assert rows["VEILLE_NOTIFY"][0] == rows["VEILLE_CLOCK"][0] == ""
    assert all(purpose for _, purpose in rows.values())


def test_what_the_table_shows_as_default_is_the_default() -> None:
    shown = {name: default for name, default, _ in settings_table()}
    assert Settings.from_env(shown) == Settings.from_env({})
