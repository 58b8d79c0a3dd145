"""The result of a run: its tables, how they are saved, loaded and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from workbench.charts.drawn import DrawnResult
from workbench.data.results.compared import ComparedTable
from workbench.data.results.store import ResultStore
from workbench.finance.config import FinanceConfig
from workbench.finance.model.calendar import span_text

__all__ = ["DOMAIN", "STORE", "TABLES", "FinanceResult", "load", "save", "stamp_of"]

DOMAIN = "finance"
TABLES = (
    "figures",
    "history",
    "forecasts",
    "accuracy",
    "models",
    "left_out",
    "measures",
    "checks",
    "exceptions",
    "events",
    "expected",
    "relations",
    "leading_indicators",
    "bridges",
    "what_if",
    "tornado",
    "sentences",
    "difference",
    "before_history",
    "before_forecasts",
    "changes",
    "totals",
    "sources",
    "weeks",
)


@dataclass(frozen=True, slots=True, eq=False)
class FinanceResult(DrawnResult[FinanceConfig]):
    """A finished report.

    Tables (``period`` is the first day of a month; ``dimension`` and ``entity`` are empty for the whole
    company; amounts in the file's currency):

    ``figures`` figure, title, behaviour, column, unit · ``history`` figure, dimension, entity, period,
    value, partial ·
    ``forecasts`` figure, dimension, entity, period, step, forecast, lower, upper, own · ``accuracy`` figure,
    dimension, entity, method, wape, used · ``models`` figure, dimension, entity, method, skill, wape, naive_wape,
    covered, counted, coverage, origins · ``left_out`` figure, dimension, entity, reason · ``measures`` of
    :mod:`workbench.finance.analysis.measures` with span and dimension · ``checks``, ``exceptions`` · ``events``,
    ``expected`` · ``relations`` ·
    ``leading_indicators`` ·
    ``bridges`` · ``what_if``, ``tornado`` · ``sentences`` section, text, figure, period, rows ·
    ``difference`` to the last report, ``before_history`` and ``before_forecasts`` · ``changes``, ``totals``
    · ``sources`` period, dimension, entity, rows · ``weeks`` figure, dimension, entity, week, period, value,
    partial.

    Facts: file and its hash, currency, calendar, first and last period, assumptions, version.
    """

    called = "Finance report"

    def __repr__(self) -> str:
        facts = self.facts
        return (
            f"<FinanceResult {self.scenario!r}: {facts['file']}, {facts['first']} to {self.newest}, "
            f"{len(self.tables['figures'])} figures, {len(self.tables['events'])} events>"
        )

    @property
    def currency(self) -> str:
        """Of all amounts; ``currency units`` where the file does not say."""
        return str(self.facts["currency"]) or "currency units"

    @property
    def dimensions(self) -> tuple[str, ...]:
        """By which forecasts or figures can be looked at."""
        both = (*self.tables["history"].dimension.unique(), *self.tables["forecasts"].dimension.unique())
        return tuple(name for name in dict.fromkeys(both) if name)

    @property
    def months_a_period(self) -> int:
        """1 for months, 3 for quarters, 12 for years."""
        return int(self.facts["months_a_period"])

    @property
    def resolution(self) -> str:
        """Length of a period of the file."""
        months = self.months_a_period
        return {1: "monthly values", 3: "quarterly values", 12: "yearly values"}.get(
            months, f"values of {months} months"
        )

    @property
    def newest(self) -> str:
        """The month with which the last period of the file ends."""
        months = self.months_a_period - 1
        return f"{pd.Timestamp(str(self.facts['last'])) + pd.DateOffset(months=months):%Y-%m}"

    def span(self, first: object, last: object | None = None) -> str:
        """Write a period of the file, or several, by the first day of the first and the last."""
        begin = pd.Timestamp(str(first))
        return span_text(begin, begin if last is None else pd.Timestamp(str(last)), self.months_a_period)

    def title(self, figure: str) -> str:
        """What a figure is called."""
        titles = dict(zip(self.tables["figures"].figure, self.tables["figures"].title, strict=True))
        return str(titles.get(figure, figure.replace("_", " ").capitalize()))

    def unit(self, figure: str) -> str:
        """Unit of a figure."""
        return "units" if figure == "volume" else self.currency


def _choices(result: FinanceResult) -> Mapping[str, Any]:
    """Choose revenue, the first dimension, and the latest bridge."""
    figures, bridges = result.table("figures").figure.tolist(), result.table("bridges")
    last = bridges.iloc[-1] if len(bridges) else {"bridge": "", "window": ""}
    return {
        "figure": "revenue" if "revenue" in figures else figures[0],
        "dimension": next(iter(result.dimensions), ""),
        "measures": result.table("measures").measure.unique().tolist()[:1],
        "bridge": last["bridge"],
        "window": last["window"],
    }


_AMOUNTS = (
    *("value", "forecast", "lower", "upper", "own", "expected", "low", "high"),
    *("scenario", "baseline", "difference", "difference_lower", "difference_upper"),
)
_BY_FIGURE = {
    "history": ("period", ("value",)),
    "forecasts": ("period", ("forecast",)),
    "accuracy": ("method", ("wape",)),
    "expected": ("period", ("expected",)),
    "what_if": ("period", ("scenario", "baseline")),
    "before_history": ("period", ("value",)),
    "before_forecasts": ("period", ("forecast",)),
}
"""Tables with one series a figure: column across, columns up."""


def _units(name: str, frame: pd.DataFrame) -> dict[str, str]:
    # Volumes are units, not money: a table that holds them beside amounts has no one unit.
    if name not in _BY_FIGURE or (frame.figure == "volume").any():
        return {}
    return {"wape": "%"} if name == "accuracy" else {c: "currency" for c in _AMOUNTS if c in frame}


def _of_the_company(frame: pd.DataFrame) -> pd.Series | None:
    # Parts and their whole in one figure would count everything twice.
    return frame.dimension == "" if "dimension" in frame else None


STORE = ResultStore(
    domain=DOMAIN,
    name="report",
    result=FinanceResult,
    config=FinanceConfig,
    tables=TABLES,
    added=("weeks",),
    units=_units,
    saved_as={"leading_indicators": "foretelling"},
    shown={
        name: {"x": x, "y": y, "by": ("figure",), "where": _of_the_company}
        for name, (x, y) in _BY_FIGURE.items()
    },
    inputs=lambda facts: {str(facts["file"]): str(facts["sha256"])},
    # The mapping of the file decides too.
    follows=lambda facts: facts,
    figures={
        "history": "workbench.finance.results.figures.charts:forecast_chart",
        "forecasts": "workbench.finance.results.figures.charts:forecast_chart",
        "accuracy": "workbench.finance.results.figures.charts:accuracy_chart",
        "measures": "workbench.finance.results.figures.charts:measure_chart",
        "bridges": "workbench.finance.results.figures.charts:bridge_chart",
        "parts": "workbench.finance.results.figures.charts:parts_chart",
        "events": "workbench.finance.results.figures.analysis_charts:events_chart",
        "what_if": "workbench.finance.results.figures.analysis_charts:what_if_chart",
        "tornado": "workbench.finance.results.figures.analysis_charts:tornado_chart",
    },
    choices=_choices,
    explained="workbench.finance.results.explained",
    compared=tuple(
        ComparedTable(table, ("figure", "period"), (column,), title, _of_the_company)
        for table, column, title in (
            ("history", "value", "actual"),
            ("forecasts", "forecast", "forecast"),
            ("what_if", "scenario", "what-if scenario"),
        )
    ),
)
save, load, stamp_of = STORE.save, STORE.load, STORE.stamp
