"""What an operator does once with a store on a server, as a unit of work for the shell."""

import os

from veille.errors import ConfigError
from veille.settings import Settings
from veille.stores.base import StoreStep


def prepare_store(step: StoreStep) -> int:
    """Make a store ("init"), move it to this version ("migrate"), or remove what that kept.

    Gives how many posts were moved, or indices removed. Raises `ConfigError` on a file, which
    needs none of it.
    """
    settings = Settings.from_env(os.environ)
    if not settings.store_is_remote:
        raise ConfigError("VEILLE_STORE is a file: it is made and brought forward by itself")
    from veille.stores.elastic.steps import prepared

    return prepared(
        step,
        settings.store,
        name=settings.store_name,
        key=settings.store_key,
        fingerprint=settings.store_fingerprint,
    )
