"""From sales to requirement at the grid to peak load, and the definitions that go on the page.

    gross consumption   = category sales + open access + EV + hydrogen - DSM
    net consumption     = gross consumption - rooftop solar
    requirement         = net consumption / (1 - T&D loss)
    peak                = requirement / (hours of the year x load factor)

Source of the chain: General guidelines of the Central Electricity Authority's Electric Power Surveys.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from workbench.data.arrays import Floats
from workbench.demand.model.roles import REDUCING, Role

DEFINITIONS = {
    "gross": "Gross consumption: category sales + open access + electric vehicles + green hydrogen "
    "- demand-side management, at the consumers' end.",
    "net": "Net (grid) consumption: gross consumption - rooftop solar; what the grid delivers to consumers.",
    "requirement": "Energy requirement: net consumption / (1 - T&D loss); what must enter the grid.",
    "peak": "Peak load: requirement / (hours of the year x annual load factor); 8784 hours in leap years.",
}


def between_points(points: Mapping[int, float], years: ArrayLike) -> Floats:
    """Straight lines between points; the first and last value before and after them.

    Parameters
    ----------
    points
        Value by year, at least one.
    years
        Years to give.
    """
    if not points:
        raise ValueError("a trajectory needs at least one point")
    known = sorted(points)
    values = np.interp(np.asarray(years, dtype=float), known, [points[year] for year in known])
    return np.asarray(values, dtype=float)


def layer_between_points(points: Mapping[int, float], years: ArrayLike) -> Floats:
    """Like :func:`between_points`, but zero before the first point: the measure has not begun."""
    values = between_points(points, years)
    return np.where(np.asarray(years) < min(points), 0.0, values)


def hours_of(year: int, fiscal_year_start: int = 4) -> int:
    """Hours of a (fiscal) year named by the year it ends in: 8784 when it holds a 29 February.

    Parameters
    ----------
    year
        2024 is April 2023 to March 2024 in India.
    fiscal_year_start
        Month, 1 for calendar years.
    """
    february = year - 1 if fiscal_year_start == 2 else year
    leap = february % 4 == 0 and (february % 100 != 0 or february % 400 == 0)
    return 8784 if leap else 8760


def consumption(by_role: Mapping[Role, Floats]) -> tuple[Floats, Floats]:
    """Gross and net consumption at the consumers' end.

    Parameters
    ----------
    by_role
        Energy by role, one value a year, in one unit; reductions (solar, DSM) as positive numbers.

    Returns
    -------
    gross, net : ndarray
        In the same unit.
    """
    some = next(iter(by_role.values()))
    zero = np.zeros_like(some)
    added = sum((values for role, values in by_role.items() if role not in REDUCING), zero)
    gross = np.asarray(added - by_role.get(Role.DEMAND_SIDE_MANAGEMENT, zero))
    return gross, np.asarray(gross - by_role.get(Role.ROOFTOP_SOLAR, zero))


def requirement(net: Floats, loss_percent: Floats) -> Floats:
    """Energy that must enter the grid, net / (1 - loss), in the unit of ``net``.

    Parameters
    ----------
    net
        Net consumption, any unit.
    loss_percent
        Transmission and distribution loss in % of the requirement.

    Raises
    ------
    ValueError
        When a loss is not from 0 to below 100 %.
    """
    loss = np.asarray(loss_percent, dtype=float)
    if not ((loss >= 0) & (loss < 100)).all():
        raise ValueError(f"losses must be from 0 to below 100 %, found {loss.min():g} to {loss.max():g} %")
    needed: Floats = net / (1 - loss / 100)
    return needed


def peak(requirement_gwh: Floats, hours: Floats, load_factor_percent: Floats) -> Floats:
    """Peak load in MW, requirement / (hours x load factor).

    Parameters
    ----------
    requirement_gwh
        Energy requirement in GWh a year.
    hours
        Hours of each year.
    load_factor_percent
        Annual load factor in %.
    """
    highest: Floats = requirement_gwh * 1000 / (hours * load_factor_percent / 100)
    return highest


def split_solar(solar: Floats, share_percent: Mapping[str, float]) -> dict[str, Floats]:
    """Split rooftop solar among sectors; the shares are shares of the solar, not of a sector's demand.

    Parameters
    ----------
    solar
        Rooftop solar as positive numbers, any unit.
    share_percent
        Share of each sector in %; they must sum to 100.

    Raises
    ------
    ValueError
        When the shares do not sum to 100 %.
    """
    total = sum(share_percent.values())
    if abs(total - 100) > 0.1:
        raise ValueError(f"the shares of rooftop solar sum to {total:g} %, expected 100 %")
    return {sector: solar * share / total for sector, share in share_percent.items()}
