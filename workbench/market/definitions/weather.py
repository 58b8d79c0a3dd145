"""Curtailment of wind and solar from the unconstrained intermittent generation forecast (UIGF)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from workbench.market.definitions.energy import Floats, ratio


def curtailed_power(available: ArrayLike, cleared: ArrayLike) -> Floats:
    """Power that was available and not dispatched [MW]: ``UIGF - cleared``.

    Parameters
    ----------
    available
        UIGF [MW] (AEMO, DISPATCHREGIONSUM: SS_SOLAR_UIGF, SS_WIND_UIGF).
    cleared
        Dispatch target [MW] (SS_SOLAR_CLEAREDMW, SS_WIND_CLEAREDMW).

    Notes
    -----
    Works on energies alike, and the sum of differences is the difference of sums: every resolution gives the same
    total. Curtailment in intervals whose price is negative is called economic, the rest is put down to the grid.
    """
    amount: Floats = np.asarray(available, dtype=np.float64) - np.asarray(cleared, dtype=np.float64)
    return amount


def curtailment_rate(curtailed: ArrayLike, available: ArrayLike) -> Floats:
    """Curtailed energy relative to the available [%].

    Parameters
    ----------
    curtailed, available
        Energy [MWh].
    """
    return ratio(curtailed, available) * 100.0
