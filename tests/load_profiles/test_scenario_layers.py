"""Layers of a demand scenario get hours of their own, inside its energy, and nothing counts twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from workbench.data.notes import NoteKind, Notes
from workbench.data.projects.project import Project
from workbench.data.results.tables import Provenance, write_table
from workbench.errors import InvalidData, SettingError
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.config import LoadProfileConfig
from workbench.load_profiles.generation.overlays import overlay_load
from workbench.load_profiles.inputs.sun_place import sun_place
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.model.overlays import Counted, Overlay, OverlayShape, check_overlay
from workbench.load_profiles.results.report import compose_report
from workbench.load_profiles.results.saved import LoadProfileResult

SmallProject = Callable[..., Project]
YEARS = [2025, 2026, 2030]
ENERGY = {2025: 8000.0, 2026: 8400.0, 2030: 9900.0}
LAYERS = {
    "Roofs": "rooftop solar",
    "Cars": "electric vehicles",
    "Saving": "demand-side management",
    "Old": "open access",
}
SECTORS = {
    "Roofs": [300.0, 500.0, 1800.0],
    "Cars": [9.0, 90.0, 900.0],
    "Saving": [0.0, 90.0, 180.0],
    "Old": [50.0] * 3,
}


@pytest.fixture
def project(small_project: SmallProject) -> Project:
    project = small_project()
    folder = project.results_folder("demand", "BAU")
    years = list(range(YEARS[0], YEARS[-1] + 1))
    kind = ["actual"] + ["forecast"] * (len(years) - 1)
    energy = np.interp(years, YEARS, [*ENERGY.values()])
    table = pd.DataFrame(
        {"year": years, "kind": kind, "loss": 10.0, "requirement": energy, "peak_mw": energy / 5.9}
    )
    sectors = {name: np.interp(years, YEARS, values) for name, values in SECTORS.items()}
    write_table(table, folder / "requirement.parquet", units={}, provenance=Provenance())
    consolidated = pd.DataFrame({"year": years, "kind": kind, **sectors})
    write_table(consolidated, folder / "consolidated.parquet", units={}, provenance=Provenance())
    summary: dict[str, Any] = {"scenario": "BAU", "stamp": "", "config": {}, "facts": {"layers": LAYERS}}
    summary |= {"problems": [], "notes": Notes().to_plain()}
    (folder / "result.json").write_text(json.dumps(summary), encoding="utf-8")
    return project


def run(project: Project, **settings: Any) -> LoadProfileResult:
    return make_load_profiles(project, **{"holdout_years": 0, **settings})


def by_hour(result: LoadProfileResult, column: str, year: int = 2030) -> Any:
    hours = result.hours(year)
    return hours.groupby(hours.index.hour)[column].mean()


def test_layers_become_overlays_inside_the_energy_and_the_peak_of_the_scenario(project: Project) -> None:
    result = run(project)

    assert result.overlays == ("Roofs", "Cars", "Saving")
    years = result.table("years").set_index("year")
    assert years.energy[2030] == pytest.approx(9900.0, rel=1e-12)
    assert years.peak[2030] == pytest.approx(9900 / 5.9, rel=1e-12)
    hours = result.hours(2030)
    assert hours.Roofs.sum() / 1000 == pytest.approx(1800 / 0.9, rel=1e-12)
    assert hours.Cars.sum() / 1000 == pytest.approx(900 / 0.9, rel=1e-12)
    assert by_hour(result, "load")[12] < by_hour(result, "base_shape")[12] - 100
    assert by_hour(result, "load")[20] > by_hour(result, "base_shape")[20]
    assert hours.base_shape.sum() / 1000 == pytest.approx(9900.0, rel=1e-9)
    said = [note.message for note in result.notes.of(NoteKind.ASSUMPTION)]
    assert any(
        "Cars (electric vehicles) of the demand scenario 'BAU' has hours of its own" in text for text in said
    )
    page = compose_report(result).render()
    assert "Without hours of their own the load would keep the shape of the base year" in page
    assert ", shape of the base year" in page


def test_what_the_base_year_measured_already_moves_no_hour(project: Project) -> None:
    # As much solar and charging as in the base year: nothing is new, and the shape is that of the base year.
    folder = project.results_folder("demand", "BAU")
    table = pd.read_parquet(folder / "consolidated.parquet")
    for name in ("Cars", "Saving"):
        table[name] = float(table[name].iloc[0])
    table["Roofs"] = 300.0 * np.interp(table.year, YEARS, [*ENERGY.values()]) / ENERGY[2025]
    write_table(table, folder / "consolidated.parquet", units={}, provenance=Provenance())
    shares = table.Roofs / np.interp(table.year, YEARS, [*ENERGY.values()])
    assert np.ptp(shares) < 1e-12

    result = run(project, first_year=2030)

    assert result.overlays == ("Roofs",)
    hours = result.hours(2030)
    assert np.abs(hours.load / hours.base_shape - 1).max() < 0.02


def test_layers_are_switched_off_one_by_one_or_all_and_given_overlays_come_first(project: Project) -> None:
    assert run(project, scenario_layers=False).overlays == ()
    flat = Overlay("My roofs", sector="Roofs", shape=OverlayShape.FLAT, counted=Counted.IN_TARGET)
    result = run(project, plain_layers=("Cars",), overlays=(flat,), last_year=2026)
    assert result.overlays == ("My roofs", "Saving")
    with pytest.raises(
        SettingError, match=r"plain_layers names 'Bikes', which is not a layer .*present: Roofs, Cars"
    ):
        run(project, plain_layers=("Bikes",))


def test_more_of_a_layer_than_the_base_year_measured_is_refused_by_name(project: Project) -> None:
    folder = project.results_folder("demand", "BAU")
    table = pd.read_parquet(folder / "consolidated.parquet")
    table.loc[0, "Cars"] = 50_000.0
    write_table(table, folder / "consolidated.parquet", units={}, provenance=Provenance())
    with pytest.raises(InvalidData, match="Without Roofs, Cars, Saving of 2025 the base year would have -"):
        run(project)


def test_charging_lies_where_people_charge() -> None:
    hours = hours_of_year(2030)
    overlay = Overlay("Cars", shape=OverlayShape.CHARGING_BY_PLACE, at_home=100.0, at_work=0.0)
    evening, work = (
        np.bincount(hours.clock, overlay_load(item, hours, {2030: 100.0}))
        for item in (overlay, replace(overlay, at_home=0.0, at_work=100.0))
    )
    assert evening.argmax() == 20
    assert work.argmax() == 9
    assert evening.sum() == pytest.approx(work.sum()) == pytest.approx(100e3)
    with pytest.raises(SettingError, match="charges 80 % at home and 30 % at work, more than 100 % together"):
        check_overlay(replace(overlay, at_home=80.0, at_work=30.0))


def test_the_sun_is_that_of_the_setting_the_region_or_the_time_zone_which_is_said(project: Project) -> None:
    notes = Notes()
    assert sun_place(project, LoadProfileConfig(), notes) == (10.5, 76.3)
    assert sun_place(project, LoadProfileConfig(holiday_state="RJ"), notes) == (27.0, 74.2)
    assert sun_place(project, LoadProfileConfig(sun_place=(13.1, 80.3)), notes) == (13.1, 80.3)
    assert not len(notes)
    assert sun_place(project, LoadProfileConfig(holiday_country="DE"), notes) == (20.0, 82.5)
    assert "is not known" in next(iter(notes)).message
