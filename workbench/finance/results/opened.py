"""Saved finance reports from a notebook: tables and figures in three lines.

::

    from workbench.finance import FinanceReport

    report = FinanceReport.open("board", "March")
    report.forecasts                              # the table
    report.plot.forecasts(figure="revenue")       # history, forecast and interval
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.charts.opened import OpenedScenario
from workbench.charts.plots import Table
from workbench.data.projects.project import Project
from workbench.data.results.scenario import finished_scenarios
from workbench.finance.results.saved import DOMAIN, TABLES, FinanceResult, load

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["FinanceReport"]

SAVED_AS = {"leading_indicators": "foretelling"}
"""Tables that are saved under an older name."""

# How a figure reads a table: column across, columns up; each figure of the company is a series.
_FIGURE: dict[str, tuple[str, tuple[str, ...]]] = {
    "history": ("period", ("value",)),
    "forecasts": ("period", ("forecast",)),
    "accuracy": ("method", ("wape",)),
    "expected": ("period", ("expected",)),
    "what_if": ("period", ("scenario", "baseline")),
    "before_history": ("period", ("value",)),
    "before_forecasts": ("period", ("forecast",)),
}
_IN_CURRENCY = (
    "value",
    "forecast",
    "lower",
    "upper",
    "own",
    "expected",
    "low",
    "high",
    "scenario",
    "baseline",
)


class FinanceReport(OpenedScenario):
    """A saved finance report: its tables as attributes, its figures under ``plot``.

    Examples
    --------
    ::

        FinanceReport.open(project)                       # names the saved reports
        report = FinanceReport.open(project, "March")
        report.to_pandas("history")                       # a DataFrame
        report.plot.forecasts()                           # the figures of the company side by side
        report.plot.events(figure="profit")               # what stands out
        report.plot.what_if(figure="profit")
    """

    if TYPE_CHECKING:
        figures: Table
        history: Table
        forecasts: Table
        accuracy: Table
        models: Table
        measures: Table
        checks: Table
        events: Table
        expected: Table
        relations: Table
        leading_indicators: Table
        bridges: Table
        what_if: Table
        tornado: Table
        sentences: Table
        result: FinanceResult | None

    @classmethod
    def open(cls, project: Project | Path | str, scenario: str | None = None) -> FinanceReport:
        """Open a saved report, or list those there are.

        Parameters
        ----------
        project
            The project, or its folder.
        scenario
            Name of the report; None lists the saved ones.

        Raises
        ------
        ProjectError
            When the folder is not a project.
        UnreadableFile
            When there is no such report, or its files do not belong together.
        """
        project = project if isinstance(project, Project) else Project.open(project)
        names = finished_scenarios(project, DOMAIN)
        if scenario is None:
            opened = cls(project.name, None, names, {})
            opened.result = None
            return opened
        from workbench.finance.results import analysis_charts, charts

        result = load(project, scenario)
        public = {saved: name for name, saved in SAVED_AS.items()}
        tables = {public.get(name, name): partial(_table, result, name) for name in TABLES}
        figures: dict[str, Callable[..., go.Figure]] = {
            "forecasts": partial(_draw_forecasts, result),
            "history": partial(_draw_forecasts, result),
            "bridges": partial(_draw_bridge, result),
            "accuracy": partial(charts.accuracy_chart, result),
            "measures": partial(_draw_measures, result),
            "events": partial(_draw_events, result),
            "what_if": partial(analysis_charts.what_if_chart, result),
            "tornado": partial(analysis_charts.tornado_chart, result),
        }
        summary = repr(result).partition(": ")[2].removesuffix(">")
        drawn = {*_FIGURE, *figures}
        opened = cls(project.name, scenario, names, tables, figures, drawn, summary, result.problems)
        opened.result = result
        return opened


def _table(result: FinanceResult, name: str) -> Table:
    frame, title = result.table(name), name.replace("_", " ").capitalize()
    if name not in _FIGURE:
        return Table(frame, {}, title)
    # Volumes are units, not money: a table that holds them beside amounts has no one unit.
    money = not (frame.figure == "volume").any()
    units = {column: result.currency for column in _IN_CURRENCY if column in frame} if money else {}
    units |= {"wape": "%"} if name == "accuracy" else {}
    company = frame.dimension == "" if "dimension" in frame else None
    x, y = _FIGURE[name]
    return Table(frame, units, title, (), x, y, ("figure",), company)


def _draw_forecasts(
    result: FinanceResult, *, figure: str | None = None, dimension: str = "", entity: str = ""
) -> go.Figure:
    from workbench.finance.results import charts

    if figure is None:
        return charts.small_forecasts_chart(result, result.table("figures").figure.tolist())
    return charts.forecast_chart(result, _known(result, figure), dimension, entity)


def _draw_events(
    result: FinanceResult, *, figure: str = "profit", dimension: str = "", entity: str = ""
) -> go.Figure:
    from workbench.finance.results import analysis_charts

    return analysis_charts.events_chart(result, _known(result, figure), dimension, entity)


def _draw_measures(
    result: FinanceResult, *, measures: str | Sequence[str] = (), span: str = "rolling 12 months"
) -> go.Figure:
    from workbench.finance.results import charts

    table = result.table("measures")
    present = list(dict.fromkeys(table[table.value.notna()].measure))
    chosen = [measures] if isinstance(measures, str) else list(measures)
    if not chosen or not set(chosen) <= set(present):
        raise KeyError(f"Name measures of one unit, measures=[…]; present: {', '.join(present)}.")
    return charts.measure_chart(result, chosen, span)


def _draw_bridge(result: FinanceResult, *, bridge: str = "", window: str = "") -> go.Figure:
    from workbench.finance.results import charts

    table = result.table("bridges")
    present = list(dict.fromkeys(zip(table.bridge, table.window, strict=True)))
    mine = [pair for pair in present if bridge in ("", pair[0]) and window in ("", pair[1])]
    if not mine:
        listed = "; ".join(" in ".join(pair) for pair in present) or "none"
        raise KeyError(f"There is no bridge {bridge!r} in {window!r}; present: {listed}.")
    return charts.bridge_chart(result, *mine[0])


def _known(result: FinanceResult, figure: str) -> str:
    present = result.table("figures").figure.tolist()
    if figure not in present:
        raise KeyError(f"There is no figure {figure!r}; present: {', '.join(present)}.")
    return figure
