"""Rows as a file: CSV by RFC 4180, or XLSX. No cell is ever a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from hubsync.model.export import ExportFormat

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

KINDS = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\ufeff".encode()
"""Without it Excel takes UTF-8 for something else."""

SHEET_ROWS = 1_048_576
"""The rows of one sheet, the header among them."""

CELL_LETTERS = 32_767
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula."""

Rows = Iterable[Sequence[Sequence[str]]]
"""Some rows at a time."""


def harmless(cell: str) -> str:
    """A cell of a CSV file that no spreadsheet takes for a formula: an apostrophe goes before what looks like one."""
    return f"'{cell}" if cell.lstrip(" ").startswith(DANGEROUS) else cell


def csv_chunks(header: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """A CSV file, chunk by chunk."""
    yield BOM + _lines([header])
    for some in rows:
        yield _lines(some)


def write_xlsx(path: Path, header: Sequence[str], rows: Rows, *, sheet_rows: int = SHEET_ROWS) -> None:
    """Write an XLSX file, its rows straight to the disk; what one sheet cannot hold goes on in the next."""
    from xlsxwriter import Workbook

    # Cells are written as strings one by one, so nothing becomes a formula, a number or a link.
    # Closed whatever happens: an open sheet holds a file of its own.
    with Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)}) as book:
        bold = book.add_format({"bold": True})
        sheet = _sheet(book, header, bold)
        at = 1
        for cells in chain.from_iterable(rows):
            if at == sheet_rows:
                sheet, at = _sheet(book, header, bold), 1
            for column, cell in enumerate(cells):
                if cell:
                    sheet.write_string(at, column, _whole(cell))
            at += 1


def _sheet(book: Workbook, header: Sequence[str], bold: Format) -> Worksheet:
    """A new sheet with its header, which stays in sight."""
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(header):
        sheet.write_string(0, column, _whole(name), bold)
    return sheet


def _whole(cell: str) -> str:
    """What fits into a cell. Half a surrogate pair is no character; it shall not stop the export."""
    return cell[:CELL_LETTERS].encode("utf-8", "replace").decode()


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([harmless(cell) for cell in cells] for cells in rows)
    # Half a surrogate pair is no character; an application that sends one shall not stop the export.
    return text.getvalue().encode("utf-8", "replace")
