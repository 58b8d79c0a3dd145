"""What meets the evening peak, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions import EVENING_PEAK_HOURS, day_of, in_hours, volume_weighted
from workbench.market.definitions.energy import Floats, ratio
from workbench.market.model.answer import Answer, Column
from workbench.market.model.asking import asked
from workbench.market.model.period import Period, bucket_resolution, cut
from workbench.market.queries.flows import net_import_energy
from workbench.market.queries.generation import DEMAND, NET_IMPORTS, energy_by_fuel
from workbench.market.queries.scope import answer, named, only, region_rows
from workbench.market.queries.sums import covered_hours, gathered, rooftop_hours, sums_of
from workbench.market.store.resolution import Subject

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

DAY = "Day"


@asked
def evening_peak(
    data: MarketData,
    period: Period,
    *,
    region: str | None = None,
    hours: tuple[int, int] = EVENING_PEAK_HOURS,
) -> Answer:
    """Mean power by fuel, demand and price in the evening hours of each day.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    region
        One region, or all of them.
    hours
        Begin of the first hour and of the first hour after: (17, 22) has the half-hours that end at 17:30 to 22:00.

    Returns
    -------
    Answer
        ``Day``, a column per fuel [MW] (storage: discharge), of one region ``Net imports`` [MW], ``Demand`` [MW],
        and the demand-weighted ``Price``.
    """
    bins = cut(period, bucket_resolution(data.description), data.description)
    chosen = in_hours(bins.ends, bins.resolution.minutes, hours)
    days, places = np.unique(day_of(bins.ends[chosen], bins.resolution.minutes), return_inverse=True)

    def by_day(values: Floats) -> Floats:
        return gathered(values[..., chosen], places, len(days))

    found = energy_by_fuel(data, bins, region, by_day)
    outward = found.outward
    covered = by_day(covered_hours(data, bins))
    roofs = by_day(rooftop_hours(data, bins, region))
    columns = [Column(DAY, days)]
    columns += [
        Column(fuel.name, ratio(outward[place], roofs if fuel.rooftop else covered), "MW")
        for place, fuel in enumerate(data.description.fuels)
        if outward[place].any()
    ]
    if region is not None:
        amount_in, known = net_import_energy(data, bins, region)
        columns.append(Column(NET_IMPORTS, ratio(by_day(amount_in), by_day(known)), "MW"))
    wanted = ["demand_mwh", "demand_minutes", "demand_cost", "demand_priced_mwh"]
    loads = sums_of(data, Subject.REGION, bins, wanted, series=only(region))
    rows = region_rows(data, loads.labels[0], region)
    amount = {name: by_day(loads[name][rows]) for name in wanted}
    columns.append(
        Column(DEMAND, ratio(amount["demand_mwh"], amount["demand_minutes"] / 60.0).sum(axis=0), "MW")
    )
    price = volume_weighted(amount["demand_cost"].sum(axis=0), amount["demand_priced_mwh"].sum(axis=0))
    columns.append(Column("Price", price, data.description.price_unit))
    columns += found.lacks_columns
    title = named(f"Evening peak {hours[0]:02d}:00 to {hours[1]:02d}:00", region, period)
    return answer(data, title, columns, period, found.source, found.note)
