from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from web_site import LOCAL, Site, names, refused, running

from index.load import connect
from index.load.base import Limits
from index.load.fetch import fetch, user_agent


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as site:
        yield site


def test_a_page_comes_with_its_type_and_final_address(site: Site) -> None:
    site.give("/a?b=c", "Grüße".encode("latin-1"), content_type="Text/HTML; Charset=ISO-8859-1")
    page = fetch(site.address + "/a?b=c#part", LOCAL)
    assert (page.url, page.content_type, page.charset) == (site.address + "/a?b=c", "text/html", "iso-8859-1")
    assert page.data.decode("latin-1") == "Grüße"


def test_it_says_who_asks_and_takes_nothing_from_the_environment(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    fetch(site.give("/", b"x"), LOCAL)
    ((_, headers),) = site.asked
    assert headers["user-agent"] == user_agent()
    assert headers["user-agent"].startswith("Pullquote/")
    assert headers["accept-encoding"] == "gzip, deflate"


def test_redirects_are_followed_with_their_cookies(site: Site) -> None:
    site.give("/old", b"", 301, location="/new", set_cookie="seen=1; Path=/")
    site.give("/new", b"there")
    page = fetch(site.address + "/old", LOCAL)
    assert (page.url, page.data) == (site.address + "/new", b"there")
    assert site.asked[1][1]["cookie"] == "seen=1"


def test_a_redirect_loop_ends(site: Site) -> None:
    site.give("/a", b"", 302, location="/b")
    site.give("/b", b"", 302, location="/a")
    assert "redirects more than 5 times" in refused(site.address + "/a")
    assert len(site.asked) == 6


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        pytest.param("file:///etc/passwd", "redirects to an address that has the scheme 'file'", id="file"),
        pytest.param("http://u:p@127.0.0.1/", "redirects to an address that carries a user name", id="credentials"),
        pytest.param("http://0x7f.1/", "redirects to an address that has the host '0x7f.1', an unusual", id="hex"),
        pytest.param("http://[::1", "Invalid URL in location header", id="broken"),
        pytest.param("http://nowhere.example/", "has the host 'nowhere.example', which is not found", id="no name"),
    ],
)
def test_every_redirect_is_checked(site: Site, location: str, reason: str) -> None:
    assert reason in refused(site.give("/", b"", 302, location=location))


def test_a_redirect_to_a_private_address_is_not_followed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first host is let pass as if it were public; the server behind it sends to the machine's own address."""
    port = site.server_address[1]
    monkeypatch.setattr("index.load.addresses.is_public", lambda address: str(address) == "127.0.0.2")
    monkeypatch.setattr(socket, "create_connection", _to(site))
    site.give("/", b"", 302, location=f"http://inside.example:{port}/secret")
    site.give("/secret", b"secret")
    resolve = names(news_example="127.0.0.2", inside_example="127.0.0.1")
    reason = refused(f"http://news.example:{port}/", Limits(), resolve)
    assert reason.startswith("is at 'inside.example', which is 127.0.0.1: not a public address")
    assert [path for path, _ in site.asked] == ["/"]


def _to(site: Site) -> Callable[..., socket.socket]:
    """Connect to the site, whatever address was asked for."""
    connect = socket.create_connection
    here = ("127.0.0.1", site.server_address[1])
    return lambda address, *rest, **options: connect(here, *rest, **options)


def test_the_host_is_kept_for_the_server(site: Site) -> None:
    site.give("/", b"x")
    port = site.server_address[1]
    fetch(f"http://news.example:{port}/", LOCAL, names(news_example="127.0.0.1"))
    assert site.asked[0][1]["host"] == f"news.example:{port}"


def test_the_next_address_of_a_name_is_tried(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.give("/", b"x")
    address = f"http://news.example:{site.server_address[1]}/"
    assert fetch(address, LOCAL, names(news_example="::1 127.0.0.1")).data == b"x"


def test_a_drip_ends_after_the_whole_time(site: Site) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(200):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    site.answers["/"] = drip
    begun = time.monotonic()
    assert "took longer than 0.5 s to fetch" in refused(site.address + "/", Limits(private_addresses=True, seconds=0.5))
    assert time.monotonic() - begun < 2


def test_headers_that_drip_end_too(site: Site) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(200):
            handler.wfile.write(b"x")
            time.sleep(0.05)

    site.answers["/"] = drip
    assert "took longer than 0.5 s" in refused(site.address + "/", Limits(private_addresses=True, seconds=0.5))


def test_a_resolver_that_hangs_ends_too() -> None:
    over = threading.Event()

    def hang(host: str, port: int) -> Sequence[str]:
        over.wait(10)
        return []

    assert "took longer than 0.3 s" in refused("http://news.example/", Limits(seconds=0.3), hang)
    over.set()


def test_an_endless_body_ends_at_the_limit(site: Site) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(10_000):
            handler.wfile.write(b"x" * 10_000)

    site.answers["/"] = endless
    assert refused(site.address + "/") == "gives more than 100,000 bytes, the most that is fetched"


def test_a_length_beyond_the_limit_is_not_begun(site: Site) -> None:
    address = site.give("/", b"x", content_length="100001")
    assert refused(address) == "has 100,001 bytes, at most 100,000 are fetched"


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        pytest.param("gzip", gzip.compress(b"text"), id="gzip"),
        pytest.param("deflate", zlib.compress(b"text"), id="deflate"),
        pytest.param("deflate", zlib.compress(b"text", wbits=-15), id="raw deflate"),
        pytest.param("identity", b"text", id="identity"),
        pytest.param("gzip", b"", id="nothing"),
    ],
)
def test_a_packed_page_is_unpacked(site: Site, encoding: str, data: bytes) -> None:
    assert fetch(site.give("/", data, content_encoding=encoding), LOCAL).data == (b"text" if data else b"")


@pytest.mark.parametrize(
    ("encoding", "data", "reason"),
    [
        pytest.param("gzip", gzip.compress(bytes(50_000_000)), "gives more than 100,000 bytes", id="bomb"),
        pytest.param("deflate", zlib.compress(bytes(50_000_000)), "gives more than 100,000 bytes", id="deflate bomb"),
        pytest.param("gzip", gzip.compress(b"text")[:-9], "ends before its gzip does", id="cut"),
        pytest.param("gzip", b"no gzip", "is sent as gzip but cannot be unpacked", id="not gzip"),
        pytest.param("gzip", gzip.compress(b"a") * 2, "several gzip members", id="two members"),
        pytest.param("br", b"x", "in the encoding 'br', expected gzip or deflate", id="brotli"),
        pytest.param("gzip, gzip", b"x", "in the encoding 'gzip, gzip'", id="packed twice"),
    ],
)
def test_a_packed_page_that_does_harm_is_refused(site: Site, encoding: str, data: bytes, reason: str) -> None:
    assert reason in refused(site.give("/", data, content_encoding=encoding))


def test_a_bomb_is_not_unpacked_beyond_the_limit(site: Site) -> None:
    address = site.give("/", gzip.compress(bytes(50_000_000)), content_encoding="gzip")
    fetch(site.give("/small", b"x"), LOCAL)
    tracemalloc.start()
    refused(address)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


def test_a_status_other_than_200_is_a_failure(site: Site) -> None:
    assert refused(site.address + "/nowhere") == "answered with the status 404 Not Found, expected 200"
    assert "the status 500" in refused(site.give("/broken", b"", 500))


def test_a_body_shorter_than_told_is_a_failure(site: Site) -> None:
    assert "does not answer as a web server does: peer closed connection" in refused(
        site.give("/", b"short", content_length="99")
    )


def test_what_is_no_http_is_a_failure(site: Site) -> None:
    def ssh(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9\r\n")

    site.answers["/"] = ssh
    assert "does not answer as a web server does" in refused(site.address + "/")


def test_tls_that_is_none_is_told(site: Site) -> None:
    assert "cannot be reached: TLS failed" in refused(site.address.replace("http:", "https:") + "/")


def test_nobody_at_home_is_told(site: Site) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert "cannot be reached: [Errno" in refused(f"http://127.0.0.1:{port}/")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of news.example, signed by itself, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "news.example")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("news.example")]), critical=False)
    path = tmp_path / "news.pem"
    path.write_bytes(
        builder.sign(key, SHA256()).public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return path


@pytest.mark.parametrize(
    ("host", "trusted", "reason"),
    [
        pytest.param("news.example", True, None, id="trusted"),
        pytest.param("news.example", False, "its TLS certificate cannot be trusted (self-signed", id="untrusted"),
        pytest.param("other.example", True, "certificate cannot be trusted (Hostname mismatch", id="other name"),
        pytest.param("127.0.0.1", True, "certificate cannot be trusted (IP address mismatch", id="address"),
    ],
)
def test_tls_asks_for_the_name_although_it_connects_to_an_address(
    site: Site, certificate: Path, monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool, reason: str | None
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    site.socket = context.wrap_socket(site.socket, server_side=True)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    connect.ssl_context.cache_clear()
    address = site.give("/", b"over TLS").replace("http://127.0.0.1", f"https://{host}")
    resolve = names(news_example="127.0.0.1", other_example="127.0.0.1")
    if reason is None:
        assert fetch(address, LOCAL, resolve).data == b"over TLS"
        assert site.asked[0][1]["host"].startswith("news.example:")
    else:
        assert reason in refused(address, LOCAL, resolve)
    connect.ssl_context.cache_clear()
