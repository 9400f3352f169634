"""Runs the pullquote command inside the test's process, where the models are loaded once."""

from __future__ import annotations

import subprocess
from unittest.mock import patch

from click.testing import CliRunner

from qa.cli import main

Done = subprocess.CompletedProcess[str]


class Inside:
    """Runs commands as `cli_process.Run` does, in the working folder."""

    def __call__(self, *arguments: str, stdin: bytes = b"") -> Done:
        with (
            CliRunner().isolation(input=stdin) as (output, errors, _),
            patch("sys.argv", ["pullquote", *arguments]),
        ):
            try:
                main()
                code: object = 0
            except SystemExit as end:
                code = end.code
        texts = (stream.getvalue().decode() for stream in (output, errors))
        return Done(arguments, int(str(code or 0)), *texts)
