"""Sheets of OpenDocument and the binary formats of Excel that end far below and beside their table."""

from __future__ import annotations

import resource
import struct
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from workbench.data.problems import Problems
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import UnreadableFile

SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
TABLE = (("Year", "x"), (2020.0, 1.5), (2021.0, 2.5))


def cell(value: object, times: int = 1) -> str:
    repeated = f' table:number-columns-repeated="{times}"' if times > 1 else ""
    if value is None:
        return f'<table:table-cell table:style-name="ce1"{repeated}/>'
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"{repeated}><text:p>{value}</text:p></table:table-cell>'
    return f'<table:table-cell office:value-type="float" office:value="{value}"{repeated}/>'


def row(*cells: str, times: int = 1) -> str:
    repeated = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


TABLE_ROWS = "".join(row(*map(cell, values), cell(None, 16_382)) for values in TABLE)
BLANK_ROWS = row(cell(None, 16_384), times=1_048_570)


def ods(folder: Path, rows: str) -> Path:
    path = folder / "book.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = zipfile.ZipInfo("mimetype")
        archive.writestr(kind, "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        body = f'<office:body><office:spreadsheet><table:table table:name="main">{rows}</table:table>'
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {SPACES} office:version="1.2">{body}'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size, length = b"", len(data)
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return head + size + bytes([length]) + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(folder: Path, cells: Sequence[tuple[int, int, object]]) -> Path:
    """An Excel Binary Workbook: [MS-XLSB] BrtWsDim, BrtRowHdr, BrtCellSt and BrtCellReal."""
    last = (max(row for row, _, _ in cells), max(column for _, column, _ in cells))
    sheet = record(129) + record(148, struct.pack("<IIII", 0, last[0], 0, last[1])) + record(145)
    for number in sorted({row for row, _, _ in cells}):
        sheet += record(0, struct.pack("<I", number) + bytes(13))
        for _, column, value in sorted(c for c in cells if c[0] == number):
            head = struct.pack("<II", column, 0)
            text = isinstance(value, str)
            sheet += (
                record(6, head + wide(str(value))) if text else record(5, head + struct.pack("<d", value))
            )
    book = record(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("main"))
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    parts = {
        "xl/workbook.bin": record(131) + record(143) + book + record(144) + record(132),
        "xl/_rels/workbook.bin.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{office}" '
        'Target="worksheets/sheet1.bin"/></Relationships>',
        "xl/worksheets/sheet1.bin": sheet + record(146) + record(130),
    }
    path = folder / "book.xlsb"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


CELLS = [(row, column, value) for row, values in enumerate(TABLE) for column, value in enumerate(values)]


def opened(path: Path) -> tuple[tuple[tuple[object, ...], ...], list[str]]:
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    problems = Problems()
    table = read_workbook(path).sheet("main").table(problems)
    assert time.perf_counter() - started < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    return (table.columns, *table.rows), [f"{problem.cell}: {problem.message}" for problem in problems]


def test_blank_rows_and_columns_that_are_repeated_to_the_end_of_the_sheet_are_none(tmp_path: Path) -> None:
    started = time.perf_counter()
    rows, said = opened(ods(tmp_path, TABLE_ROWS + BLANK_ROWS))

    assert (rows, said) == (TABLE, [])
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("last", "cell_of_it"),
    [
        (BLANK_ROWS + row(cell("far")), "A1048574"),
        (row(times=60) + row(cell(None, 16_383), cell("far")), "XFD64"),
    ],
)
def test_a_far_cell_of_open_document_is_named_and_everything_else_is_read(
    tmp_path: Path, last: str, cell_of_it: str
) -> None:
    rows, said = opened(ods(tmp_path, TABLE_ROWS + last))

    assert rows == TABLE
    assert [text.startswith(f"{cell_of_it}: the cell stands far from all others") for text in said] == [True]


@pytest.mark.parametrize(
    ("far", "cell_of_it"), [((1_048_575, 0), "A1048576"), ((60, 16_383), "XFD61"), ((60_000, 300), "KO60001")]
)
def test_a_far_cell_of_a_binary_workbook_is_named_and_everything_else_is_read(
    tmp_path: Path, far: tuple[int, int], cell_of_it: str
) -> None:
    rows, said = opened(xlsb(tmp_path, [*CELLS, (*far, "far")]))

    assert rows == TABLE
    assert [text.startswith(f"{cell_of_it}: the cell stands far from all others") for text in said] == [True]


def test_what_no_memory_holds_is_a_sentence_within_ten_seconds(tmp_path: Path) -> None:
    absurd = {
        ods(tmp_path, TABLE_ROWS + row(cell(7.5, 16_384), times=1_048_570)): "a sheet has more cells than",
        xlsb(tmp_path, [*CELLS, (1_048_575, 16_383, "far")]): r"needs more than 1,00\d MB of memory",
    }
    for path, says in absurd.items():
        started = time.perf_counter()
        with pytest.raises(UnreadableFile, match=says):
            read_workbook(path)
        assert time.perf_counter() - started < 10
