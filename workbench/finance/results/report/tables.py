"""Tables of a report as headers and texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.data.formatting import MISSING, Style, format_number
from workbench.data.results.export import listed
from workbench.finance.results.saved import FinanceResult

__all__ = [
    "differences",
    "events",
    "exceptions",
    "forecast_tables",
    "forecasts",
    "frame",
    "latest",
    "measures",
    "models",
    "outlook",
    "part_forecasts",
    "relations",
    "rows_text",
    "what_if",
]

Table = tuple[list[str], list[list[str]]]
MAX_ROWS = 40
MAX_ROWS_CHARACTERS = 60
MAX_PARTS = 8
RECENT = 4
"""Periods side by side: more do not fit on a sheet of paper."""
PERIODS_A_TABLE = 6
ENDS = ("difference_lower", "difference_upper")


def rows_text(rows: str) -> str:
    """Say which rows of the file a number comes from; a long list is cut, its rest is in the workbook."""
    if not rows:
        return ""
    short = rows if len(rows) <= MAX_ROWS_CHARACTERS else rows[:MAX_ROWS_CHARACTERS].rpartition(",")[0] + " …"
    return f"row {short}" if short.isdecimal() else f"rows {short}"


def latest(result: FinanceResult, style: Style) -> Table:
    """Every figure in the last periods, and the rows of the last one."""
    history = result.table("history")
    mine = history[(history.dimension == "") & ~history.partial.astype(bool)]
    periods = sorted(mine.period.unique())[-RECENT:]
    sources = _sources(result)
    months = map(result.span, periods)
    headers = [f"Figure [{result.currency}]", *months, "Rows of the last"]
    rows = []
    for figure in dict.fromkeys(mine.figure):
        values = mine[mine.figure == figure].set_index("period").value.reindex(periods)
        cells = [_amount(value, style) for value in values]
        rows.append([_named(result, figure), *cells, rows_text(sources.get(periods[-1], ""))])
    return headers, rows


def _sources(result: FinanceResult) -> dict[pd.Timestamp, str]:
    table = result.table("sources")
    company = table[table.dimension == ""]
    return dict(zip(company.period, company["rows"], strict=True))


def measures(result: FinanceResult, style: Style) -> Table:
    """Every measure in the last months, the last twelve months and the last fiscal year."""
    table = result.table("measures")
    company = table[(table.dimension == "") & (table.entity == "") & ~table.partial.astype(bool)]
    columns, headers = [], ["Measure", "Unit"]
    for span in dict.fromkeys(company.span):
        mine = company[company.span == span]
        last = mine.period.max()
        now = mine[mine.period == last].set_index("measure")
        columns.append(now)
        label = str(now.label.iloc[0])
        headers.append(label if label not in headers else f"{str(span).capitalize()}: {label}")
    rows = []
    for measure in dict.fromkeys(company.measure):
        if "." in measure:
            # What is set against a plan has a section of its own.
            continue
        one = company[company.measure == measure].iloc[0]
        unit = result.currency if one.unit == "currency" else str(one.unit)
        rows.append([str(one.title), unit, *(_measure(column, measure, style) for column in columns)])
    return headers, rows


def _measure(column: pd.DataFrame, measure: str, style: Style) -> str:
    if measure not in column.index:
        return MISSING
    row = column.loc[measure]
    return "not available" if pd.isna(row.value) else format_number(float(row.value), style=style)


def models(result: FinanceResult, style: Style) -> Table:
    """Method, error, skill and coverage of every figure of the company."""
    table = result.table("models")
    return listed(
        table[(table.dimension == "") & (table.figure != "other_items")],
        {
            "Figure": lambda row: result.title(row["figure"]),
            "Method": lambda row: row["said"],
            "Error (WAPE) [%]": lambda row: _number(row["wape"], 1, style),
            "Naive one's [%]": lambda row: _number(row["naive_wape"], 1, style),
            "Skill [%]": lambda row: _number(100 * row["skill"], 0, style),
            "Intervals that held [%]": lambda row: _number(row["coverage"], 0, style),
            "Of outcomes": lambda row: str(row["counted"]),
        },
    )


def _named(result: FinanceResult, figure: str) -> str:
    unit = result.unit(figure)
    return result.title(figure) + ("" if unit == result.currency else f" [{unit}]")


def forecast_tables(result: FinanceResult, style: Style) -> list[Table]:
    """Forecasts of the company's figures, a few periods in each table, so that they fit on paper."""
    count = result.table("forecasts").period.nunique()
    starts = range(0, count, PERIODS_A_TABLE)
    return [forecasts(result, style, slice(start, start + PERIODS_A_TABLE)) for start in starts]


def forecasts(result: FinanceResult, style: Style, some: slice = slice(None)) -> Table:
    """Forecasts of the company's figures with their intervals, by period."""
    table = result.table("forecasts")
    mine = table[(table.dimension == "") & (table.figure != "other_items")]
    periods = sorted(mine.period.unique())[some]
    headers = [f"Figure [{result.currency}]", *map(result.span, periods)]
    rows = []
    for figure in dict.fromkeys(mine.figure):
        one = mine[mine.figure == figure].set_index("period").reindex(periods)
        rows.append([_named(result, figure), *(_amount(value, style) for value in one.forecast)])
        width = (one.upper - one.lower) / 2
        rows.append(["   ±", *(_amount(value, style) for value in width)])
    return headers, rows


def outlook(result: FinanceResult, style: Style) -> Table:
    """Forecasts of a year at most beside the same periods a year before; of stocks the last period."""
    ahead, known = result.table("forecasts"), result.table("history")
    step = result.months_a_period
    mine = ahead[(ahead.dimension == "") & (ahead.figure != "other_items") & (ahead.step * step <= 12)]
    if not len(mine):
        return [], []
    periods = sorted(mine.period.unique())
    before = [pd.Timestamp(period) - pd.DateOffset(years=1) for period in periods]
    spans = [result.span(one[0], one[-1]) for one in (before, periods)]
    headers = [
        f"Figure [{result.currency}]",
        spans[0],
        f"{spans[1]}, forecast",
        "Difference",
        "Difference [%]",
    ]
    known = known[(known.dimension == "") & ~known.partial.astype(bool)]
    stocks = set(result.table("figures").query("behaviour == 'stock'").figure)
    wape = result.table("models").query("dimension == ''").set_index("figure").wape
    rows = []
    for figure in dict.fromkeys(mine.figure):
        is_stock = figure in stocks
        now = mine[mine.figure == figure].set_index("period").forecast.reindex(periods)
        past = known[known.figure == figure].set_index("period").value.reindex(before)
        total, earlier = ((s.iloc[-1] if is_stock else s.sum(skipna=False)) for s in (now, past))
        # A percentage of a loss, or of next to nothing, would mislead.
        share = 100 * (total / earlier - 1) if earlier > 0 and total > 0 else float("nan")
        amounts = [_amount(float(value), style) for value in (earlier, total)]
        moved = _amount(float(total - earlier), style, signed=True)
        title = _named(result, figure) + (", at the end" if is_stock else "")
        percent = format_number(float(share), decimals=1, style=style, signed=True)
        rows.append([title, *amounts, moved, percent, _number(wape[figure], 1, style)])
    return [*headers, "Error (WAPE) [%]"], rows


def part_forecasts(result: FinanceResult, dimension: str, style: Style) -> Table:
    """Sum of each part's forecasts over all periods, for flows; the last period's for stocks."""
    table = result.table("forecasts")
    stocks = set(result.table("figures").query("behaviour == 'stock'").figure)
    mine = table[(table.dimension == dimension) & (table.figure != "other_items")]
    whole = table[(table.dimension == "") & table.figure.isin(mine.figure)]
    entities = sorted(mine.entity.unique())
    others = 0
    if len(entities) > MAX_PARTS:
        # The largest by the first figure, such as revenue; the rest is in the table of forecasts.
        sizes = mine[mine.figure == mine.figure.iloc[0]].groupby("entity").forecast.sum().abs()
        others = len(entities) - MAX_PARTS
        entities = sizes.sort_values(ascending=False, kind="stable").index[:MAX_PARTS].tolist()
    rest = [f"{others} others"] if others else []
    first, last = mine.period.min(), mine.period.max()
    headers = [result.span(first, last), "Unit", *entities, *rest, "Company"]
    rows = []
    for figure in dict.fromkeys(mine.figure):
        both = [t[t.figure == figure] for t in (mine, whole)]
        if figure in stocks:
            both = [t[t.period == last] for t in both]
        sums = both[0].groupby("entity").forecast.sum().reindex(entities)
        total = float(both[1].forecast.sum())
        left = [total - float(sums.sum())] if others else []
        cells = [_amount(float(value), style) for value in (*sums, *left, total)]
        rows.append(
            [
                result.title(figure) + (", at the end" if figure in stocks else ""),
                result.unit(figure),
                *cells,
            ]
        )
    return headers, rows


def events(result: FinanceResult, style: Style) -> Table:
    """What stands out, the largest amounts first, without what is muted."""
    table, currency = result.table("events"), result.currency
    return listed(
        table[table.status != "muted"].head(MAX_ROWS),
        {
            "Figure": lambda row: result.title(row["figure"]),
            "Of": lambda row: row["entity"] or "company",
            "Kind": lambda row: row["kind"],
            "When": lambda row: result.span(row["first"], row["last"]),
            f"Was [{currency}]": lambda row: _amount(row["actual"], style),
            f"Expected [{currency}]": lambda row: (
                f"{_amount(row['low'], style)} to {_amount(row['high'], style)}"
            ),
            f"At stake [{currency}]": lambda row: _amount(row["at_stake"], style, signed=True),
            "Deviations": lambda row: _number(row["score"], 1, style),
            "Shows also in": lambda row: ", ".join(
                result.title(name) for name in str(row.get("also", "")).split(", ") if name
            ),
            "Status": lambda row: row["status"] + (f": {row['note']}" if row["note"] else ""),
        },
    )


def relations(result: FinanceResult) -> Table:
    """Correlations of changes that can be told from chance, and the strongest of the others."""
    return listed(
        result.table("relations").head(12),
        {
            "First": lambda row: row["first"],
            "Second": lambda row: row["second"],
            "Leads by [periods]": lambda row: str(row["lag"]),
            "Correlation": lambda row: f"{row['correlation']:+.2f}",
            "Pairs": lambda row: str(row["pairs"]),
            "p, corrected": lambda row: (
                f"{row['p_adjusted']:.3f}" if row["p_adjusted"] >= 0.001 else "< 0.001"
            ),
            "Told from chance": lambda row: "yes" if row["significant"] else "no",
        },
    )


def what_if(result: FinanceResult, style: Style) -> Table:
    """Sums of the scenario beside the forecast; for stocks the last period."""
    table = result.table("what_if")
    stocks = set(result.table("figures").query("behaviour == 'stock'").figure)
    rows = []
    for figure in dict.fromkeys(table.figure):
        mine = table[table.figure == figure].sort_values("period")
        mine = mine.tail(1) if figure in stocks else mine
        cells = [_amount(float(mine[name].sum()), style) for name in ("baseline", "scenario")]
        moved = _amount(float(mine.difference.sum()), style, signed=True)
        title = result.title(figure) + (", at the end" if figure in stocks else "")
        ends = [float(mine[name].sum()) for name in ENDS if name in mine]
        between = " to ".join(_amount(end, style, signed=True) for end in ends) if len(set(ends)) > 1 else ""
        rows.append([title, result.unit(figure), *cells, moved, between])
    return ["Figure", "Unit", "Forecast", "Scenario", "Difference", "95 % interval of the cost share"], rows


def differences(result: FinanceResult, style: Style) -> Table:
    """What is new since the last report."""
    table = result.table("difference")
    order = {"came": 0, "restated": 1, "forecast moved": 2}
    table = table.assign(rank=table.news.map(order)).sort_values("rank", kind="stable")
    return listed(
        table.head(MAX_ROWS),
        {
            "News": lambda row: row["news"],
            "Figure": lambda row: result.title(row["figure"]),
            "Period": lambda row: result.span(row["period"]),
            "Before": lambda row: _amount(row["before"], style),
            "Now": lambda row: _amount(row["after"], style),
            "Difference": lambda row: _amount(row["difference"], style, signed=True),
            "Unit": lambda row: result.unit(row["figure"]),
        },
    )


def exceptions(result: FinanceResult, style: Style) -> Table:
    """Where checks do not hold, the largest differences first."""
    return listed(
        result.table("exceptions").head(MAX_ROWS),
        {
            "Check": lambda row: row["check"],
            "Row": lambda row: str(row["row"]) if row["row"] else "",
            "Period": lambda row: result.span(row["period"]),
            "Of": lambda row: row["entity"],
            "Expected": lambda row: _amount(row["expected"], style),
            "Found": lambda row: _amount(row["found"], style),
            f"Difference [{result.currency}]": lambda row: _amount(row["difference"], style, signed=True),
        },
    )


def frame(table: pd.DataFrame, style: Style) -> Table:
    """Any table, with its columns' names as headers."""
    headers = [str(name).replace("_", " ").capitalize() for name in table.columns]
    return headers, [[_cell(value, style) for value in row] for row in table.itertuples(index=False)]


def _cell(value: object, style: Style) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        return _amount(float(value), style)
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, (tuple, list, np.ndarray)):
        return ", ".join(map(str, _flat(value)))
    return "" if value is None else str(value)


def _flat(value: Sequence[object] | np.ndarray) -> list[object]:
    return list(value)


def _number(value: float, decimals: int, style: Style) -> str:
    return format_number(float(value), decimals=decimals, style=style)


def _amount(value: float, style: Style, *, signed: bool = False) -> str:
    decimals = 0 if abs(value) >= 1000 else 2
    return format_number(float(value), decimals=decimals, style=style, signed=signed)
