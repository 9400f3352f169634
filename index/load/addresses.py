"""Which addresses may be fetched: the guard against pages that send Pullquote to machines of the user's own network.

A name is resolved once, and the connection goes to the very address that was checked here (`index/load/connect.py`), so
that a name that answers with another address the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence

from index.errors import UnreadableAddress

Resolver = Callable[[str, int], Sequence[str]]
"""From a host and a port to IP addresses, best first; raises OSError where the name is not known."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_SCHEMES = ("http", "https")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.IGNORECASE)
_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_ISATAP = {0x00005EFE, 0x02005EFE}
_SPECIAL = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocol assignments, a few of which Python counts as global
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # IETF protocol assignments
        "3fff::/20",  # documentation
    )
)


def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the operating system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def check_parts(scheme: str, host: str, port: int | None, userinfo: bool) -> None:
    """Check what an address itself tells, before any name is looked up.

    Raises:
        UnreadableAddress: If it is not http or https, names no host, carries a user name or a password, or spells an
            IPv4 address in another way than as four decimal numbers (which libraries read in different ways).
    """
    if scheme not in _SCHEMES:
        raise UnreadableAddress(f"has the scheme {scheme!r}, expected http or https")
    if userinfo:
        raise UnreadableAddress("carries a user name or a password, which would be stored with the article; remove it")
    if not host:
        raise UnreadableAddress("names no host, expected an address like https://news.example/story")
    if port is not None and not 1 <= port <= 65535:
        raise UnreadableAddress(f"has the port {port}, expected 1 to 65535")
    if "%" in host or any(character.isspace() for character in host):
        raise UnreadableAddress(f"has the host {host!r}, which is not a host's name")
    if literal(host) is None and ":" not in host and _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        raise UnreadableAddress(
            f"has the host {host!r}, an unusual spelling of an IP address; write four decimal numbers or a name"
        )


def checked(host: str, port: int, resolve: Resolver, *, private_addresses: bool = False) -> tuple[str, ...]:
    """Resolve a host once and return the IP addresses to connect to, best first.

    Args:
        host: A name or an IP address, as `check_parts` passed it.
        port: The port, for the resolver.
        resolve: Who looks names up.
        private_addresses: Whether to allow every address.

    Raises:
        UnreadableAddress: If the name is not known, or if any of its addresses is not a public one.
    """
    given = literal(host)
    name = host.rstrip(".").lower()
    if not private_addresses and (name == "localhost" or name.endswith(".localhost")):
        raise UnreadableAddress(_refusal(host, "this machine"))
    try:
        found = [str(given)] if given else list(resolve(host, port))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableAddress(f"has the host {host!r}, which is not found: {reason}") from None
    if not found:
        raise UnreadableAddress(f"has the host {host!r}, which has no IP address")
    for address in found:
        parsed = literal(address)
        if not private_addresses and (parsed is None or not is_public(parsed)):
            raise UnreadableAddress(_refusal(host, address))
    return tuple(found)


def literal(host: str) -> IPAddress | None:
    """Return the IP address that a host is written as, in its usual spelling, or None."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_public(address: IPAddress) -> bool:
    """Tell whether an address is one of the open internet, also where it carries an IPv4 address within itself.

    IPv4-mapped, NAT64 and 6to4 addresses are as public as the IPv4 address in them; Teredo, ISATAP and IPv4-compatible
    ones never are. IPv6 is public in 2000::/3 only, what IANA has given out so far.

    >>> is_public(ipaddress.ip_address("93.184.216.34")), is_public(ipaddress.ip_address("::ffff:10.0.0.1"))
    (True, False)
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address not in _UNICAST or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
            return False
    if any(address in network for network in _SPECIAL if network.version == address.version):
        return False
    closed = address.is_private or address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not closed and not address.is_loopback and not address.is_link_local


def _refusal(host: str, address: str) -> str:
    at = f"{host!r}" if host == address else f"{host!r}, which is {address}"
    return f"is at {at}: not a public address. If you trust it, allow private addresses (--private-addresses)"
