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

INTERVAL_CUT, INTERVAL_ALLOWED = 5.0, 0.25
"""Growth beyond 5 robust standard deviations, and 0.25 in logarithms, from its median is not what growth is like: a
mistyped year, a change of unit. Intervals learn from histories without it; the coverage on the panel of
``tests/benchmarks`` is the same for limits from 4 to 6."""

TREND_YEARS = 10


def winsorised_history(history: Floats, cut: float = 2.0, allowed: float = 0.0) -> Floats:
    """Rebuild histories backwards from the last actual with winsorised growth.

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.
    cut
        Limit in robust standard deviations.
    allowed
        Distance from the median growth that is never pulled back, ln per year.

    Returns
    -------
    ndarray
        Same shape; the last column is unchanged.
    """
    growth = winsorise(log_growth(history), cut, allowed)
    back = np.concatenate([growth[:, ::-1].cumsum(axis=1)[:, ::-1], np.zeros((len(history), 1))], axis=1)
    rebuilt: Floats = history[:, -1:] * np.exp(-back)
    return rebuilt


def history_for_intervals(history: Floats) -> Floats:
    """Give the histories that intervals are made from: without growth that no later year can have.

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.

    Returns
    -------
    ndarray
        Same shape; the same array where nothing lies beyond the limits.
    """
    growth = log_growth(history)
    held = winsorise(growth, INTERVAL_CUT, INTERVAL_ALLOWED)
    if np.array_equal(held, growth, equal_nan=True):
        return history
    return winsorised_history(history, INTERVAL_CUT, INTERVAL_ALLOWED)


def with_trend_at_end(history: Floats) -> Floats:
    """Put in place of the last value where the median growth of up to ten years before it leads.

    Parameters
    ----------
    history
        Shape (rows, years), positive, right-aligned, any unit.

    Returns
    -------
    ndarray
        Same shape; a row with less than two growths before the last is unchanged.
    """
    before = log_growth(history)[:, -1 - TREND_YEARS : -1]
    if before.shape[1] < 2:
        return history
    usual = row_median(before)
    enough = np.isfinite(before).sum(axis=1) >= 2
    moved = history.copy()
    moved[enough, -1] = history[enough, -2] * np.exp(usual[enough])
    return moved


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
