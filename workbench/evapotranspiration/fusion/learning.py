"""Learning from a trusted reference without ever looking at the requested days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.errors import InvalidData
from workbench.evapotranspiration.fusion.statistics import Statistics, learn, shipped_statistics
from workbench.evapotranspiration.model.site import Site

ENOUGH_DAYS = 3 * 365
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Lesson:
    """Statistics for some of the requested days.

    Parameters
    ----------
    days
        The days that they are used for.
    statistics
        Learned from other days only.
    """

    days: pd.DatetimeIndex
    statistics: Statistics


def lessons(
    features: pd.DataFrame,
    reference: pd.DataFrame,
    sites: Mapping[str, Site],
    asked: pd.DatetimeIndex,
    shipped: Statistics | None = None,
) -> tuple[list[Lesson], str]:
    """Learn for the requested days, from other days of the reference.

    Where the reference has three years outside of the requested days, they are learned from once. Where it does
    not, the requested days are cut into up to five blocks of whole years, and each block is estimated with what the
    others teach. What the workbench ships is added for sites that the reference does not have.

    Parameters
    ----------
    features
        Long: site, date and features of the sources, of all days that are known.
    reference
        Long: site, date, eto [mm/d]; may be empty.
    sites
        Sites by name.
    asked
        The requested days at any site.
    shipped
        What is known beforehand; what the workbench ships when left out.

    Returns
    -------
    list of Lesson
        Together they hold every requested day, once.
    str
        What was learned from, in one sentence.
    """
    shipped = shipped_statistics() if shipped is None else shipped
    if reference.empty:
        source = (
            "error statistics that the workbench ships" if shipped.sites else "usual errors of the sources"
        )
        return [Lesson(asked, shipped)], f"No reference is given: the {source} are used."
    known = reference[reference["site"].isin(set(features["site"]))]
    outside = known[~known["date"].isin(asked)]
    if outside["date"].nunique() >= min(ENOUGH_DAYS, max(1, known["date"].nunique() - 1)) or len(
        outside
    ) == len(known):
        learned = _learn(features, outside, sites)
        if learned is None:
            return [
                Lesson(asked, shipped)
            ], "The reference shares too few days with the sources; it is not used."
        return [Lesson(asked, shipped.joined(learned))], (
            f"Learned from {outside['site'].nunique()} reference sites, {outside['date'].min():%Y-%m-%d} to "
            f"{outside['date'].max():%Y-%m-%d}, without the days shown."
        )
    blocks = year_blocks(asked)
    made = []
    for block in blocks:
        learned = _learn(features, known[~known["date"].isin(block)], sites)
        made.append(Lesson(block, shipped if learned is None else shipped.joined(learned)))
    return made, (
        f"Learned from {known['site'].nunique()} reference sites in {len(blocks)} blocks of years: each block is "
        "estimated with what the other blocks teach."
    )


def year_blocks(days: pd.DatetimeIndex, limit: int = FOLDS) -> list[pd.DatetimeIndex]:
    """Cut days into blocks of whole calendar years, at most ``limit``; a single year is cut into halves."""
    years = np.unique(days.year)
    if len(years) == 1:
        middle = pd.Timestamp(int(years[0]), 7, 1)
        return [part for part in (days[days < middle], days[days >= middle]) if len(part)]
    groups: Sequence[np.ndarray] = np.array_split(years, min(limit, len(years)))
    return [days[days.year.isin(group)] for group in groups]


def _learn(features: pd.DataFrame, reference: pd.DataFrame, sites: Mapping[str, Site]) -> Statistics | None:
    try:
        return learn(features, reference, sites)
    except InvalidData:
        return None
