"""Fusion of one place over the requested days, each with what other days have taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.evapotranspiration.fusion.features import ETO
from workbench.evapotranspiration.fusion.fuse import FusionMethod, fuse
from workbench.evapotranspiration.fusion.learning import Lesson
from workbench.evapotranspiration.fusion.pooling import Basis
from workbench.evapotranspiration.fusion.stations import with_station
from workbench.evapotranspiration.model.site import Site

_NO_DAYS = pd.DataFrame(
    {name: pd.Series(dtype=float) for name in ("eto", "standard_error", "low", "high")}
    | {name: pd.Series(dtype=object) for name in ("grade", "reason", "sources")},
    index=pd.DatetimeIndex([], name="date"),
)


@dataclass(frozen=True, slots=True)
class SiteFusion:
    """Fused evapotranspiration of a place.

    Parameters
    ----------
    table
        Indexed by date: eto, standard_error, low, high [mm/d], grade, reason, sources, weight_<source>.
    basis
        ``station``, ``local``, ``transferred`` or ``source_errors``.
    explanation
        What bias and weights rest on, in one sentence.
    station
        The place's own station, where it has one.
    """

    table: pd.DataFrame
    basis: str
    explanation: str
    station: str = ""


def fuse_site(
    site: Site,
    features: pd.DataFrame,
    lessons: Sequence[Lesson],
    method: str,
    coverage: float,
    station: str = "",
    measured: pd.Series | None = None,
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
    station, measured
        The place's own station, and its ETo on its complete days [mm/d]; see
        :mod:`workbench.evapotranspiration.fusion.stations`.
    """
    parts, basis, words = [], "", ""
    for lesson in lessons:
        own = features[features.index.isin(lesson.days)].dropna(how="all")
        if not any(str(name).startswith(ETO) for name in own.dropna(axis=1, how="all")):
            continue
        fused = fuse(own, site, statistics=lesson.statistics, method=FusionMethod(method), coverage=coverage)
        parts.append(fused.table)
        basis, words = str(fused.basis), fused.explanation
    table = pd.concat(parts).sort_index() if parts else _NO_DAYS.copy()
    if measured is not None and len(measured):
        table = with_station(table, measured, station, coverage)
        basis = str(Basis.STATION)
        words = f"{station} measures all inputs at {site.name}: its complete days are the local truth" + (
            f", from which the other sources are corrected. {words}" if parts else "."
        )
    # A source that only some of the lessons know has no weight on the days of the others.
    weights = [str(name) for name in table if str(name).startswith("weight_")]
    table[weights] = table[weights].fillna(0.0)
    return SiteFusion(table, basis, words, station)
