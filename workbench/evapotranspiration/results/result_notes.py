"""What a person has to know of a result: missing places and days, assumed inputs, doubtful and unused ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.data.arrays import Booleans
from workbench.data.notes import Notes, Weight
from workbench.data.unused_settings import note_unused_settings
from workbench.evapotranspiration.config import EvapotranspirationConfig
from workbench.evapotranspiration.equation.missing_inputs import INPUTS
from workbench.evapotranspiration.fusion.lead_time import error_growth
from workbench.evapotranspiration.fusion.pooling import Basis
from workbench.evapotranspiration.fusion.site_check import SiteCheck
from workbench.evapotranspiration.fusion.site_fusion import SiteFusion
from workbench.evapotranspiration.inputs.downloads import HEIGHT_UNKNOWN, Gathered, SitePlan
from workbench.evapotranspiration.inputs.reading import EtoInput
from workbench.evapotranspiration.model.catalogue import title_of
from workbench.evapotranspiration.model.equations import EQUATIONS, GRASS
from workbench.evapotranspiration.results.without_effect import without_effect

_ADVICE: Mapping[str, tuple[str, str, str]] = {
    "radiation estimated": ("rs", "taken from the range of temperature", "give rs [MJ/m2/d]"),
    "humidity estimated": ("rh", "taken from tmin as dew point", "give rh [%] or tdew [degC]"),
    "wind assumed": ("u2", "assumed at 2 m/s", "give u2 [m/s]"),
}
"""Text of an input -> its column, what was done, and what the user can do."""


def notes_of(
    config: EvapotranspirationConfig,
    data: EtoInput,
    plans: Sequence[SitePlan],
    gathered: Gathered,
    checks: Mapping[str, SiteCheck],
    elevations: Mapping[str, str],
    fused: Mapping[str, SiteFusion],
    daily: pd.DataFrame,
    words: str,
    failed: Mapping[str, str],
) -> Notes:
    """Put together the notes of a result; parameters as of :func:`~.result_tables.assemble`, and its days."""
    notes = Notes()
    for name, reason in failed.items():
        notes.omission(reason if name in reason else f"{name}: {reason}")
    _note_days(notes, daily)
    for name, origin in elevations.items():
        if origin == HEIGHT_UNKNOWN and name in fused:
            notes.assumption(f"{name}: its height is not known and assumed as 0 m", column="elevation")
    for name, item in fused.items():
        for source in checks[name].sources:
            weight = f"weight_{source}"
            if weight not in item.table or not (item.table[weight] > 0).any():
                notes.unused(
                    f"{name}: {source} counts on no day: its errors are not known, those of other sources are",
                    weight=Weight.NORMAL,
                )
        if item.basis == Basis.STATION and len(checks[name].sources) > 1:
            notes.assumption(f"{name}: {item.explanation.rstrip('.')}", weight=Weight.LOW, setting="stations")
        for hours in checks[name].of_hours:
            notes.change(f"{name}, {hours.message}", column="eto", tables=("daily",))
            if hours.zone_derived:
                notes.assumption(
                    f"{name}: the time zone of its hours is not known, and derived",
                    weight=Weight.LOW,
                    setting="time_zone",
                )
            if hours.doubt:
                notes.doubt(f"{name}, {hours.message.partition(':')[0]}: {hours.doubt}", setting="time_zone")
    if config.equation not in GRASS:
        title = EQUATIONS[config.equation].title
        notes.assumption(
            f"ETo is that of {title}: a service's own ETo and references are of FAO-56 and not used, and standard "
            "errors are the usual ones of FAO-56 with these sources, except where a station teaches them",
            setting="equation",
        )
    if says(daily["reason"], "days ahead").any():
        notes.assumption(
            "the standard error of a forecast grows with the days ahead, to "
            f"{error_growth(np.array(7.0)):.2f} times in a week",
            weight=Weight.LOW,
            setting="ahead",
        )
    if any(item.basis == Basis.SOURCE_ERRORS for item in fused.values()):
        notes.assumption(words, weight=Weight.LOW, setting="reference_file")
    notes.add_problems(data.problems)
    for plan in plans:
        for text in plan.notes:
            notes.unused(text)
    for text in gathered.failures:
        notes.unused(text, weight=Weight.NORMAL)
    for text in gathered.notes:
        notes.doubt(text)
    _note_own_estimates(notes, gathered)
    _note_findings(notes, checks)
    stations = [name for name, item in fused.items() if item.station]
    note_unused_settings(config, without_effect(config, data, plans, stations), notes)
    for file, columns in data.unused.items():
        for column in columns:
            notes.unused(
                "not read", file=file, column=column, setting="left_out" if column in config.left_out else ""
            )
    return notes


def _note_days(notes: Notes, daily: pd.DataFrame) -> None:
    tables = ("daily", "monthly", "sites")
    for site, days in daily.groupby("site", sort=False, observed=True):
        known = days[days["eto"].notna()]
        lost = days[days["eto"].isna()]
        if len(lost):
            years = sorted({int(year) for year in lost["date"].dt.year})
            notes.omission(f"{site}: {len(lost)} of {len(days)} days have no ETo", tables=tables, years=years)
        for text in INPUTS:
            touched = known[says(known["inputs"], text)]
            if len(touched):
                column, words, advice = _ADVICE[text]
                notes.assumption(
                    f"{site}: {text.partition(' ')[0]} {words} on {len(touched)} of {len(known)} days",
                    column=column,
                    tables=tables,
                    years=sorted({int(year) for year in touched["date"].dt.year}),
                    advice=advice,
                )


def says(column: pd.Series, text: str) -> Booleans:
    """Whether the texts of a column of categories have another in them; each is looked at once."""
    has = np.array([text in str(one) for one in column.cat.categories], dtype=bool)
    codes = column.cat.codes.to_numpy()
    return np.asarray(has[codes] & (codes >= 0) if len(has) else codes >= 0, dtype=bool)


def _note_own_estimates(notes: Notes, gathered: Gathered) -> None:
    """Say where the days of one source are in part its own estimates and in part computed here."""
    for site, sources in gathered.weather.items():
        for source, weather in sources.items():
            lacking = int(weather["eto"].isna().sum()) if "eto" in weather else 0
            if 0 < lacking < len(weather):
                notes.ambiguity(
                    f"{site}, {title_of(source)}: its own ETo is missing on {lacking} of {len(weather)} days, and "
                    "computed from its weather there",
                    weight=Weight.LOW,
                    column="eto",
                    tables=("daily",),
                )


def _note_findings(notes: Notes, checks: Mapping[str, SiteCheck]) -> None:
    for site, check in checks.items():
        for finding in check.findings.to_dict("records"):
            text = f"{site}, {title_of(finding['source'])}: {finding['message']}"
            if finding["unusable"]:
                notes.unused(text, weight=Weight.NORMAL, column=finding["column"])
            else:
                notes.doubt(text, column=finding["column"])
