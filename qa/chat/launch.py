"""Starting and stopping the chat."""

from __future__ import annotations

import errno
import os
import socket
import threading

import click

from qa.assistant import Assistant
from qa.errors import ChatUnavailable


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


def serve(assistant: Assistant, host: str, port: int) -> None:
    """Open the chat, print its address, and run until interrupted, which closes it."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    _bypass_proxy(host)
    import httpx

    from qa.chat.app import STYLE, build_app, theme

    app = build_app(assistant)
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


def _bypass_proxy(host: str) -> None:
    """Keep Gradio's question to its own address, asked at the start, away from a proxy."""
    for name in ("NO_PROXY", "no_proxy"):
        own = {"localhost", "127.0.0.1", host}
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), *sorted(own)]))
