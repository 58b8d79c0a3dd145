"""Small networks, each with another kind of component, cost or time; all made with PyPSA's own means."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.capacity.model.pypsa_import import pypsa

if TYPE_CHECKING:
    from pypsa import Network

KINDS: dict[str, Callable[[], Network]] = {}
"""Networks by the name of what is special about them."""


def kind(make: Callable[[], Network]) -> Callable[[], Network]:
    """Add a network to the list of all kinds."""
    KINDS[make.__name__] = make
    return make


def base(hours: int = 24, *, weight: float = 1.0) -> Network:
    """A bus with a load, cheap gas and dear oil."""
    network = pypsa().Network()
    network.set_snapshots(pd.date_range("2030-01-01", periods=hours, freq="h"))
    network.snapshot_weightings.loc[:, :] = weight
    network.add("Carrier", ["gas", "oil", "wind", "AC"], co2_emissions=[0.2, 0.3, 0.0, 0.0])
    network.add("Bus", "A", carrier="AC")
    load = 100 + 40 * np.sin(np.arange(hours) / 24 * 2 * np.pi)
    network.add("Load", "load", bus="A", p_set=load)
    network.add("Generator", "gas", bus="A", carrier="gas", p_nom=90, marginal_cost=50, efficiency=0.5)
    network.add("Generator", "oil", bus="A", carrier="oil", p_nom=90, marginal_cost=120, efficiency=0.4)
    return network


def with_wind(network: Network, bus: str = "A", **options: object) -> Network:
    hours = np.arange(len(network.snapshots))
    given: dict[str, object] = {
        "bus": bus,
        "carrier": "wind",
        "p_nom_extendable": True,
        "capital_cost": 500.0,
        "p_max_pu": 0.5 + 0.5 * np.cos(hours / 12 * np.pi),
    }
    network.add("Generator", "wind", **(given | options))
    return network


@kind
def generators() -> Network:
    return with_wind(base(), p_nom=10, p_nom_min=5)


@kind
def weighted_snapshots() -> Network:
    network = with_wind(base())
    network.snapshot_weightings.loc[:, "objective"] = 7.0
    network.snapshot_weightings.loc[:, "generators"] = 7.0
    network.snapshot_weightings.loc[:, "stores"] = 7.0
    return network


@kind
def different_weights_of_costs_and_energy() -> Network:
    network = with_wind(base())
    network.snapshot_weightings.loc[:, "objective"] = 5.0
    network.snapshot_weightings.loc[:, "generators"] = 2.0
    network.add("StorageUnit", "battery", bus="A", carrier="battery", p_nom=20, max_hours=4, marginal_cost=1)
    return network


@kind
def storage_unit() -> Network:
    network = with_wind(base())
    network.add(
        "StorageUnit",
        "hydro",
        bus="A",
        carrier="hydro",
        p_nom=20,
        max_hours=6,
        inflow=50,
        spill_cost=3.0,
        marginal_cost=2.0,
        marginal_cost_storage=0.1,
        state_of_charge_initial=60,
        efficiency_store=0.9,
        efficiency_dispatch=0.9,
        standing_loss=0.01,
    )
    network.add(
        "StorageUnit",
        "battery",
        bus="A",
        carrier="battery",
        p_nom_extendable=True,
        p_nom=5,
        capital_cost=100,
        max_hours=4,
        cyclic_state_of_charge=True,
    )
    return network


@kind
def store_and_links() -> Network:
    network = with_wind(base())
    network.add("Bus", "store", carrier="hydrogen")
    network.add(
        "Store",
        "tank",
        bus="store",
        carrier="hydrogen",
        e_nom_extendable=True,
        capital_cost=5,
        marginal_cost=0.2,
        marginal_cost_storage=0.01,
        e_cyclic=True,
    )
    network.add(
        "Link",
        "charge",
        bus0="A",
        bus1="store",
        carrier="electrolysis",
        p_nom_extendable=True,
        capital_cost=20,
        efficiency=0.7,
        marginal_cost=1,
    )
    network.add("Link", "discharge", bus0="store", bus1="A", carrier="turbine", p_nom=30, efficiency=0.5)
    return network


@kind
def store_with_energy_to_begin_with() -> Network:
    network = base()
    network.add("Store", "heap", bus="A", carrier="heap", e_nom=400, e_initial=300, marginal_cost=10)
    return network


@kind
def link_with_three_ports() -> Network:
    network = base()
    network.add("Carrier", "heat")
    network.add("Bus", "heat", carrier="heat")
    network.add("Bus", "fuel", carrier="gas")
    network.add("Load", "heat", bus="heat", carrier="heat", p_set=30)
    network.add("Generator", "well", bus="fuel", carrier="gas", p_nom=400, marginal_cost=20)
    network.add(
        "Link",
        "chp",
        bus0="fuel",
        bus1="A",
        bus2="heat",
        carrier="CHP",
        p_nom_extendable=True,
        p_nom=50,
        efficiency=0.35,
        efficiency2=0.5,
        capital_cost=30,
        marginal_cost=2,
    )
    network.add("Generator", "boiler", bus="heat", carrier="gas", p_nom=30, marginal_cost=60)
    return network


@kind
def lines() -> Network:
    network = with_wind(base())
    network.add("Bus", ["B", "C"], carrier="AC")
    network.add("Load", "load B", bus="B", p_set=30)
    network.add("Generator", "gas C", bus="C", carrier="gas", p_nom=200, marginal_cost=40)
    for name, one, other in (("AB", "A", "B"), ("BC", "B", "C"), ("CA", "C", "A")):
        network.add(
            "Line",
            name,
            bus0=one,
            bus1=other,
            x=0.1,
            r=0.01,
            s_nom=40,
            s_nom_extendable=True,
            capital_cost=10,
        )
    return network


@kind
def transformers() -> Network:
    network = base()
    network.buses.loc["A", "v_nom"] = 380.0
    network.add("Bus", "low", v_nom=110.0, carrier="AC")
    network.add("Load", "load low", bus="low", p_set=20)
    network.add(
        "Transformer", "T", bus0="A", bus1="low", x=0.1, s_nom=50, s_nom_extendable=True, capital_cost=3
    )
    return network


@kind
def committable() -> Network:
    network = base()
    network.generators.loc[
        "gas", ["committable", "p_min_pu", "start_up_cost", "shut_down_cost", "stand_by_cost"]
    ] = [
        True,
        0.9,
        500.0,
        200.0,
        5.0,
    ]
    network.generators.loc["oil", ["committable", "p_min_pu", "start_up_cost"]] = [True, 0.2, 300.0]
    network.add("Generator", "sun", bus="A", carrier="wind", p_nom=150, p_max_pu=np.arange(24) % 12 / 12)
    return network


@kind
def quadratic() -> Network:
    network = base()
    network.generators["marginal_cost_quadratic"] = [0.5, 0.1]
    return network


@kind
def negative_load() -> Network:
    network = base()
    network.add("Load", "feed-in", bus="A", p_set=-25)
    network.add("Load", "reversed", bus="A", p_set=-10, sign=1)
    return network


@kind
def global_constraints() -> Network:
    network = with_wind(base())
    network.add(
        "GlobalConstraint",
        "cap",
        type="primary_energy",
        carrier_attribute="co2_emissions",
        sense="<=",
        constant=500,
    )
    network.add(
        "GlobalConstraint",
        "wind",
        type="tech_capacity_expansion_limit",
        carrier_attribute="wind",
        sense="<=",
        constant=400,
    )
    return network


@kind
def cap_on_stored_fuel() -> Network:
    network = with_wind(base())
    network.add("Carrier", "reservoir", co2_emissions=0.1)
    network.add(
        "StorageUnit",
        "reservoir",
        bus="A",
        carrier="reservoir",
        p_nom=30,
        max_hours=20,
        state_of_charge_initial=500,
    )
    network.add(
        "GlobalConstraint",
        "cap",
        type="primary_energy",
        carrier_attribute="co2_emissions",
        sense="<=",
        constant=500,
    )
    return network


@kind
def inactive() -> Network:
    network = with_wind(base())
    network.add(
        "Generator",
        "closed",
        bus="A",
        carrier="gas",
        p_nom=500,
        marginal_cost=1,
        active=False,
        capital_cost=9,
    )
    network.add(
        "StorageUnit", "closed battery", bus="A", carrier="battery", p_nom=50, active=False, capital_cost=9
    )
    return network


@kind
def inactive_load() -> Network:
    network = base()
    network.add("Load", "gone", bus="A", p_set=500, active=False)
    return network


@kind
def negative_generator() -> Network:
    network = base()
    network.add("Generator", "exports", bus="A", carrier="export", p_nom=10, sign=-1, marginal_cost=-80)
    return network


@kind
def fixed_costs() -> Network:
    network = with_wind(base(), p_nom=10, fom_cost=20.0)
    network.generators.loc["gas", ["capital_cost", "fom_cost"]] = [200.0, 30.0]
    return network


@kind
def overnight_costs() -> Network:
    network = with_wind(
        base(), capital_cost=0.0, overnight_cost=8000.0, discount_rate=0.07, lifetime=25, p_nom=10
    )
    network.generators.loc["gas", ["overnight_cost", "discount_rate", "lifetime"]] = [5000.0, 0.05, 30.0]
    return network


@kind
def shrinking() -> Network:
    return with_wind(base(), p_nom=1000)


@kind
def modular() -> Network:
    return with_wind(base(), p_nom=0, p_nom_mod=30)


@kind
def investment_periods() -> Network:
    network = pypsa().Network()
    hours = pd.date_range("2030-01-01", periods=12, freq="h")
    years = [2030, 2040]
    network.set_snapshots(pd.MultiIndex.from_product([years, hours], names=["period", "timestep"]))
    network.investment_periods = years
    network.investment_period_weightings["years"] = [10, 10]
    network.investment_period_weightings["objective"] = [8.2, 5.1]
    network.snapshot_weightings.loc[:, :] = 100.0
    network.add("Carrier", ["gas", "wind", "AC"], co2_emissions=[0.2, 0.0, 0.0])
    network.add("Bus", "A", carrier="AC")
    network.add("Load", "load", bus="A", p_set=np.r_[np.full(12, 100.0), np.full(12, 160.0)])
    network.add(
        "Generator",
        "old gas",
        bus="A",
        carrier="gas",
        p_nom=120,
        marginal_cost=70,
        build_year=2010,
        lifetime=28,
    )
    for year in years:
        network.add(
            "Generator",
            f"gas {year}",
            bus="A",
            carrier="gas",
            p_nom_extendable=True,
            capital_cost=9000,
            fom_cost=500,
            marginal_cost=50,
            build_year=year,
            lifetime=30,
        )
        network.add(
            "Generator",
            f"wind {year}",
            bus="A",
            carrier="wind",
            p_nom_extendable=True,
            capital_cost=9000,
            build_year=year,
            lifetime=10,
            p_max_pu=np.tile(0.4 + 0.3 * np.cos(np.arange(12)), 2),
        )
    network.add(
        "GlobalConstraint",
        "cap",
        type="primary_energy",
        carrier_attribute="co2_emissions",
        sense="<=",
        constant=1.5e6,
    )
    return network


@kind
def standing_in_each_period() -> Network:
    network = investment_periods()
    network.generators.loc["old gas", ["capital_cost", "fom_cost"]] = [100.0, 10.0]
    network.generators.loc["gas 2030", "p_nom"] = 40.0
    return network


@kind
def futures() -> Network:
    network = with_wind(base(), p_nom=10)
    network.set_scenarios({"cheap": 0.3, "dear": 0.7})
    network.generators.loc[("dear", "gas"), "marginal_cost"] = 90.0
    return network


@kind
def blank_carriers() -> Network:
    network = base()
    network.generators["carrier"] = ""
    network.add("StorageUnit", "battery", bus="A", p_nom=10, max_hours=2, cyclic_state_of_charge=True)
    network.add("Link", "loop", bus0="A", bus1="A", p_nom=1)
    return network


@kind
def no_load() -> Network:
    network = base()
    network.remove("Load", "load")
    network.add(
        "Generator", "sink", bus="A", carrier="sink", p_nom=10, p_min_pu=-1, p_max_pu=0, marginal_cost=90
    )
    return network


@kind
def numbered_snapshots() -> Network:
    network = pypsa().Network()
    network.set_snapshots(range(6))
    network.add("Bus", "A")
    network.add("Load", "load", bus="A", p_set=[1, 2, 3, 2, 1, 1])
    network.add("Generator", "gas", bus="A", p_nom=10, marginal_cost=5)
    return network


@kind
def varying_costs() -> Network:
    network = base()
    network.generators_t.marginal_cost["gas"] = np.linspace(20, 90, 24)
    network.generators_t.efficiency["gas"] = np.linspace(0.4, 0.5, 24)
    return network


@kind
def shunt_impedance() -> Network:
    network = base()
    network.add("ShuntImpedance", "coil", bus="A", g=0.0, b=0.01)
    return network


@kind
def process() -> Network:
    network = base()
    if True:
        network.add("Bus", "fuel", carrier="gas")
        network.add("Generator", "well", bus="fuel", carrier="gas", p_nom=400, marginal_cost=20)
        network.add(
            "Process",
            "turbine",
            bus0="fuel",
            bus1="A",
            rate0=-2.0,
            rate1=1.0,
            carrier="turbine",
            p_nom=60,
            p_nom_extendable=True,
            capital_cost=10,
            marginal_cost=1,
        )
    return network
