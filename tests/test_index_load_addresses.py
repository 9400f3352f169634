from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_site import names, refused

from index.load.addresses import is_public
from index.load.base import Limits


def test_a_name_is_resolved_once_and_connected_to_what_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the name answers with a public address first, with the machine's own the second time."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    connected: list[str] = []

    def create_connection(address: tuple[str, int], *rest: object, **options: object) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create_connection)
    assert "cannot be reached" in refused("http://news.example/", Limits(), lambda host, port: [next(answers)])
    assert connected == ["93.184.216.34"]
    assert list(answers) == ["127.0.0.1"]  # never asked for


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        pytest.param("ftp://news.example/", "has the scheme 'ftp', expected http or https", id="ftp"),
        pytest.param("news.example", "has the scheme ''", id="no scheme"),
        pytest.param("http:///a", "names no host", id="no host"),
        pytest.param("http://me:secret@news.example/", "carries a user name or a password", id="password"),
        pytest.param("http://me@news.example/", "carries a user name or a password", id="user"),
        pytest.param("http://news.example\\@127.0.0.1/", "carries a user name or a password", id="backslash"),
        pytest.param("http://news.example:0/", "has the port 0", id="port 0"),
        pytest.param("http://news.example:65536/", "has the port 65536", id="port too high"),
        pytest.param("http://a b/", "is not a host's name", id="blank"),
        pytest.param("http://[::1/", "is not an address", id="broken"),
        pytest.param("http://nowhere.example/", "which is not found", id="no such name"),
        pytest.param("http://a..b/", "which is not found", id="empty label"),
    ],
)
def test_what_is_no_address_to_fetch_is_told(address: str, reason: str) -> None:
    assert reason in refused(address, Limits())


@pytest.mark.parametrize(
    "host",
    """localhost LOCALHOST localhost. a.localhost 127.0.0.1 127.0.0.1. 127.1 127.0.1 0x7f.1 0x7f000001 0177.0.0.1
    017700000001 2130706433 0 0.0.0.0 127.255.255.254 10.0.0.1 10.1 172.16.0.1 172.31.255.255 192.168.0.1 0xc0a80001
    169.254.169.254 100.64.0.1 192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
    239.255.255.250 240.0.0.1 255.255.255.255 127。0。0。1 [::] [::1] [::ffff:127.0.0.1] [::ffff:7f00:1]
    [::ffff:10.0.0.1] [0:0:0:0:0:ffff:c0a8:1] [::127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::a00:1] [64:ff9b:1::1]
    [2002:7f00:1::] [2002:c0a8:1::1] [2001:0:4136:e378::1] [2001:db8::1] [3fff::1] [fc00::1] [fd12:3456::1] [fe80::1]
    [fe80::1%25eth0] [fec0::1] [ff02::1] [100::1] [5f00::1] [2606:4700::5efe:a00:1] private.example mixed.example
    mapped.example zone.example""".split(),
)
def test_the_guard_refuses(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def create_connection(*given: object, **options: object) -> socket.socket:
        raise AssertionError(f"connected to {given!r}")

    monkeypatch.setattr(socket, "create_connection", create_connection)
    resolve = names(
        private_example="10.0.0.1",
        mixed_example="93.184.216.34 127.0.0.1",
        mapped_example="::ffff:169.254.169.254",
        zone_example="fe80::1%eth0",
    )
    reason = refused(f"http://{host}/", Limits(), resolve)
    told = ("not a public address", "unusual spelling", "not a host's name", "Invalid IPv4 address")
    assert any(words in reason for words in told), reason


@pytest.mark.parametrize(
    "address", "8.8.8.8 93.184.216.34 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1".split()
)
def test_public_addresses_pass(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_within_an_address_is_as_public_as_itself(address: ipaddress.IPv4Address) -> None:
    inner = int(address)
    carried = [(0xFFFF << 32) + inner, (0x64FF9B << 96) + inner, (0x2002 << 112) + (inner << 80)]
    assert {is_public(ipaddress.IPv6Address(number)) for number in carried} == {is_public(address)}
    assert not is_public(ipaddress.IPv6Address(inner))


@given(st.data(), st.sampled_from("10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 ::/8 fc00::/7 fe80::/9".split()))
def test_no_address_of_a_closed_network_is_public(data: st.DataObject, network: str) -> None:
    assert not is_public(data.draw(st.ip_addresses(network=network)))


@given(st.ip_addresses(v=4, network="127.0.0.0/8"), st.sampled_from(["{:d}", "0x{:x}", "0{:o}", "0x{:X}"]))
def test_no_spelling_of_loopback_passes(address: ipaddress.IPv4Address, spelling: str) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["93.184.216.34"]

    assert "unusual spelling" in refused(f"http://{spelling.format(int(address))}/", Limits(), resolve)
    assert not asked


@given(
    st.text()
    | st.text("abc.:/@#?[]%0x1-\\\u3002\u0130ß").map("http://{}".format)
    | st.text().map("http://xn--{}/".format)
)
def test_whatever_is_given_is_refused_and_nothing_else(address: str) -> None:
    assert refused(address, Limits())
