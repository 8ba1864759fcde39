"""What an operator does with a store on a server, once."""

from veille.settings import Secret
from veille.stores.base import StoreStep
from veille.stores.elastic.indices import Names, check, install
from veille.stores.elastic.moving import confirm, migrate
from veille.stores.elastic.node import Node


def prepared(step: StoreStep, url: str, *, name: str, key: Secret, fingerprint: str) -> int:
    """Posts moved by "migrate", indices removed by "confirm", 0 for "init".

    Each may be repeated. Raises `ConfigError` on a store that does not allow it.
    """
    node, names = Node.open(url, key=key, fingerprint=fingerprint), Names(name)
    try:
        match step:
            case "migrate":
                return migrate(node, names)
            case "confirm":
                return confirm(node, names)
        install(node, names)
        check(node, names)
        return 0
    finally:
        node.close()
