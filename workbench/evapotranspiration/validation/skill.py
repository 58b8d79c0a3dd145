"""How well estimates follow a reference.

References
----------
.. [1] Nash, J. E., Sutcliffe, J. V. (1970). River flow forecasting through conceptual models. Journal of Hydrology
   10(3), 282-290.
.. [2] Gupta, H. V., Kling, H., Yilmaz, K. K., Martinez, G. F. (2009). Decomposition of the mean squared error and
   NSE performance criteria. Journal of Hydrology 377, 80-91, equation 9.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

FEWEST_DAYS = 10


@dataclass(frozen=True, slots=True)
class Skill:
    """Measures of estimates beside a reference.

    Parameters
    ----------
    days
        Days with both.
    r2
        Squared correlation.
    kge
        Kling-Gupta efficiency ([2]).
    nse
        Nash-Sutcliffe efficiency ([1]).
    mae, rmse
        Mean absolute and root mean square error, in the unit of the values.
    pbias
        Sum of the errors over that of the reference [%]; positive: too high.
    """

    days: int
    r2: float
    kge: float
    nse: float
    mae: float
    rmse: float
    pbias: float


def skill(estimate: ArrayLike, reference: ArrayLike) -> Skill:
    """Measure estimates against a reference; days without both are left out.

    Parameters
    ----------
    estimate, reference
        One value a day, same shape.

    Returns
    -------
    Skill
        NaN measures where there are fewer than 10 days or nothing varies.
    """
    made, true = np.asarray(estimate, dtype=float), np.asarray(reference, dtype=float)
    both = np.isfinite(made) & np.isfinite(true)
    made, true = made[both], true[both]
    nan = float("nan")
    if len(true) < FEWEST_DAYS or true.std() == 0 or made.std() == 0:
        return Skill(len(true), nan, nan, nan, nan, nan, nan)
    error = made - true
    r = float(np.corrcoef(made, true)[0, 1])
    alpha, beta = made.std() / true.std(), made.mean() / true.mean()
    return Skill(
        days=len(true),
        r2=r * r,
        kge=float(1.0 - np.sqrt((r - 1.0) ** 2 + (alpha - 1.0) ** 2 + (beta - 1.0) ** 2)),
        nse=float(1.0 - (error**2).mean() / true.var()),
        mae=float(np.abs(error).mean()),
        rmse=float(np.sqrt((error**2).mean())),
        pbias=float(100.0 * error.sum() / true.sum()),
    )


def window_anomalies(estimate: pd.Series, reference: pd.Series, *, days: int = 30) -> pd.DataFrame:
    """Mean anomaly of windows, one after the other; the season is taken out, so that it does not count as skill.

    Parameters
    ----------
    estimate, reference
        Indexed by date.
    days
        Length of a window.

    Returns
    -------
    DataFrame
        Indexed by the first day of each whole window: ``estimate``, ``reference`` [mm/d], each less its own mean
        of the calendar month.
    """
    both = pd.DataFrame({"estimate": estimate, "reference": reference}).dropna()
    month = pd.DatetimeIndex(both.index).month
    anomaly = both - both.groupby(month).transform("mean")
    windows = anomaly.resample(f"{days}D")
    means = windows.mean()
    return means[windows["reference"].count() >= days]


def window_correlation(estimate: pd.Series, reference: pd.Series, *, days: int = 30) -> float:
    """Correlation of the windows' mean anomalies; NaN with fewer than 6 whole windows."""
    anomalies = window_anomalies(estimate, reference, days=days)
    if len(anomalies) < 6 or anomalies["estimate"].std() == 0 or anomalies["reference"].std() == 0:
        return float("nan")
    return float(np.corrcoef(anomalies.to_numpy().T)[0, 1])
