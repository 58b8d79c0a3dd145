"""No setting is passed over: it changes what is computed, is refused by name, or is noted as unused."""

from __future__ import annotations

import capacity_settings
import demand_settings
import eto_settings
import finance_settings
import load_profile_settings
import market_settings
import pytest
from setting_runs import (
    ACTS,
    REFUSED,
    SILENT,
    Inputs,
    JobCases,
    Runner,
    maps_and_lists,
    settings_of_job,
)

from workbench.runs.jobs.offer import offered_jobs

ALL = (
    demand_settings.CASES,
    load_profile_settings.CASES,
    capacity_settings.CASES,
    eto_settings.ESTIMATE,
    eto_settings.VALIDATION,
    eto_settings.IRRIGATION,
    finance_settings.CASES,
    market_settings.INGEST,
    market_settings.BACKFILL,
    market_settings.UNDO,
    market_settings.HISTORY,
)

LONG = ("capacity", "finance", "evapotranspiration_validation", "irrigation", "market_backfill")
"""Jobs of which a run takes a second and more."""


def every_setting(*, whole: bool) -> list[object]:
    return [
        pytest.param(
            cases,
            inputs,
            setting.name,
            id=f"{cases.job}-{inputs.name}-{setting.name}",
            marks=pytest.mark.thorough if cases.job in LONG else (),
        )
        for cases in ALL
        for inputs in cases.inputs
        for setting in settings_of_job(cases.job)
        if inputs.tries(setting.name) and (setting.name not in cases.unsolved if whole else not inputs.slow)
    ]


@pytest.fixture(scope="module")
def runners(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Runner]:
    return {cases.job: Runner(cases, tmp_path_factory.mktemp(cases.job), whole=False) for cases in ALL}


@pytest.fixture(scope="module")
def whole_runners(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Runner]:
    return {cases.job: Runner(cases, tmp_path_factory.mktemp(cases.job)) for cases in ALL}


def test_every_job_is_tried() -> None:
    assert sorted(cases.job for cases in ALL) == sorted(offered_jobs())


@pytest.mark.parametrize("cases", ALL, ids=lambda cases: cases.job)
def test_every_setting_has_another_value_and_inputs_on_which_it_acts(cases: JobCases) -> None:
    settings = {setting.name: setting for setting in settings_of_job(cases.job)}
    for name, setting in settings.items():
        value = cases.value(setting)
        assert value != setting.default, f"{name}: the other value is the default"
        acting = cases.acting(name)
        assert acting.tries(name) or name in cases.elsewhere, f"{name} is not tried with '{acting.name}'"
    assert set(cases.other) | set(cases.acts_with) | set(cases.own) <= set(settings)


@pytest.mark.slow
@pytest.mark.parametrize(("cases", "inputs", "name"), every_setting(whole=False))
def test_a_setting_acts_or_is_refused_or_noted(
    cases: JobCases, inputs: Inputs, name: str, runners: dict[str, Runner]
) -> None:
    assert_not_passed_over(runners[cases.job], inputs, name)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cases", "name"),
    [
        pytest.param(cases, setting.name, id=f"{cases.job}-{setting.name}")
        for cases in ALL
        for setting in maps_and_lists(cases)
    ],
)
def test_a_name_or_year_that_is_nowhere_is_refused_or_noted(
    cases: JobCases, name: str, runners: dict[str, Runner]
) -> None:
    setting = next(item for item in settings_of_job(cases.job) if item.name == name)
    value = cases.unknown_in(setting)
    said = runners[cases.job].refuses_or_notes(cases.acting(name), name, value)
    assert said, f"{name} = {value!r} was passed over without a word"


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize(("cases", "inputs", "name"), every_setting(whole=True))
def test_so_it_does_in_a_run_that_saves_everything(
    cases: JobCases, inputs: Inputs, name: str, whole_runners: dict[str, Runner]
) -> None:
    assert_not_passed_over(whole_runners[cases.job], inputs, name)


def assert_not_passed_over(runner: Runner, inputs: Inputs, name: str) -> None:
    cases = runner.cases
    setting = next(item for item in settings_of_job(cases.job) if item.name == name)
    value = cases.value(setting, inputs)
    effect = runner.effect(inputs, name, value)
    assert effect != SILENT, f"{name} = {value!r} was passed over without a word"
    if cases.acting(name) is inputs and name not in cases.elsewhere:
        assert effect == (REFUSED if name in cases.refuses else ACTS)
