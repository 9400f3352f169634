"""Starting the chat: where it can listen is found out before anything is loaded."""

from __future__ import annotations

import socket

import pytest

from qa.chat.launch import check_address
from qa.errors import ChatUnavailable


def test_a_taken_port_is_said_before_anything_is_loaded() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ChatUnavailable, match=rf"127\.0\.0\.1:{port}.*--port {port + 1}"):
            check_address("127.0.0.1", port)


def test_a_foreign_address_is_said() -> None:
    with pytest.raises(ChatUnavailable, match=r"192\.0\.2\.1"):
        check_address("192.0.2.1", 7860)
