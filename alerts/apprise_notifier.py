"""Mail and every other service that apprise knows, from one address URL."""

import logging
from hashlib import sha256

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.plugins.email import NotifyEmail

from alerts.base import Message
from veille.errors import ConfigError, NotifyError
from veille.settings import Secret

# A mail server that checks for spam may take this long before it accepts.
TIMEOUT_S = 30.0


class AppriseNotifier:
    """One apprise URL, which may hold a password and is never shown.

    Mail goes out as UTF-8 text and HTML of the same words, everything else as text. Give each
    person a URL: when one of several addresses in a URL is refused, the whole counts as failed,
    and the others get the message again.
    """

    def __init__(self, url: Secret, *, timeout_s: float = TIMEOUT_S) -> None:
        # apprise writes recipients' addresses to its log, even at WARNING.
        logging.getLogger("apprise").setLevel(logging.CRITICAL)
        asset = AppriseAsset(app_id="Veille", app_desc="Veille de perception", app_url="")
        service = Apprise.instantiate(url.reveal(), asset=asset, suppress_exceptions=True)
        if service is None:
            raise ConfigError("an address to notify is not one that apprise understands")
        service.socket_connect_timeout = timeout_s
        service.socket_read_timeout = timeout_s
        self._is_mail = isinstance(service, NotifyEmail)
        self._apprise = Apprise(service, asset=asset)
        kind = url.reveal().partition(":")[0].lower()
        self._name = f"{kind}:{sha256(url.reveal().encode()).hexdigest()[:6]}"

    @property
    def name(self) -> str:
        return self._name

    def send(self, message: Message) -> None:
        """Deliver once, or raise `NotifyError`, whose text holds no address and no token."""
        as_page = self._is_mail and bool(message.html)
        accepted = self._apprise.notify(
            title=" ".join(message.subject.split()),
            body=message.html if as_page else message.text,
            body_format=NotifyFormat.HTML if as_page else NotifyFormat.TEXT,
        )
        if not accepted:
            raise NotifyError(f"{self._name} did not accept the message; it is tried next time")

    def __repr__(self) -> str:
        return f"AppriseNotifier({self._name})"
