"""From the steps of a run to the tables of its result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.evapotranspiration.config import EvapotranspirationConfig
from workbench.evapotranspiration.equation.missing_inputs import INPUTS, origins
from workbench.evapotranspiration.fusion.site_check import SiteCheck
from workbench.evapotranspiration.fusion.site_fusion import SiteFusion
from workbench.evapotranspiration.inputs.downloads import Gathered, SitePlan
from workbench.evapotranspiration.inputs.places.gazetteer import ATTRIBUTION
from workbench.evapotranspiration.inputs.reading import EtoInput
from workbench.evapotranspiration.model.catalogue import ELEVATION, SOURCES
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS
from workbench.evapotranspiration.results.climate import monthly_climate
from workbench.evapotranspiration.results.result_notes import notes_of
from workbench.evapotranspiration.results.saved import DAILY_COLUMNS, EtoResult
from workbench.version import package_version

MONTHLY_COLUMNS = ("site", "month", "years", "eto", "eto_p10", "eto_p90", "precip", "balance")
WEIGHT_PREFIX = "weight_"
NO_SOURCE = "no source has this day"
RAIN_ORDER = ("openmeteo_archive", "openmeteo_forecast", "nasa_power", "nws_forecast", "met_norway")
"""Whose rain is taken where several have it and no station is at the place; never a mean, which would make drizzle
of every shower."""


def assemble(
    config: EvapotranspirationConfig,
    data: EtoInput,
    plans: Sequence[SitePlan],
    gathered: Gathered,
    checks: Mapping[str, SiteCheck],
    elevations: Mapping[str, str],
    fused: Mapping[str, SiteFusion],
    words: str,
    failed: Mapping[str, str],
) -> EtoResult:
    """Make the result of what the steps have given.

    Parameters
    ----------
    config, data, plans, gathered, checks, fused
        Of the steps.
    elevations
        Where the height of each place is from.
    words
        What the fusion has learned from.
    failed
        Places without a result -> why.
    """
    done = [plan for plan in plans if plan.place.name in fused]
    daily = pd.concat([_days_of(plan, checks, fused) for plan in done], ignore_index=True)
    weights = [name for name in daily.columns if str(name).startswith(WEIGHT_PREFIX)]
    daily = daily[[*DAILY_COLUMNS, *weights]]
    tables = {
        "daily": daily,
        "sources": _long(done, {name: item.by_source() for name, item in checks.items()}),
        "weather": _long(done, {name: item.weather for name, item in checks.items()}),
        "flags": _long(done, {name: item.flags for name, item in checks.items()}),
        "findings": _all_of(done, {name: item.findings for name, item in checks.items()}),
        "sites": _sites(done, checks, elevations, fused, daily),
        "downloads": gathered.table(),
        "monthly": monthly_table(daily),
    }
    notes = notes_of(config, data, plans, gathered, checks, elevations, fused, daily, words, failed)
    facts = {
        "files": dict(data.files),
        "failed_sites": dict(failed),
        "learned_from": words,
        "credits": _credits(config, gathered, elevations),
        "package_version": package_version(),
        "made_up": data.made_up,
    }
    return EtoResult(config.scenario, config, tables, notes, facts)


def monthly_table(daily: pd.DataFrame) -> pd.DataFrame:
    """Describe the months of each site, see :func:`workbench.evapotranspiration.results.climate.monthly_climate`.

    Parameters
    ----------
    daily
        site, date, eto and precip [mm/d].

    Returns
    -------
    DataFrame
        site, month (1 to 12, those that came whole), years, eto, eto_p10, eto_p90, precip, balance [mm/month].
    """
    parts = []
    for site, days in daily.groupby("site", sort=False):
        months = monthly_climate(days.set_index("date")[["eto", "precip"]])
        parts.append(months[months["years"] > 0].reset_index().assign(site=site))
    return pd.concat(parts, ignore_index=True)[list(MONTHLY_COLUMNS)]


def _days_of(
    plan: SitePlan, checks: Mapping[str, SiteCheck], fused: Mapping[str, SiteFusion]
) -> pd.DataFrame:
    name = plan.place.name
    asked = pd.date_range(plan.first, plan.last, freq="D", unit="s", name="date")
    table = fused[name].table.reindex(asked)
    missing = table["eto"].isna()
    for column, value in (("grade", "low"), ("sources", ""), ("reason", NO_SOURCE)):
        table[column] = table[column].astype(object).where(~(missing & table[column].isna()), value)
    table["inputs"] = _inputs(checks[name], table)
    table["precip"] = _rain(checks[name], fused[name].station).reindex(asked)
    table["balance"] = table["precip"] - table["eto"]
    return table.reset_index().assign(site=name)


def _inputs(check: SiteCheck, table: pd.DataFrame) -> list[str]:
    """Say of each day which inputs of the sources it is made of were estimated or assumed; "given" for none."""
    bits = check.assumed.reindex(table.index, fill_value=0)
    found = np.zeros(len(table), dtype=np.uint8)
    parts = table["sources"].astype(str).str.split(" + ", regex=False)
    for source in bits.columns:
        has_part = np.array([source in used for used in parts], dtype=bool)
        found |= np.where(has_part, bits[source].to_numpy(), 0).astype(np.uint8)
    known = table["eto"].notna()
    return [(text or "given") if has else "" for text, has in zip(origins(found), known, strict=True)]


def _rain(check: SiteCheck, station: str) -> pd.Series:
    weather = check.weather
    found = pd.Series(dtype=float)
    if "precip" not in weather:
        return found
    present = [str(source) for source in weather["source"].unique()]
    order = [source for source in (station, *RAIN_ORDER) if source in present]
    for source in (*order, *(source for source in present if source not in order)):
        own = weather[weather["source"] == source].set_index("date")["precip"].dropna()
        found = own if found.empty else found.combine_first(own)
    return found


def _all_of(plans: Sequence[SitePlan], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    parts = [tables[plan.place.name].assign(site=plan.place.name) for plan in plans]
    full = [part for part in parts if len(part)] or parts[:1]
    joined = pd.concat(full, ignore_index=True)
    return joined[["site", *(name for name in joined.columns if name != "site")]]


def _long(plans: Sequence[SitePlan], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    cut = {}
    for plan in plans:
        table = tables[plan.place.name]
        first, last = pd.Timestamp(plan.first), pd.Timestamp(plan.last)
        cut[plan.place.name] = (
            table[(table["date"] >= first) & (table["date"] <= last)] if len(table) else table
        )
    joined = _all_of(plans, cut)
    usual = [name for name in ("site", "date", "source", *WEATHER_COLUMNS) if name in joined]
    return joined[[*usual, *(name for name in joined.columns if name not in usual)]]


def _sites(
    plans: Sequence[SitePlan],
    checks: Mapping[str, SiteCheck],
    elevations: Mapping[str, str],
    fused: Mapping[str, SiteFusion],
    daily: pd.DataFrame,
) -> pd.DataFrame:
    rows = []
    for plan in plans:
        site = checks[plan.place.name].site
        days = daily[daily["site"] == site.name]
        known = days.dropna(subset=["eto"])
        shares = known["grade"].value_counts(normalize=True) * 100
        both = known.dropna(subset=["precip"])
        rows.append(
            {
                "site": site.name,
                "latitude": site.latitude,
                "longitude": site.longitude,
                "elevation": site.elevation,
                "elevation_from": elevations[site.name],
                "basis": fused[site.name].basis,
                "explanation": fused[site.name].explanation,
                "days": len(known),
                "missing_days": int(len(days) - len(known)),
                "mean_eto": float(known["eto"].mean()),
                "mean_error": float(known["standard_error"].mean()),
                "total_eto": float(known["eto"].sum()),
                "total_precip": float(both["precip"].sum()) if len(both) else np.nan,
                "total_balance": float(both["balance"].sum()) if len(both) else np.nan,
                **{
                    text.replace(" ", "_"): 100.0 * float(known["inputs"].str.contains(text).mean())
                    for text in INPUTS
                },
                **{f"{grade}_grade": float(shares.get(grade, 0.0)) for grade in ("high", "medium", "low")},
            }
        )
    return pd.DataFrame(rows)


def _credits(
    config: EvapotranspirationConfig, gathered: Gathered, elevations: Mapping[str, str]
) -> list[str]:
    used = {str(source) for sources in gathered.weather.values() for source in sources}
    credits_ = [facts.credit for facts in SOURCES.values() if facts.id in used]
    if ELEVATION.title in elevations.values():
        credits_.append(ELEVATION.credit)
    if config.place and not any(character.isdigit() for character in config.place):
        credits_.append(ATTRIBUTION)
    return list(dict.fromkeys(credits_))
