"""The cells of an input as a grid, whatever its format, for comparing two of them."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from workbench.data.projects.project import WORKBOOK_SUFFIXES
from workbench.data.tables.netcdf import check_self_contained
from workbench.errors import UnreadableFile, WorkbenchError

__all__ = ["Grid", "grids_of"]

Grid: TypeAlias = Sequence[Sequence[object]]
"""Rows of cells; blank is None, and rows may differ in length."""


def grids_of(name: str, content: bytes) -> Mapping[str, Grid]:
    """Give the sheets of an input.

    Parameters
    ----------
    name
        Of the file; its suffix tells the format.
    content
        Its bytes.

    Returns
    -------
    mapping
        Name of each sheet (empty for a file that is one table) -> its cells. Every variable of a NetCDF file with
        one dimension is a column of the sheet of that dimension, one with two dimensions a sheet of its own.

    Raises
    ------
    UnreadableFile
        When the content is not what its name says.
    """
    suffix = Path(name).suffix.lower()
    try:
        if suffix in WORKBOOK_SUFFIXES:
            from workbench.data.workbooks.reading import parse_content

            book = parse_content(Path(name), content)
            return {sheet: book.sheet(sheet).rows for sheet in book.sheet_names}
        if suffix == ".parquet":
            import pandas as pd

            frame = pd.read_parquet(io.BytesIO(content))
            return {"": _rows_of(list(frame.columns), frame.itertuples(index=False))}
        if suffix == ".nc":
            return _netcdf_grids(content)
        return {"": _text_grid(name, content)}
    except WorkbenchError:
        raise
    except Exception as error:
        raise UnreadableFile(f"{name} cannot be compared cell by cell: {error}", Path(name)) from error


def _text_grid(name: str, content: bytes) -> Grid:
    from workbench.data.texts.cells import read_cells
    from workbench.data.texts.content import unpacked

    frame = read_cells(name, unpacked(name, content)).frame
    lines = frame["row"].to_list()
    # Each row in the place of its line: blank lines count, as an editor counts them.
    grid: list[list[object]] = [[] for _ in range(max(lines, default=0))]
    for line, cells in zip(lines, frame.drop("row").iter_rows(), strict=True):
        grid[line - 1] = [None if cell is None else _value(cell) for cell in cells]
    return grid


def _value(cell: str) -> object:
    """Give a number where the text is one, so that 5 and 5.0 are the same; texts are stripped."""
    text = cell.strip()
    if not text:
        return None
    try:
        # "nan" and "1_000" are texts.
        return float(text) if text[-1].isdigit() and "_" not in text else text
    except ValueError:
        return text


def _netcdf_grids(content: bytes) -> Mapping[str, Grid]:
    import xarray

    # The library reads files only.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "input.nc"
        path.write_bytes(content)
        check_self_contained(path)
        with xarray.open_dataset(path, engine="netcdf4") as data:
            data.load()
    sheets: dict[str, Grid] = {}
    columns: dict[str, dict[str, Sequence[object]]] = {}
    for name, variable in data.data_vars.items():
        if variable.ndim == 1:
            columns.setdefault(str(variable.dims[0]), {})[str(name)] = variable.to_numpy().tolist()
        elif variable.ndim == 2:
            rows, across = (_labels(data, str(dimension)) for dimension in variable.dims)
            values = zip(rows, variable.to_numpy().tolist(), strict=True)
            sheets[str(name)] = _rows_of([None, *across], ([label, *row] for label, row in values))
    for dimension, found in columns.items():
        rows_below = zip(_labels(data, dimension), *found.values(), strict=True)
        sheets[dimension.removesuffix("_i")] = _rows_of([dimension, *found], rows_below)
    return sheets


def _labels(data: Any, dimension: str) -> list[object]:
    size = data.sizes[dimension]
    return data[dimension].to_numpy().astype(str).tolist() if dimension in data.coords else list(range(size))


def _rows_of(headers: Sequence[object], rows: Any) -> Grid:
    # What is not equal to itself is missing.
    return [headers, *([None if value != value else value for value in row] for row in rows)]
