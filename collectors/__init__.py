"""One module per platform or file format; the registry is here.

A new one costs one module, one line below and one folder of samples
(docs/adding-a-collector.md). Nothing is imported before it is asked for.
"""

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from veille.errors import ConfigError
from veille.privacy import Privacy

if TYPE_CHECKING:
    from collectors.base import Collector
    from collectors.files import FileFormat
    from veille.http import HttpClient

# What organisations hold on disk. Each has a FORMAT, and is a drop folder of that format alone;
# the collector called "files" is a drop folder that accepts all of them.
FORMATS = {
    "brandwatch": "collectors.brandwatch:FORMAT",
    "contentlibrary": "collectors.contentlibrary:FORMAT",
    "crowdtangle": "collectors.crowdtangle:FORMAT",
    "generic": "collectors.generic:FORMAT",
    "incidents": "collectors.incidents:FORMAT",
    "junkipedia": "collectors.junkipedia:FORMAT",
    "kobo": "collectors.kobo:FORMAT",
    "meltwater": "collectors.meltwater:FORMAT",
    "talkwalker": "collectors.talkwalker:FORMAT",
    "telegram_export": "collectors.telegram_export:FORMAT",
    "whatsapp": "collectors.whatsapp:FORMAT",
}

# What answers over the network. Each is called with http= and privacy=.
NETWORK = {
    "bluesky": "collectors.bluesky:BlueskyCollector",
    "mastodon": "collectors.mastodon:MastodonCollector",
    "rss": "collectors.rss:RssCollector",
    "telegram": "collectors.telegram:TelegramCollector",
}


def names() -> tuple[str, ...]:
    """What may stand after `collector =` in sources.toml."""
    return tuple(sorted(("files", *FORMATS, *NETWORK)))


def file_formats() -> tuple["FileFormat", ...]:
    """Every file format, in the order of its name."""
    return tuple(file_format(name) for name in sorted(FORMATS))


def file_format(name: str) -> "FileFormat":
    """The file format of this name."""
    found: FileFormat = _found(FORMATS[name])
    return found


def build(
    name: str,
    *,
    privacy: Privacy,
    clock: Callable[[], datetime],
    http: "HttpClient",
    max_file_bytes: int,
) -> "Collector":
    """The collector of this name. Raises `ConfigError`, listing the known ones."""
    if name in NETWORK:
        collector: Collector = _found(NETWORK[name])(http=http, privacy=privacy)
        return collector
    if name != "files" and name not in FORMATS:
        raise ConfigError(f"no collector is called {name!r}; known are {', '.join(names())}")
    from collectors.files import FileCollector

    return FileCollector(
        name=name,
        formats=file_formats() if name == "files" else (file_format(name),),
        privacy=privacy,
        clock=clock,
        max_file_bytes=max_file_bytes,
    )


def _found(place: str) -> Any:
    module, attribute = place.split(":")
    return getattr(import_module(module), attribute)
