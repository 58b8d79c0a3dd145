"""The result of a run: its tables and hours, how it is saved, loaded and compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.data.atomic import write_text
from workbench.data.project import Project
from workbench.data.tables import Provenance, package_version, read_table, write_table
from workbench.errors import InvalidData, UnreadableFile
from workbench.load_profiles.accuracy import Accuracy, accuracy_of
from workbench.load_profiles.config import LoadProfileConfig
from workbench.load_profiles.year_hours import hours_of_year
from workbench.runs.digest import digest_of
from workbench.runs.settings import config_from_plain, to_plain

DOMAIN = "load_profiles"
SUMMARY_FILE = "result.json"
HISTORY_FILE = "history.parquet"
YEARS_FOLDER = "years"
FORMAT = 1
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


@dataclass(frozen=True, slots=True)
class LoadProfileResult:
    """Finished load profiles.

    Tables (years named by the year they end in; power in MW, energy in GWh):

    ``years`` year, hours, base_year, shape_age, energy, gross_energy, peak, peak_time, minimum, load_factor,
    ramp_p99 · ``months`` year, month, name, energy, peak, minimum, mean, load_factor, transform, note · ``targets``
    year, period, kind, target, reached, unit, error, source · ``conflicts`` year, period, yields, holds, given,
    taken, sentence · ``days`` year, day, base_day, kind · ``cleaning`` finding, action, first, hours, cell, detail
    · ``history_years`` year, hours, known, changed, complete, energy, peak … · ``accuracy`` year, base_year, shape,
    transform, chosen, hourly_mape … · ``ageing`` age, pairs, profile_change, ramp_change · ``day_types`` day,
    factor, type · ``holidays`` day, name, source.

    ``hourly[year]`` has the begin of each hour in ``utc`` and the columns ``load`` (what the grid sees), ``gross``,
    ``planned`` and one for each overlay [MW].
    """

    scenario: str
    config: LoadProfileConfig
    tables: Mapping[str, pd.DataFrame]
    hourly: Mapping[int, pd.DataFrame]
    past: pd.DataFrame
    """The clean history: utc, load [MW], changed; and ``held_out`` [MW], the hours made for held-out years."""
    problems: tuple[str, ...]
    facts: Mapping[str, Any]
    """Files and hashes, zone, first month of the year, version, definitions."""
    folder: Path | None = field(default=None, compare=False)

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

    def table(self, name: str) -> pd.DataFrame:
        """Give a table by name."""
        return self.tables[name]

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

    def history(self) -> pd.DataFrame:
        """Give the clean history, indexed by the begin of each hour on the local clock, tz-aware [MW]."""
        return _local(self.past, self.zone)


class SavedYears(Mapping[int, pd.DataFrame]):
    """Hours of saved years, read when they are asked for and kept.

    Parameters
    ----------
    folder
        Where they are.
    years
        Which there are.
    stamp
        What their provenance must carry.
    """

    def __init__(self, folder: Path, years: tuple[int, ...], stamp: str) -> None:
        self._folder, self._years, self._stamp = folder, years, stamp
        self._read: dict[int, pd.DataFrame] = {}

    def __getitem__(self, year: int) -> pd.DataFrame:
        if year not in self._years:
            raise KeyError(year)
        if year not in self._read:
            self._read[year] = _read(self._folder / YEARS_FOLDER / f"{year}.parquet", self._stamp)
        return self._read[year]

    def __iter__(self) -> Iterator[int]:
        return iter(self._years)

    def __len__(self) -> int:
        return len(self._years)


def save(result: LoadProfileResult, project: Project, run: str = "") -> tuple[LoadProfileResult, list[Path]]:
    """Write hours, tables and the summary; the summary comes last and vouches for the rest.

    Parameters
    ----------
    result
        What to save.
    project
        Where to.
    run
        Id of the run that made it.

    Returns
    -------
    LoadProfileResult
        The same, knowing its folder.
    list of Path
        The files written.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    folder = project.results_folder(DOMAIN, result.scenario)
    stamp = stamp_of(result)
    provenance = Provenance(run=run, inputs={**result.facts["files"], "settings": stamp})
    written = []
    for year, frame in result.hourly.items():
        units = {name: "MW" for name in frame.columns if name != "utc"}
        path = folder / YEARS_FOLDER / f"{year}.parquet"
        written.append(write_table(frame, path, units=units, provenance=provenance))
    for stale in (folder / YEARS_FOLDER).glob("*.parquet"):
        if stale not in written:
            stale.unlink()
    past_units = {"load": "MW", "held_out": "MW"}
    written.append(write_table(result.past, folder / HISTORY_FILE, units=past_units, provenance=provenance))
    for name in TABLES:
        frame = result.tables[name]
        known = ACCURACY_UNITS if name == "accuracy" else UNITS
        units = {column: known[column] for column in frame.columns if column in known}
        written.append(write_table(frame, folder / f"{name}.parquet", units=units, provenance=provenance))
    summary = {
        "format": FORMAT,
        "scenario": result.scenario,
        "stamp": stamp,
        "config": to_plain(result.config),
        "problems": list(result.problems),
        "facts": dict(result.facts),
        "years": list(result.hourly),
    }
    text = json.dumps(summary, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    write_text(folder / SUMMARY_FILE, text)
    written.append(folder / SUMMARY_FILE)
    return replace(result, folder=folder), written


def load(project: Project, scenario: str) -> LoadProfileResult:
    """Read a saved scenario back; the hours of a year are read when they are asked for.

    Raises
    ------
    UnreadableFile
        When there is no such scenario, or its files do not belong together.
    """
    folder = project.results_folder(DOMAIN, scenario)
    path = folder / SUMMARY_FILE
    if not path.is_file():
        present = [
            n for n in project.scenarios(DOMAIN) if (project.results / DOMAIN / n / SUMMARY_FILE).is_file()
        ]
        raise UnreadableFile(
            f"There are no finished load profiles '{scenario}'; present: {', '.join(present) or 'none'}.",
            path,
        )
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
        stamp = summary["stamp"]
        tables = {name: _read(folder / f"{name}.parquet", stamp) for name in TABLES}
        past = _read(folder / HISTORY_FILE, stamp)
        config = config_from_plain(LoadProfileConfig, summary["config"])
        hourly = SavedYears(folder, tuple(summary["years"]), stamp)
        problems, facts = tuple(summary["problems"]), summary["facts"]
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise UnreadableFile(f"{folder} is damaged ({error}); run the scenario again.", path) from error
    return LoadProfileResult(summary["scenario"], config, tables, hourly, past, problems, facts, folder)


def compare(first: LoadProfileResult, second: LoadProfileResult) -> pd.DataFrame:
    """Compare two sets of profiles, year by year.

    Returns
    -------
    DataFrame
        year, measure, unit, first, second, difference, difference_percent; for energy, peak, minimum, load factor
        and ramps of every year that both have, and ``hours`` (mean absolute difference of the hours, MW).
    """
    tables = [result.table("years").set_index("year") for result in (first, second)]
    rows: list[dict[str, Any]] = []
    for year in [year for year in first.years if year in second.hourly]:
        for measure in ("energy", "peak", "minimum", "load_factor", "ramp_p99"):
            a, b = (float(table[measure][year]) for table in tables)
            facts = {"year": year, "measure": measure, "unit": UNITS[measure], "first": a, "second": b}
            rows.append(
                {**facts, "difference": b - a, "difference_percent": 100 * (b / a - 1) if a else None}
            )
        loads = [result.hourly[year].load for result in (first, second)]
        if len(loads[0]) == len(loads[1]):
            away = float((loads[1] - loads[0]).abs().mean())
            row = {"year": year, "measure": "hours", "unit": "MW", "difference": away}
            rows.append({**row, "difference_percent": 100 * away / float(loads[0].mean())})
    return pd.DataFrame(rows)


def compare_with_actual(result: LoadProfileResult, year: int, actual: pd.Series) -> Accuracy:
    """Compare a year with what really came, once it has.

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


def stamp_of(result: LoadProfileResult) -> str:
    """Hash of everything that the hours follow from: settings, files, demand scenario, version."""
    return digest_of(
        json.dumps(to_plain(result.config), sort_keys=True),
        json.dumps(result.facts["files"], sort_keys=True),
        package_version(),
    )


def _read(path: Path, stamp: str) -> pd.DataFrame:
    saved = read_table(path)
    if saved.provenance.inputs.get("settings") != stamp:
        raise UnreadableFile(
            f"{path} belongs to another run than {SUMMARY_FILE}; run the scenario again.", path
        )
    return saved.frame


def _local(frame: pd.DataFrame, zone: str) -> pd.DataFrame:
    index = pd.DatetimeIndex(frame["utc"]).tz_localize("UTC").tz_convert(zone).rename("local")
    return frame.drop(columns="utc").set_index(index)
