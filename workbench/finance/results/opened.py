"""A saved finance report in a notebook: its tables and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.charts.opened import Opened
from workbench.finance.results.saved import STORE, FinanceResult

if TYPE_CHECKING:
    from workbench.charts.plots import Table

__all__ = ["FinanceReport"]


class FinanceReport(Opened[FinanceResult]):
    """A saved finance report: its tables as attributes, its figures under ``plot``.

    Examples
    --------
    ::

        from workbench.finance import FinanceReport

        report = FinanceReport.open(project, "March")    # the newest one where none is named
        report.forecasts                                 # the table, in the currency of the file
        report.plot.forecasts(figure="revenue")          # history, forecast and interval
        report.plot.events(figure="profit")              # what stands out
        report.plot.history.line()                       # all figures of the company
        report.to_pandas("leading_indicators")           # a DataFrame of your own
    """

    store = STORE

    if TYPE_CHECKING:
        figures: Table
        history: Table
        forecasts: Table
        accuracy: Table
        models: Table
        left_out: Table
        measures: Table
        checks: Table
        exceptions: Table
        events: Table
        expected: Table
        relations: Table
        leading_indicators: Table
        bridges: Table
        what_if: Table
        tornado: Table
        sentences: Table
        difference: Table
        before_history: Table
        before_forecasts: Table
        changes: Table
        totals: Table
        sources: Table
        weeks: Table
