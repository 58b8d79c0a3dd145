"""A period beside the previous comparable one: a year earlier, the same weekdays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.market.definitions import annualised_energy, volume_weighted
from workbench.market.definitions.energy import Floats, ratio
from workbench.market.model.answer import LACKS, Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.period import Bins, Period, Resolution
from workbench.market.queries.completeness import lacks_of_sums, whole_totals
from workbench.market.queries.generation import flat_price, fuel_sums
from workbench.market.queries.scope import answer, check_scope, named
from workbench.market.queries.sums import covered_hours, rooftop_hours

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData


@asked
def comparison(data: MarketData, period: Period, *, region: str | None = None) -> Answer:
    """Energy at the pace of a year and average price of each fuel, now and a year before.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    region
        One region, or all of them.

    Returns
    -------
    Answer
        One row per fuel: energy [TWh/a] and price, before, now and the change. Where a period has no data its
        numbers are missing; energy of a period with gaps is that of the hours that are covered.
    """
    check_scope(data, region)
    before = period.comparable()
    now_energy, now_price, now_lacks, source = _by_fuel(data, period, region)
    old_energy, old_price, old_lacks, _ = _by_fuel(data, before, region)
    kept = np.flatnonzero((np.nan_to_num(now_energy) > 0) | (np.nan_to_num(old_energy) > 0))
    price = data.description.price_unit
    columns = [
        Column("Fuel", texts([data.description.fuel_names[place] for place in kept])),
        Column("Energy before", old_energy[kept], "TWh/a"),
        Column("Energy now", now_energy[kept], "TWh/a"),
        Column("Change of energy", (100.0 * ratio(now_energy - old_energy, old_energy))[kept], "%"),
        Column("Price before", old_price[kept], price),
        Column("Price now", now_price[kept], price),
        Column("Change of price", (now_price - old_price)[kept], price),
    ]
    lacks = np.fmax(now_lacks, old_lacks)[kept]
    if np.nan_to_num(lacks).any():
        columns.append(Column(LACKS, lacks, "%"))
    notes = [f"Compared with {before}, 52 weeks earlier, so that weekdays match."]
    missing = _share_missing(data, before)
    if missing > 0.005:
        notes.append(f"{missing:.0%} of the earlier period has no data.")
    flat, old_flat = flat_price(data, period, region), flat_price(data, before, region)
    if np.isfinite(flat) and np.isfinite(old_flat):
        notes.append(f"Time-weighted price {old_flat:,.2f} before, {flat:,.2f} {price} now.")
    return answer(data, named("Comparison", region, period), columns, period, source, *notes)


def _by_fuel(data: MarketData, period: Period, region: str | None) -> tuple[Floats, Floats, Floats, str]:
    sums, source = fuel_sums(data, period, region)
    whole = Bins(np.array([period.begin, period.end]), Resolution.DAY)
    hours, roofs = covered_hours(data, whole)[0], rooftop_hours(data, whole, region)[0]
    length = np.array([roofs if fuel.rooftop else hours for fuel in data.description.fuels])
    price = volume_weighted(sums["out_revenue"], sums["out_priced_mwh"])
    energy = annualised_energy(whole_totals(sums, gaps=False)["energy"], length) / 1e6
    return energy, price, np.where(np.isnan(energy), np.nan, lacks_of_sums(sums)), source


def _share_missing(data: MarketData, period: Period) -> float:
    whole = Bins(np.array([period.begin, period.end]), Resolution.DAY)
    return 1.0 - float(covered_hours(data, whole)[0]) / period.hours
