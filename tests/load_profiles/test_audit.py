from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from workbench.data.projects.project import Project
from workbench.data.results.tables import Provenance, write_table
from workbench.errors import UnbalancedResult
from workbench.load_profiles import steps
from workbench.load_profiles.generation import plan
from workbench.load_profiles.generation.generate import MadeYear, make_year
from workbench.load_profiles.inputs.energy_source import assemble_targets
from workbench.load_profiles.jobs import make_load_profiles
from workbench.load_profiles.results.saved import STORE

SmallProject = Callable[..., Project]
SETTINGS = {"energy_source": "growth", "last_year": 2026, "holdout_years": 0, "peak": {2026: 1500.0}}


def planted(change: Callable[[MadeYear], MadeYear]) -> Callable[[Any], MadeYear]:
    return lambda task: change(make_year(task))


def test_an_hour_that_is_lost_after_the_targets_were_met_fails_the_run(
    small_project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_an_hour(made: MadeYear) -> MadeYear:
        planned = made.planned.copy()
        planned[100] -= 5.0
        return replace(made, planned=planned, load=planned)

    project = small_project()
    monkeypatch.setattr(steps, "make_year", planted(lose_an_hour))
    with pytest.raises(
        UnbalancedResult, match=r"energy of Apr 2026 \[MWh\]: the hours gives \d+\.?\d*, the target gives \d+"
    ):
        make_load_profiles(project, **SETTINGS)
    assert STORE.finished(project) == ()


def test_a_peak_that_is_not_that_of_the_target_fails_the_run(
    small_project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move_to_the_peak(made: MadeYear) -> MadeYear:
        planned = made.planned.copy()
        top = int(planned.argmax())
        planned[top] += 1.0
        planned[top + 1] -= 1.0
        return replace(made, planned=planned, load=planned)

    monkeypatch.setattr(steps, "make_year", planted(move_to_the_peak))
    with pytest.raises(
        UnbalancedResult, match=r"peak of .* 2026 \[MW\]: the hours gives 1501, the target gives 1500"
    ):
        make_load_profiles(small_project(), **SETTINGS)


def test_a_table_that_differs_from_its_hours_fails_the_run(
    small_project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(made: MadeYear) -> MadeYear:
        return replace(made, load=made.load / 2)

    monkeypatch.setattr(steps, "make_year", planted(half))
    with pytest.raises(UnbalancedResult, match=r"the load gives .*the planned load and its overlays gives"):
        make_load_profiles(small_project(), **SETTINGS)


def test_energy_that_is_not_that_of_the_demand_scenario_fails_the_run(
    small_project: SmallProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = small_project()
    rows = {
        "year": [2026],
        "kind": ["forecast"],
        "loss": [10.0],
        "requirement": [9000.0],
        "peak_mw": [1500.0],
    }
    path = project.results_folder("demand", "BAU") / "requirement.parquet"
    write_table(pd.DataFrame(rows), path, units={}, provenance=Provenance())
    settings = {"energy_source": "scenario", "demand_scenario": "BAU", "holdout_years": 0}
    assert make_load_profiles(project, **settings).years == (2026,)

    def a_little_more(*given: Any) -> Any:
        targets = assemble_targets(*given)
        return {year: replace(item, energy=item.energy * (1 + 1e-5)) for year, item in targets.items()}

    monkeypatch.setattr(plan, "assemble_targets", a_little_more)
    with pytest.raises(
        UnbalancedResult,
        match=r"energy of 2026 \[GWh\]: the hours gives 9000\.09, the demand scenario gives 9000",
    ):
        make_load_profiles(project, **settings)
