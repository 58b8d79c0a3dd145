"""The result of a capacity plan: its tables and networks, how it is saved and loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.capacity.config import CapacityConfig
from workbench.capacity.model.pypsa_import import pypsa, turn
from workbench.data.atomic import replacing
from workbench.data.projects.project import Project
from workbench.data.results import scenario as saved_scenario
from workbench.data.results.scenario import ScenarioWriter, open_scenario
from workbench.errors import UnreadableFile
from workbench.runs.model.settings import config_from_plain, to_plain

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
)

_UNITS = {
    "energy": dict.fromkeys(("supply", "withdrawal"), "GWh"),
    "curtailment": {"available": "GWh", "curtailed": "GWh", "rate": "%"},
    "costs": {
        **dict.fromkeys(("capital", "fixed", "operation", "total"), "currency a year"),
        "per_mwh": "currency/MWh",
    },
    "emissions": {"energy": "GWh", "co2": "Mt", "intensity": "t/MWh"},
    "adequacy": {
        "peak": "MW",
        "firm_capacity": "MW",
        "margin": "%",
        "load": "GWh",
        "unserved": "GWh",
        "unserved_share": "%",
        "unserved_hours": "h",
    },
    "assets": {"hours": "h", "energy": "GWh", "capacity_factor": "%"},
    "buses": {"price": "currency/MWh", "load": "GWh"},
    "solves": {"seconds": "s", "objective": "currency"},
    "alternatives": {"capacity": "MW", "cost": "%"},
}
_HOURLY_UNITS = {"dispatch": "MW", "storage": "MWh", "prices": "currency/MWh", "flows": "MW"}


@dataclass(frozen=True, slots=True, eq=False)
class CapacityResult:
    """A finished plan.

    Tables by name, each with a column ``year``: ``capacity`` existing, new and retired by carrier · ``assets`` one
    row a component · ``dispatch`` MW by carrier, load and weight of each snapshot · ``energy`` · ``curtailment`` ·
    ``storage`` state of charge [MWh] · ``prices`` by bus · ``flows`` by link and line · ``costs`` · ``emissions`` ·
    ``adequacy`` · ``constraints`` with shadow prices · ``buses`` · ``solves`` · ``alternatives``.
    """

    scenario: str
    config: CapacityConfig
    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Any]
    """Source, hash, objective, status, assumptions, version."""
    problems: tuple[str, ...] = ()
    folder: Path | None = None
    networks: tuple[Network, ...] = ()

    def __repr__(self) -> str:
        years = ", ".join(map(str, self.years))
        return (
            f"<CapacityResult {self.scenario!r}: {years}, {self.facts['status']}, "
            f"costs {self.facts['objective']:,.6g} {self.facts.get('currency', '')}>"
        )

    def table(self, name: str) -> pd.DataFrame:
        """Give a table by name."""
        return self.tables[name]

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


def save(result: CapacityResult, project: Project, run: str = "") -> tuple[CapacityResult, list[Path]]:
    """Write tables, networks and the summary; the summary comes last and vouches for the rest.

    Parameters
    ----------
    result
        What to save.
    project
        Where to.
    run
        Id of the run that made it.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    inputs = {str(result.facts["source"]): str(result.facts["sha256"])}
    writer = ScenarioWriter(project, DOMAIN, result.scenario, stamp=_stamp(result), inputs=inputs, run=run)
    for name in TABLES:
        writer.table(name, result.tables[name], units_of(name, result.tables[name]))
    for name, network in zip(result.facts["networks"], result.networks, strict=True):
        writer.count_in(write_network(network, writer.folder / name))
    writer.remove_others("network*.nc")
    summary = {
        "config": to_plain(result.config),
        "facts": dict(result.facts),
        "problems": list(result.problems),
    }
    written = writer.finish(summary)
    return replace(result, folder=writer.folder), written


def write_network(network: Network, path: Path) -> Path:
    """Write a network as NetCDF; whoever reads meanwhile sees the earlier one.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    with replacing(path) as temporary, turn():
        network.export_to_netcdf(str(temporary))
    return path


def load(project: Project, scenario: str) -> CapacityResult:
    """Read a saved scenario back.

    Raises
    ------
    UnreadableFile
        When there is no such scenario, or its files do not belong together.
    """
    with open_scenario(project, DOMAIN, scenario, "capacity plan") as saved:
        summary = saved.summary
        return CapacityResult(
            summary["scenario"],
            config_from_plain(CapacityConfig, summary["config"]),
            saved.tables(TABLES),
            summary["facts"],
            tuple(summary["problems"]),
            saved.folder,
        )


def finished_scenarios(project: Project) -> tuple[str, ...]:
    """Name the scenarios that have a finished result."""
    return saved_scenario.finished_scenarios(project, DOMAIN)


def _stamp(result: CapacityResult) -> str:
    facts = result.facts
    return saved_scenario.stamp_of(result.config, str(facts["sha256"]), str(facts.get("load_sha256", "")))


def units_of(name: str, table: pd.DataFrame) -> dict[str, str]:
    """Units of the columns of one of our tables."""
    if name in _HOURLY_UNITS:
        plain = ("year", "time", "weight")
        units = {str(c): _HOURLY_UNITS[name] for c in table.columns if c not in plain}
        return units | ({"weight": "h"} if "weight" in table else {})
    return {column: unit for column, unit in _UNITS.get(name, {}).items() if column in table}


def pypsa_version() -> str:
    """Version of PyPSA that solved."""
    return str(pypsa().__version__)
