"""The time zone of a file that tells none: what the source says, else Bamako's."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from veille.errors import ConfigError

_HOME = "Africa/Bamako"


def zone_of(options: Mapping[str, object]) -> ZoneInfo:
    """The zone in `options["zone"]`. Raises `ConfigError` when there is no such zone."""
    name = str(options.get("zone", _HOME))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(f"option zone: {name!r} is no time zone; write {_HOME}") from error
