"""Sentences of a report, each from facts with amounts and periods, and with the rows of the file behind it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.finance.analysis.forecasts import Forecast
from workbench.finance.model.series import FigureSeries
from workbench.finance.results.formatter import Formatter
from workbench.forecasting.series_forecast import SeriesForecast

__all__ = ["COLUMNS", "Sentence", "sentences_table"]

COLUMNS = ["section", "text", "figure", "period", "rows"]
HEADLINES = ("revenue", "profit", "cash_flow")
MAX_EVENTS, MOST_RELATIONS = 8, 6
LASTING = ("new level", "drift")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, and where its numbers come from.

    Parameters
    ----------
    section
        Of the report.
    text
        The sentence.
    figure, period
        What it is about; empty when of no single one.
    rows
        Rows of the file behind its newest amount, as ranges; empty for what was computed ahead.
    """

    section: str
    text: str
    figure: str = ""
    period: str = ""
    rows: str = ""


def sentences_table(sentences: Sequence[Sentence]) -> pd.DataFrame:
    """Give sentences as a table."""
    rows = [(item.section, item.text, item.figure, item.period, item.rows) for item in sentences]
    return pd.DataFrame(rows, columns=COLUMNS)


def headlines(
    series: Mapping[str, FigureSeries], season: int, formatter: Formatter, rows_of: Callable[..., str]
) -> Iterator[Sentence]:
    """Say what the main figures were in the last whole period and year, beside the same a year before."""
    for name in [name for name in HEADLINES if name in series]:
        one, title = series[name], formatter.title(name)
        last, now = one.periods[-1], float(one.company[-1])
        facts = {"figure": name, "period": f"{last:%Y-%m}", "rows": rows_of(last, last)}
        if not np.isfinite(now):
            yield Sentence("Overview", f"{title} of {formatter.period(last)} is not given.", **facts)
            continue
        text = f"{title} was {formatter.of(name, now)} in {formatter.period(last)}"
        if len(one.periods) > season:
            text += _against(now, float(one.company[-1 - season]), one.periods[-1 - season], name, formatter)
        yield Sentence("Overview", f"{text}.", **facts)
        if season > 1 and not one.stock and len(one.periods) >= 2 * season:
            yield from _year(one, season, formatter, rows_of)


def _against(now: float, before: float, period: pd.Timestamp, name: str, formatter: Formatter) -> str:
    if not np.isfinite(before):
        return f"; {formatter.period(period)} is not given"
    return (
        f", {_change(now, before, name, formatter)} {formatter.period(period)} ({formatter.of(name, before)})"
    )


def _change(now: float, before: float, name: str, formatter: Formatter) -> str:
    moved = now - before
    if moved == 0:
        return "the same as in"
    way = "more than in" if moved > 0 else "less than in"
    # A percentage of a loss, or of next to nothing, would mislead.
    share = f" ({100 * moved / before:+.1f} %)" if before > 0 and now > 0 else ""
    return f"{formatter.of(name, abs(moved))}{share} {way}"


def _year(
    one: FigureSeries, season: int, formatter: Formatter, rows_of: Callable[..., str]
) -> Iterator[Sentence]:
    now, before = one.company[-season:], one.company[-2 * season : -season]
    first, last, title = one.periods[-season], one.periods[-1], formatter.title(one.name)
    facts = {"figure": one.name, "period": f"{first:%Y-%m} to {last:%Y-%m}"}
    if not np.isfinite([*now, *before]).all():
        text = f"{title} of the last twelve months cannot be compared: a month of the last two years has no figure."
        yield Sentence("Overview", text, **facts)
        return
    total, earlier = float(now.sum()), float(before.sum())
    span = formatter.span(one.periods[-2 * season], one.periods[-season - 1])
    text = f"{title} was {formatter.of(one.name, total)} in {formatter.span(first, last)}"
    text += f", {_change(total, earlier, one.name, formatter)} {span} ({formatter.of(one.name, earlier)})."
    yield Sentence("Overview", text, **facts, rows=rows_of(first, last))


def forecast_sentences(
    company: Mapping[str, Forecast],
    left_out: Mapping[str, str],
    periods: pd.DatetimeIndex,
    formatter: Formatter,
    level: float,
) -> Iterator[Sentence]:
    """Say what is forecast, by which method, how good it was, and where nothing beat the naive one."""
    for name, forecast in company.items():
        title, own = formatter.title(name), forecast.own
        if name not in HEADLINES and not own.uses_naive and own.counted:
            # The table of methods has the others; a reader needs words where something matters or is missing.
            continue
        low, high = float(forecast.lower[0]), float(forecast.upper[0])
        first = formatter.of(name, float(forecast.path[0]))
        text = f"{title} is forecast at {first} for {formatter.period(periods[0])}"
        if np.isfinite([low, high]).all():
            text += f" ({level:g} % interval {formatter.of(name, low)} to {formatter.of(name, high)})"
        yield Sentence(
            "Forecasts", f"{text}. {_quality(own, level)}", figure=name, period=f"{periods[0]:%Y-%m}"
        )
    for name, reason in left_out.items():
        yield Sentence("Forecasts", f"{formatter.title(name)} has no forecast: {reason}.", figure=name)


def _quality(own: SeriesForecast, level: float) -> str:
    if not own.origins or not np.isfinite(own.skill):
        return f"Method: {own.method}; too few months to measure how good it is."
    naive = next(iter(own.wape))
    coverage = (
        f" Of {own.counted} earlier outcomes {100 * own.covered / own.counted:.0f} % lay inside their "
        f"{level:g} % interval."
        if own.counted
        else ""
    )
    dates = f"at {own.origins} earlier dates"
    if own.uses_naive:
        error = f"its error {dates} was {own.wape[naive]:.1f} % of the actual amounts"
        return f"No skill: nothing beat the {own.method}, which is used; {error}.{coverage}"
    return (
        f"Method: {own.method}; its error {dates} was {own.wape[own.method]:.1f} % of the actual amounts, "
        f"that of the {naive} {own.wape[naive]:.1f} %, "
        f"that of choosing at each date {own.wape['chosen']:.1f} %.{coverage}"
    )


def event_sentences(
    events: pd.DataFrame, formatter: Formatter, rows_of: Callable[..., str], stocks: Collection[str]
) -> Iterator[Sentence]:
    """Say what stands out and is still open, the largest amounts first."""
    open_events = events[events.status == "open"]
    if not len(open_events):
        yield Sentence("What stands out", "Nothing stands out that has not been explained.")
        return
    for event in open_events.head(MAX_EVENTS).to_dict("records"):
        first, last = event["first"], event["last"]
        of = f" of {event['dimension']} {event['entity']}" if event["entity"] else ""
        name, title = event["figure"], formatter.title(event["figure"])
        facts = {
            "figure": name,
            "period": f"{first:%Y-%m}",
            "rows": rows_of(
                first, first if event["kind"] in LASTING else last, event["dimension"], event["entity"]
            ),
        }
        stake = formatter.of(name, event["at_stake"], signed=True)
        if event["kind"] == "drift":
            text = (
                f"{title}{of} has moved away from its level since {formatter.period(first)}: {stake}"
                f"{'' if name in stocks else ' in a year'} by {formatter.period(last)}."
            )
        elif event["kind"] == "new level":
            text = (
                f"{title}{of} has another level from {formatter.period(first)} on: "
                f"{formatter.of(name, event['actual'])} a period "
                f"on average, where {formatter.of(name, event['expected'])} would have been expected; "
                f"{stake}{'' if name in stocks else ' in a year'}."
            )
        else:
            text = (
                f"{title}{of} in {formatter.span(first, last)} was {formatter.of(name, event['actual'])}, expected "
                f"{formatter.of(name, event['low'])} to {formatter.of(name, event['high'])}; {stake} against the "
                "middle."
            )
        also = [formatter.title(one).lower() for one in str(event.get("also", "")).split(", ") if one]
        if also:
            text = f"{text[:-1]}; it shows in {' and '.join(also)}."
        yield Sentence("What stands out", text, **facts)
    more = len(open_events) - MAX_EVENTS
    if more > 0:
        yield Sentence("What stands out", f"{more} smaller events are in the table of events.")


def check_sentences(checks: pd.DataFrame, formatter: Formatter) -> Iterator[Sentence]:
    """Say which checks fail, by how much, and which could not be made."""
    for check in checks.to_dict("records"):
        if check["status"] == "failed":
            text = (
                f"{check['name']} ({check['formula']}) does not hold in {check['exceeding']} of "
                f"{check['tested']} places; "
                f"the largest difference is {formatter.amount(check['largest'])}."
            )
            yield Sentence("Checks", text, rows=str(check["rows"]))
    passed = checks[checks.status == "passed"]
    if len(passed):
        names = ", ".join(
            f"{row.name_} ({row.tested})" for row in passed.rename(columns={"name": "name_"}).itertuples()
        )
        yield Sentence("Checks", f"Passed, with how many places were tested: {names}.")
    missing = checks[checks.status == "not available"]
    for check in missing.to_dict("records"):
        yield Sentence("Checks", f"{check['name']} could not be checked: {check['reason']}.")


def relation_sentences(relations: pd.DataFrame) -> Iterator[Sentence]:
    """Say which changes come together or one after the other; never that one causes the other."""
    found = relations[relations.significant.astype(bool)]
    if not len(found):
        yield Sentence("Relations", "No relation between the changes of two figures can be told from chance.")
    for row in found.head(MOST_RELATIONS).to_dict("records"):
        yield Sentence("Relations", f"{row['sentence']} That is no proof that one causes the other.")


def what_if_sentences(
    what_if: pd.DataFrame, drivers: Sequence[str], assumption: str, formatter: Formatter
) -> Iterator[Sentence]:
    """Say what a scenario changes over all forecast periods."""
    if not len(what_if):
        yield Sentence(
            "What if", "A what-if needs forecasts of revenue and costs, which this file does not allow."
        )
        return
    yield Sentence("What if", assumption)
    if not drivers:
        yield Sentence("What if", "No driver is set: the scenario is the forecast.")
        return
    yield Sentence("What if", f"Drivers: {'; '.join(drivers)}.")
    first, last = what_if.period.min(), what_if.period.max()
    for name in ("revenue", "profit", "cash_flow"):
        rows = what_if[what_if.figure == name]
        if len(rows):
            moved, scenario = float(rows.difference.sum()), float(rows.scenario.sum())
            text = (
                f"{formatter.title(name)} over {formatter.span(first, last)} is {formatter.of(name, scenario)}, "
                f"{formatter.of(name, moved, signed=True)} against the forecast{_between(rows, name, formatter)}."
            )
            yield Sentence("What if", text, figure=name, period=f"{first:%Y-%m} to {last:%Y-%m}")


def _between(rows: pd.DataFrame, name: str, formatter: Formatter) -> str:
    """Say between which amounts the difference lies, for the share of costs that follows volume."""
    low, high = (float(rows[f"difference_{end}"].sum()) for end in ("lower", "upper"))
    if low == high:
        return ""
    ends = f"{formatter.of(name, low, signed=True)} to {formatter.of(name, high, signed=True)}"
    return f" ({ends} by the cost share)"


def difference_sentences(difference: pd.DataFrame, before: str, formatter: Formatter) -> Iterator[Sentence]:
    """Say what is new since the last report."""
    section = "Since the last report"
    if not before:
        yield Sentence(section, "There is no earlier report to compare with.")
        return
    yield Sentence(section, f"The last report reached to {before}.")
    came = difference[difference.news == "came"]
    if len(came):
        inside = int(came.inside.astype(bool).sum())
        yield Sentence(
            section, f"{len(came)} figures came that it had forecast; {inside} lay inside their interval."
        )
    for row in came[~came.inside.astype(bool)].to_dict("records"):
        text = (
            f"{formatter.title(row['figure'])} of {formatter.period(row['period'])} was "
            f"{formatter.of(row['figure'], row['after'])}, "
            f"outside of the forecast {formatter.of(row['figure'], row['lower'])} to "
            f"{formatter.of(row['figure'], row['upper'])}."
        )
        yield Sentence(section, text, figure=row["figure"], period=f"{row['period']:%Y-%m}")
    restated = difference[difference.news == "restated"]
    if not len(restated):
        yield Sentence(section, "No figure of an earlier period was restated.")
    for row in restated.head(MAX_EVENTS).to_dict("records"):
        text = (
            f"{formatter.title(row['figure'])} of {formatter.period(row['period'])} was restated from "
            f"{formatter.of(row['figure'], row['before'])} to {formatter.of(row['figure'], row['after'])}."
        )
        yield Sentence(section, text, figure=row["figure"], period=f"{row['period']:%Y-%m}")
    if len(restated) > MAX_EVENTS:
        yield Sentence(
            section,
            f"{len(restated) - MAX_EVENTS} more were restated; they are in the table of differences.",
        )
