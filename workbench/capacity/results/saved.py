"""The result of a capacity plan: its tables and networks, how it is saved and loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.capacity.config import CapacityConfig
from workbench.capacity.model.pypsa_import import pypsa, pypsa_slot
from workbench.charts.drawn import DrawnResult
from workbench.data.atomic import replacing
from workbench.data.projects.project import Project
from workbench.data.results.compared import ComparedNumber, ComparedTable
from workbench.data.results.earlier import keep_earlier
from workbench.data.results.scenario import ScenarioWriter
from workbench.data.results.store import ResultStore
from workbench.errors import UnreadableFile

if TYPE_CHECKING:
    from pypsa import Network

DOMAIN = "capacity"

TABLES = (
    "capacity",
    "assets",
    "dispatch",
    "energy",
    "curtailment",
    "storage",
    "prices",
    "flows",
    "costs",
    "emissions",
    "adequacy",
    "constraints",
    "buses",
    "solves",
    "alternatives",
    "retirements",
    "ranges",
    "all_hours",
    "market_values",
    "transmission",
)

_UNITS = {
    "energy": dict.fromkeys(("supply", "withdrawal"), "GWh"),
    "curtailment": {"available": "GWh", "curtailed": "GWh", "rate": "%"},
    "costs": {
        **dict.fromkeys(("capital", "sunk", "fixed", "operation", "start_up", "total"), "currency a year"),
        "per_mwh": "currency/MWh",
    },
    "emissions": {"energy": "GWh", "co2": "Mt", "intensity": "t/MWh"},
    "adequacy": {
        "peak": "MW",
        "firm_capacity": "MW",
        "needed": "MW",
        "shortfall": "MW",
        "margin": "%",
        "lole": "h",
        "eue": "MWh",
        "load": "GWh",
        "unserved": "GWh",
        "unserved_share": "%",
        "unserved_hours": "h",
    },
    "assets": {"hours": "h", "energy": "GWh", "capacity_factor": "%"},
    "buses": {"price": "currency/MWh", "load": "GWh"},
    "market_values": {
        "energy": "GWh",
        "revenue": "currency a year",
        "market_value": "currency/MWh",
        "capture_rate": "%",
    },
    "transmission": {
        "capacity": "MW",
        **dict.fromkeys(("forward", "back", "lost"), "GWh"),
        "loading": "%",
        "full_hours": "h",
        "rent": "currency a year",
    },
    "solves": {"seconds": "s", "objective": "currency"},
    "alternatives": {"capacity": "MW", "cost": "%"},
    "retirements": {"capacity": "MW"},
    "all_hours": {
        "hours": "h",
        **dict.fromkeys(("planned_cost", "cost", "regret"), "currency a year"),
        **dict.fromkeys(("regret_share", "unserved_share"), "%"),
        **dict.fromkeys(("unserved", "surplus"), "MWh"),
        "unserved_hours": "h",
        "most_unserved": "MW",
        **dict.fromkeys(("planned_co2", "co2"), "Mt"),
    },
}
_PLAIN = ("year", "time", "weight")
_HOURLY_UNITS = {"dispatch": "MW", "storage": "MWh", "prices": "currency/MWh", "flows": "MW"}


@dataclass(frozen=True, slots=True, eq=False)
class CapacityResult(DrawnResult[CapacityConfig]):
    """A finished plan.

    Tables by name, each with a column ``year``: ``capacity`` existing, new and retired by carrier · ``assets`` one
    row a component · ``dispatch`` MW by carrier, load and weight of each snapshot · ``energy`` · ``curtailment`` ·
    ``storage`` state of charge [MWh] · ``prices`` by bus · ``flows`` by link and line · ``costs`` · ``emissions`` ·
    ``adequacy`` · ``constraints`` with shadow prices · ``buses`` · ``solves`` · ``alternatives`` · ``ranges`` of
    almost the least costs · ``all_hours`` what the plan comes to in all hours · ``market_values`` of carriers ·
    ``transmission`` by link and line.

    Facts: source, hash, objective, status, assumptions, version.
    """

    networks: tuple[Network, ...] = ()

    called = "Capacity plan"

    def __repr__(self) -> str:
        years = ", ".join(map(str, self.years))
        return (
            f"<CapacityResult {self.scenario!r}: {years}, {self.facts['status']}, "
            f"costs {self.facts['objective']:,.6g} {self.facts.get('currency', '')}>"
        )

    @property
    def resolution(self) -> str:
        """Which hours of a year were computed."""
        counts = self.tables["dispatch"].groupby("year").size()
        chosen = f", {self.config.snapshots.value}" if "load_sha256" in self.facts else ""
        return f"{int(counts.max())} snapshots a year{chosen}" if len(counts) else ""

    @property
    def years(self) -> tuple[int, ...]:
        """The years planned."""
        return tuple(self.facts["years"])

    @property
    def is_accepted_incumbent(self) -> bool:
        """Whether a solution short of the optimum was accepted."""
        return bool(self.facts["status"] == "incumbent")

    def network(self, year: int | None = None) -> Network:
        """Give the solved network of a year; read from its file when it is not in memory.

        Raises
        ------
        UnreadableFile
            When its file is missing or damaged.
        """
        names = self.facts["networks"]
        position = 0 if year is None or len(names) == 1 else self.years.index(year)
        if self.networks:
            return self.networks[position]
        if self.folder is None:
            raise UnreadableFile("This result was never saved.", Path())
        from workbench.capacity.inputs.network_files import read_network

        return read_network(self.folder / names[position])


def write_network(network: Network, path: Path) -> Path:
    """Write a network as NetCDF; a reader sees the earlier one until it is complete.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    with replacing(path) as temporary, pypsa_slot():
        network.export_to_netcdf(str(temporary))
    return path


def units_of(name: str, table: pd.DataFrame) -> dict[str, str]:
    """Units of the columns of one of our tables."""
    if name in _HOURLY_UNITS:
        units = {str(c): _HOURLY_UNITS[name] for c in table.columns if c not in _PLAIN}
        return units | ({"weight": "h"} if "weight" in table else {})
    return {column: unit for column, unit in _UNITS.get(name, {}).items() if column in table}


def _save_networks(result: CapacityResult, writer: ScenarioWriter) -> Mapping[str, Any]:
    for name, network in zip(result.facts["networks"], result.networks, strict=True):
        network.meta = {**network.meta, "heading": dict(result.heading.facts)}
        writer.count_in(write_network(network, writer.folder / name))
    writer.remove_others("network*.nc")
    return {}


def _is_power(capacity: pd.DataFrame) -> pd.Series:
    # Stores have MWh and are left out of what is drawn in MW.
    return capacity.unit == "MW"


def _sources(dispatch: pd.DataFrame) -> list[str]:
    # What is stacked; the load is met by it.
    return [str(name) for name in dispatch.columns if name not in (*_PLAIN, "load")]


def _inputs(facts: Mapping[str, Any]) -> Mapping[str, str]:
    inputs = {str(facts["source"]): str(facts["sha256"])}
    return inputs | ({str(facts["load"]): str(facts["load_sha256"])} if facts.get("load_sha256") else {})


COMPARED: Mapping[str, tuple[tuple[str, ...], str]] = {
    "capacity": (("year", "carrier"), "capacity"),
    "energy": (("year", "carrier"), "supply"),
    "costs": (("year", "carrier"), "total"),
    "emissions": (("year", "carrier"), "co2"),
    "curtailment": (("year", "carrier"), "curtailed"),
    "adequacy": (("year",), "margin"),
}
"""Table -> what identifies a row, and the value by which plans and years are compared."""


def _all(frame: pd.DataFrame) -> None:
    return None


def _costs_of_all_years(before: CapacityResult, after: CapacityResult) -> Iterator[ComparedNumber]:
    unit = str(after.facts.get("currency") or "currency")
    was, will = (float(result.facts["objective"]) for result in (before, after))
    yield ComparedNumber("solves", "costs of all years", unit, {}, was, will)


STORE = ResultStore(
    domain=DOMAIN,
    name="capacity plan",
    result=CapacityResult,
    config=CapacityConfig,
    tables=TABLES,
    units=units_of,
    added=("retirements", "ranges", "all_hours", "market_values", "transmission"),
    inputs=_inputs,
    save_more=_save_networks,
    shown={
        "capacity": {
            "x": "year",
            "y": ("capacity",),
            "by": ("carrier",),
            "where": _is_power,
        },
        "assets": {"x": "name", "y": ("energy",)},
        "dispatch": {"x": "time", "y": _sources},
        "energy": {"x": "year", "y": ("supply",), "by": ("carrier",)},
        "curtailment": {"x": "year", "y": ("curtailed",), "by": ("carrier",)},
        "storage": {"x": "time"},
        "prices": {"x": "time"},
        "flows": {"x": "time"},
        "costs": {"x": "year", "y": ("total",), "by": ("carrier",)},
        "emissions": {"x": "year", "y": ("co2",), "by": ("carrier",)},
        "adequacy": {"x": "year", "y": ("peak", "firm_capacity")},
        "buses": {"x": "bus", "y": ("price",)},
        "solves": {"x": "label", "y": ("seconds",)},
        "alternatives": {"x": "alternative", "y": ("capacity",), "by": ("carrier",)},
        "retirements": {"x": "name", "y": ("capacity",)},
        "ranges": {"x": "carrier", "y": ("least", "new", "most")},
        "all_hours": {"x": "year", "y": ("planned_cost", "cost")},
        "market_values": {"x": "carrier", "y": ("market_value",)},
        "transmission": {"x": "name", "y": ("loading",)},
    },
    figures={
        "capacity": "workbench.capacity.results.charts:capacity_chart",
        "assets": "workbench.capacity.results.charts:capacity_factor_chart",
        "dispatch": "workbench.capacity.results.hourly_charts:dispatch_chart",
        "energy": "workbench.capacity.results.charts:energy_chart",
        "curtailment": "workbench.capacity.results.charts:curtailment_chart",
        "storage": "workbench.capacity.results.hourly_charts:storage_chart",
        "prices": "workbench.capacity.results.hourly_charts:price_chart",
        "flows": "workbench.capacity.results.hourly_charts:flow_chart",
        "costs": "workbench.capacity.results.charts:cost_chart",
        "emissions": "workbench.capacity.results.charts:emission_chart",
        "adequacy": "workbench.capacity.results.charts:adequacy_chart",
        "duration_curve": "workbench.capacity.results.hourly_charts:duration_chart",
        "market_values": "workbench.capacity.results.market_charts:market_value_chart",
        "network_map": "workbench.capacity.results.market_charts:network_map",
    },
    compared=tuple(
        ComparedTable(
            name,
            keys,
            (value,),
            f"{name}, {{measure}}" if name == "costs" else "{measure}",
            # Stores have MWh and are left out of what is compared in MW.
            where=_is_power if name == "capacity" else _all,
            unit="MW" if name == "capacity" else "",
            # A plan without a carrier has nothing of it.
            absent=0.0 if "carrier" in keys else None,
        )
        for name, (keys, value) in COMPARED.items()
    ),
    compare_more=_costs_of_all_years,
    explained="workbench.capacity.results.explained",
)
save, load, finished_scenarios = STORE.save, STORE.load, STORE.finished


def keep_before(project: Project, scenario: str) -> None:
    """Keep the result that a scenario has, before one that was made on another machine takes its place."""
    tables = [STORE.saved_as.get(name, name) for name in STORE.tables if name not in STORE.added]
    keep_earlier(project, STORE.domain, scenario, "", tables)


def pypsa_version() -> str:
    """Version of PyPSA that solved."""
    return str(pypsa().__version__)
