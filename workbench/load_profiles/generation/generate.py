"""One year: the shape brought to its targets, with what is added to it and taken from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from workbench.data.arrays import Floats, Times
from workbench.errors import InvalidData
from workbench.hourly_loads.year_hours import YearHours, hours_of_year
from workbench.load_profiles.generation.quarter_hours import QuarterPattern, quarter_loads
from workbench.load_profiles.generation.transforms import fit_month, lift_minimum
from workbench.load_profiles.model.overlays import Counted, Effect
from workbench.load_profiles.model.targets import ReconciledTargets, Transform


@dataclass(frozen=True, slots=True, eq=False)
class HourlyOverlay:
    """An overlay of one year.

    Parameters
    ----------
    name
        Its name.
    load
        [MW], a positive number also where it is netted.
    effect, counted
        As in the config.
    """

    name: str
    load: Floats
    effect: Effect
    counted: Counted

    @property
    def sign(self) -> int:
        """1 when it raises the load that the grid sees, -1 when it lowers it."""
        return 1 if self.effect is Effect.ADDED else -1


@dataclass(frozen=True, slots=True, eq=False)
class YearTask:
    """Everything that one year is made from; picklable, the unit of a run.

    Parameters
    ----------
    year, first_month, zone
        The year, see :func:`~workbench.hourly_loads.year_hours.hours_of_year`.
    shape
        Hours before the targets are met [MW].
    base_year, base_days
        Where they come from.
    reconciled
        What each month must meet.
    transform
        How.
    overlays
        What is added and netted.
    plain, plain_targets
        The shape of the base year as it is, and what each month must meet with it; none where no overlay lies
        inside the targets.
    quarters
        How the quarters of an hour differ from it, as :func:`quarter_pattern` gives it.
    peaks_of_quarters
        Whether the peaks and minima to meet are those of quarter hours.
    """

    year: int
    first_month: int
    zone: str
    shape: Floats
    base_year: int
    base_days: Times
    reconciled: ReconciledTargets
    transform: Transform = Transform.TAIL_DAY
    overlays: Sequence[HourlyOverlay] = ()
    plain: Floats | None = None
    plain_targets: ReconciledTargets | None = None
    quarters: QuarterPattern | None = None
    peaks_of_quarters: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class MadeYear:
    """A year that meets its targets.

    Parameters
    ----------
    year
        The year.
    planned
        The load that meets the targets [MW].
    load
        What the grid sees: with what is added and without what is netted on top of the targets.
    gross
        The load with all that is netted put back.
    overlays
        Name -> [MW].
    base_year, base_days
        Where the shape comes from.
    reconciled
        The targets.
    transforms, notes
        Of each month.
    base_shape
        The load that meets the same targets with the shape of the base year alone [MW], where overlays lie inside
        them and it can.
    quarters
        Load of each quarter of the hours [MW], shape (hours, 4), where the history has them.
    planned_quarters
        The same of the load that meets the targets, where these are of quarter hours.
    """

    year: int
    planned: Floats
    load: Floats
    gross: Floats
    overlays: Mapping[str, Floats]
    base_year: int
    base_days: Times
    reconciled: ReconciledTargets
    transforms: tuple[Transform, ...]
    notes: tuple[str, ...] = field(default=())
    base_shape: Floats | None = None
    quarters: Floats | None = None
    planned_quarters: Floats | None = None

    @property
    def meeting(self) -> Floats:
        """The values that meet the targets [MW], in order: quarter hours where these are of them, else hours."""
        return self.planned if self.planned_quarters is None else self.planned_quarters.ravel()


def make_year(task: YearTask) -> MadeYear:
    """Make one year.

    Parameters
    ----------
    task
        What it is made from.

    Raises
    ------
    InvalidData
        When a month cannot have its energy and peak with this shape; names the month and says what is possible.
    """
    hours = hours_of_year(task.year, task.first_month, task.zone)
    planned_quarters = None
    if task.peaks_of_quarters and task.quarters is not None:
        shape = (task.shape[:, None] + task.quarters.away(task.shape)).ravel()
        values, transforms, notes = meet_targets(shape, hours, task.reconciled, task.transform)
        planned_quarters = values.reshape(-1, 4)
        planned = planned_quarters.mean(axis=1)
    else:
        planned, transforms, notes = meet_targets(task.shape, hours, task.reconciled, task.transform)
    load, gross = planned.copy(), planned.copy()
    for overlay in task.overlays:
        if overlay.counted is Counted.ON_TOP:
            load += overlay.sign * overlay.load
            if overlay.effect is Effect.ADDED:
                gross += overlay.load
        elif overlay.effect is Effect.NETTED:
            gross += overlay.load
    return MadeYear(
        task.year,
        planned,
        load,
        gross,
        {overlay.name: overlay.load for overlay in task.overlays},
        task.base_year,
        task.base_days,
        task.reconciled,
        transforms,
        notes,
        _with_base_shape(task, hours),
        _quarters(task, planned, planned_quarters, load, hours),
        planned_quarters,
    )


def _quarters(
    task: YearTask, planned: Floats, planned_quarters: Floats | None, load: Floats, hours: YearHours
) -> Floats | None:
    """Give the quarters of what the grid sees; what overlays add on top is the same in all four."""
    if planned_quarters is not None:
        return np.asarray(planned_quarters + (load - planned)[:, None])
    return None if task.quarters is None else quarter_loads(load, task.quarters, hours)


def _with_base_shape(task: YearTask, hours: YearHours) -> Floats | None:
    if task.plain is None or task.plain_targets is None:
        return None
    try:
        return meet_targets(task.plain, hours, task.plain_targets, task.transform)[0]
    except InvalidData:
        # Only a comparison: the year itself was made.
        return None


def meet_targets(
    shape: Floats, hours: YearHours, reconciled: ReconciledTargets, transform: Transform = Transform.TAIL_DAY
) -> tuple[Floats, tuple[Transform, ...], tuple[str, ...]]:
    """Bring every month of a shape to its energy, peak and minimum.

    Parameters
    ----------
    shape
        Hours of the year, or equal parts of them in order [MW].
    hours
        The hours of the year.
    reconciled
        What each month must meet.
    transform
        Which one to try first.

    Returns
    -------
    load, transforms, notes
        The hours or parts [MW]; the transform that was used in each month, and what is to say about it.

    Raises
    ------
    InvalidData
        When a month cannot have its energy and peak with this shape.
    """
    parts = len(shape) // len(hours)
    bounds, day = hours.month_bounds * parts, np.repeat(hours.day, parts)
    load = np.empty(len(shape))
    used, notes = [], []
    for month, (first, last) in enumerate(pairwise(bounds)):
        energy, peak = float(reconciled.energy[month]), float(reconciled.peak[month])
        try:
            fitted = fit_month(shape[first:last], day[first:last], energy * parts, peak, transform)
            load[first:last] = fitted.load
            if not np.isnan(reconciled.minimum[month]):
                load[first:last] = lift_minimum(fitted.load, float(reconciled.minimum[month]))
        except ValueError as error:
            name = hours.month_names[month]
            raise InvalidData(
                f"{name} of {reconciled.year} cannot have {energy / 1000:,.1f} GWh and a peak of {peak:,.0f} "
                f"MW: {error}."
            ) from error
        used.append(fitted.transform)
        notes.append(fitted.note)
    return load, tuple(used), tuple(notes)


def shape_with_overlays(
    shape: Floats,
    hours: YearHours,
    energy: Floats,
    overlays: Sequence[HourlyOverlay],
    *,
    by_month: bool = True,
) -> Floats:
    """Give the shape of a load that holds overlays already: the rest scaled to what they leave of the energy.

    Parameters
    ----------
    shape
        Hours of the load without them.
    hours
        The hours of the year.
    energy
        Energy of each month [MWh], overlays included.
    overlays
        Those that the targets hold; others are passed over.
    by_month
        Keep the energy of each month, and not only that of the year.

    Raises
    ------
    InvalidData
        When they leave no energy, or would make an hour negative.
    """
    inside = [overlay for overlay in overlays if overlay.counted is Counted.IN_TARGET]
    if not inside:
        return shape
    change = np.sum([overlay.sign * overlay.load for overlay in inside], axis=0)
    starts = hours.month_bounds[:-1]
    held = np.add.reduceat(change, starts)
    left = energy - held if by_month else np.full(len(energy), (energy.sum() - held.sum()) / len(energy))
    names = ", ".join(overlay.name for overlay in inside)
    if (left <= 0).any():
        month = int(left.argmin())
        raise InvalidData(
            f"{names} hold {-float(left[month] - energy[month]) / 1000:,.1f} GWh in "
            f"{hours.month_names[month]} of "
            f"{hours.year}, more than the whole target of {energy[month] / 1000:,.1f} GWh; lower them or "
            f"count them on top."
        )
    own = np.add.reduceat(shape, starts)
    scale = left / (own if by_month else own.mean())
    total = shape * scale[hours.month] + change
    if total.min() <= 0 < shape.min():
        at = int(total.argmin())
        when = str(hours.local[at]).replace("T", " ")
        raise InvalidData(
            f"{names} would bring the load to {total[at]:,.0f} MW at {when} of {hours.year}; lower the "
            f"energy or the share, "
            "count it on top of the targets, or name it in plain_layers where it is a layer of the demand scenario."
        )
    return np.asarray(total)
