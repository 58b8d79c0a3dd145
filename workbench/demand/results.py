"""The result of a demand run: its tables and cards, how it is saved, loaded, compared, and run again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.data.atomic import write_text
from workbench.data.project import Project
from workbench.data.tables import Provenance, package_version, read_table, write_table
from workbench.demand.config import DemandConfig
from workbench.demand.measures import cagr
from workbench.errors import UnreadableFile
from workbench.runs.digest import digest_of
from workbench.runs.settings import config_from_plain, to_plain

DOMAIN = "demand"
SUMMARY_FILE = "result.json"
FORMAT = 1

# Rows of the backtest and accuracy tables that are about the sum of the sectors.
TOTAL = "Total"
CHOSEN = "chosen models"

TABLES = (
    "history",
    "forecast",
    "backtest",
    "accuracy",
    "consolidated",
    "requirement",
    "drivers",
    "correlations",
    "solar_split",
)

_GWH = dict.fromkeys(("electricity", "low", "base", "high", "forecast", "actual", "mean", "total"), "GWh")
_PERCENT = dict.fromkeys(("mape", "smape", "bias", "loss", "load_factor"), "%")


@dataclass(frozen=True, slots=True, eq=False)
class DemandResult:
    """A finished demand forecast.

    Tables (electricity in GWh, years named by the year they end in):

    ``history`` sector, role, year, electricity · ``forecast`` sector, role, model, chosen, year, base, low,
    high, lower_80 … · ``backtest`` sector, model, drivers, origin, horizon, year, forecast, actual, inside_80 …
    · ``accuracy`` sector, model, drivers, horizon, origins, mape, smape, mase, bias, coverage_80 … ·
    ``consolidated`` year, kind, one column a sector · ``requirement`` the chain from sales to peak · ``drivers``
    driver, year, value, kind, source · ``correlations`` sector, driver, level, growth · ``solar_split`` year,
    one column a sector.
    """

    scenario: str
    config: DemandConfig
    tables: Mapping[str, pd.DataFrame]
    cards: Mapping[str, Mapping[str, Any]]
    """Model card by sector."""
    problems: tuple[str, ...]
    failures: Mapping[str, str]
    """Why a sector or a model gave nothing: ``sector`` or ``sector/model`` -> reason."""
    assumed: tuple[str, ...]
    """Losses and load factors that nobody gave, and what was taken."""
    facts: Mapping[str, Any]
    """Workbook, hash, unit, last actual year, target year, version, definitions."""
    folder: Path | None = None

    def __repr__(self) -> str:
        last = self.table("requirement").iloc[-1]
        failed = f", {len(self.failures)} failures" if self.failures else ""
        return (
            f"<DemandResult {self.scenario!r}: {len(self.cards)} sectors to {int(last.year)}, "
            f"requirement {last.requirement:,.0f} GWh, peak {last.peak_mw:,.0f} MW{failed}>"
        )

    def table(self, name: str) -> pd.DataFrame:
        """Give a table by name."""
        return self.tables[name]

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Sectors that have no forecast and are missing in every total."""
        return tuple(name for name in self.failures if "/" not in name)

    def chosen(self, sector: str) -> pd.DataFrame:
        """Forecast of a sector by its chosen model."""
        rows = self.tables["forecast"]
        return rows[(rows.sector == sector) & rows.chosen]

    def holdout(self, years: int = 2) -> pd.DataFrame:
        """Train up to ``years`` before the last actual, test on the years after: the regulator's question.

        Parameters
        ----------
        years
            Number of last actual years that are held out.

        Returns
        -------
        DataFrame
            sector, model, drivers, origin, year, forecast, actual [GWh], error [%], and inside_80 ….
        """
        rows = self.tables["backtest"]
        last = rows.sector.map({name: card["last_actual_year"] for name, card in self.cards.items()})
        last = last.fillna(self.facts["last_actual_year"])
        held = rows[rows.origin == last - years].copy()
        held["error"] = 100 * (held.forecast / held.actual - 1)
        return held.reset_index(drop=True)


def save(result: DemandResult, project: Project, *, run: str = "") -> tuple[DemandResult, list[Path]]:
    """Write tables, cards and the summary; the summary comes last and vouches for the rest.

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
    DemandResult
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
    provenance = Provenance(run, inputs={result.facts["workbook"]: result.facts["sha256"], "settings": stamp})
    written = []
    for name in TABLES:
        frame = result.tables[name]
        written.append(
            write_table(frame, folder / f"{name}.parquet", units=units_of(frame), provenance=provenance)
        )
    cards = folder / "cards"
    wanted = {card_file(sector) for sector in result.cards}
    for stale in cards.glob("*.json"):
        if stale.name not in wanted:
            stale.unlink()
    for sector, card in result.cards.items():
        path = cards / card_file(sector)
        write_text(path, _json(card))
        written.append(path)
    summary = {
        "format": FORMAT,
        "scenario": result.scenario,
        "stamp": stamp,
        "run": run,
        "config": to_plain(result.config),
        "problems": list(result.problems),
        "failures": dict(result.failures),
        "assumed": list(result.assumed),
        "facts": dict(result.facts),
        "cards": list(result.cards),
    }
    write_text(folder / SUMMARY_FILE, _json(summary))
    written.append(folder / SUMMARY_FILE)
    return replace(result, folder=folder), written


def load(project: Project, scenario: str) -> DemandResult:
    """Read a saved scenario back.

    Raises
    ------
    UnreadableFile
        When there is no such scenario, or its files do not belong together.
    """
    folder = project.results_folder(DOMAIN, scenario)
    path = folder / SUMMARY_FILE
    if not path.is_file():
        present = [
            name
            for name in project.scenarios(DOMAIN)
            if (project.results / DOMAIN / name / SUMMARY_FILE).is_file()
        ]
        raise UnreadableFile(
            f"There is no finished demand scenario '{scenario}'; present: {', '.join(present) or 'none'}.",
            path,
        )
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
        tables, cards = {}, {}
        for name in TABLES:
            saved = read_table(folder / f"{name}.parquet")
            if saved.provenance.inputs.get("settings") != summary["stamp"]:
                raise UnreadableFile(
                    f"{folder / name}.parquet belongs to another run than {SUMMARY_FILE}; run the scenario again.",
                    folder,
                )
            tables[name] = saved.frame
        for sector in summary["cards"]:
            cards[sector] = json.loads((folder / "cards" / card_file(sector)).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, KeyError, FileNotFoundError) as error:
        raise UnreadableFile(f"{folder} is damaged ({error}); run the scenario again.", path) from error
    return DemandResult(
        summary["scenario"],
        config_from_plain(DemandConfig, summary["config"]),
        tables,
        cards,
        tuple(summary["problems"]),
        summary["failures"],
        tuple(summary["assumed"]),
        summary["facts"],
        folder,
    )


def compare(first: DemandResult, second: DemandResult) -> pd.DataFrame:
    """Compare two scenarios, sector by sector and in total.

    Parameters
    ----------
    first, second
        The scenarios; the difference is second - first.

    Returns
    -------
    DataFrame
        name, unit, year, first, second, difference, difference_percent, first_cagr and second_cagr [% a year
        from the last actual year]; for every sector, the totals, the requirement [GWh] and the peak [MW], in
        every forecast year that both have.
    """
    base = min(first.facts["last_actual_year"], second.facts["last_actual_year"])
    left, right = _side(first), _side(second)
    rows = []
    for name in [name for name in left if name in right]:
        one, two = left[name].dropna(), right[name].dropna()
        unit = "MW" if name == "peak_mw" else "GWh"
        for year in sorted(set(one.index) & set(two.index)):
            if year <= base:
                continue
            a, b = float(one[year]), float(two[year])
            rows.append(
                {
                    "name": name,
                    "unit": unit,
                    "year": int(year),
                    "first": a,
                    "second": b,
                    "difference": b - a,
                    "difference_percent": 100 * (b / a - 1) if a else float("nan"),
                    "first_cagr": cagr(one, base, int(year)),
                    "second_cagr": cagr(two, base, int(year)),
                }
            )
    return pd.DataFrame(rows)


def card_file(sector: str) -> str:
    """Name of the file of a sector's card; characters that a disk may refuse are replaced."""
    safe = re.sub(r'[<>:"/\\|?*]', "_", sector)
    return f"{safe}.json" if safe == sector else f"{safe}-{digest_of(sector)[:8]}.json"


def stamp_of(result: DemandResult) -> str:
    """Hash of everything that the numbers follow from: settings and workbook."""
    return digest_of(
        json.dumps(to_plain(result.config), sort_keys=True), result.facts["sha256"], package_version()
    )


def interval_columns(frame: pd.DataFrame) -> list[str]:
    """Names of the columns that hold the bounds of intervals."""
    return [str(name) for name in frame.columns if str(name).startswith(("lower_", "upper_"))]


def units_of(frame: pd.DataFrame) -> dict[str, str]:
    """Units of the columns of one of our tables."""
    units = {}
    for name in frame.columns:
        if name in _GWH or name.startswith(("lower_", "upper_")):
            units[name] = "GWh"
        elif name in _PERCENT or name.startswith("coverage_"):
            units[name] = "%"
        elif "peak_mw" in name:
            units[name] = "MW"
        elif name == "hours":
            units[name] = "h"
    if "kind" in frame and "driver" not in frame:
        plain = [name for name in frame.columns if name not in ("year", "kind") and name not in units]
        units.update(dict.fromkeys(plain, "GWh"))
    return units


def _side(result: DemandResult) -> dict[str, pd.Series]:
    sectors = result.table("consolidated").set_index("year").drop(columns="kind")
    chain = result.table("requirement").set_index("year")[["gross", "net", "requirement", "peak_mw"]]
    return {**{str(n): sectors[n] for n in sectors}, **{str(n): chain[n] for n in chain}}


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False, default=str) + "\n"
