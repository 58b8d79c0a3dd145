from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.capacity.config import CapacityConfig, Horizon
from workbench.capacity.inputs.reading import find_source, is_network, read_system
from workbench.capacity.inputs.template import YEARS, example_rows, write_template
from workbench.capacity.jobs import plan_capacity
from workbench.capacity.model.system import Kind, is_renewable
from workbench.data.notes import NoteKind, Notes
from workbench.data.projects.project import Project
from workbench.errors import InvalidData, SettingError, UnreadableFile

CONFIG = CapacityConfig(years=(2030,))
MakeProject = Callable[..., Project]


def read(project: Project, config: CapacityConfig = CONFIG) -> Any:
    return read_system(find_source(project), config)


def changed(sheet: str, row: int, **values: object) -> dict[str, Any]:
    rows = [dict(item) for item in example_rows()[sheet]]
    rows[row].update(values)
    return {sheet: rows}


def test_the_template_is_read_without_a_problem(make_project: MakeProject) -> None:
    system = read(make_project())
    assert [plant.name for plant in system.plants] == ["Coal 1", "Gas 1", "Solar 1", "Coal far"]
    assert {c.name: c.kind for c in system.candidates}["Battery new"] is Kind.STORAGE_UNIT
    assert len(system.demand[2030]) == 8760
    assert system.problems == ()
    assert system.monthly_limits["coal", 7] == 0.9
    assert system.cycles == {"battery": 1.5}
    assert system.custom_days == ("05-15", "07-15", "12-15")


def test_fuel_costs_by_year_are_the_marginal_costs_of_plants_that_stand(make_project: MakeProject) -> None:
    project = make_project(
        Fuel_cost=[
            {"carrier": "coal", "2030": 3000, "2035": 3600},
            {"carrier": "gas", "2030": 7000, "2035": 7000},
        ]
    )
    assert read(project).plants[0].marginal_cost == {2030: 3000, 2035: 3600}


BAD = [
    (
        changed("Generators", 0, carrier="cole"),
        r"sheet 'Generators', cell C2: the carrier 'cole' is not on the sheet 'CO2'; did you mean 'coal'\?",
    ),
    (
        changed("Generators", 1, bus="Main"),
        r"sheet 'Generators', cell B3: the bus 'Main' is not on the sheet 'Buses'; did you mean 'Main_Bus'",
    ),
    (changed("Generators", 0, p_nom=-5), r"sheet 'Generators', cell D2: the p_nom is -5, expected 0 or more"),
    (
        changed("Generators", 0, efficiency=85),
        r"sheet 'Generators', cell K2: the efficiency is 85, expected a part of one.*write 0.85 for 85 %",
    ),
    (
        changed("New_Generators", 0, marginal_cost=None),
        r"sheet 'New_Generators', cell D2: the marginal_cost is missing",
    ),
    (changed("Links", 0, bus1="Nowhere"), r"sheet 'Links', cell C2: the bus1 'Nowhere'"),
    ({"Fuel_cost": [{"carrier": "coal", "2030": 3000, "2035": 3000}]}, r"cell C3: Gas 1 has no cost"),
    (
        {"Capital_cost": example_rows()["Capital_cost"][:2]},
        r"sheet 'New_Storage', cell A2: 'Battery new' has no cost on the sheet 'Capital_cost'",
    ),
    (changed("Generators", 1, name="Coal 1"), r"cell A3: 'Coal 1' is there twice, also in A2"),
    (
        {"Demand": example_rows()["Demand"][:8700]},
        r"sheet 'Demand', cell A1: the year 2030 has 8,700 hours up to A8701, expected 8,760",
    ),
    (
        changed("P_max_pu", 3, solar=1.4),
        r"sheet 'P_max_pu', cell A5: the availability is 1.4, expected a part of one",
    ),
    ({"Buses": [{"name": "Hub"}]}, r"no bus is named 'Main_Bus'"),
]


@pytest.mark.parametrize(
    ("changes", "sentence"), BAD, ids=lambda value: value[:40] if isinstance(value, str) else ""
)
def test_bad_input_is_named_by_sheet_and_cell(
    make_project: MakeProject, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InvalidData, match=sentence):
        read(make_project(**changes))


def test_a_column_that_is_missing_is_never_taken_for_zero(tmp_path: Path) -> None:
    from workbench.data.workbooks.writing import Column, writing_workbook

    path = tmp_path / "plants.xlsx"
    with writing_workbook(path) as book:
        book.sheet("plants").table(
            [Column("name", ["A"]), Column("carrier", ["coal"]), Column("p_nom", [100])]
        )
        book.sheet("options").table([Column("carrier", ["coal"])])
        book.sheet("carriers").table([Column("carrier", ["coal"]), Column("co2_emissions", [0.3])])
    with pytest.raises(
        InvalidData, match="sheet 'plants': there is no column 'marginal_cost'; present: name, carrier"
    ):
        read_system(path, CONFIG)


def test_every_problem_is_found_in_one_pass(make_project: MakeProject) -> None:
    project = make_project(
        **changed("Generators", 0, p_nom=-5, efficiency=85), **changed("Links", 0, bus0="X")
    )
    with pytest.raises(InvalidData) as caught:
        read(project)
    assert len(caught.value.problems) == 3


def test_a_missing_year_column_is_named_with_those_present(tmp_path: Path) -> None:
    path = write_template(tmp_path / "plan.xlsx")
    with pytest.raises(
        InvalidData, match="sheet 'Capital_cost': there is no column for the year 2033; present: 2030, 2035"
    ):
        read_system(path, CapacityConfig(years=(2033,)))


def test_the_plant_list_of_the_sample_is_read_with_its_storage(sample_project: Project) -> None:
    system = read(sample_project)
    kinds = {plant.name: plant.kind for plant in system.plants}
    assert len(system.plants) == 16
    assert kinds["Harbour Battery"] is Kind.STORAGE_UNIT
    assert any("no water is given for hydro" in note.message for note in system.notes)


def test_a_workbook_that_is_none_names_what_is_expected(sample_project: Project) -> None:
    with pytest.raises(
        InvalidData, match="is not a workbook of plants: expected the sheets plants, options and carriers"
    ):
        read_system(sample_project.input("demand.xlsx"), CONFIG)


def test_a_project_without_a_workbook_says_so(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "empty", "Empty")
    with pytest.raises(UnreadableFile, match="no workbook of plants"):
        find_source(project)


@pytest.mark.parametrize(
    ("carrier", "renewable"),
    [
        ("solar", True),
        ("onwind", True),
        ("hydro", True),
        ("pumped hydro", False),
        ("battery", False),
        ("market", False),
        ("solar market", False),
        ("coal", False),
    ],
)
def test_market_battery_and_pumped_storage_are_not_renewable(carrier: str, renewable: bool) -> None:
    assert is_renewable(carrier) is renewable


def test_the_kind_of_a_source_does_not_depend_on_its_name(make_project: MakeProject) -> None:
    project = make_project()
    named = project.inputs / "network-2035.xlsx"
    (project.inputs / "plan.xlsx").rename(named)
    assert not is_network(named)
    assert read(project).plants


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"years": (2030, 2035)}, "2 years are given for a single year"),
        ({"years": (2035, 2030), "horizon": Horizon.ROLLING}, "each once, in rising order"),
        ({"years": ()}, "No year is given"),
        ({"rolling_horizon": 24, "rolling_overlap": 24}, "The windows overlap"),
        (
            {"rolling_horizon": 24, "renewable_share": {2030: 5.0}},
            "renewable_share is a limit of the whole year",
        ),
        ({"renewable_share": {2030: 140.0}}, "is 140.0 at 2030, the most allowed is 100"),
        ({"futures": {"dry": 0.5}}, "add up to 0.5, expected 1"),
    ],
)
def test_settings_that_do_not_fit_are_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        plan_capacity.make_config(CapacityConfig(**changes))


def test_a_setting_that_names_an_unknown_carrier_or_plant_is_an_error(make_project: MakeProject) -> None:
    config = CapacityConfig(years=YEARS[:1], build_limits={"fusion": 10.0}, retirements={"Coal 9": 2030})
    sentence = (
        r"build_limits names 'fusion', .* carrier here; .* retirements names 'Coal 9', .* there are Coal 1, "
    )
    with pytest.raises(SettingError, match=sentence):
        read(make_project(), config)


def test_a_saved_load_profile_is_the_load_of_the_plan(sample_project: Project) -> None:
    from workbench.capacity.inputs.demand_source import find_load
    from workbench.load_profiles.jobs import make_load_profiles

    profile = make_load_profiles(sample_project, energy_source="growth", scenario="grown", last_year=2030)
    config = CapacityConfig(years=(2030,), demand_source="load profile")
    load = find_load(sample_project, read(sample_project, config), config)
    assert load.source == "load profile 'grown'"
    assert load.by_year[2030] == pytest.approx(profile.hours(2030)["load"].to_numpy())


def test_a_load_profile_that_is_not_there_names_those_that_are(make_project: MakeProject) -> None:
    from workbench.capacity.inputs.demand_source import find_load

    project = make_project()
    config = CapacityConfig(years=(2030,), demand_source="load profile", load_profile="dry")
    with pytest.raises(InvalidData, match="no load profile 'dry'; saved are none"):
        find_load(project, read(project, config), config)


def test_an_incomplete_load_profile_is_refused_and_accepted_by_a_setting(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.capacity.inputs.demand_source import find_load
    from workbench.load_profiles.results import saved

    notes = Notes()
    notes.omission("2031 could not be made: no room for its peak", years=(2031,))
    hours = pd.DataFrame({"load": np.full(8760, 700.0)})
    profile = SimpleNamespace(notes=notes, first_month=4, years=(2030,), hours=lambda year: hours)
    monkeypatch.setattr(saved, "load", lambda project, name: profile)
    project = make_project()
    folder = project.results_folder("load_profiles", "BAU")
    folder.mkdir(parents=True)
    (folder / "result.json").write_text("{}", encoding="utf-8")
    config = CapacityConfig(years=(2030,), demand_source="load profile", load_profile="BAU")
    system = read(project, config)
    with pytest.raises(
        InvalidData,
        match=r"load profile 'BAU' is incomplete: 2031 could not be made.* setting accept_incomplete",
    ):
        find_load(project, system, config)
    load = find_load(project, system, replace(config, accept_incomplete=True))
    assert [(note.kind, note.years) for note in load.notes] == [(NoteKind.OMISSION, (2031,))]
    assert load.by_year[2030].sum() == 8760 * 700


def test_the_load_grows_beyond_the_years_that_are_given(make_project: MakeProject) -> None:
    from workbench.capacity.inputs.demand_source import find_load

    config = CapacityConfig(years=(2030,), demand_growth=10.0)
    rows = [{"2028": row["2030"]} for row in example_rows()["Demand"]]
    rows += rows[-24:]  # FY 2027-28 has a 29 February
    project = make_project(Demand=rows)
    load = find_load(project, read(project, config), config)
    assert load.by_year[2030].size == 8760
    assert load.by_year[2030].max() == pytest.approx(1.21 * max(row["2028"] for row in rows), rel=1e-9)
    assert "2030 from 2028 at 10 % a year" in load.source
    assert [(note.kind, note.setting, note.years) for note in load.notes] == [
        (NoteKind.ASSUMPTION, "demand_growth", (2030,))
    ]


def test_without_any_load_the_three_ways_out_are_said(tmp_path: Path) -> None:
    from workbench.capacity.inputs.demand_source import find_load
    from workbench.sample.plants import write_plants

    project = Project.create(tmp_path / "bare", "Bare")
    write_plants(project.inputs / "plants.xlsx")
    with pytest.raises(InvalidData, match="no hourly load: add a sheet 'Demand'"):
        find_load(project, read(project), CONFIG)


def test_switches_of_the_workbook_that_the_form_decides_are_said(tmp_path: Path) -> None:
    from workbench.capacity.inputs.sheets.workbook_settings import read_settings
    from workbench.data.problems import Problems
    from workbench.data.workbooks.reading import read_workbook
    from workbench.data.workbooks.writing import Column, writing_workbook

    path = tmp_path / "plan.xlsx"
    with writing_workbook(path) as book:
        sheet = book.sheet("Settings")
        names = ["Weightings", "Monthly constraints"]
        sheet.table([Column("Setting", names), Column("Option", [4, "No"])], row=2, mark="Main_Settings")
        limits = [Column("Month", ["July"]), Column("coal", [0.8])]
        sheet.table(limits, row=8, mark="Monthly_Constraints")
    problems = Problems("plan.xlsx")
    main, _, monthly, _ = read_settings(read_workbook(path), problems)
    assert main["Weightings"] == "4"
    assert monthly == {}, "switched off"
    assert [problem.cell for problem in problems.warnings] == ["B5"]
    assert "the setting hours of the form decides" in str(problems.warnings[0])
