"""One ETo a day from several sources, with its standard error, the sources' weights and a grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.errors import InvalidData
from workbench.evapotranspiration.fusion.drift import follow_drift
from workbench.evapotranspiration.fusion.features import ETO, chosen_features, source_of
from workbench.evapotranspiration.fusion.grades import Grade, grade_days, unlikeness
from workbench.evapotranspiration.fusion.kalman import kalman
from workbench.evapotranspiration.fusion.pooling import (
    Basis,
    Moments,
    Neighbour,
    Pool,
    choose_pool,
    pooled_moments,
)
from workbench.evapotranspiration.fusion.regression_ensemble import by_day, fit
from workbench.evapotranspiration.fusion.source_errors import climate_prior, error_weights
from workbench.evapotranspiration.fusion.statistics import Statistics, shipped_statistics
from workbench.evapotranspiration.model.site import Site

__all__ = ["Basis", "Fused", "FusionMethod", "Grade", "Neighbour", "fuse"]


STANDS_IN = {"openmeteo_forecast": "openmeteo_archive"}
"""A source without statistics of its own and the one of the same house and model whose bias it has."""
STAND_IN_ERROR = 1.15
YEAR_TO_YEAR = 0.03
"""Standard deviation of a learned bias from year to year, as a share of ETo: 2.8 to 4.2 % for the sources, less
for their fusion."""
UNLEARNED_MONTH = 0.15
"""Standard error of a bias in a month of which nothing was learned, as a share of ETo: a little more than the
standard deviation of a source's monthly bias over the year, 8 to 13 % at the shipped reference sites."""


class FusionMethod(StrEnum):
    """How sources become one."""

    RIDGE = "ridge"
    """Regression ensemble: the best in every validation, and the default."""
    KALMAN = "kalman"
    """Kalman ensemble."""
    ERROR_WEIGHTS = "error_weights"
    """Weighted mean by the usual errors of the sources; no bias is removed."""


@dataclass(frozen=True, slots=True)
class Fused:
    """Fused ETo of one place.

    Parameters
    ----------
    site
        The place.
    table
        Indexed by ``date``: ``eto``, ``standard_error``, ``low``, ``high`` [mm/d], ``grade``, ``reason``,
        ``sources`` and ``weight_<source>``, which sum to one.
    basis
        What bias and weights rest on.
    neighbours
        Reference sites learned from, most weight first.
    method
        Which method was used: error weights where nothing could be learned, whatever was requested.
    explanation
        One sentence on the basis.
    coverage
        Share of days that ``low`` to ``high`` should hold.
    """

    site: Site
    table: pd.DataFrame
    basis: Basis
    neighbours: tuple[Neighbour, ...]
    method: FusionMethod
    explanation: str
    coverage: float


@dataclass(frozen=True, slots=True)
class _Estimate:
    """What a method says of some days."""

    eto: Floats
    error: Floats
    weights: Mapping[str, Floats]
    unlike: Floats
    pool: Pool


def fuse(
    features: pd.DataFrame,
    site: Site,
    *,
    statistics: Statistics | None = None,
    method: FusionMethod = FusionMethod.RIDGE,
    coverage: float = 0.9,
) -> Fused:
    """Fuse the sources of one place.

    Parameters
    ----------
    features
        As of :func:`workbench.evapotranspiration.fusion.features.source_features`.
    site
        The place.
    statistics
        Reference sites to learn from; those that come with the workbench when left out. A site within 15 km is
        the place's own reference.
    method
        Which method.
    coverage
        Share of days that the interval should hold.

    Returns
    -------
    Fused
        A day without any source has no ETo.

    Raises
    ------
    InvalidData
        When no source has an ETo.
    """
    known = shipped_statistics() if statistics is None else statistics
    table, substituted = _with_stand_ins(features, known)
    if not any(str(name).startswith(ETO) for name in table.columns):
        raise InvalidData(
            f"'{site.name}': no source has an ETo to fuse; give a source with tmax and tmin, or look at the "
            "findings of quality control."
        )
    parts, first = [], None
    prior, unlike = climate_prior(site, features)
    for names, rows, pool in _groups(table, site, known):
        estimate = _estimate(table, rows, names, known, pool, method)
        if pool.basis is Basis.SOURCE_ERRORS:
            estimate = replace(estimate, error=prior * estimate.error)
        parts.append(_day_table(table.index[rows], estimate, coverage))
        if first is None or len(rows) > first[1]:
            first = (estimate.pool, len(rows))
    whole = pd.concat(parts).reindex(table.index) if parts else pd.DataFrame(index=table.index)
    pool = first[0] if first else Pool(Basis.SOURCE_ERRORS)
    used = method if pool.basis is not Basis.SOURCE_ERRORS else FusionMethod.ERROR_WEIGHTS
    marked = _marked(_finished(whole), substituted)
    return Fused(
        site, marked, pool.basis, pool.neighbours, used, _explained(pool, site, prior, unlike), coverage
    )


def _with_stand_ins(features: pd.DataFrame, known: Statistics) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Let a source stand in for another on days without it; also give which days those are."""
    table, substituted = features.copy(), {}
    for stand_in, source in STANDS_IN.items():
        for prefix in (ETO, "rs_", "rh_"):
            given, wanted = prefix + stand_in, prefix + source
            if given in table and given not in known.features:
                if prefix == ETO:
                    absent = table[wanted].isna() if wanted in table else True
                    substituted[stand_in] = table[given].notna() & absent
                table[wanted] = table[wanted].fillna(table[given]) if wanted in table else table[given]
                table = table.drop(columns=given)
    return table, substituted


def _marked(whole: pd.DataFrame, substituted: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Name the stand-in on its days, widen their error and hold their grade down."""
    for stand_in, days in substituted.items():
        weight, own = f"weight_{STANDS_IN[stand_in]}", f"weight_{stand_in}"
        where = days & (whole[weight] > 0) if weight in whole else days & False
        if not where.any():
            continue
        whole[own] = whole[weight].where(where, 0.0)
        whole[weight] = whole[weight].where(~where, 0.0)
        for name in ("low", "high"):
            wider = whole["eto"] + STAND_IN_ERROR * (whole[name] - whole["eto"])
            whole[name] = whole[name].where(~where, wider.clip(lower=0.0))
        whole["standard_error"] *= np.where(where, STAND_IN_ERROR, 1.0)
        sources = whole["sources"].str.replace(STANDS_IN[stand_in], stand_in, regex=False)
        whole["sources"] = whole["sources"].where(~where, sources)
        held = where & (whole["grade"] == Grade.HIGH.value)
        whole["grade"] = whole["grade"].where(~held, Grade.MEDIUM.value)
        text = f"; {stand_in} in the place of {STANDS_IN[stand_in]}"
        whole["reason"] = whole["reason"].where(~where, whole["reason"] + text)
    return whole


def _groups(
    table: pd.DataFrame, site: Site, known: Statistics
) -> list[tuple[list[str], NDArray[np.int_], Pool]]:
    """Group the days by the features that count, and give what these are learned from.

    Where nothing could be learned, every source that there is counts.
    """
    found = []
    for names, rows in _patterns(table, known):
        if not names:
            continue
        pool = choose_pool(table, site, known, names)
        if pool.basis is Basis.SOURCE_ERRORS:
            sources = [str(name) for name in table if str(name).startswith(ETO)]
            present = table[sources].iloc[rows].notna().to_numpy()
            for pattern in np.unique(present, axis=0):
                chosen = [name for name, has in zip(sources, pattern, strict=True) if has]
                found.append((chosen, rows[(present == pattern).all(axis=1)], pool))
        else:
            found.append((names, rows, pool))
    return found


def _patterns(table: pd.DataFrame, known: Statistics) -> list[tuple[list[str], NDArray[np.int_]]]:
    """Group the days by which features they have; what no reference site knows counts where nothing else is."""
    chosen = chosen_features([str(name) for name in table.columns])
    chosen += [name for name in table if name in known.features and name not in chosen]
    learned = [name for name in chosen if name in known.features]
    present = table[chosen].notna().to_numpy()
    codes = present @ (1 << np.arange(len(chosen)))
    groups: dict[tuple[str, ...], list[NDArray[np.int_]]] = {}
    for code in np.unique(codes):
        names = [name for bit, name in enumerate(chosen) if int(code) >> bit & 1]
        best = [name for name in names if name in learned]
        if not any(name.startswith(ETO) for name in best):
            best = [name for name in names if name.startswith(ETO)]
        groups.setdefault(tuple(best), []).append(np.flatnonzero(codes == code))
    return [(list(names), np.sort(np.concatenate(rows))) for names, rows in groups.items()]


def _estimate(
    table: pd.DataFrame,
    rows: NDArray[np.int_],
    names: list[str],
    known: Statistics,
    pool: Pool,
    method: FusionMethod,
) -> _Estimate:
    if pool.basis is Basis.SOURCE_ERRORS or method is FusionMethod.ERROR_WEIGHTS:
        return _by_error_weights(table.iloc[rows], names, known, pool)
    followed, _ = follow_drift(table, pool)
    days = followed.iloc[rows]
    if method is FusionMethod.KALMAN:
        names = [name for name in names if name.startswith(ETO)]
        return _by_kalman(days, names, pool)
    return _by_ridge(days, names, pool)


def _by_ridge(days: pd.DataFrame, names: list[str], pool: Pool) -> _Estimate:
    moments = pooled_moments(pool, names)
    model = fit(moments, transferred=pool.basis is Basis.TRANSFERRED)
    day = pd.DatetimeIndex(days.index).day_of_year.to_numpy()
    values = days[names].to_numpy(dtype=float)
    slopes = by_day(model.slopes, day)
    eto = np.maximum(by_day(model.intercept, day) + (slopes * values).sum(axis=1), 0.0)
    error = _total_error(by_day(model.residual, day), by_day(model.level, day), eto)
    error = np.hypot(error, UNLEARNED_MONTH * eto * by_day((~moments.learned).astype(float), day))
    spread = by_day(model.spread, day)
    return _Estimate(eto, error, _by_source(names, spread), unlikeness(values, day, moments), pool)


def _by_kalman(days: pd.DataFrame, names: list[str], pool: Pool) -> _Estimate:
    moments = pooled_moments(pool, names)
    dates = pd.DatetimeIndex(days.index)
    day, number = dates.day_of_year.to_numpy(), dates.as_unit("s").asi8 // 86_400
    values = days[names].to_numpy(dtype=float)
    filtered = kalman(values, number, day, moments)
    level = _kalman_level(moments) if pool.basis is Basis.TRANSFERRED else np.zeros(12)
    error = _total_error(filtered.error, by_day(level, day), filtered.eto)
    error = np.hypot(error, UNLEARNED_MONTH * filtered.eto * by_day((~moments.learned).astype(float), day))
    unlike = unlikeness(values, day, moments)
    return _Estimate(filtered.eto, error, _by_source(names, filtered.gains), unlike, pool)


def _kalman_level(moments: Moments) -> Floats:
    """A new site's level is as uncertain as that of the regression on the same sources."""
    return fit(moments, transferred=True).level


def _by_error_weights(days: pd.DataFrame, names: list[str], known: Statistics, pool: Pool) -> _Estimate:
    names = [name for name in names if name.startswith(ETO)]
    weighed = error_weights(names, known)
    eto = days[names].to_numpy(dtype=float) @ weighed.weights
    spread = np.broadcast_to(weighed.weights, (len(days), len(names)))
    blind = Pool(Basis.SOURCE_ERRORS)
    nothing = np.full(len(days), np.nan)
    return _Estimate(
        np.maximum(eto, 0.0),
        weighed.relative_error * np.maximum(eto, 1.0),
        _by_source(names, spread),
        nothing,
        blind,
    )


def _total_error(residual: Floats, level: Floats, eto: Floats) -> Floats:
    return np.asarray(np.sqrt(residual**2 + level**2 + (YEAR_TO_YEAR * eto) ** 2))


def _by_source(names: list[str], spread: Floats) -> dict[str, Floats]:
    total = np.maximum(spread.sum(axis=1), 1e-12)
    found: dict[str, Floats] = {}
    for place, name in enumerate(names):
        source = source_of(name)
        found[source] = found.get(source, np.zeros(len(total))) + spread[:, place] / total
    return found


def _day_table(index: pd.Index, estimate: _Estimate, coverage: float) -> pd.DataFrame:
    half = NormalDist().inv_cdf(0.5 + coverage / 2.0) * estimate.error
    count = np.full(len(index), len(estimate.weights))
    grades, reasons = grade_days(estimate.eto, estimate.error, count, estimate.unlike, estimate.pool)
    columns: dict[str, object] = {
        "eto": estimate.eto,
        "standard_error": estimate.error,
        "low": np.maximum(estimate.eto - half, 0.0),
        "high": estimate.eto + half,
        "grade": grades,
        "reason": reasons,
        "sources": " + ".join(estimate.weights),
    }
    columns |= {f"weight_{source}": weight for source, weight in estimate.weights.items()}
    return pd.DataFrame(columns, index=index)


def _finished(whole: pd.DataFrame) -> pd.DataFrame:
    for name in ("eto", "standard_error", "low", "high"):
        if name not in whole:
            whole[name] = np.nan
    absent = whole["eto"].isna()
    for name, text in (("grade", Grade.LOW.value), ("reason", "no source has this day"), ("sources", "")):
        whole[name] = whole[name].where(~absent, text) if name in whole else text
    weights = [str(name) for name in whole if str(name).startswith("weight_")]
    whole[weights] = whole[weights].fillna(0.0)
    return whole


def _explained(pool: Pool, site: Site, prior: float, unlike: str) -> str:
    if pool.basis is Basis.LOCAL:
        item = pool.members[0]
        return (
            f"Bias and weights of the sources were learned at {item.site.name}, {pool.distances[0]:.0f} km from "
            f"{site.name}, from {item.days.sum():.0f} days of {item.first_year} to {item.last_year}."
        )
    if pool.basis is Basis.TRANSFERRED:
        best = ", ".join(
            f"{row.name} ({row.distance:.0f} km, {100 * row.share:.0f} %)" for row in pool.neighbours[:3]
        )
        return (
            f"There is no reference at {site.name}; bias and weights come from {len(pool.members)} reference "
            f"sites in the nearest climates: {best}."
        )
    return (
        f"No reference site near enough has a climate like that of {site.name}: the sources are weighed by "
        "their usual errors"
        + (f", taken {100 * (prior - 1):.0f} % larger for {unlike} (a prior)," if unlike else "")
        + " and keep their bias; give a local reference to do better."
    )
