from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from demand_workbooks import MakeWorkbook, small_sheets

import workbench
from workbench.data.comparison.comparison import compare
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig, PathEnd, SalesBasis, three_scenarios
from workbench.demand.jobs import forecast_demand
from workbench.demand.model.choices import ShockHandling
from workbench.demand.results.saved import TABLES, DemandResult, load
from workbench.errors import InvalidData, SettingError, UnreadableFile

CONFIG = DemandConfig(target_year=2035)


def run(project: Project, **changes: object) -> DemandResult:
    return forecast_demand(project, replace(CONFIG, **changes))


@pytest.fixture(scope="module")
def small_result(tmp_path_factory: pytest.TempPathFactory) -> DemandResult:
    from demand_workbooks import write_sheets

    project = Project.create(tmp_path_factory.mktemp("demand") / "small", "Small state")
    write_sheets(project.inputs / "demand.xlsx", small_sheets())
    return forecast_demand(project, CONFIG)


def chain(result: DemandResult) -> pd.DataFrame:
    return result.table("requirement").set_index("year")


def test_the_consolidated_view_holds_every_sector_in_every_year(small_result: DemandResult) -> None:
    table = small_result.table("consolidated").set_index("year")
    assert list(table.columns) == ["kind", "Homes", "Factories", "solar_rooftop"]
    assert (table.index.min(), table.index.max()) == (2006, 2035)
    assert table.loc[2006:, ["Homes", "Factories"]].notna().all().all()
    assert table.kind.loc[2025] == "actual"
    assert table.kind.loc[2026] == "forecast"


def test_requirement_is_net_consumption_over_one_minus_loss(small_result: DemandResult) -> None:
    table = chain(small_result)
    sectors = small_result.table("consolidated").set_index("year")
    gross = sectors.Homes + sectors.Factories
    assert table.gross.to_numpy() == pytest.approx(gross.loc[2025:].to_numpy())
    assert table.net.to_numpy() == pytest.approx((gross - sectors.solar_rooftop).loc[2025:].to_numpy())
    assert table.requirement.to_numpy() == pytest.approx((table.net / 0.9).to_numpy())
    assert table.peak_mw[2028] == pytest.approx(table.requirement[2028] * 1000 / (8784 * 0.65))


def test_one_loss_is_assumed_and_said_so_where_none_is_given(small_result: DemandResult) -> None:
    assert any("No T&D loss is given: 10 %" in text for text in small_result.assumed)


def test_losses_of_the_settings_come_before_everything(small_project: Project) -> None:
    result = run(small_project, losses={2025: 12.0, 2035: 8.0})
    assert chain(result).loss[2030] == pytest.approx(10.0)
    assert not any("loss" in text for text in result.assumed)


def test_net_sales_already_contain_the_solar_of_the_last_actual_year(
    small_project: Project, small_result: DemandResult
) -> None:
    gross, net = small_result, run(small_project, sales_basis=SalesBasis.NET)
    base = chain(gross).rooftop_solar[2025]
    assert chain(net).rooftop_solar[2025] == 0
    assert chain(net).rooftop_solar[2035] == pytest.approx(chain(gross).rooftop_solar[2035] - base)


def test_layers_that_are_added_enter_with_their_sign(
    small_project: Project, small_result: DemandResult
) -> None:
    plain = small_result
    layers = {"electric vehicles": {2026: 100.0, 2030: 500.0}, "demand-side management": {2030: 50.0}}
    added = run(small_project, added_layers=layers)
    assert chain(added).gross[2028] - chain(plain).gross[2028] == pytest.approx(300)
    assert chain(added).gross[2032] - chain(plain).gross[2032] == pytest.approx(500 - 50)
    grown = run(small_project, adoption={"green hydrogen": (2027.0, 2033.0, 400.0)})
    assert chain(grown).gross[2030] - chain(plain).gross[2030] == pytest.approx(200)


def test_a_layer_can_be_scaled_by_a_scenario(small_project: Project, small_result: DemandResult) -> None:
    plain, scaled = small_result, run(small_project, layer_scale={"solar_rooftop": 1.5})
    assert chain(scaled).rooftop_solar[2030] == pytest.approx(1.5 * chain(plain).rooftop_solar[2030])
    assert chain(scaled).rooftop_solar[2025] == chain(plain).rooftop_solar[2025]


def test_solar_is_split_among_sectors_by_shares_of_the_solar(small_result: DemandResult) -> None:
    split = small_result.table("solar_split").set_index("year")
    solar = small_result.table("consolidated").set_index("year").solar_rooftop
    assert split.Homes[2030] == pytest.approx(0.6 * solar[2030])
    assert split.sum(axis=1)[2030] == pytest.approx(solar[2030])


def test_the_total_has_an_interval_narrower_than_the_added_bounds(small_result: DemandResult) -> None:
    table = chain(small_result)
    rows = small_result.table("forecast")
    last = rows[rows.chosen & (rows.year == 2035)]
    added = (last.upper_80.fillna(0) - last.base).where(last.role == "sales").sum()
    assert table.lower_80[2035] < table.requirement[2035] < table.upper_80[2035]
    assert (table.upper_80[2035] - table.requirement[2035]) * 0.9 < added
    assert (table.upper_95 - table.lower_95)[2035] > (table.upper_80 - table.lower_80)[2035]


def test_naive_and_drift_stand_in_the_same_table_as_the_models(small_result: DemandResult) -> None:
    table = small_result.table("accuracy")
    homes = table[table.sector == "Homes"]
    assert {"naive", "drift", "damped_growth", "combined_growth"} <= set(homes.model)
    one_year = homes[(homes.horizon == 1) & (homes.model != "naive")]
    assert one_year.mape.between(0, 50).all()
    assert homes.coverage_80.dropna().between(0, 100).all()
    # The intervals of the total are tried at earlier origins too, each simulated from what was known there.
    tried = small_result.table("backtest").query("sector == 'Total' and model == 'chosen models'")
    assert set(tried.inside_80) <= {0.0, 1.0}
    assert tried.inside_95.mean() >= tried.inside_80.mean()
    first = table.query("sector == 'Total' and model == 'chosen models' and horizon == 1").iloc[0]
    assert first.coverage_80 == pytest.approx(100 * tried[tried.horizon == 1].inside_80.mean())
    total = table[table.sector == "Total"].set_index(["model", "horizon"]).mape
    assert total["chosen models", 5] < total["naive", 5]
    assert np.isfinite(total["drift", 5])


def test_holding_out_the_last_two_years_trains_up_to_the_one_before(small_result: DemandResult) -> None:
    held = small_result.holdout()
    assert set(held.origin) == {2023}
    assert set(held.year) == {2024, 2025}
    assert held.error.to_numpy() == pytest.approx((100 * (held.forecast / held.actual - 1)).to_numpy())


def test_fewer_models_give_the_same_chosen_forecast(
    small_project: Project, small_result: DemandResult
) -> None:
    few = run(small_project, models=("damped_growth",))
    assert few.chosen("Homes").base.to_numpy() == pytest.approx(small_result.chosen("Homes").base.to_numpy())
    assert set(few.table("forecast").model) == {
        "combined_growth",
        "damped_growth",
        "naive",
        "drift",
        "given_path",
    }
    none = run(small_project, models=())
    assert none.chosen("Homes").base.to_numpy() == pytest.approx(small_result.chosen("Homes").base.to_numpy())


def test_a_failed_model_leaves_the_sector_to_its_own_model(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    falling = [["Year", "Electricity"], *([2006 + i, 1e7 * (1 - 0.045 * i)] for i in range(20))]
    make_workbook(small_project.inputs / "demand.xlsx", Factories=falling)
    result = run(small_project)
    assert "Factories/regression_on_year" in result.failures
    assert "gives" in result.failures["Factories/regression_on_year"]
    assert result.incomplete == ()
    assert len(result.chosen("Factories")) == 10


def test_a_failed_sector_does_not_stop_the_others_and_is_named(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    dead = [["Year", "Electricity"], *([2006 + i, 1e6 if i < 15 else 0] for i in range(20))]
    make_workbook(small_project.inputs / "demand.xlsx", Factories=dead)
    result = run(small_project)
    assert result.incomplete == ("Factories",)
    assert "is zero" in result.failures["Factories"]
    assert len(result.chosen("Homes")) == 10
    factories = result.table("consolidated").set_index("year").Factories
    assert factories.loc[2006:2025].notna().all()
    assert factories.loc[2026:].isna().all()


def test_a_given_path_that_ends_early_fails_unless_it_may_be_held(small_project: Project) -> None:
    ended = run(small_project, target_year=2045, driver_growth={"Total Population": 1.0})
    assert "ends in 2040, before the target year 2045" in ended.failures["solar_rooftop"]
    held = run(
        small_project, target_year=2045, driver_growth={"Total Population": 1.0}, path_end=PathEnd.HOLD
    )
    solar = held.table("consolidated").set_index("year").solar_rooftop
    assert solar[2045] == solar[2040]
    assert any("its last value is held to 2045" in text for text in held.problems)


def test_without_paths_of_the_economy_damped_growth_is_used_and_said_so(small_project: Project) -> None:
    result = run(small_project, target_year=2045, path_end=PathEnd.HOLD)
    assert result.facts["chosen"]["Homes"] == "damped_growth"
    assert any("have no path to 2045" in text for text in result.problems)


def test_driver_paths_make_scenarios(small_project: Project, small_result: DemandResult) -> None:
    normal = small_result
    high = run(small_project, scenario="High", driver_path="optimistic")
    low = run(small_project, scenario="Low", driver_growth={"GSDP": 2.0})
    needs = [chain(result).requirement[2035] for result in (low, normal, high)]
    assert needs == sorted(needs)
    drivers = high.table("drivers").set_index(["driver", "year"])
    ratio = drivers.value["GSDP", 2030] / drivers.value["GSDP", 2029]
    assert ratio == pytest.approx(1.065)
    assert drivers.kind["GSDP", 2025] == "actual"
    assert drivers.kind["GSDP", 2026] == "path"


def test_the_three_scenarios_of_a_filing_are_ordered(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    paths = small_sheets()["paths"]
    paths = [[*paths[0], "pessimistic"], [*paths[1], 0.045], *paths[2:]]
    make_workbook(small_project.inputs / "demand.xlsx", paths=paths)
    results = {name: forecast_demand(small_project, made) for name, made in three_scenarios(CONFIG).items()}
    needs = {name: chain(result).requirement[2035] for name, result in results.items()}
    assert needs["pessimistic"] < needs["BAU"] < needs["optimistic"]
    assert small_project.scenarios("demand") == ("BAU", "optimistic", "pessimistic")


def test_a_sector_with_three_years_is_forecast_and_its_card_says_how_little_is_known(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    young = [["Year", "Electricity"], [2023, 1e5], [2024, 1.1e5], [2025, 1.2e5]]
    make_workbook(small_project.inputs / "demand.xlsx", Factories=young)
    result = run(small_project)
    assert result.incomplete == ()
    assert (result.chosen("Factories").upper_80 > result.chosen("Factories").base).all()
    assert any("Only 0 backtest origins" in text for text in result.cards["Factories"]["warnings"])
    assert "needs at least 4 years" in result.failures["Factories/theta"]
    assert load(small_project, "BAU").cards["Factories"]["coverage_percent"] == {"80": None, "95": None}


def test_two_scenarios_are_compared_in_difference_percent_and_growth(
    small_project: Project, small_result: DemandResult
) -> None:
    first, second = small_result, run(small_project, scenario="Low", driver_growth={"GSDP": 2.0})
    table = compare(first, second).numbers.set_index(["measure", "year"])
    row = table.loc["requirement", 2035]
    assert row.difference == pytest.approx(row["Low"] - row["BAU"])
    assert row.difference_percent == pytest.approx(100 * (row["Low"] / row["BAU"] - 1))
    base = chain(first).requirement[2025]
    growth = table.loc["growth a year of requirement", 2035]
    assert growth["BAU"] == pytest.approx(100 * ((row["BAU"] / base) ** 0.1 - 1))
    assert table.loc["peak_mw", 2035].unit == "MW"
    assert table.loc["Homes", 2035].difference < 0


def test_a_scenario_runs_again_from_its_saved_settings_with_the_same_numbers(small_project: Project) -> None:
    first = run(small_project, sector_models={"Homes": "theta"}, losses={2025: 11.0}, seed=5)
    saved = load(small_project, "BAU")
    again = forecast_demand(small_project, saved.config)
    assert saved.config == first.config
    for name in TABLES:
        pd.testing.assert_frame_equal(again.table(name), first.table(name))
        pd.testing.assert_frame_equal(saved.table(name), first.table(name))
    assert saved.cards == first.cards


def test_shock_years_are_per_sector_and_kept_in_the_card(small_project: Project) -> None:
    result = run(
        small_project, shocks=ShockHandling.YEARS, shock_years=(2021,), sector_shock_years={"Homes": (2015,)}
    )
    assert result.cards["Homes"]["extraordinary_years"] == [2015]
    assert result.cards["Factories"]["extraordinary_years"] == [2021]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"target_year": 2025}, "actuals go to 2025; choose a later one"),
        ({"sector_models": {"Farms": "theta"}}, "names the sector 'Farms', which demand.xlsx does not have"),
        ({"sector_models": {"Homes": "arima"}}, "model of Homes .* is 'arima', expected one of"),
        ({"driver_path": "wishful"}, "driver_path is 'wishful'.*present: bau, optimistic"),
        ({"driver_growth": {"Oil": 1.0}}, "driver_growth names 'Oil'"),
        ({"losses": {2030: 101.0}}, "is 101.0 % at 2030, the most allowed is 60 %"),
        ({"added_layers": {"magic": {2030: 1.0}}}, "names the role 'magic'"),
        ({"layer_scale": {"Farms": 2.0}}, "layer_scale names 'Farms'"),
        ({"scenario": "../outside"}, "scenario"),
        ({"levels": ()}, "levels is empty"),
    ],
)
def test_settings_that_do_not_fit_are_refused_and_nothing_is_written(
    small_project: Project, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(SettingError, match=message):
        run(small_project, **changes)
    assert not (small_project.results / "demand").exists()


def test_a_workbook_with_errors_is_refused_and_nothing_is_written(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    make_workbook(small_project.inputs / "demand.xlsx", Factories=None)
    with pytest.raises(InvalidData) as caught:
        run(small_project)
    assert caught.value.problems
    assert not (small_project.results / "demand").exists()


def test_results_of_two_runs_are_never_mixed(small_project: Project) -> None:
    run(small_project)
    folder = small_project.results_folder("demand", "BAU")
    old = (folder / "forecast.parquet").read_bytes()
    run(small_project, driver_growth={"GSDP": 1.0})
    (folder / "forecast.parquet").write_bytes(old)
    with pytest.raises(UnreadableFile, match=r"forecast.*belongs to another run"):
        load(small_project, "BAU")


def test_a_scenario_that_was_never_run_names_those_that_were(small_project: Project) -> None:
    run(small_project)
    with pytest.raises(UnreadableFile, match="no finished demand scenario 'High'; present: BAU"):
        load(small_project, "High")


def test_a_card_can_be_read_as_plain_json(small_result: DemandResult) -> None:
    assert small_result.folder is not None
    card = json.loads((small_result.folder / "cards" / "Homes.json").read_text("utf-8"))
    assert card["model"] == "combined_growth"
    assert card["drivers"] == {"GSDP per person": "paths!D2", "Total Population": "paths"}
    assert {c["name"] for c in card["coefficients"]} >= {"elasticity on Total Population", "recent growth"}
    assert card["backtest"]["as forecast then"][0]["origins"] == 14
    assert len(card["data_sha256"]) == 64


def test_a_default_config_passes_its_own_checks() -> None:
    forecast_demand.make_config()


@contextmanager
def started(project: Project, **changes: object) -> Iterator[workbench.Run]:
    started_run = workbench.start("demand", project, replace(CONFIG, **changes))
    try:
        yield started_run
    finally:
        if not started_run.wait(60):
            started_run.cancel()


def test_the_run_reports_every_sector_as_a_stage_and_fails_only_the_failed_one(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    dead = [["Year", "Electricity"], *([2006 + i, 1e6 if i < 15 else 0] for i in range(20))]
    make_workbook(small_project.inputs / "demand.xlsx", Factories=dead)
    with started(small_project) as going:
        result = going.result(60)
    assert str(going.state) == "succeeded"
    assert any("Factories" in path for path in going.failed_stages)
    assert not any("Homes" in path for path in going.failed_stages)
    stages = {stage.path: str(stage.state) for stage in going.stages}
    assert stages["forecast/Homes"] == "completed"
    assert stages["forecast/Factories"] == "failed"
    assert np.isfinite(chain(result).requirement[2025])
    assert chain(result).requirement.loc[2026:].isna().all()


def test_an_invalid_workbook_makes_a_failed_run_not_a_successful_one(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    make_workbook(small_project.inputs / "demand.xlsx", Homes=None)
    with started(small_project) as going:
        assert going.wait(60)
    assert str(going.state) == "failed"
    assert "Homes" in going.reason


def test_kerala_runs_whole_and_writes_everything(kerala_project: Project) -> None:
    result = forecast_demand(kerala_project, DemandConfig())
    assert result.failures == {}
    assert result.folder is not None
    names = {path.name for path in result.folder.iterdir()}
    assert {"result.json", "demand.xlsx", "report.html", "forecast.parquet", "cards"} <= names
    table = chain(result)
    assert table.gross[2025] == pytest.approx(30_140.4, abs=0.1)
    assert 40_000 < table.gross[2037] < 60_000
    history = result.table("history")
    assert history.year.max() == 2025
    first = result.table("forecast")
    first = first[first.chosen & (first.role == "sales") & (first.year == 2026)].set_index("sector").base
    last = history[history.year == 2025].set_index("sector").electricity
    assert (first / last[first.index]).between(1.0, 1.15).all()
    assert Path(result.folder / "cards" / "Domestic_lt.json").is_file()
