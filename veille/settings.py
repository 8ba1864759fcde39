"""Settings, read once from VEILLE_* at the entry point and then passed down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, get_type_hints

from veille.errors import ConfigError

PREFIX = "VEILLE_"
# No setting counts further: 100,000 days are 270 years, 100,000 MB more than any memory.
_MANY = 100_000


class Secret:
    """A value that never prints; `reveal` is called only where it leaves for its service."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is never written down")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of Veille, with what it is for."""

    home: Annotated[Path, "folder of the archive, the store, the ledgers and the author secret"] = (
        Path("var")
    )
    sources: Annotated[Path, "file of the sources people chose to watch"] = Path(
        "config/sources.toml"
    )
    store: Annotated[
        str,
        "file of the SQLite store, or `https://` address of an Elasticsearch 8 or 9; empty:"
        " `veille.sqlite` in the home folder",
    ] = ""
    store_name: Annotated[str, "what the indices of Elasticsearch begin with"] = "veille"
    store_key: Annotated[Secret, "API key of Elasticsearch, or `user:password`"] = Secret("")  # noqa: RUF009
    store_fingerprint: Annotated[
        str, "SHA-256 fingerprint of the authority that signed the certificate of Elasticsearch"
    ] = ""
    archive: Annotated[
        str, "folder or fsspec URL of the archive; empty: `archive` in the home folder"
    ] = ""
    classifier: Annotated[
        str,
        "which classifier labels posts: `sahel-e5`, the bundled model, `keywords`, or "
        "`transformer:` and the folder or hub id of a Hugging Face model",
    ] = "sahel-e5"
    llm_url: Annotated[
        str,
        "address of a chat model that reads what the classifier abstains on, as in"
        " `http://127.0.0.1:8080/v1`; empty: none",
    ] = ""
    llm_model: Annotated[str, "name of that model on its server"] = ""
    llm_key: Annotated[Secret, "key of that server; empty: none"] = Secret("")  # noqa: RUF009
    llm_consent: Annotated[
        str,
        "`HOST COUNTRY`: whoever answers for the data accepts that these posts leave the"
        " organisation for this host; empty: they do not",
    ] = ""
    llm_timeout_s: Annotated[float, "time-out of that model for one post, in seconds"] = 60.0
    notify: Annotated[
        Secret,
        "where bulletins go: `folder:PATH` or apprise addresses, separated by spaces; "
        "empty: `bulletins` in the home folder",
    ] = Secret("")  # noqa: RUF009 - immutable
    contact: Annotated[str, "contact printed at the foot of each bulletin"] = "cellule de veille"
    hosting: Annotated[str, "where the data are hosted, as shown to readers"] = "ordinateur local"
    clock: Annotated[
        datetime | None,
        "a fixed date and time with its zone, for the sample morning and for tests; empty: now",
    ] = None
    max_file_mb: Annotated[int, "largest file that is imported, in megabytes"] = 200
    http_timeout_s: Annotated[float, "time-out of one web request, in seconds"] = 30.0
    http_local: Annotated[bool, "1 allows feeds on this machine and on private networks"] = False
    keep_text_days: Annotated[int, "days after which a post is erased"] = 365
    keep_author_days: Annotated[int, "days after which the author secret is replaced"] = 90

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "Settings":
        """Read VEILLE_* and nothing else; raises `ConfigError` naming every wrong one.

        Names beginning with VEILLE_TEST_ belong to the tests and are passed over.
        """
        defaults = {PREFIX + item.name.upper(): item for item in fields(cls)}
        values: dict[str, object] = {}
        faults: list[str] = []
        for name, text in environment.items():
            if not name.startswith(PREFIX) or name.startswith(f"{PREFIX}TEST_") or not text:
                continue
            if name not in defaults:
                faults.append(f"{name} is not a setting (see .env.example)")
                continue
            try:
                values[defaults[name].name] = _read(defaults[name].default, text)
            except (ValueError, OverflowError) as error:
                faults.append(f"{name}: {error}")
        if faults:
            raise ConfigError("; ".join(faults))
        return cls(**values)  # type: ignore[arg-type]

    @property
    def archive_url(self) -> str:
        return self.archive or str(self.home / "archive")

    @property
    def store_is_remote(self) -> bool:
        """Whether the store is an Elasticsearch and no file."""
        return self.store.startswith(("https://", "http://"))

    @property
    def store_path(self) -> Path:
        return Path(self.store) if self.store else self.home / "veille.sqlite"


def settings_table() -> Iterator[tuple[str, str, str]]:
    """Name, default and purpose of every setting, in their order."""
    hints = get_type_hints(Settings, include_extras=True)
    for item in fields(Settings):
        default = item.default
        shown = "" if default is None or isinstance(default, Secret) else str(default)
        if isinstance(default, bool):
            shown = str(int(default))
        yield PREFIX + item.name.upper(), shown, hints[item.name].__metadata__[0]


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
            return _positive(type(default)(text))
        case Path():
            return Path(text)
        case None:
            return _moment(text)
    return text


def _positive(number: float) -> float:
    if not 0 < number < _MANY:
        raise ValueError(f"write a number above zero and below {_MANY}")
    return number


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("give a time zone, as in 2026-11-20T06:45:00+00:00")
    return moment.astimezone(UTC)
