"""Everything that a run of the finance report has found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.finance.analysis.checks import CheckResult
from workbench.finance.analysis.drivers import DriverAnalysis
from workbench.finance.analysis.forecasts import Forecast, PartForecasts
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.series import FigureSeries
from workbench.finance.model.what_if import Assumptions

__all__ = ["Analysis"]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a run has found, before it is put into tables."""

    ledger: Ledger
    checks: tuple[CheckResult, ...]
    costs: tuple[str, ...]
    series: Mapping[str, FigureSeries]
    periods_ahead: pd.DatetimeIndex
    company: Mapping[str, Forecast]
    without_forecast: Mapping[str, str]
    parts: Mapping[str, PartForecasts]
    events: pd.DataFrame
    expected: pd.DataFrame
    relations: pd.DataFrame
    leading: tuple[DriverAnalysis, ...]
    bridges: pd.DataFrame
    what_if: tuple[pd.DataFrame, pd.DataFrame] | None
    assumptions: Assumptions
    assumptions_from: str
    idle_answers: tuple[str, ...] = ()
    """Answers of the settings to questions that the file does not raise."""
