"""One place before fusion: its sources checked, and each source's own evapotranspiration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from workbench.errors import InvalidData
from workbench.evapotranspiration.fusion.features import assumed_inputs, source_features
from workbench.evapotranspiration.model.equations import Equation
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.quality.control import check_sources, findings_table

ETO_PREFIX = "eto_"


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
    """

    site: Site
    features: pd.DataFrame
    weather: pd.DataFrame
    flags: pd.DataFrame
    findings: pd.DataFrame
    assumed: pd.DataFrame
    equation: Equation = Equation.FAO56

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
    site: Site, weather: Mapping[str, pd.DataFrame], equation: Equation = Equation.FAO56
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

    Raises
    ------
    InvalidData
        When no source of the place can be used: with what was found.
    """
    checked = check_sources(weather, site)
    features = source_features(checked, site, equation)
    flags = [item.flags.assign(source=source) for source, item in checked.items() if len(item.flags)]
    used = [item.weather.assign(source=source).reset_index() for source, item in checked.items()]
    columns = ["source", "date", "column", "value", "flag", "reason"]
    made = SiteCheck(
        site,
        features,
        pd.concat(used, ignore_index=True),
        pd.concat(flags, ignore_index=True)[columns] if flags else pd.DataFrame(columns=columns),
        findings_table(checked),
        assumed_inputs(checked, site, equation),
        equation,
    )
    if not made.sources:
        findings = made.findings
        about = findings["unusable"].astype(bool) | findings["column"].isin(["tmax", "tmin"])
        reasons = " ".join(findings[about]["message"]) or "no source has temperatures."
        raise InvalidData(f"{site.name}: no source can be used. {reasons}")
    return made
