"""Whether the hours of the profiles meet what they were made for, and the tables agree with the hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from workbench.data.audit import require_equal
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.generation.generate import MadeYear
from workbench.load_profiles.model.overlays import Counted, Effect
from workbench.load_profiles.model.targets import Transform
from workbench.load_profiles.results.saved import LoadProfileResult

ROUNDING = 1e-6
"""MW or MWh that sums of numbers near zero may differ by."""


def audit(
    result: LoadProfileResult, made: Sequence[MadeYear], inherited: Mapping[int, float] | None = None
) -> None:
    """Check energy and peak of every month against the targets, tables against hours, and years against the demand.

    Parameters
    ----------
    result
        Before it is saved.
    made
        What its years were made from.
    inherited
        Energy by year as the saved demand scenario has it [GWh], of the years that take it from there.

    Raises
    ------
    UnbalancedResult
        Naming the first two numbers that differ.
    """
    for item in made:
        _check_targets(item, result)
        _check_tables(item.year, result)
        requirement = (inherited or {}).get(item.year)
        # Where targets contradict each other the energy may have yielded, which is noted.
        if requirement is not None and not item.reconciled.conflicts:
            energy = float(item.planned.sum()) / 1000
            require_equal(
                f"energy of {item.year} [GWh]", "the hours", energy, "the demand scenario", requirement
            )


def _check_targets(item: MadeYear, result: LoadProfileResult) -> None:
    hours = hours_of_year(item.year, result.first_month, result.zone)
    values, asked = item.meeting, item.reconciled
    parts = len(values) // len(hours)
    starts = hours.month_bounds[:-1] * parts
    energy, peak = np.add.reduceat(values, starts) / parts, np.maximum.reduceat(values, starts)
    for month, name in enumerate(hours.month_names):
        when = f"of {name} {item.year}"
        require_equal(
            f"energy {when} [MWh]",
            "the hours",
            energy[month],
            "the target",
            asked.energy[month],
            absolute=ROUNDING,
        )
        # Scaling meets the energy only; it is chosen in the settings, or where the peak is free.
        if item.transforms[month] is not Transform.MONTHLY_SCALING:
            require_equal(f"peak {when} [MW]", "the hours", peak[month], "the target", asked.peak[month])


def _check_tables(year: int, result: LoadProfileResult) -> None:
    hours = result.hourly[year]
    load = hours["load"].to_numpy(dtype=float)
    years = result.table("years").set_index("year")
    of_year, peak = float(years["energy"][year]), float(years["peak"][year])
    months = result.table("months")
    of_months = float(months[months.year == year].energy.sum())
    require_equal(f"energy of {year} [GWh]", "the hours", load.sum() / 1000, "the table of years", of_year)
    require_equal(f"energy of {year} [GWh]", "the months", of_months, "the year", of_year)
    require_equal(f"peak of {year} [MW]", "the hours", load.max(), "the table of years", peak)
    on_top = sum(
        (1 if overlay.effect is Effect.ADDED else -1) * hours[overlay.name].to_numpy(dtype=float)
        for overlay in result.config.overlays
        if overlay.counted is Counted.ON_TOP
    )
    planned = hours["planned"] if "planned" in hours else hours["load"]
    away = load - planned.to_numpy(dtype=float) - on_top
    at = int(np.abs(away).argmax())
    require_equal(
        f"load of hour {at + 1} of {year} [MW]",
        "the load",
        load[at],
        "the planned load and its overlays",
        load[at] - away[at],
        absolute=ROUNDING,
    )
