"""The result of a capacity plan: its tables and networks, how it is saved and loaded."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.capacity.config import CapacityConfig
from workbench.capacity.pypsa_import import pypsa, turn
from workbench.data.atomic import replacing, write_text
from workbench.data.project import Project
from workbench.data.tables import Provenance, package_version, read_table, write_table
from workbench.errors import UnreadableFile
from workbench.runs.digest import digest_of
from workbench.runs.settings import config_from_plain, to_plain

if TYPE_CHECKING:
    from pypsa import Network

DOMAIN = "capacity"
SUMMARY_FILE = "result.json"
FORMAT = 1

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
        from workbench.capacity.network_files import read_network

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
    folder = project.results_folder(DOMAIN, result.scenario)
    stamp = stamp_of(result)
    provenance = Provenance(
        run, {str(result.facts["source"]): str(result.facts["sha256"]), "settings": stamp}
    )
    written = [
        write_table(
            result.tables[name],
            folder / f"{name}.parquet",
            units=units_of(name, result.tables[name]),
            provenance=provenance,
        )
        for name in TABLES
    ]
    for name, network in zip(result.facts["networks"], result.networks, strict=True):
        written.append(write_network(network, folder / name))
    for stale in folder.glob("network*.nc"):
        if stale.name not in result.facts["networks"]:
            stale.unlink()
    summary = {
        "format": FORMAT,
        "scenario": result.scenario,
        "stamp": stamp,
        "config": to_plain(result.config),
        "facts": dict(result.facts),
        "problems": list(result.problems),
    }
    text = json.dumps(_finite(summary), indent=1, ensure_ascii=False, allow_nan=False, default=str)
    write_text(folder / SUMMARY_FILE, f"{text}\n")
    written.append(folder / SUMMARY_FILE)
    return replace(result, folder=folder), written


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
    folder = project.results_folder(DOMAIN, scenario)
    path = folder / SUMMARY_FILE
    if not path.is_file():
        present = ", ".join(finished_scenarios(project)) or "none"
        raise UnreadableFile(f"There is no finished capacity plan '{scenario}'; present: {present}.", path)
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
        tables = {}
        for name in TABLES:
            saved = read_table(folder / f"{name}.parquet")
            if saved.provenance.inputs.get("settings") != summary["stamp"]:
                raise UnreadableFile(
                    f"{folder / name}.parquet belongs to another run than {SUMMARY_FILE}; run the scenario again.",
                    folder,
                )
            tables[name] = saved.frame
        config = config_from_plain(CapacityConfig, summary["config"])
        return CapacityResult(
            summary["scenario"], config, tables, summary["facts"], tuple(summary["problems"]), folder
        )
    except (json.JSONDecodeError, KeyError) as error:
        raise UnreadableFile(f"{folder} is damaged ({error}); run the scenario again.", path) from error


def finished_scenarios(project: Project) -> tuple[str, ...]:
    """Name the scenarios that have a finished result."""
    names = project.scenarios(DOMAIN)
    return tuple(name for name in names if (project.results / DOMAIN / name / SUMMARY_FILE).is_file())


def stamp_of(result: CapacityResult) -> str:
    """Hash of everything that the numbers follow from: settings, inputs and version."""
    settings = json.dumps(to_plain(result.config), sort_keys=True)
    return digest_of(
        settings, str(result.facts["sha256"]), str(result.facts.get("load_sha256", "")), package_version()
    )


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


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
