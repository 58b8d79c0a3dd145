"""From everything that was found to the tables of a result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from workbench.data.projects.project import Project
from workbench.errors import UnreadableFile
from workbench.finance.analysis.against_plan import planned_figures
from workbench.finance.analysis.checks import CheckResult
from workbench.finance.analysis.difference import difference_table
from workbench.finance.analysis.drivers import DriverAnalysis
from workbench.finance.analysis.forecasts import OTHER, Forecast
from workbench.finance.analysis.measures import Span, measure_table
from workbench.finance.analysis.scenario import TORNADO_COLUMNS, WHAT_IF_COLUMNS
from workbench.finance.config import FinanceConfig
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.series import JOINT, MAX_ENTITIES, partial_sums
from workbench.finance.results.analysis import Analysis
from workbench.finance.results.formatter import Formatter, formatter_of
from workbench.finance.results.notes import notes_of
from workbench.finance.results.report.against_plan import plan_sentences
from workbench.finance.results.saved import FinanceResult, load
from workbench.finance.results.sources import row_ranges, sources_table, weeks_table
from workbench.finance.results.text import (
    Sentence,
    check_sentences,
    difference_sentences,
    event_sentences,
    forecast_sentences,
    headlines,
    relation_sentences,
    sentences_table,
    what_if_sentences,
)
from workbench.version import package_version

__all__ = ["assemble"]

MAX_EXCEPTIONS = 500
PARTS_SPANS = (Span.FISCAL_YEAR,)
"""Spans of measures by dimension; months of every part would be more rows than anybody reads."""
FORECAST_COLUMNS = ["figure", "dimension", "entity", "period", "step", "forecast", "lower", "upper", "own"]
HISTORY_COLUMNS = ["figure", "dimension", "entity", "period", "value", "partial"]


def assemble(found: Analysis, project: Project, config: FinanceConfig) -> FinanceResult:
    """Put everything into tables and sentences, beside the last report where there is one.

    Parameters
    ----------
    found
        What the run has found.
    project
        Where the last report is.
    config
        The settings.
    """
    ledger = found.ledger
    forecasts = [*found.company.values()] + [f for parts in found.parts.values() for f in parts.forecasts]
    what_if, tornado = found.what_if or (
        pd.DataFrame(columns=WHAT_IF_COLUMNS),
        pd.DataFrame(columns=TORNADO_COLUMNS),
    )
    tables: dict[str, pd.DataFrame] = {
        "figures": _figures(ledger),
        "history": _history(found),
        "forecasts": _forecasts(forecasts, found.periods_ahead),
        "accuracy": _accuracy(forecasts),
        "models": _models(forecasts),
        "left_out": _left_out(found),
        "measures": _measures(ledger),
        "checks": _checks(found.checks),
        "exceptions": _exceptions(found.checks),
        "events": found.events,
        "expected": found.expected,
        "relations": found.relations,
        "leading_indicators": _leading_indicators(found.leading),
        "bridges": found.bridges,
        "what_if": what_if,
        "tornado": tornado,
        "changes": ledger.changes.table(),
        "totals": ledger.totals.table(),
        "sources": sources_table(ledger),
        "weeks": weeks_table(ledger),
    }
    before, before_history, before_forecasts = _before(project, config, tables)
    tables |= {"before_history": before_history, "before_forecasts": before_forecasts}
    tables["difference"] = difference_table(
        before_history, before_forecasts, tables["history"], tables["forecasts"]
    )
    tables["sentences"] = sentences_table(_sentences(found, project, config, tables, before))
    notes = notes_of(found, config, formatter_of(ledger, project.style))
    tables = {name: table.reset_index(drop=True) for name, table in tables.items()}
    return FinanceResult(config.scenario, config, tables, notes, _facts(found, before))


def _facts(found: Analysis, before: str) -> dict[str, Any]:
    ledger = found.ledger
    periods = next(iter(found.series.values())).periods
    return {
        "file": ledger.file,
        "sha256": ledger.sha256,
        "currency": ledger.currency,
        "rows": ledger.rows_behind,
        "first": f"{periods[0]:%Y-%m}",
        "last": f"{periods[-1]:%Y-%m}",
        "months_a_period": ledger.frequency.months,
        "fiscal_year_start": ledger.calendar.start_month,
        "costs": list(found.costs),
        "confounded": list(ledger.confounded),
        "partial": [[f"{item.period:%Y-%m}", item.reason] for item in ledger.partial],
        "gaps": len(ledger.gaps),
        "variable_share": found.assumptions.variable_share,
        "variable_share_from": found.assumptions_from,
        "last_report_to": before,
        "mapping": [
            [item.column, "" if item.role is None else str(item.role), str(item.variant), item.reason]
            for item in ledger.mapping.columns
        ],
        "package_version": package_version(),
    }


def _figures(ledger: Ledger) -> pd.DataFrame:
    rows = [
        (
            item.name,
            item.title,
            str(item.behaviour),
            item.column,
            "" if item.name == "volume" else ledger.currency,
        )
        for item in ledger.figures
    ]
    return pd.DataFrame(rows, columns=["figure", "title", "behaviour", "column", "unit"])


def _history(found: Analysis) -> pd.DataFrame:
    """Give what is known: whole values, and the partial sums of what is not whole, marked as such."""
    tables = []
    for name, one in found.series.items():
        if name == OTHER:
            continue
        for part, values in zip(one.parts, one.amounts, strict=True):
            given = np.isfinite(values)
            facts = {"figure": name, "dimension": part.dimension, "entity": part.entity}
            tables.append(
                pd.DataFrame(
                    {**facts, "period": one.periods[given], "value": values[given], "partial": False}
                )
            )
        for part, sums in partial_sums(found.ledger, one).items():
            facts = {"figure": name, "dimension": part.dimension, "entity": part.entity}
            tables.append(
                pd.DataFrame({**facts, "period": sums.index, "value": sums.to_numpy(), "partial": True})
            )
    return pd.concat([table for table in tables if len(table)], ignore_index=True)[HISTORY_COLUMNS]


def _forecasts(forecasts: Sequence[Forecast], periods: pd.DatetimeIndex) -> pd.DataFrame:
    if not forecasts:
        return _empty_forecasts()
    # At once: of hundreds of customers a table each would take seconds.
    names = pd.DataFrame(
        [(item.figure, item.part.dimension, item.part.entity) for item in forecasts],
        columns=FORECAST_COLUMNS[:3],
    )
    table = names.loc[names.index.repeat(len(periods))].reset_index(drop=True)
    table["period"] = np.tile(periods.to_numpy(), len(forecasts))
    table["step"] = np.tile(np.arange(1, len(periods) + 1), len(forecasts))
    for column, values in (
        ("forecast", [item.path for item in forecasts]),
        ("lower", [item.lower for item in forecasts]),
        ("upper", [item.upper for item in forecasts]),
        ("own", [item.own.path for item in forecasts]),
    ):
        table[column] = np.concatenate(values)
    return table


def _empty_forecasts() -> pd.DataFrame:
    table = pd.DataFrame(columns=FORECAST_COLUMNS)
    return table.astype(dict.fromkeys(FORECAST_COLUMNS[5:], float)).astype({"period": "datetime64[s]"})


def _accuracy(forecasts: Sequence[Forecast]) -> pd.DataFrame:
    rows = [
        (item.figure, item.part.dimension, item.part.entity, method, wape, method == item.own.method)
        for item in forecasts
        for method, wape in item.own.wape.items()
    ]
    return pd.DataFrame(rows, columns=["figure", "dimension", "entity", "method", "wape", "used"])


def _models(forecasts: Sequence[Forecast]) -> pd.DataFrame:
    rows = []
    for item in forecasts:
        own = item.own
        naive = next(iter(own.wape.values()))
        coverage = 100 * own.covered / own.counted if own.counted else float("nan")
        said = "no skill: naive used" if own.uses_naive else own.method
        facts = (
            item.figure,
            item.part.dimension,
            item.part.entity,
            own.method,
            said,
            own.skill,
            own.wape["chosen"],
        )
        rows.append((*facts, naive, own.covered, own.counted, coverage, own.origins))
    columns = ["figure", "dimension", "entity", "method", "said", "skill", "wape", "naive_wape"]
    return pd.DataFrame(rows, columns=[*columns, "covered", "counted", "coverage", "origins"])


def _left_out(found: Analysis) -> pd.DataFrame:
    rows = [(name, "", "", reason) for name, reason in found.without_forecast.items()]
    for dimension, parts in found.parts.items():
        rows += [(name, dimension, entity, reason) for (name, entity), reason in parts.left_out.items()]
    return pd.DataFrame(rows, columns=["figure", "dimension", "entity", "reason"])


def _measures(ledger: Ledger) -> pd.DataFrame:
    tables = [measure_table(ledger, span).assign(span=str(span), dimension="") for span in Span]
    for dimension in ledger.dimensions:
        # More are not analysed one by one; which dimension that is, the notes say.
        if dimension not in ledger.confounded and ledger.entries[dimension].nunique() <= MAX_ENTITIES:
            tables += [
                measure_table(ledger, span, dimension).assign(span=str(span), dimension=dimension)
                for span in (*PARTS_SPANS, *([Span.YEAR_TO_DATE] if planned_figures(ledger) else []))
            ]
    return pd.concat(tables, ignore_index=True)


def _checks(checks: Sequence[CheckResult]) -> pd.DataFrame:
    rows = []
    for one in checks:
        largest = abs(one.exceeding[0].difference) if one.exceeding else 0.0
        lines = row_ranges([item.row for item in one.exceeding if item.row])
        facts = (one.name, one.formula, str(one.status).replace("_", " "), one.tested, len(one.exceeding))
        rows.append((*facts, largest, one.tolerance, one.reason, lines))
    columns = ["name", "formula", "status", "tested", "exceeding", "largest", "tolerance", "reason", "rows"]
    return pd.DataFrame(rows, columns=columns)


def _exceptions(checks: Sequence[CheckResult]) -> pd.DataFrame:
    rows = [
        (one.name, item.row, item.period, ", ".join(item.entity), item.expected, item.found, item.difference)
        for one in checks
        for item in one.exceeding[:MAX_EXCEPTIONS]
    ]
    return pd.DataFrame(rows, columns=["check", "row", "period", "entity", "expected", "found", "difference"])


def _leading_indicators(analyses: Sequence[DriverAnalysis]) -> pd.DataFrame:
    rows: list[tuple[str, str, float, float, int, str]] = []
    for one in analyses:
        rows += [
            (one.target, name, value, one.gain, one.tested, "") for name, value in one.importance.items()
        ]
        if not one.importance:
            rows.append((one.target, "", float("nan"), one.gain, one.tested, one.reason))
    return pd.DataFrame(rows, columns=["target", "figure", "importance", "gain", "tested", "reason"])


def _before(
    project: Project, config: FinanceConfig, tables: Mapping[str, pd.DataFrame]
) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    """Find the last report: the one that is named, else the one of the same name, of an earlier month.

    A report that is made again for the same month compares with what it was compared with before.
    """
    nothing = ("", tables["history"].iloc[:0], tables["forecasts"].iloc[:0])
    if config.previous:
        found = load(project, config.previous)
    else:
        try:
            found = load(project, config.scenario)
        except UnreadableFile:
            return nothing
    whole = tables["history"][~tables["history"].partial.astype(bool)]
    last = f"{whole.period.max():%Y-%m}"
    if config.previous or str(found.facts["last"]) < last:
        return found.newest, found.table("history"), found.table("forecasts")
    if str(found.facts["last_report_to"]) and str(found.facts["last"]) == last:
        before = found.table("before_history"), found.table("before_forecasts")
        return str(found.facts["last_report_to"]), *before
    return nothing


def _sentences(
    found: Analysis, project: Project, config: FinanceConfig, tables: Mapping[str, pd.DataFrame], before: str
) -> list[Sentence]:
    formatter = formatter_of(found.ledger, project.style)
    rows_of = _lookup(found.ledger.entries)
    stocks = [name for name, one in found.series.items() if one.stock]
    season = 12 // found.ledger.frequency.months
    company = {name: forecast for name, forecast in found.company.items() if name != OTHER}
    share = found.assumptions.variable_share
    assumption = (
        f"{100 * share:.0f} % of costs other than marketing follow volume ({found.assumptions_from}); "
        "a percent of price "
        f"changes volume by {config.price_elasticity:g} %, a percent of marketing by "
        f"{config.marketing_elasticity:g} %."
    )
    labels = [driver.label for driver in config.drivers]
    left_out = {name: reason for name, reason in found.without_forecast.items() if name != OTHER}
    sentences = [
        *headlines(found.series, season, formatter, rows_of),
        *plan_sentences(tables["measures"], formatter),
        *_partial(found, formatter),
        *check_sentences(tables["checks"], formatter),
        *forecast_sentences(company, left_out, found.periods_ahead, formatter, config.level),
        *event_sentences(tables["events"], formatter, rows_of, stocks),
        *relation_sentences(tables["relations"]),
        *what_if_sentences(tables["what_if"], labels, assumption, formatter),
    ]
    return [*sentences, *difference_sentences(tables["difference"], before, formatter)]


def _partial(found: Analysis, formatter: Formatter) -> list[Sentence]:
    return [
        Sentence(
            "Overview",
            f"{formatter.period(item.period)} is not whole ({item.reason}) and is compared with nothing.",
            period=f"{item.period:%Y-%m}",
        )
        for item in found.ledger.partial
    ]


def _lookup(entries: pd.DataFrame) -> Callable[..., str]:
    periods, numbers = entries["period"].to_numpy(), entries["row"].to_numpy()

    def rows_of(first: pd.Timestamp, last: pd.Timestamp, dimension: str = "", entity: str = "") -> str:
        chosen = (periods >= first.to_datetime64()) & (periods <= last.to_datetime64())
        if dimension:
            is_joint = JOINT in dimension
            values = entity.split(JOINT) if is_joint else [entity]
            for name, value in zip(dimension.split(JOINT), values, strict=True):
                chosen &= (entries[name] == value).to_numpy()
        return row_ranges(numbers[chosen])

    return rows_of
