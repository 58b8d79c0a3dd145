"""What the reader of a report has to know: what is missing, assumed, doubtful, changed or not used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from workbench.data.changes import Change, ChangeKind
from workbench.data.notes import Notes, Weight
from workbench.data.unused_settings import note_unused_settings
from workbench.finance.analysis.checks import CheckStatus
from workbench.finance.analysis.forecasts import OTHER
from workbench.finance.analysis.many_parts import SHARES
from workbench.finance.config import FinanceConfig
from workbench.finance.model.ledger import Gap, Ledger
from workbench.finance.model.roles import TITLES
from workbench.finance.model.series import MAX_ENTITIES
from workbench.finance.model.what_if import DriverKind
from workbench.finance.results.analysis import Analysis
from workbench.finance.results.formatter import Formatter
from workbench.finance.results.sources import row_ranges

__all__ = ["notes_of"]

WORKBOOKS = (".xlsx", ".xlsm", ".xls")
MAX_HOLES = 12
"""Holes of one figure that get a note of their own; more are one note."""
TABLES_OF_HOLES = ("history", "measures", "bridges", "forecasts", "events")


def notes_of(found: Analysis, config: FinanceConfig, formatter: Formatter) -> Notes:
    """Make the notes of a report.

    Parameters
    ----------
    found
        What the run has found.
    config
        The settings.
    formatter
        Writes amounts and periods.
    """
    ledger = found.ledger
    notes = Notes(ledger.file)
    _note_open_periods(ledger, formatter, notes)
    for figure, gaps in _holes(ledger).items():
        _note_holes(ledger, figure, gaps, formatter, notes)
    _note_forecasts(found, formatter, notes)
    _note_what_if(found, config, notes)
    note_unused_settings(config, _without_effect(found, config), notes)
    for check in found.checks:
        if check.status is CheckStatus.FAILED:
            notes.doubt(
                f"{check.name} ({check.formula}) does not hold in {len(check.exceeding)} of {check.tested} places",
                tables=("checks", "exceptions"),
                advice="see the exceptions with their rows",
            )
    notes.add_problems(ledger.problems)
    for item in ledger.mapping.columns:
        if item.role is None and item.named is not None:
            notes.omission(
                f"{TITLES[item.named]} is missing: {item.reason}",
                column=item.column,
                advice="write the amounts as numbers and make the report again, or give the column another role",
            )
        elif item.role is None:
            notes.unused(f"the column is not used: {item.reason or 'it has no meaning'}", column=item.column)
    _note_changes(ledger, notes)
    return notes


def _note_open_periods(ledger: Ledger, formatter: Formatter, notes: Notes) -> None:
    lacking = {gap.period for gap in ledger.gaps}
    for item in ledger.partial:
        facts: dict[str, Any] = {"tables": TABLES_OF_HOLES, "years": (int(item.period.year),)}
        if item.period in lacking:
            notes.omission(
                f"{formatter.period(item.period)} is open ({item.reason}): it has no total and is compared with "
                "nothing",
                advice="make the report again when everything is reported, or leave the period out of the file",
                **facts,
            )
        else:
            notes.unused(
                f"{formatter.period(item.period)} is not whole ({item.reason}) and is compared with nothing",
                weight=Weight.NORMAL,
                **facts,
            )


def _holes(ledger: Ledger) -> dict[str, dict[pd.Timestamp, list[Gap]]]:
    """Gaps of whole periods by figure and period."""
    loose = {item.period for item in ledger.partial}
    found: dict[str, dict[pd.Timestamp, list[Gap]]] = {}
    for gap in ledger.gaps:
        if gap.period not in loose:
            found.setdefault(gap.figure, {}).setdefault(gap.period, []).append(gap)
    return found


def _note_holes(
    ledger: Ledger,
    figure: str,
    holes: Mapping[pd.Timestamp, Sequence[Gap]],
    formatter: Formatter,
    notes: Notes,
) -> None:
    title = formatter.title(figure) if figure else "Every figure"
    facts: dict[str, Any] = {
        "column": ledger.figure(figure).column if figure else "",
        "tables": TABLES_OF_HOLES,
        "weight": Weight.NORMAL,
        "advice": "give the amounts; 0 where there are none",
    }
    if len(holes) > MAX_HOLES:
        notes.omission(
            f"{title} has holes in {len(holes)} periods, the first in {formatter.period(min(holes))}: they "
            "have no total, and the history has their partial sums",
            years=sorted({int(period.year) for period in holes}),
            **facts,
        )
        return
    for period, gaps in holes.items():
        entities = ", ".join(dict.fromkeys(" ".join(filter(None, gap.entity)) for gap in gaps if gap.entity))
        who = f"{entities} and the company" if entities else "the company"
        text = f"{title} of {formatter.period(period)} is missing for {who} ({gaps[0].reason})"
        known = ledger.known_sum(figure)[period] if figure else float("nan")
        if known == known:
            text += f"; the partial sum of the company is {formatter.of(figure, float(known))}"
        notes.omission(text, years=(int(period.year),), **facts)


def _note_forecasts(found: Analysis, formatter: Formatter, notes: Notes) -> None:
    for name, reason in found.without_forecast.items():
        if name != OTHER:
            notes.omission(
                f"{formatter.title(name)} has no forecast: {reason}",
                weight=Weight.NORMAL,
                tables=("forecasts", "models", "what_if"),
                advice="give more periods of it",
            )
    for dimension, parts in found.parts.items():
        reasons: dict[str, list[str]] = {}
        for (name, entity), reason in parts.left_out.items():
            if not entity and name != OTHER and name not in found.without_forecast:
                reasons.setdefault(reason, []).append(formatter.title(name))
        fast = {item.part.entity for item in parts.forecasts if item.own.method == SHARES}
        if fast:
            notes.assumption(
                f"{len(fast)} parts by {dimension} keep the share of the company that they had in the last year: "
                f"more than {MAX_ENTITIES} are not forecast one by one, and not searched for what stands out",
                weight=Weight.NORMAL,
                tables=("forecasts",),
            )
        for reason, titles in reasons.items():
            notes.doubt(
                f"{', '.join(titles)} by {dimension}: no forecast, because {reason}",
                weight=Weight.LOW,
                tables=("forecasts",),
            )


def _note_what_if(found: Analysis, config: FinanceConfig, notes: Notes) -> None:
    if not config.drivers:
        return
    tables = ("what_if", "tornado")
    if found.what_if is None:
        notes.omission(
            "the drivers were not applied: a what-if needs forecasts of revenue and costs",
            setting="drivers",
            tables=tables,
        )
        return
    if config.variable_share is None:
        share = 100 * found.assumptions.variable_share
        notes.assumption(
            f"{share:.0f} % of costs other than marketing follow volume: {found.assumptions_from}",
            setting="variable_share",
            tables=tables,
            advice="set the share that is known",
        )
    for name, what in (("price_elasticity", "price"), ("marketing_elasticity", "marketing")):
        if getattr(config, name) == 0:
            notes.assumption(
                f"{what} is assumed not to change volume", setting=name, tables=tables, weight=Weight.LOW
            )


def _without_effect(found: Analysis, config: FinanceConfig) -> dict[str, str]:
    """Settings that would make no difference, each with the reason; empty where it makes one."""
    kinds = {driver.kind for driver in config.drivers}
    nothing = "" if kinds and found.what_if is not None else "there is no what-if (drivers)"
    moves = kinds & {DriverKind.PRICE, DriverKind.VOLUME, DriverKind.MARKETING}
    return {
        "false_alarms": "no series has enough known periods for what is unusual to be looked for"
        if found.expected.empty
        else "",
        "sheet": ""
        if found.ledger.file.lower().endswith(WORKBOOKS)
        else f"{found.ledger.file} has no sheets",
        "variable_share": nothing or ("" if moves else "no driver changes volume"),
        "price_elasticity": nothing or ("" if DriverKind.PRICE in kinds else "no driver changes the price"),
        "marketing_elasticity": nothing
        or ("" if DriverKind.MARKETING in kinds else "no driver changes the marketing spend"),
        "answers": f"the file raises no question {', '.join(found.idle_answers)}"
        if found.idle_answers
        else "",
    }


def _note_changes(ledger: Ledger, notes: Notes) -> None:
    for kind, column, changes in _grouped(ledger.changes):
        rows = sorted({row for change in changes for row in change.rows})
        places = f" (rows {row_ranges(rows)})" if rows else ""
        reasons = list(dict.fromkeys(change.reason for change in changes))
        more = f", and {len(reasons) - 1} more reasons" if len(reasons) > 1 else ""
        add = notes.unused if kind is ChangeKind.DROPPED else notes.change
        add(f"{kind}: {reasons[0]}{more}{places}", column=column)


def _grouped(changes: Iterable[Change]) -> Iterator[tuple[ChangeKind, str, list[Change]]]:
    found: dict[tuple[ChangeKind, str], list[Change]] = {}
    for change in changes:
        found.setdefault((change.kind, change.column), []).append(change)
    for (kind, column), mine in found.items():
        yield kind, column, mine
