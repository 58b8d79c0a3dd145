"""A weather station at the place: its complete days are the local truth, and teach the gridded sources there.

A station that measures temperature, humidity, wind and radiation gives ETo with the errors of its instruments only.
Gridded sources carry biases of 10 to 30 % beside (see :mod:`~workbench.evapotranspiration.fusion.statistics`). So
its complete days are a reference for the others, learned from as any reference is: never from the requested days.
On the days that it has itself, station and corrected sources are weighed by their precision.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from statistics import NormalDist

import numpy as np
import pandas as pd

from workbench.data.arrays import Booleans
from workbench.data.made_up import MADE_UP_SOURCE
from workbench.evapotranspiration.equation.missing_inputs import ASSUMPTIONS
from workbench.evapotranspiration.fusion.features import ETO, source_of
from workbench.evapotranspiration.fusion.grades import (
    HIGH_RELATIVE_ERROR,
    MEDIUM_RELATIVE_ERROR,
    SMALL_ETO,
    Grade,
)
from workbench.evapotranspiration.fusion.site_check import SiteCheck
from workbench.evapotranspiration.fusion.statistics import FEWEST_DAYS
from workbench.evapotranspiration.model.catalogue import SourceId, plain_name
from workbench.evapotranspiration.model.equations import EQUATIONS

STATION_ERROR = 0.08
"""Standard error of a day's ETo from good instruments, as a share: radiation and wind to 5 %, humidity to 4 %,
temperature to 0.3 degC, through equation 6 of FAO-56."""
_HUMIDITY = ("rh", "rh_max", "rh_min", "tdew")
_CALM = 1 << ASSUMPTIONS.index("u2 raised to 0.5 m/s")
"""A calm day is measured."""
_NOT_STATIONS = frozenset((
    "power", "openmeteo", "metnorway", "nws", "era", "agera", "merra", "gldas", "nldas", "gridmet", "daymet",
    "prism", "terraclimate", "chirps", "cru", "cfs", "cfsr", "cfsv", "ncep", "jra", "gfs", "ecmwf", "icon",
    "cosmo", "hrrr", "imerg", "xavier", "brdwgd", "worldclim", "persiann", "reanalysis", "grid", "gridded",
    "satellite", "forecast", "model",
))  # fmt: skip
"""Products, and words that name no instrument; each a whole word of a source's name, in small letters."""


def stations_of(
    checks: Mapping[str, SiteCheck], named: Iterable[str], with_reference: Iterable[str]
) -> dict[str, str]:
    """Find the station of each place.

    Parameters
    ----------
    checks
        Sources of each place after quality control.
    named
        Sources that a person says are stations, or ``"none"``; when empty, every source that is no service and no
        gridded product by its name.
    with_reference
        Places with a reference of their own, which goes before any station.

    Returns
    -------
    dict
        Place -> the source with the most days on which every input was measured, at least 60.
    """
    wanted, taught = {plain_name(name) for name in named}, set(with_reference)
    found = {}
    for site, check in checks.items():
        if site in taught:
            continue
        counts = {
            source: int(complete_days(check, source).sum())
            for source in check.sources
            if (plain_name(source) in wanted if wanted else _may_be_station(source))
        }
        best = max(counts, key=counts.__getitem__, default="")
        if best and counts[best] >= FEWEST_DAYS:
            found[site] = best
    return found


def complete_days(check: SiteCheck, source: str) -> Booleans:
    """Whether every input of the equation was measured by a source, day by day, shape (days,)."""
    days, facts = check.features.index, EQUATIONS[check.equation]
    weather = check.weather[check.weather["source"] == source].set_index("date").reindex(days)
    parts = [check.features[ETO + source].notna()]
    parts += [
        weather[column].notna() if column in weather else parts[0] & False for column in sorted(facts.columns)
    ]
    if facts.needs_humidity:
        humid = [column for column in _HUMIDITY if column in weather]
        parts.append(weather[humid].notna().any(axis=1) if humid else parts[0] & False)
    if source in check.assumed:
        bits = check.assumed[source].reindex(days, fill_value=0).to_numpy() & ~np.uint8(_CALM)
        parts.append(pd.Series(bits == 0, index=days))
    whole = np.logical_and.reduce([part.to_numpy() for part in parts])
    return np.asarray(whole, dtype=bool)


def without_station(check: SiteCheck, station: str) -> pd.DataFrame:
    """Give the features of the other sources of a place, and of the station its days that are not complete.

    On these it is a source like any other, whose missing inputs FAO-56 replaces; it counts where nothing better is.
    """
    own = [name for name in check.features if source_of(str(name)) == station]
    complete = complete_days(check, station)
    return check.features.assign(**{str(name): check.features[name].mask(complete) for name in own})


def truth_of(checks: Mapping[str, SiteCheck], stations: Mapping[str, str]) -> pd.DataFrame:
    """Give the complete days of stations as a reference: site, date, eto [mm/d]."""
    parts = []
    for site, station in stations.items():
        eto = station_eto(checks[site], station).dropna()
        parts.append(pd.DataFrame({"site": site, "date": eto.index, "eto": eto.to_numpy()}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["site", "date", "eto"])


def station_eto(check: SiteCheck, station: str) -> pd.Series:
    """Give the ETo of a station on its complete days, missing on all others [mm/d]."""
    return check.features[ETO + station].where(complete_days(check, station))


def with_station(fused: pd.DataFrame, measured: pd.Series, station: str, coverage: float) -> pd.DataFrame:
    """Weigh what the other sources give with what a station has measured.

    Parameters
    ----------
    fused
        Of the other sources, as :class:`~workbench.evapotranspiration.fusion.fuse.Fused` describes it; days that
        none of them has may be absent.
    measured
        ETo of the station [mm/d], missing where it has no complete day.
    station
        Its name.
    coverage
        Share of days that the interval is to hold.

    Returns
    -------
    DataFrame
        The same columns, with ``weight_<station>``; the weights of a day sum to one.
    """
    table = fused.reindex(fused.index.union(measured.dropna().index)).copy()
    own = measured.reindex(table.index)
    weights = [str(name) for name in table if str(name).startswith("weight_")]
    table[weights] = table[weights].astype(float).fillna(0.0)
    has = own.notna()
    error = STATION_ERROR * own.clip(lower=1.0)
    # What the station has taught the others carries its own errors too.
    taught = (table["standard_error"] ** 2 + error**2) ** 0.5
    other = taught.where(table["eto"].notna(), np.inf)
    share = (other**2 / (other**2 + error**2)).where(np.isfinite(other), 1.0).where(has, 0.0)
    table[weights] = table[weights].mul(1.0 - share, axis=0)
    column = f"weight_{station}"
    table[column] = share + table.get(column, 0.0)
    both = share * own.fillna(0.0) + (1.0 - share) * table["eto"].fillna(0.0)
    joint = error * np.sqrt(share)
    half = NormalDist().inv_cdf(0.5 + coverage / 2.0) * joint
    relative = joint / both.clip(lower=SMALL_ETO)
    grade = np.select(
        [relative <= HIGH_RELATIVE_ERROR, relative <= MEDIUM_RELATIVE_ERROR],
        [Grade.HIGH.value, Grade.MEDIUM.value],
        Grade.LOW.value,
    )
    reason = f"measured at the place by {station}; standard error " + (100 * relative).round().map(
        "{:.0f} %".format
    )
    beside = table["sources"].fillna("").astype(str)
    sources = station + (" + " + beside).where(beside != "", "")
    for name, values in (
        ("eto", both),
        ("standard_error", joint),
        ("low", (both - half).clip(lower=0.0)),
        ("high", both + half),
        ("grade", pd.Series(grade, index=table.index)),
        ("reason", reason),
        ("sources", sources),
    ):
        table[name] = table[name].astype(object).where(~has, values) if name in table else values
    for name in ("eto", "standard_error", "low", "high"):
        table[name] = table[name].astype(float)
    return table


def _may_be_station(source: str) -> bool:
    words = {*re.split(r"[\W\d_]+", source.casefold()), plain_name(source)}
    online = {plain_name(item) for item in SourceId}
    return not source.startswith(MADE_UP_SOURCE) and words.isdisjoint(online | _NOT_STATIONS)
