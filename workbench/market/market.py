"""A project's market data as one object: every question is a method, every answer shows and draws itself."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.data.made_up import MADE_UP
from workbench.data.projects.project import Project
from workbench.market import queries
from workbench.market.model.answer import Answer
from workbench.market.model.clock import written
from workbench.market.model.period import Period, Resolution
from workbench.market.queries import By
from workbench.market.results.asking import Asking, grouping, resolution_named
from workbench.market.results.drawing import grouped_figure, series_figure
from workbench.market.results.saved import last_notes
from workbench.market.store.dataset import dataset_names, find_dataset
from workbench.market.store.reading import MarketData

if TYPE_CHECKING:
    from workbench.data.comparison.comparison import Comparison

__all__ = ["Market"]


class Market(Asking):
    """The market data of a project; make it with :meth:`open`.

    Periods are text, on the market's own clock: ``"2025"``, ``"2025-Q3"``, ``"2025-07"``, ``"2025-07-14"``,
    ``"2025-07-01/2025-07-08"`` (with the last day), ``"last 7 days"`` (of the data). Names are found in any case.

    Parameters
    ----------
    data
        The data; its methods answer what has none here.

    Examples
    --------
    >>> from workbench import Project
    >>> from workbench.market import Market, add_sample
    >>> project = Project.create(folder, "A market")
    >>> _ = add_sample(project, days=8, units=12)
    >>> market = Market.open(project)
    >>> prices = market.prices("2025-07-01/2025-07-07")
    >>> prices.names
    ('Begin', 'End', 'Centre', 'North', 'South', 'West', 'Island')
    >>> market.generation("last 7 days", region="West", resolution="day").to_pandas().shape[0]
    7
    >>> figure = market.revenue("2025-07", by="station").plot()
    """

    @classmethod
    def open(cls, project: Project | Path | str, dataset: str | None = None) -> Market:
        """Open the market data of a project, as they are now; :meth:`refresh` looks for newer ones.

        Parameters
        ----------
        project, dataset
            Which one, see :func:`~workbench.market.store.dataset.find_dataset`: of a project ``"nem"`` or the only
            one when left out.

        Raises
        ------
        UnknownName, SettingError, UnreadableFile
            When there is none of that name, none that can be chosen, or none at all.
        """
        data = MarketData.open(find_dataset(project, dataset))
        data.require_readings()
        return cls(data)

    @staticmethod
    def datasets(project: Project) -> tuple[str, ...]:
        """Name the datasets of a project that can be opened."""
        return dataset_names(project)

    def __repr__(self) -> str:
        return f"<Market {self.name!r}: {self._summary()}>"

    def _repr_html_(self) -> str:
        lists = {"Regions": self.regions, "Fuels": self.fuels, "Interconnectors": self.interconnectors}
        lines = "".join(f"<li>{name}: {html.escape(', '.join(found))}</li>" for name, found in lists.items())
        return f"<b>{html.escape(f'Market {self.name}: {self._summary()}')}</b><ul>{lines}</ul>"

    def _summary(self) -> str:
        data, made_up = self.data, f"{MADE_UP}, " if self.data.description.made_up else ""
        return (
            f"{data.description.title}, {made_up}version {data.version}, {len(data.units)} units, "
            f"{written(data.first)} to {written(data.last)} {self.clock}"
        )

    def __enter__(self) -> Market:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the version go; answers stay usable."""
        self.data.close()

    def refresh(self) -> bool:
        """Read the newest version from now on; say whether there was a newer one."""
        return self.data.refresh()

    def changes_from(self, before: Market) -> Comparison:
        """Say what changed since another dataset, or an earlier version: files, rows, prices and energy."""
        from workbench.market.results.changes import market_changes

        notes = last_notes(before.data.folder), last_notes(self.data.folder)
        return market_changes(before.data, self.data, notes)

    def station_names(
        self, search: str = "", *, region: str | None = None, fuel: str | None = None
    ) -> list[str]:
        """Name the stations whose name, owner, unit or fuel holds all words of a text."""
        scope = self._scope(region, fuel)
        return list(queries.find_stations(self.data, search=search, **scope))

    # prices

    def prices(
        self, period: Period | str, *, by: str = "time", resolution: Resolution | str | None = None
    ) -> Answer:
        """Time-weighted mean price of each region, over time or by the hour of the day [currency/MWh].

        Parameters
        ----------
        period
            Which stretch of time.
        by
            ``"time"`` or ``"hour"``.
        resolution
            Of a series: ``"5 min"``, ``"30 min"``, ``"hour"``, ``"day"``, ``"week"`` or ``"month"``; one that fits
            the period when left out.
        """
        unit = f"[{self.data.description.currency}/MWh]"
        if grouping(by, "time", "hour") == "hour":
            draw = grouped_figure("hours_chart", f"Mean price {unit}")
            return self._ask(queries.prices_by_hour, period, draw)
        draw = series_figure("lines_chart", self.clock, f"Price {unit}")
        return self._ask(queries.prices, period, draw, resolution=resolution_named(resolution))

    def price_statistics(self, period: Period | str) -> Answer:
        """Mean, spread and extremes of each region's price."""
        return self._ask(queries.price_statistics, period)

    def price_bands(self, period: Period | str) -> Answer:
        """Time in each price band and what it adds to the mean price, by region."""
        return self._ask(queries.price_bands, period, grouped_figure("bands_chart"))

    def price_events(
        self, period: Period | str, *, region: str | None = None, threshold: float = 300.0
    ) -> Answer:
        """Stretches with prices at or above a threshold [currency/MWh], the longest first."""
        return self._ask(queries.price_events, period, **self._scope(region), threshold=threshold)

    def price_duration(self, period: Period | str) -> Answer:
        """Price that is reached or exceeded for a share of the time, by region."""
        return self._ask(queries.price_duration, period, grouped_figure("duration_chart"))

    def ancillary_prices(
        self, period: Period | str, *, region: str, resolution: Resolution | str | None = None
    ) -> Answer:
        """Mean price of each ancillary service of a region, where the files have them; as for :meth:`prices`."""
        draw = series_figure("lines_chart", self.clock, "Price")
        return self._ask(
            queries.ancillary_prices, period, draw, region=region, resolution=resolution_named(resolution)
        )

    # generation

    def generation(
        self,
        period: Period | str,
        *,
        by: str = "fuel",
        region: str | None = None,
        resolution: Resolution | str | None = None,
    ) -> Answer:
        """Mean power of each fuel [MW], over time or by the hour of the day.

        Parameters
        ----------
        period
            Which stretch of time.
        by
            ``"fuel"`` for a series of each fuel, ``"hour"`` for each fuel by the hour of the day.
        region
            One region, or all of them.
        resolution
            As for :meth:`prices`.
        """
        if grouping(by, "fuel", "hour") == "hour":
            draw = grouped_figure("hours_chart", "Mean power [MW]", by_fuel=True)
            return self._ask(queries.generation_by_hour, period, draw, **self._scope(region))
        draw = series_figure("mix_chart", self.clock)
        scope = self._scope(region)
        return self._ask(queries.generation, period, draw, **scope, resolution=resolution_named(resolution))

    def fuel_totals(self, period: Period | str, *, region: str | None = None) -> Answer:
        """Energy, share, revenue, capture price and capacity factor of each fuel."""
        draw = grouped_figure("bars_chart", "Energy", by_fuel=True)
        return self._ask(queries.fuel_totals, period, draw, **self._scope(region))

    def shares(
        self, period: Period | str, *, region: str | None = None, resolution: Resolution | str = "month"
    ) -> Answer:
        """Share of each fuel, and of all renewables, in the generation [%]."""
        draw = series_figure("share_chart", self.clock, "Renewables")
        scope = self._scope(region)
        return self._ask(queries.penetration, period, draw, **scope, resolution=resolution_named(resolution))

    def year_before(self, period: Period | str, *, region: str | None = None) -> Answer:
        """Energy at the pace of a year and price of each fuel, now and 52 weeks before."""
        draw = grouped_figure("comparison_chart", "Energy before", "Energy now")
        return self._ask(queries.comparison, period, draw, **self._scope(region))

    def evening_peak(self, period: Period | str, *, region: str | None = None) -> Answer:
        """Mean power by fuel, demand and price from 17:00 to 22:00 of each day."""
        draw = grouped_figure("evening_chart")
        return self._ask(queries.evening_peak, period, draw, **self._scope(region))

    def curtailment(
        self, period: Period | str, *, region: str | None = None, resolution: Resolution | str | None = None
    ) -> Answer:
        """Mean solar and wind power that was available and not dispatched [MW]."""
        draw, scope = series_figure("curtailment_chart", self.clock), self._scope(region)
        return self._ask(queries.curtailment, period, draw, **scope, resolution=resolution_named(resolution))

    def emissions(
        self,
        period: Period | str,
        *,
        by: str = "fuel",
        region: str | None = None,
        resolution: Resolution | str | None = None,
    ) -> Answer:
        """Emissions by fuel or region, or the intensity over time, with the source of each factor.

        Parameters
        ----------
        period
            Which stretch of time.
        by
            ``"fuel"``, ``"region"`` or ``"time"``.
        region
            One region, or all of them.
        resolution
            Of a series, as for :meth:`prices`.
        """
        match grouping(by, "fuel", "region", "time"):
            case "region":
                return self._ask(
                    queries.emissions_by_region, period, grouped_figure("bars_chart", "Emissions")
                )
            case "time":
                draw = series_figure("lines_chart", self.clock, "Intensity [kg/MWh]", names=("Intensity",))
                found = resolution_named(resolution)
                return self._ask(queries.intensity, period, draw, **self._scope(region), resolution=found)
        draw = grouped_figure("bars_chart", "Emissions", by_fuel=True)
        return self._ask(queries.emissions, period, draw, **self._scope(region))

    def records(self, period: Period | str, *, region: str | None = None) -> Answer:
        """Highest power of each fuel and of demand in all data up to the end of a period, and when it was."""
        return self._ask(queries.records, period, **self._scope(region))

    def rooftop(self, period: Period | str, *, resolution: Resolution | str | None = None) -> Answer:
        """Mean rooftop power of each region [MW]."""
        draw = series_figure("lines_chart", self.clock, "Mean power [MW]")
        return self._ask(queries.rooftop, period, draw, resolution=resolution_named(resolution))

    # stations, batteries, flows

    def revenue(
        self,
        period: Period | str,
        *,
        by: By | str = "fuel",
        region: str | None = None,
        fuel: str | None = None,
    ) -> Answer:
        """Energy, revenue and average price, the highest revenue first.

        Parameters
        ----------
        period
            Which stretch of time.
        by
            ``"fuel"``, ``"region"``, ``"station"`` or ``"unit"``.
        region, fuel
            Only units of this region and fuel.
        """
        chosen = By(grouping(by, *By))
        draw = grouped_figure("bars_chart", "Revenue", by_fuel=chosen is By.FUEL)
        return self._ask(queries.revenue_by, period, draw, by=chosen, **self._scope(region, fuel))

    def stations(
        self, period: Period | str, search: str = "", *, region: str | None = None, fuel: str | None = None
    ) -> Answer:
        """Capacity, energy, capacity factor and revenue of the units of the stations that are found."""
        return self._ask(queries.station_table, period, search=search, **self._scope(region, fuel))

    def station(
        self, period: Period | str, name: str, *, resolution: Resolution | str | None = None
    ) -> Answer:
        """Mean net power of each unit of a station, and the price of its region."""
        draw = series_figure("station_chart", self.clock)
        found = resolution_named(resolution)
        return self._ask(queries.station_series, period, draw, station=name, resolution=found)

    def batteries(self, period: Period | str, *, by: str = "station", region: str | None = None) -> Answer:
        """Figures of each battery station, or the power of all of them over time or by the hour of the day.

        Parameters
        ----------
        period
            Which stretch of time.
        by
            ``"station"``, ``"time"`` or ``"hour"``.
        region
            One region, or all of them.
        """
        query, draw = {
            "station": (queries.batteries, grouped_figure("bars_chart", "Net revenue")),
            "time": (queries.battery_power, series_figure("battery_chart", self.clock)),
            "hour": (queries.batteries_by_hour, grouped_figure("hours_chart", "Mean power [MW]")),
        }[grouping(by, "station", "time", "hour")]
        return self._ask(query, period, draw, **self._scope(region))

    def flows(
        self,
        period: Period | str,
        interconnector: str | None = None,
        *,
        resolution: Resolution | str | None = None,
    ) -> Answer:
        """Energy in both directions and time at the limits of each interconnector, or the flow of one over time."""
        if interconnector is None:
            return self._ask(queries.flow_totals, period)
        draw, found = series_figure("flow_chart", self.clock), resolution_named(resolution)
        return self._ask(queries.interconnector_flow, period, draw, name=interconnector, resolution=found)

    # the data themselves

    def coverage(self, period: Period | str | None = None) -> Answer:
        """Span of each table, the time that it covers, and how far it lags behind."""
        return queries.coverage(self.data, None if period is None else self.period(period))

    def gaps(self, period: Period | str | None = None) -> Answer:
        """Holes in the data, the newest first."""
        return queries.gaps(self.data, None if period is None else self.period(period))
