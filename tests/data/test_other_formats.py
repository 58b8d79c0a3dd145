"""Sheets of OpenDocument and the binary formats of Excel: far cells, errors, what is hidden, passwords."""

from __future__ import annotations

import contextlib
import resource
import struct
import zipfile
from collections.abc import Callable, Sequence
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


def xlsb(folder: Path, cells: Sequence[tuple[int, int, object]], hidden: Sequence[int] = ()) -> Path:
    """An Excel Binary Workbook: [MS-XLSB] BrtWsDim, BrtRowHdr, BrtCellSt, BrtCellReal and BrtCellError."""
    last = (max(row for row, _, _ in cells), max(column for _, column, _ in cells))
    sheet = record(129) + record(148, struct.pack("<IIII", 0, last[0], 0, last[1])) + record(145)
    for number in sorted({row for row, _, _ in cells}):
        sheet += record(
            0, struct.pack("<I", number) + bytes(7) + bytes([0x10 * (number in hidden)]) + bytes(5)
        )
        for _, column, value in sorted(c for c in cells if c[0] == number):
            head = struct.pack("<II", column, 0)
            if isinstance(value, bytes):
                sheet += record(3, head + value)
            else:
                text = isinstance(value, str)
                sheet += record(6, head + wide(value)) if text else record(5, head + struct.pack("<d", value))
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
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    problems = Problems()
    table = read_workbook(path).sheet("main").table(problems)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    return (table.columns, *table.rows), [f"{problem.cell}: {problem.message}" for problem in problems]


def test_blank_rows_and_columns_that_are_repeated_to_the_end_of_the_sheet_are_none(tmp_path: Path) -> None:
    assert opened(ods(tmp_path, TABLE_ROWS + BLANK_ROWS)) == (TABLE, [])


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


def test_what_no_memory_holds_is_a_sentence(tmp_path: Path) -> None:
    absurd = {
        ods(tmp_path, TABLE_ROWS + row(cell(7.5, 16_384), times=1_048_570)): "a sheet has more cells than",
        xlsb(tmp_path, [*CELLS, (1_048_575, 16_383, "far")]): r"needs more than 1,00\d MB of memory",
    }
    for path, says in absurd.items():
        with pytest.raises(UnreadableFile, match=says):
            read_workbook(path)


def compound(stream: bytes, name: str = "Workbook") -> bytes:
    """A compound file with one stream: [MS-CFB] header, its FAT, a directory of four entries, the sectors."""
    stream = stream.ljust(-(-max(len(stream), 4096) // 512) * 512, b"\0")
    many, last, fat = len(stream) // 512, 0xFFFFFFFE, 0xFFFFFFFD
    entries = b""
    for title, kind, child, start, size in (
        ("Root Entry", 5, 1, last, 0),
        (name, 2, 0xFFFFFFFF, 2, len(stream)),
    ):
        wide_name = title.encode("utf-16-le") + b"\0\0"
        entries += wide_name.ljust(64, b"\0") + struct.pack("<HBB", len(wide_name), kind, 1)
        entries += (
            struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36) + struct.pack("<IQ", start, size)
        )
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += (
        struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, last, 0, last, 0) + struct.pack("<I", 0) + b"\xff" * 432
    )
    table = struct.pack(f"<{many + 2}I", fat, last, *range(3, many + 2), last).ljust(512, b"\xff")
    return head + table + entries.ljust(512, b"\0") + stream


def old_record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def xls(cells: Sequence[tuple[int, int, object]], hidden: Sequence[int] = (), password: bytes = b"") -> bytes:
    """A workbook of Excel 95: [MS-XLS] BOF, BoundSheet, FilePass, ROW, LABEL, NUMBER, BOOLERR and FORMULA."""
    beginning = struct.pack("<HHHH", 0x0500, 0x0010, 0x0DBB, 0x07CC)
    sheet = old_record(0x0809, beginning)
    sheet += old_record(0x0200, struct.pack("<5H", 0, 1 + max(c[0] for c in cells), 0, 2, 0))
    for number in sorted({c[0] for c in cells}):
        options = 0x20 * (number in hidden)
        sheet += old_record(0x0208, struct.pack("<8H", number, 0, 2, 255, 0, 0, options, 0))
    for row, column, value in cells:
        head = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            sheet += old_record(0x0204, head + struct.pack("<H", len(value)) + value.encode("cp1252"))
        elif isinstance(value, bytes) and row % 2:
            sheet += old_record(0x0205, head + value + b"\1")
        elif isinstance(value, bytes):
            result = b"\2\0" + value + b"\0\0\0\xff\xff"
            sheet += old_record(0x0006, head + result + bytes(6) + struct.pack("<HBB", 2, 0x1C, value[0]))
        else:
            sheet += old_record(0x0203, head + struct.pack("<d", value))
    sheet += old_record(0x000A)

    def book(place: int) -> bytes:
        start = old_record(0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0x0DBB, 0x07CC))
        start += old_record(0x002F, password) if password else b""
        start += old_record(0x0042, struct.pack("<H", 1252)) + old_record(0x00E0, bytes(16))
        return start + old_record(0x0085, struct.pack("<IBB", place, 0, 0) + b"\4main") + old_record(0x000A)

    return compound(book(len(book(0))) + sheet, "Book")


ERRORS = [
    *CELLS,
    (3, 0, 2022.0),
    (3, 1, b"\x2a"),
    (4, 0, 2023.0),
    (4, 1, b"\x07"),
    (5, 0, 2024.0),
    (5, 1, 3.5),
]
"""#N/A and #DIV/0! below the table, and a number below them."""


def error_ods(folder: Path) -> Path:
    rows = "".join(
        row(
            cell(year),
            f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>',
        )
        for year, text in ((2022.0, "#N/A"), (2023.0, "#DIV/0!"))
    )
    last = row(cell(2024.0), cell(3.5)).replace(
        "<table:table-row", '<table:table-row table:visibility="filter"'
    )
    # As LibreOffice writes them: no text but the one that is shown.
    rows = rows.replace('"string"', '"string" office:string-value=""')
    return ods(folder, TABLE_ROWS + rows + last)


def error_xls(folder: Path) -> Path:
    (folder / "book.xls").write_bytes(xls(ERRORS, hidden=[5]))
    return folder / "book.xls"


@pytest.mark.parametrize("made", [error_ods, error_xls, lambda folder: xlsb(folder, ERRORS, hidden=[5])])
def test_an_error_in_a_cell_is_no_blank_and_hidden_rows_are_said(
    tmp_path: Path, made: Callable[[Path], Path]
) -> None:
    rows, said = opened(made(tmp_path))

    assert rows == (*TABLE, (2022.0, "#N/A"), (2023.0, "#DIV/0!"), (2024.0, 3.5))
    assert said == [": row 6 is hidden, perhaps by a filter, and read like any other."]


def encrypted_ods(folder: Path) -> Path:
    path = ods(folder, TABLE_ROWS)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["content.xml"] = parts["content.xml"][::-1]
    parts["META-INF/manifest.xml"] = parts["META-INF/manifest.xml"].replace(
        b"/>", b"><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def encrypted_xls(folder: Path) -> Path:
    (folder / "book.xls").write_bytes(xls(CELLS, password=bytes(4)))
    return folder / "book.xls"


@pytest.mark.parametrize("made", [encrypted_ods, encrypted_xls])
@pytest.mark.parametrize("sheets", [None, ()])
def test_a_workbook_with_a_password_is_told_in_every_format(
    tmp_path: Path, made: Callable[[Path], Path], sheets: tuple[str, ...] | None
) -> None:
    with pytest.raises(UnreadableFile, match="is protected by a password; save a copy without it"):
        read_workbook(made(tmp_path), sheets=sheets)


def test_every_cut_of_an_old_workbook_is_read_or_refused_by_name(tmp_path: Path) -> None:
    content, path = xls(ERRORS), tmp_path / "book.xls"
    for length in range(0, len(content), 700):
        path.write_bytes(content[:length] + bytes(64))
        with contextlib.suppress(UnreadableFile):
            read_workbook(path)
