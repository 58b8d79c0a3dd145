"""Every column of an hourly history: a blank cell, no values, another header, text, no column.

Each is an error that says the place, a note, or a reading that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matrix import each_nth

from hourly_loads.series import local_hours, plain_load
from workbench.data.problems import Severity
from workbench.data.workbooks.writing import Column, writing_workbook
from workbench.errors import InvalidData
from workbench.hourly_loads.reading.hourly_sheet import (
    CLOCK_NAMES,
    DATE_NAMES,
    LOAD_NAMES,
    TEMPERATURE_NAMES,
    TIME_NAMES,
    HourlySheet,
    read_hourly_sheet,
)
from workbench.hourly_loads.reading.hourly_table import LOAD_UNITS
from workbench.hourly_loads.reading.slots import BLOCK_NAMES

THOROUGH = (pytest.mark.slow, pytest.mark.thorough)

TIMES = local_hours("2024-04-01", "2024-04-05")
LOAD, WARMTH = plain_load(TIMES), 25.0 + np.arange(len(TIMES)) / 100
KINDS = ("blank cell", "blank column", "other header", "text", "no column")
AT = 30
"""Row of the cell that is blank or holds text."""


def values_of(names: tuple[str, ...]) -> Any:
    days = TIMES.astype("datetime64[D]")
    hours = (TIMES - days).astype("timedelta64[h]").astype(int)
    return {
        TIME_NAMES: [str(time).replace("T", " ") for time in TIMES],
        DATE_NAMES: [str(day) for day in days],
        CLOCK_NAMES: [f"{hour:02}:00" for hour in hours],
        BLOCK_NAMES: (hours + 1).tolist(),
        LOAD_NAMES: LOAD.tolist(),
        TEMPERATURE_NAMES: WARMTH.tolist(),
    }[names]


LAYOUTS = (
    (TIME_NAMES, LOAD_NAMES, TEMPERATURE_NAMES),
    (DATE_NAMES, CLOCK_NAMES, LOAD_NAMES, TEMPERATURE_NAMES),
    (DATE_NAMES, BLOCK_NAMES, LOAD_NAMES),
)


def cases() -> Iterator[Any]:
    for suffix in ("csv", "xlsx"):
        for layout in LAYOUTS:
            for names in layout:
                for kind in KINDS:
                    made = "+".join(part[0] for part in layout)
                    yield pytest.param(layout, names, kind, suffix, id=f"{suffix}-{made}-{names[0]}-{kind}")


def write(path: Path, layout: tuple[Any, ...], names: tuple[str, ...] = (), kind: str = "") -> Path:
    columns = {part[0]: values_of(part) for part in layout}
    if names:
        name = names[0]
        values = columns[name]
        if kind in ("blank cell", "text"):
            values[AT] = "soon" if kind == "text" else None
        elif kind == "blank column":
            columns[name] = [None] * len(values)
        elif kind == "no column":
            del columns[name]
        else:
            columns = {f"{key}x" if key == name else key: cells for key, cells in columns.items()}
    if path.suffix == ".csv":
        rows = [
            ",".join("" if cell is None else str(cell) for cell in row)
            for row in zip(*columns.values(), strict=True)
        ]
        path.write_text("\n".join([",".join(columns), *rows]) + "\n", encoding="utf-8")
    else:
        with writing_workbook(path) as book:
            book.sheet("Hourly").table([Column(key, cells) for key, cells in columns.items()])
    return path


def readings(sheet: HourlySheet) -> tuple[list[str], list[float], list[float]]:
    return [str(time) for time in sheet.times], sheet.load.tolist(), sheet.temperature.tolist()


@pytest.mark.parametrize(("layout", "names", "kind", "suffix"), each_nth(cases(), 3, *THOROUGH))
def test_what_a_column_lacks_is_said_or_missing(
    tmp_path: Path, layout: tuple[Any, ...], names: tuple[str, ...], kind: str, suffix: str
) -> None:
    plain = read_hourly_sheet(write(tmp_path / f"plain.{suffix}", layout))
    path = write(tmp_path / f"hourly.{suffix}", layout, names, kind)
    sentence, found = "", None
    try:
        found = read_hourly_sheet(path)
    except InvalidData as error:
        sentence = str(error)
    if found is None:
        assert path.name in sentence
        assert re.search(r"cell [A-D]\d|cells \([A-D]\d|column", sentence), sentence
        return
    times, load, warmth = readings(plain)
    found_times, found_load, found_warmth = readings(found)
    if kind == "other header":
        # A column that can only be the load is read as it; any other is not read. Either is said.
        assert any(f"{names[0]}x" in problem.message for problem in found.problems)
    assert found_times == times
    if names == LOAD_NAMES and kind != "other header":
        lost = range(len(load)) if kind == "blank column" else [AT]
        assert all(np.isnan(found_load[at]) for at in lost)
    else:
        assert found_load == load
    if names == TEMPERATURE_NAMES:
        assert not found_warmth or all(
            np.isnan(w) or w == v for w, v in zip(found_warmth, warmth, strict=True)
        )
    else:
        assert found_warmth == warmth


@pytest.mark.parametrize("part", each_nth(range(6), 6, *THOROUGH))
def test_each_name_of_each_column_is_read(tmp_path: Path, part: int) -> None:
    for layout in LAYOUTS:
        for names in layout:
            for name in [*names][part::6]:
                path = write(tmp_path / "hourly.csv", layout)
                text = path.read_text(encoding="utf-8")
                header, rest = text.split("\n", 1)
                cells = [f'"{name}"' if cell == names[0] else cell for cell in header.split(",")]
                path.write_text(",".join(cells) + "\n" + rest, encoding="utf-8")
                found = read_hourly_sheet(path)
                assert not [p for p in found.problems if p.severity is Severity.UNUSED], (
                    name,
                    found.problems,
                )
                factor = {"k": 0.001, "g": 1000.0}.get(LOAD_UNITS.get(name, "")[:1], 1.0)
                assert found.load == pytest.approx(factor * LOAD)
