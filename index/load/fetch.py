"""One address to the bytes behind it, bounded in size, time and redirects, and from public addresses only.

Proxies and .netrc of the environment are not used: behind a proxy nobody could tell which machine is reached, and the
guard would hold nothing. robots.txt is not asked for: the user names each page, as in a browser.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from index.errors import UnreadableAddress
from index.load.addresses import Resolver, check_parts, system_resolver
from index.load.base import Limits

if TYPE_CHECKING:
    import httpx

_REDIRECTS = {301, 302, 303, 307, 308}
_ACCEPT = (
    "text/html, application/xhtml+xml, application/pdf, application/rss+xml, application/atom+xml, text/plain;q=0.9, "
    "*/*;q=0.5"
)
_PACKED = {"gzip": 31, "x-gzip": 31, "deflate": 47}
"""Encodings that are asked for, and zlib's number for each. Others unpack in steps that cannot be bounded."""


@dataclass(frozen=True)
class Page:
    """What an address gave.

    Attributes:
        url: Where it was in the end, without fragment.
        data: The bytes, unpacked.
        content_type: The media type in lower case, "" where the server named none.
        charset: The encoding the server named.
    """

    url: str
    data: bytes
    content_type: str = ""
    charset: str | None = None


def fetch(address: str, limits: Limits, resolve: Resolver = system_resolver) -> Page:
    """Fetch an http or https address.

    Args:
        address: The address; a fragment is dropped.
        limits: `page_bytes` holds for the bytes as sent and as unpacked, `seconds` for everything together, from the
            name to the last byte; `redirects` and `private_addresses` hold for the way there.
        resolve: Who looks names up.

    Raises:
        UnreadableAddress: If it must not be fetched, or cannot be.
    """
    import httpcore
    import httpx

    from index.load.connect import Deadline, Transport

    deadline = Deadline(limits.seconds)
    headers = {"User-Agent": user_agent(), "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
    transport = Transport(limits, deadline, resolve)
    try:
        with httpx.Client(transport=transport, headers=headers, trust_env=False, timeout=None) as client:
            return _follow(client, address, limits)
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UnreadableAddress(f"is not an address: {error}") from None
    except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
        raise UnreadableAddress(f"cannot be reached: {_told(error)}") from error
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpx.TransportError) as error:
        raise UnreadableAddress(f"does not answer as a web server does: {_told(error)}") from error


def _follow(client: httpx.Client, address: str, limits: Limits) -> Page:
    import httpx

    url = _checked(address)
    for _ in range(limits.redirects + 1):
        with client.stream("GET", url) as response:
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                return _page(response, limits)
            try:
                url = _checked(str(url.join(response.headers["location"])))
            except (UnreadableAddress, httpx.InvalidURL) as error:
                reason = error if isinstance(error, UnreadableAddress) else f"is none: {error}"
                raise UnreadableAddress(f"redirects to an address that {reason}") from None
    raise UnreadableAddress(f"redirects more than {limits.redirects} times, the limit; at last to {str(url)!r}")


def _checked(address: str) -> httpx.URL:
    import httpx

    url = httpx.URL(address).copy_with(fragment=None)
    check_parts(url.scheme, url.raw_host.decode("ascii"), url.port, bool(url.userinfo))
    return url


def _page(response: httpx.Response, limits: Limits) -> Page:
    if response.status_code != 200:
        phrase = f" {response.reason_phrase}" if response.reason_phrase else ""
        raise UnreadableAddress(f"answered with the status {response.status_code}{phrase}, expected 200")
    length = response.headers.get("content-length", "")
    if length.isdecimal() and len(length) < 20 and int(length) > limits.page_bytes:
        raise UnreadableAddress(f"has {int(length):,} bytes, at most {limits.page_bytes:,} are fetched")
    data = bytearray()
    for part in _unpacked(response, limits.page_bytes):
        data += part
        if len(data) > limits.page_bytes:
            raise UnreadableAddress(f"gives more than {limits.page_bytes:,} bytes, the most that is fetched")
    message = Message()
    message["content-type"] = response.headers.get("content-type", "")
    charset = message.get_content_charset()
    kind = message.get_content_type() if response.headers.get("content-type") else ""
    return Page(str(response.url.copy_with(fragment=None)), bytes(data), kind, charset)


def _unpacked(response: httpx.Response, limit: int) -> Iterator[bytes]:
    """Yield the body unpacked, in parts of at most `limit` + 1 bytes, so that a bomb is met before it is unpacked."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        yield from response.iter_raw()
        return
    if encoding not in _PACKED:
        raise UnreadableAddress(f"is sent in the encoding {encoding!r}, expected gzip or deflate as asked for")
    unpack, read, begun = zlib.decompressobj(_PACKED[encoding]), 0, False
    try:
        for raw in response.iter_raw():
            read += len(raw)
            if read > limit:
                raise UnreadableAddress(f"gives more than {limit:,} bytes, the most that is fetched")
            if not begun and encoding == "deflate" and raw[:1] and raw[0] & 0x0F != 8:
                unpack = zlib.decompressobj(-15)  # some servers leave out zlib's own header
            begun = True
            yield unpack.decompress(raw, limit + 1)
    except zlib.error as error:
        raise UnreadableAddress(f"is sent as {encoding} but cannot be unpacked: {error}") from None
    if begun and not unpack.eof:
        raise UnreadableAddress(f"ends before its {encoding} does: the connection was cut")
    if unpack.unused_data.startswith(b"\x1f\x8b"):
        raise UnreadableAddress("is sent as several gzip members, expected one")


def _told(error: Exception) -> str:
    """Say why there was no answer, by the error at the bottom where that is TLS's."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its TLS certificate cannot be trusted ({getattr(cause, 'verify_message', '') or cause})"
    if isinstance(cause, ssl.SSLError):
        return f"TLS failed ({cause.reason or cause})"
    return str(error) or type(error).__name__


def user_agent() -> str:
    """Return who asks: Pullquote and its version."""
    try:
        return f"Pullquote/{version('pullquote')} (reads single pages that its user names)"
    except PackageNotFoundError:
        return "Pullquote (reads single pages that its user names)"
