"""What if: prices, volumes, costs and payment habits changed from a month on, beside the forecast.

Everything is computed as a difference to the forecast. A driver of 0 % multiplies by exactly 1 and adds
exactly 0, so that the scenario is the forecast itself, to the last digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from workbench.errors import SettingError
from workbench.runs.model.settings import setting

__all__ = ["Assumptions", "Baseline", "Driver", "DriverKind", "Path", "check_driver", "simulate", "tornado"]

Floats = npt.NDArray[np.float64]

DAYS_A_MONTH = 365.25 / 12


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
    """

    variable_share: float
    price_elasticity: float = 0.0
    marketing_elasticity: float = 0.0


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


def simulate(baseline: Baseline, drivers: Sequence[Driver], assumptions: Assumptions) -> Path:
    """Follow several drivers through revenue, costs, profit and working capital.

    Revenue is price times volume. Variable costs follow volume and their own driver, fixed costs their own driver.
    Receivables follow revenue and the days until customers pay, payables follow costs and the days until suppliers
    are paid. Cash flow moves with profit, less what more receivables tie up, plus what more payables free.

    Parameters
    ----------
    baseline
        The forecast.
    drivers
        What changes.
    assumptions
        How the business answers.

    Raises
    ------
    SettingError
        When a driver's month lies outside the forecast, or marketing changes and the file has no marketing figure.
    """
    factors = {kind: np.ones(len(baseline.months)) for kind in DriverKind}
    days = {kind: np.zeros(len(baseline.months)) for kind in DriverKind if kind.in_days}
    for driver in drivers:
        check_driver(driver, baseline)
        active = _active(driver, baseline.months)
        if driver.kind.in_days:
            days[driver.kind] += np.where(active, driver.change, 0.0)
        else:
            factors[driver.kind] *= np.where(active, 1 + driver.change / 100, 1.0)
    price, marketing = factors[DriverKind.PRICE], factors[DriverKind.MARKETING]
    volume = factors[DriverKind.VOLUME] * price**assumptions.price_elasticity
    volume = volume * marketing**assumptions.marketing_elasticity
    revenue = baseline.revenue * (price * volume - 1)
    variable = assumptions.variable_share * (volume * factors[DriverKind.VARIABLE_COST] - 1)
    fixed = (1 - assumptions.variable_share) * (factors[DriverKind.FIXED_COST] - 1)
    costs = {
        name: path * ((marketing - 1) if name == baseline.marketing else (variable + fixed))
        for name, path in baseline.costs.items()
    }
    all_costs = sum(costs.values(), np.zeros(len(price)))
    profit = revenue - all_costs
    receivables = _working_capital(
        baseline.receivables, baseline.revenue, revenue, days[DriverKind.COLLECTION], baseline
    )
    base_costs = sum(baseline.costs.values(), np.zeros(len(price)))
    payables = _working_capital(baseline.payables, base_costs, all_costs, days[DriverKind.PAYMENT], baseline)
    cash_flow = profit - np.diff(receivables, prepend=0.0) + np.diff(payables, prepend=0.0)
    # A larger business is uncertain by larger amounts.
    wider = np.maximum(1.0, price * volume)
    return Path(revenue, costs, profit, receivables, payables, cash_flow, baseline.half_width * wider)


def tornado(
    baseline: Baseline, drivers: Sequence[Driver], assumptions: Assumptions
) -> tuple[tuple[Driver, float, float], ...]:
    """Say how much profit hangs on each driver alone, at its change and at the opposite one.

    Returns
    -------
    tuple
        (driver, difference of profit over all months at its change, at minus its change), the largest first. For
        days, cash flow is meant, because profit does not change.
    """
    rows = []
    for driver in drivers:
        both = [
            simulate(baseline, [replace(driver, change=sign * driver.change)], assumptions)
            for sign in (1, -1)
        ]
        effects = [float((path.cash_flow if driver.kind.in_days else path.profit).sum()) for path in both]
        rows.append((driver, effects[0], effects[1]))
    return tuple(sorted(rows, key=lambda row: -max(abs(row[1]), abs(row[2]))))


def check_driver(driver: Driver, baseline: Baseline) -> None:
    """Check a driver against the forecast it is to change.

    Raises
    ------
    SettingError
        With what is wrong and which months there are.
    """
    first, last = baseline.months[0], baseline.months[-1]
    for name in ("start", "end"):
        month = getattr(driver, name)
        if month and not (len(month) == 7 and first <= month <= last):
            raise SettingError(
                f"The {name} of '{driver.kind}' is {month!r}, expected a forecast month from {first} to {last}.",
                "drivers",
                month,
            )
    if not driver.kind.in_days and driver.change <= -100:
        raise SettingError(
            f"'{driver.kind}' changes by {driver.change:g} %, expected more than -100 %: nothing would be left.",
            "drivers",
            driver.change,
        )
    needs = {
        DriverKind.MARKETING: (bool(baseline.marketing), "marketing costs"),
        DriverKind.COLLECTION: (baseline.receivables is not None, "receivables"),
        DriverKind.PAYMENT: (baseline.payables is not None, "payables"),
    }
    present, what = needs.get(driver.kind, (True, ""))
    if not present:
        raise SettingError(
            f"'{driver.kind}' cannot be changed: the file has no {what} that can be forecast; leave "
            "this driver out.",
            "drivers",
            str(driver.kind),
        )


def _active(driver: Driver, months: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    start, end = driver.start or months[0], driver.end or months[-1]
    return np.array([start <= month <= end for month in months])


def _working_capital(
    stock: Floats | None, flow: Floats, change: Floats, days: Floats, baseline: Baseline
) -> Floats:
    if stock is None:
        return np.zeros(len(flow))
    share = np.divide(change, flow, out=np.zeros_like(flow), where=flow != 0)
    daily = (flow + change) / (DAYS_A_MONTH * baseline.months_a_period)
    return stock * share + daily * days
