"""Energy from power: amounts, directions, utilisation, shares."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

HOURS_OF_A_YEAR = 8760.0

Floats = NDArray[np.floating[Any]]


def hours_of(minutes: ArrayLike) -> Floats:
    """Length of an interval [h] from its cadence [min]; of each row's own table, never of its file's name."""
    length: Floats = np.asarray(minutes, dtype=np.float64) / 60.0
    return length


def energy(power: ArrayLike, hours: ArrayLike) -> Floats:
    """Energy of intervals [MWh].

    Parameters
    ----------
    power
        Mean power of each interval [MW].
    hours
        Length of each interval [h], broadcast against ``power``.

    Notes
    -----
    ``E = P h``. Power is an interval mean (AEMO, *MMS Data Model Report*, DISPATCH_UNIT_SCADA): means are never
    added up, energies are.
    """
    amount: Floats = np.asarray(power, dtype=np.float64) * np.asarray(hours, dtype=np.float64)
    return amount


def split_directions(power: ArrayLike) -> tuple[Floats, Floats]:
    """Split power into what is given to the grid and what is taken from it, both >= 0 [as given].

    To be done per unit and interval, before any sum over units or time: a battery that charges for half an hour
    and discharges for the other has moved energy, though its mean is zero. Missing values stay missing in both.
    """
    values = np.asarray(power, dtype=np.float64)
    return np.maximum(values, 0.0), np.maximum(-values, 0.0)


def capacity_factor(amount: ArrayLike, capacity: ArrayLike, hours: ArrayLike) -> Floats:
    """Utilisation of a capacity [%].

    Parameters
    ----------
    amount
        Energy given to the grid [MWh].
    capacity
        Registered capacity [MW].
    hours
        Hours that the data covers [h]: neither gaps nor the part of the last day that is still to come.

    Returns
    -------
    ndarray
        ``nan`` where the capacity or the hours are not above zero.
    """
    possible = np.asarray(capacity, dtype=np.float64) * np.asarray(hours, dtype=np.float64)
    return ratio(amount, possible) * 100.0


def renewable_share(renewable: ArrayLike, total: ArrayLike) -> Floats:
    """Share of renewable fuels in the generation [%].

    Parameters
    ----------
    renewable
        Energy of the fuels that the dataset marks as renewable, rooftop and biomass included [MWh].
    total
        Energy of all fuels except storage, whose energy was generated before [MWh].

    Returns
    -------
    ndarray
        ``nan`` where nothing was generated.
    """
    return ratio(renewable, total) * 100.0


def annualised_energy(amount: ArrayLike, hours: ArrayLike) -> Floats:
    """Energy of a year at the pace of a period [MWh/a]: ``E 8760 / h``, a year of 365 days.

    Parameters
    ----------
    amount
        Energy of the period [MWh].
    hours
        Hours that the data covers [h].
    """
    return ratio(amount, hours) * HOURS_OF_A_YEAR


def ratio(numerator: ArrayLike, denominator: ArrayLike) -> Floats:
    """Divide; ``nan`` where the denominator is not above zero."""
    top, bottom = np.broadcast_arrays(
        np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    )
    quotient: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return quotient
