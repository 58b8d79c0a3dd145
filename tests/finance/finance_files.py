"""Small finance files for the tests."""

from __future__ import annotations

from workbench.finance.inputs.grain import make_ledger
from workbench.finance.inputs.mapping.propose import propose_mapping
from workbench.finance.inputs.reading.read import read_content
from workbench.finance.model.calendar import FiscalCalendar
from workbench.finance.model.ledger import Ledger


def ledger_of(
    text: str | bytes,
    *,
    answers: dict[str, str] | None = None,
    start_month: int = 1,
    rates: dict[str, float] | None = None,
) -> Ledger:
    """Make the ledger of a file's text with the proposed mapping."""
    content = text.encode() if isinstance(text, str) else text
    reading = read_content("figures.csv", content, answers=answers)
    calendar = FiscalCalendar(start_month)
    return make_ledger(reading, propose_mapping(reading), calendar=calendar, answers=answers, rates=rates)


def monthly(columns: dict[str, list[object]], first: str = "2023-01") -> str:
    """Write columns as CSV with a month in each row."""
    year, month = (int(part) for part in first.split("-"))
    count = len(next(iter(columns.values())))
    lines = [",".join(["Month", *columns])]
    for at in range(count):
        number = year * 12 + month - 1 + at
        cells = ["" if values[at] is None else str(values[at]) for values in columns.values()]
        lines.append(",".join([f"{number // 12}-{number % 12 + 1:02d}", *cells]))
    return "\n".join(lines) + "\n"
