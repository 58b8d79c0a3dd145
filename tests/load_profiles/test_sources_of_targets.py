"""Which source of a target counts, and what an incomplete demand scenario does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.data.notes import NoteKind, Notes
from workbench.data.projects.project import Project
from workbench.data.results.tables import Provenance, write_table
from workbench.errors import InvalidData
from workbench.hourly_loads.year_hours import MONTH_NAMES
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.model.overlays import Overlay
from workbench.load_profiles.results.saved import LoadProfileResult

SmallProject = Callable[..., Project]
FISCAL = (*MONTH_NAMES[3:], *MONTH_NAMES[:3])
SHAPE_ALONE = {"energy_source": "growth", "energy": {2026: 9000.0}, "last_year": 2026, "scenario": "alone"}


def monthly_peaks(*values: float) -> dict[str, Any]:
    return {
        "max_demand": {"Year": [2026], **{name: [value] for name, value in zip(FISCAL, values, strict=True)}}
    }


def save_demand(
    project: Project,
    notes: Notes,
    *,
    name: str = "BAU",
    origin: Sequence[str] = (),
    peak: float = 1400.0,
    energies: Mapping[int, float] = MappingProxyType({2026: 9000.0}),
) -> None:
    """Save what a load profile reads of a demand scenario: 9 000 GWh in 2026."""
    folder = project.results_folder("demand", name)
    table = pd.DataFrame(
        {"year": [*energies], "kind": "forecast", "loss": 10.0, "requirement": [*energies.values()]}
    )
    table["peak_mw"] = [peak if energy == energy else np.nan for energy in energies.values()]
    sectors = pd.DataFrame({"year": [*energies], "kind": "forecast", "Cars": [*energies.values()]})
    write_table(sectors, folder / "consolidated.parquet", units={}, provenance=Provenance())
    if origin:
        table["load_factor_origin"] = list(origin)
    write_table(table, folder / "requirement.parquet", units={}, provenance=Provenance())
    summary = {
        "scenario": "BAU",
        "stamp": "",
        "config": {},
        "facts": {},
        "problems": [],
        "notes": notes.to_plain(),
    }
    (folder / "result.json").write_text(json.dumps(summary), encoding="utf-8")


def assumed_load_factor() -> Notes:
    notes = Notes()
    notes.assumption("No load factor is given: 65 % is assumed (setting load_factor).")
    return notes


def run(project: Project, **settings: Any) -> LoadProfileResult:
    return make_load_profiles(
        project, **{"energy_source": "scenario", "demand_scenario": "BAU", "holdout_years": 0, **settings}
    )


def peak_of(result: LoadProfileResult) -> float:
    return float(result.table("years").set_index("year").peak[2026])


def passed_over(result: LoadProfileResult) -> list[str]:
    return [note.message for note in result.notes.of(NoteKind.AMBIGUITY) if "passed over" in note.message]


@pytest.mark.parametrize("marked", [False, True])
def test_an_assumed_load_factor_never_scales_months_that_are_given(
    small_project: SmallProject, marked: bool
) -> None:
    given = [1500.0, *[1450.0] * 11]
    project = small_project(monthly_peaks(*given))
    if marked:
        save_demand(project, Notes(), origin=["assumed"])
    else:
        save_demand(project, assumed_load_factor())
    result = run(project)
    assert result.table("months").peak.tolist() == pytest.approx(given, rel=1e-12)
    assert passed_over(result) == [
        "the peak is that of the sheet 'max_demand' (given); that of the demand scenario 'BAU', assumed load "
        "factor (assumed) is passed over."
    ]


def test_a_peak_of_the_workbook_counts_before_one_that_is_derived(small_project: SmallProject) -> None:
    sheets = {"Total Demand": {"Year": [2026], "Total Demand (GWh)": [8800.0], "Peak Demand (MW)": [1600.0]}}
    project = small_project(sheets)
    save_demand(project, Notes())
    result = run(project)
    assert peak_of(result) == pytest.approx(1600.0, rel=1e-12)
    assert ["(derived) is passed over" in words for words in passed_over(result)] == [True]


def test_a_column_of_targets_that_is_not_read_is_listed(small_project: SmallProject) -> None:
    sheets = {"Total Demand": {"Year": [2026], "Energy (GWh)": [9000.0], "Pike (MW)": [1600.0]}}
    result = make_load_profiles(small_project(sheets), holdout_years=0)
    assert any(note.cell == "C1" and "'Pike (MW)' is not read" in note.message for note in result.notes)


def test_without_any_given_peak_the_derived_one_is_taken(small_project: SmallProject) -> None:
    project = small_project()
    save_demand(project, Notes())
    result = run(project)
    assert peak_of(result) == pytest.approx(1400.0, rel=1e-12)
    assert passed_over(result) == []


def test_the_shape_that_was_measured_counts_before_an_assumed_load_factor(
    small_project: SmallProject,
) -> None:
    project = small_project()
    save_demand(project, assumed_load_factor(), peak=9999.0)
    assert peak_of(run(project)) == pytest.approx(peak_of(run(project, **SHAPE_ALONE)), rel=1e-9)


def test_a_setting_counts_before_the_scenario(small_project: SmallProject) -> None:
    project = small_project()
    save_demand(project, Notes())
    assert peak_of(run(project, load_factor={2026: 60.0})) == pytest.approx(9e6 / 8760 / 0.6, rel=1e-9)


def test_an_incomplete_demand_scenario_is_refused_and_accepted_by_a_setting(
    small_project: SmallProject,
) -> None:
    project = small_project()
    notes = Notes()
    notes.omission("Homes has no forecast", years=(2026,))
    save_demand(project, notes)
    with pytest.raises(
        InvalidData,
        match=r"The demand scenario 'BAU' is incomplete: Homes has no forecast\. .* setting accept_incomplete",
    ):
        run(project)
    result = run(project, accept_incomplete=True)
    (omission,) = result.notes.omissions
    assert omission.message == "the demand scenario 'BAU' is incomplete: Homes has no forecast"
    assert (omission.setting, omission.years, result.is_complete) == ("accept_incomplete", (2026,), False)


LATER_MISSING = {2026: 9000.0, 2027: np.nan, 2028: np.nan}
PUMPS = Notes("demand.xlsx")
PUMPS.omission("Pumps has no forecast", years=(2027, 2028))


def test_years_that_an_incomplete_scenario_lacks_are_missing_and_the_others_are_made(
    small_project: SmallProject,
) -> None:
    project = small_project()
    save_demand(project, PUMPS, energies=LATER_MISSING)
    result = run(project, accept_incomplete=True)
    assert result.table("years").year.tolist() == [2026]
    (note,) = [note for note in result.notes.omissions if note.setting == "demand_scenario"]
    assert note.message == (
        "the demand scenario 'BAU' is incomplete: it has no energy for 2027-2028, so that they have no load profile"
    )
    assert note.years == (2027, 2028)
    assert "in the setting energy" in note.advice


def test_a_scenario_of_which_every_year_is_missing_is_refused_with_its_name_its_years_and_the_setting(
    small_project: SmallProject,
) -> None:
    project = small_project()
    save_demand(project, PUMPS, energies={2027: np.nan, 2028: np.nan})
    with pytest.raises(
        InvalidData,
        match=r"demand scenario 'BAU' is incomplete: it has no energy for 2027-2028 \(.*Pumps has no forecast.*"
        r"in the setting energy",
    ):
        run(project, accept_incomplete=True)


@pytest.mark.parametrize("given", ["setting", "sheet"])
def test_the_energy_of_a_missing_year_may_be_given(small_project: SmallProject, given: str) -> None:
    sheet = {"Total Demand": {"Year": [2027, 2028], "Energy (GWh)": [9100.0, 9200.0]}}
    project = small_project(sheet if given == "sheet" else None)
    save_demand(project, PUMPS, energies=LATER_MISSING)
    energy = {2027: 9100.0, 2028: 9200.0} if given == "setting" else {}
    result = run(project, accept_incomplete=True, energy=energy)
    assert result.table("years").energy.tolist() == pytest.approx([9000.0, 9100.0, 9200.0])
    said = [
        note.message for note in result.notes if "has no energy for 2027-2028: that of the" in note.message
    ]
    assert bool(said) == (given == "sheet")


def test_an_overlay_of_a_sector_that_the_scenario_lacks_is_refused(small_project: SmallProject) -> None:
    project = small_project()
    save_demand(project, PUMPS, energies=LATER_MISSING)
    overlays = (Overlay("Charging", sector="Cars"),)
    with pytest.raises(
        InvalidData, match=r"sector 'Cars', which the demand scenario 'BAU' lacks in 2027-2028"
    ):
        run(project, accept_incomplete=True, overlays=overlays)


ANNUAL = {"Total Demand": {"Year": [2026], "Energy (GWh)": [11000.0], "Peak (MW)": [1900.0]}}


def said(result: LoadProfileResult, words: str) -> bool:
    return any(words in note.message for note in result.notes)


def test_left_to_itself_the_energy_is_that_of_the_newest_scenario_and_the_workbooks_is_passed_over(
    small_project: SmallProject,
) -> None:
    project = small_project(ANNUAL)
    save_demand(project, Notes(), name="old", energies={2026: 8000.0})
    save_demand(project, Notes(), name="new")
    earlier = project.results_folder("demand", "old") / "result.json"
    os.utime(earlier, (1e9, 1e9))

    result = run(project, energy_source="automatic", demand_scenario="")

    assert result.table("years").energy.tolist() == pytest.approx([9000.0])
    assert peak_of(result) == pytest.approx(1400.0)
    assert said(result, "of the demand scenario 'new', the newest of 2, not that of the workbook's targets")
    assert said(result, "11,000 GWh in 2026, where the demand scenario 'new' has 9,000 GWh")
    named = run(project, energy_source="automatic", demand_scenario="old")
    assert named.table("years").energy.tolist() == pytest.approx([8000.0])


def test_without_a_scenario_or_where_it_is_chosen_the_workbook_gives_energy_and_peak(
    small_project: SmallProject,
) -> None:
    project = small_project(ANNUAL)
    alone = run(project, energy_source="automatic", demand_scenario="")
    assert said(alone, "that of the workbook's targets: there is no finished demand scenario")
    save_demand(project, Notes())
    chosen = run(project, energy_source="workbook", demand_scenario="")
    for result in (alone, chosen):
        assert result.table("years").energy.tolist() == pytest.approx([11000.0])
        assert peak_of(result) == pytest.approx(1900.0)


def test_peaks_of_another_forecast_are_not_mixed_with_the_energy_of_a_scenario(
    small_project: SmallProject,
) -> None:
    project = small_project(ANNUAL)
    save_demand(project, Notes())
    assert peak_of(run(project)) == pytest.approx(1400.0)
