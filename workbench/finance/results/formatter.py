"""How a ledger's amounts, months and figures are written in a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.data.formatting import Style, format_number
from workbench.finance.analysis.forecasts import OTHER
from workbench.finance.model.calendar import period_text, span_text
from workbench.finance.model.ledger import Ledger

__all__ = ["Formatter", "formatter_of"]


@dataclass(frozen=True, slots=True)
class Formatter:
    """How amounts, months and figures are written.

    Parameters
    ----------
    currency
        Of the file; empty when it does not say.
    style
        The project's.
    titles
        Of figures.
    step
        Months in a period.
    """

    currency: str
    style: Style
    titles: Mapping[str, str]
    step: int

    def amount(self, value: float, *, signed: bool = False, unit: bool = True) -> str:
        """Write an amount, with cents where it is small."""
        decimals = 0 if abs(value) >= 1000 else 2
        word = (self.currency or "") if unit else ""
        return format_number(value, word, decimals=decimals, style=self.style, signed=signed)

    def of(self, figure: str, value: float, *, signed: bool = False) -> str:
        """Write a value of a figure in its unit."""
        if figure == "volume":
            return format_number(value, style=self.style, signed=signed)
        return self.amount(value, signed=signed)

    def title(self, figure: str) -> str:
        """Write what a figure is called."""
        return self.titles.get(figure, figure.replace("_", " ").capitalize())

    def period(self, start: pd.Timestamp) -> str:
        """Write a period: ``Mar 2026``, or ``Jan to Mar 2026``."""
        return period_text(start, self.step)

    def span(self, first: pd.Timestamp, last: pd.Timestamp) -> str:
        """Write several periods."""
        return span_text(first, last, self.step)


def formatter_of(ledger: Ledger, style: Style) -> Formatter:
    """Give the formatter of a ledger: its currency and titles, the project's digits."""
    titles = {figure.name: figure.title for figure in ledger.figures} | {OTHER: "Other items"}
    return Formatter(ledger.currency, style, titles, ledger.frequency.months)
