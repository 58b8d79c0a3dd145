"""Shocks such as the pandemic year: kept from bending the trend, while the level stays the last actual.

Two ways. *Winsorised* (the default) pulls extraordinary growth back to the robust limits of
:func:`workbench.forecasting.robust.winsorise`. *Years* bridges listed years: their values are replaced by a
line in logarithms between the years around them, so the dip and the rebound go together, never one without
the other. Both change only what the models learn from; the history that is shown and the value the forecast
starts from stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.demand.model.choices import ShockHandling
from workbench.forecasting.robust import row_median, winsorise
from workbench.forecasting.series import log_growth


def winsorised_history(history: Floats, cut: float = 2.0) -> Floats:
    """Rebuild histories backwards from the last actual with winsorised growth.

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    cut
        Limit in robust standard deviations.

    Returns
    -------
    ndarray
        Same shape; the last column is unchanged.
    """
    growth = winsorise(log_growth(history), cut)
    back = np.concatenate([growth[:, ::-1].cumsum(axis=1)[:, ::-1], np.zeros((len(history), 1))], axis=1)
    rebuilt: Floats = history[:, -1:] * np.exp(-back)
    return rebuilt


def bridge(history: Floats, years: Floats, shock_years: Collection[int]) -> Floats:
    """Replace the values of listed years by a line in logarithms between their neighbours.

    A listed year at the end of a history has no right neighbour: the history before it is moved to the level
    of the last actual instead, so its growth is that of ordinary years and the forecast starts where the data
    end.

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    years
        Calendar year of each value, shape (rows, years) or (years,) for all rows.
    shock_years
        Years to bridge.

    Returns
    -------
    ndarray
        Same shape; the last column is unchanged.
    """
    listed = np.broadcast_to(np.isin(years, list(shock_years)), history.shape)
    if not listed.any():
        return history
    bridged = np.log(history)
    for row, listed_row in zip(bridged, listed, strict=True):
        _bridge_row(row, listed_row)
    result: Floats = np.exp(bridged)
    # Exactly, not to within rounding: the forecast starts from it.
    result[:, -1] = history[:, -1]
    return result


def prepare(
    history: Floats,
    years: Floats,
    handling: ShockHandling,
    shock_years: Collection[int] = (),
    cut: float = 2.0,
) -> Floats:
    """Give the histories that the models learn from.

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    years
        Calendar year of each value, shape (rows, years) or (years,) for all rows.
    handling
        What is done about extraordinary years.
    shock_years
        The years, where ``handling`` asks for them.
    cut
        Limit of winsorising in robust standard deviations.
    """
    if handling is ShockHandling.WINSORISE:
        return winsorised_history(history, cut)
    if handling is ShockHandling.YEARS:
        return bridge(history, years, shock_years)
    return history


def winsorised_years(history: Floats, years: Floats, cut: float = 2.0) -> list[int]:
    """List the years whose growth lies outside the robust limits, for one series of shape (years,)."""
    growth = log_growth(history[None, :])
    pulled = ~np.isclose(winsorise(growth, cut), growth, equal_nan=True)[0]
    return [int(year) for year in years[1:][pulled]]


def _bridge_row(row: Floats, listed: NDArray[np.bool_]) -> None:
    known = np.isfinite(row)
    good = known & ~listed
    if good.sum() < 2:
        return
    last_good = int(np.flatnonzero(good)[-1])
    columns = np.arange(len(row))
    inside = listed & known & (columns > np.flatnonzero(good)[0]) & (columns < last_good)
    row[inside] = np.interp(columns[inside], columns[good], row[good])
    if last_good < len(row) - 1:
        steps = np.diff(row[: last_good + 1])
        usual = float(row_median(steps[None, :])[0])
        tail = len(row) - 1 - last_good
        row[: last_good + 1] += row[-1] - (row[last_good] + usual * tail)
        row[last_good + 1 :] = row[-1] - usual * np.arange(tail - 1, -1, -1)
