"""A planted mistake at each level of a finance report fails the run and names the two numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from tests.finance.report_cases import company_csv, make_project
from workbench.data.projects.project import Project
from workbench.errors import UnbalancedResult
from workbench.finance import steps
from workbench.finance.analysis import bridges, forecasts, measures
from workbench.finance.analysis.bridge import Bridge
from workbench.finance.inputs import grain
from workbench.finance.jobs import make_finance_report
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.what_if import Driver, DriverKind
from workbench.finance.results.saved import STORE

NUMBER = r"-?[\d.e+]+"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give one project for all: what one run has forecast the next takes, as with a changed scenario."""
    return make_project(tmp_path_factory.mktemp("finance") / "board", company__csv=company_csv(30))


def lose_an_entry(ledger: Ledger) -> Ledger:
    return replace(ledger, entries=ledger.entries.iloc[1:])


def double_a_region(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: 2 * table[name] for name in table if name == "North"})


def double_last(values: pd.Series[float]) -> pd.Series[float]:
    return values.where(values.index < values.index[-1], 2 * values)


def forget_a_step(bridge: Bridge | None) -> Bridge | None:
    return bridge and replace(bridge, parts=dict(list(bridge.parts.items())[1:]))


def higher_baseline(baseline: Any) -> Any:
    return baseline and replace(baseline, revenue=baseline.revenue + 1.0)


MISTAKES: dict[str, tuple[Any, str, Callable[[Any], Any], str]] = {
    "a row is lost after reading": (
        steps,
        "read_ledger",
        lose_an_entry,
        r"rows after the stage 'add to periods': what comes out gives 120, what goes into the next gives 119",
    ),
    "a period of the company counts twice": (
        Ledger,
        "known_sum",
        double_last,
        rf"revenue of Jun 2022: the rows of the file gives {NUMBER}, the history gives {NUMBER}, a difference",
    ),
    "a region counts twice": (
        Ledger,
        "known_sum_by",
        double_a_region,
        rf"revenue by region of .* North: the rows of the file gives {NUMBER}, the history gives {NUMBER}",
    ),
    "forecasts do not keep the profit": (
        forecasts,
        "reconcile",
        lambda found: {key: path + (key[0] == "profit") for key, path in found.items()},
        rf"forecast of profit of .*2022: revenue less costs and other items gives {NUMBER}, the table of forecasts",
    ),
    "a measure adds wrong months": (
        measures,
        "_sum",
        lambda total: total * total,
        rf"profit margin of .*: the periods of the (quarter|fiscal year) gives {NUMBER}, the table of measures",
    ),
    "a step of a bridge is lost": (
        bridges,
        "contribution_bridge",
        forget_a_step,
        rf"revenue by region, .* to .*: the first amount with the steps gives {NUMBER}, the last gives {NUMBER}",
    ),
    "a bridge begins elsewhere": (
        bridges,
        "contribution_bridge",
        lambda found: replace(found, start=found.start + 5, end=found.end + 5),
        rf"revenue by region, .*: the bridge gives {NUMBER}, the history gives {NUMBER}, a difference of 5",
    ),
    "a scenario starts from another forecast": (
        steps,
        "baseline_of",
        higher_baseline,
        rf"what-if of revenue in Jul 2022: the forecast gives {NUMBER}, the baseline gives .*, a difference of -1",
    ),
}


IN_CI = tuple(MISTAKES)[::3]
"""Each mistake is found by the same few lines; the others are tried with the thorough tests."""


@pytest.mark.parametrize(
    "mistake",
    [
        name if name in IN_CI else pytest.param(name, marks=[pytest.mark.slow, pytest.mark.thorough])
        for name in MISTAKES
    ],
)
def test_a_planted_mistake_fails_the_run(
    project: Project, monkeypatch: pytest.MonkeyPatch, mistake: str
) -> None:
    place, name, change, sentence = MISTAKES[mistake]
    right = getattr(place, name)
    monkeypatch.setattr(place, name, lambda *given, **options: change(right(*given, **options)))
    with pytest.raises(UnbalancedResult, match=sentence):
        make_finance_report(project, file="company.csv", horizon=3, drivers=(Driver(DriverKind.PRICE, 5.0),))
    assert STORE.finished(project) == ()


def test_a_part_that_is_lost_from_the_forecasts_fails_the_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = steps.part_forecasts

    def planted(*given: Any) -> Any:
        found = right(*given)
        return replace(found, forecasts=found.forecasts[1:])

    monkeypatch.setattr(steps, "part_forecasts", planted)
    with pytest.raises(
        UnbalancedResult,
        match=rf"forecast of .* in Jul 2022: the sum by (department|region) gives {NUMBER}, the company",
    ):
        make_finance_report(project, file="company.csv", horizon=3)


def test_a_line_that_is_lost_while_periods_are_added_fails_the_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = grain._lines
    monkeypatch.setattr(grain, "_lines", lambda *given: right(*given)[1:])
    sentence = r"control totals of the stage 'add to periods'.* out and 0\.00 set aside"
    with pytest.raises(UnbalancedResult, match=sentence):
        make_finance_report(project, file="company.csv", horizon=3)
