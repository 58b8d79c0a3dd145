"""The theta method on deseasonalised series, many at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.finance.forecasting.naive import Floats

__all__ = ["season_pattern", "theta"]

ALPHAS = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.98])


def theta(values: Floats, origins: npt.NDArray[np.int64], horizon: int, season: int) -> Floats:
    """Forecast by the theta method: simple exponential smoothing with half the slope of the straight line.

    Parameters
    ----------
    values
        Series by month, shape ``(series, months)``, on the scale on which season and trend add; gaps are bridged by
        a straight line of the deseasonalised series, inside the method only.
    origins
        How many months are known at each origin.
    horizon
        Months ahead.
    season
        Months in a season; 1 for none.

    Returns
    -------
    array
        Shape ``(series, origins, horizon)``.

    References
    ----------
    Assimakopoulos and Nikolopoulos (2000), *Int. J. Forecasting* 16, 521-530; in the form of Hyndman and Billah
    (2003), *Int. J. Forecasting* 19, 287-290, eq. 8.
    """
    out = np.empty((len(values), len(origins), horizon))
    for place, origin in enumerate(origins):
        known = values[:, : int(origin)]
        pattern = season_pattern(known, season)
        months = np.arange(int(origin) + horizon) % season
        flat = _bridged(known - pattern[:, months[: int(origin)]])
        out[:, place] = _smoothed_with_drift(flat, horizon) + pattern[:, months[int(origin) :]]
    return out


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


def _is_seasonal(values: Floats, season: int) -> npt.NDArray[np.bool_]:
    count = values.shape[1]
    months = np.arange(count) - (count - 1) / 2
    away = values - values.mean(axis=1, keepdims=True)
    away = away - np.outer(away @ months / (months @ months), months)
    power = np.maximum((away**2).sum(axis=1), 1e-300)
    lags = np.stack([(away[:, lag:] * away[:, :-lag]).sum(axis=1) / power for lag in range(1, season + 1)])
    limit = 1.645 * np.sqrt((1 + 2 * (lags[:-1] ** 2).sum(axis=0)) / count)
    return np.asarray(lags[-1] > limit)


def _bridged(values: Floats) -> Floats:
    if np.isfinite(values).all():
        return values
    filled = values.copy()
    months = np.arange(values.shape[1])
    for row in filled:
        known = np.isfinite(row)
        if known.any():
            row[~known] = np.interp(months[~known], months[known], row[known])
        else:
            row[:] = 0.0
    return filled


def _smoothed_with_drift(values: Floats, horizon: int) -> Floats:
    count = values.shape[1]
    months = np.arange(count) - (count - 1) / 2
    slope = (values - values.mean(axis=1, keepdims=True)) @ months / max(float(months @ months), 1e-12)
    level = np.repeat(values[:, :1], len(ALPHAS), axis=1)
    errors = np.zeros_like(level)
    for month in range(1, count):
        moved = level + slope[:, None] / 2
        error = values[:, month, None] - moved
        errors += error**2
        level = moved + ALPHAS * error
    best = errors.argmin(axis=1)
    last = level[np.arange(len(values)), best]
    return np.asarray(last[:, None] + slope[:, None] / 2 * np.arange(1, horizon + 1))
