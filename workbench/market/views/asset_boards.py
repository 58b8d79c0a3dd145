"""Boards of stations, batteries and fuels over the years: Stations, Batteries, Trends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ipywidgets

from workbench.market.model.answer import Answer
from workbench.market.model.period import Period, Resolution
from workbench.market.queries import (
    By,
    annualised,
    batteries,
    batteries_by_hour,
    battery_power,
    comparison,
    find_stations,
    fuel_totals,
    penetration,
    revenue_by,
    station_series,
    station_table,
    station_units,
)
from workbench.market.queries.trends import RENEWABLES
from workbench.market.results import charts, charts_by_group
from workbench.market.results.figure_style import fuel_colour
from workbench.market.views.board import Panel
from workbench.market.views.headlines import battery_tiles, generation_tiles, revenue_tiles
from workbench.market.views.panels import MarketBoard, Tabs
from workbench.runs.model.read_only import is_viewer
from workbench.ui.headline import tiles_html
from workbench.ui.tabs import choice

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts import Theme

__all__ = ["BatteriesBoard", "StationsBoard", "TrendsBoard"]

ALL_FUELS = "All fuels"


class StationsBoard(MarketBoard):
    """Stations and their units: search, output beside the price, revenue.

    Parameters
    ----------
    data
        The market's data.
    """

    title = "Stations"

    def tabs(self) -> Tabs:
        """Give the tabs of the board."""
        return {
            "Station": self._station,
            "Units": lambda: (Panel(self._units),),
            "Revenue": self._revenue,
            "Data": self.data_tab,
        }

    def headline(self, period: Period) -> str:
        """Give energy and revenue of the region and the fuel as tiles."""
        found = revenue_by(self.data, period, By.REGION, region=self.chosen_region, fuel=self.chosen_fuel)
        return tiles_html(revenue_tiles(found, self.data.description, self.screen.style))

    def filters(self) -> Sequence[ipywidgets.Widget]:
        """Give fuel, search and station; untrusted visitors choose from lists only."""
        fuels = [fuel for fuel in self.data.description.fuel_names if fuel in set(self.data.units.fuels)]
        self.fuel = choice("Fuel", [ALL_FUELS, *fuels])
        self.by = choice(
            "Revenue by", {by.capitalize(): by for by in (By.STATION, By.UNIT, By.FUEL, By.REGION)}
        )
        self.search = ipywidgets.Text(
            description="Search", placeholder="station, owner, unit", continuous_update=False
        )
        self.station = choice("Station", find_stations(self.data))
        for control in (self.region, self.fuel, self.search):
            control.observe(lambda _: self._offer_stations(), "value")
        lists = (self.fuel, self.station, self.by)
        return lists if is_viewer() else (self.fuel, self.search, self.station, self.by)

    def acting(self) -> Mapping[ipywidgets.Widget, Sequence[str]]:
        """Show a choice beside what it chooses; fuel and search also say which stations are offered."""
        about = ("Station", "Units", "Revenue")
        return {
            self.station: ("Station",),
            self.by: ("Revenue",),
            self.fuel: about,
            self.search: ("Station", "Units"),
        }

    @property
    def chosen_fuel(self) -> str | None:
        """The fuel that is shown; None for all of them."""
        return None if self.fuel.value == ALL_FUELS else str(self.fuel.value)

    def _offer_stations(self) -> None:
        found = self._found()
        if tuple(self.station.options) == found:
            return
        kept, self.quiet = self.station.value, True
        # Choosing nothing first: a list cannot lose the entry that is chosen.
        self.station.value = None
        self.station.options = found
        self.station.value = kept if kept in found else found[0] if found else None
        self.quiet = False

    def _found(self) -> tuple[str, ...]:
        return find_stations(
            self.data, search=self._searched(), region=self.chosen_region, fuel=self.chosen_fuel
        )

    def _searched(self) -> str:
        return "" if is_viewer() else self.search.value

    def _station(self) -> Sequence[Panel]:
        def series(period: Period) -> Answer:
            resolution = self.chosen_resolution
            return station_series(self.data, period, self._chosen_station(), resolution=resolution)

        return (
            Panel(
                series,
                lambda answer, theme: charts.station_chart(answer, self.clock, theme=theme),
                zooms=True,
            ),
            Panel(lambda period: station_units(self.data, period, self._chosen_station())),
        )

    def _chosen_station(self) -> str:
        if self.station.value is None:
            if not len(self.data.units):
                raise LookupError("the data have no units, only prices and the like of regions")
            raise LookupError("no station fits the filters; widen the search, the region or the fuel")
        return str(self.station.value)

    def _units(self, period: Period) -> Answer:
        return station_table(
            self.data, period, search=self._searched(), region=self.chosen_region, fuel=self.chosen_fuel
        )

    def _revenue(self) -> Sequence[Panel]:
        def ask(period: Period) -> Answer:
            return revenue_by(
                self.data, period, self.by.value, region=self.chosen_region, fuel=self.chosen_fuel
            )

        return (
            Panel(
                ask,
                lambda answer, theme: charts_by_group.bars_chart(
                    answer, "Revenue", by_fuel=self.by.value is By.FUEL, theme=theme
                ),
            ),
        )


class BatteriesBoard(MarketBoard):
    """What batteries take, give and earn.

    Parameters
    ----------
    data
        The market's data.
    """

    title = "Batteries"

    def tabs(self) -> Tabs:
        """Give the tabs of the board."""
        return {
            "Fleet": self._fleet,
            "Power": self._power,
            "Time of day": self._by_hour,
            "Data": self.data_tab,
        }

    def headline(self, period: Period) -> str:
        """Give what the fleet holds, gave and earned as tiles."""
        fleet = batteries(self.data, period, region=self.chosen_region)
        return tiles_html(battery_tiles(fleet, self.data.description, self.screen.style))

    def _fleet(self) -> Sequence[Panel]:
        def ask(period: Period) -> Answer:
            return batteries(self.data, period, region=self.chosen_region)

        return (self.bars(ask, "Net revenue"), Panel(ask))

    def _power(self) -> Sequence[Panel]:
        return (
            Panel(
                lambda period: battery_power(
                    self.data, period, region=self.chosen_region, resolution=self.chosen_resolution
                ),
                lambda answer, theme: charts.battery_chart(answer, self.clock, theme=theme),
                zooms=True,
            ),
            self.price_lines(),
        )

    def _by_hour(self) -> Sequence[Panel]:
        return (
            Panel(
                lambda period: batteries_by_hour(self.data, period, region=self.chosen_region),
                lambda answer, theme: charts_by_group.hours_chart(answer, "Mean power [MW]", theme=theme),
            ),
        )


class TrendsBoard(MarketBoard):
    """How the mix changes over the months.

    Parameters
    ----------
    data
        The market's data.
    """

    title = "Trends"
    resolutions = (Resolution.DAY, Resolution.WEEK, Resolution.MONTH)

    def tabs(self) -> Tabs:
        """Give the tabs of the board."""
        return {
            "Shares": self._shares,
            "Pace of a year": self._pace,
            **({"A year ago": self._year} if self.has_year_before else {}),
            "Data": self.data_tab,
        }

    def headline(self, period: Period) -> str:
        """Give energy and the shares of the period as tiles."""
        totals = fuel_totals(self.data, period, region=self.chosen_region)
        return tiles_html(generation_tiles(totals, self.data.description, self.screen.style))

    def _shares(self) -> Sequence[Panel]:
        def ask(period: Period) -> Answer:
            wanted = self.chosen_resolution or (Resolution.MONTH if period.days > 150 else Resolution.DAY)
            return penetration(self.data, period, region=self.chosen_region, resolution=wanted)

        return (
            Panel(
                ask,
                lambda answer, theme: charts.share_chart(answer, self.clock, RENEWABLES, theme=theme),
                zooms=True,
            ),
        )

    def _pace(self) -> Sequence[Panel]:
        def ask(period: Period) -> Answer:
            return annualised(self.data, period, region=self.chosen_region)

        def draw(answer: Answer, theme: Theme) -> go.Figure:
            colours = {fuel: fuel_colour(fuel) for fuel in self.data.description.fuel_names}
            title = "Energy at this pace [TWh/a]"
            return charts.lines_chart(answer, self.clock, title, colours=colours, theme=theme)

        return (Panel(ask, draw, zooms=True),)

    def acting(self) -> Mapping[ipywidgets.Widget, Sequence[str]]:
        """Show the step where shares are over time; the pace is that of 30 days."""
        return {self.resolution: ("Shares",)}

    def _year(self) -> Sequence[Panel]:
        def ask(period: Period) -> Answer:
            return comparison(self.data, period, region=self.chosen_region)

        def draw(answer: Answer, theme: Theme) -> go.Figure:
            return charts_by_group.comparison_chart(answer, "Energy before", "Energy now", theme=theme)

        return (Panel(ask, draw), Panel(ask))
