"""Whether a finance report balances: rows of the file, figures, parts, months and years, forecasts, bridges.

Figures are added again from the rows of the file by other means than those that made them, and every level is
compared with the one below it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from workbench.data.audit import require_all_equal, require_equal
from workbench.finance.analysis.forecasts import OTHER
from workbench.finance.analysis.measures import Kind, Span, measures_of
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.roles import Behaviour
from workbench.finance.results.analysis import Analysis
from workbench.finance.results.saved import FinanceResult

CENT = 0.005


def audit(result: FinanceResult, found: Analysis) -> None:
    """Check the tables of a report.

    Parameters
    ----------
    result
        Before it is saved.
    found
        What the run has found.

    Raises
    ------
    UnbalancedResult
        Naming the first two numbers that differ.
    """
    ledger = found.ledger
    _check_stages(ledger)
    history = result.table("history")
    room = {
        figure.name: CENT + 10.0**-figure.decimals * ledger.lines.groupby("period").size().max()
        for figure in ledger.figures
    }
    for name in found.series:
        if name != OTHER:
            _check_rows(history[history.figure == name], ledger, name, room[name])
            _check_parts(history[history.figure == name], "history", name, room[name])
    _check_spans(result, ledger)
    forecasts = result.table("forecasts").rename(columns={"forecast": "value"})
    if found.costs:
        _check_profit(forecasts, found.costs)
    for name in found.company:
        without = {part for part, parts in found.parts.items() if (name, "") in parts.left_out}
        mine = forecasts[(forecasts.figure == name) & ~forecasts.dimension.isin(without)]
        _check_parts(mine, "forecast", name, CENT)
    _check_bridges(result.table("bridges"), history)
    _check_what_if(result.table("what_if"), forecasts)


def _check_stages(ledger: Ledger) -> None:
    """What comes out of one stage of reading goes into the next, and the last gives the rows of the figures."""
    rows = ledger.totals.table().query("column == 'rows'")
    stages = rows.stage.tolist()
    require_all_equal(
        "rows of the stage '{}'",
        stages,
        "what goes in",
        rows["in"],
        "what comes out and is set aside",
        rows.out + rows.set_aside,
        relative=0.0,
    )
    require_all_equal(
        "rows after the stage '{}'",
        stages,
        "what comes out",
        rows.out,
        "what goes into the next",
        [*rows["in"].iloc[1:], ledger.rows_behind],
        relative=0.0,
    )


def _check_rows(history: pd.DataFrame, ledger: Ledger, name: str, room: float) -> None:
    """The sum of the rows of the file in each period, of the company and of each part, is that of the history."""
    behaviour = ledger.figure(name).behaviour
    company_wide = name in ledger.company_wide
    for dimension in ("", *(() if company_wide else ledger.dimensions)):
        by = [dimension] if dimension else []
        entries = ledger.entries.dropna(subset=[name])
        if behaviour is Behaviour.FLOW:
            sums = entries.groupby(["period", *by])[name].sum()
        else:
            # Of each entity the last date of the period counts.
            own = ["period"] if company_wide else ["period", *ledger.dimensions]
            last = entries.groupby(own)["date"].transform("max")
            sums = entries[entries.date == last].groupby(["period", *by])[name].sum()
        index = ["period", "entity"] if by else ["period"]
        shown = history[history.dimension == dimension]
        if by and shown.empty:
            # No series, but measures are made of the same parts.
            wide = ledger.known_sum_by(dimension, name)
            shown = wide.melt(ignore_index=False, var_name="entity").dropna().reset_index()
        values = shown.set_index(index).value
        places = values.index.union(sums.index.set_names(index))
        require_all_equal(
            f"{name}{f' by {dimension}' if by else ''} of {{}}",
            _words(places),
            "the rows of the file",
            sums.reindex(places),
            "the history",
            values.reindex(places),
            absolute=room,
        )


def _check_parts(table: pd.DataFrame, what: str, name: str, room: float) -> None:
    """The parts of each dimension add up to the company in each period."""
    company = table[table.dimension == ""].set_index("period").value
    for dimension, parts in table[table.dimension != ""].groupby("dimension"):
        sums = parts.groupby("period").value.sum()
        require_all_equal(
            f"{what} of {name} in {{}}",
            _words(sums.index),
            f"the sum by {dimension}",
            sums,
            "the company",
            company.reindex(sums.index),
            absolute=room,
        )


def _check_spans(result: FinanceResult, ledger: Ledger) -> None:
    """Measures of whole quarters and fiscal years are those of their months in the history."""
    history, table = result.table("history"), result.table("measures")
    whole = history[~history.partial.astype(bool)]
    table = table[(table.reason == "") & ~table.partial.astype(bool) & table.value.notna()]
    for measure in measures_of(ledger).values():
        if measure.kind not in (Kind.RATIO, Kind.FLOW):
            continue
        for (span, dimension), shown in table[table.measure == measure.name].groupby(["span", "dimension"]):
            if span not in (Span.QUARTER, Span.FISCAL_YEAR):
                continue
            amounts = whole[whole.dimension == dimension]
            amounts = amounts.assign(window=_window(amounts.period, ledger, str(span)))
            sums = amounts.pivot_table("value", ["window", "entity"], "figure", aggfunc="sum")
            if not set(measure.needs) <= set(sums.columns):
                continue
            top, bottom = (
                sums[list(terms)].mul(pd.Series(terms)).sum(axis=1, skipna=False)
                for terms in (measure.top, measure.bottom)
            )
            value = top if not measure.bottom else top / bottom * (100 if measure.unit == "%" else 1)
            places = pd.MultiIndex.from_arrays([_window(shown.period, ledger, str(span)), shown.entity])
            require_all_equal(
                f"{measure.title.lower()} of {{}}",
                (shown.label + " " + shown.entity).str.strip().tolist(),
                f"the periods of the {span}",
                value.reindex(places),
                "the table of measures",
                shown.value,
                absolute=CENT,
            )


def _window(periods: pd.Series[pd.Timestamp], ledger: Ledger, span: str) -> pd.Series[int]:
    months = periods.dt.year * 12 + periods.dt.month - ledger.calendar.start_month
    return months // (3 if span == Span.QUARTER else 12)


def _check_profit(forecasts: pd.DataFrame, costs: Sequence[str]) -> None:
    """Forecast profit is revenue less costs and other items, of the company and of each part."""
    wide = forecasts.pivot_table("value", ["dimension", "entity", "period"], "figure")
    names = ["profit", "revenue", OTHER, *costs]
    if not set(names) <= set(wide.columns):
        return
    known = wide.dropna(subset=names)
    require_all_equal(
        "forecast of profit of {}",
        _words(known.index),
        "revenue less costs and other items",
        known.revenue - known[[OTHER, *costs]].sum(axis=1),
        "the table of forecasts",
        known.profit,
        absolute=CENT,
    )


def _check_bridges(bridges: pd.DataFrame, history: pd.DataFrame) -> None:
    """The steps of a bridge lead from its first amount to its last, and both are sums of the history."""
    company = history[(history.dimension == "") & ~history.partial.astype(bool)]
    for (title, window, before), steps in bridges.groupby(["bridge", "window", "before"], sort=False):
        ordered = steps.sort_values("place").amount.to_numpy(float)
        what = f"{title}, {before} to {window}"
        require_equal(
            what,
            "the first amount with the steps",
            ordered[:-1].sum(),
            "the last",
            ordered[-1],
            absolute=CENT,
        )
        if ":" in str(title):
            continue  # A bridge of effects is of the entities that it names.
        figure = company[company.figure == steps.figure.iloc[0]]
        for words, amount in ((before, ordered[0]), (window, ordered[-1])):
            first, _, last = str(words).partition(" to ")
            inside = figure.period.between(
                pd.to_datetime(first, format="%b %Y"), pd.to_datetime(last or first, format="%b %Y")
            )
            if inside.any():
                require_equal(
                    f"{title}, {words}",
                    "the bridge",
                    amount,
                    "the history",
                    float(figure[inside].value.sum()),
                    absolute=CENT,
                )


def _check_what_if(table: pd.DataFrame, forecasts: pd.DataFrame) -> None:
    """The baseline of a scenario is the forecast, and its difference leads to the scenario."""
    if table.empty:
        return
    places = (table.figure + " in " + table.period.dt.strftime("%b %Y")).tolist()
    require_all_equal(
        "what-if of {}",
        places,
        "baseline with difference",
        table.baseline + table.difference,
        "the scenario",
        table.scenario,
        absolute=CENT,
    )
    company = forecasts[forecasts.dimension == ""].set_index(["figure", "period"]).value
    given = company.reindex(pd.MultiIndex.from_frame(table[["figure", "period"]])).to_numpy()
    # Profit is revenue less costs where the file has none.
    forecast = np.where(np.isnan(given) & (table.figure == "profit").to_numpy(), table.baseline, given)
    require_all_equal(
        "what-if of {}", places, "the forecast", forecast, "the baseline", table.baseline, absolute=CENT
    )


def _words(index: pd.Index) -> list[str]:
    return [
        " ".join(f"{part:%b %Y}" if isinstance(part, pd.Timestamp) else str(part) for part in places).strip()
        for places in (index if isinstance(index, pd.MultiIndex) else ((place,) for place in index))
    ]
