"""Parsers of formats that can do harm, run in a process of their own: bounded in time and memory, and ended if need be.

What a file makes a parser do stays there. The process gives JSON back, never anything that could run. One process is
kept warm and parses one source after the other; it is replaced after a limit or a crash.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache
from types import TracebackType
from typing import Any

from index.errors import UnreadableFile
from index.load.base import Limits

_LENGTH = struct.Struct("!Q")
_START_SECONDS = 60.0
_SOURCES_A_PROCESS = 500  # parsers keep caches, which would grow into the memory limit
_START = "import sys; sys.path[:] = {path!r}; from index.load.isolate import serve; serve({descriptor})"


def run_limited(function: Callable[..., Any], *arguments: Any, limits: Limits) -> Any:
    """Call a function of ours in the parsers' process and return what it returned.

    Args:
        function: A function of a module, found there by its name. It returns JSON values, and says that a source
            cannot be read by an `UnreadableFile`.
        *arguments: JSON values or bytes. A path should be absolute.
        limits: `seconds` and `memory_bytes` are held.

    Raises:
        UnreadableFile: If the function raised one, took too long, needed too much memory, or crashed.
    """
    return _parser().call(function, arguments, limits)


@cache
def _parser() -> _Parser:
    parser = _Parser()
    atexit.register(parser.stop)
    return parser


class _Parser:
    """The parent's side: starts the process, asks it, ends it. One call at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._owner = 0
        self._calls = 0

    def call(self, function: Callable[..., Any], arguments: Sequence[Any], limits: Limits) -> Any:
        request = {
            "module": function.__module__,
            "name": function.__name__,
            "seconds": limits.seconds,
            "memory": limits.memory_bytes,
        }
        with self._lock:
            try:
                answer = self._ask(request, arguments, limits)
            except BaseException:
                self.stop()
                raise
            self._calls += 1
            if self._calls >= _SOURCES_A_PROCESS or not ("value" in answer or answer.get("warm")):
                self.stop()
        if "value" in answer:
            return answer["value"]
        raise UnreadableFile(str(answer.get("error")))

    def _ask(self, request: dict[str, Any], arguments: Sequence[Any], limits: Limits) -> dict[str, Any]:
        connection = self._connection()
        deadline = time.monotonic() + limits.seconds
        try:
            _send(connection, request, arguments, deadline)
            answer, _ = _receive(connection, deadline, limits.file_bytes)
        except TimeoutError:
            return {"error": f"took longer than {limits.seconds:g} s to parse"}
        except OverflowError:
            return {"error": f"gives more than {limits.file_bytes:,} bytes, the most that is read as one article"}
        except (OSError, EOFError, ValueError):
            return {"error": self._ending(limits)}
        return answer if isinstance(answer, dict) else {"error": "could not be parsed: the parser gave no answer"}

    def _ending(self, limits: Limits) -> str:
        """Say how the process ended."""
        assert self._process is not None
        try:
            code = self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "could not be parsed: the parser gave an answer that cannot be read"
        if code in (-signal.SIGXCPU, -signal.SIGALRM):
            return f"took longer than {limits.seconds:g} s to parse"
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return f"could not be parsed: the parser crashed ({how}); the file is damaged, or made to do harm"

    def _connection(self) -> socket.socket:
        if self._process is not None and self._owner != os.getpid():
            self._process.returncode = 0  # a forked copy of the process that started it has nothing to wait for
            self._process = self._socket = None
        if self._process is None or self._process.poll() is not None or self._socket is None:
            self.stop()
            self._start()
        assert self._socket is not None
        return self._socket

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        code = _START.format(path=sys.path, descriptor=theirs.fileno())
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                start_new_session=True,
            )
        self._socket, self._owner, self._calls = ours, os.getpid(), 0
        try:
            _receive(ours, time.monotonic() + _START_SECONDS, 1 << 10)
        except (OSError, EOFError, ValueError, OverflowError):
            raise UnreadableFile(f"was not parsed: {self._ending(Limits(seconds=_START_SECONDS))}") from None

    def stop(self) -> None:
        """End the process, if there is one of ours."""
        if self._socket is not None:
            self._socket.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._process = self._socket = None


def serve(descriptor: int) -> None:
    """Be the parsers' process: answer one request after the other, until the other side is gone."""
    connection = socket.socket(fileno=descriptor)
    sys.excepthook = _Told(connection)
    _send(connection, "ready", [], None)
    while True:
        try:
            request, arguments = _receive(connection, None, sys.maxsize)
        except (EOFError, OSError):
            return
        _limit(request["seconds"], request["memory"])
        try:
            function = getattr(importlib.import_module(request["module"]), request["name"])
            answer = {"value": function(*arguments)}
        except UnreadableFile as error:
            answer = {"error": str(error), "warm": True}
        except MemoryError:
            answer = {"error": f"needed more than {request['memory'] / 1e9:g} GB to be parsed"}
        except RecursionError:
            answer = {"error": "could not be parsed: it is nested too deeply", "warm": True}
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(connection, answer, [], None)


def _limit(seconds: float, memory: int) -> None:
    """Bound what the process may take from here on, as far as the system can."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime + seconds) + 2
    for what, value in ((resource.RLIMIT_CPU, cpu), (resource.RLIMIT_AS, memory)):
        hard = resource.getrlimit(what)[1]
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (value, hard))
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)  # ends it where the other side is no longer there to do so


class _Told:
    """An exception hook that tells the other side what nobody caught, before the process ends."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        said = " ".join(f"{kind.__name__}: {error}".split())[:300]
        if kind is MemoryError:
            told = {"error": "needed more memory to be parsed than it may have"}
        else:
            told = {"error": f"could not be parsed: {said}; the file is damaged, or made to do harm"}
        with contextlib.suppress(OSError):
            _send(self._connection, told, [], None)


def _send(connection: socket.socket, header: Any, arguments: Sequence[Any], deadline: float | None) -> None:
    """Send a header and its arguments: JSON (ASCII, so that lone surrogates pass), behind it the bytes."""
    blobs = [argument for argument in arguments if isinstance(argument, bytes)]
    values = [{"bytes": len(a)} if isinstance(a, bytes) else {"value": a} for a in arguments]
    message = json.dumps([header, values]).encode("ascii")
    for part in (_LENGTH.pack(len(message)), message, *blobs):
        _wait(connection, deadline)
        connection.sendall(part)


def _receive(connection: socket.socket, deadline: float | None, limit: int) -> tuple[Any, list[Any]]:
    """Receive what `_send` sent.

    Raises:
        TimeoutError: If the deadline passed.
        EOFError: If the other side is gone.
        OverflowError: If it is longer than `limit` bytes.
        ValueError: If it is not JSON.
    """
    (length,) = _LENGTH.unpack(_read(connection, _LENGTH.size, deadline))
    if length > limit:
        raise OverflowError(f"A message of {length} bytes, expected at most {limit}.")
    header, values = json.loads(_read(connection, length, deadline))
    return header, [_read(connection, v["bytes"], deadline) if "bytes" in v else v["value"] for v in values]


def _read(connection: socket.socket, size: int, deadline: float | None) -> bytes:
    data = bytearray()
    while len(data) < size:
        _wait(connection, deadline)
        part = connection.recv(min(size - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


def _wait(connection: socket.socket, deadline: float | None) -> None:
    """Let the next operation wait until the deadline."""
    if deadline is None:
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)
