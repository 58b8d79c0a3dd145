"""What the figures of a plan share: order of carriers, labels of years, units of money."""

from __future__ import annotations

from typing import Any

from workbench.capacity.model.system import UNSERVED, is_storage
from workbench.capacity.results.saved import CapacityResult
from workbench.data.formatting import CRORE, Style, year_label

_BASE_LOAD = ("nuclear", "coal", "lignite", "biomass", "hydro", "gas", "oil", "diesel")


def stack_order(carrier: object) -> tuple[int, str]:
    """Order of a stack: base load below, storage and unserved load on top."""
    name = str(carrier).lower()
    if name == UNSERVED:
        return (99, name)
    if is_storage(name):
        return (90, name)
    return (next((i for i, word in enumerate(_BASE_LOAD) if word in name), 50), name)


def year_labels(years: Any, style: Style) -> list[str]:
    """Labels of fiscal years."""
    return [year_label(int(year), style) for year in years]


def money_of(result: CapacityResult) -> tuple[str, float]:
    """Unit of large sums, and what one of it is in the currency."""
    currency = currency_of(result)
    return ("crore INR", CRORE) if currency == "INR" else (f"million {currency}", 1e6)


def currency_of(result: CapacityResult) -> str:
    """Currency of a result."""
    return str(result.facts.get("currency") or "currency")
