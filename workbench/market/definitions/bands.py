"""Price bands that tile the real line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.market.definitions.energy import Floats, ratio


@dataclass(frozen=True, slots=True)
class PriceBands:
    """Half-open bands ``[edge, next edge)`` from minus to plus infinity: every price is in exactly one.

    Parameters
    ----------
    edges
        Inner edges, rising [currency/MWh].

    Raises
    ------
    ValueError
        When the edges do not rise or are not finite.
    """

    edges: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.edges or not all(math.isfinite(edge) for edge in self.edges):
            raise ValueError(f"the edges of price bands are {self.edges}, expected finite numbers")
        if any(after <= before for before, after in pairwise(self.edges)):
            raise ValueError(f"the edges of price bands are {self.edges}, expected each above the one before")

    def __len__(self) -> int:
        return len(self.edges) + 1

    def of(self, price: ArrayLike) -> NDArray[np.int64]:
        """Number of the band of each price; -1 for a missing one."""
        values = np.asarray(price, dtype=np.float64)
        numbers = np.searchsorted(np.asarray(self.edges), values, side="right").astype(np.int64)
        numbers[np.isnan(values)] = -1
        return numbers

    def labels(self) -> tuple[str, ...]:
        """Names such as ``below 0``, ``0 to 300``, ``1,000 and above``; a band begins with its lower edge."""
        written = [f"{edge:,.10g}" for edge in self.edges]
        inner = [f"{low} to {high}" for low, high in pairwise(written)]
        return (f"below {written[0]}", *inner, f"{written[-1]} and above")


PRICE_BANDS = PriceBands((0.0, 50.0, 100.0, 300.0, 1000.0))
"""Negative, ordinary, above the classic cap-contract strike of 300, and scarcity [currency/MWh]."""


@dataclass(frozen=True, slots=True)
class BandTable:
    """What each band holds; arrays of one number per band.

    Parameters
    ----------
    labels
        Names of the bands.
    hours
        Time in the band [h].
    share
        Of the time with a price [%].
    mean_price
        Time-weighted within the band [currency/MWh]; ``nan`` for an empty one.
    contribution
        To the time-weighted price of the whole [currency/MWh]; they add up to it.
    """

    labels: tuple[str, ...]
    hours: Floats
    share: Floats
    mean_price: Floats
    contribution: Floats


def band_table(price: ArrayLike, hours: ArrayLike, bands: PriceBands = PRICE_BANDS) -> BandTable:
    """Sort prices into bands.

    Parameters
    ----------
    price
        Prices of intervals [currency/MWh]; missing ones are left out.
    hours
        Length of each interval [h].
    bands
        The bands.
    """
    values = np.asarray(price, dtype=np.float64).ravel()
    lengths = np.broadcast_to(np.asarray(hours, dtype=np.float64), values.shape)
    numbers = bands.of(values)
    seen = numbers >= 0
    count = len(bands)
    time = np.bincount(numbers[seen], weights=lengths[seen], minlength=count).astype(np.float64)
    price_time = np.bincount(numbers[seen], weights=(values * lengths)[seen], minlength=count).astype(
        np.float64
    )
    whole = np.full(count, time.sum())
    return BandTable(
        bands.labels(), time, ratio(time, whole) * 100.0, ratio(price_time, time), ratio(price_time, whole)
    )
