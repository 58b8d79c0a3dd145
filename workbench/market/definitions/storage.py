"""Batteries: spread, cycles, use. Charge and discharge are split before any sum (``split_directions``)."""

from __future__ import annotations

from numpy.typing import ArrayLike

from workbench.market.definitions.energy import Floats, ratio
from workbench.market.definitions.prices import volume_weighted


def price_spread(earned: ArrayLike, discharged: ArrayLike, paid: ArrayLike, charged: ArrayLike) -> Floats:
    """Volume-weighted discharge price less volume-weighted charge price [currency/MWh].

    Parameters
    ----------
    earned, paid
        Revenue of the discharge and cost of the charge [currency]; a cost is negative when prices were.
    discharged, charged
        Energy [MWh], both >= 0.
    """
    return volume_weighted(earned, discharged) - volume_weighted(paid, charged)


def cycles(discharged: ArrayLike, storage: ArrayLike) -> Floats:
    """Full discharges of a battery [1]: ``E / S``.

    Parameters
    ----------
    discharged
        Energy [MWh].
    storage
        What it can hold [MWh]; ``nan`` results where that is unknown.
    """
    return ratio(discharged, storage)


def storage_utilisation(discharged: ArrayLike, storage: ArrayLike, hours: ArrayLike) -> Floats:
    """Discharge relative to one full cycle a day [%].

    Parameters
    ----------
    discharged
        Energy [MWh].
    storage
        What it can hold [MWh].
    hours
        Hours that the data covers [h].
    """
    return ratio(cycles(discharged, storage) * 24.0, hours) * 100.0


def round_trip(discharged: ArrayLike, charged: ArrayLike) -> Floats:
    """Energy given back per energy taken [%]; meaningful over periods of many cycles."""
    return ratio(discharged, charged) * 100.0
