"""The whole run: real inputs, the engine, the files; and every bad input of a whole project."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hourly_loads.series import HOLIDAY_LIST, local_hours, plain_load

from workbench.data.comparison.comparison import compare
from workbench.data.projects.project import Project
from workbench.data.results.tables import Provenance, write_table
from workbench.errors import InvalidData, SettingError, UnreadableFile
from workbench.hourly_loads.year_hours import MONTH_NAMES
from workbench.load_profiles.config import (
    Conflicts,
    EnergySource,
    LoadProfileConfig,
    ShapeMethod,
)
from workbench.load_profiles.inputs.reading import read_inputs
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.model.overlays import Effect, Overlay, OverlayShape
from workbench.load_profiles.model.targets import TargetKind
from workbench.load_profiles.results.saved import LoadProfileResult, compare_with_actual, load
from workbench.runs.engine import start as engine
from workbench.runs.model.states import RunState
from workbench.testing import assert_run_is_whole

SmallProject = Callable[..., Project]
GROWTH = {"energy_source": "growth", "last_year": 2028}
FISCAL = (*MONTH_NAMES[3:], *MONTH_NAMES[:3])


def run(project: Project, **settings: Any) -> LoadProfileResult:
    started = engine.start(make_load_profiles, project, **settings)
    result: LoadProfileResult = started.result()
    assert started.state is RunState.SUCCEEDED
    assert_run_is_whole(started)
    return result


def annual(*energies: float, first: int = 2026) -> dict[str, dict[str, Any]]:
    years = list(range(first, first + len(energies)))
    return {"Total Demand": {"Year": years, "Total Demand (GWh)": list(energies)}}


def monthly(value: float, years: tuple[int, ...] = (2026,)) -> dict[str, Any]:
    return {"Year": list(years), **{name: [value] * len(years) for name in FISCAL}}


def test_the_real_workbook_gives_twelve_years_that_meet_every_target(kerala_project: Project) -> None:
    result = run(kerala_project)
    targets = result.table("targets")
    held = targets[targets.error.notna() & (targets.kind != "load_factor")]

    assert result.years == tuple(range(2026, 2038))
    assert held.kind.value_counts().to_dict() == {"monthly_peak": 144, "annual_energy": 12}
    assert held.error.abs().max() < 1e-9
    assert all(result.hourly[year].load.min() > 0 for year in result.years)
    assert [len(result.hourly[year]) for year in (2027, 2028)] == [8760, 8784]
    # The sheet of load factors contradicts energies and peaks in 7 months of every year; that is shown, not hidden.
    assert (result.table("conflicts").yields == "load_factor").sum() == 84
    assert result.table("accuracy").query("chosen").iloc[0].hourly_mape < 6.3


def test_what_was_noticed_is_in_the_log_and_the_result(kerala_project: Project) -> None:
    started = engine.start(make_load_profiles, kerala_project)
    result = started.result()
    lines = [event.message for event in started.events() if event.kind == "log"]
    metrics = [event.message for event in started.events() if event.kind == "metric"]

    for text in (
        "midnight under the wrong date, 2189 hours, moved to the next day",
        "partial year, 6600 hours, not offered as base: 2016-04-01 00:00 year 2017 has 2160 of 8760 hours",
        "read as MWh, by the average loads",
        "load_factor against monthly_peak",
        "The shape of 2025 is replayed up to 2037, 12 years later",
    ):
        assert sum(text in line for line in lines) == 1, text
        assert sum(text in problem for problem in result.problems) == 1, text
    assert any(line.startswith("Hourly MAPE of 2025 held out") for line in metrics)


def test_the_progress_counts_the_years(kerala_project: Project) -> None:
    started = engine.start(make_load_profiles, kerala_project)
    started.result()
    told = [e for e in started.events() if e.kind == "progress" and e.stage == "years"]
    counts = [event.data["done"] for event in told]

    # Years that are done within a tenth of a second of each other are told together.
    assert counts == sorted(set(counts))
    assert counts[-1] == 12
    assert [event.fraction for event in told] == [count / 12 for count in counts]


def test_the_same_config_gives_the_same_hours_again(small_project: SmallProject) -> None:
    project = small_project()
    first = run(project, scenario="one", shape="stl", holdout_years=0, **GROWTH)
    second = run(project, scenario="two", shape="stl", holdout_years=0, **GROWTH)

    for year in first.years:
        pd.testing.assert_frame_equal(first.hourly[year], second.hourly[year])


def test_a_saved_scenario_is_loaded_as_it_was(small_project: SmallProject) -> None:
    project = small_project()
    made = run(project, **GROWTH)
    loaded = load(project, "BAU")

    assert loaded.config == made.config
    assert loaded.problems == made.problems
    assert loaded.years == (2026, 2027, 2028)
    for name, table in made.tables.items():
        pd.testing.assert_frame_equal(loaded.table(name), table, check_dtype=False)
    np.testing.assert_array_equal(loaded.hours(2027).load, made.hours(2027).load)
    assert str(loaded.hours(2027).index[0]) == "2026-04-01 00:00:00+05:30"


def test_years_of_another_run_are_never_mixed_in(small_project: SmallProject) -> None:
    project = small_project()
    run(project, **GROWTH)
    run(project, scenario="fast", growth=9.0, **GROWTH)
    results = project.results / "load_profiles"
    (results / "BAU" / "years" / "2027.parquet").write_bytes(
        (results / "fast" / "years" / "2027.parquet").read_bytes()
    )

    with pytest.raises(
        UnreadableFile, match=r"belongs to another run than result\.json; run the scenario again"
    ):
        load(project, "BAU").hours(2027)


def test_an_unknown_scenario_names_those_present(small_project: SmallProject) -> None:
    project = small_project()
    run(project, **GROWTH)

    with pytest.raises(UnreadableFile, match="no finished load profile 'other'; present: BAU"):
        load(project, "other")


def test_growth_is_of_the_mean_load_so_that_a_leap_year_has_a_day_more(small_project: SmallProject) -> None:
    result = run(small_project(), growth=10.0, **GROWTH)
    table = result.table("years").set_index("year")

    assert table["mean"][2027] / table["mean"][2026] == pytest.approx(1.1, rel=1e-9)
    assert table.energy[2028] / table.energy[2027] == pytest.approx(1.1 * 8784 / 8760, rel=1e-9)


def test_a_demand_scenario_gives_energy_and_peak_and_is_traced(small_project: SmallProject) -> None:
    project = small_project()
    rows = {"year": [2025, 2026, 2027], "kind": ["actual", "forecast", "forecast"], "loss": 10.0}
    table = pd.DataFrame(
        {**rows, "requirement": [8500.0, 9000.0, 9500.0], "peak_mw": [1400.0, 1500.0, 1600.0]}
    )
    folder = project.results_folder("demand", "High growth")
    write_table(
        table, folder / "requirement.parquet", units={}, provenance=Provenance(inputs={"settings": "abc123"})
    )
    sectors = pd.DataFrame({"year": [2025, 2026, 2027], "kind": "forecast", "Solar": [0.0, -90.0, -180.0]})
    write_table(sectors, folder / "consolidated.parquet", units={}, provenance=Provenance())
    overlay = Overlay("Rooftop solar", sector="Solar")
    result = run(project, energy_source="scenario", demand_scenario="High growth", overlays=(overlay,))

    assert result.years == (2026, 2027)
    for year, energy, peak, solar in ((2026, 9000.0, 1500.0, 100.0), (2027, 9500.0, 1600.0, 200.0)):
        hours = result.hourly[year]
        assert hours.planned.sum() / 1000 == pytest.approx(energy, rel=1e-12)
        assert hours.planned.max() == pytest.approx(peak, rel=1e-14)
        assert hours["Rooftop solar"].sum() / 1000 == pytest.approx(solar, rel=1e-9)
        np.testing.assert_allclose(hours.load, hours.planned - hours["Rooftop solar"])
    assert result.facts["files"]["demand scenario High growth"] == "abc123"


def test_a_missing_demand_scenario_names_those_present(small_project: SmallProject) -> None:
    with pytest.raises(UnreadableFile, match="no finished demand scenario 'none yet'; present: none"):
        run(small_project(), energy_source="scenario", demand_scenario="none yet")


def test_a_source_without_energy_is_an_error_and_never_half_a_megawatt(small_project: SmallProject) -> None:
    with pytest.raises(SettingError, match="There is no energy target in the workbook"):
        run(small_project())
    with pytest.raises(SettingError, match="There is no energy target for 2028, 2029"):
        run(small_project(annual(9000.0, 9500.0), name="short"), last_year=2029)


def test_a_partial_base_year_is_refused_with_its_hours(small_project: SmallProject) -> None:
    project = small_project(last="2025-06-30")

    assert read_inputs(project).complete_years == (2024, 2025)
    with pytest.raises(
        SettingError, match=r"base year 2026 has only 2184 of 8760 hours; complete are 2024, 2025"
    ):
        run(project, base_years=(2026,), **GROWTH)
    with pytest.raises(SettingError, match="base year 2019 is not in the history"):
        run(project, base_years=(2019,), **GROWTH)


def test_a_history_without_a_complete_year_is_refused(small_project: SmallProject) -> None:
    project = small_project(first="2024-06-01")

    with pytest.raises(InvalidData, match="no year from month 4 on is complete"):
        run(project, **GROWTH)


def test_contradicting_targets_are_shown_and_refused_where_none_may_yield(
    small_project: SmallProject,
) -> None:
    sheets = {**annual(9000.0), "average_demand": monthly(1000.0), "max_demand": monthly(1500.0)}
    project = small_project(sheets)
    result = run(project)

    assert (
        result.table("conflicts")
        .iloc[0]
        .sentence.startswith("the months (sheet 'average_demand') sum to 8,760.00 GWh")
    )
    assert result.table("years").energy[0] == pytest.approx(9000.0, rel=1e-12)
    with pytest.raises(InvalidData, match="Correct one of them, or let monthly_energy yield"):
        run(project, conflicts="refuse", scenario="strict")
    months_first = run(project, precedence=("monthly_energy",), scenario="months")
    assert months_first.table("years").energy[0] == pytest.approx(8760.0, rel=1e-12)


def test_peaks_below_the_mean_are_named_by_month(small_project: SmallProject) -> None:
    sheets = {"average_demand": monthly(1000.0), "max_demand": {**monthly(1500.0), "Jul": [900.0]}}
    conflicts = run(small_project(sheets)).table("conflicts")

    assert conflicts[["period", "yields"]].to_numpy().tolist() == [["Jul", "monthly_peak"]]
    assert (
        "the peak of Jul (sheet 'max_demand'), 900.0 MW, is not above its mean of 1,000.0 MW"
        in conflicts.sentence[0]
    )


def test_a_load_factor_above_one_is_an_error_with_its_cell(small_project: SmallProject) -> None:
    sheets = {**annual(9000.0), "load_factor": {**monthly(0.8), "May": [1.05]}}
    with pytest.raises(
        InvalidData, match=r"sheet 'load_factor', cell C2: the load factor is 1.05, expected below 1"
    ):
        run(small_project(sheets))


def test_minima_are_met_with_energy_and_peak(small_project: SmallProject) -> None:
    sheets = {**annual(9000.0), "max_demand": monthly(1500.0), "min_demand": monthly(700.0)}
    result = run(small_project(sheets))
    months = result.table("months")

    np.testing.assert_allclose(months.minimum, 700, rtol=1e-12)
    np.testing.assert_allclose(months.peak, 1500, rtol=1e-12)
    assert months.energy.sum() == pytest.approx(9000, rel=1e-12)


def test_a_holiday_list_from_another_year_is_reported(small_project: SmallProject) -> None:
    old = [datetime.date(2011, day.month, day.day) for day in HOLIDAY_LIST if day.year == 2024]
    result = run(small_project({"Holidays": {"Holiday": old}}), **GROWTH)

    assert any("the list is from other years; extend it" in problem for problem in result.problems)


def test_the_holiday_list_is_used_and_a_target_holiday_takes_a_base_holiday(
    small_project: SmallProject,
) -> None:
    feasts = np.array(HOLIDAY_LIST, dtype="datetime64[D]")

    def low_on_holidays(times: Any) -> Any:
        return plain_load(times) * np.where(np.isin(times.astype("datetime64[D]"), feasts), 0.8, 1.0)

    result = run(small_project({"Holidays": {"Holiday": HOLIDAY_LIST}}, load=low_on_holidays), **GROWTH)
    days = result.table("days").set_index("day")
    daily = result.hours(2027).load.resample("D").mean()
    feast = (
        daily["2026-08-15"]
        / daily["2026-08-08":"2026-08-22"].drop(daily["2026-08-15":"2026-08-16"].index).mean()
    )

    assert str(days.base_day["2026-08-15"])[:10] == "2024-08-15"
    assert days.kind["2026-08-15"] == "Holiday"
    assert feast == pytest.approx(0.8, abs=0.05)
    assert result.table("day_types").set_index("day").factor["Holiday"] == pytest.approx(0.8, abs=0.02)


def test_overlays_are_columns_of_their_own_and_can_be_named_in_the_settings(
    small_project: SmallProject,
) -> None:
    overlays = (
        Overlay("Rooftop solar", energy={2026: 500.0}),
        Overlay("Hydrogen", energy={2026: 200.0}, shape=OverlayShape.FLAT, effect=Effect.ADDED),
    )
    project = small_project()
    result = run(project, overlays=overlays, **GROWTH)
    hours = result.hourly[2027]

    assert list(hours.columns) == ["utc", "load", "gross", "planned", "Rooftop solar", "Hydrogen"]
    np.testing.assert_allclose(hours.load, hours.gross - hours["Rooftop solar"])
    np.testing.assert_allclose(hours.gross, hours.planned + hours["Hydrogen"])
    assert load(project, "BAU").config.overlays == overlays


def test_two_scenarios_are_compared_year_by_year(small_project: SmallProject) -> None:
    project = small_project()
    slow = run(project, scenario="slow", growth=2.0, **GROWTH)
    fast = run(project, scenario="fast", growth=6.0, **GROWTH)
    table = compare(slow, fast).numbers
    energy = table[(table.measure == "energy") & (table.year == 2026)].iloc[0]

    assert energy.difference_percent == pytest.approx(100 * (1.06 / 1.02 - 1))
    assert set(table[table.table == "years"].measure) == {
        "energy",
        "peak",
        "minimum",
        "load_factor",
        "ramp_p99",
    }
    assert (table[table.table == "hours"].difference > 0).all()


def test_a_year_is_compared_with_what_came_once_it_has(small_project: SmallProject) -> None:
    result = run(small_project(), **GROWTH)
    made = result.hours(2027).load

    assert compare_with_actual(result, 2027, 1.02 * made).hourly_mape == pytest.approx(100 * (1 - 1 / 1.02))
    with pytest.raises(InvalidData, match="760 of the 8760 hours of 2027 are missing"):
        compare_with_actual(result, 2027, made.iloc[:8000])


def test_calendar_years_begin_in_january(small_project: SmallProject) -> None:
    project = small_project(first="2023-01-01", last="2024-12-31")
    result = run(project, calendar_years=True, **GROWTH)

    assert result.years[0] == 2025
    assert str(result.hours(2025).index[0]) == "2025-01-01 00:00:00+05:30"
    assert result.table("months").name.tolist()[:2] == ["Jan", "Feb"]


@pytest.mark.slow
def test_every_shape_meets_the_targets(small_project: SmallProject) -> None:
    project = small_project()
    for method in ShapeMethod:
        if method is ShapeMethod.SIMILAR_DAY:
            continue
        result = run(project, shape=method.value, scenario=method.value, load_factor={2027: 70.0}, **GROWTH)
        table = result.table("years").set_index("year")
        assert table.load_factor[2027] == pytest.approx(70, rel=1e-9), method


def test_similar_days_run_with_a_temperature_column(tmp_path: Path, make_book: Callable[..., Path]) -> None:
    times = local_hours("2023-04-01", "2025-03-31")
    degrees = 26 + 4 * np.sin(np.arange(len(times)) / 900)

    def fill(project: Project) -> None:
        load = plain_load(times) * (1 + 0.02 * (degrees - 26))
        make_book(project.inputs / "hourly_load.xlsx", times, load, more={"temperature": degrees.tolist()})

    project = Project.create(tmp_path / "warm", "warm", fill)
    result = run(project, shape="similar_day", **GROWTH)

    assert result.table("days").base_day.notna().all()
    assert len(result.table("accuracy")) == 5


def test_a_wrong_setting_is_refused_before_anything_is_read() -> None:
    for settings, says in (
        ({"load_factor": {2030: 101.0}}, "expected above 0 and below 100"),
        ({"extra_holidays": ("15/08/2026",)}, "expected a date such as 2026-08-15"),
        ({"energy": {2030: -1.0}}, "expected a number above 0"),
        ({"first_year": 2030, "last_year": 2026}, "lies after last_year"),
        ({"energy_source": EnergySource.SCENARIO}, "demand_scenario names none"),
        ({"overlays": (Overlay("load"),)}, "is taken; rename it"),
    ):
        with pytest.raises(SettingError, match=says):
            make_load_profiles.make_config(LoadProfileConfig(**settings))
    make_load_profiles.make_config(
        LoadProfileConfig(precedence=(TargetKind.LOAD_FACTOR,), conflicts=Conflicts.REFUSE)
    )


def test_a_cancelled_run_leaves_no_result(small_project: SmallProject) -> None:
    project = small_project()
    started = engine.start(make_load_profiles, project, **GROWTH)
    started.cancel()
    deadline = time.monotonic() + 20
    while not started.state.is_final and time.monotonic() < deadline:
        time.sleep(0.01)

    finished = (project.results / "load_profiles" / "BAU" / "result.json").exists()
    assert started.state in (RunState.CANCELLED, RunState.SUCCEEDED)
    assert finished == (started.state is RunState.SUCCEEDED)


def test_the_second_run_reads_the_hours_from_the_cache(kerala_project: Project) -> None:
    first = read_inputs(kerala_project)
    started = time.process_time()
    second = read_inputs(kerala_project)
    seconds = time.process_time() - started

    np.testing.assert_array_equal(first.history.load, second.history.load)
    assert first.problems == second.problems
    assert seconds < 0.5


def test_without_targets_the_demand_scenario_of_the_same_name_gives_the_energy(tmp_path):
    from workbench.demand.jobs import forecast_demand
    from workbench.sample.project import create_from_sample

    project = create_from_sample(tmp_path / "sample")
    with pytest.raises(SettingError, match="run the demand forecast"):
        make_load_profiles(project)
    demand = forecast_demand(project)
    made = make_load_profiles(project).table("years").set_index("year")
    asked = demand.table("requirement").set_index("year").loc[made.index]
    assert np.allclose(made.energy, asked.requirement, rtol=1e-9)
    assert np.allclose(made.peak, asked.peak_mw, rtol=1e-9)
