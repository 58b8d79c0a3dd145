"""The result of a demand run: its tables and cards, how it is saved, loaded, compared, and run again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.charts.drawn import DrawnResult
from workbench.data.origins import Origin
from workbench.data.results.compared import ComparedNumber, ComparedTable
from workbench.data.results.scenario import SavedScenario, ScenarioWriter, json_text
from workbench.data.results.store import ResultStore
from workbench.demand.config import DemandConfig
from workbench.demand.requirement.measures import cagr
from workbench.runs.model.digest import digest_of

DOMAIN = "demand"

# Rows of the backtest and accuracy tables that are about the sum of the sectors.
TOTAL = "Total"
CHOSEN = "chosen models"

TOTALS = ("gross", "net", "requirement", "peak_mw")
"""Columns of the requirement that are missing where one of their parts is."""

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
class DemandResult(DrawnResult[DemandConfig]):
    """A finished demand forecast.

    Tables (electricity in GWh, years named by the year they end in):

    ``history`` sector, role, year, electricity · ``forecast`` sector, role, model, chosen, year, base, low,
    high, lower_80 … · ``backtest`` sector, model, drivers, origin, horizon, year, forecast, actual, inside_80 …
    · ``accuracy`` sector, model, drivers, horizon, origins, mape, smape, mase, bias, coverage_80 … ·
    ``consolidated`` year, kind, one column a sector · ``requirement`` the chain from sales to peak, with the origin
    of loss, requirement, load factor and peak, and ``partial_sum`` (net consumption of the known parts) where a
    part is missing · ``drivers``
    driver, year, value, kind, source · ``correlations`` sector, driver, level, growth · ``solar_split`` year,
    one column a sector.

    Facts: workbook, hash, unit, last actual year, target year, version, definitions, and what the hours measured.

    Parameters
    ----------
    cards
        Model card by sector.
    failures
        Why a sector or a model has no forecast: ``sector`` or ``sector/model`` -> reason.
    assumed
        Losses and load factors that were not given, and the values used.
    """

    cards: Mapping[str, Mapping[str, Any]] = field(kw_only=True)
    failures: Mapping[str, str] = field(kw_only=True)
    assumed: tuple[str, ...] = field(kw_only=True)

    called = "Demand forecast"

    def __repr__(self) -> str:
        last = self.table("requirement").iloc[-1]
        failed = f", {len(self.failures)} failures" if self.failures else ""
        needed = f"{last.requirement:,.0f} GWh" if pd.notna(last.requirement) else "missing"
        peak = f"{last.peak_mw:,.0f} MW" if pd.notna(last.peak_mw) else "missing"
        return (
            f"<DemandResult {self.scenario!r}: {len(self.cards)} sectors to {int(last.year)}, "
            f"requirement {needed}, peak {peak}{failed}>"
        )

    @property
    def resolution(self) -> str:
        """What one value stands for."""
        return "yearly values"

    @property
    def newest(self) -> str:
        """The last year with actuals."""
        return f"year {self.facts['last_actual_year']}"

    @property
    def incomplete(self) -> tuple[str, ...]:
        """Sectors that have no forecast; every total that they are a part of is missing."""
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
        last = last.astype(float).fillna(self.facts["last_actual_year"])
        held = rows[rows.origin == last - years].copy()
        held["error"] = 100 * (held.forecast / held.actual - 1)
        return held.reset_index(drop=True)


def card_file(sector: str) -> str:
    """Name of the file of a sector's card; characters that a disk may refuse are replaced."""
    safe = re.sub(r'[<>:"/\\|?*]', "_", sector)
    name = safe if safe == sector else f"{safe}-{digest_of(sector)[:8]}"
    return f"cards/{name}.json"


def interval_columns(frame: pd.DataFrame) -> list[str]:
    """Names of the columns that hold the bounds of intervals."""
    return [str(name) for name in frame.columns if str(name).startswith(("lower_", "upper_"))]


def units_of(frame: pd.DataFrame) -> dict[str, str]:
    """Units of the columns of one of our tables."""
    units = {}
    for name in frame.columns:
        if name.endswith("_origin"):
            continue
        if name in _GWH or name.startswith(("lower_", "upper_")):
            units[name] = "GWh"
        elif name in _PERCENT or name.startswith("coverage_"):
            units[name] = "%"
        elif "peak_mw" in name:
            units[name] = "MW"
        elif name == "hours":
            units[name] = "h"
    if "kind" in frame and "driver" not in frame:
        plain = [
            name
            for name in frame.columns
            if name not in ("year", "kind") and name not in units and not name.endswith("_origin")
        ]
        units.update(dict.fromkeys(plain, "GWh"))
    return units


def assumed_in(table: pd.DataFrame, name: str) -> pd.Series:
    """Tell which values of a column of the requirement are assumed, or follow from something assumed."""
    origins = table.get(f"{name}_origin")
    if origins is None:  # Results of version 0.1.0 carry no origins.
        return pd.Series(False, index=table.index)
    return origins == Origin.ASSUMED


def missing_parts(consolidated: pd.DataFrame) -> dict[str, int]:
    """Give the sectors that lack values after they have begun, with the first year without one."""
    found = {}
    for name in consolidated.columns.drop(["year", "kind"], errors="ignore"):
        known = consolidated[name].notna()
        lacking = consolidated.year[~known & known.cummax()]
        if len(lacking):
            found[str(name)] = int(lacking.iloc[0])
    return found


def _units(name: str, frame: pd.DataFrame) -> dict[str, str]:
    if name == "solar_split":
        return dict.fromkeys(frame.columns.drop("year"), "GWh")
    return units_of(frame)


def _growth(before: DemandResult, after: DemandResult) -> Iterator[ComparedNumber]:
    """Give the mean growth a year of sectors and totals, from the earlier last actual to the last common year."""
    base = min(before.facts["last_actual_year"], after.facts["last_actual_year"])
    lines = [_lines(result) for result in (before, after)]
    for name in [name for name in lines[0] if name in lines[1]]:
        one, two = (side[name].dropna() for side in lines)
        last = int(max(set(one.index) & set(two.index), default=base))
        if last > base and base in one.index and base in two.index:
            measure, at = f"growth a year of {name.removesuffix('_mw')}", {"year": last}
            was, will = cagr(one, base, last), cagr(two, base, last)
            yield ComparedNumber("growth", measure, "%", at, was, will, secondary=True)


def _lines(result: DemandResult) -> dict[str, pd.Series]:
    sectors = result.table("consolidated").set_index("year").drop(columns="kind")
    chain = result.table("requirement").set_index("year")[list(TOTALS)]
    return {str(name): frame[name] for frame in (sectors, chain) for name in frame}


def _save_cards(result: DemandResult, writer: ScenarioWriter) -> Mapping[str, Any]:
    for sector, card in result.cards.items():
        writer.text(card_file(sector), json_text(card))
    writer.remove_others("cards/*.json")
    return {
        "failures": dict(result.failures),
        "assumed": list(result.assumed),
        "cards": list(result.cards),
    }


@dataclass(frozen=True, slots=True)
class _Kept:
    cards: tuple[str, ...]


def _load_cards(saved: SavedScenario) -> Mapping[str, Any]:
    return {
        "cards": {sector: saved.json(card_file(sector)) for sector in saved.more(_Kept).cards},
        "failures": saved.summary.failures,
        "assumed": saved.summary.assumed,
    }


def _inputs(facts: Mapping[str, Any]) -> dict[str, str]:
    measured = facts.get("measured") or {}
    hours = {measured["file"]: measured["sha256"]} if measured else {}
    return {facts["workbook"]: facts["sha256"], **hours}


STORE = ResultStore(
    domain=DOMAIN,
    name="demand scenario",
    result=DemandResult,
    config=DemandConfig,
    tables=TABLES,
    units=_units,
    inputs=_inputs,
    save_more=_save_cards,
    load_more=_load_cards,
    shown={
        "history": {
            "title": "Electricity of the sectors, actual",
            "x": "year",
            "y": ("electricity",),
            "by": ("sector",),
        },
        "forecast": {
            "title": "Electricity of the sectors by every model",
            "x": "year",
            "y": ("base",),
            "by": ("sector",),
            # Drawn by every model, a sector would count several times.
            "where": lambda frame: frame.chosen,
        },
        "backtest": {
            "title": "Backtest of every model at every origin",
            "x": "year",
            "y": ("forecast",),
            "by": ("origin",),
            "where": lambda frame: (frame.sector == TOTAL) & (frame.model == CHOSEN),
        },
        "accuracy": {
            "title": "Error out of sample",
            "x": "horizon",
            "y": ("mape",),
            "by": ("model",),
            "where": lambda frame: frame.sector == TOTAL,
        },
        "consolidated": {"title": "Electricity by sector", "x": "year"},
        "requirement": {
            "title": "From sales to requirement and peak load",
            "x": "year",
            "y": ("requirement",),
        },
        "drivers": {"x": "year", "y": ("value",), "by": ("driver",)},
        "correlations": {
            "title": "Correlation of sectors with drivers",
            "x": "driver",
            "y": ("level",),
            "by": ("sector",),
        },
        "solar_split": {"title": "Rooftop solar by sector", "x": "year"},
    },
    figures={
        "forecast": "workbench.demand.results.charts:sector_chart",
        "consolidated": "workbench.demand.results.charts:consolidated_chart",
        "requirement": "workbench.demand.results.charts:requirement_chart",
        "peak": "workbench.demand.results.charts:peak_chart",
        "accuracy": "workbench.demand.results.charts:accuracy_chart",
        "correlations": "workbench.demand.results.charts:correlation_chart",
    },
    choices=lambda result: {"sector": next(iter(result.cards))},
    explained="workbench.demand.results.explained",
    compared=(
        ComparedTable("requirement", ("year",), TOTALS[:-1]),
        ComparedTable("requirement", ("year",), TOTALS[-1:], "peak"),
        ComparedTable("consolidated", ("year",), lambda frame: frame.columns.drop(["year", "kind"]).tolist()),
    ),
    compare_more=_growth,
)
save, load = STORE.save, STORE.load
