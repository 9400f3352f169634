"""Starting and stopping the chat."""

from __future__ import annotations

import errno
import ipaddress
import os
import shutil
import signal
import socket
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import click

from index.load import LoadOptions
from qa.assistant import Assistant
from qa.conversation.store import Conversations
from qa.desk import Desk
from qa.dialogue.dialogue import Dialogue
from qa.dialogue.spelling import Speller
from qa.errors import ChatUnavailable, UnusableConversations
from qa.shelf import Shelf


def check_address(host: str, port: int) -> None:
    """Check, before anything is loaded, that the chat can listen there.

    Raises:
        ChatUnavailable: If the port is taken or the address is not this machine's.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        taken = getattr(error, "errno", None) in (errno.EADDRINUSE, errno.EACCES)
        advice = f"Name another port: --port {port + 1 if port < 65535 else port - 1} (make chat PORT=...)."
        raise ChatUnavailable(
            f"Cannot listen on {host}:{port}: {reason}. "
            + (advice if taken else "Name an address of this machine: --host 127.0.0.1")
        ) from error


def serve(assistant: Assistant, host: str, port: int, conversations: Path, options: LoadOptions) -> None:
    """Open the chat, print its address, and run until interrupted, which closes it.

    Args:
        assistant: What answers.
        host: The address to listen on. Where it is not this machine's own alone, each browser has conversations of its
            own; else all are those of one person.
        port: The port.
        conversations: The file that conversations are kept in.
        options: The limits of what is added to the articles.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    _bypass_proxy(host)
    with ExitStack() as closing:
        os.environ["GRADIO_TEMP_DIR"] = closing.enter_context(_uploads())
        desk = Desk(
            Dialogue(assistant, Speller(assistant.index).correct),
            Shelf(assistant.index, options),
            closing.enter_context(_kept(conversations)),
            closing.enter_context(Conversations(None)),
        )
        alone = _is_alone(conversations, closing)
        closing.callback(desk.close)
        if alone:
            desk.resume()
        _run(assistant, desk, host, port, options.limits.file_bytes)


def _run(assistant: Assistant, desk: Desk, host: str, port: int, file_bytes: int) -> None:
    import httpx

    from qa.chat.app import STYLE, build_app, theme
    from qa.chat.page import Page

    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, _interrupt)
    app = build_app(Page(assistant, desk, several_people=not _is_loopback(host)))
    try:
        app.launch(
            server_name=host,
            server_port=port,
            prevent_thread_lock=True,
            share=False,
            quiet=True,
            show_error=True,
            ssr_mode=False,
            run_history=False,
            enable_monitoring=False,
            max_file_size=file_bytes,
            footer_links=[],
            theme=theme(),
            css_paths=STYLE,
        )
    except (OSError, httpx.HTTPError) as error:
        raise ChatUnavailable(f"Cannot open the chat on {host}:{port}: {error}.") from error
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"Pullquote is open at http://{shown}:{port} (Ctrl-C closes it)")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        app.close(verbose=False)


def _uploads() -> tempfile.TemporaryDirectory[str]:
    """Make the folder of uploads for this process; those of processes that were killed are removed."""
    for left in Path(tempfile.gettempdir()).glob("pullquote-*-*"):
        number = left.name.split("-")[1]
        if number.isdecimal() and not _runs(int(number)):
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"pullquote-{os.getpid()}-")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End as Ctrl-C does, so that nothing is left behind."""
    raise KeyboardInterrupt


def _kept(path: Path) -> Conversations:
    """Open the conversations, or say why none can be stored and keep them in memory."""
    try:
        return Conversations(path)
    except UnusableConversations as error:
        click.echo(f"Conversations are not stored: {error}", err=True)
        return Conversations(None)


def _is_alone(conversations: Path, closing: ExitStack) -> bool:
    """Tell whether no other chat keeps its conversations there, which may be answering what seems to be left over."""
    from filelock import FileLock, Timeout

    lock = FileLock(f"{conversations}.lock", blocking=False)
    try:
        closing.enter_context(lock)
    except (Timeout, OSError):
        return False
    return True


def _is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(ipaddress.ip_address(address[0]).is_loopback for *_, address in found)


def _bypass_proxy(host: str) -> None:
    """Keep Gradio's question to its own address, asked at the start, away from a proxy."""
    for name in ("NO_PROXY", "no_proxy"):
        own = {"localhost", "127.0.0.1", host}
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), *sorted(own)]))
