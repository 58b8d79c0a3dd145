"""One place before fusion: its sources checked, and each source's own evapotranspiration."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.errors import InvalidData
from workbench.evapotranspiration.equation.day_sums import sums_of_hours
from workbench.evapotranspiration.fusion.features import assumed_inputs, source_features
from workbench.evapotranspiration.model.equations import Equation
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.quality.control import check_sources, findings_table

ETO_PREFIX = "eto_"


@dataclass(frozen=True, slots=True)
class OfHours:
    """What was made of the hours of a source.

    Parameters
    ----------
    message
        In words.
    doubt
        What speaks against them; empty if nothing does.
    zone_derived
        Whether their zone was told from the sun or the longitude.
    """

    message: str
    doubt: str = ""
    zone_derived: bool = False


@dataclass(frozen=True, slots=True)
class SiteCheck:
    """What quality control leaves of a place's sources.

    Parameters
    ----------
    site
        The place.
    features
        Indexed by date: ``eto_<source>``, ``rs_<source>`` and what else the fusion is given.
    weather
        date, source and the values that are used; what was refused is missing.
    flags
        source, date, column, value, flag, reason.
    findings
        source, column, kind, days, unusable, message.
    assumed
        Indexed by date, a column for each source, see
        :func:`~workbench.evapotranspiration.fusion.features.assumed_inputs`.
    equation
        How ETo was computed from weather.
    of_hours
        What was made of the hours of each source: in words, and whether the time zone was derived.
    """

    site: Site
    features: pd.DataFrame
    weather: pd.DataFrame
    flags: pd.DataFrame
    findings: pd.DataFrame
    assumed: pd.DataFrame
    equation: Equation = Equation.FAO56
    of_hours: tuple[OfHours, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources that give evapotranspiration."""
        return tuple(
            str(name)[len(ETO_PREFIX) :]
            for name in self.features.columns
            if str(name).startswith(ETO_PREFIX) and self.features[name].notna().any()
        )

    def by_source(self) -> pd.DataFrame:
        """Evapotranspiration of each source: date, source, eto [mm/d]."""
        columns = [ETO_PREFIX + source for source in self.sources]
        long = self.features[columns].set_axis(list(self.sources), axis=1)
        melted = long.melt(ignore_index=False, var_name="source", value_name="eto")
        return melted.dropna().reset_index()


def check_site(
    site: Site,
    weather: Mapping[str, pd.DataFrame],
    equation: Equation = Equation.FAO56,
    hours: Mapping[str, pd.DataFrame] | None = None,
    zone: datetime.tzinfo | None = None,
) -> SiteCheck:
    """Check the sources of one place and compute what each gives.

    Parameters
    ----------
    site
        The place.
    weather
        Daily weather by source.
    equation
        How ETo is computed from weather.
    hours
        Hours by source that go through the hourly equation, as of
        :func:`~workbench.evapotranspiration.equation.day_sums.sums_of_hours`.
    zone
        That of their clock, where they do not say it.

    Raises
    ------
    InvalidData
        When no source of the place can be used: with what was found.
    """
    checked = check_sources(weather, site)
    sums, of_hours = _day_sums(site, weather, equation, hours or {}, zone)
    features = source_features(checked, site, equation, sums)
    flags = [item.flags.assign(source=source) for source, item in checked.items() if len(item.flags)]
    kind = pd.CategoricalDtype(list(checked))
    used = [
        item.weather.assign(
            source=pd.Categorical.from_codes([at] * len(item.weather), dtype=kind)
        ).reset_index()
        for at, item in enumerate(checked.values())
    ]
    columns = ["source", "date", "column", "value", "flag", "reason"]
    made = SiteCheck(
        site,
        features,
        pd.concat(used, ignore_index=True),
        pd.concat(flags, ignore_index=True)[columns] if flags else pd.DataFrame(columns=columns),
        findings_table(checked),
        assumed_inputs(checked, site, equation, sums),
        equation,
        of_hours,
    )
    if not made.sources:
        findings = made.findings
        about = findings["unusable"].astype(bool) | findings["column"].isin(["tmax", "tmin"])
        reasons = " ".join(findings[about]["message"]) or "no source has temperatures."
        raise InvalidData(f"{site.name}: no source can be used. {reasons}")
    return made


def _day_sums(
    site: Site,
    weather: Mapping[str, pd.DataFrame],
    equation: Equation,
    hours: Mapping[str, pd.DataFrame],
    zone: datetime.tzinfo | None,
) -> tuple[dict[str, pd.Series], tuple[OfHours, ...]]:
    """Give the sums of the hourly equation of sources that have hours [mm/d], and what is to be said of them."""
    made, said = {}, []
    for source, rows in hours.items():
        try:
            sums = sums_of_hours(rows, site, equation, zone)
        except InvalidData as error:
            said.append(OfHours(f"{source}: the hourly equation is not used", str(error).rstrip(".")))
            continue
        days = weather[source]
        made[source] = sums.eto.reindex(days.index)
        lacking = int(made[source].isna().sum())
        words = f"{source}: ETo of {len(days) - lacking} days is the sum of the hourly equation, clock {sums.zone}"
        if lacking:
            words += f"; {lacking} days whose hours lack an input are computed by the daily one"
        if "eto" in days:
            words += "; its own ETo is not used"
        for column, count in sums.refused.items():
            words += f"; {count} hours of {column} do not occur on Earth and are missing"
        said.append(OfHours(words, sums.doubt, sums.is_derived))
    return made, tuple(said)
