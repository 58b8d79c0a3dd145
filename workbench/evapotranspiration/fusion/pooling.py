"""Which reference sites a place can learn from, and their statistics taken together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from workbench.data.arrays import Booleans, Floats
from workbench.evapotranspiration.fusion.features import ETO, RH
from workbench.evapotranspiration.fusion.statistics import MONTHS, SiteStatistics, Statistics
from workbench.evapotranspiration.model.site import Site, distance_km

SAME_PLACE_KM = 15.0
"""A reference within it is that of the place: half the cell of the finest source."""
ETO_SCALE = 0.6
"""One step of climate: difference of the sources' mean ETo [mm/d] ..."""
HUMIDITY_SCALE = 5.5
"""... and of mean relative humidity [%]; the spread of the Brazilian reference sites."""
CLIMATE_WIDTH = 0.5
"""Width of the kernel over the distance of climates [steps]; chosen by leave-site-out validation."""
MAX_UNLIKENESS = 2.5
"""Distance of climates from which nothing is transferred [steps]."""
FEWEST_CLIMATE_DAYS = 300
"""Days of the place needed to know its climate; with less, places are compared by distance."""
KERNEL_KM = 300.0
"""Width of the kernel over the distance; chosen by leave-site-out validation with buffers of 10, 100 and 200 km."""
FURTHEST_KM = 1500.0
FURTHEST_CLIMATE_KM = 2500.0
"""A like climate further away is that of another continent, where the sources err in other ways."""
SHRINKAGE_DAYS = 20.0
"""Days a month that the neighbours count beside a local reference: with a reference of half a year they lower the
error by 6 % (12 sites, later years held out), of three years and more they do no harm."""


class Basis(StrEnum):
    """What the bias and the weights of the sources rest on."""

    STATION = "station"
    """A station at the place itself, and what it teaches of the other sources."""
    LOCAL = "local"
    """A reference at the place itself."""
    TRANSFERRED = "transferred"
    """References in the nearest climates."""
    SOURCE_ERRORS = "source_errors"
    """No reference in any climate like this: usual errors of the sources, no bias removed."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A reference site that was learned from: its distance [km] and share of the weight."""

    name: str
    distance: float
    share: float


@dataclass(frozen=True, slots=True)
class Pool:
    """Reference sites for one place.

    Parameters
    ----------
    basis
        What kind.
    members
        Statistics of the sites learned from, the local one first.
    weights
        Share of each, summing to one; of the neighbours only where the basis is local.
    distances
        To each [km].
    """

    basis: Basis
    members: tuple[SiteStatistics, ...] = ()
    weights: tuple[float, ...] = ()
    distances: tuple[float, ...] = ()

    @property
    def neighbours(self) -> tuple[Neighbour, ...]:
        """The sites, most weight first."""
        rows = [
            Neighbour(item.site.name, distance, weight)
            for item, weight, distance in zip(self.members, self.weights, self.distances, strict=True)
        ]
        return tuple(sorted(rows, key=lambda row: -row.share))


@dataclass(frozen=True, slots=True)
class Moments:
    """Means and covariances of some features and the reference over a pool, by month.

    Parameters
    ----------
    means
        Shape (12, k + 1).
    covariances
        Within sites, shape (12, k + 1, k + 1).
    member_means
        Means of each member, shape (members, 12, k + 1).
    weights
        Of the members.
    persistence
        Of the reference from day to day.
    learned
        Whether a month, or one beside it, has days; shape (12,). The others have the moments of all that have.
    """

    means: Floats
    covariances: Floats
    member_means: Floats
    weights: Floats
    persistence: float
    learned: Booleans


def choose_pool(features: pd.DataFrame, site: Site, statistics: Statistics, wanted: list[str]) -> Pool:
    """Choose reference sites for a place.

    Parameters
    ----------
    features
        Of the place; only their long-term means are looked at, to know the climate.
    site
        The place.
    statistics
        All reference sites.
    wanted
        Features that the fusion will use.

    Returns
    -------
    Pool
        The local reference where there is one (with neighbours that count only while it is short), else the
        sites of the nearest climates, else none.
    """
    known = statistics.knowing(wanted)
    if not known:
        return Pool(Basis.SOURCE_ERRORS)
    away = np.array([distance_km(site, item.site) for item in known])
    local = int(np.argmin(away)) if away.min() <= SAME_PLACE_KM else -1
    # With a reference of its own a place is not compared with others: no estimate may hang on what else is asked.
    unlike = _climate_distances(features, known, wanted) if local < 0 else None
    usable = away <= (FURTHEST_KM if unlike is None else FURTHEST_CLIMATE_KM)
    exponent = -0.5 * (away / KERNEL_KM) ** 2
    if unlike is not None:
        usable &= unlike <= MAX_UNLIKENESS
        exponent -= 0.5 * (unlike / CLIMATE_WIDTH) ** 2
    if local < 0 and not usable.any():
        return Pool(Basis.SOURCE_ERRORS)
    # Sites that are too far or too unlike are left out; of the others the nearest has the greatest weight.
    weights = np.where(usable, np.exp(exponent - exponent[usable].max()) + 1e-9, 0.0)
    weights = weights / weights.sum()
    order = [int(i) for i in np.argsort(-weights) if usable[i]]
    if local >= 0:
        others = [i for i in order if i != local]
        share = weights[others].sum()
        scaled = [1.0, *(float(weights[i] / share) for i in others)]
        chosen = [local, *others]
        return Pool(
            Basis.LOCAL, tuple(known[i] for i in chosen), tuple(scaled), tuple(float(away[i]) for i in chosen)
        )
    return Pool(
        Basis.TRANSFERRED,
        tuple(known[i] for i in order),
        tuple(float(weights[i]) for i in order),
        tuple(float(away[i]) for i in order),
    )


def pooled_moments(pool: Pool, features: list[str]) -> Moments:
    """Take the statistics of a pool together, each month with the one before and the one after.

    Notes
    -----
    Covariances are those within sites: what differs between sites is their mean, not the way in which sources
    follow the weather.
    """
    means, covariances, days = [], [], []
    for item in pool.members:
        one = _with_neighbouring_months(item, item.columns(features))
        means.append(one[0])
        covariances.append(one[1])
        days.append(one[2])
    weights = np.array(pool.weights)[:, np.newaxis] * (np.array(days) > 0)
    if pool.basis is Basis.LOCAL:
        weights[0] = days[0]
        weights[1:] *= SHRINKAGE_DAYS
    weights = weights / np.maximum(weights.sum(axis=0), 1e-12)
    member_means = np.array(means)
    mean = np.einsum("sm,smk->mk", weights, np.nan_to_num(member_means))
    covariance = np.einsum("sm,smkl->mkl", weights, np.array(covariances))
    learned = weights.sum(axis=0) > 0
    if not learned.all():
        of_month = (np.array(days) * (weights > 0)).sum(axis=0)[learned]
        mean[~learned], covariance[~learned] = _together(mean[learned], covariance[learned], of_month)
    overall = weights.mean(axis=1)
    persistence = float(
        np.dot(overall, [item.persistence for item in pool.members]) / max(overall.sum(), 1e-12)
    )
    return Moments(mean, covariance, member_means, weights, persistence, learned)


def _together(means: Floats, covariances: Floats, days: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance over several months, weighed by their days; the seasons are part of the covariance."""
    share = days / days.sum()
    mean = share @ means
    second = np.einsum("m,mkl->kl", share, covariances + means[:, :, np.newaxis] * means[:, np.newaxis, :])
    return np.asarray(mean), np.asarray(second - np.outer(mean, mean))


def annual_ratio(pool: Pool, one: str, other: str) -> float | None:
    """Ratio of two sources' means over the years learned from; None where no member knows both."""
    rows = [
        (weight, item.annual_mean(one) / item.annual_mean(other))
        for item, weight in zip(pool.members, pool.weights, strict=True)
        if one in item.features and other in item.features
    ]
    if pool.basis is Basis.LOCAL:
        rows = rows[:1]
    total = sum(weight for weight, _ in rows)
    return sum(weight * ratio for weight, ratio in rows) / total if total > 0 else None


def _climate_distances(
    features: pd.DataFrame, known: tuple[SiteStatistics, ...], wanted: list[str]
) -> Floats | None:
    """Distance of climates in steps; None when the place is not known for long enough."""
    primary = next(name for name in wanted if name.startswith(ETO))
    if features[primary].count() < FEWEST_CLIMATE_DAYS:
        return None
    month = pd.DatetimeIndex(features.index).month
    mean = float(features[primary].groupby(month).mean().mean())
    parts = [np.array([(item.annual_mean(primary) - mean) / ETO_SCALE for item in known])]
    humidity = RH + primary.removeprefix(ETO)
    if humidity in features and features[humidity].notna().any():
        here = float(features[humidity].groupby(month).mean().mean())
        there = np.array([item.humidity for item in known])
        if np.isfinite(there).all():
            parts.append((there - here) / HUMIDITY_SCALE)
    return np.asarray(np.sqrt(np.mean(np.square(parts), axis=0)))


def _with_neighbouring_months(item: SiteStatistics, places: list[int]) -> tuple[Floats, Floats, Floats]:
    means = item.means[:, places]
    covariances = item.covariances[np.ix_(range(MONTHS), places, places)]
    filled = np.nan_to_num(means)
    second = covariances + filled[:, :, np.newaxis] * filled[:, np.newaxis, :]
    days = item.days
    total = days + np.roll(days, 1) + np.roll(days, -1)
    safe = np.maximum(total, 1e-12)

    def summed(values: Floats) -> Floats:
        by_days = values * days.reshape(MONTHS, *([1] * (values.ndim - 1)))
        together = by_days + np.roll(by_days, 1, axis=0) + np.roll(by_days, -1, axis=0)
        return np.asarray(together / safe.reshape(MONTHS, *([1] * (values.ndim - 1))))

    mean = summed(filled)
    covariance = summed(second) - mean[:, :, np.newaxis] * mean[:, np.newaxis, :]
    return mean, covariance, total
