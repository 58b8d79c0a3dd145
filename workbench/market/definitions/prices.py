"""Money and average prices."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.market.definitions.energy import Floats, ratio


def revenue(power: ArrayLike, price: ArrayLike, hours: ArrayLike) -> Floats:
    """Revenue of intervals at the regional reference price [currency]: ``P p h``.

    Parameters
    ----------
    power
        Mean power [MW], negative when taken from the grid: what is then paid is negative revenue.
    price
        Price of the unit's own region for the same stamp and cadence [currency/MWh]; ``nan`` stays ``nan``, no
        other region's price is taken in its place.
    hours
        Length of each interval [h].

    Notes
    -----
    National Electricity Rules 3.15.6 with loss factor 1: marginal loss factors, ancillary services and
    administered-price adjustments are not part of it.
    """
    amount: Floats = (
        np.asarray(power, dtype=np.float64)
        * np.asarray(price, dtype=np.float64)
        * np.asarray(hours, dtype=np.float64)
    )
    return amount


def volume_weighted(money: ArrayLike, amount: ArrayLike) -> Floats:
    """Volume-weighted average price, of a generator its capture price [currency/MWh]: ``sum(P p h) / sum(P h)``.

    Parameters
    ----------
    money
        Revenue (or cost) of the energy whose price is known [currency].
    amount
        That energy [MWh].

    Returns
    -------
    ndarray
        ``nan`` where there is no energy: a price of nothing is unknown, not zero.
    """
    return ratio(money, amount)


def time_weighted(price_hours: ArrayLike, hours: ArrayLike) -> Floats:
    """Time-weighted average ("flat load") price [currency/MWh]: ``sum(p h) / sum(h)``.

    Parameters
    ----------
    price_hours
        Sum of price x length over the intervals with a price [currency/MWh h].
    hours
        Sum of their lengths [h].
    """
    return ratio(price_hours, hours)


def capture_rate(capture_price: ArrayLike, flat_price: ArrayLike) -> Floats:
    """Capture price relative to the time-weighted price of the same region and time [%].

    ``nan`` where the flat price is not above zero: a ratio to a negative price says nothing.
    """
    return ratio(capture_price, flat_price) * 100.0
