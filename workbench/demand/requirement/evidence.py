"""Load factor and losses as the measured hours and the sales of actual years show them.

load factor = energy of the hours / (hours x highest hour)
T&D loss    = 1 - net consumption / energy of the hours
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.data.arrays import Floats
from workbench.data.notes import Notes, Weight
from workbench.data.origins import Sourced, prefer
from workbench.demand.config import DemandConfig, SalesBasis
from workbench.demand.inputs.measured_hours import MeasuredHours, MeasuredYear
from workbench.demand.inputs.reading import DemandInput
from workbench.demand.model.roles import Role
from workbench.demand.requirement.requirement import between_points, consumption, requirement

__all__ = [
    "Evidence",
    "contradictions",
    "evidence_of",
    "note_contradicted_forecasts",
    "note_contradiction",
    "note_stated_percentage",
]

CONTRADICTION = 0.03
"""Share by which sales with losses and the measured energy of a year may differ before it is a doubt."""
MAX_LOSS = 60.0
"""Highest loss [%] that may follow from hours and sales, as high as the setting may be."""
YEARS_BEFORE = 3
"""Years whose losses tell what is usual."""
LIKE = 0.5
"""Percentage points by which a stated and a measured percentage may differ before it is noted."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured, by year.

    Parameters
    ----------
    years
        Actual years whose hours are complete.
    load_factors
        Load factor [%] of the last of them and of complete years after it.
    losses
        T&D loss [%] of the last one whose sales are known throughout.
    """

    years: Mapping[int, MeasuredYear] = field(default_factory=dict)
    load_factors: Mapping[int, float] = field(default_factory=dict)
    losses: Mapping[int, float] = field(default_factory=dict)


def contradictions(data: DemandInput, config: DemandConfig) -> Notes:
    """Say before a run where sales, given losses and measured hours contradict each other.

    Parameters
    ----------
    data
        The workbook, with the measured hours.
    config
        May give losses before those of the workbook.
    """
    notes, energy, by_role = Notes(data.path.name), data.sectors.values(), dict[Role, Floats]()
    years = np.arange(min(s.first_year for s in energy), data.last_actual_year + 1)
    for sector in energy:
        line = np.interp(years, list(sector.years), sector.energy, left=0.0, right=np.nan)
        by_role[sector.role] = by_role.get(sector.role, np.zeros(len(years))) + line
    net = consumption(by_role)[1]
    if config.sales_basis is SalesBasis.NET:
        net = net + by_role.get(Role.ROOFTOP_SOLAR, np.zeros(len(years)))
    everything = np.ones(len(years), dtype=bool)
    found = evidence_of(data.measured, years, everything, net, data.last_actual_year, notes)
    for year in found.losses:
        of_year = float(net[years == year][0])
        losses = config.losses or data.losses
        note_contradiction(
            found.losses, losses, of_year, found.years[year].energy, data.measured.place, notes
        )
    return notes


def evidence_of(
    measured: MeasuredHours,
    years: NDArray[np.int64],
    is_actual: NDArray[np.bool_],
    net: Floats,
    last_actual: int,
    notes: Notes,
) -> Evidence:
    """Put hours and sales together.

    Parameters
    ----------
    measured
        The hourly load.
    years, is_actual, net
        The years, whether all their sales are actuals, and their net consumption [GWh].
    last_actual
        Last year with actual sales.
    notes
        Gets a doubt where the two cannot belong together.
    """
    actual = {year: its for year, its in measured.years.items() if year <= last_actual}
    latest = max(actual, default=last_actual)
    factors = {year: its.load_factor for year, its in measured.years.items() if year >= latest}
    pairs = zip(years.tolist(), is_actual.tolist(), net.tolist(), strict=True)
    sales = {year: value for year, known, value in pairs if known and year in actual and np.isfinite(value)}
    losses: dict[int, float] = {}
    for year in sorted(sales)[-1:]:
        loss = 100 * (1 - sales[year] / actual[year].energy)
        if 0 <= loss <= MAX_LOSS:
            losses[year] = loss
            _doubt_change(year, loss, sales, actual, measured.place, notes)
            continue
        notes.doubt(
            f"the sales of {year}, {sales[year]:,.0f} GWh net, and the {actual[year].energy:,.0f} GWh of its "
            f"measured hours cannot belong together: they would make a loss of {loss:,.1f} %. The hours give its "
            "peak and load factor only.",
            weight=Weight.HIGH,
            file=measured.place,
            setting="hourly_file",
            tables=("requirement",),
            years=(year,),
            advice="check the unit of both and whether they are of the same area, or set hourly_file to none",
        )
    return Evidence(actual, factors, losses)


def _doubt_change(
    year: int,
    loss: float,
    sales: Mapping[int, float],
    actual: Mapping[int, MeasuredYear],
    place: str,
    notes: Notes,
) -> None:
    """Doubt a year whose sales and hours do not fit as those of the years before do."""
    before = [100 * (1 - sales[one] / actual[one].energy) for one in sorted(sales) if one < year][
        -YEARS_BEFORE:
    ]
    usual = float(np.median(before)) if len(before) > 1 else loss
    if abs(loss - usual) > 100 * CONTRADICTION:
        notes.doubt(
            f"sales and measured hours of {year} make a loss of {loss:,.1f} %, those of the years before "
            f"{usual:,.1f} %: the {sales[year]:,.0f} GWh net and the {actual[year].energy:,.0f} GWh may be of "
            "different areas, or one of them is incomplete",
            weight=Weight.HIGH,
            file=place,
            tables=("requirement",),
            years=(year,),
            advice="check both, or give the losses in ~Losses or in the setting losses; until then later years "
            "have this loss",
        )


def note_stated_percentage(
    name: str,
    setting: str,
    evidence: Mapping[int, float],
    stated: Mapping[int, float],
    default: float,
    place: str,
    notes: Notes,
) -> None:
    """Say which of two percentages counts in and after the measured year, and the one that is passed over.

    Parameters
    ----------
    name, setting
        Of the quantity, and of the setting that gives it by year.
    evidence
        Percentage by year, from the measured hours.
    stated
        As it is given by year; none where our default would count.
    default
        That default [%].
    place
        Of the hours.
    notes
        Gets the note.
    """
    if not evidence:
        return
    year = max(evidence)
    other = (
        Sourced.given(float(between_points(stated, [year])[0]), f"given for {year}")
        if stated
        else Sourced.assumed(default, "default")
    )
    choice = prefer(name, Sourced.measured(evidence[year], place), other)
    (passed,) = choice.passed_over
    assert passed.value is not None
    if not stated or abs(passed.value - evidence[year]) > LIKE:
        after = " and in the years up to the next one that is given" if stated else " and after it"
        notes.ambiguity(
            f"{name} of {year} is {evidence[year]:.2f} % by its measured hours, which counts in it{after}; "
            f"{passed.value:g} % ({passed.origin}) is passed over",
            weight=Weight.NORMAL if stated else Weight.LOW,
            file=place,
            setting=setting,
            tables=("requirement",),
            years=(year,),
            advice=f"give later years in {setting}, or set hourly_file to none",
        )


def note_contradiction(
    losses: Mapping[int, float],
    stated: Mapping[int, float],
    net: float,
    energy: float,
    place: str,
    notes: Notes,
) -> None:
    """Say that sales with the given losses are not what the hours measured.

    Parameters
    ----------
    losses
        Loss [%] of the year, from hours and sales.
    stated
        Loss [%] as it is given by year.
    net
        Net consumption [GWh] of the year.
    energy
        Of its measured hours [GWh].
    place
        Of the hours.
    notes
        Gets the doubt.
    """
    for year in losses if stated else ():
        needed = float(requirement(np.array([net]), between_points(stated, [year]))[0])
        if abs(needed / energy - 1) > CONTRADICTION:
            notes.doubt(
                f"sales and losses of {year} as given make {needed:,.0f} GWh, its measured hours "
                f"{energy:,.0f} GWh: {100 * (needed / energy - 1):+.1f} %",
                weight=Weight.HIGH,
                file=place,
                setting="losses",
                tables=("requirement",),
                years=(year,),
                advice="correct the losses, the sales or the hours; until then the hours count",
            )


def note_contradicted_forecasts(
    measured: MeasuredHours, table: pd.DataFrame, last_actual: int, notes: Notes
) -> None:
    """Say where a year is forecast though its hours were measured, and they are something else.

    Parameters
    ----------
    measured
        The hourly load.
    table
        Years and their requirement [GWh].
    last_actual
        Last year with actual sales.
    notes
        Gets the doubts.
    """
    forecast = dict(zip(table.year.tolist(), table.requirement.tolist(), strict=True))
    for year, its in measured.years.items():
        if year > last_actual and abs(forecast.get(year, np.nan) / its.energy - 1) > CONTRADICTION:
            notes.doubt(
                f"the requirement of {year} is a forecast of {forecast[year]:,.0f} GWh, its measured hours hold "
                f"{its.energy:,.0f} GWh; the forecast stays, as its sales are not known",
                file=measured.place,
                tables=("requirement",),
                years=(year,),
                advice=f"give the sales of {year}",
            )
