"""Days ahead: a forecast is less certain the further it reaches.

What is known of a source's errors is that of days gone by or of the next day. From there the variance grows with
the square of the days ahead and has doubled after eight: an assumption, as no service publishes the errors of its
reference evapotranspiration by lead time.
"""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.evapotranspiration.fusion.widening import widened
from workbench.evapotranspiration.model.catalogue import SOURCES

DAYS_TO_DOUBLE_VARIANCE = 8.0
FORECASTS = tuple(facts.id for facts in SOURCES.values() if facts.newest > 0)


def error_growth(days_ahead: Floats) -> Floats:
    """Factor on the standard error of a forecast; 1 for today and the past.

    Parameters
    ----------
    days_ahead
        Days after today; negative before it.
    """
    return np.asarray(np.sqrt(1.0 + (np.maximum(days_ahead, 0.0) / DAYS_TO_DOUBLE_VARIANCE) ** 2))


def with_lead_time(table: pd.DataFrame, today: datetime.date) -> pd.DataFrame:
    """Widen the errors of forecast days by how far they are ahead, and grade them by what comes out.

    Parameters
    ----------
    table
        Indexed by date, columns as of :class:`~workbench.evapotranspiration.fusion.fuse.Fused`.
    today
        Local date of the place.

    Returns
    -------
    DataFrame
        The same columns; days that no forecast gave are as they were.
    """
    ahead = (pd.DatetimeIndex(table.index) - pd.Timestamp(today)).days.to_numpy()
    parts = table["sources"].astype(str).str.split(" + ", regex=False)
    forecast = np.array([not set(FORECASTS).isdisjoint(names) for names in parts], dtype=bool)
    where = forecast & (ahead > 0)
    if not where.any():
        return table
    grown = widened(table, np.where(where, error_growth(ahead), 1.0), where)
    said = [f"{text}; {days} days ahead" for text, days in zip(table["reason"], ahead, strict=True)]
    grown["reason"] = table["reason"].where(~where, pd.Series(said, index=table.index))
    return grown
