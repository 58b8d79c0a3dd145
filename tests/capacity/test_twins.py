"""Plans from four workbooks beside networks built by hand with plain PyPSA: the same costs and capacities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from workbench.capacity.config import CapacityConfig, Snapshots
from workbench.capacity.jobs import plan_capacity
from workbench.capacity.model.pypsa_import import pypsa
from workbench.capacity.results.saved import CapacityResult
from workbench.data.projects.project import Project

pytestmark = pytest.mark.slow
Sheets = Mapping[str, Mapping[str, Sequence[object]]]
HOURS = pd.date_range("2029-04-01", periods=8760, freq="h")
HOUR, DAY = HOURS.hour.to_numpy(), np.arange(8760) / 24
BLOCK = 6


def planned(folder: Path, sheets: Sheets, **settings: Any) -> CapacityResult:
    project = Project.create(folder / "project", "Twin")
    book = openpyxl.Workbook()
    for name, columns in sheets.items():
        page = book.create_sheet(name)
        page.append(list(columns))
        for row in zip(*columns.values(), strict=True):
            page.append([float(value) if isinstance(value, np.floating) else value for value in row])
    del book["Sheet"]
    book.save(project.inputs / "plants.xlsx")
    config = CapacityConfig(
        years=(2030,), snapshots=Snapshots.AVERAGES, hours=BLOCK, reserve_margin=0.0, check_all_hours=False,
        unserved_cost=40_000.0, **settings,
    )  # fmt: skip
    return plan_capacity(project, config)


def by_block(values: Any) -> np.ndarray:
    return np.asarray(values, dtype=float).reshape(-1, BLOCK).mean(axis=1)


class Twin:
    """A network made by hand: blocks of six hours, each component added by its plain name."""

    def __init__(self, *buses: str) -> None:
        self.network: Any = pypsa().Network()
        self.network.set_snapshots(HOURS[::BLOCK])
        self.network.snapshot_weightings.loc[:, :] = float(BLOCK)
        self.network.add("Bus", list(buses))

    def load(self, bus: str, values: Any) -> None:
        self.network.add("Load", f"load {bus}", bus=bus, p_set=by_block(values))
        self.network.add("Generator", f"none {bus}", bus=bus, p_nom=1e5, marginal_cost=40_000.0)

    def plant(self, name: str, bus: str, p_nom: float = 0.0, **given: Any) -> None:
        self.network.add("Generator", name, bus=bus, p_nom=p_nom, **given)

    def compare(self, plan: CapacityResult, new: Mapping[str, str]) -> None:
        """Objective, energies and new capacities are the same; names differ only by the year of building."""
        self.network.optimize(log_to_console=False, include_objective_constant=False)
        assert plan.facts["objective"] == pytest.approx(self.network.objective, rel=1e-6)
        ours = plan.network()
        for theirs, name in new.items():
            for component in ("generators", "storage_units"):
                table = getattr(self.network, component)
                if theirs in table.index:
                    built = float(table.p_nom_opt[theirs])
                    assert float(getattr(ours, component).p_nom_opt[name]) == pytest.approx(built, abs=1e-3)
        served = self.network.generators_t.p.filter(like="none").sum().sum() * BLOCK / 1e3
        assert plan.table("adequacy").unserved.sum() == pytest.approx(served, abs=1e-3)


def annuity(cost: float, years: int, rate: float = 0.08) -> float:
    return cost * rate / (1 - (1 + rate) ** -years)


def load_of(mean: float, evening: float = 0.2) -> np.ndarray:
    return mean * (
        1 + evening * np.sin((HOUR - 12) / 24 * 2 * np.pi) + 0.1 * np.cos((DAY - 45) / 365 * 2 * np.pi)
    )


def sun() -> np.ndarray:
    clouds = 0.75 + 0.2 * np.sin(DAY / 3.7) * np.cos(DAY / 11)
    return np.clip(np.sin((HOUR - 5.5) / 13 * np.pi), 0, 1) * (HOUR > 5) * (HOUR < 19) * clouds


def wind() -> np.ndarray:
    return np.clip(0.3 + 0.25 * np.sin(DAY / 5.3) + 0.15 * np.sin(DAY / 60), 0, 1)


def test_an_indian_state_of_a_short_list_is_the_network_made_by_hand(tmp_path: Path) -> None:
    load = load_of(4000)
    sheets: Sheets = {
        "plants": {
            "name": ["Coal A", "Coal B", "Solar park", "Ridge", "Exchange", "Battery"],
            "carrier": ["coal", "coal", "solar", "onwind", "market", "battery"],
            "p_nom": [1500, 1200, 900, 500, 800, 100],
            "efficiency": [0.36, 0.40, 1, 1, 1, 0.81],
            "marginal_cost": [3100, 2800, 0, 0, 5600, 0],
            "fixed_cost": [2e6, 2e6, 5e5, 1e6, 0, 8e5],
            "p_min_pu": [0.5, 0.4, 0, 0, 0, 0],
            "max_hours": [None, None, None, None, None, 4],
        },
        "options": {
            "carrier": ["solar", "coal", "battery"],
            "capital_cost 2025": [5e7, 9e7, 5e7],
            "capital_cost 2030": [4e7, 9e7, 3e7],
            "fixed_cost": [5e5, 2e6, 8e5],
            "marginal_cost": [0, 2700, 0],
            "efficiency": [1, 0.42, 0.81],
            "lifetime": [25, 30, 15],
            "p_nom_max": [6000, 2000, 3000],
            "max_hours": [None, None, 4],
        },
        "carriers": {
            "carrier": ["coal", "solar", "onwind", "market", "battery"],
            "co2_emissions": [0.34, 0, 0, 0.7, 0],
        },
        "P_max_pu": {"solar": sun(), "onwind": wind()},
        "Demand": {"2030": load},
    }  # fmt: skip
    plan = planned(tmp_path, sheets, discount_rate=8.0, co2_price=1000.0)

    twin = Twin("state")
    twin.load("state", load)
    solar, ridge = by_block(sun()), by_block(wind())
    for name, size, cost, efficiency, least in (("A", 1500, 3100, 0.36, 0.5), ("B", 1200, 2800, 0.40, 0.4)):
        twin.plant(name, "state", size, marginal_cost=cost + 340 / efficiency, p_min_pu=least)
    twin.plant("sun", "state", 900, p_max_pu=solar)
    twin.plant("ridge", "state", 500, p_max_pu=ridge)
    twin.plant("exchange", "state", 800, marginal_cost=5600 + 700)
    twin.plant(
        "new sun",
        "state",
        p_nom_extendable=True,
        p_nom_max=6000,
        capital_cost=annuity(4e7, 25) + 5e5,
        p_max_pu=solar,
    )
    twin.plant(
        "new coal", "state", p_nom_extendable=True, p_nom_max=2000, marginal_cost=2700 + 340 / 0.42,
        capital_cost=annuity(9e7, 30) + 2e6,
    )  # fmt: skip
    battery = {
        "bus": "state",
        "max_hours": 4,
        "efficiency_store": 0.9,
        "efficiency_dispatch": 0.9,
        "cyclic_state_of_charge": True,
    }
    twin.network.add("StorageUnit", "battery", p_nom=100, **battery)
    twin.network.add(
        "StorageUnit", "new battery", p_nom_extendable=True, p_nom_max=3000,
        capital_cost=annuity(3e7, 15) + 8e5, **battery,
    )  # fmt: skip
    names = {"sun": "New solar 2030", "coal": "New coal 2030", "battery": "New battery 2030"}
    twin.compare(plan, {f"new {what}": name for what, name in names.items()})


def test_an_island_with_diesel_and_batteries_is_the_network_made_by_hand(tmp_path: Path) -> None:
    load = load_of(9.0, evening=0.35)
    sheets: Sheets = {
        "Buses": {"name": ["Main_Bus"]},
        "CO2": {"TECHNOLOGY": ["diesel", "solar", "battery"], "tonnes/MWh": [0.267, 0, 0]},
        "Generators": {
            "name": ["Diesel 1", "Diesel 2"], "bus": ["Main_Bus"] * 2, "carrier": ["diesel"] * 2,
            "p_nom": [8, 8], "efficiency": [0.38, 0.42], "ramp_limit_up": [None, 0.05],
            "ramp_limit_down": [None, 0.05],
            "p_min_pu": [0.0, 0.2], "marginal_cost": [26_000, 23_000],
        },
        "New_Generators": {
            "TECHNOLOGY": ["Roofs"], "bus": ["Main_Bus"], "carrier": ["solar"], "marginal_cost": [0],
            "p_nom_max": [60],
        },
        "New_Storage": {
            "TECHNOLOGY": ["Pack"], "bus": ["Main_Bus"], "carrier": ["battery"], "Type": ["Storage"],
            "p_nom_max": [30],
            "max_hours": [4], "efficiency_store": [0.95], "efficiency_dispatch": [0.95],
        },
        "Capital_cost": {"TECHNOLOGY": ["Roofs", "Pack"], "2025": [9e7, 9e7], "2030": [7e7, 6e7]},
        "Lifetime": {"TECHNOLOGY": ["Roofs", "Pack"], "lifetime": [25, 12]},
        "FOM": {"carrier": ["diesel", "solar", "Pack"], "2030": [3e6, 8e5, 1e6], "2035": [9e6, 9e6, 9e6]},
        "P_max_pu": {"solar": sun()},
        "Demand": {"2030": load},
    }  # fmt: skip
    plan = planned(tmp_path, sheets, discount_rate=8.0, co2_limit={2030: 0.0094})

    twin = Twin("island")
    twin.load("island", load)
    twin.network.add("Carrier", "diesel", co2_emissions=0.267)
    twin.plant("d1", "island", 8, marginal_cost=26_000, efficiency=0.38, carrier="diesel")
    # Ramps are given by the hour: six times as much in a block.
    twin.plant(
        "d2", "island", 8, marginal_cost=23_000, efficiency=0.42, carrier="diesel", p_min_pu=0.2,
        ramp_limit_up=0.3, ramp_limit_down=0.3,
    )  # fmt: skip
    twin.plant(
        "roofs",
        "island",
        p_nom_extendable=True,
        p_nom_max=60,
        capital_cost=annuity(7e7, 25) + 8e5,
        p_max_pu=by_block(sun()),
    )
    twin.network.add(
        "StorageUnit", "pack", bus="island", p_nom_extendable=True, p_nom_max=30, max_hours=4,
        efficiency_store=0.95,
        efficiency_dispatch=0.95, cyclic_state_of_charge=True, capital_cost=annuity(6e7, 12) + 1e6,
    )  # fmt: skip
    twin.network.add(
        "GlobalConstraint",
        "co2",
        type="primary_energy",
        carrier_attribute="co2_emissions",
        sense="<=",
        constant=9_400.0,
    )
    twin.compare(plan, {"roofs": "Roofs 2030", "pack": "Pack 2030"})
    assert plan.table("emissions").co2.sum() == pytest.approx(0.0094, rel=1e-6)


def test_reservoirs_with_inflow_and_a_market_are_the_network_made_by_hand(tmp_path: Path) -> None:
    load, price = load_of(700), 4000 + 2500 * np.sin((HOUR - 13) / 24 * 2 * np.pi) + 800 * np.cos(DAY / 58)
    months = np.array([0, 20, 18, 25, 60, 140, 260, 300, 240, 150, 80, 40, 25]) * 1e3
    sheets: Sheets = {
        "Buses": {"name": ["Main_Bus", "Valley"]},
        "CO2": {"TECHNOLOGY": ["hydro", "gas", "market"], "tonnes/MWh": [0, 0.2, 0.6]},
        "Generators": {
            "name": ["Gas 1"], "bus": ["Main_Bus"], "carrier": ["gas"], "p_nom": [500], "efficiency": [0.5],
            "marginal_cost": [6500],
        },
        "Links": {
            "name": ["Tie"], "bus0": ["Valley"], "bus1": ["Main_Bus"], "p_nom": [420], "efficiency": [0.96],
            "p_min_pu": [-1],
            "marginal_cost": [0],
        },
        "Storage": {
            "name": ["High lake", "Low lake"], "bus": ["Valley"] * 2, "carrier": ["hydro"] * 2, "p_nom": [400, 150],
            "energy": [500_000, None], "max_hours": [None, 200], "p_store": [0, 60], "efficiency_store": [None,
            0.85],
            "efficiency_dispatch": [0.9, 0.88],
        },
        "Inflow": {"Month": list(range(1, 13)), "High lake": months[1:], "Low lake": months[1:] / 4},
        "Markets": {
            "name": ["IEX"], "bus": ["Main_Bus"], "carrier": ["market"], "import": [300], "export": [250],
            "charge": [200],
        },
        "Prices": {"IEX": price},
        "New_Generators": {
            "TECHNOLOGY": ["Gas new"], "bus": ["Main_Bus"], "carrier": ["gas"], "efficiency": [0.58],
            "p_nom_max": [400],
        },
        "Fuel_cost": {"carrier": ["Gas new"], "2025": [9000], "2030": [3800]},
        "FOM": {"carrier": ["gas", "hydro"], "FOM": [1.5e6, 2e6]},
        "Capital_cost": {"TECHNOLOGY": ["Gas new"], "2030": [5e7]},
        "Lifetime": {"TECHNOLOGY": ["Gas new"], "lifetime": [30]},
        "Demand": {"2030": load},
    }  # fmt: skip
    plan = planned(tmp_path, sheets, discount_rate=8.0)

    twin = Twin("town", "valley")
    twin.load("town", load)
    twin.network.add("Link", "tie", bus0="valley", bus1="town", p_nom=420, efficiency=0.96, p_min_pu=-1)
    twin.plant("gas", "town", 500, marginal_cost=6500)
    twin.plant("buy", "town", 300, marginal_cost=by_block(price + 200))
    twin.plant("sell", "town", 250, p_min_pu=-1, p_max_pu=0, marginal_cost=by_block(price - 200))
    twin.plant(
        "new gas",
        "town",
        p_nom_extendable=True,
        p_nom_max=400,
        marginal_cost=3800,
        capital_cost=annuity(5e7, 30) + 1.5e6,
    )
    count = np.bincount(HOURS.month, minlength=13)
    water = months[HOURS.month] / count[HOURS.month]
    for name, size, hours, pump, store, turbine, part in (
        ("high", 400, 1250, 0.0, 1.0, 0.9, 1.0), ("low", 150, 200, 0.4, 0.85, 0.88, 0.25)
    ):  # fmt: skip
        twin.network.add(
            "StorageUnit", name, bus="valley", p_nom=size, max_hours=hours, p_min_pu=-pump, efficiency_store=store,
            efficiency_dispatch=turbine, inflow=by_block(part * water), cyclic_state_of_charge=True,
        )  # fmt: skip
    twin.compare(plan, {"new gas": "Gas new 2030"})
    spilled = plan.table("curtailment").set_index("carrier").loc["hydro"]
    assert spilled.available == pytest.approx(1.25 * months.sum() / 1e3)
    sold = plan.table("costs").set_index("carrier").operation["market export"]
    exported = twin.network.generators_t.p.sell
    assert sold == pytest.approx(float((exported * by_block(price - 200)).sum() * BLOCK), rel=1e-6)


def test_nuclear_pumped_storage_and_two_zones_are_the_network_made_by_hand(tmp_path: Path) -> None:
    north, south = load_of(900), load_of(500, evening=-0.1)
    sheets: Sheets = {
        "Buses": {"name": ["Main_Bus", "South"]},
        "CO2": {"TECHNOLOGY": ["nuclear", "pumped hydro", "coal"], "tonnes/MWh": [0, 0, 0.34]},
        "Generators": {
            "name": ["Reactor 1", "Reactor 2", "Coal 1"], "bus": ["South", "South", "Main_Bus"],
            "carrier": ["nuclear", "nuclear", "coal"], "p_nom": [500, 500, 600], "efficiency": [0.33, 0.33, 0.38],
            "p_min_pu": [0.7, 0.7, 0], "marginal_cost": [900, 900, 3500],
        },
        "Links": {
            "name": ["Corridor"], "bus0": ["South"], "bus1": ["Main_Bus"], "p_nom": [450], "efficiency": [0.97],
            "p_min_pu": [-1], "marginal_cost": [0], "p_nom_extendable": ["Yes"], "capital_cost": [3e6],
        },
        "Storage": {
            "name": ["Pumps"], "bus": ["Main_Bus"], "carrier": ["pumped hydro"], "p_nom": [200], "max_hours": [8],
            "p_store": [220], "efficiency_store": [0.88], "efficiency_dispatch": [0.9],
        },
        "Outages": {
            "name": ["Reactor 1", "Reactor 2", "Pumps"], "from": ["06-01", "2029-11-10", "12-28"],
            "to": ["07-15", "2029-12-31", "01-03"], "part": [None, None, 0.5],
        },
        "FOM": {"carrier": ["nuclear", "coal", "pumped hydro"], "FOM": [4e6, 2e6, 1e6]},
        "Demand": {"Main_Bus 2030": north, "South 2030": south},
    }  # fmt: skip
    plan = planned(tmp_path, sheets, discount_rate=8.0)

    twin = Twin("north", "south")
    twin.load("north", north)
    twin.load("south", south)
    month, day = HOURS.month.to_numpy(), HOURS.day.to_numpy()
    first = np.where((month == 6) | ((month == 7) & (day <= 15)), 0.0, 1.0)
    second = np.where(((month == 11) & (day >= 10)) | (month == 12), 0.0, 1.0)
    pumps = np.where(((month == 12) & (day >= 28)) | ((month == 1) & (day <= 3)), 0.5, 1.0)
    for name, there in (("r1", by_block(first)), ("r2", by_block(second))):
        twin.plant(name, "south", 500, marginal_cost=900, p_max_pu=there, p_min_pu=np.minimum(0.7, there))
    twin.plant("coal", "north", 600, marginal_cost=3500)
    twin.network.add("Link", "corridor", bus0="south", bus1="north", p_nom=450, efficiency=0.97, p_min_pu=-1)
    twin.network.add(
        "Link",
        "more",
        bus0="south",
        bus1="north",
        p_nom_extendable=True,
        capital_cost=3e6,
        efficiency=0.97,
        p_min_pu=-1,
    )
    twin.network.add(
        "StorageUnit", "pumps", bus="north", p_nom=200, max_hours=8, p_min_pu=-1.1 * by_block(pumps),
        p_max_pu=by_block(pumps), efficiency_store=0.88, efficiency_dispatch=0.9, cyclic_state_of_charge=True,
    )  # fmt: skip
    twin.compare(plan, {})
    loads = plan.table("buses").set_index("bus").load
    assert loads["South"] == pytest.approx(south.sum() / 1e3)
    assert loads["Main_Bus"] == pytest.approx(north.sum() / 1e3)
