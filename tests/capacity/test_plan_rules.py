"""What is built, kept and counted in a plan; small systems, solved in this process."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.capacity.config import CapacityConfig, Commitment, Snapshots
from workbench.capacity.extraction.extract import Tables, extract
from workbench.capacity.inputs.reading import read_system
from workbench.capacity.inputs.template import example_rows, write_template
from workbench.capacity.model.fiscal_hours import hours_of
from workbench.capacity.model.pypsa_import import pypsa
from workbench.capacity.model.system import Candidate, Carrier, Line, Plant, System
from workbench.capacity.network.assets import Asset, annuity, retirements_of
from workbench.capacity.network.build import Plan, build_plan
from workbench.capacity.network.constraints import add_constraints
from workbench.capacity.network.firm import delivered, links_between
from workbench.capacity.network.futures import add_futures
from workbench.capacity.network.reliability import loss_of_load
from workbench.capacity.network.timeline import make_year
from workbench.capacity.solving.planning import _frozen
from workbench.errors import InvalidData, ModelInfeasible

DAYS = CapacityConfig(years=(2030,), typical_days=2, hours=2, reserve_margin=0.0, check_all_hours=False)
COAL = Plant("Coal 1", "coal", 300.0, marginal_cost=3000.0, efficiency=0.4)
GAS = Candidate("Gas new", "gas", marginal_cost=6000.0, capital_cost=5e7, efficiency=0.5, lifetime=30)


def system(
    plants: Sequence[Plant] = (COAL,),
    candidates: Sequence[Candidate] = (GAS,),
    lines: Sequence[Line] = (),
    **more: Any,
) -> System:
    carriers = {name: Carrier(name, co2) for name, co2 in (("coal", 0.34), ("gas", 0.2), ("battery", 0.0))}
    return System(
        Path("plan.xlsx"),
        "",
        ("Main_Bus", "Far"),
        tuple(plants),
        tuple(candidates),
        carriers,
        tuple(lines),
        **more,
    )


def load(peak: float = 400.0) -> Any:
    hour = hours_of(2030).hour.to_numpy()
    day = hours_of(2030).day_of_year.to_numpy()
    return peak * (0.7 + 0.2 * np.sin((hour - 9) / 24 * 2 * np.pi) + 0.1 * np.cos(day / 365 * 2 * np.pi))


def solved(made: System, config: CapacityConfig = DAYS, peak: float = 400.0, **options: Any) -> Plan:
    """Build and solve; PyPSA solves in this process."""
    years = [make_year(made, load(peak) * 1.05 ** (n - 2030), config, n) for n in config.years]
    plan = build_plan(made, config, years, **options)
    plan.network.optimize(
        multi_investment_periods=plan.is_multi_period,
        include_objective_constant=False,
        linearized_unit_commitment=config.commitment is Commitment.LINEARISED,
        extra_functionality=lambda n, snapshots: add_constraints(plan, n, snapshots),
        log_to_console=False,
    )
    return plan


def tables(plan: Plan) -> Tables:
    return extract(plan.network, plan.years[0].year, plan)


def expandable(**more: Any) -> Candidate:
    """What a planning workbook makes of an existing plant that can be expanded."""
    given = {"marginal_cost": 3000.0, "capital_cost": 6e7, "efficiency": 0.4, "lifetime": 40.0, **more}
    return Candidate("Coal 1 expansion", "coal", expands="Coal 1", **given)


def test_what_is_added_to_a_plant_pays_capital_and_what_exists_does_not() -> None:
    found = tables(solved(system(candidates=(expandable(),))))
    assets, costs = found["assets"].set_index("name"), found["costs"].set_index("carrier")
    new = assets.new["Coal 1 expansion 2030"]
    assert new > 50
    assert (assets.existing["Coal 1"], assets.new["Coal 1"]) == (300.0, 0.0)
    assert costs.capital["coal"] == pytest.approx(new * 6e7 * annuity(0.09, 40), rel=1e-9)


def test_what_one_year_adds_to_a_plant_and_a_link_stands_in_the_next() -> None:
    far = Plant("Far 1", "gas", 400.0, "Far", marginal_cost=1000.0, efficiency=0.5)
    tie = Line("Tie", "Far", "Main_Bus", 50.0, 0.97, capital_cost=1e5, extendable=True)
    made = system((COAL, far), (expandable(),), (tie,))
    first = solved(made)
    kept = _frozen(first, ())
    assert [asset.name for asset in kept] == ["Tie expansion 2030"]
    later = solved(made, dataclasses.replace(DAYS, years=(2035,)), built=kept, previous_year=2030)
    assets = tables(later)["assets"].set_index("name")
    assert assets.existing["Tie expansion 2030"] == pytest.approx(kept[0].p_nom)
    assert assets.capacity["Tie"] == 50.0
    # The part that existed before is paid.
    costs = tables(first)["costs"].set_index("carrier")
    assert costs.capital["transmission"] == pytest.approx(kept[0].p_nom * 1e5, rel=1e-9)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"p_nom_extendable": "Yes", "carrier": "solar", "marginal_cost": 0}, ""),
        ({"p_nom_extendable": "Yes"}, "Coal 1 can be expanded, but nothing says what that costs"),
        (
            {"p_nom_extendable": "Yes", "capital_cost": 6e7, "p_nom_max": 100},
            "the p_nom_max of Coal 1 is 100 MW",
        ),
        ({"name": "Solar new 2030"}, "cell A2: the plant 'Solar new 2030' has the name of what is built"),
        ({"name": "Unserved load"}, "the plant 'Unserved load' has the name of load that is not served"),
        ({"name": "Tie"}, "the link 'Tie' has the name of the plant 'Tie'"),
    ],
)
def test_an_expansion_without_a_cost_and_names_that_clash_are_refused_by_their_cells(
    tmp_path: Path, change: dict[str, Any], sentence: str
) -> None:
    rows = [dict(row) for row in example_rows()["Generators"]]
    rows[0] |= change
    write_template(tmp_path / "plan.xlsx", {"Generators": rows})
    if sentence:
        with pytest.raises(InvalidData, match=sentence):
            read_system(tmp_path / "plan.xlsx", DAYS)
        return
    read = read_system(tmp_path / "plan.xlsx", DAYS)
    (more,) = [item for item in read.candidates if item.expands]
    assert (more.name, more.capital_cost) == ("Coal 1 expansion", {2030: 4e7, 2035: 4e7})
    assert any("that of 'Solar new' is assumed" in note.message for note in read.notes)


def test_ramps_and_least_outputs_hold_without_switching_and_no_row_ties_two_days() -> None:
    slow = dataclasses.replace(
        COAL,
        p_min_pu=0.5,
        p_nom=350.0,
        committable=True,
        options={"ramp_limit_up": 0.02, "ramp_limit_down": 0.02},
    )
    battery = Candidate("Battery", "battery", capital_cost=1e7, max_hours=4, lifetime=15, kind=_storage())
    plan = solved(system((slow,), (GAS, battery)))
    power = plan.network.generators_t.p["Coal 1"].to_numpy().reshape(2, 12)
    assert power.min() >= 175 - 1e-6
    # 2 % an hour, in snapshots of two hours; the second day follows itself.
    assert np.abs(np.diff(power, axis=1)).max() <= 0.04 * 350 + 1e-6
    assert abs(power[1, 0] - power[1, -1]) <= 0.04 * 350 + 1e-6
    assert _rows_across(plan.network.model, 12) == []


def test_what_storage_has_left_at_the_end_of_a_typical_day_goes_to_the_next_day_of_the_year() -> None:
    # 183 days of wind, then 182 without: 300 GWh go through the lake, the rest of the second half is coal.
    wind = (np.arange(8760) < 183 * 24).astype(float)
    lake = Plant("Lake", "hydro", 100.0, kind=_storage(), max_hours=3000.0)
    made = system(
        (COAL, Plant("Wind", "wind", 300.0), lake), (), p_max_pu={"wind": wind},
    )  # fmt: skip
    year = make_year(made, np.full(8760, 100.0), DAYS, 2030)
    plan = build_plan(made, DAYS, [year])
    plan.network.optimize(
        include_objective_constant=False,
        extra_functionality=lambda n, snapshots: add_constraints(plan, n, snapshots),
        log_to_console=False,
    )
    burnt = plan.network.generators_t.p["Coal 1"] @ plan.network.snapshot_weightings.generators
    assert burnt == pytest.approx(182 * 24 * 100.0 - 300_000.0, rel=1e-6)
    assert _rows_across(plan.network.model, 12) == []


def _storage() -> Any:
    from workbench.capacity.model.system import Kind

    return Kind.STORAGE_UNIT


def _rows_across(model: Any, length: int) -> list[str]:
    """Names of constraints of which a row has variables of two days."""
    day = {}
    for name in model.variables:
        labels = model.variables[name].labels
        if "snapshot" in labels.dims:
            values = np.moveaxis(labels.values, labels.dims.index("snapshot"), 0)
            for position, row in enumerate(values.reshape(len(values), -1)):
                day |= {int(label): position // length for label in row if label >= 0}
    across = []
    for name in model.constraints:
        labels = model.constraints[name].vars
        if "snapshot" in labels.dims:
            values = np.moveaxis(labels.values, labels.dims.index("snapshot"), 0)
            rows = values.reshape(-1, labels.shape[-1])
            days = [{day[int(label)] for label in row if int(label) in day} for row in rows]
            across += [name] * any(len(found) > 1 for found in days)
    return across


def test_switched_units_are_closed_in_each_day() -> None:
    unit = dataclasses.replace(
        COAL, p_min_pu=0.5, committable=True, options={"min_up_time": 6.0, "start_up_cost": 1e5}
    )
    plan = solved(system((unit,)), dataclasses.replace(DAYS, commitment=Commitment.LINEARISED))
    assert plan.network.generators.min_up_time["Coal 1"] == 3  # snapshots of two hours
    assert _rows_across(plan.network.model, 12) == []
    found = tables(plan)["costs"].set_index("carrier")
    whole = found[["capital", "sunk", "fixed", "operation", "start_up"]].sum(axis=1)
    pd.testing.assert_series_equal(found.total, whole, check_names=False)


def test_a_plant_counts_no_more_than_the_link_that_carries_it() -> None:
    far = Plant("Far 1", "coal", 300.0, "Far", marginal_cost=2000.0, efficiency=0.4)
    tie = Line("Tie", "Far", "Main_Bus", 10.0, 0.97)
    plan = solved(system((COAL, far), (GAS,), (tie,)), dataclasses.replace(DAYS, reserve_margin=20.0))
    row = tables(plan)["adequacy"].iloc[0]
    gas = tables(plan)["assets"].set_index("name").capacity["Gas new 2030"]
    # Outages of 8 % of coal and 5 % of gas.
    assert row.firm_capacity == pytest.approx(0.92 * 300 + 0.97 * 10 + 0.95 * gas)
    assert row.firm_capacity >= 1.2 * row.peak - 1e-6
    assert row.lole > 0


def test_firm_capacity_goes_through_several_links_to_the_load() -> None:
    links = pd.DataFrame(
        [("far", "mid", 0.9, 0.0, 100.0), ("mid", "main", 0.5, -20.0, 60.0)],
        columns=["bus0", "bus1", "efficiency", "low", "high"],
    )
    found = delivered({"far": 200.0, "mid": 10.0, "main": 5.0, "alone": 40.0}, links, {"main": 1.0})
    assert found.total == pytest.approx(5 + 0.5 * 60)
    assert found.parts["alone"] == 0.0


def test_the_firm_capacity_of_zones_is_the_load_that_plants_and_links_serve_in_its_shape() -> None:
    links = pd.DataFrame([("a", "b", 0.5, 0.0, 20.0)], columns=["bus0", "bus1", "efficiency", "low", "high"])
    found = delivered({"a": 100.0, "b": 20.0}, links, {"a": 0.5, "b": 0.5})
    # b has 20 MW and what the link brings, 10 MW; as much again at a.
    assert found.total == pytest.approx(60)
    assert found.parts["b"] == pytest.approx(60 / (50 + 20))


def test_a_link_that_has_to_carry_something_is_no_firm_capacity_and_no_contradiction() -> None:
    line = Line("Tie", "Far", "Main_Bus", 100.0, 0.95, p_min_pu=0.2)
    links = links_between([Asset("Tie", line, 0, np.inf, 100.0)], {"Tie": 100.0}, 2030)
    # 20 MW that have to flow are more than the 10 MW that stand at its beginning.
    found = delivered({"Main_Bus": 5.0, "Far": 10.0}, links, {"Main_Bus": 1.0})
    assert found.total == pytest.approx(5 + 0.95 * 10)


def test_the_margin_is_fifteen_percent_unless_it_is_set() -> None:
    config = dataclasses.replace(DAYS, reserve_margin=None)
    row = tables(solved(system(), config))["adequacy"].iloc[0]
    assert row.margin >= 15 - 1e-6
    assert row.shortfall == 0


def test_a_margin_that_nothing_can_meet_is_refused_where_asked_for_and_stated_where_assumed() -> None:
    alone = system(candidates=())
    with pytest.raises(
        ModelInfeasible, match=r"of 80 % .* lacks [\d.,]+ MW of firm capacity .* nothing can be built"
    ):
        solved(alone, dataclasses.replace(DAYS, reserve_margin=80.0))
    row = tables(solved(alone, dataclasses.replace(DAYS, reserve_margin=None)))["adequacy"].iloc[0]
    assert row.shortfall == pytest.approx(1.15 * row.peak - 0.92 * 300)


def test_loss_of_load_is_that_of_the_table_of_outages() -> None:
    # Two units of 100 MW, out for 10 % of the time, load 150 MW: 19 % of the hours, 0.18 x 50 + 0.01 x 150 MW.
    found = loss_of_load([(100.0, 0.1), (100.0, 0.1)], np.full(10, 150.0))
    assert (found.hours, found.energy) == (pytest.approx(1.9), pytest.approx(105.0))
    # A large plant is several units; nothing is lost without outages.
    assert loss_of_load([(1000.0, 0.1)], np.array([500.0])).hours == pytest.approx(0.01)
    assert loss_of_load([(1000.0, 0.0)], np.array([1000.0])).hours == 0.0


def test_futures_are_weighted_and_each_keeps_its_share() -> None:
    factors = {"low": {"demand": 0.9, "gas": 1.0}, "high": {"demand": 1.2, "gas": 2.0}}
    config = dataclasses.replace(DAYS, futures={"low": 0.5, "high": 0.5}, reserve_margin=10.0)
    made = system(futures=factors)
    years = [make_year(made, load(), config, 2030)]
    plan = build_plan(made, config, years)
    add_futures(plan)
    plan.network.optimize(
        include_objective_constant=False,
        extra_functionality=lambda n, s: add_constraints(plan, n, s),
        log_to_console=False,
    )
    found = tables(plan)
    assert found["adequacy"].peak.iloc[0] == pytest.approx(1.2 * years[0].peak)
    network, weights = plan.network, plan.network.snapshot_weightings.generators
    burnt = {future: weights @ network.generators_t.p[future]["Coal 1"] / 0.4 for future in factors}
    expected = 0.34 * sum(burnt.values()) / 2 / 1e6
    assert found["emissions"].set_index("carrier").co2["coal"] == pytest.approx(expected)
    assert found["emissions"].set_index("carrier").intensity["coal"] == pytest.approx(0.34 / 0.4)
    assert found["costs"].total.sum() == pytest.approx(plan.network.objective, rel=1e-6)
    costs = network.generators.marginal_cost
    assert costs["high", "Gas new 2030"] == 2 * costs["low", "Gas new 2030"]


def test_typical_days_keep_energy_peak_and_mean_availability_of_the_year() -> None:
    wind = 0.5 + 0.5 * np.sin(np.arange(8760) / 55.0)
    made = system((COAL, Plant("Wind 1", "wind", 50.0)), p_max_pu={"wind": wind, "coal": np.full(8760, 0.95)})
    for count, hours in ((1, 1), (3, 4), (12, 1)):
        config = dataclasses.replace(DAYS, typical_days=count, hours=hours)
        year = make_year(made, load(), config, 2030)
        weights = year.selection.weights
        assert year.selected_load @ weights == pytest.approx(load().sum(), rel=1e-12)
        assert year.selected_load.max() == pytest.approx(load().max(), rel=1e-12)
        found = year.availability(wind)
        assert found @ weights / weights.sum() == pytest.approx(wind.mean(), rel=1e-9)
        assert found.min() >= 0
        assert found.max() <= 1


def test_limits_of_a_plan_of_several_years_carry_their_own_year() -> None:
    config = dataclasses.replace(
        DAYS, years=(2030, 2035), horizon="perfect foresight", hours=6, capacity_factor_limits={"coal": 90.0}
    )
    limits = tables(solved(system(), config))["constraints"]
    named = limits[limits.name.str.startswith("monthly_limit")]
    assert {2030, 2035} == set(named.year)
    assert all(str(year) in name for year, name in zip(named.year, named.name, strict=True))


def test_plants_that_are_gone_are_listed_with_the_reason() -> None:
    old = Plant("Old", "coal", 50.0, build_year=2000, lifetime=25)
    later = Plant("Later", "gas", 60.0, build_year=2010, lifetime=30)
    config = dataclasses.replace(DAYS, retirements={"Coal 1": 2029})
    assert retirements_of(system((COAL, old, later)), config) == [
        (2025, "Old", "coal", 50.0, "past its life: built 2000, for 25 years"),
        (2029, "Coal 1", "coal", 300.0, "setting retirements"),
    ]


Twin = Callable[[Any], None]


@pytest.mark.slow
def test_nuclear_with_pumped_storage_and_two_zones_equals_its_twin_by_plain_pypsa() -> None:
    config = CapacityConfig(
        years=(2030,), snapshots=Snapshots.AVERAGES, hours=8, reserve_margin=0.0, unserved_cost=9e4,
        co2_limit={2030: 0.2}, storage_cycles={"pumped": 0.8},
    )  # fmt: skip
    made = System(
        Path("zones.xlsx"), "", ("North", "Main_Bus"),
        (
            Plant("Atom", "nuclear", 250.0, "North", marginal_cost=20.0, efficiency=0.33, p_min_pu=0.3),
            Plant("Pumped", "pumped", 60.0, kind=_storage(), max_hours=20, efficiency=0.9, efficiency_store=0.85),
        ),
        (Candidate("Gas", "gas", capital_cost=8e5, marginal_cost=70.0, efficiency=0.55, lifetime=25),),
        {name: Carrier(name, co2) for name, co2 in (("nuclear", 0.0), ("gas", 0.2), ("pumped", 0.0))},
        (Line("Tie", "North", "Main_Bus", 180.0, 0.96, capital_cost=2e4, extendable=True),), wacc=0.08,
    )  # fmt: skip
    demand = load(300.0)
    year = make_year(made, demand, config, 2030)
    plan = build_plan(made, config, [year])
    plan.network.optimize(
        include_objective_constant=False,
        extra_functionality=lambda n, s: add_constraints(plan, n, s),
        log_to_console=False,
    )

    n = pypsa().Network()
    n.set_snapshots(hours_of(2030)[::8])
    n.snapshot_weightings.loc[:, :] = 8.0
    n.add("Carrier", "gas", co2_emissions=0.2)
    n.add("Bus", ["north", "south"])
    n.add("Load", "load", bus="south", p_set=demand.reshape(-1, 8).mean(axis=1))
    n.add("Generator", "atom", bus="north", p_nom=250, p_min_pu=0.3, marginal_cost=20)
    n.add(
        "Generator", "gas", bus="south", carrier="gas", p_nom_extendable=True, marginal_cost=70, efficiency=0.55,
        capital_cost=8e5 * 0.08 / (1 - 1.08**-25),
    )  # fmt: skip
    n.add("Generator", "unserved", bus="south", p_nom=1e3, marginal_cost=9e4)
    n.add(
        "StorageUnit", "pumped", bus="south", p_nom=60, max_hours=20, cyclic_state_of_charge=True,
        efficiency_dispatch=0.9, efficiency_store=0.85,
    )  # fmt: skip
    n.add("Link", "tie", bus0="north", bus1="south", p_nom=180, efficiency=0.96)
    n.add(
        "Link", "more", bus0="north", bus1="south", p_nom_extendable=True, efficiency=0.96, capital_cost=2e4
    )
    n.add("GlobalConstraint", "co2", carrier_attribute="co2_emissions", sense="<=", constant=2e5)

    def cycles(network: Any, _: Any) -> None:
        given = network.model["StorageUnit-p_dispatch"].sum() * 8
        network.model.add_constraints(given <= 0.8 * 365 * 20 * 60, name="cycles")

    n.optimize(include_objective_constant=False, extra_functionality=cycles, log_to_console=False)
    assert plan.network.objective == pytest.approx(n.objective, rel=1e-6)
    assert n.links.p_nom_opt["more"] > 1
    assert plan.network.links.p_nom_opt["Tie expansion 2030"] == pytest.approx(
        n.links.p_nom_opt["more"], rel=1e-5
    )
