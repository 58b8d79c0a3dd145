"""The value types of a what-if: what changes, how the business answers, and the forecast it starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workbench.data.arrays import Floats
from workbench.runs.model.settings import setting

__all__ = ["Assumptions", "Baseline", "Driver", "DriverKind", "Path"]


class DriverKind(StrEnum):
    """What a driver changes."""

    PRICE = "price"
    VOLUME = "volume"
    VARIABLE_COST = "variable cost per unit"
    FIXED_COST = "fixed cost"
    MARKETING = "marketing spend"
    COLLECTION = "days until customers pay"
    PAYMENT = "days until suppliers are paid"

    @property
    def in_days(self) -> bool:
        """Whether it is a number of days, not a percentage."""
        return self in (DriverKind.COLLECTION, DriverKind.PAYMENT)


@dataclass(frozen=True, slots=True)
class Driver:
    """One change of the business.

    Parameters
    ----------
    kind
        What changes.
    change
        By how much: percent, or days.
    start, end
        First and last month, as ``2026-01``; from the first and to the last forecast month when empty.
    """

    kind: DriverKind = setting(DriverKind.PRICE, help="What changes")
    change: float = setting(0.0, help="By how much", unit="% or days", minimum=-365, maximum=1000)
    start: str = setting("", help="First month, as 2026-01; the first forecast month if empty")
    end: str = setting("", help="Last month, as 2026-12; the last forecast month if empty")

    @property
    def label(self) -> str:
        """In words."""
        unit = " days" if self.kind.in_days else " %"
        when = f" from {self.start}" if self.start else ""
        return f"{self.kind} {self.change:+g}{unit}{when}" + (f" to {self.end}" if self.end else "")


@dataclass(frozen=True, slots=True)
class Assumptions:
    """How the business answers.

    Parameters
    ----------
    variable_share
        Share of costs that follows volume, 0 to 1; the rest is fixed. Marketing follows nothing but its own driver.
    price_elasticity
        Percent of volume per percent of price; 0 when customers do not mind, negative when they do.
    marketing_elasticity
        Percent of volume per percent of marketing spend.
    low, high
        Ends of the 95 % interval of ``variable_share``; equal to it where it is set.
    """

    variable_share: float
    price_elasticity: float = 0.0
    marketing_elasticity: float = 0.0
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """The forecast that a scenario starts from; every path has shape ``(months,)``.

    Parameters
    ----------
    months
        As ``2026-01``.
    revenue, profit
        In currency; profit by the file's own definition.
    costs
        By figure; revenue less these (and less what the file does not name) is profit.
    marketing
        Name of the cost that is marketing; empty when there is none.
    receivables, payables, cash_flow
        None where the file has none.
    half_width
        Of the interval of profit.
    months_a_period
        1 for months, 3 for quarters, 12 for years.
    """

    months: tuple[str, ...]
    revenue: Floats
    profit: Floats
    costs: Mapping[str, Floats]
    marketing: str
    receivables: Floats | None
    payables: Floats | None
    cash_flow: Floats | None
    half_width: Floats
    months_a_period: int = 1


@dataclass(frozen=True, slots=True)
class Path:
    """A scenario as differences to its baseline, each of shape ``(months,)``.

    Parameters
    ----------
    revenue, profit, receivables, payables, cash_flow
        Differences; zero to the last digit where nothing changes.
    costs
        By figure.
    half_width
        Of the interval of profit.
    """

    revenue: Floats
    costs: Mapping[str, Floats]
    profit: Floats
    receivables: Floats
    payables: Floats
    cash_flow: Floats
    half_width: Floats
