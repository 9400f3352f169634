"""Connections for `index/load/fetch.py`: to checked addresses only, and within one time limit for everything.

httpx does the talking; what is replaced below it is where it connects to and how long it waits. Importing this module
imports httpx.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import httpcore
import httpx

from index.errors import UnreadableAddress
from index.load.addresses import Resolver, checked
from index.load.base import Limits

_CONNECT_SECONDS = 10.0
"""How long one IP address may take to answer, before the next one of its name is tried."""

T = TypeVar("T")


class Deadline:
    """A moment at which a fetch ends, whatever it is doing."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left.

        Raises:
            UnreadableAddress: If there are none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise UnreadableAddress(f"took longer than {self._seconds:g} s to fetch, the limit")
        return left

    @contextlib.contextmanager
    def held(self) -> Iterator[float]:
        """Give the seconds left to an operation, and tell its timeout as this one's where it is."""
        left = self.left()
        try:
            yield left
        except httpcore.TimeoutException:
            self.left()
            raise


class Transport(httpx.BaseTransport):
    """Sends requests of httpx over connections that are checked and timed."""

    def __init__(self, limits: Limits, deadline: Deadline, resolve: Resolver) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context(), network_backend=_Backend(limits, deadline, resolve)
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the body of the response is read as it is asked for."""
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        response = self._pool.handle_request(
            httpcore.Request(request.method, target, headers=request.headers.raw, extensions=request.extensions)
        )
        assert isinstance(response.stream, Iterable)
        return httpx.Response(
            response.status, headers=response.headers, stream=_Body(response), extensions=response.extensions
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The body of a response, and its end."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Backend(httpcore.NetworkBackend):
    """Opens connections. Every connection of a fetch, also a redirect's, comes through here."""

    def __init__(self, limits: Limits, deadline: Deadline, resolve: Resolver) -> None:
        self._limits = limits
        self._deadline = deadline
        self._resolve = resolve
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve the host once, check what came, and connect to the first of these addresses that answers."""
        addresses = within(self._deadline, lambda: self._addresses(host, port))
        for address in addresses[:-1]:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._connect(address, port)
        return self._connect(addresses[-1], port)

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        return checked(host, port, self._resolve, private_addresses=self._limits.private_addresses)

    def _connect(self, address: str, port: int) -> httpcore.NetworkStream:
        with self._deadline.held() as left:
            stream = self._system.connect_tcp(address, port, timeout=min(left, _CONNECT_SECONDS))
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection whose every operation has the time that is left of the whole."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with self._deadline.held() as left:
            return self._stream.read(max_bytes, timeout=left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with self._deadline.held() as left:
            self._stream.write(buffer, timeout=left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        with self._deadline.held() as left:
            stream = self._stream.start_tls(ssl_context, server_hostname, timeout=left)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def within(deadline: Deadline, work: Callable[[], T]) -> T:
    """Do work that cannot be given a time limit, such as looking a name up, and wait for it until the deadline.

    Raises:
        UnreadableAddress: If the deadline passed; the work then goes on without anyone waiting for it.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except (OSError, ValueError, UnreadableAddress) as error:
            failed.append(error)

    thread = threading.Thread(target=run, name="pullquote-name", daemon=True)
    thread.start()
    thread.join(deadline.left())
    if failed:
        raise failed[0]
    if not done:
        deadline.left()
        raise UnreadableAddress("has a host whose name was not looked up: the resolver failed")
    return done[0]


@lru_cache(maxsize=1)
def ssl_context() -> ssl.SSLContext:
    """Trust certifi's authorities, or those of SSL_CERT_FILE or SSL_CERT_DIR where they are set."""
    return httpx.create_ssl_context()
