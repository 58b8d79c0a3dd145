"""An answer as a file: exactly its rows and columns, with units in the headers.

What a person downloads is the table behind the figure that is on the screen, not a query of its own.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.atomic import write_bytes
from workbench.data.tables.harmless import harmless_text
from workbench.market.model.answer import Answer, Column

if TYPE_CHECKING:
    from workbench.data.workbooks import writing as excel

TIME_FORMAT = "yyyy-mm-dd hh:mm"


def csv_of(answer: Answer) -> bytes:
    """Write as CSV (UTF-8 with byte-order mark, which Excel needs); missing values are empty.

    Comments above the header say what it is, how fine and how old, and when the data are made up. Text that a
    spreadsheet would take for a formula is written behind an apostrophe.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    text.write(answer.heading.comments.replace("\n", "\r\n"))
    writer.writerow([column.header for column in answer])
    writer.writerows(zip(*(_csv_cells(column) for column in answer), strict=True))
    return text.getvalue().encode("utf-8-sig")


def excel_of(answer: Answer) -> bytes:
    """Write as a workbook: the table, and a sheet that says what it is and where it comes from."""
    from workbench.data.workbooks.writing import making_workbook

    content = io.BytesIO()
    with making_workbook(content, heading=answer.heading) as book:
        sheet, about = book.sheet("data"), book.sheet("about")
        sheet.table([_excel_column(column) for column in answer])
        sheet.freeze(1, 1)
        names, values = zip(*_facts(answer), strict=True)
        about.text(names)
        about.text(values, column=1)
    return content.getvalue()


def parquet_of(answer: Answer) -> bytes:
    """Write as Parquet; the units are in the column names and, by column, in the file's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {column.header: pa.array(_arrow_values(column)) for column in answer}
    units = {column.header: column.unit for column in answer if column.unit}
    facts = json.dumps({"units": units, **dict(_facts(answer))})
    table = pa.table(arrays).replace_schema_metadata({"workbench": facts})
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


FORMATS: dict[str, Callable[[Answer], bytes]] = {"csv": csv_of, "xlsx": excel_of, "parquet": parquet_of}
"""Suffix -> what writes it."""


def write(answer: Answer, path: Path | str) -> Path:
    """Write an answer; the suffix says how.

    Parameters
    ----------
    answer
        What is shown.
    path
        Final name, ending in ``.csv``, ``.xlsx`` or ``.parquet``.

    Raises
    ------
    ValueError
        When the suffix is another.
    UnwritableFile
        When the operating system refuses; an earlier file of the name is as it was.
    """
    path = Path(path)
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in FORMATS:
        raise ValueError(f"{path.name} ends in {path.suffix!r}, expected one of .{', .'.join(FORMATS)}")
    write_bytes(path, FORMATS[suffix](answer))
    return path


def file_name(answer: Answer, suffix: str) -> str:
    """Name a file after what it holds, of letters, digits and hyphens only."""
    plain = "".join(
        letter if letter.isascii() and letter.isalnum() else "-" for letter in answer.title.lower()
    )
    return f"{'-'.join(part for part in plain.split('-') if part)[:80] or 'answer'}.{suffix}"


def _facts(answer: Answer) -> list[tuple[str, str]]:
    return [
        *answer.heading.facts.items(),
        ("data version", str(answer.version)),
        ("taken from", answer.source),
        ("notes", " ".join(answer.notes)),
    ]


def _csv_cells(column: Column) -> list[str]:
    values = column.cells
    if values.dtype.kind == "M":
        return [str(value).replace("T", " ") for value in values.astype("datetime64[m]")]
    if values.dtype.kind == "f":
        return ["" if value != value else repr(float(value)) for value in values.tolist()]
    return [harmless_text(str(value)) for value in values.tolist()]


def _excel_column(column: Column) -> excel.Column:
    from workbench.data.workbooks import writing as excel

    values = column.cells
    if values.dtype.kind == "M":
        return excel.Column(column.header, excel.day_numbers(values), number_format=TIME_FORMAT)
    if values.dtype.kind == "f":
        return excel.Column(column.header, np.where(np.isfinite(values), values, np.nan).tolist())
    return excel.Column(column.header, values.tolist())


def _arrow_values(column: Column) -> Any:
    if column.cells.dtype.kind == "M":
        return column.cells.astype("datetime64[us]")
    return column.cells if column.cells.dtype.kind != "O" else column.cells.tolist()
