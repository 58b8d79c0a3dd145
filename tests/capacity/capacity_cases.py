"""What the tests of capacity planning share: a small network, a listening run, limits that change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.runs.jobs.terminal import TerminalSink
from workbench.runs.model.signals import CancelSignal


@dataclass
class Limits:
    """Limits of a solve, changed by a test while it runs."""

    time_limit: float | None = None
    mip_gap: float = 1e-4
    accept_incumbent: bool = False


class ListeningSink(TerminalSink):
    """The sink of a script, which keeps what it is told and lets a test end the run."""

    def __init__(self) -> None:
        super().__init__(None)
        self.events: list[tuple[str, str, dict[str, Any]]] = []
        self.cancelled = False

    def emit(self, kind: Any, message: str = "", **facts: Any) -> None:
        self.events.append((str(kind), message, {**facts, **(facts.get("data") or {})}))

    def checkpoint(self, holding: Any = None) -> None:
        if self.cancelled:
            raise CancelSignal

    def metrics(self, name: str) -> list[float]:
        return [
            facts["value"] for kind, _, facts in self.events if kind == "metric" and facts["name"] == name
        ]

    def lines(self) -> list[str]:
        return [message for kind, message, _ in self.events if kind == "log"]


def make_small_network(hours: int = 24, **options: Any) -> Any:
    """Two buses, coal, gas, solar that can be built, a battery and a link: small, with every kind of component."""
    import numpy as np
    import pandas as pd

    from workbench.capacity.model.pypsa_import import pypsa

    n = pypsa().Network()
    n.set_snapshots(pd.date_range("2030-01-01", periods=hours, freq="h"))
    clock = np.arange(hours) % 24
    n.add("Carrier", ["coal", "gas", "solar", "battery", "AC"], co2_emissions=[0.34, 0.2, 0.0, 0.0, 0.0])
    n.add("Bus", ["north", "south"], x=[0.0, 1.0], y=[1.0, 0.0], carrier="AC")
    n.add("Load", "load", bus="south", p_set=100 + 30 * np.sin((clock - 9) / 24 * 2 * np.pi))
    n.add("Generator", "coal", bus="north", carrier="coal", p_nom=80, marginal_cost=30, efficiency=0.4)
    n.add("Generator", "gas", bus="south", carrier="gas", p_nom=100, marginal_cost=70, efficiency=0.5)
    sun = np.clip(np.sin((clock - 6) / 12 * np.pi), 0, None)
    n.add(
        "Generator",
        "solar",
        bus="south",
        carrier="solar",
        p_nom_extendable=True,
        p_nom_max=300,
        capital_cost=hours * 8.0,
        p_max_pu=sun,
    )
    n.add(
        "StorageUnit",
        "battery",
        bus="south",
        carrier="battery",
        p_nom=20,
        max_hours=4,
        cyclic_state_of_charge=True,
        efficiency_store=0.95,
        efficiency_dispatch=0.95,
    )
    n.add("Link", "tie", bus0="north", bus1="south", p_nom=90, efficiency=0.98, carrier="AC")
    for name, value in options.items():
        component, _, attribute = name.partition("__")
        n.components[component].static[attribute] = value
    return n


def write_meshed(path: Path) -> Path:
    """Three buses in a ring of lines that lose power, dear plants at the load and cheap ones far from it."""
    from workbench.capacity.model.pypsa_import import pypsa

    n = pypsa().Network()
    n.set_snapshots(range(3))
    n.add("Carrier", ["AC", "coal", "gas"], co2_emissions=[0.0, 0.34, 0.2])
    n.add("Bus", ["a", "b", "c"], v_nom=220.0, carrier="AC")
    for name, ends in {"ab": "ab", "bc": "bc", "ca": "ca"}.items():
        n.add("Line", name, bus0=ends[0], bus1=ends[1], x=20.0, r=8.0, s_nom=150.0, carrier="AC")
    n.add("Load", "load", bus="c", p_set=[150.0, 180.0, 200.0])
    n.add("Generator", "coal", bus="a", carrier="coal", p_nom=300.0, marginal_cost=20.0)
    n.add("Generator", "gas", bus="c", carrier="gas", p_nom=300.0, marginal_cost=70.0)
    n.export_to_netcdf(path)
    return path
