"""The theta method: simple exponential smoothing plus half the slope of the straight line, for many series at once.

Assimakopoulos and Nikolopoulos (2000), *Int. J. Forecasting* 16, 521-530, doi:10.1016/S0169-2070(00)00066-2; in the
form of Hyndman and Billah (2003), *Int. J. Forecasting* 19, 287-290, eq. 8, doi:10.1016/S0169-2070(01)00143-1::

    x_{T+h} = l_T + (b / 2) (h - 1 + (1 - (1 - a)^T) / a)

with the level l of simple smoothing by a, and b the slope of the least-squares line.
"""

from __future__ import annotations

import numpy as np

from workbench.data.arrays import Booleans, Floats, Integers
from workbench.forecasting.series import count_known, straight_slope
from workbench.forecasting.smoothing import best_fit

__all__ = ["season_pattern", "theta", "yearly_theta"]

ALPHAS = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98])
YEARLY_ALPHAS = np.arange(0.1, 1.0001, 0.1)


def theta(values: Floats, origins: Integers, horizon: int, season: int) -> Floats:
    """Forecast deseasonalised series, and put the season back.

    The smoothing is chosen by the errors of the level that moves with the line.

    Parameters
    ----------
    values
        Series by period, shape ``(series, periods)``, on the scale on which season and trend add; gaps are bridged
        by a straight line of the deseasonalised series, inside the method only.
    origins
        How many periods are known at each origin.
    horizon
        Periods ahead.
    season
        Periods in a season; 1 for none.

    Returns
    -------
    array
        Shape ``(series, origins, horizon)``.
    """
    out = np.empty((len(values), len(origins), horizon))
    for place, origin in enumerate(origins):
        known = values[:, : int(origin)]
        pattern = season_pattern(known, season)
        periods = np.arange(int(origin) + horizon) % season
        flat = _bridged(known - pattern[:, periods[: int(origin)]])
        ahead = _smoothed(flat, horizon, ALPHAS, fit_with_drift=True)
        out[:, place] = ahead + pattern[:, periods[int(origin) :]]
    return out


def yearly_theta(history: Floats, horizon: int) -> Floats:
    """Forecast ln y of series without a season; the smoothing is chosen by the errors of its level alone.

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    horizon
        Number of years to forecast.

    Returns
    -------
    ndarray, shape (rows, horizon)
        In the unit of the history.
    """
    return np.exp(_smoothed(np.log(history), horizon, YEARLY_ALPHAS, fit_with_drift=False))


def season_pattern(values: Floats, season: int) -> Floats:
    """Give the additive seasonal pattern by classical decomposition, shape ``(series, season)``.

    It is zero for series whose season is not significant at 90 % (autocorrelation at the lag of a season),
    for fewer than two seasons, and for ``season`` 1.

    References
    ----------
    Kendall and Stuart (1983), *The advanced theory of statistics*, vol. 3, as in the M3 competition's theta; the
    test of Fiorucci et al. (2016), *Int. J. Forecasting* 32, 1151-1161, section 3.
    """
    count = values.shape[1]
    if season == 1 or count < 2 * season:
        return np.zeros((len(values), season))
    filled = _bridged(values)
    kernel = np.ones(season + 1) / season
    kernel[[0, -1]] /= 2
    half = season // 2
    smooth = np.stack([np.convolve(row, kernel, mode="valid") for row in filled])
    rest = filled[:, half : half + smooth.shape[1]] - smooth
    places = np.arange(half, half + smooth.shape[1]) % season
    pattern = np.stack([rest[:, places == place].mean(axis=1) for place in range(season)], axis=1)
    pattern -= pattern.mean(axis=1, keepdims=True)
    return np.where(_is_seasonal(filled, season)[:, None], pattern, 0.0)


def _is_seasonal(values: Floats, season: int) -> Booleans:
    count = values.shape[1]
    time = np.arange(count) - (count - 1) / 2
    away = values - values.mean(axis=1, keepdims=True)
    away = away - np.outer(away @ time / (time @ time), time)
    power = np.maximum((away**2).sum(axis=1), 1e-300)
    lags = np.stack([(away[:, lag:] * away[:, :-lag]).sum(axis=1) / power for lag in range(1, season + 1)])
    limit = 1.645 * np.sqrt((1 + 2 * (lags[:-1] ** 2).sum(axis=0)) / count)
    return np.asarray(lags[-1] > limit)


def _bridged(values: Floats) -> Floats:
    if np.isfinite(values).all():
        return values
    filled = values.copy()
    periods = np.arange(values.shape[1])
    for row in filled:
        known = np.isfinite(row)
        if known.any():
            row[~known] = np.interp(periods[~known], periods[known], row[known])
        else:
            row[:] = 0.0
    return filled


def _smoothed(values: Floats, horizon: int, alphas: Floats, *, fit_with_drift: bool) -> Floats:
    """Smooth by every alpha, choose the one with the least squared one-step errors, and extend from it.

    With the drift in the fit the level has it already; without, the closed form of the module adds it.
    """
    half_slope = straight_slope(values) / 2
    drift = half_slope if fit_with_drift else np.zeros_like(half_slope)
    last, _, best = best_fit(values, drift, alphas, np.zeros_like(alphas), np.ones_like(alphas))
    alpha, count = alphas[best], count_known(values)
    start = np.ones(len(values)) if fit_with_drift else (1 - (1 - alpha) ** count) / alpha
    return np.asarray(last[:, None] + half_slope[:, None] * (np.arange(horizon) + start[:, None]))
