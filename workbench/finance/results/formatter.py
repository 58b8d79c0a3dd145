"""How a ledger's amounts, months and figures are written in a project."""

from __future__ import annotations

from workbench.data.formatting import Style
from workbench.finance.analysis.forecasts import OTHER
from workbench.finance.model.ledger import Ledger
from workbench.finance.results.text import Words

__all__ = ["words_of"]


def words_of(ledger: Ledger, style: Style) -> Words:
    """Give the words for a ledger: its currency and titles, the project's digits."""
    titles = {figure.name: figure.title for figure in ledger.figures} | {OTHER: "Other items"}
    return Words(ledger.currency, style, titles, ledger.frequency.months)
