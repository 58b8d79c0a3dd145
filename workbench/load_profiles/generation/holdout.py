"""Accuracy out of sample: years that really came, made from earlier ones with their true targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.hourly_loads.year_hours import YearHours
from workbench.load_profiles.generation.accuracy import accuracy_of
from workbench.load_profiles.generation.generate import meet_targets
from workbench.load_profiles.model.targets import ReconciledTargets, Transform, no_months
from workbench.load_profiles.shapes.choice import ShapeMaker, ShapeSource
from workbench.load_profiles.shapes.day_types import day_kinds


def true_targets(actual: Floats, hours: YearHours) -> ReconciledTargets:
    """Energies and peaks of the months of a year that really came."""
    starts = hours.month_bounds[:-1]
    energy, peak = np.add.reduceat(actual, starts), np.maximum.reduceat(actual, starts)
    return ReconciledTargets(hours.year, energy, peak, no_months(), ())


def hold_out(
    source: ShapeSource, actual: Floats, hours: YearHours, chosen: Transform
) -> tuple[pd.DataFrame, Floats]:
    """Make a year that is known, from base years before it, and compare.

    Parameters
    ----------
    source
        Base years before that year.
    actual
        The actual load [MW].
    hours
        The hours of that year.
    chosen
        Transform whose hours are given back.

    Returns
    -------
    table, load
        year, base_year, shape, transform, chosen and the measures of
        :class:`~workbench.load_profiles.generation.accuracy.Accuracy`, a row each transform; and the hours made by
        the chosen one [MW].
    """
    shape = ShapeMaker(source).make(hours)
    kinds = day_kinds(hours.days, source.is_holiday(hours.days))
    targets = true_targets(actual, hours)
    rows, kept = [], actual
    for transform in Transform:
        load, _, _ = meet_targets(shape.load, hours, targets, transform)
        if transform is chosen:
            kept = load
        rows.append(
            {
                "year": hours.year,
                "base_year": shape.base_year,
                "shape": source.method.value,
                "transform": transform.value,
                "chosen": transform is chosen,
                **asdict(accuracy_of(load, actual, hours, kinds)),
            }
        )
    return pd.DataFrame(rows), kept


def source_before(source: ShapeSource, year: int, years: Mapping[int, object]) -> ShapeSource | None:
    """Give the same source with base years before a year only; ``None`` when there is none.

    Parameters
    ----------
    source
        A source whose ``years`` are all complete years of the history.
    year
        The year that is held out.
    years
        Base years that the settings name; the latest before ``year`` when there is none of them before it.
    """
    before = {base: matrix for base, matrix in source.years.items() if base < year}
    named = {base: before[base] for base in years if base in before}
    if not before:
        return None
    use = named or {max(before): before[max(before)]}
    weather = year if year in source.warmth else source.weather_year
    return replace(source, years=use, weather_year=weather)
