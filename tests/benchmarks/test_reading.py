"""Daily weather and small workbooks read, beside what a plain reader takes for the same file in the same run.

Seconds are those of the processor where this process does the work, and those of the clock where a process of its
own parses a workbook; the best of several, as others use the machine too.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import python_calamine

from tests.benchmarks.conftest import Report
from workbench.data.workbooks.reading import read_workbook
from workbench.data.workbooks.writing import Column, writing_workbook
from workbench.evapotranspiration.inputs.files import read_daily_table

pytestmark = pytest.mark.benchmark


def best(action: Callable[[], object], clock: Callable[[], float], times: int) -> float:
    action()
    spent = []
    for _ in range(times):
        started = clock()
        action()
        spent.append(clock() - started)
    return min(spent)


def weather(path: Path, sites: int, days: int) -> Path:
    rng, rows = np.random.default_rng(1), sites * days
    frame = {
        "site": np.repeat([f"Site {number}" for number in range(sites)], days),
        "date": np.tile(pd.date_range("1990-01-01", periods=days).strftime("%Y-%m-%d"), sites),
        "tmax [°C]": rng.uniform(20, 40, rows).round(2),
        "tmin [°C]": rng.uniform(5, 20, rows).round(2),
        "rh": rng.uniform(20, 90, rows).round(1),
        "u2 [m/s]": rng.uniform(0, 6, rows).round(2),
        "rs": rng.uniform(3, 30, rows).round(2),
        "precip": rng.uniform(0, 30, rows).round(1),
    }
    pd.DataFrame(frame).to_csv(path, index=False)
    return path


def timed(path: Path) -> tuple[float, float]:
    """Processor time [s] of ours, and of pandas, which takes the cells for what they seem and checks nothing."""

    def peer() -> pd.DataFrame:
        frame = pd.read_csv(path, parse_dates=["date"])
        return frame.sort_values(["site", "date"], ignore_index=True)

    # By turns, so that a busy moment is none of one alone.
    rounds = [
        [best(read, time.process_time, 2) for read in (lambda: read_daily_table(path), peer)]
        for _ in range(6)
    ]
    ours, theirs = map(min, zip(*rounds, strict=True))
    return ours, theirs


def test_ten_years_of_weather_are_read_and_checked(tmp_path: Path, report: Report) -> None:
    ours, theirs = timed(weather(tmp_path / "eto_weather.csv", 1, 3_650))
    report(
        "3650 days of weather read and checked, beside pandas",
        1000 * ours,
        1000 * theirs,
        "CPU ms",
        "<= 25 ms more",
        ours <= theirs + 0.025,
    )


def test_a_hundred_thousand_days_of_weather_are_read_and_checked(tmp_path: Path, report: Report) -> None:
    ours, theirs = timed(weather(tmp_path / "eto_weather.csv", 10, 10_000))
    report(
        "100000 days of weather read and checked, beside pandas",
        1000 * ours,
        1000 * theirs,
        "CPU ms",
        "<= 2.5 x pandas",
        ours <= 2.5 * theirs,
    )


def test_a_small_workbook_is_opened(tmp_path: Path, report: Report) -> None:
    path = tmp_path / "small.xlsx"
    with writing_workbook(path) as book:
        book.sheet("main").table([Column("Year", [*range(2000, 2020)]), Column("Load", [1.5] * 20)])

    def peer() -> list[object]:
        parsed = python_calamine.load_workbook(io.BytesIO(path.read_bytes()))
        return [parsed.get_sheet_by_name(name).to_python() for name in parsed.sheet_names]

    ours, theirs = (best(read, time.perf_counter, 100) for read in (lambda: read_workbook(path), peer))
    report(
        "a small workbook opened in the process that reads workbooks, beside calamine in this one",
        1000 * ours,
        1000 * theirs,
        "ms",
        "<= 5 ms more",
        ours <= theirs + 0.005,
    )
