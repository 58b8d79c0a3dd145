"""A made-up market that behaves like one: demand, weather, spiky and negative prices, storage, flows.

For demonstrations, tests and benchmarks, where the real data is not at hand. Everything is a function of the
seed and of the day alone, so that any range can be made by itself and neighbouring ranges fit together. What
is modelled (:mod:`workbench.market.sample.state`):

- demand of a region: season, week and two daily peaks; rooftop solar lowers what is left for the market;
- wind and clouds: sums of slow waves of fixed random phases; solar follows the height of the sun;
- the price rises with the share of the dispatchable capacity that is needed: below nothing when there is too
  much sun and wind (which then is curtailed: cleared stays under UIGF), at random a spike, and on some evenings
  a stretch of a quarter to one and a half hours of high prices;
- coal runs between its minimum and its capacity, gas and water fill up; batteries charge in the cheapest hours
  of a day and discharge in the most expensive, 85 % of what they took; interconnectors carry from the cheaper
  to the more expensive region within limits that move.

It is not a model of any real market, and its numbers are nobody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from workbench.data.projects.project import Project
from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import (
    DAY,
    Minutes,
    Time,
    ceil_to,
    day_of,
    floor_to,
    month_of,
    period_bounds,
    to_minutes,
    to_stamps,
)
from workbench.market.model.nem import NEM
from workbench.market.model.tables import TABLES, USUAL
from workbench.market.model.units import MarketUnit, UnitKind
from workbench.market.sample.description import MADE_UP_MARKET, TITLE
from workbench.market.sample.state import Floats, State, state_of
from workbench.market.sample.units import sample_units
from workbench.market.store.dataset import create_dataset, dataset_names, market_folder
from workbench.market.store.months import schema_of
from workbench.market.store.publication import writing

SEED = 2025
FIRST = "2025-07-01"
DAYS = 28
UNITS = 60


@dataclass(frozen=True, slots=True)
class SampleMarket:
    """A made-up market; of the NEM where files in its layouts are to be written, see :data:`MADE_UP_MARKET`.

    Parameters
    ----------
    units
        Its units.
    description
        Its regions, cadences and interconnectors.
    seed
        The same seed gives the same numbers.
    """

    units: tuple[MarketUnit, ...]
    description: MarketDescription = NEM
    seed: int = SEED

    @classmethod
    def make(
        cls, units: int = UNITS, *, description: MarketDescription = NEM, seed: int = SEED
    ) -> SampleMarket:
        """Make a market with a number of units."""
        return cls(sample_units(units, description, np.random.default_rng(seed)), description, seed)

    def frames(self, start: Time, end: Time) -> dict[str, pl.DataFrame]:
        """Make the raw rows of a range.

        Parameters
        ----------
        start, end
            Range ``(start, end]`` of stamps on the market's clock.

        Returns
        -------
        dict
            Raw table -> rows, in the order of stamp and series.
        """
        interval = self.description.interval_minutes
        first, last = to_minutes(start), to_minutes(end)
        # Whole days are made, because what a battery does depends on all prices of its day.
        stamps = np.arange(floor_to(first, DAY) + interval, ceil_to(last, DAY) + 1, interval, dtype=np.int64)
        asked = (stamps > first) & (stamps <= last)
        return _tables(self, stamps[asked], state_of(self.units, self.description, self.seed, stamps, asked))


def _tables(market: SampleMarket, stamps: Minutes, state: State) -> dict[str, pl.DataFrame]:
    description = market.description
    interval = description.interval_minutes
    discharged, charged = _batteries(market, state.units)
    regional = {
        "demand": state.demand,
        "solar_uigf": state.solar[0],
        "solar_cleared": state.solar[1],
        "wind_uigf": state.wind[0],
        "wind_cleared": state.wind[1],
        "battery_storage": np.full_like(state.demand, np.nan),
        "battery_generation": discharged,
        "battery_load": charged,
        "net_interchange": _net_exports(market, state.flow),
    }
    losses = np.round(0.01 + 0.00004 * state.flow**2, 5)
    flows = {
        "flow": state.flow,
        "target": state.flow,
        "losses": losses,
        "export_limit": state.limit[0],
        "import_limit": state.limit[1],
    }
    names = [unit.name for unit in market.units]
    regions, links = description.region_names, description.interconnector_names
    long = {
        "unit_power": _long("unit_power", stamps, names, {"mw": state.units.T}, interval),
        "price": _long("price", stamps, regions, {"rrp": state.price}, interval),
        "region": _long("region", stamps, regions, regional, interval),
        "flow": _long("flow", stamps, links, flows, interval),
    }
    rooftop = _rooftop(market, stamps, state.rooftop)
    return long if rooftop is None else {**long, "rooftop": rooftop}


def _batteries(market: SampleMarket, units: Floats) -> tuple[Floats, Floats]:
    regions = market.description.region_names
    out, back = np.zeros((len(regions), len(units))), np.zeros((len(regions), len(units)))
    for at, unit in enumerate(market.units):
        if unit.fuel in market.description.storage_fuels:
            power = -units[:, at] if unit.kind is UnitKind.LOAD else units[:, at]
            out[regions.index(unit.region)] += np.clip(power, 0, None)
            back[regions.index(unit.region)] += np.clip(-power, 0, None)
    return np.round(out, 3), np.round(back, 3)


def _net_exports(market: SampleMarket, flow: Floats) -> Floats:
    regions = market.description.region_names
    net = np.zeros((len(regions), flow.shape[1]))
    for at, link in enumerate(market.description.interconnectors):
        net[regions.index(link.from_region)] += flow[at]
        net[regions.index(link.to_region)] -= flow[at]
    return np.round(net, 2)


def _rooftop(market: SampleMarket, stamps: Minutes, power: Floats) -> pl.DataFrame | None:
    """Half-hourly means of whole half hours, for regions and - as shares of them - their parts."""
    description = market.description
    cadence, interval = description.cadences_of("rooftop")[0], description.interval_minutes
    width = cadence // interval
    skip = (ceil_to(int(stamps[0]) - interval, cadence) - (int(stamps[0]) - interval)) // interval
    halves = (len(stamps) - skip) // width
    if halves <= 0:
        return None
    inside = slice(skip, skip + halves * width)
    mean = power[:, inside].reshape(len(power), halves, width).mean(axis=2)
    regions = description.region_names
    rows = [*mean]
    for part in description.subregions:
        siblings = [item.name for item in description.subregions if item.parent == part.parent]
        weights = np.arange(1.0, len(siblings) + 1)
        rows.append(mean[regions.index(part.parent)] * weights[siblings.index(part.name)] / weights.sum())
    values = {"mw": np.round(np.array(rows), 3), "quality": np.ones((len(rows), halves))}
    return _long("rooftop", stamps[inside][width - 1 :: width], description.rooftop_areas, values, cadence)


def _long(
    name: str, stamps: Minutes, series: Sequence[str], values: dict[str, Floats], minutes: int
) -> pl.DataFrame:
    """Lay arrays of shape (series, times) out as rows, by stamp and series, published when the interval ends."""
    table = TABLES[name]
    order = np.argsort(np.array(series))
    labels = pl.Series(np.array(series)[order].tolist(), dtype=pl.Enum(sorted(series)))
    when = pl.Series(to_stamps(stamps).astype("datetime64[ms]"))
    count, times = len(series), len(stamps)
    columns = {
        "stamp": when.gather(np.repeat(np.arange(times), count)),
        table.key: labels.gather(np.tile(np.arange(count), times)).cast(pl.String),
    }
    for column, array in values.items():
        columns[column] = pl.Series(array[order].T.reshape(-1)).fill_nan(None)
    frame = pl.DataFrame(columns).with_columns(
        *(pl.lit(None, pl.Float64).alias(value) for value in table.value_names if value not in values),
        minutes=pl.lit(minutes, pl.Int16),
        rank=pl.lit(USUAL, pl.Int8),
        published=pl.col("stamp"),
    )
    return frame.select(table.columns).cast(schema_of(table))


def months_between(start: Time, end: Time) -> Iterator[tuple[np.datetime64, np.datetime64]]:
    """Cut a range ``(start, end]`` at the ends of months."""
    first, last = to_minutes(start), to_minutes(end)
    interval = 1
    while first < last:
        finish = min(last, period_bounds(month_of(first + interval))[1])
        yield np.datetime64(first, "m"), np.datetime64(finish, "m")
        first = finish


def make_sample_dataset(
    folder: Path | str,
    *,
    start: Time = FIRST,
    days: int = DAYS,
    units: int = UNITS,
    seed: int = SEED,
    description: MarketDescription = MADE_UP_MARKET,
    holes: bool = True,
) -> Path:
    """Make and publish a dataset of a made-up market.

    Parameters
    ----------
    folder
        Of the dataset; see :func:`workbench.market.store.dataset.market_folder`.
    start, days
        First midnight, and how many days.
    units
        How many units.
    seed
        The same seed gives the same dataset.
    description
        Of the market; the names of its regions and links are made up too when it is left out.
    holes
        Leave out what really gets lost, so that it can be seen to be found: three stamps of all dispatch results
        in the middle of the last day but one, and an hour of all units' output on the first day; and leave one
        unit out of the register.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    market = SampleMarket.make(units, description=description, seed=seed)
    folder = create_dataset(folder, replace(description, title=TITLE, made_up=True))
    first = to_minutes(start)
    last = first + days * DAY
    register = market.units[:-1] if holes else market.units
    with writing(folder) as writer:
        for begin, end in months_between(np.datetime64(first, "m"), np.datetime64(last, "m")):
            frames = market.frames(begin, end)
            if holes:
                frames = {table: _with_holes(table, frame, first, last) for table, frame in frames.items()}
            writer.publish(frames, register=register, newest_month=day_of(last)[:7])
    return folder


def add_sample(project: Project, dataset: str = "sample", **options: Any) -> Path:
    """Make a made-up market in a project's results, unless a dataset of that name is there already.

    Parameters
    ----------
    project
        The project.
    dataset
        Name of the dataset.
    **options
        As of :func:`make_sample_dataset`: ``start``, ``days``, ``units``, ``seed``, ``holes``.

    Returns
    -------
    Path
        The folder of the dataset.

    Raises
    ------
    UnwritableFile
        When the operating system refuses.
    """
    project.require_writable()
    folder = market_folder(project, dataset)
    return folder if dataset in dataset_names(project) else make_sample_dataset(folder, **options)


def _with_holes(table: str, frame: pl.DataFrame, first: int, last: int) -> pl.DataFrame:
    minutes = pl.col("stamp").dt.epoch("ms") // 60_000
    if table == "unit_power":
        return frame.filter((minutes <= first + 600) | (minutes > first + 660))
    if table in ("price", "region", "flow"):
        lost = last - 2 * DAY + 720
        return frame.filter(~minutes.is_in([lost, lost + 35, lost + 190]))
    return frame
