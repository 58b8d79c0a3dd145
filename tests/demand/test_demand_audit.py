"""A planted mistake at each level of a demand forecast fails the run and names the two numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from demand_workbooks import MakeWorkbook, series

from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.inputs import reading
from workbench.demand.jobs import forecast_demand
from workbench.demand.model.sector import Sector
from workbench.demand.requirement import chain, grid
from workbench.demand.results import assemble
from workbench.demand.results.saved import STORE
from workbench.errors import UnbalancedResult

CONFIG = DemandConfig(target_year=2030, models=("damped_growth",))
GIVES = r" gives -?[\d.e+]+, the table gives -?[\d.e+]+, a difference of "
DEAD = series(2006, [1e6 if i < 15 else 0 for i in range(20)])


def lose_a_year(sector: Sector) -> Sector:
    return replace(sector, first_year=sector.first_year + 1, energy=sector.energy[1:])


def double_a_year(sector: Sector) -> Sector:
    energy = sector.energy.copy()
    energy[3] *= 2
    return replace(sector, energy=energy)


def double_last(values: np.ndarray) -> np.ndarray:
    changed = values.copy()
    changed[-1] *= 2
    return changed


MISTAKES: dict[str, tuple[ModuleType, str, Callable[[Any], Any], str]] = {
    "a row of a sheet is lost": (
        reading,
        "_sector",
        lose_a_year,
        r"electricity of Homes in 2006 \[GWh\]: the sheet gives 9700, the history gives nothing",
    ),
    "a row of a sheet counts twice": (
        reading,
        "_sector",
        double_a_year,
        r"electricity of Homes in 2009 \[GWh\]: the sheet gives .*, the history gives .*, a difference of -1",
    ),
    "a sector is not its model's": (
        chain,
        "_line",
        double_last,
        r"electricity of Homes in 2030 \[GWh\]: its model" + GIVES,
    ),
    "a sector counts twice in its role": (
        chain,
        "_by_role",
        lambda roles: {role: 1.5 * values for role, values in roles.items()},
        r"sales of 2030 \[GWh\]: its sectors" + GIVES,
    ),
    "solar is not taken off": (
        chain,
        "consumption",
        lambda found: (found[0], found[0]),
        r"net consumption of 2030 \[GWh\]: the sectors" + GIVES,
    ),
    "losses are forgotten": (
        grid,
        "requirement",
        lambda needed: needed * 0.999,
        r"net consumption of 2030 \[GWh\]: the requirement less losses" + GIVES,
    ),
    "a peak is too low": (
        grid,
        "peak",
        lambda highest: highest * 0.999,
        r"requirement of 2030 \[GWh\]: peak and load factor" + GIVES,
    ),
    "a leap year is forgotten": (
        chain,
        "hours_of",
        lambda _: 8760,
        r"hours of 2028 \[h\]: the calendar gives 8784",
    ),
    "a share of solar is lost": (
        chain,
        "split_solar",
        lambda split: {name: values / 2 for name, values in split.items()},
        r"rooftop solar of 2030 \[GWh\]: its split" + GIVES,
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_fails_the_run(
    small_project: Project, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    module, name, change, sentence = MISTAKES[mistake]
    right = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *given, **options: change(right(*given, **options)))
    with pytest.raises(UnbalancedResult, match=sentence):
        forecast_demand(small_project, CONFIG)
    assert STORE.finished(small_project) == ()


def test_a_partial_sum_that_is_no_sum_fails_the_run(
    small_project: Project, make_workbook: MakeWorkbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_workbook(small_project.inputs / "demand.xlsx", Factories=DEAD)
    right = chain.consumption

    def planted(by_role: Any) -> Any:
        gross, net = right(by_role)
        return gross, net if np.isnan(net).any() else net + 1.0

    monkeypatch.setattr(chain, "consumption", planted)
    with pytest.raises(
        UnbalancedResult, match=r"partial sum of 2026 \[GWh\]: the sectors that are known" + GIVES + "-1"
    ):
        forecast_demand(small_project, CONFIG)


def test_a_missing_sector_that_counts_as_nothing_fails_the_run(
    small_project: Project, make_workbook: MakeWorkbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_workbook(small_project.inputs / "demand.xlsx", Factories=DEAD)
    monkeypatch.setattr(chain, "_since", lambda values, years, first: np.nan_to_num(values))
    with pytest.raises(
        UnbalancedResult, match=r"sales of 2026 \[GWh\]: its sectors gives nothing, the table gives"
    ):
        forecast_demand(small_project, CONFIG)


def test_a_forecast_that_is_lost_from_its_table_fails_the_run(
    small_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = assemble._forecast
    monkeypatch.setattr(assemble, "_forecast", lambda *given: right(*given).query("year != 2028"))
    with pytest.raises(
        UnbalancedResult, match=r"electricity of Homes in 2028 \[GWh\]: its model gives nothing"
    ):
        forecast_demand(small_project, CONFIG)
