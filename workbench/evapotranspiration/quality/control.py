"""Quality control of daily weather: each value keeps its flag and reason, nothing is changed.

The checks, in this order: structure (``quality_structure``), limits (``quality_limits``), units and stuck values
(``quality_series``), and how sources agree with one another (``quality_sources``).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from workbench.errors import InvalidData
from workbench.evapotranspiration.model.site import Site
from workbench.evapotranspiration.quality.flags import (
    Checked,
    Finding,
    Flag,
    Kind,
    Marks,
    no_flags,
    shown,
)
from workbench.evapotranspiration.quality.limits import mark_limits
from workbench.evapotranspiration.quality.series import mark_stuck, unit_findings
from workbench.evapotranspiration.quality.sources import compare_sources
from workbench.evapotranspiration.quality.structure import daily_table, missing_days

__all__ = ["Checked", "Finding", "Flag", "Kind", "check_source", "check_sources"]


def check_source(weather: pd.DataFrame, site: Site, source: str = "weather") -> Checked:
    """Check the weather of one source by itself.

    Parameters
    ----------
    weather
        Daily weather, indexed by date.
    site
        The place it is of.
    source
        Name for flags and sentences.

    Returns
    -------
    Checked
        The weather with flags and findings.

    Raises
    ------
    InvalidData
        When it is not daily weather of one place: rows without dates, hourly or doubled rows, no known column,
        text where numbers are expected, temperatures in Fahrenheit or kelvin.
    """
    table = daily_table(weather, source)
    checked = _checked(table, site, source)
    if {"tmax", "tmin"} & checked.unusable and "eto" not in table:
        checked.require_usable()
    return checked


def check_sources(weather: Mapping[str, pd.DataFrame], site: Site) -> dict[str, Checked]:
    """Check the sources of one place, each by itself and beside the others.

    Parameters
    ----------
    weather
        Daily weather by source.
    site
        The place they are of.

    Returns
    -------
    dict
        One result a source. A source that is not daily weather at all is there too, with nothing usable and the
        reason among its findings, so that it costs itself and not the others.
    """
    alone = {}
    for source, table in weather.items():
        try:
            alone[source] = _checked(daily_table(table, source), site, source)
        except InvalidData as error:
            finding = Finding(Kind.STRUCTURE, source, "", str(error), len(table), unusable=True)
            empty = pd.DataFrame(index=pd.DatetimeIndex([], name="date"))
            alone[source] = Checked(source, empty, no_flags(), (finding,))
    return compare_sources(alone, site)


def findings_table(checked: Mapping[str, Checked]) -> pd.DataFrame:
    """List the findings of all sources: source, column, kind, days, unusable, message."""
    rows = [
        (item.source, item.column, item.kind.value, item.days, item.unusable, item.message)
        for one in checked.values()
        for item in one.findings
    ]
    return pd.DataFrame(rows, columns=["source", "column", "kind", "days", "unusable", "message"])


def _checked(table: pd.DataFrame, site: Site, source: str) -> Checked:
    findings = [*missing_days(table, source), *unit_findings(table, site, source)]
    marks = Marks(table)
    wrong_unit = [item.column for item in findings if item.kind is Kind.UNIT]
    mark_limits(table.drop(columns=wrong_unit), site, marks)
    findings += mark_stuck(table.drop(columns=wrong_unit), source, marks)
    flags = marks.table()
    return Checked(source, table, flags, (*_summed(flags, source), *findings))


def _summed(flags: pd.DataFrame, source: str) -> list[Finding]:
    """One finding for each column and kind of flag, with the values seen."""
    found = []
    for (column, flag), rows in flags.groupby(["column", "flag"], sort=False):
        if "in a row" in str(rows["reason"].iloc[0]):
            continue
        kind = Kind.RADIATION if column == "rs" and flag == Flag.SUSPECT.value else Kind.LIMITS
        use = "is used" if flag == Flag.SUSPECT.value else "is not used"
        example = f"{shown(rows['date'])}: {rows['reason'].iloc[0]}"
        message = f"{source}: '{column}' is {flag} on {len(rows)} days ({example}); what is {flag} {use}."
        found.append(Finding(kind, source, str(column), message, len(rows)))
    return found
