"""Layouts in which people keep hourly loads: each gives the same hours, or a question."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hourly_loads.series import local_hours, plain_load
from workbench.errors import InvalidData
from workbench.hourly_loads.cleaning import clean
from workbench.hourly_loads.reading.hourly_sheet import read_hourly_sheet
from workbench.hourly_loads.rules import CleaningRules

TIMES = local_hours("2024-02-26", "2024-03-12")
LOAD = np.round(3 * plain_load(TIMES), 1)
STAMPS = [pd.Timestamp(time) for time in TIMES]
PAIRS = list(zip(STAMPS, LOAD.tolist(), strict=True))
DAYS = sorted({stamp.date() for stamp in STAMPS})
BY_DAY = LOAD.reshape(-1, 24)
EPOCH = pd.Timestamp("1899-12-30")


def text(header: str, rows: Iterable[Iterable[Any]], separator: str = ",") -> str:
    return "\n".join([header, *(separator.join(map(str, row)) for row in rows)]) + "\n"


def german(value: float) -> str:
    return f"{value:,.1f}".translate(str.maketrans(",.", ".,"))


LAYOUTS = {
    "German headers, decimal comma": text(
        "Datum;Uhrzeit;Last [MW]",
        ((f"{t:%d.%m.%Y}", f"{t:%H:%M}", german(v)) for t, v in PAIRS),
        ";",
    ),
    "year, month, day and hour apart": text(
        "Year,Month,Day,Hour,Load", ((t.year, t.month, t.day, t.hour, v) for t, v in PAIRS)
    ),
    "kW": text("Datetime,Load (kW)", ((t, v * 1000) for t, v in PAIRS)),
    "GW": text("Datetime,Load_GW", ((t, f"{v / 1000:.6f}") for t, v in PAIRS)),
    "kWh of an hour": text("Interval Start,Consumption (kWh)", ((t, v * 1000) for t, v in PAIRS)),
    "MWh of an hour": text("Datetime,Energy (MWh)", PAIRS),
    "begin and end": text(
        "Start Time,End Time,Load (MW)",
        ((f"{t:%d-%m-%Y %H:%M}", f"{t + pd.Timedelta(hours=1):%d-%m-%Y %H:%M}", v) for t, v in PAIRS),
    ),
    "times that say IST": text("Datetime,Load", ((f"{t:%Y-%m-%d %H:%M} IST", v) for t, v in PAIRS)),
    "the date once a day": text(
        "Date,Hour,Load", ((f"{t:%d-%m-%Y}" if t.hour == 0 else "", t.hour + 1, v) for t, v in PAIRS)
    ),
    "days across": text(
        ",".join(["Hour", *(f"{day:%d-%m-%Y}" for day in DAYS)]),
        ([hour, *BY_DAY[:, hour]] for hour in range(24)),
    ),
    "days across, hours that end": text(
        ",".join(["Time", *(f"{day:%d-%b-%y}" for day in DAYS)]),
        ([f"{hour + 1:02}:00", *BY_DAY[:, hour]] for hour in range(24)),
    ),
    "days as spreadsheets count them": text(
        "Date,Load", ((f"{(t - EPOCH) / pd.Timedelta(days=1):.6f}", v) for t, v in PAIRS)
    ),
    "times without a colon": text(
        "Date,Time,Load", ((f"{t:%Y-%m-%d}", f"{(t.hour + 1) * 100:04}", v) for t, v in PAIRS)
    ),
    "hours by name": text("Date,Hour,Load", ((f"{t:%Y-%m-%d}", f"HR {t.hour + 1}", v) for t, v in PAIRS)),
    "totals beside the hours": text(
        ",".join(["Date", *(f"HR{hour}" for hour in range(1, 25)), "Total", "Max"]),
        ([f"{day:%d-%m-%Y}", *row, row.sum(), row.max()] for day, row in zip(DAYS, BY_DAY, strict=True)),
    ),
    "newest first": text("Datetime,Load", PAIRS[::-1]),
    "other columns beside": text(
        "Date,Time,Frequency (Hz),Demand Met (MW),Schedule (MW)",
        ((f"{t:%d-%m-%Y}", f"{t:%H:%M}", 50.01, v, v + 5) for t, v in PAIRS),
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_hours_are_read_from_every_layout(tmp_path: Path, layout: str) -> None:
    (tmp_path / "hourly.csv").write_text(LAYOUTS[layout], encoding="utf-8")
    history = clean(read_hourly_sheet(tmp_path / "hourly.csv"), CleaningRules())

    np.testing.assert_array_equal(history.local, TIMES)
    assert history.load == pytest.approx(LOAD, abs=0.01)


def test_loads_of_several_zones_below_each_other_are_asked_and_never_averaged(tmp_path: Path) -> None:
    rows = [(t, zone, share * v) for t, v in PAIRS for zone, share in (("North", 0.4), ("South", 0.6))]
    (tmp_path / "hourly.csv").write_text(text("Datetime,Zone,Load", rows), encoding="utf-8")

    with pytest.raises(InvalidData, match=r"'Zone' says that it holds several loads \(North, South\)"):
        read_hourly_sheet(tmp_path / "hourly.csv")


def test_dates_that_are_none_are_named_by_their_cells(tmp_path: Path) -> None:
    rows = [(t.year, t.month, 31 if t.month == 2 else t.day, t.hour, v) for t, v in PAIRS]
    (tmp_path / "hourly.csv").write_text(text("Year,Month,Day,Hour,Load", rows), encoding="utf-8")

    with pytest.raises(InvalidData, match=r"A2.*expected a year, a month and a day, found 2024"):
        read_hourly_sheet(tmp_path / "hourly.csv")


def test_a_workbook_with_times_as_headers_is_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"Date": DAYS, **{datetime.time(hour): BY_DAY[:, hour] for hour in range(24)}})
    frame.to_excel(tmp_path / "hourly.xlsx", index=False)

    assert read_hourly_sheet(tmp_path / "hourly.xlsx").load == pytest.approx(LOAD)
