"""A file as trusted figures, in one call."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from workbench.finance.inputs.grain import make_ledger
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.reading.read import read_file
from workbench.finance.model.calendar import FiscalCalendar
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.mapping import RoleMapping
from workbench.finance.model.questions import Answers


def read_ledger(
    path: Path | str,
    *,
    calendar: FiscalCalendar | None = None,
    answers: Answers | None = None,
    mapping: RoleMapping | None = None,
    sheet: str = "",
    rates: Mapping[str, float] | None = None,
) -> Ledger:
    """Read a file, give its columns their roles and make its figures.

    Parameters
    ----------
    path
        CSV, TSV or Excel file, also as ``.gz``.
    calendar
        Of fiscal years; calendar years when left out.
    answers
        Key of a question -> value of the chosen option.
    mapping
        What was confirmed for an earlier file; columns that it does not know are proposed.
    sheet
        Of a workbook; the one with the most cells when empty.
    rates
        As in :func:`workbench.finance.inputs.grain.make_ledger`.

    Raises
    ------
    UnreadableFile
        When the file is missing, empty, or neither text nor workbook.
    InvalidData
        When a question is open, or there is no column of dates or of figures.
    UnbalancedResult
        When control totals do not agree.
    """
    calendar = calendar or FiscalCalendar()
    reading = read_file(path, answers=answers, sheet=sheet, start_month=calendar.start_month)
    proposed = propose_mapping(reading, mapping)
    return make_ledger(reading, proposed, calendar=calendar, answers=answers, rates=rates)
