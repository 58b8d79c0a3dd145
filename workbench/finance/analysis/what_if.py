"""What if: prices, volumes, costs and payment habits changed from a month on, beside the forecast.

Everything is computed as a difference to the forecast. A driver of 0 % multiplies by exactly 1 and adds
exactly 0, so that the scenario is the forecast itself, to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from workbench.data.arrays import Floats
from workbench.errors import SettingError
from workbench.finance.model.what_if import Assumptions, Baseline, Driver, DriverKind, Path

__all__ = ["check_driver", "simulate", "tornado"]

DAYS_A_MONTH = 365.25 / 12


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
    """Say how much each driver alone changes profit, at its change and at the opposite one.

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
