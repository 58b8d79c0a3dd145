"""How the mix changes: shares of fuels, and energy at the pace of a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions import annualised_energy, renewable_share
from workbench.market.definitions.energy import Floats
from workbench.market.model.answer import Answer, Column
from workbench.market.model.asking import asked
from workbench.market.model.period import Period, Resolution, cut
from workbench.market.queries.generation import energy_by_fuel
from workbench.market.queries.scope import answer, named, time_columns
from workbench.market.queries.sums import covered_hours, rooftop_hours

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

RENEWABLES = "Renewables"
ROLLING_DAYS = 30


@asked
def penetration(
    data: MarketData, period: Period, *, region: str | None = None, resolution: Resolution = Resolution.MONTH
) -> Answer:
    """Share of each fuel, and of all renewables, in the generation of each bin.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    region
        One region, or all of them.
    resolution
        Length of the bins.

    Returns
    -------
    Answer
        ``Begin``, ``End``, ``Renewables`` and a column per fuel [%]. Storage is on neither side: it gives back what
        others generated.
    """
    bins = cut(period, resolution, data.description)
    found = energy_by_fuel(data, bins, region)
    outward, fuels = found.outward, data.description.fuels
    generating = np.array([not fuel.storage for fuel in fuels])
    renewable = generating & np.array([fuel.renewable for fuel in fuels])
    total = outward[generating].sum(axis=0)
    columns = [
        *time_columns(bins),
        Column(RENEWABLES, renewable_share(outward[renewable].sum(axis=0), total), "%"),
    ]
    columns += [
        Column(fuel.name, renewable_share(outward[place], total), "%")
        for place, fuel in enumerate(fuels)
        if generating[place] and outward[place].any()
    ]
    columns += found.lacks_columns
    return answer(
        data, named("Share of generation", region, period), columns, period, found.source, found.note
    )


@asked
def annualised(
    data: MarketData, period: Period, *, region: str | None = None, days: int = ROLLING_DAYS
) -> Answer:
    """Energy of each fuel at the pace of the last days, as energy of a year.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    region
        One region, or all of them.
    days
        Length of the rolling window; a day at the beginning is left out until its window lies within the period.

    Returns
    -------
    Answer
        ``Begin`` and ``End`` of the last day of each window, a column per fuel [TWh/a]; what the hours without data
        would have held is not guessed but left out of both energy and time.
    """
    bins = cut(period, Resolution.DAY, data.description)
    found = energy_by_fuel(data, bins, region, lambda values: _rolling(values, days))
    outward = found.outward
    hours, on_roofs = covered_hours(data, bins), rooftop_hours(data, bins, region)
    columns = [Column(c.name, c.cells[days - 1 :]) for c in time_columns(bins)]
    if len(bins) >= days:
        columns += [
            Column(
                fuel.name,
                annualised_energy(outward[place], _rolling(on_roofs if fuel.rooftop else hours, days)) / 1e6,
                "TWh/a",
            )
            for place, fuel in enumerate(data.description.fuels)
            if outward[place].any()
        ]
        columns += found.lacks_columns
    title = named(f"Energy at the pace of {days} days", region, period)
    short = "" if len(bins) >= days else f"The period is shorter than the window of {days} days."
    return answer(data, title, columns, period, found.source, short, found.note)


def _rolling(values: Floats, count: int) -> Floats:
    sums = np.concatenate((np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)), axis=-1)
    rolled: Floats = sums[..., count:] - sums[..., :-count]
    return rolled
