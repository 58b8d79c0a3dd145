"""Whole plans from workbooks to results; expected values are derived from the inputs or from PyPSA's own sums."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workbench
from workbench.capacity.config import CapacityConfig, Commitment, Horizon, Snapshots
from workbench.capacity.config_checks import scenario_config
from workbench.capacity.inputs.template import example_rows, write_template
from workbench.capacity.jobs import plan_capacity
from workbench.capacity.network.assets import annuity
from workbench.capacity.results import charts, market_charts
from workbench.capacity.results import hourly_charts as charts_hourly
from workbench.capacity.results.compare import compare_years, side_by_side
from workbench.capacity.results.opened import CapacityPlan
from workbench.capacity.results.report import compose_report
from workbench.capacity.results.saved import STORE, TABLES, CapacityResult, load
from workbench.capacity.results.summary import assumptions, key_figures
from workbench.capacity.solving.planning import make_solver
from workbench.capacity.steps import solve_changes
from workbench.data.comparison.comparison import compare
from workbench.data.projects.project import Project
from workbench.data.workbooks.reading import read_workbook
from workbench.errors import ModelInfeasible, UnitFailed, UnreadableFile
from workbench.runs import Job
from workbench.runs.jobs.terminal import TerminalSink

MakeProject = Callable[..., Project]
QUICK = CapacityConfig(years=(2030,), typical_days=2, scenario="quick", near_optimal=1.0)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("plans") / "plan", "Small state")
    write_template(made.inputs / "plan.xlsx")
    return made


@pytest.fixture(scope="module")
def started(project: Project) -> workbench.Run:
    handle = workbench.start(plan_capacity, project, QUICK)
    handle.wait()
    return handle


@pytest.fixture(scope="module")
def quick(started: workbench.Run) -> CapacityResult:
    return started.result()


@pytest.fixture(scope="module")
def green(project: Project) -> CapacityResult:
    return run(project, scenario="green", renewable_share={2030: 40.0})


@pytest.fixture(scope="module")
def rolling(project: Project) -> CapacityResult:
    config = dataclasses.replace(
        QUICK, years=(2030, 2035), horizon=Horizon.ROLLING, scenario="rolling", build_limits={"solar": 100.0},
        check_all_hours=False,
    )  # fmt: skip
    return plan_capacity(project, config)


@pytest.fixture(scope="module")
def perfect(project: Project) -> CapacityResult:
    config = dataclasses.replace(
        QUICK, years=(2030, 2035), horizon=Horizon.PERFECT, scenario="perfect", check_all_hours=False
    )
    return plan_capacity(project, config)


def run(project: Project, **changes: Any) -> CapacityResult:
    return plan_capacity(
        project, dataclasses.replace(QUICK, **{"check_all_hours": False, "near_optimal": 0.0, **changes})
    )


def test_a_saved_plan_is_opened_in_three_lines(project: Project, quick: CapacityResult) -> None:
    plan = CapacityPlan.open(project, "quick")
    assert plan.to_pandas("costs").equals(quick.table("costs"))
    assert "total [INR a year]" in plan.costs._repr_html_()
    assert plan.trace().inputs["plan.xlsx"] == quick.facts["sha256"]
    assert plan.network().generators.index.equals(quick.network().generators.index)


def test_every_figure_of_a_plan_is_drawn_by_its_name(quick: CapacityResult) -> None:
    drawn = {name: getattr(quick.plot, name)() for name in STORE.figures}
    assert all(figure.layout.title.text for figure in drawn.values())
    assert quick.plot.capacity(value="new").layout.title.text.startswith("New capacity<br><sup>scenario ")
    bars = quick.plot.costs.bar()
    assert {bar.name for bar in bars.data} == set(quick.table("costs").carrier)
    assert bars.layout.yaxis.title.text == "total [INR a year]"
    assert "load" not in {bar.name for bar in quick.plot.dispatch.bar().data}


def test_market_values_and_rents_are_those_of_prices_and_dispatch(quick: CapacityResult) -> None:
    network = quick.network()
    weights = network.snapshot_weightings.generators.to_numpy()
    price, power = network.buses_t.marginal_price["Main_Bus"], network.generators_t.p
    row = quick.table("market_values").set_index("carrier").loc["gas"]
    sold = power[[name for name in power if name.startswith("Gas")]].sum(axis=1)
    assert row.energy == pytest.approx(weights @ sold / 1e3)
    assert row.revenue == pytest.approx(weights @ (sold * price))
    assert row.market_value == pytest.approx(row.revenue / row.energy / 1e3)
    assert row.capture_rate == pytest.approx(100 * row.market_value / (weights @ price / weights.sum()))
    tie = quick.table("transmission").set_index("name").loc["Tie"]
    flow = network.links_t.p0["Tie"]
    assert tie.forward == pytest.approx(weights @ flow / 1e3)
    assert tie.lost == pytest.approx(0.03 * tie.forward)
    assert tie.loading == pytest.approx(100 * (weights @ flow) / 8760 / 250)
    rent = flow * (0.97 * price - network.buses_t.marginal_price["Outside"])
    assert tie.rent == pytest.approx(weights @ rent)


def test_a_result_of_before_there_were_market_values_is_drawn_without_them(quick: CapacityResult) -> None:
    empty = quick.table("market_values").iloc[:0, :0]
    tables = {**quick.tables, "market_values": empty, "transmission": empty}
    earlier = dataclasses.replace(quick, tables=tables)
    assert "No prices" in market_charts.market_value_chart(earlier).layout.annotations[0].text
    assert len(market_charts.network_map(earlier).data) == 1
    assert compose_report(earlier)


def test_chosen_days_are_drawn_with_gaps_between_them(quick: CapacityResult) -> None:
    for figure in (charts_hourly.price_chart(quick), charts_hourly.dispatch_chart(quick)):
        line = figure.data[-1]
        values = np.asarray(line.y, dtype=float)
        # Two days of 24 hours, each drawn to its end and followed by a gap.
        assert np.flatnonzero(np.isnan(values)).tolist() == [25, 51]
        assert values[24] == values[23]


def test_plans_without_a_common_year_are_said_to_have_none(
    quick: CapacityResult, rolling: CapacityResult
) -> None:
    later = dataclasses.replace(quick, scenario="later", facts={**quick.facts, "years": [2040]})
    figure = charts.comparison_chart(quick, later)
    assert "No year is in both plans: quick is of 2030, later of 2040" in figure.layout.annotations[-1].text
    assert charts.comparison_chart(quick, rolling).data


def test_a_plan_of_chosen_days_is_dispatched_in_all_hours(quick: CapacityResult) -> None:
    row = quick.table("all_hours").iloc[0]
    costs, solves = quick.table("costs"), quick.table("solves").set_index("label")
    assert row.hours == 8760
    # What is built costs the same; operation is what the second solve has found.
    built = costs.total.sum() - costs.operation.sum()
    assert row.cost == pytest.approx(built + solves.objective["all hours of 2030"], rel=1e-6)
    assert row.regret == pytest.approx(row.cost - row.planned_cost)
    assert row.planned_co2 == pytest.approx(quick.table("emissions").co2.sum())
    assert "All hours: unserved [MWh]" in [label for label, *_ in key_figures(quick)[1]]


def test_a_plan_that_does_not_serve_all_hours_says_so(project: Project) -> None:
    short = run(
        project, scenario="short", snapshots=Snapshots.AVERAGES, hours=24, reserve_margin=0.0,
        check_all_hours=True, build_limits={"gas": 0.0, "battery": 0.0},
        retirements={"Coal 1": 2029},
    )  # fmt: skip
    row = short.table("all_hours").iloc[0]
    assert row.unserved > 1000
    assert row.cost > row.planned_cost
    assert any("MWh" in note.message and "stay unserved in" in note.message for note in short.notes)
    assert short.table("ranges").empty


def test_ranges_of_almost_the_least_costs_hold_the_plan(quick: CapacityResult) -> None:
    ranges = quick.table("ranges").set_index("carrier")
    capacity = quick.table("capacity").set_index("carrier")
    assert (ranges.least <= ranges.new + 1e-6).all()
    assert (ranges.new <= ranges.most + 1e-6).all()
    assert ranges.most["solar"] > ranges.least["solar"] + 1
    assert ranges.new["solar"] == pytest.approx(capacity.new["solar"], abs=1e-3)


def test_annuity_is_the_yearly_payment_of_a_loan() -> None:
    # 1000 over 25 years at 9 %: 101.81 a year (textbook capital recovery factor 0.10181).
    assert annuity(0.09, 25) == pytest.approx(0.10181, abs=5e-6)
    assert annuity(0.0, 25) == 0.04


def test_the_weights_of_the_snapshots_are_the_year(quick: CapacityResult) -> None:
    table = quick.table("dispatch")
    assert table.weight.sum() == pytest.approx(8760)
    assert len(table) == 48


def test_supply_meets_the_load_in_every_snapshot(quick: CapacityResult) -> None:
    table = quick.table("dispatch")
    carriers = [c for c in table.columns if c not in ("year", "time", "weight", "load")]
    np.testing.assert_allclose(table[carriers].sum(axis=1), table.load, atol=1e-6)


def test_costs_add_up_to_the_objective_and_fixed_costs_of_what_stands(quick: CapacityResult) -> None:
    costs = quick.table("costs")
    # What stands is paid for but for its fixed costs, which no decision changes: coal 900 MW and solar 200 MW.
    standing = 900 * 2.4e6 + 200 * 6e5
    assert costs.total.sum() == pytest.approx(quick.facts["objective"] + standing, rel=1e-6)


def test_a_plant_that_stood_before_is_no_capital_cost(quick: CapacityResult) -> None:
    costs = quick.table("costs").set_index("carrier")
    assert costs.capital["coal"] == 0
    assert costs.fixed["coal"] == pytest.approx(900 * 2.4e6)
    built = quick.table("capacity").set_index("carrier").new["solar"]
    assert costs.capital["solar"] == pytest.approx(built * 4e7 * annuity(0.09, 25), rel=1e-5)


def test_emissions_are_fuel_times_factor_for_every_carrier(quick: CapacityResult) -> None:
    table = quick.table("emissions").set_index("carrier")
    network = quick.network()
    weights = network.snapshot_weightings.generators
    energy = weights @ network.generators_t.p[["Coal 1", "Coal far"]]
    assert table.co2["coal"] == pytest.approx(
        (energy["Coal 1"] / 0.38 + energy["Coal far"] / 0.4) * 0.346 / 1e6
    )
    assert table.co2["solar"] == 0


def test_capacity_equals_the_statistics_of_pypsa(quick: CapacityResult) -> None:
    statistics = quick.network().statistics.optimal_capacity(groupby="carrier", nice_names=False)
    table = quick.table("capacity").set_index(["component", "carrier"]).capacity
    for key in (("Generator", "coal"), ("Generator", "gas"), ("Generator", "solar")):
        assert table[key] == pytest.approx(statistics[key], rel=1e-4)


def test_storage_has_its_capacity_and_not_zero(green: CapacityResult) -> None:
    table = green.table("capacity").set_index("carrier")
    assert table.capacity["battery"] > 0
    assert green.table("storage").battery.max() > 0


def test_the_renewable_share_is_kept_without_counting_storage(green: CapacityResult) -> None:
    energy = green.table("energy")
    used = energy[energy.renewable].supply.sum()
    assert used >= 0.4 * energy[energy.component == "Load"].withdrawal.sum() - 1e-3
    assert set(energy[energy.renewable].carrier) == {"solar"}
    row = green.table("constraints").set_index("name").loc["renewable_share-2030"]
    assert row.left == pytest.approx(row.right, rel=1e-6)
    assert row.shadow_price > 0


@pytest.mark.slow
def test_the_co2_limit_binds_and_has_a_price(project: Project, quick: CapacityResult) -> None:
    free = quick.table("emissions").co2.sum()
    result = run(project, scenario="capped", co2_limit={2030: 0.8 * free})
    assert result.table("emissions").co2.sum() <= 0.8 * free * (1 + 1e-6)
    assert result.table("constraints").set_index("name").shadow_price["CO2 limit 2030"] < 0
    assert result.facts["objective"] > quick.facts["objective"]


@pytest.mark.slow
def test_a_co2_price_is_paid_in_the_operation(project: Project, quick: CapacityResult) -> None:
    dear = run(project, scenario="dear", co2_price=3000.0)
    assert dear.table("emissions").co2.sum() < quick.table("emissions").co2.sum()


def test_the_reserve_margin_is_over_the_peak_of_the_whole_year(project: Project) -> None:
    result = run(project, scenario="reserve", reserve_margin=45.0)
    row = result.table("adequacy").iloc[0]
    assert row.margin >= 45.0 - 1e-6
    demand = (
        read_workbook(project.inputs / "plan.xlsx", sheets=["Demand"]).sheet("Demand").table().column("2030")
    )
    assert row.peak == pytest.approx(max(demand))


@pytest.mark.slow
def test_storage_cycles_and_monthly_limits_are_kept(project: Project) -> None:
    result = run(
        project,
        scenario="cycles",
        renewable_share={2030: 35.0},
        storage_cycles={"battery": 0.5},
        capacity_factor_limits={"coal": 50.0},
    )
    assets = result.table("assets").set_index("name")
    battery = assets.loc["Battery new 2030"]
    assert battery.energy * 1e3 <= 0.5 * 365 * battery.capacity * battery.hours * (1 + 1e-6)
    coal = result.table("assets").query("carrier == 'coal'")
    assert coal.energy.sum() * 1e3 <= 0.5 * 8760 * coal.capacity.sum() * (1 + 1e-6)


@pytest.mark.slow
def test_no_typical_day_lives_on_what_another_has_stored(project: Project) -> None:
    result = run(project, scenario="closed", renewable_share={2030: 40.0}, typical_days=3)
    units = result.network().storage_units_t
    # 0.9 each way: what is charged in a day is discharged in the same day.
    net = (units.p_store * 0.9 - units.p_dispatch / 0.9).to_numpy().reshape(3, 24, -1).sum(axis=1)
    assert units.p_dispatch.to_numpy().sum() > 0
    assert np.abs(net).max() < 1e-5


def test_curtailment_is_a_part_of_what_was_available(green: CapacityResult) -> None:
    row = green.table("curtailment").iloc[0]
    used = green.table("energy").set_index("carrier").supply["solar"]
    assert row.available == pytest.approx(used + row.curtailed)
    assert row.rate == pytest.approx(100 * row.curtailed / (used + row.curtailed))


def test_the_second_year_stands_on_what_the_first_has_built(rolling: CapacityResult) -> None:
    assets = rolling.table("assets").set_index(["year", "name"])
    first = assets.loc[(2030, "Solar new 2030")]
    later = assets.loc[(2035, "Solar new 2030")]
    assert first.new == pytest.approx(100.0)
    assert (later.existing, later.new) == (pytest.approx(first.capacity), 0.0)
    # One year of building before 2030, five before 2035.
    assert assets.loc[(2035, "Solar new 2035")].new <= 500 + 1e-6
    costs = rolling.table("costs").set_index(["year", "carrier"]).capital
    assert costs[2035, "solar"] >= costs[2030, "solar"] > 0


def test_the_years_of_perfect_foresight_are_each_a_year(perfect: CapacityResult) -> None:
    adequacy = perfect.table("adequacy").set_index("year")
    energy = perfect.table("energy").groupby(["year", "component"]).withdrawal.sum()
    assert adequacy.load[2030] == pytest.approx(energy[2030, "Load"])
    assert adequacy.load[2035] / adequacy.load[2030] == pytest.approx(1.05**5, rel=0.02)
    costs = perfect.table("costs")
    network = perfect.network()
    weighting = network.investment_period_weightings.objective
    # In the objective: all operation and capital, and the fixed costs of what the plan has built.
    assets = perfect.table("assets")
    fixed = {"solar": 6e5, "coal": 2.4e6}
    built = assets[assets.origin == "built"]
    own = (built.capacity * built.carrier.map(fixed).fillna(0.0)).groupby(built.year).sum()
    yearly = costs.groupby("year")[["capital", "operation"]].sum().sum(axis=1) + own
    assert float((yearly * weighting).sum()) == pytest.approx(perfect.facts["objective"], rel=1e-6)


def test_the_pipeline_is_a_least_capacity_of_each_year(rolling: CapacityResult) -> None:
    assert rolling.table("capacity").query("carrier == 'solar' and year == 2030").new.iloc[0] >= 50


@pytest.mark.slow
def test_a_retired_plant_is_gone_and_listed_as_retired(project: Project) -> None:
    result = run(
        project, scenario="retired", years=(2030, 2035), horizon=Horizon.ROLLING, retirements={"Gas 1": 2033}
    )
    table = result.table("capacity").query("carrier == 'gas' and year == 2035")
    assert table.retired.iloc[0] == 300


@pytest.mark.parametrize("commitment", [Commitment.FULL, Commitment.LINEARISED])
def test_unit_commitment_keeps_the_least_output(project: Project, commitment: Commitment) -> None:
    result = run(project, scenario=f"unit {commitment}", commitment=commitment, mip_gap=0.001)
    output = result.network().generators_t.p["Coal 1"]
    if commitment is Commitment.FULL:
        assert ((output < 1e-4) | (output > 300 - 1e-4)).all()
        # Prices are those with the units switched as found, and a note says so.
        assert any("has no prices" in note.message for note in result.notes)
    assert result.table("prices").shape[1] == 4
    assert result.table("solves").integers.iloc[0] == (0 if commitment is Commitment.LINEARISED else 144)


@pytest.mark.slow
def test_a_year_of_averages_runs_with_its_weights(project: Project) -> None:
    result = run(project, scenario="averages", snapshots=Snapshots.AVERAGES, hours=12)
    table = result.table("dispatch")
    assert len(table) == 730
    assert set(table.weight) == {12.0}
    energy = result.table("energy").set_index("component").withdrawal["Load"]
    assert energy == pytest.approx((table.load * 12).sum() / 1e3)


@pytest.mark.slow
def test_windows_dispatch_what_stands(project: Project) -> None:
    averages = {"snapshots": Snapshots.AVERAGES, "hours": 24}
    result = run(project, scenario="windows", rolling_horizon=183, **averages)
    assert len(result.table("solves")) == 2
    assert result.table("capacity").new.sum() == 0
    assert result.facts["objective"] == pytest.approx(result.table("costs").operation.sum(), rel=1e-6)


@pytest.mark.slow
def test_limits_of_the_year_are_handed_on_from_window_to_window(project: Project) -> None:
    limits = {"co2_limit": {2030: 5.0}, "energy_limits": {"coal": 5500.0}}
    result = run(
        project,
        scenario="handed",
        rolling_horizon=60,
        rolling_overlap=10,
        snapshots=Snapshots.AVERAGES,
        hours=24,
        **limits,
    )
    assert result.table("emissions").co2.sum() <= 5.0 * (1 + 1e-6)
    assert result.table("energy").set_index("carrier").supply["coal"] <= 5500 * (1 + 1e-6)
    assert set(result.table("constraints").right[:2]) == {5.0e6, 5.5e6}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:In a future version of xarray:FutureWarning:pypsa")
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"horizon": Horizon.PERFECT, "years": (2030, 2035)},
        {"horizon": Horizon.ROLLING, "years": (2030, 2035), "futures": {"dry": 0.4, "wet": 0.6}},
    ],
    ids=["single", "perfect", "rolling with futures"],
)
def test_an_alternative_costs_no_more_than_its_slack(tmp_path: Path, settings: dict[str, Any]) -> None:
    made = Project.create(tmp_path / "plan", "Small state")
    futures = [{"name": "dry", "demand": 1.05, "coal": 1.2}, {"name": "wet", "demand": 0.98, "coal": 1.0}]
    write_template(made.inputs / "plan.xlsx", {"Futures": futures})
    result = run(made, scenario="other", alternatives=("solar",), alternatives_slack=3.0, **settings)
    least = result.table("alternatives").query("carrier == 'solar'").set_index("year")
    plan = result.table("capacity").query("carrier == 'solar'").set_index("year").capacity
    assert list(least.index) == list(result.years)
    assert (least.capacity < plan).all()
    # What costs no more than is allowed, and uses it: less would not be the least of the carrier.
    assert least.cost.to_numpy() == pytest.approx(3.0, abs=1e-3)


# PyPSA 1.4 writes stochastic networks in a way that xarray is going to change.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:In a future version of xarray:FutureWarning:pypsa")
def test_one_plan_serves_all_futures(make_project: MakeProject) -> None:
    project = make_project(
        Futures=[{"name": "low", "demand": 0.9, "gas": 1.0}, {"name": "high", "demand": 1.1, "gas": 1.5}]
    )
    result = run(project, scenario="futures", futures={"low": 0.5, "high": 0.5})
    assert result.facts["status"] == "optimal"
    dispatch = result.network()
    assert list(dispatch.scenarios) == ["low", "high"]
    # Capacities are one decision: the same in both.
    table = dispatch.generators.p_nom_opt.unstack("scenario")
    np.testing.assert_allclose(table["low"], table["high"])


def test_an_infeasible_plan_names_sheet_and_cell_and_leaves_no_result(make_project: MakeProject) -> None:
    rows = [dict(row) for row in example_rows()["Pipe_Line_Generators_p_min"]]
    rows[0]["2030"] = 5000
    project = make_project(Pipe_Line_Generators_p_min=rows)
    with pytest.raises(ModelInfeasible, match="Solar new 2030"):
        run(project)
    with pytest.raises(UnreadableFile, match="no finished capacity plan"):
        load(project, "quick")


@pytest.mark.slow
def test_load_that_cannot_be_served_is_reported_and_never_hidden(project: Project) -> None:
    rows = [dict(row) for row in example_rows()["New_Generators"]]
    for row in rows:
        row["p_nom_max"] = 60
    folder = project.folder.parent / "short"
    short = Project.create(folder, "Short")
    write_template(
        short.inputs / "plan.xlsx",
        {
            "New_Generators": rows,
            "New_Storage": None,
            "Generators": example_rows()["Generators"][1:3],
            "Links": None,
        },
    )
    result = run(short, scenario="short")
    row = result.table("adequacy").iloc[0]
    assert row.unserved > 0
    assert row.unserved_hours > 0
    assert "unserved" not in set(result.table("capacity").carrier)
    # The margin that nobody asked for cannot be met by anything: what lacks is said, and the plan is incomplete.
    assert row.shortfall == pytest.approx(row.needed - row.firm_capacity)
    assert any("MW of firm capacity lack in 2030" in note.message for note in result.notes.omissions)


def test_a_saved_plan_comes_back_the_same(project: Project, quick: CapacityResult) -> None:
    again = load(project, "quick")
    assert again.config == QUICK
    for name in TABLES:
        assert again.table(name).shape == quick.table(name).shape, name
    assert again.network().objective == pytest.approx(quick.facts["objective"])


def test_everything_is_exported(project: Project, quick: CapacityResult) -> None:
    folder = project.results / "capacity" / "quick"
    book = read_workbook(folder / "capacity.xlsx")
    assert set(TABLES) <= set(book.sheet_names)
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert "Capacity plan: quick" in html
    assert "https://cdn" not in html.split("</script>", 1)[1]
    assert (folder / "network.nc").is_file()
    assert quick.folder == folder


@pytest.mark.slow
def test_plans_are_compared_by_difference(quick: CapacityResult, project: Project) -> None:
    other = (
        load(project, "capped")
        if (project.results / "capacity" / "capped" / "result.json").is_file()
        else run(project, scenario="capped", co2_limit={2030: 3.0})
    )
    table = compare(quick, other).numbers
    co2 = table[(table.table == "emissions") & (table.carrier == "coal")].iloc[0]
    assert co2.difference == pytest.approx(co2["capped"] - co2["quick"])
    assert co2.difference < 0
    assert list(side_by_side([quick, other], "capacity").columns) == ["year", "carrier", "quick", "capped"]


def test_the_first_figures_are_costs_adequacy_and_all_that_was_assumed(
    rolling: CapacityResult, perfect: CapacityResult
) -> None:
    header, rows = key_figures(rolling)
    values = {label: cells for label, *cells in rows}
    assert header == ("", "FY 2029-30", "FY 2034-35")
    assert {
        "Cost a year [crore INR]",
        "Cost [INR/MWh]",
        "CO2 [Mt]",
        "Firm margin [%]",
        "LOLE [h a year]",
    } <= {*values}
    assert assumptions(rolling)[0] == "Cost of capital: 9 % (sheet wacc)."
    # Five years each, in the same way whichever way they were solved.
    costs = perfect.table("costs").groupby("year").total.sum()
    assert perfect.facts["cost_undiscounted"] == pytest.approx(5 * costs.sum())
    weights = perfect.network().investment_period_weightings.objective
    assert perfect.facts["cost_discounted"] == pytest.approx(float((costs * weights).sum()))
    assert rolling.facts["cost_years"] == perfect.facts["cost_years"] == 10
    costs = rolling.table("costs").groupby("year").total.sum()
    assert rolling.facts["cost_discounted"] == pytest.approx(float((costs * weights).sum()))


def test_years_are_compared_by_their_change(rolling: CapacityResult) -> None:
    table = compare_years(rolling, "capacity").set_index("carrier")
    assert table.change["solar"] == pytest.approx(table[2035]["solar"] - table[2030]["solar"])


@pytest.mark.slow
def test_scenarios_are_units_of_one_run_and_all_are_saved(project: Project) -> None:
    result = run(
        project,
        scenario="with changes",
        changes={"cheap money": "discount_rate=3", "green": "renewable_share=2030:40"},
    )
    for name in ("cheap money", "green"):
        assert load(project, name).scenario == name
    assert load(project, "cheap money").facts["objective"] < result.facts["objective"]


def test_a_set_of_which_most_scenarios_fail_has_not_succeeded(project: Project) -> None:
    config = CapacityConfig(scenario="base", changes={"a": "source=a.xlsx", "b": "source=b.xlsx"})
    with pytest.raises(UnitFailed, match=r"^2 of 2 scenarios failed: a \(.*a\.xlsx.*; b \("):
        solve_changes(Job(TerminalSink(config)), project, config)


def test_a_scenario_is_solved_within_its_own_limits_and_follows_what_is_adjusted_beside_them() -> None:
    config = CapacityConfig(scenario="base", changes={"rough": "mip_gap=0.2"}, mip_gap=0.01)
    sink = TerminalSink(config)
    solver = make_solver(Job(sink), scenario_config(config, "rough"), lambda *_: "")
    assert solver._limits().mip_gap == 0.2
    sink.config = dataclasses.replace(config, mip_gap=0.05, time_limit=60.0)
    assert (solver._limits().mip_gap, solver._limits().time_limit) == (0.2, 60.0)


@pytest.mark.parametrize(
    "draw",
    [
        charts.capacity_chart,
        charts.energy_chart,
        charts.cost_chart,
        charts_hourly.dispatch_chart,
        charts_hourly.duration_chart,
        charts_hourly.storage_chart,
        charts_hourly.price_chart,
        charts_hourly.flow_chart,
        charts.emission_chart,
        charts.curtailment_chart,
        charts.capacity_factor_chart,
        charts.adequacy_chart,
        market_charts.network_map,
        market_charts.market_value_chart,
    ],
)
def test_every_chart_has_data_and_a_unit_on_its_axes(rolling: CapacityResult, draw: Any) -> None:
    figure = draw(rolling)
    assert len(figure.data) > 0
    titles = f"{figure.layout.yaxis.title.text} {figure.layout.xaxis.title.text}"
    assert "[" in titles or "Latitude" in titles


def test_the_job_runs_on_the_engine_and_follows_its_stages(
    started: workbench.Run, quick: CapacityResult
) -> None:
    assert quick.facts["run"] == started.id
    names = list(started.summary().stages)
    assert {"read", "validate", "build", "optimise", "results", "save"} <= set(names)


def test_importing_config_and_job_does_not_import_pypsa() -> None:
    import subprocess
    import sys

    heavy = "('pypsa', 'linopy', 'plotly', 'highspy')"
    code = f"import sys, workbench.capacity.jobs; print([m for m in {heavy} if m in sys.modules])"
    out = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(workbench.__file__).parents[1],
    )
    assert out.stdout.strip() == "[]"
