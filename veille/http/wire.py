"""The sockets under `HttpClient`: every connection is checked here, every read has a deadline."""

import socket
import ssl
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv6Address, ip_address
from typing import Any

import httpcore

from veille.errors import SourceChanged, SourceForbidden

_MAX_HEADER_BYTES = 32_768


class Wire(httpcore.NetworkBackend):
    """Connects to public addresses only, and to no one after `deadline_s` on the clock `ticks`.

    The address that was checked is the address that is connected to, so that a name which
    answers differently the second time gains nothing. With `allow_local` any address will do.
    """

    def __init__(self, *, deadline_s: float, ticks: Callable[[], float], allow_local: bool) -> None:
        self._deadline_s, self._ticks, self._allow_local = deadline_s, ticks, allow_local
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises `SourceForbidden` for an address that is not public."""
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses(host, port):
            try:
                stream = self._sockets.connect_tcp(
                    address, port, self.left_s(timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return BoundedStream(stream, self)
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def left_s(self, timeout_s: float | None) -> float:
        """What one operation may take; raises `httpcore.ReadTimeout` past the deadline."""
        left_s = self._deadline_s - self._ticks()
        if left_s <= 0:
            raise httpcore.ReadTimeout("the whole request took too long")
        return left_s if timeout_s is None else min(timeout_s, left_s)

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        addresses = [str(item[4][0]) for item in found]
        if not self._allow_local and not all(is_public(address) for address in addresses):
            raise SourceForbidden(
                f"{host} is on this machine or on a private network, where feeds are not read:"
                " correct the address, or set VEILLE_HTTP_LOCAL=1 if it is meant"
            )
        return addresses


class BoundedStream(httpcore.NetworkStream):
    """A connection that stops at its wire's deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, wire: Wire) -> None:
        self._stream, self._wire = stream, wire

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._wire.left_s(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._wire.left_s(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._stream.start_tls(ssl_context, server_hostname, self._wire.left_s(timeout))
        return BoundedStream(inner, self._wire)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet, looking into IPv6 that wraps IPv4."""
    found = ip_address(address)
    if isinstance(found, IPv6Address):
        teredo = found.teredo[1] if found.teredo else None
        found = found.ipv4_mapped or found.sixtofour or teredo or found
    return found.is_global and not found.is_multicast


def lowered(headers: list[tuple[bytes, bytes]], place: str) -> dict[str, str]:
    """Headers by name in lower case, repeated ones joined; raises `SourceChanged` over 32 KB."""
    if sum(len(name) + len(value) for name, value in headers) > _MAX_HEADER_BYTES:
        raise SourceChanged(f"{place} sends headers of over {_MAX_HEADER_BYTES} bytes")
    found: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def body_of(
    chunks: Iterator[bytes], headers: Mapping[str, str], place: str, max_bytes: int
) -> bytes:
    """The decompressed body.

    Raises `SourceChanged` over `max_bytes`, which are never exceeded in memory by more than
    one piece, and for a packing that was not asked for.
    """
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise SourceChanged(f"{place} is packed as {encoding[:20]!r}, not asked for")
    if encoding in ("gzip", "x-gzip"):
        chunks = _unpacked(chunks, max_bytes + 1)
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > max_bytes:
            raise SourceChanged(f"{place} sends more than {max_bytes / 1e6:.0f} MB")
    return bytes(body)


def _unpacked(chunks: Iterator[bytes], most: int) -> Iterator[bytes]:
    """gzip undone, never more than `most` bytes at once; raises httpcore's error when cut."""
    gzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    started = False
    try:
        for chunk in chunks:
            rest, started = chunk, True
            while rest:
                if gzip.eof:
                    gzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
                yield gzip.decompress(rest, most)
                rest = gzip.unconsumed_tail or gzip.unused_data
    except zlib.error as error:
        raise httpcore.RemoteProtocolError("damaged gzip") from error
    if started and not gzip.eof:
        raise httpcore.RemoteProtocolError("cut gzip")
