"""What reference sites teach of the sources: monthly means and covariances, nothing else.

Every fusion method is made from these few numbers a site and month. They add up: more years, more sites and a
user's own reference join by addition, and a place can be left out by leaving its rows out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.errors import InvalidData
from workbench.evapotranspiration.fusion.features import ETO, RH, chosen_features, source_of
from workbench.evapotranspiration.model.site import Site

MONTHS = 12
FEWEST_DAYS = 60
"""Days on which a reference and all features must be there."""
MIN_SHARE = 0.3
"""Of the reference's days that a feature must cover to be learned from."""
SHIPPED = "reference_statistics.csv"
REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class SiteStatistics:
    """Sources beside the reference at one site.

    Parameters
    ----------
    site
        Where.
    features
        Names of the k features, as of :func:`workbench.evapotranspiration.fusion.features.source_features`.
    days
        Days by month, shape (12,).
    means
        Of the features and the reference (last), by month, shape (12, k + 1); NaN where there are no days.
    covariances
        Of the same, shape (12, k + 1, k + 1).
    persistence
        Correlation of the reference's anomaly with that of the day before.
    humidity
        Mean relative humidity by the sources [%], NaN when unknown.
    first_year, last_year
        Of the days.
    """

    site: Site
    features: tuple[str, ...]
    days: Floats
    means: Floats
    covariances: Floats
    persistence: float
    humidity: float
    first_year: int
    last_year: int

    def columns(self, features: Iterable[str]) -> list[int]:
        """Places of some features, and of the reference, in the arrays."""
        return [*(self.features.index(name) for name in features), len(self.features)]

    def annual_mean(self, feature: str) -> float:
        """Mean over the months that have days."""
        return float(np.nanmean(self.means[:, self.features.index(feature)]))


@dataclass(frozen=True, slots=True)
class Statistics:
    """Statistics of several reference sites."""

    sites: tuple[SiteStatistics, ...]

    def joined(self, other: Statistics) -> Statistics:
        """Both; a site that both have (by name) is taken from the other."""
        names = {item.site.name for item in other.sites}
        return Statistics((*(item for item in self.sites if item.site.name not in names), *other.sites))

    def without(self, names: Collection[str]) -> Statistics:
        """Leave sites out."""
        return Statistics(tuple(item for item in self.sites if item.site.name not in names))

    def knowing(self, features: Collection[str]) -> tuple[SiteStatistics, ...]:
        """Sites that know all of some features."""
        return tuple(item for item in self.sites if set(features) <= set(item.features))

    @property
    def features(self) -> tuple[str, ...]:
        """Every feature that some site knows."""
        return tuple(dict.fromkeys(name for item in self.sites for name in item.features))

    def to_frame(self) -> pd.DataFrame:
        """Write as a plain table: one row a site and month."""
        rows = []
        for item in self.sites:
            names = [*item.features, REFERENCE]
            for month in range(MONTHS):
                row: dict[str, object] = {
                    "site": item.site.name,
                    "latitude": item.site.latitude,
                    "longitude": item.site.longitude,
                    "elevation": item.site.elevation,
                    "persistence": item.persistence,
                    "humidity": item.humidity,
                    "first_year": item.first_year,
                    "last_year": item.last_year,
                    "month": month + 1,
                    "days": item.days[month],
                }
                for i, name in enumerate(names):
                    row[f"mean:{name}"] = item.means[month, i]
                    for j in range(i, len(names)):
                        row[f"cov:{name}:{names[j]}"] = item.covariances[month, i, j]
                rows.append(row)
        return pd.DataFrame(rows)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Statistics:
        """Read what :meth:`to_frame` wrote.

        Raises
        ------
        InvalidData
            When a site has not its twelve months.
        """
        return cls(tuple(_site_of(str(name), rows) for name, rows in frame.groupby("site", sort=False)))


def learn(features: pd.DataFrame, reference: pd.DataFrame, sites: Mapping[str, Site]) -> Statistics:
    """Learn how sources compare with a reference.

    Parameters
    ----------
    features
        Long: ``site``, ``date`` and the features of each source.
    reference
        Long: ``site``, ``date``, ``eto`` [mm/d].
    sites
        The sites by name.

    Returns
    -------
    Statistics
        One entry for each site with a reference. A feature that covers less than 30 % of the reference's days
        at a site is not learned there.

    Raises
    ------
    InvalidData
        When a site is unknown, or none has 60 days with both.
    """
    found = []
    by_site = {str(name): rows for name, rows in features.groupby("site", observed=True)}
    for key, rows in reference.groupby("site", observed=True):
        name = str(key)
        if name not in by_site:
            continue
        if name not in sites:
            raise InvalidData(f"Reference of '{name}': no such site; known are {', '.join(list(sites)[:5])}.")
        together = by_site[name].merge(rows[["date", "eto"]].rename(columns={"eto": REFERENCE}), on="date")
        item = _learned(together.dropna(subset=[REFERENCE]), sites[name])
        if item is not None:
            found.append(item)
    if not found:
        raise InvalidData(
            f"No site has {FEWEST_DAYS} days with both a reference and a source; give a longer reference, or "
            "check that names and dates of both tables agree."
        )
    return Statistics(tuple(found))


@lru_cache(maxsize=1)
def shipped_statistics() -> Statistics:
    """Statistics that come with the workbench.

    Notes
    -----
    Monthly means and covariances of daily FAO-56 ETo and radiation of NASA POWER and of Open-Meteo's ETo beside
    the BR-DWGD grid (Xavier et al. 2022, International Journal of Climatology 42, doi 10.1002/joc.7731) at twelve
    sites of the Brazilian Cerrado, 1991 to 2010, made by :func:`learn`. Where the second source was of a wrong
    place, only NASA POWER is there. They say nothing of other climates: see ``Fused.basis``.
    """
    with (
        resources.files("workbench.evapotranspiration.fusion")
        .joinpath(SHIPPED)
        .open(encoding="utf-8") as file
    ):
        return Statistics.from_frame(pd.read_csv(file, comment="#"))


def _learned(together: pd.DataFrame, site: Site) -> SiteStatistics | None:
    names = chosen_features([str(name) for name in together.columns])
    names = [name for name in names if together[name].notna().mean() >= MIN_SHARE]
    whole = together.dropna(subset=names).sort_values("date")
    if not any(name.startswith(ETO) for name in names) or len(whole) < FEWEST_DAYS:
        return None
    date = pd.DatetimeIndex(whole["date"])
    values = whole[[*names, REFERENCE]].to_numpy(dtype=float)
    month = date.month.to_numpy() - 1
    k = values.shape[1]
    days, means, covariances = np.zeros(MONTHS), np.full((MONTHS, k), np.nan), np.zeros((MONTHS, k, k))
    for m in range(MONTHS):
        rows = values[month == m]
        days[m] = len(rows)
        if len(rows) > 1:
            means[m] = rows.mean(axis=0)
            covariances[m] = np.cov(rows.T, bias=True)
    days[np.isnan(means[:, 0])] = 0.0
    humidity = RH + source_of(names[0])
    return SiteStatistics(
        site,
        tuple(names),
        days,
        means,
        covariances,
        _persistence(date, values[:, -1] - means[month, -1]),
        float(whole[humidity].mean()) if humidity in whole else float("nan"),
        int(date[0].year),
        int(date[-1].year),
    )


def _persistence(date: pd.DatetimeIndex, anomaly: Floats) -> float:
    follows = (date[1:] - date[:-1]).days.to_numpy() == 1
    before, after = anomaly[:-1][follows], anomaly[1:][follows]
    seen = np.isfinite(before) & np.isfinite(after)
    if seen.sum() < FEWEST_DAYS or before[seen].std() == 0 or after[seen].std() == 0:
        return 0.0
    return float(np.clip(np.corrcoef(before[seen], after[seen])[0, 1], 0.0, 0.98))


def _site_of(name: str, rows: pd.DataFrame) -> SiteStatistics:
    rows = rows.sort_values("month")
    if rows["month"].tolist() != list(range(1, MONTHS + 1)):
        raise InvalidData(f"Statistics of '{name}': {len(rows)} months, expected each of the twelve once.")
    prefix = "mean:"
    given = [str(column)[len(prefix) :] for column in rows if str(column).startswith(prefix)]
    names = [item for item in given if item != REFERENCE and rows[prefix + item].notna().any()]
    names.append(REFERENCE)
    covariances = np.zeros((MONTHS, len(names), len(names)))
    for i, one in enumerate(names):
        for j, other in enumerate(names):
            column = f"cov:{one}:{other}" if f"cov:{one}:{other}" in rows else f"cov:{other}:{one}"
            covariances[:, i, j] = rows[column].to_numpy(dtype=float)
    first = rows.iloc[0]
    site = Site(name, float(first["latitude"]), float(first["longitude"]), float(first["elevation"]))
    return SiteStatistics(
        site,
        tuple(names[:-1]),
        rows["days"].to_numpy(dtype=float),
        rows[[prefix + item for item in names]].to_numpy(dtype=float),
        covariances,
        float(first["persistence"]),
        float(first["humidity"]),
        int(first["first_year"]),
        int(first["last_year"]),
    )
