"""Choosing hours of a year, with weights that add up to the year exactly.

Typical days are k-medoids (Kaufman and Rousseeuw 1990, PAM): real days, each representing the days nearest to
it, so that a profile stays aligned with its hours. The day of the highest residual load is always one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.arrays import Floats

DAY, WEEK = 24, 168


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Hours that are computed.

    Parameters
    ----------
    positions
        First hour of each snapshot, as a position in the year.
    weights
        Hours of the year that each snapshot represents; their sum is the year.
    hours
        Hours of each snapshot itself, over which profiles are averaged.
    period
        Number of the stretch of consecutive hours that a snapshot belongs to.
    represents
        For each day of the year, in their order, the stretch that stands for it; empty where stretches are not
        days, or the snapshots are the whole year.
    """

    positions: NDArray[np.int64]
    weights: Floats
    hours: int
    period: NDArray[np.int64]
    represents: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def is_connected(self) -> bool:
        """Whether the snapshots are one unbroken stretch."""
        return bool(self.period.max() == 0)

    def average(self, values: Floats) -> Floats:
        """Mean over the hours of each snapshot; the last axis is the hours of the year."""
        offsets = np.arange(self.hours)
        return np.asarray(values[..., self.positions[:, None] + offsets].mean(axis=-1))


def whole_year(count: int, hours: int = 1) -> Selection:
    """Take all hours, averaged over blocks.

    Parameters
    ----------
    count
        Hours of the year.
    hours
        Length of a block [h]; has to divide 24.
    """
    positions = np.arange(0, count, hours)
    return Selection(
        positions, np.full(positions.size, float(hours)), hours, np.zeros(positions.size, dtype=int)
    )


def chosen_days(days: NDArray[np.int64], nearest: NDArray[np.int64], hours: int = 1) -> Selection:
    """Take some days.

    Parameters
    ----------
    days
        Numbers of the days in the year, from 0.
    nearest
        For each day of the year, which of these (by its position among them) stands for it.
    hours
        Length of a block [h].
    """
    order = np.argsort(days)
    represents = np.argsort(order)[nearest]
    days, shares = days[order], shares_of(represents, days.size)
    blocks = DAY // hours
    positions = (days[:, None] * DAY + np.arange(blocks) * hours).ravel()
    period = np.repeat(np.arange(days.size), blocks)
    return Selection(positions, np.repeat(shares * hours, blocks), hours, period, represents)


def shares_of(nearest: NDArray[np.int64], count: int) -> Floats:
    """Days of the year that each of some chosen days stands for."""
    return np.bincount(nearest, minlength=count).astype(float)


def typical_days(profiles: Floats, peak: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose typical days.

    Parameters
    ----------
    profiles
        Features of each day: days x features, scaled to comparable size.
    peak
        Day that must be among them.
    count
        How many.

    Returns
    -------
    days, nearest
        Medoids, and for each day of the year the position of the one that stands for it.
    """
    total = profiles.shape[0]
    if count >= total:
        return np.arange(total), np.arange(total)
    squares = (profiles**2).sum(axis=1)
    distance = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * profiles @ profiles.T, 0.0))
    medoids = _build(distance, peak, count)
    medoids = _swap(distance, medoids)
    return medoids, distance[:, medoids].argmin(axis=1)


def peak_weeks(residual: Floats, count: int, hours: int = 1) -> Selection:
    """Take the week of the highest load in each of equal parts of the year.

    Parameters
    ----------
    residual
        Load less what the weather gives, by hour of the year.
    count
        Number of parts.
    hours
        Length of a block [h].
    """
    days = residual.size // DAY
    edges = np.linspace(0, days, count + 1).round().astype(int)
    daily_peak = residual[: days * DAY].reshape(days, DAY).max(axis=1)
    starts, shares = [], []
    for left, right in pairwise(edges):
        if right - left < WEEK // DAY:
            raise ValueError(f"{count} parts of a year are shorter than a week")
        day = left + int(daily_peak[left:right].argmax())
        starts.append(int(np.clip(day - 3, left, right - 7)))
        shares.append((right - left) / 7)
    blocks = WEEK // hours
    positions = (np.array(starts)[:, None] * DAY + np.arange(blocks) * hours).ravel()
    return Selection(
        positions,
        np.repeat(np.array(shares) * hours, blocks),
        hours,
        np.repeat(np.arange(count), blocks),
    )


def critical_days(
    hours: pd.DatetimeIndex, residual: Floats, given: tuple[str, ...] = ()
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose one day a month, that of the highest residual load, or the days given.

    Parameters
    ----------
    hours
        Hours of the year.
    residual
        Load less what the weather gives.
    given
        Days as MM-DD; each represents the days of the year that are nearest to it.

    Returns
    -------
    days, nearest
        As of :func:`typical_days`.
    """
    dates = hours[::DAY]
    if given:
        labels = dates.strftime("%m-%d")
        days = np.sort(
            np.array([int(np.flatnonzero(labels == day)[0]) for day in given if (labels == day).any()])
        )
        span = np.abs(np.arange(len(dates))[:, None] - days[None, :])
        span = np.minimum(span, len(dates) - span)
        return days, span.argmin(axis=1)
    daily = residual.reshape(-1, DAY).max(axis=1)
    months = dates.month.to_numpy()
    present = list(dict.fromkeys(months.tolist()))
    chosen = []
    for month in present:
        members = np.flatnonzero(months == month)
        chosen.append(int(members[daily[members].argmax()]))
    return np.array(chosen), np.array([present.index(month) for month in months.tolist()])


def _build(distance: Floats, peak: int, count: int) -> NDArray[np.int64]:
    medoids = [peak]
    nearest = distance[:, peak].copy()
    while len(medoids) < count:
        gain = np.maximum(nearest[:, None] - distance, 0.0).sum(axis=0)
        gain[medoids] = -1.0
        best = int(gain.argmax())
        medoids.append(best)
        nearest = np.minimum(nearest, distance[:, best])
    return np.array(medoids)


def _swap(distance: Floats, medoids: NDArray[np.int64], most: int = 200) -> NDArray[np.int64]:
    """Exchange any medoid but the first for the day that brings the most, until no exchange brings anything."""
    medoids = medoids.copy()
    best = float(distance[:, medoids].min(axis=1).sum())
    for _ in range(most):
        exchange = None
        for index in range(1, medoids.size):
            rest = np.delete(medoids, index)
            sums = np.minimum(distance[:, rest].min(axis=1)[:, None], distance).sum(axis=0)
            sums[rest] = np.inf
            day = int(sums.argmin())
            if sums[day] < best - 1e-9:
                best, exchange = float(sums[day]), (index, day)
        if exchange is None:
            break
        medoids[exchange[0]] = exchange[1]
    return medoids
