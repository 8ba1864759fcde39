"""Settings, read once from VEILLE_* at the entry point and then passed down."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path

from veille.errors import ConfigError

PREFIX = "VEILLE_"


class Secret:
    """A value that never prints; `reveal` is called only where it leaves for its service."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not written down")


def _setting(about: str, *, default: object) -> object:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of Veille; `docs/operations.md` lists them from here."""

    home: Path = _setting(
        "Folder for archive, store, cursors, ledgers and the author secret.", default=Path("var")
    )  # type: ignore[assignment]
    sources: Path = _setting(
        "The sources people chose to watch.", default=Path("config/sources.toml")
    )  # type: ignore[assignment]
    store: str = _setting(
        "Where posts live; empty is SQLite in the home folder.", default=""
    )  # type: ignore[assignment]
    archive: str = _setting(
        "Folder or fsspec URL of the archive; empty is `archive` in the home folder.", default=""
    )  # type: ignore[assignment]
    classifier: str = _setting("Which classifier labels posts.", default="keywords")  # type: ignore[assignment]
    notify: Secret = _setting(
        "Where bulletins go: `folder:PATH` or apprise URLs, separated by spaces; empty is "
        "`bulletins` in the home folder.",
        default=Secret(""),
    )  # type: ignore[assignment]
    contact: str = _setting(
        "Contact printed in each bulletin.", default="cellule de veille"
    )  # type: ignore[assignment]
    hosting: str = _setting(
        "Where the data are hosted, as the law of the country wants it said.",
        default="ordinateur local",
    )  # type: ignore[assignment]
    clock: datetime | None = _setting(
        "A fixed date and time with zone, for the sample morning and for tests; empty is now.",
        default=None,
    )  # type: ignore[assignment]
    max_file_mb: int = _setting("Largest file that is imported, in MB.", default=200)  # type: ignore[assignment]
    http_timeout_s: float = _setting("Time-out of one web request, in seconds.", default=30.0)  # type: ignore[assignment]
    http_local: bool = _setting(
        "Allow feeds on this machine and on private networks (1 or 0).", default=False
    )  # type: ignore[assignment]
    retention_text_days: int = _setting("Days a post's text is kept.", default=365)  # type: ignore[assignment]
    retention_author_days: int = _setting("Days an author's key is kept.", default=90)  # type: ignore[assignment]

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "Settings":
        """Read VEILLE_* and nothing else; raises `ConfigError` naming every wrong one."""
        values: dict[str, object] = {}
        faults: list[str] = []
        known = {PREFIX + item.name.upper(): item for item in fields(cls)}
        for name, text in environment.items():
            if not name.startswith(PREFIX) or name.startswith(f"{PREFIX}TEST_"):
                continue
            if name not in known:
                faults.append(f"{name} is not a setting (see .env.example)")
            elif text:
                try:
                    values[known[name].name] = _read(known[name].default, text)
                except ValueError as error:
                    faults.append(f"{name}: {error}")
        if faults:
            raise ConfigError("; ".join(faults))
        return cls(**values)  # type: ignore[arg-type]


def _read(default: object, text: str) -> object:
    """`text` in the type of the setting's default; raises `ValueError`."""
    match default:
        case Secret():
            return Secret(text)
        case bool():
            if text not in ("0", "1"):
                raise ValueError("write 1 or 0")
            return text == "1"
        case int() | float():
            return type(default)(text)
        case Path():
            return Path(text)
        case None:
            return _moment(text)
    return text


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("give a time zone, as in 2026-11-20T06:45:00+00:00")
    return moment.astimezone(UTC)
