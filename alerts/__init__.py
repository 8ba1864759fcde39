"""The morning bulletin and the ways to deliver it; `build` is the registry."""

from alerts.base import Message, Notifier
from veille.errors import ConfigError
from veille.settings import Secret

__all__ = ["Message", "Notifier", "build"]


def build(settings_notify: str) -> list[Notifier]:
    """One notifier per entry of the setting: `folder:PATH` or an apprise URL.

    Entries are separated by white space. Raises `ConfigError`, which names entries by their
    place, because they may hold passwords.
    """
    notifiers: dict[str, Notifier] = {}
    for place, entry in enumerate(settings_notify.split(), 1):
        try:
            notifier = _notifier(entry)
        except ConfigError as error:
            raise ConfigError(f"VEILLE_NOTIFY, entry {place}: {error}") from None
        if notifier.name in notifiers:
            raise ConfigError(f"VEILLE_NOTIFY, entry {place}: the same as an entry before it")
        notifiers[notifier.name] = notifier
    return list(notifiers.values())


def _notifier(entry: str) -> Notifier:
    kind, colon, rest = entry.partition(":")
    if kind == "folder" and rest:
        from pathlib import Path

        from alerts.folder import FolderNotifier

        return FolderNotifier(Path(rest))
    if colon and rest.startswith("//"):
        from alerts.apprise_notifier import AppriseNotifier

        return AppriseNotifier(Secret(entry))
    raise ConfigError("write folder:PATH or an apprise URL such as mailto://…")
