"""Fusion of one place over the requested days, each with what other days have taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from workbench.evapotranspiration.fusion.fuse import STANDS_IN, FusionMethod, fuse
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
    table = _with_own_names(pd.concat(parts).sort_index(), features)
    return SiteFusion(table, basis, words)


def _with_own_names(table: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """Name the forecast where its values were used through the statistics of the archive of the same house."""
    for stand_in, source in STANDS_IN.items():
        given, usual = f"eto_{stand_in}", f"eto_{source}"
        if given not in features or f"weight_{source}" not in table:
            continue
        stood_in = features[given].notna()
        if usual in features:
            stood_in &= features[usual].isna()
        days = stood_in.reindex(table.index, fill_value=False) & table[f"weight_{source}"].gt(0)
        table["sources"] = table["sources"].where(~days, table["sources"].str.replace(source, stand_in))
        table[f"weight_{stand_in}"] = table[f"weight_{source}"].where(days, 0.0)
        table[f"weight_{source}"] = table[f"weight_{source}"].where(~days, 0.0)
    return table
