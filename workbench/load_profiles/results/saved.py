"""The result of a run: its tables and hours, how it is saved, loaded and compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from workbench.charts.drawn import DrawnResult
from workbench.data.results.compared import ComparedNumber, ComparedTable
from workbench.data.results.scenario import SavedScenario, ScenarioWriter
from workbench.data.results.store import ResultStore, units_from
from workbench.errors import InvalidData, UnreadableFile
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.config import LoadProfileConfig
from workbench.load_profiles.generation.accuracy import Accuracy, accuracy_of

DOMAIN = "load_profiles"
HISTORY = "history"
BASE_SHAPE = "base_shape"
"""Column of the hours with the shape of the base year alone, where overlays lie inside the targets."""
QUARTERS = ("quarter_1", "quarter_2", "quarter_3", "quarter_4")
"""Columns of the hours with the load of each quarter hour, where the history has them."""
YEARS_FOLDER = "years"
TABLES = (
    "years",
    "months",
    "targets",
    "conflicts",
    "days",
    "cleaning",
    "history_years",
    "accuracy",
    "ageing",
    "day_types",
    "holidays",
)
UNITS = {
    "energy": "GWh",
    "gross_energy": "GWh",
    "peak": "MW",
    "peak_quarter": "MW",
    "normal_peak": "MW",
    **{f"peak_p{level}": "MW" for level in (10, 50, 90)},
    "mean": "MW",
    "minimum": "MW",
    "load_factor": "%",
    "ramp_p99": "MW/h",
    "shape_age": "years",
    "profile_change": "%",
    "ramp_change": "%",
}
ACCURACY_UNITS = dict.fromkeys(
    ("hourly_mape", "peak", "monthly_peak", "duration_curve", "top_hours", "ramp_p99", "day_type"), "%"
)


@dataclass(frozen=True, slots=True, eq=False)
class LoadProfileResult(DrawnResult[LoadProfileConfig]):
    """Finished load profiles.

    Tables (years named by the year they end in; power in MW, energy in GWh):

    ``years`` year, hours, base_year, shape_age, energy, gross_energy, peak, peak_time, minimum, load_factor,
    ramp_p99 · ``months`` year, month, name, energy, peak, minimum, mean, load_factor, transform, note · ``targets``
    year, period, kind, target, reached, unit, error, source · ``conflicts`` year, period, yields, holds, given,
    taken, sentence · ``days`` year, day, base_day, kind · ``cleaning`` finding, action, first, hours, cell, detail
    · ``history_years`` year, hours, known, changed, complete, energy, peak … · ``accuracy`` year, base_year, shape,
    transform, chosen, hourly_mape … · ``ageing`` age, pairs, profile_change, ramp_change · ``day_types`` day,
    factor, type · ``holidays`` day, name, source.

    Facts: files and hashes, zone, first month of the year, version, definitions.

    Parameters
    ----------
    hourly
        Year -> the begin of each hour in ``utc`` and the columns ``load`` (what the grid sees), ``gross``,
        ``planned``, ``base_shape`` (the same targets with the shape of the base year alone) and one for each
        overlay [MW]; those in the middle only where they differ from the load. ``quarter_1`` to ``quarter_4`` are
        the load of each quarter of the hour, where the history has quarter hours.
    past
        The clean history: utc, load [MW], changed; and ``held_out`` [MW], the hours made for held-out years.
    """

    hourly: Mapping[int, pd.DataFrame] = field(kw_only=True)
    past: pd.DataFrame = field(kw_only=True)

    called = "Load profiles"

    def __repr__(self) -> str:
        table = self.tables["years"]
        first, last = table.iloc[0], table.iloc[-1]
        return (
            f"<LoadProfileResult {self.scenario!r}: {len(table)} years {int(first.year)}-{int(last.year)}, "
            f"{first.energy:,.0f} to {last.energy:,.0f} GWh, peak {first.peak:,.0f} to {last.peak:,.0f} MW>"
        )

    @property
    def years(self) -> tuple[int, ...]:
        """Years that were made."""
        return tuple(int(year) for year in self.tables["years"].year)

    @property
    def zone(self) -> str:
        """IANA name of the local clock."""
        return str(self.facts["zone"])

    @property
    def first_month(self) -> int:
        """Month in which a year begins."""
        return int(self.facts["first_month"])

    @property
    def overlays(self) -> tuple[str, ...]:
        """Names of the overlays."""
        return tuple(overlay.name for overlay in self.config.overlays)

    @property
    def resolution(self) -> str:
        """What one value stands for."""
        return "hourly values"

    @property
    def newest(self) -> str:
        """The last known hour of the history, on the local clock."""
        known = self.past[self.past["load"].notna()] if len(self.past) else self.past
        if known.empty:
            return ""
        return f"{pd.Timestamp(known['utc'].max(), tz='UTC').tz_convert(self.zone):%Y-%m-%d %H:%M}"

    def hours(self, year: int) -> pd.DataFrame:
        """Give the hours of a year, indexed by their begin on the local clock, tz-aware [MW].

        Raises
        ------
        UnreadableFile
            When the year is not among the results.
        """
        if year not in self.hourly:
            raise UnreadableFile(
                f"There is no year {year} in '{self.scenario}'; present: {', '.join(map(str, self.hourly))}.",
                self.folder or "",
            )
        return _local(self.hourly[year], self.zone)

    def quarter_hours(self, year: int) -> pd.Series:
        """Give the load of the quarter hours of a year, indexed by their begin on the local clock, tz-aware [MW].

        Raises
        ------
        UnreadableFile
            When the year is not among the results, or was made from a history of whole hours.
        """
        frame = self.hours(year)
        if not set(QUARTERS) <= set(frame):
            raise UnreadableFile(
                f"The history of '{self.scenario}' has no quarter hours, so that {year} has none; give readings of "
                "15 minutes or less.",
                self.folder or "",
            )
        begin = pd.DatetimeIndex(frame.index).tz_convert("UTC").tz_localize(None)
        index = pd.DatetimeIndex(
            (begin.to_numpy()[:, None] + np.arange(4) * np.timedelta64(15, "m")).ravel(), tz="UTC"
        ).tz_convert(self.zone)
        return pd.Series(frame[[*QUARTERS]].to_numpy().ravel(), index=index, name="load")

    def history(self) -> pd.DataFrame:
        """Give the clean history, indexed by the begin of each hour on the local clock, tz-aware [MW]."""
        return _local(self.past, self.zone)


class SavedYears(Mapping[int, pd.DataFrame]):
    """Hours of saved years, read on first use and kept.

    Parameters
    ----------
    saved
        Where they are.
    years
        Which there are.
    """

    def __init__(self, saved: SavedScenario, years: tuple[int, ...]) -> None:
        self._saved, self._years = saved, years
        self._read: dict[int, pd.DataFrame] = {}

    def __getitem__(self, year: int) -> pd.DataFrame:
        if year not in self._years:
            raise KeyError(year)
        if year not in self._read:
            self._read[year] = self._saved.table(f"{YEARS_FOLDER}/{year}")
        return self._read[year]

    def __iter__(self) -> Iterator[int]:
        return iter(self._years)

    def __len__(self) -> int:
        return len(self._years)


def _hours_apart(before: LoadProfileResult, after: LoadProfileResult) -> Iterator[ComparedNumber]:
    """Give the mean load and the mean absolute difference of the hours of each year that both have."""
    for year in [year for year in before.years if year in after.hourly]:
        one, two = (result.hourly[year].load for result in (before, after))
        if len(one) == len(two):
            apart = float((two - one).abs().mean())
            means = float(one.mean()), float(two.mean())
            yield ComparedNumber(
                "hours", "mean absolute difference of hours", "MW", {"year": year}, *means, apart
            )


def _save_hours(result: LoadProfileResult, writer: ScenarioWriter) -> Mapping[str, Any]:
    for year, frame in result.hourly.items():
        units = {name: "MW" for name in frame.columns if name != "utc"}
        writer.table(f"{YEARS_FOLDER}/{year}", frame, units)
    writer.remove_others(f"{YEARS_FOLDER}/*.parquet")
    writer.table(HISTORY, result.past, {"load": "MW", "held_out": "MW"})
    return {"years": list(result.hourly)}


@dataclass(frozen=True, slots=True)
class _Kept:
    years: tuple[int, ...]


def _load_hours(saved: SavedScenario) -> Mapping[str, Any]:
    return {"hourly": SavedYears(saved, saved.more(_Kept).years), "past": saved.table(HISTORY)}


STORE = ResultStore(
    domain=DOMAIN,
    name="load profile",
    result=LoadProfileResult,
    config=LoadProfileConfig,
    tables=TABLES,
    units=units_from(UNITS, accuracy=ACCURACY_UNITS),
    inputs=lambda facts: facts["files"],
    save_more=_save_hours,
    shown={
        "years": {"x": "year", "y": ("peak", "minimum")},
        "months": {"x": "name", "y": ("peak",), "by": ("year",)},
        "targets": {"x": "year", "y": ("reached",), "by": ("kind", "period")},
        "cleaning": {"x": "finding", "y": ("hours",)},
        "history_years": {"x": "year", "y": ("peak", "minimum")},
        "accuracy": {"x": "year", "y": ("hourly_mape",), "by": ("shape", "transform")},
        "ageing": {"x": "age", "y": ("profile_change",)},
        "day_types": {"x": "day", "y": ("factor",)},
    },
    load_more=_load_hours,
    figures={
        "years": "workbench.load_profiles.results.charts:energy_and_peak_chart",
        "months": "workbench.load_profiles.results.charts:month_year_heat_map",
        "day_types": "workbench.load_profiles.results.day_charts:day_type_chart",
        "accuracy": "workbench.load_profiles.results.charts:held_out_chart",
        "hours": "workbench.load_profiles.results.charts:series_chart",
        "heat_map": "workbench.load_profiles.results.charts:hour_day_heat_map",
        "duration_curve": "workbench.load_profiles.results.charts:duration_curve_chart",
        "history": "workbench.load_profiles.results.charts:history_comparison_chart",
        "peak_day": "workbench.load_profiles.results.day_charts:peak_day_chart",
        "extreme_days": "workbench.load_profiles.results.day_charts:extreme_days_chart",
        "day_profile": "workbench.load_profiles.results.day_charts:day_profile_chart",
        "duck_curve": "workbench.load_profiles.results.day_charts:duck_curve_chart",
        "ramps": "workbench.load_profiles.results.day_charts:ramp_chart",
        "load_factor": "workbench.load_profiles.results.day_charts:load_factor_chart",
    },
    choices=lambda result: {"year": result.years[-1]},
    compared=(ComparedTable("years", ("year",), ("energy", "peak", "minimum", "load_factor", "ramp_p99")),),
    compare_more=_hours_apart,
    explained="workbench.load_profiles.results.explained",
)
save, load = STORE.save, STORE.load


def compare_with_actual(result: LoadProfileResult, year: int, actual: pd.Series) -> Accuracy:
    """Compare a year with the actual load, once it is known.

    Parameters
    ----------
    result
        The result.
    year
        Which year.
    actual
        Hours [MW], indexed by their begin, tz-aware; more than the year is passed over.

    Raises
    ------
    InvalidData
        When hours of the year are missing.
    """
    hours = hours_of_year(year, result.first_month, result.zone)
    index = pd.DatetimeIndex(hours.utc.astype("datetime64[s]")).tz_localize("UTC")
    came = actual.set_axis(pd.DatetimeIndex(actual.index).tz_convert("UTC")).reindex(index)
    missing = int(came.isna().sum())
    if missing:
        raise InvalidData(f"{missing} of the {len(hours)} hours of {year} are missing; compare whole years.")
    return accuracy_of(result.hours(year)["load"].to_numpy(), came.to_numpy(), hours)


def _local(frame: pd.DataFrame, zone: str) -> pd.DataFrame:
    index = pd.DatetimeIndex(frame["utc"]).tz_localize("UTC").tz_convert(zone).rename("local")
    return frame.drop(columns="utc").set_index(index)
