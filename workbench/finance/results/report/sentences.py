"""Sentences of a section, each with the rows of the file behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.finance.results.report import tables as report_tables
from workbench.finance.results.saved import FinanceResult

if TYPE_CHECKING:
    from workbench.charts.page import Section

__all__ = ["say"]


def say(section: Section, result: FinanceResult, name: str, limit: int | None = None) -> None:
    """Add the sentences of a section as a list; those beyond a limit are counted, an appendix has them."""
    table = result.table("sentences")
    lines = [
        f"{row['text']} [{report_tables.rows_text(row['rows'])}]" if row["rows"] else row["text"]
        for row in table[table.section == name].to_dict("records")
    ]
    if limit is not None and len(lines) > limit:
        left = len(lines) - limit + 1
        lines = [*lines[: limit - 1], f"{left} more sentences of this kind are in the appendix."]
    if lines:
        section.bullets(lines)
