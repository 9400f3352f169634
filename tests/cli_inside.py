"""Runs the pullquote command inside the test's process, where torch is imported once and the weights are read once."""

from __future__ import annotations

import gc
import logging
from contextlib import chdir
from unittest.mock import patch

from cli_process import Done, Run, changes
from click.testing import CliRunner

from qa.cli import main


class Inside(Run):
    """Runs commands in a folder as `Run` does, much sooner; folder, variables and streams are put back after each."""

    def __call__(self, *arguments: str, stdin: str = "", **environment: str) -> Done:
        with (
            chdir(self.folder),
            CliRunner().isolation(stdin, changes(environment)) as (output, errors, _),
            patch("sys.argv", ["pullquote", *arguments]),
            patch.object(logging.root, "handlers", []),  # so that the command's own is put in, for standard error
        ):
            try:
                main()
                code: object = 0
            except SystemExit as end:
                code = end.code
            finally:
                gc.unfreeze()
        texts = (stream.getvalue().decode() for stream in (output, errors))
        return Done(arguments, int(str(code or 0)), *texts)
