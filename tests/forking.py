"""Processes to be killed, forked from a server that has imported what they run."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any
from unittest.mock import patch

_FORKING = multiprocessing.get_context("forkserver")
_FORKING.set_forkserver_preload(["indexing_process", "batch_process"])  # all at once: there is one server


def forked(function: Callable[..., Any], *arguments: Any) -> tuple[BaseProcess, Connection]:
    """Start a function that gets the end of a pipe behind its arguments, and return the process and the other end."""
    told, tell = _FORKING.Pipe(duplex=False)
    process = _FORKING.Process(target=function, args=(*arguments, tell))
    with patch.dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)):  # by which the server finds what it imports
        process.start()
    tell.close()
    return process, told
