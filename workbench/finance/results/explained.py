"""Where the numbers of a finance report come from: formulas, figures, and the rows and columns of the file."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.data.explanation.cells import Cell, Rules
from workbench.data.explanation.steps import Explained
from workbench.data.origins import Origin
from workbench.finance.analysis.measures import MEASURES
from workbench.finance.model.spans import Span

__all__ = ["LABELS", "TABLES"]

MAX_WINDOW = 60
LABELS = (
    "figure",
    "dimension",
    "entity",
    "period",
    "measure",
    "title",
    "unit",
    "label",
    "span",
    "method",
    "name",
)


def _history(cell: Cell) -> Explained | None:
    """A figure of a period: the rows of the file that were added."""
    if cell.column != "value":
        return None
    row, facts = cell.row, cell.tracer.result.facts
    figure, column = str(row["figure"]), _column(cell, str(row["figure"]))
    rows = cell.tracer.find(
        "sources", "rows", period=row["period"], dimension=row["dimension"], entity=row["entity"]
    )
    place = str(facts["file"])
    if rows is not None and rows.value:
        word = "rows" if int(rows.row["count"]) > 1 else "row"
        place += f", {word} {rows.value}"
    if column:
        place += f", column '{column}'"
    computed = _computed(cell, figure, row)
    if computed is not None:
        return computed
    rule = (
        "sum of the rows of the period"
        if rows is not None and int(rows.row["count"]) > 1
        else "value of the row"
    )
    if row["partial"]:
        rule += "; a part is missing, so this is a partial sum and no total"
    changed = facts["currency"] or "the currency of the file"
    return cell.by(f"{rule}, in {changed}", place=place, origin=Origin.MEASURED)


def _column(cell: Cell, figure: str) -> str:
    table = cell.tracer.result.table("figures")
    found = table[table.figure == figure]
    return str(found.column.iloc[0] or "") if len(found) else ""


def _computed(cell: Cell, figure: str, row: pd.Series) -> Explained | None:
    """A figure that no column of the file holds: from the figures that the report takes it from."""
    if _column(cell, figure) or figure != "profit":
        return None
    names = ("revenue", *cell.tracer.result.facts["costs"])
    parts = [_figure(cell, name, row["period"], str(row["dimension"]), str(row["entity"])) for name in names]
    return cell.by("revenue - " + " - ".join(names[1:]), *parts) if all(parts) else None


def _figure(cell: Cell, figure: str, period: Any, dimension: str = "", entity: str = "") -> Explained | None:
    where = {"figure": figure, "period": period, "dimension": dimension, "entity": entity}
    return cell.tracer.step("history", "value", **where)


def _measure(cell: Cell) -> Explained | None:
    """A measure: its formula over the figures of its window."""
    if cell.column != "value":
        return None
    row = cell.row
    measure = MEASURES.get(str(row["measure"]))
    formula = f"{row['title']} = {measure.formula}" if measure is not None else str(row["title"])
    needs = list(measure.needs) if measure is not None else []
    if row["measure"] == "expense_ratio":
        needs = [*(cell.tracer.result.facts["costs"] or needs[:1]), "revenue"]
    reason = f"; {row['reason']}" if row["reason"] else ""
    window = _window(cell)
    rule = f"{formula}, over {len(window)} periods{reason}" if len(window) > 1 else f"{formula}{reason}"
    dimension, entity = str(row["dimension"]), str(row["entity"])
    parts = [
        _figure(cell, name, period, dimension, entity) for name in dict.fromkeys(needs) for period in window
    ]
    return cell.by(rule, *parts)


def _window(cell: Cell) -> list[pd.Timestamp]:
    """The periods of the file behind a row of measures: those after the window before it, up to its last one."""
    row, history = cell.row, cell.tracer.result.table("history")
    periods = sorted(set(history.period[history.period <= row["period"]]))
    months = {Span.MONTH: 1, Span.QUARTER: 3}.get(Span(str(row["span"])), 12)
    return [period for period in periods if period > row["period"] - pd.DateOffset(months=months)][
        :MAX_WINDOW
    ]


def _forecast(cell: Cell) -> Explained | None:
    row, tracer = cell.row, cell.tracer
    if cell.column == "step":
        return None
    where = {"figure": row["figure"], "dimension": row["dimension"], "entity": row["entity"]}
    used = tracer.find("accuracy", "wape", **where, used=True) or tracer.find("models", "wape", **where)
    method = str(used.row["method"]) if used is not None else "the chosen method"
    history = tracer.result.table("history")
    mine = history[
        (history.figure == row["figure"])
        & (history.dimension == row["dimension"])
        & (history.entity == row["entity"])
    ]
    last = _figure(cell, str(row["figure"]), mine.period.max(), str(row["dimension"]), str(row["entity"]))
    if cell.column in ("lower", "upper"):
        rule = "bound of the interval, measured on forecasts made earlier"
        return cell.by(rule, *cell.beside("forecast"))
    own = "" if cell.column == "own" else ", brought together so that the parts add up to their whole"
    count = (
        Explained(f"History of {len(mine)} periods", rule=f"from {mine.period.min():%Y-%m}")
        if len(mine)
        else None
    )
    return cell.by(f"forecast by {method}{own}", last, count, origin=Origin.DERIVED)


def _difference(cell: Cell) -> Explained | None:
    return cell.by("this report beside the last one that was kept")


def _week(cell: Cell) -> Explained | None:
    return cell.by("sum of the days of the ISO week, without weeks in which an amount is not given")


def _scenario(cell: Cell) -> Explained | None:
    tracer, facts = cell.tracer, cell.tracer.result.facts
    share = tracer.setting("variable_share", is_value=True)
    if tracer.result.config.variable_share is None:
        value, source = facts["variable_share"], str(facts["variable_share_from"])
        share = Explained(
            "Variable share of costs", value, "", Origin.ASSUMED, source, "setting variable_share"
        )
    settings = (tracer.setting(name) for name in ("drivers", "price_elasticity", "marketing_elasticity"))
    return cell.by("forecast changed by the drivers of the what-if", share, *settings)


def _of_rows(cell: Cell) -> Explained | None:
    rows = str(cell.row.get("rows", "") or cell.row.get("row", "") or "")
    file = str(cell.tracer.result.facts["file"])
    rule = str(cell.row.get("formula", "") or f"found in the table {cell.table}")
    return cell.by(rule, place=f"{file}, rows {rows}" if rows else file)


TABLES: Rules = {
    "history": _history,
    "weeks": _week,
    "measures": _measure,
    "forecasts": _forecast,
    "difference": _difference,
    "what_if": _scenario,
    "tornado": _scenario,
    "checks": _of_rows,
    "exceptions": _of_rows,
    "events": _of_rows,
    "sources": _of_rows,
}
