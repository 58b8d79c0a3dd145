"""Straight lines through the last actual year."""

from __future__ import annotations

import numpy as np

from workbench.data.arrays import Floats
from workbench.forecasting.robust import row_median


def anchored_linear_trend(history: Floats, horizon: int, *, window: int = 10) -> Floats:
    """Extend the robust slope of the last years from the last actual.

        b = median of (y_i - y_j) / (i - j) over all pairs i > j in the window
        y_{T+h} = y_T + h b

    Source: Theil (1950) and Sen (1968), doi:10.1080/01621459.1968.10480934, moved to the last actual.

    Parameters
    ----------
    history
        Shape (rows, years), right-aligned, any unit.
    horizon
        Number of years to forecast.
    window
        Number of last years the slope is taken over.

    Returns
    -------
    ndarray, shape (rows, horizon)
        In the unit of the history; may fall below zero when the history falls.
    """
    last = history[:, -window:]
    later, earlier = np.tril_indices(last.shape[1], -1)
    slopes = (last[:, later] - last[:, earlier]) / (later - earlier)
    return history[:, -1:] + row_median(slopes)[:, None] * np.arange(1, horizon + 1)
