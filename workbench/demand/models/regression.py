"""Least squares in levels: on the year (SLR) and on drivers (MLR), shifted to pass through the last actual.

Without the shift the first forecast year of such a line jumps by the last residual (-6 to -20 % in practice);
with it only the slope of the regression is used, which is what it is used for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """A least-squares fit, one row a series."""

    coefficients: Floats
    """Intercept first, shape (rows, 1 + columns), unit of the history per unit of the column."""
    errors: Floats
    """Standard errors of the same; NaN where there are not more years than coefficients."""
    r_squared: Floats
    """Share of the variance that the line explains inside the history, shape (rows,)."""
    fitted: Floats
    """Shape (rows, years), NaN where the history has no value."""


def least_squares(history: Floats, columns: NDArray[np.float64]) -> LeastSquares:
    """Fit ``y = a + b1 x1 + b2 x2 + …`` to every row.

    Collinear columns get the solution of least length, so that it is defined; their errors are large.

    Parameters
    ----------
    history
        Shape (rows, years), right-aligned, any unit.
    columns
        Shape (rows, years, columns), any unit.
    """
    known = np.isfinite(history) & np.isfinite(columns).all(axis=2)
    count = known.sum(axis=1)
    scale, centre = _standards(columns, known)
    design = np.where(known[:, :, None], (columns - centre[:, None, :]) / scale[:, None, :], 0.0)
    design = np.concatenate([known[:, :, None].astype(float), design], axis=2)
    y = np.where(known, history, 0.0)
    inverse = np.linalg.pinv(design, rcond=1e-8)
    beta = np.einsum("rkt,rt->rk", inverse, y)
    fitted = np.einsum("rtk,rk->rt", design, beta)
    residual = np.where(known, y - fitted, 0.0)
    mean = (y.sum(axis=1) / np.maximum(count, 1))[:, None]
    total = (np.where(known, y - mean, 0.0) ** 2).sum(axis=1)
    left = (residual**2).sum(axis=1)
    freedom = count - design.shape[2]
    variance = np.divide(left, freedom, out=np.full(len(left), np.nan), where=freedom > 0)
    covariance = np.einsum("rkt,rlt->rkl", inverse, inverse) * variance[:, None, None]
    slopes = beta[:, 1:] / scale
    intercept = beta[:, 0] - (slopes * centre).sum(axis=1)
    back = _back_to_units(scale, centre)
    covariance = back @ covariance @ back.transpose(0, 2, 1)
    return LeastSquares(
        np.column_stack([intercept, slopes]),
        np.sqrt(np.diagonal(covariance, axis1=1, axis2=2)),
        1 - np.divide(left, total, out=np.full(len(left), np.nan), where=total > 0),
        np.where(known, fitted, np.nan),
    )


def regression_on_year(history: Floats, horizon: int, *, anchored: bool = True) -> Floats:
    """Extend the least-squares line on the year (SLR).

        y = a + b x year;   y_{T+h} = y_T + b h     (anchored)     or     a + b (T + h)

    Source: ordinary least squares; the regulator's "simple linear regression" or trend method.

    Parameters
    ----------
    history
        Shape (rows, years), right-aligned, any unit.
    horizon
        Number of years to forecast.
    anchored
        Shift the line to pass through the last actual.

    Returns
    -------
    ndarray, shape (rows, horizon)
        In the unit of the history.
    """
    width = history.shape[1]
    past = np.broadcast_to(np.arange(width, dtype=float)[None, :, None], (*history.shape, 1))
    ahead = np.arange(width, width + horizon, dtype=float)
    future = np.broadcast_to(ahead[None, :, None], (len(history), horizon, 1))
    return regression_on_drivers(history, horizon, past, future, anchored=anchored)


def regression_on_drivers(
    history: Floats,
    horizon: int,
    driver_history: NDArray[np.float64],
    driver_future: NDArray[np.float64],
    *,
    anchored: bool = True,
) -> Floats:
    """Extend the multiple regression on drivers (MLR) along their paths.

        y = a + sum b_k x_k;   y_{T+h} = y_T + sum b_k (x_{k,T+h} - x_{k,T})     (anchored)

    Source: ordinary least squares; the "econometric method" of demand filings.

    Parameters
    ----------
    history
        Shape (rows, years), right-aligned, any unit.
    horizon
        Number of years to forecast.
    driver_history, driver_future
        Levels of the drivers, shapes (rows, years, drivers) and (rows, horizon, drivers).
    anchored
        Shift the plane to pass through the last actual.

    Returns
    -------
    ndarray, shape (rows, horizon)
        In the unit of the history; NaN where a driver path is not given.
    """
    fit = least_squares(history, driver_history)
    slopes = fit.coefficients[:, 1:]
    if anchored:
        change = driver_future[:, :horizon] - driver_history[:, -1:]
        moved: Floats = history[:, -1:] + np.einsum("rhk,rk->rh", change, slopes)
        return moved
    level: Floats = fit.coefficients[:, :1] + np.einsum("rhk,rk->rh", driver_future[:, :horizon], slopes)
    return level


def _back_to_units(scale: Floats, centre: Floats) -> Floats:
    """Matrix that takes standardised coefficients to those of the columns as given."""
    rows, columns = scale.shape
    back = np.zeros((rows, columns + 1, columns + 1))
    back[:, 0, 0] = 1.0
    back[:, 0, 1:] = -centre / scale
    index = np.arange(columns)
    back[:, 1 + index, 1 + index] = 1 / scale
    return back


def _standards(columns: NDArray[np.float64], known: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    weights = known[:, :, None]
    count = np.maximum(known.sum(axis=1), 1)[:, None]
    centre = np.where(weights, columns, 0.0).sum(axis=1) / count
    spread = np.sqrt((np.where(weights, columns - centre[:, None, :], 0.0) ** 2).sum(axis=1) / count)
    return np.where(spread > 0, spread, 1.0), centre
