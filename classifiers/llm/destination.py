"""Where posts go to be read, and who has allowed it: nobody's text leaves the house unasked."""

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult

from veille.errors import ConfigError, SourceForbidden
from veille.http.address import target_of
from veille.http.wire import is_public


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A server of a chat model. `country` is empty when it stands inside the organisation.

    With a country, a person has consented to posts going there (rule D9).
    """

    target: SplitResult
    country: str = ""

    @property
    def host(self) -> str:
        return self.target.hostname or ""

    def admits(self, address: str) -> bool:
        """Whether posts may be sent to this IP address."""
        return bool(self.country) or not is_public(address)


def destination_of(url: str, consent: str) -> Destination:
    """The server at `url`, whose path ends before /chat/completions.

    `consent` is empty or "HOST COUNTRY". A server outside the organisation needs it; loopback
    and private networks do not. A name that nobody can resolve now is looked at again when
    posts are sent. Raises `ConfigError`.
    """
    try:
        target = target_of(url)
    except SourceForbidden as error:
        raise ConfigError("VEILLE_LLM_URL: write it as in http://127.0.0.1:8080/v1") from error
    if target.username is not None or target.query:
        raise ConfigError("VEILLE_LLM_URL holds a password or a query: use VEILLE_LLM_KEY")
    inside = Destination(target=target)
    outside = [address for address in _addresses(inside.host) if not inside.admits(address)]
    if not outside:
        return inside
    return Destination(target=target, country=_country(inside.host, consent, target.scheme))


def _country(host: str, consent: str, scheme: str) -> str:
    allowed, _, country = consent.strip().partition(" ")
    if allowed.lower() != host.lower() or not country.strip():
        given = "" if not consent else "; the consent that is set names another host or no country"
        raise ConfigError(
            f"VEILLE_LLM_URL: {host} is outside the organisation, and posts would leave it{given}."
            " Run the model on a machine of your own; or, if whoever answers for the data"
            f" accepts it, set VEILLE_LLM_CONSENT='{host} COUNTRY', naming the country it is in"
        )
    if scheme != "https":
        raise ConfigError(f"VEILLE_LLM_URL: {host} is outside the organisation: use https")
    return country.strip()


def _addresses(host: str) -> list[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    try:
        return [str(item[4][0]) for item in socket.getaddrinfo(host, None)]
    except (OSError, UnicodeError):
        return []
