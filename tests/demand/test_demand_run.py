from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

import workbench
from workbench.data.projects.project import Project
from workbench.demand import steps
from workbench.demand.config import DemandConfig
from workbench.demand.results.saved import load
from workbench.demand.sectors.sector_forecast import ModelForecast, Request, forecast_sector
from workbench.errors import RunCancelled, UnreadableFile

CONFIG = DemandConfig(target_year=2030)
SECONDS_A_UNIT = 0.05
CALLED: list[str] = []


def slow_sector(request: Request) -> ModelForecast:
    """The real work, slow enough to reach it with a control."""
    CALLED.append(f"{request.sector}/{request.model}")
    time.sleep(SECONDS_A_UNIT)
    return forecast_sector(request)


@pytest.fixture
def slow_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "forecast_sector", slow_sector)


def wait_until(reached: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def finished_units(run: workbench.Run) -> set[str]:
    return {event.data["unit"] for event in run.events() if event.data and "unit" in event.data}


@pytest.mark.usefixtures("slow_units")
def test_the_target_year_can_be_changed_in_flight(small_project: Project) -> None:
    run = workbench.start("demand", small_project, CONFIG)
    wait_until(lambda: len(finished_units(run)) >= 2)
    run.adjust(target_year=2033)
    result = run.result(60)
    assert result.config.target_year == 2033
    assert result.table("requirement").year.max() == 2033
    assert len(result.chosen("Homes")) == 8
    assert any("target year is now 2033" in line for line in run.logs())


@pytest.mark.usefixtures("slow_units")
def test_a_cancelled_run_stops_and_writes_nothing(small_project: Project) -> None:
    run = workbench.start("demand", small_project, CONFIG)
    wait_until(lambda: len(finished_units(run)) >= 2)
    run.cancel()
    assert run.wait(10)
    assert str(run.state) == "cancelled"
    with pytest.raises(RunCancelled):
        run.result(1)
    with pytest.raises(UnreadableFile):
        load(small_project, CONFIG.scenario)


@pytest.mark.usefixtures("slow_units")
def test_a_resumed_run_repeats_only_what_was_not_finished(small_project: Project) -> None:
    run = workbench.start("demand", small_project, CONFIG)
    CALLED.clear()
    wait_until(lambda: len(CALLED) >= 6)
    run.cancel()
    assert run.wait(10)
    finished = finished_units(run)
    CALLED.clear()
    result = workbench.resume(run.id, small_project).result(60)
    assert len(result.chosen("Homes")) == 5
    assert CALLED
    assert not finished & set(CALLED)


def test_the_loaded_result_is_the_one_that_was_returned(small_project: Project) -> None:
    run = workbench.start("demand", small_project, CONFIG)
    result = run.result(60)
    assert load(small_project, CONFIG.scenario).table("requirement").equals(result.table("requirement"))
    artifacts = {Path(event.data["path"]).name for event in run.events() if str(event.kind) == "artifact"}
    assert {"demand.xlsx", "report.html", "result.json", "forecast.parquet"} <= artifacts
