"""What one year is made from: its shape, its reconciled targets, and the hours of its overlays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from workbench.data.arrays import Floats
from workbench.errors import InvalidData, SettingError
from workbench.hourly_loads.year_hours import YearHours, hours_of_year
from workbench.load_profiles.config import LoadProfileConfig, PeakLevel, PeaksOf
from workbench.load_profiles.generation.generate import HourlyOverlay, YearTask, shape_with_overlays
from workbench.load_profiles.generation.overlays import annual_energy, overlay_load
from workbench.load_profiles.generation.quarter_hours import quarter_pattern
from workbench.load_profiles.generation.reconciliation import reconcile
from workbench.load_profiles.inputs.reading import LoadInput
from workbench.load_profiles.model.overlays import Counted
from workbench.load_profiles.model.targets import BaseMonths, YearTargets, no_months
from workbench.load_profiles.shapes.choice import Shape, ShapeMaker, base_months
from workbench.load_profiles.shapes.peak_chances import PeakChances, peak_ratios

__all__ = ["likely_peaks", "with_likely_peak", "year_task"]

Energies = Mapping[str, Mapping[int, float]]


def year_task(
    data: LoadInput,
    config: LoadProfileConfig,
    maker: ShapeMaker,
    given: YearTargets,
    turn: int,
    energies: Energies,
) -> YearTask:
    """Prepare one year.

    Parameters
    ----------
    data
        The inputs.
    config
        The settings.
    maker
        Of its shape.
    given
        Its targets.
    turn
        Its number among the target years, for base years in turn.
    energies
        Energy of each overlay by year [GWh].

    Raises
    ------
    InvalidData
        When its targets or overlays do not make a year.
    """
    hours = hours_of_year(given.year, data.first_month, data.history.zone)
    shape = maker.make(hours, turn)
    quarters = quarter_pattern(data.history, hours, shape.base_days)
    of_quarters = config.peaks_of is PeaksOf.QUARTER_HOURS
    if of_quarters and quarters is None:
        raise SettingError(
            "peaks_of is 'quarter_hours', but the history or the shape has none; give readings of 15 minutes or "
            "less and replay single years, or set it to 'hours'.",
            "peaks_of",
            config.peaks_of,
        )

    def own_months(load: Floats) -> BaseMonths:
        if quarters is None or not of_quarters:
            return base_months(load, hours)
        return base_months((load[:, None] + quarters.away(load)).ravel(), hours)

    try:
        reconciled = reconcile(given, own_months(shape.load), hours, config.precedence)
    except ValueError as error:
        raise InvalidData(
            f"The targets of {given.year} do not make a year: {error}{_sources(given)}.", data.path
        ) from error
    load = _without_overlays_of_base_year(config, shape, hours, energies)
    overlays = tuple(
        HourlyOverlay(
            item.name, overlay_load(item, hours, energies[item.name], load), item.effect, item.counted
        )
        for item in config.overlays
    )
    task = YearTask(
        given.year,
        data.first_month,
        data.history.zone,
        load,
        shape.base_year,
        shape.base_days,
        reconciled,
        config.transform,
        overlays,
        quarters=quarters,
        peaks_of_quarters=of_quarters,
    )
    if not any(overlay.counted is Counted.IN_TARGET for overlay in overlays):
        return task
    try:
        # Where the months are free, overlays move energy between them: more sun in March than in July.
        whole = shape_with_overlays(load, hours, reconciled.energy, overlays, by_month=False)
        months = reconcile(given, own_months(whole), hours, config.precedence)
    except (InvalidData, ValueError):
        months = reconciled
    load = shape_with_overlays(load, hours, months.energy, overlays)
    targets = reconcile(given, own_months(load), hours, config.precedence)
    return replace(task, shape=load, reconciled=targets, plain=shape.load, plain_targets=reconciled)


def likely_peaks(task: YearTask, chances: PeakChances, percent: float) -> Floats:
    """Peaks of a year and of its months that are not exceeded in so many percent of years [MW], shape (13,).

    What overlays inside the targets do to the peaks of the shape comes on top of what the history shows.

    Parameters
    ----------
    task
        The year.
    chances
        From the history.
    percent
        The level.
    """
    hours = hours_of_year(task.year, task.first_month, task.zone)
    mean = float(task.reconciled.energy.sum()) / len(hours)
    of_overlays = (
        1.0 if task.plain is None else peak_ratios(task.shape, hours) / peak_ratios(task.plain, hours)
    )
    return np.asarray(mean * chances.ratios(percent) * of_overlays)


def with_likely_peak(
    given: YearTargets, task: YearTask, chances: PeakChances, level: PeakLevel
) -> YearTargets:
    """Give a year the peak of a level, in place of whatever its targets say of peaks."""
    percent = float(level.value.removeprefix("p"))
    return replace(
        given,
        energy=float(task.reconciled.energy.sum()),
        peak=float(likely_peaks(task, chances, percent)[0]),
        monthly_peak=no_months(),
        load_factor=np.nan,
        monthly_load_factor=no_months(),
        places={**given.places, "peak": f"history, {level.value.upper()} (setting peak_level)"},
    )


def _without_overlays_of_base_year(
    config: LoadProfileConfig, shape: Shape, hours: YearHours, energies: Energies
) -> Floats:
    """Take out of a shape what it holds of the overlays already: their hours with the energy of its base year.

    Raises
    ------
    InvalidData
        When an hour would be without load then.
    """
    load = shape.load
    for item in config.overlays:
        if item.in_history:
            energy = annual_energy(item, energies[item.name], shape.base_year)
            of_base_year = replace(item, share=100.0)
            load = load - item.sign * overlay_load(of_base_year, hours, {hours.year: energy}, shape.load)
    if not load.min() > 0 and shape.load.min() > 0:
        at = int(load.argmin())
        names = ", ".join(item.name for item in config.overlays if item.in_history)
        raise InvalidData(
            f"Without {names} of {shape.base_year} the base year would have {load[at]:,.0f} MW at "
            f"{str(hours.local[at]).replace('T', ' ')}: they are more than it measured; set in_history to no, or "
            "lower their energy."
        )
    return load


def _sources(given: YearTargets) -> str:
    places = {name: place for name, place in given.places.items() if np.isfinite(getattr(given, name)).any()}
    listed = ", ".join(f"{name} from the {place}" for name, place in places.items())
    return f"; given are {listed}" if listed else ""
