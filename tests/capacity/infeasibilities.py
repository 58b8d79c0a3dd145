"""Twenty ways to make the small network infeasible, each with what has to be named first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Seed = tuple[str, Callable[[Any], None], tuple[str, ...]]


def _set(component: str, name: str, **values: Any) -> Callable[[Any], None]:
    def change(network: Any) -> None:
        for attribute, value in values.items():
            network.components[component].static.loc[name, attribute] = value

    return change


def _load_at(hour: int, value: float) -> Callable[[Any], None]:
    def change(network: Any) -> None:
        load = network.components.loads.dynamic["p_set"]
        load.loc[network.snapshots[hour], "load"] = value

    return change


def _limit(name: str, kind: str, carrier: str, sense: str, constant: float) -> Callable[[Any], None]:
    def change(network: Any) -> None:
        network.add(
            "GlobalConstraint", name, type=kind, carrier_attribute=carrier, sense=sense, constant=constant
        )

    return change


def _island(network: Any) -> None:
    network.add("Bus", "island")
    network.add("Load", "village", bus="island", p_set=5.0)


def _profile(network: Any) -> None:
    limits = network.components.generators.dynamic["p_max_pu"]
    limits["coal"] = 1.0
    limits.loc[network.snapshots[3], "coal"] = 0.0
    network.components.generators.dynamic["p_min_pu"]["coal"] = 0.2


def _commit(network: Any) -> None:
    table = network.components.generators.static
    table.loc["coal", "committable"] = True
    for key, value in {"p_min_pu": 0.9, "min_up_time": 20, "p_nom": 400.0, "up_time_before": 1}.items():
        table.loc["coal", key] = value
    network.components.links.static.loc["tie", "p_nom"] = 50.0


SEEDS: list[Seed] = [
    ("a peak beyond all capacity", _load_at(20, 900.0), ("south", "2030-01-01 20:00")),
    ("a given output above the capacity", _set("generators", "gas", p_set=150.0), ("'gas'", "p_set")),
    (
        "a given output of coal beyond the tie",
        _set("generators", "coal", p_set=120.0, p_nom=200.0),
        ("'coal'",),
    ),
    (
        "a least energy beyond the capacity",
        _set("generators", "gas", e_sum_min=5000.0),
        ("'gas'", "e_sum_min"),
    ),
    (
        "a most energy too small",
        lambda n: (
            _set("generators", "gas", e_sum_max=10.0)(n),
            _set("generators", "coal", e_sum_max=10.0)(n),
            _set("generators", "solar", p_nom_max=50.0)(n),
        ),
        ("e_sum_max",),
    ),
    (
        "least capacity above most capacity",
        _set("generators", "solar", p_nom_min=400.0, p_nom_max=300.0),
        ("'solar'", "p_nom_m"),
    ),
    ("a CO2 limit too small", _limit("co2", "primary_energy", "co2_emissions", "<=", 10.0), ("'co2'",)),
    ("a CO2 limit below zero", _limit("co2", "primary_energy", "co2_emissions", "<=", -1.0), ("'co2'",)),
    (
        "an energy limit too small",
        lambda n: (
            _limit("gas energy", "operational_limit", "gas", "<=", 5.0)(n),
            _set("generators", "coal", p_nom=10.0)(n),
        ),
        ("'gas energy'",),
    ),
    (
        "an energy that cannot be reached",
        _limit("coal energy", "operational_limit", "coal", ">=", 9000.0),
        ("'coal energy'",),
    ),
    (
        "an expansion that cannot be reached",
        _limit("solar build", "tech_capacity_expansion_limit", "solar", ">=", 900.0),
        ("'solar build'",),
    ),
    ("a bus without supply", _island, ("'island'",)),
    (
        "a tie that is closed and no gas",
        lambda n: (_set("links", "tie", p_nom=0.0)(n), _set("generators", "gas", p_nom=5.0)(n)),
        ("south",),
    ),
    (
        "a least output that has nowhere to go",
        _set("generators", "coal", p_min_pu=0.9, p_nom=400.0),
        ("'coal'", "p_min_pu"),
    ),
    ("a least output above the availability of an hour", _profile, ("'coal'", "p_m")),
    (
        "a tie with a least flow above its capacity",
        _set("links", "tie", p_min_pu=0.95, p_max_pu=0.5),
        ("'tie'",),
    ),
    (
        "a tie that has to carry more than coal gives",
        _set("links", "tie", p_min_pu=1.0, p_nom=200.0),
        ("'tie'",),
    ),
    (
        "a given state of charge beyond the storage",
        lambda n: n.components.storage_units.dynamic["state_of_charge_set"].__setitem__("battery", 500.0),
        ("'battery'", "state_of_charge"),
    ),
    ("a given size of solar that is too large", _set("generators", "solar", p_nom_set=500.0), ("'solar'",)),
    ("a unit that cannot run so low", _commit, ("'coal'",)),
]
