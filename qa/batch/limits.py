"""How much a file of questions may hold. A row is held in memory, a file is not."""

from __future__ import annotations

from index.load.base import Limits

LIMITS = Limits(file_bytes=10_000_000, unpacked_bytes=100_000_000_000)
"""The longest row in bytes, and the most that a file that ends in .gz may unpack to."""

WORKBOOK_BYTES = 2_000_000_000
"""The most that a .xlsx may unpack to; its shared texts are held in memory."""

MAX_COLUMNS = 1000
"""The most columns that are written to a table."""

EXCEL_ROWS = 1_048_576
EXCEL_CHARACTERS = 32_767
"""The most rows of a sheet, its names included, and UTF-16 units of a cell, by Microsoft's specification of Excel."""
