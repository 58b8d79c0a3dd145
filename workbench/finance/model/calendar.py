"""The fiscal calendar: years that begin in any month, named by the year in which they end."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from workbench.data.formatting import Style, year_label
from workbench.data.projects.project import Project


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """A fiscal calendar.

    Parameters
    ----------
    start_month
        First month of the year: 1 for calendar years, 4 for April to March.
    """

    start_month: int = 1

    @classmethod
    def of(cls, project: Project) -> FiscalCalendar:
        """Give the calendar that a project's settings name."""
        return cls(project.style.fiscal_year_start)

    def year_of(self, period: pd.Timestamp) -> int:
        """Give the number of the year of a month: that of the calendar year in which the fiscal year ends."""
        return int(period.year) + (self.start_month > 1 and int(period.month) >= self.start_month)

    def quarter_of(self, period: pd.Timestamp) -> int:
        """Give the quarter of a month in its fiscal year, 1 to 4."""
        return (int(period.month) - self.start_month) % 12 // 3 + 1

    def year_label(self, year: int) -> str:
        """Write a year: ``2024``, or ``FY 2024-25``."""
        return year_label(year, Style(fiscal_year_start=self.start_month))

    def quarter_label(self, year: int, quarter: int) -> str:
        """Write a quarter: ``Q1 2024``, or ``Q1 FY 2024-25``."""
        return f"Q{quarter} {self.year_label(year)}"


def period_text(first: pd.Timestamp, months: int) -> str:
    """Write a period: ``Mar 2026``, ``Jan to Mar 2026``, ``Apr 2025 to Mar 2026`` or ``2026``."""
    last = first + pd.DateOffset(months=months - 1)
    if months == 12 and first.month == 1:
        return f"{first:%Y}"
    if months == 1:
        return f"{first:%b %Y}"
    return f"{first:%b} to {last:%b %Y}" if first.year == last.year else f"{first:%b %Y} to {last:%b %Y}"


def span_text(first: pd.Timestamp, last: pd.Timestamp, months: int) -> str:
    """Write several periods, each of so many months, by the first day of the first and the last."""
    if first == last:
        return period_text(first, months)
    return f"{first:%b %Y} to {last + pd.DateOffset(months=months - 1):%b %Y}"
