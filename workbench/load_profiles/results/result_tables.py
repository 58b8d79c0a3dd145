"""From the years that were made to the tables of a result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.hourly_loads.history_years import year_load
from workbench.hourly_loads.year_hours import YearHours, hours_of_year
from workbench.load_profiles.generation.generate import MadeYear
from workbench.load_profiles.generation.plan import Plan
from workbench.load_profiles.generation.year_tasks import likely_peaks
from workbench.load_profiles.model.targets import YearTargets
from workbench.load_profiles.results.saved import BASE_SHAPE, QUARTERS
from workbench.load_profiles.shapes.day_types import DAY_NAMES, day_kinds
from workbench.load_profiles.shapes.peak_chances import LEVELS

CONFLICT_COLUMNS = ["year", "period", "yields", "holds", "given", "taken", "sentence"]
TARGET_COLUMNS = ["year", "period", "kind", "target", "reached", "unit", "error", "source"]


def hourly_frame(made: MadeYear, hours: YearHours) -> pd.DataFrame:
    """Give the hours of a year: utc, load, gross, planned, base_shape and each overlay [MW].

    ``gross`` and ``planned`` are left out where they are the same as ``load``, ``base_shape`` where no overlay lies
    inside the targets, and ``quarter_1`` to ``quarter_4`` where the history has no quarter hours.
    """
    columns: dict[str, Any] = {"utc": hours.utc.astype("datetime64[s]"), "load": made.load}
    others = {"gross": made.gross, "planned": made.planned}
    columns |= {name: load for name, load in others.items() if not np.array_equal(load, made.load)}
    if made.base_shape is not None:
        columns[BASE_SHAPE] = made.base_shape
    if made.quarters is not None:
        columns |= dict(zip(QUARTERS, made.quarters.T, strict=True))
    return pd.DataFrame({**columns, **made.overlays})


def years_table(made: Sequence[MadeYear], plan: Plan) -> pd.DataFrame:
    """Energy, peak and load factor of every year, of the load that the grid sees."""
    rows, likely = [], _likely(plan)
    for item in made:
        hours = _hours(plan, item.year)
        local, load = hours.local, item.load
        rows.append(
            {
                "year": item.year,
                "hours": len(load),
                "base_year": item.base_year,
                "shape_age": item.year - item.base_year,
                "energy": load.sum() / 1000,
                "gross_energy": item.gross.sum() / 1000,
                "peak": load.max(),
                "peak_time": local[load.argmax()].astype("datetime64[s]"),
                **({} if item.quarters is None else {"peak_quarter": float(item.quarters.max())}),
                **{f"peak_p{level}": peaks[0] for level, peaks in likely.get(item.year, {}).items()},
                "minimum": load.min(),
                "minimum_time": local[load.argmin()].astype("datetime64[s]"),
                "mean": load.mean(),
                "load_factor": 100 * load.mean() / load.max(),
                "ramp_p99": np.quantile(np.abs(np.diff(load)), 0.99),
            }
        )
    return pd.DataFrame(rows)


def months_table(made: Sequence[MadeYear], plan: Plan) -> pd.DataFrame:
    """Energy, peak, minimum, transform of every month of every year, of the load that the grid sees."""
    rows, likely = [], _likely(plan)
    for item in made:
        hours = _hours(plan, item.year)
        starts, count = hours.month_bounds[:-1], hours.hours_by_month
        energy, peak = np.add.reduceat(item.load, starts), np.maximum.reduceat(item.load, starts)
        low = np.minimum.reduceat(item.load, starts)
        for month, name in enumerate(hours.month_names):
            mean = energy[month] / count[month]
            facts = {"energy": energy[month] / 1000, "peak": peak[month]}
            facts |= {
                f"peak_p{level}": peaks[1 + month] for level, peaks in likely.get(item.year, {}).items()
            }
            facts |= {"minimum": low[month], "mean": mean}
            rows.append(
                {
                    "year": item.year,
                    "month": month + 1,
                    "name": name,
                    **facts,
                    "load_factor": 100 * mean / peak[month],
                    "transform": item.transforms[month].value,
                    "note": item.notes[month],
                }
            )
    return pd.DataFrame(rows)


def _likely(plan: Plan) -> dict[int, dict[int, Floats]]:
    """By year and level: peaks of year and months that are not exceeded in so many percent of years [MW]."""
    chances = plan.chances
    if chances is None:
        return {}
    return {task.year: {level: likely_peaks(task, chances, level) for level in LEVELS} for task in plan.tasks}


def targets_table(made: Sequence[MadeYear], plan: Plan) -> pd.DataFrame:
    """Every target beside what the hours reach; ``error`` is relative, and blank where the target had to yield."""
    rows = [row for item in made for row in _reached(item, plan.targets[item.year], _hours(plan, item.year))]
    return pd.DataFrame(rows, columns=TARGET_COLUMNS)


def conflicts_table(plan: Plan) -> pd.DataFrame:
    """Targets that had to yield."""
    rows = []
    for conflict in plan.conflicts:
        names = _hours(plan, conflict.year).month_names
        period = "year" if conflict.month is None else names[conflict.month]
        kinds = (conflict.yields.value, conflict.holds.value)
        rows.append((conflict.year, period, *kinds, conflict.given, conflict.taken, conflict.sentence))
    return pd.DataFrame(rows, columns=CONFLICT_COLUMNS)


def days_table(made: Sequence[MadeYear], plan: Plan) -> pd.DataFrame:
    """Base day and kind of every day of every year."""
    parts = []
    for item in made:
        days = _hours(plan, item.year).days
        kinds = day_kinds(days, plan.source.is_holiday(days))
        parts.append(
            pd.DataFrame(
                {
                    "year": item.year,
                    "day": days.astype("datetime64[s]"),
                    "base_day": item.base_days.astype("datetime64[s]"),
                    "kind": np.array(DAY_NAMES)[kinds],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def holidays_table(plan: Plan) -> pd.DataFrame:
    """Every holiday, and whether it was listed, added or taken from the calendar."""
    names = plan.holidays.names
    listed = plan.data.holidays
    return pd.DataFrame(
        {
            "day": np.array(list(names), dtype="datetime64[s]"),
            "name": list(names.values()),
            "source": [
                "list"
                if day in listed
                else "settings"
                if day.isoformat() in plan.config.extra_holidays
                else "calendar"
                for day in names
            ],
        }
    )


def history_years_table(plan: Plan) -> pd.DataFrame:
    """Years of the history; where temperatures are known, with the peak that the year has in ordinary weather."""
    table = plan.data.years
    if plan.weather is None:
        return table
    mean = table.set_index("year")["mean"]
    normal = {year: plan.weather.normal(year) * float(mean[year]) for year in plan.weather.ratios}
    return table.assign(normal_peak=table.year.map(normal))


def history_frame(plan: Plan, held_out: Mapping[int, Floats]) -> pd.DataFrame:
    """The clean history, with the hours that were made for held-out years beside it."""
    history = plan.data.history
    made = np.full(len(history.load), np.nan)
    for year, load in held_out.items():
        hours = _hours(plan, year)
        start = int((hours.utc[0] - history.utc[0]).astype("timedelta64[m]").astype(np.int64) // 60)
        made[start : start + len(load)] = load
    return pd.DataFrame(
        {
            "utc": history.utc.astype("datetime64[s]"),
            "load": history.load,
            "changed": history.changed,
            "held_out": made,
        }
    )


def actual_load(plan: Plan, year: int) -> Floats:
    """Loads of a complete year of the history [MW]."""
    return year_load(plan.data.history, _hours(plan, year))


def _hours(plan: Plan, year: int) -> YearHours:
    return hours_of_year(year, plan.data.first_month, plan.data.history.zone)


def _reached(made: MadeYear, given: YearTargets, hours: YearHours) -> Iterator[tuple[Any, ...]]:
    load, count = made.meeting, hours.hours_by_month
    parts = len(load) // len(hours)
    starts = hours.month_bounds[:-1] * parts
    energy, peak = np.add.reduceat(load, starts) / parts, np.maximum.reduceat(load, starts)
    low, total = np.minimum.reduceat(load, starts), float(load.sum()) / parts
    yearly = (
        ("energy", "annual_energy", given.energy, total, "MWh"),
        ("peak", "annual_peak", given.peak, float(load.max()), "MW"),
        ("load_factor", "load_factor", given.load_factor, float(load.mean() / load.max()), "1"),
        ("minimum", "minimum", given.minimum, float(load.min()), "MW"),
    )
    for name, kind, target, reached, unit in yearly:
        if not np.isnan(target):
            yield _row(made, "year", kind, target, reached, unit, given.places.get(name, ""), None)
    monthly = (
        ("monthly_energy", "monthly_energy", given.monthly_energy, energy, "MWh"),
        ("monthly_share", "monthly_energy", given.monthly_share, energy / total, "1"),
        ("monthly_peak", "monthly_peak", given.monthly_peak, peak, "MW"),
        ("monthly_load_factor", "load_factor", given.monthly_load_factor, energy / count / peak, "1"),
        ("monthly_minimum", "minimum", given.monthly_minimum, low, "MW"),
    )
    for name, kind, targets, values, unit in monthly:
        for month in np.flatnonzero(~np.isnan(targets)):
            place = given.places.get(f"{name} {month}", given.places.get(name, ""))
            target, reached = float(targets[month]), float(values[month])
            period = hours.month_names[month]
            yield _row(made, period, kind, target, reached, unit, place, int(month))


def _row(
    made: MadeYear,
    period: str,
    kind: str,
    target: float,
    reached: float,
    unit: str,
    place: str,
    month: int | None,
) -> tuple[Any, ...]:
    yielded = any(
        conflict.yields.value == kind and conflict.month in (None, month)
        for conflict in made.reconciled.conflicts
    )
    error = np.nan if yielded else reached / target - 1
    return (made.year, period, kind, target, reached, unit, error, place)
