"""The ageing of a learned bias, told from how a source has moved against a steadier one.

NASA POWER's ETo changes against references from year to year by 4 %, Open-Meteo's (ERA5) by less than 3 %. Of
what moves between the two, nearly all is NASA POWER's: over the years and sites of the shipped statistics its
error follows the ratio of both with a slope of 0.95, that of Open-Meteo with -0.05. So the level of NASA POWER
is led back by half of what the last two years before a day have moved since the years learned from. Only inputs
are looked at, and only days before the day in question.

On held-out years of 1991 to 2010, in which no lasting drift happened, this changes the skill by less than 0.005
either way; it is there for drifts such as NASA POWER's after 2014, on which it has not been measured.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.evapotranspiration.fusion.features import ETO
from workbench.evapotranspiration.fusion.pooling import Pool, annual_ratio

DRIFTING, STEADY = "nasa_power", "openmeteo_archive"
WINDOW_DAYS, FEWEST_DAYS = 730, 365
FOLLOWED_SHARE = 0.5
MOST = 0.10
"""A change of more is not a drift but a fault; it is followed no further."""


def follow_drift(features: pd.DataFrame, pool: Pool) -> tuple[pd.DataFrame, float]:
    """Lead the drifting source's ETo back towards the level of the years learned from.

    Parameters
    ----------
    features
        Of a place, indexed by date; they are left as they are.
    pool
        What was learned from.

    Returns
    -------
    features
        With the drifting source's ETo corrected where a year or more lies before the day.
    change
        Mean correction, as a share (-0.03: lowered by 3 %); 0 where there was none.
    """
    moving, steady = ETO + DRIFTING, ETO + STEADY
    if moving not in features or steady not in features or len(features) <= FEWEST_DAYS:
        return features, 0.0
    usual = annual_ratio(pool, moving, steady)
    if usual is None or usual <= 0:
        return features, 0.0
    both = features[[moving, steady]].where(features[[moving, steady]].notna().all(axis=1))
    daily = both.asfreq("D")
    before = daily.rolling(WINDOW_DAYS, min_periods=FEWEST_DAYS).sum().shift(1).reindex(features.index)
    ratio = (before[moving] / before[steady]).where(before[steady] > 0)
    moved = np.log(ratio / usual).clip(-MOST, MOST).fillna(0.0)
    factor = np.exp(-FOLLOWED_SHARE * moved)
    return features.assign(**{moving: features[moving] * factor}), float(factor.mean() - 1.0)
