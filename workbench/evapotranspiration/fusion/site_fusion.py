"""Fusion of one place over the requested days, each with what other days have taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.evapotranspiration.fusion.fuse import FusionMethod, fuse
from workbench.evapotranspiration.fusion.learning import Lesson
from workbench.evapotranspiration.model.site import Site


@dataclass(frozen=True, slots=True)
class SiteFusion:
    """Fused evapotranspiration of a place.

    Parameters
    ----------
    table
        Indexed by date: eto, standard_error, low, high [mm/d], grade, reason, sources, weight_<source>.
    basis
        ``local``, ``transferred`` or ``source_errors``.
    explanation
        What bias and weights rest on, in one sentence.
    """

    table: pd.DataFrame
    basis: str
    explanation: str


def fuse_site(
    site: Site, features: pd.DataFrame, lessons: Sequence[Lesson], method: str, coverage: float
) -> SiteFusion:
    """Combine the sources of a place.

    Parameters
    ----------
    site
        The place.
    features
        Of the requested days, indexed by date.
    lessons
        Statistics, and the days each of them is for.
    method
        As of :class:`~workbench.evapotranspiration.fusion.fuse.FusionMethod`.
    coverage
        Share of days that the interval is to hold, 0 to 1.
    """
    parts, basis, words = [], "", ""
    for lesson in lessons:
        own = features[features.index.isin(lesson.days)].dropna(how="all")
        if own.empty:
            continue
        fused = fuse(own, site, statistics=lesson.statistics, method=FusionMethod(method), coverage=coverage)
        parts.append(fused.table)
        basis, words = str(fused.basis), fused.explanation
    table = pd.concat(parts).sort_index()
    # A source that only some of the lessons know has no weight on the days of the others.
    weights = [str(name) for name in table if str(name).startswith("weight_")]
    table[weights] = table[weights].fillna(0.0)
    return SiteFusion(table, basis, words)
