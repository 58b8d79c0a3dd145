"""Transforms compared on real years, targets of 25 years, and how long a run takes."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.data.arrays import Times
from workbench.data.projects.project import Project
from workbench.data.projects.settings_file import ProjectSettings
from workbench.data.workbooks.reading import read_workbook
from workbench.hourly_loads.cleaning import History, clean
from workbench.hourly_loads.history_years import history_years, year_load
from workbench.hourly_loads.reading.hourly_sheet import HourlySheet, read_hourly_sheet
from workbench.hourly_loads.rules import CleaningRules
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.config import ShapeMethod
from workbench.load_profiles.generation.accuracy import accuracy_of
from workbench.load_profiles.generation.generate import meet_targets
from workbench.load_profiles.generation.holdout import true_targets
from workbench.load_profiles.generation.reconciliation import reconcile
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.model.targets import ReconciledTargets, Transform, YearTargets, no_months
from workbench.load_profiles.results import charts, day_charts
from workbench.load_profiles.results.saved import load
from workbench.load_profiles.shapes.choice import ShapeMaker, ShapeSource
from workbench.load_profiles.shapes.day_types import day_kinds, learn_day_types
from workbench.load_profiles.shapes.peak_chances import learn_peak_chances, peak_ratios
from workbench.runs.engine import start as engine

pytestmark = pytest.mark.benchmark

Report = Callable[[str, float, float | None, str, str, bool], None]
KERALA = "kerala_hourly_load.xlsx"
ZONES = {
    "BPAT": "America/Los_Angeles",
    "CISO": "America/Los_Angeles",
    "ERCO": "America/Chicago",
    "NYIS": "America/New_York",
    "PJM": "America/New_York",
    "TVA": "America/Chicago",
}
LAGS = (1, 2)
"""Years from base to target: what a plan is first used for. All lags are reported beside."""


@dataclass(frozen=True)
class Area:
    name: str
    first_month: int
    history: History
    holidays: Times


def areas(folder: Path) -> Iterator[Area]:
    import holidays

    frame = pd.read_parquet(folder / "us_hourly_demand_2015_2020.parquet")
    feasts = np.array(sorted(holidays.country_holidays("US", years=range(2015, 2021))), dtype="datetime64[D]")
    for name, rows in frame.groupby("area", observed=True):
        utc = rows.utc.to_numpy().astype("datetime64[m]")
        load, place = rows.mw.to_numpy().astype(float), np.arange(len(rows), dtype=np.int64)
        sheet = HourlySheet(str(name), "", utc, "UTC", load, np.empty(0), place, place[:0])
        yield Area(str(name), 1, clean(sheet, CleaningRules(zone=ZONES[str(name)])), feasts)
    table = read_workbook(folder / KERALA, sheets=["Holidays"]).sheet("Holidays").table()
    days = np.array([row[0] for row in table.rows], dtype="datetime64[D]")
    yield Area("Kerala", 4, clean(read_hourly_sheet(folder / KERALA), CleaningRules()), days)


def cases(area: Area) -> Iterator[dict[str, object]]:
    """Every complete year made from every earlier one, by every transform."""
    zone, matrix = area.history.zone, area.history.days()
    table = history_years(area.history, area.first_month)
    years = {int(y): hours_of_year(int(y), area.first_month, zone) for y in table[table.complete].year}
    grids = {year: matrix.between(hours.days[0], hours.days[-1]) for year, hours in years.items()}
    types = learn_day_types(matrix, np.isin(matrix.days, area.holidays))
    for base in years:
        maker = ShapeMaker(ShapeSource(ShapeMethod.REPLAY, {base: grids[base]}, area.holidays, types))
        for target, hours in years.items():
            if target <= base:
                continue
            actual = year_load(area.history, hours)
            shape, targets = maker.make(hours).load, true_targets(actual, hours)
            kinds = day_kinds(hours.days, np.isin(hours.days, area.holidays))
            for transform in Transform:
                started = time.process_time()
                made, _, _ = meet_targets(shape, hours, targets, transform)
                seconds = time.process_time() - started
                measures = asdict(accuracy_of(made, actual, hours, kinds))
                facts = {"area": area.name, "base": base, "target": target, "lag": target - base}
                yield {**facts, "transform": transform.value, "ms": 1000 * seconds, **measures}


@pytest.fixture(scope="module")
def table(shared_data: Path) -> pd.DataFrame:
    found = pd.DataFrame([case for area in areas(shared_data / "planning") for case in cases(area)])
    return found.assign(peak=found.peak.abs(), ramp_p99=found.ramp_p99.abs())


def test_transforms_on_six_american_areas_and_kerala(report: Report, table: pd.DataFrame) -> None:
    near = table[table.lag.isin(LAGS)]
    means = near.groupby("transform")[
        ["hourly_mape", "peak", "duration_curve", "top_hours", "ramp_p99", "ms"]
    ].mean()
    every = table[table["transform"] == "tail_day"]
    count = len(near) // len(Transform)
    tail = means.loc["tail_day"]
    scaling = means.loc["monthly_scaling"]
    what = f"tail-day, {count} real pairs of years"
    report(
        f"{what}: hourly MAPE (peer: monthly scaling)",
        tail.hourly_mape,
        scaling.hourly_mape,
        "%",
        "<= 7.7",
        tail.hourly_mape <= 7.7,
    )
    report(f"{what}: peak error (peer: monthly scaling)", tail.peak, scaling.peak, "%", "0", tail.peak < 1e-9)
    curve = tail.duration_curve
    report(
        f"{what}: duration curve (peer: monthly scaling)",
        curve,
        scaling.duration_curve,
        "%",
        "<= 0.70",
        curve <= 0.70,
    )
    report(
        f"{what}: top 1 % (peer: monthly scaling)",
        tail.top_hours,
        scaling.top_hours,
        "%",
        "<= 2.20",
        tail.top_hours <= 2.2,
    )
    report(
        f"{what}: ramp p99 (peer: affine)",
        tail.ramp_p99,
        means.loc["affine"].ramp_p99,
        "%",
        "<= 8",
        tail.ramp_p99 <= 8,
    )
    for name in ("power", "affine", "rank_linear"):
        other = means.loc[name]
        words = f"{name.replace('_', '-')}, the same pairs"
        report(
            f"{words}: hourly MAPE (peer: tail-day)",
            other.hourly_mape,
            tail.hourly_mape,
            "%",
            "above",
            other.hourly_mape > tail.hourly_mape,
        )
        report(
            f"{words}: duration curve (peer: tail-day)",
            other.duration_curve,
            curve,
            "%",
            "above",
            other.duration_curve > curve,
        )
        report(
            f"{words}: ramp p99 (peer: tail-day)",
            other.ramp_p99,
            tail.ramp_p99,
            "%",
            "above",
            other.ramp_p99 > tail.ramp_p99,
        )
    whole = f"tail-day, all {len(every)} pairs up to 7 years apart"
    mape, bent = every.hourly_mape.mean(), every.duration_curve.mean()
    report(f"{whole}: hourly MAPE", mape, None, "%", "<= 7.7", mape <= 7.7)
    report(f"{whole}: duration curve", bent, None, "%", "<= 0.70", bent <= 0.70)
    ramp = every.ramp_p99.mean()
    report(
        f"{whole}: ramp p99 (Kerala's shape changed in 2024)",
        ramp,
        None,
        "%",
        "<= 8",
        ramp <= 8,
    )


def test_kerala_2025_held_out(report: Report, table: pd.DataFrame) -> None:
    held = table[(table.area == "Kerala") & (table.base == 2024) & (table.target == 2025)].set_index(
        "transform"
    )
    tail = held.loc["tail_day"]
    report(
        "Kerala FY2025 held out: hourly MAPE (peer: the replaced system's, as recorded)",
        tail.hourly_mape,
        9.3,
        "%",
        "< 6.3",
        tail.hourly_mape < 6.3,
    )
    report(
        "Kerala FY2025 held out: peak error (peer: as recorded)", tail.peak, 15.0, "%", "0", tail.peak < 1e-9
    )
    power = held.loc["power"]
    report(
        "Kerala FY2025, power beside tail-day: duration curve",
        power.duration_curve,
        tail.duration_curve,
        "%",
        "below",
        power.duration_curve < tail.duration_curve,
    )


def test_targets_of_25_years_are_met_to_1e_9_and_cost_little(report: Report, shared_data: Path) -> None:
    *_, kerala = areas(shared_data / "planning")
    base = hours_of_year(2025)
    matrix = kerala.history.days()
    grid = matrix.between(base.days[0], base.days[-1])
    types = learn_day_types(matrix, np.isin(matrix.days, kerala.holidays))
    maker = ShapeMaker(ShapeSource(ShapeMethod.REPLAY, {2025: grid}, kerala.holidays, types))
    rng = np.random.default_rng(7)
    worst, lowest, jobs = 0.0, np.inf, []
    for year in range(2026, 2051):
        hours = hours_of_year(year)
        shape = maker.make(hours)
        months = shape.months(hours)
        growth = 1.05 ** (year - 2025)
        energy = months.energy * growth * rng.uniform(0.95, 1.05, 12)
        peak = (
            energy / hours.hours_by_month / np.clip(months.load_factor * rng.uniform(0.9, 1.1, 12), 0.5, 0.95)
        )
        given = YearTargets(
            year, energy=float(energy.sum()), monthly_energy=energy, monthly_peak=peak, peak=float(peak.max())
        )
        jobs.append((hours, shape.load, reconcile(given, months, hours), energy, peak))
    started = time.process_time()
    made = [meet_targets(shape, hours, reconciled)[0] for hours, shape, reconciled, _, _ in jobs]
    seconds = time.process_time() - started
    for load_, (hours, _, _, energy, peak) in zip(made, jobs, strict=True):
        starts = hours.month_bounds[:-1]
        errors = [np.add.reduceat(load_, starts) / energy - 1, np.maximum.reduceat(load_, starts) / peak - 1]
        errors.append(np.array([load_.sum() / energy.sum() - 1, load_.max() / peak.max() - 1]))
        worst = max(worst, *(float(np.abs(error).max()) for error in errors))
        lowest = min(lowest, float(load_.min()))
    report("25 years, 650 targets at once: worst relative error", worst, None, "", "<= 1e-9", worst <= 1e-9)
    report("25 years: lowest hour", lowest, None, "MW", ">= 0", lowest >= 0)
    report("25 years x 8760 h: CPU of the transform", seconds, None, "s", "< 0.2", seconds < 0.2)


def test_the_whole_run_from_the_workbook_with_its_charts(
    report: Report, shared_data: Path, tmp_path: Path
) -> None:
    def fill(project: Project) -> None:
        shutil.copy(shared_data / "planning" / KERALA, project.inputs / KERALA)

    project = Project.create(tmp_path / "kerala", ProjectSettings("Kerala", region="Kerala"), fill)
    started = time.perf_counter()
    result = engine.start(make_load_profiles, project).result()
    figures = [
        charts.energy_and_peak_chart(result),
        charts.hour_day_heat_map(result, 2037),
        charts.duration_curve_chart(result),
        charts.series_chart(result, 2037),
        day_charts.peak_day_chart(result, 2037),
        day_charts.day_profile_chart(result, 2037),
    ]
    drawn = sum(len(figure.to_json()) for figure in figures)
    seconds = time.perf_counter() - started
    report(
        "Kerala, 72 288 rows to 12 saved years, report, 6 charts (peer: as recorded)",
        seconds,
        150.0,
        "s",
        "< 5",
        seconds < 5 and drawn > 0,
    )

    started = time.perf_counter()
    chart = charts.series_chart(load(project, "BAU"), 2031)
    opened = time.perf_counter() - started
    report(
        "opening a saved year and drawing it (peer: as recorded)",
        opened,
        54.0,
        "s",
        "< 0.3",
        opened < 0.3 and len(chart.data) == 3,
    )
    again = time.perf_counter()
    engine.start(make_load_profiles, project).result()
    second = time.perf_counter() - again
    report("the same run again (hours from the cache)", second, seconds, "s", "less", second < seconds)


def test_a_flat_or_peaky_target_never_gives_a_negative_hour(report: Report, shared_data: Path) -> None:
    *_, kerala = areas(shared_data / "planning")
    hours = hours_of_year(2025)
    actual = year_load(kerala.history, hours)
    own = true_targets(actual, hours)
    lowest = np.inf
    for factor in (0.35, 0.5, 0.65, 0.8, 0.95):
        peak = own.energy / hours.hours_by_month / factor
        reconciled = ReconciledTargets(2025, own.energy, peak, no_months(), ())
        for transform in Transform:
            lowest = min(lowest, float(meet_targets(actual, hours, reconciled, transform)[0].min()))
    report("load factors of 35 to 95 %, all transforms: lowest hour", lowest, None, "MW", ">= 0", lowest >= 0)


def test_coverage_of_the_p90_of_peaks(shared_data: Path, report: Report) -> None:
    held = []
    for area in areas(shared_data / "planning"):
        table, zone = history_years(area.history, area.first_month), area.history.zone
        years = {int(y): hours_of_year(int(y), area.first_month, zone) for y in table[table.complete].year}
        ratios = {year: peak_ratios(year_load(area.history, hours), hours) for year, hours in years.items()}
        for place, year in enumerate(sorted(ratios)):
            before = learn_peak_chances({y: ratios[y] for y in sorted(ratios)[:place]})
            if before is not None:
                held.append(ratios[year] <= before.ratios(90))
    rows = np.array(held)
    for what, share in (("years", 100 * rows[:, 0].mean()), ("months", 100 * rows[:, 1:].mean())):
        met = 85 <= share <= 95
        report(f"P90 of the peak of {what}, {len(rows)} years", float(share), None, "% held", "85-95", met)
