"""What figures of a validation draw beside its tables: density of days, shares inside intervals, windows."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.evapotranspiration.validation.holdout import WINDOW_DAYS
from workbench.evapotranspiration.validation.skill import window_anomalies

__all__ = ["ALL_DAYS", "CELL", "density", "interval_shares", "windows_of"]

CELL = 0.2
"""Width of a cell of the density [mm/d]."""
LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
ALL_DAYS = "all days"


def density(days: pd.DataFrame) -> tuple[Floats, NDArray[np.int64]]:
    """Count held-out days by their reference and fused ETo.

    Parameters
    ----------
    days
        ``eto``, ``reference`` [mm/d], none missing, at least one row.

    Returns
    -------
    middle, counts
        Middles of the cells of both axes [mm/d]; days, shape (fused, reference).
    """
    top = np.ceil(max(days["eto"].max(), days["reference"].max()))
    edges = np.arange(0.0, top + CELL, CELL)
    counts, _, _ = np.histogram2d(days["reference"], days["eto"], bins=(edges, edges))
    return np.round((edges[:-1] + edges[1:]) / 2, 3), counts.T.astype(np.int64)


def interval_shares(days: pd.DataFrame) -> pd.DataFrame:
    """Give the share of held-out days that lie inside intervals of several widths.

    Parameters
    ----------
    days
        ``site``, ``eto``, ``standard_error``, ``reference`` [mm/d], none missing.

    Returns
    -------
    DataFrame
        ``series`` (worst site, best site, all days), ``promised`` [%], ``share`` [%].
    """
    away = ((days["reference"] - days["eto"]) / days["standard_error"]).abs()
    rows = []
    for level in LEVELS:
        inside = away.le(NormalDist().inv_cdf(0.5 + level / 2))
        by_site = inside.groupby(days["site"]).mean()
        shares = {"worst site": by_site.min(), "best site": by_site.max(), ALL_DAYS: inside.mean()}
        rows += [(series, 100 * level, 100 * float(share)) for series, share in shares.items()]
    return pd.DataFrame(rows, columns=["series", "promised", "share"])


def windows_of(days: pd.DataFrame) -> pd.DataFrame:
    """Give the anomalies of 30-day means at one site, as they are drawn: rounded to 0.001 mm/d."""
    dated = days.set_index("date")
    return window_anomalies(dated["eto"], dated["reference"], days=WINDOW_DAYS).round(3)
