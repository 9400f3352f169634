"""Answers as a table, .csv, that a spreadsheet opens and does not run."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa.batch.cells import as_text, harmless
from qa.batch.columns import output_names
from qa.batch.flat import FIELDS, ID, row_of
from qa.batch.result import Outcomes, Result


def write_csv(path: Path, columns: Sequence[str], results: Iterator[Result], counts: Counter[Outcomes]) -> int:
    """Write a row of names and a row for each question: `id` where there is one, `FIELDS`, the other columns.

    By RFC 4180, with commas, in UTF-8 with a byte order mark, without which Excel takes it for another encoding. See
    `qa.batch.cells.harmless` for what is escaped.
    """
    own = [name for name in columns if name != ID]
    names = output_names(own, {ID, *FIELDS})
    first = [ID] if ID in columns else []
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(as_text(name)) for name in (*first, *FIELDS, *names.values())])
        for result in results:
            given = row_of(result)
            cells = [result.question.id] if first else []
            cells += [given[field] for field in FIELDS] + [result.question.columns.get(name) for name in own]
            writer.writerow([harmless(as_text(cell)) for cell in cells])
    return 0
