"""Boards of the whole system: Today, Generation, Prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import ipywidgets
import numpy as np

from workbench.data.formatting import format_number
from workbench.market.definitions import renewable_share
from workbench.market.model.answer import Answer
from workbench.market.model.description import MarketDescription
from workbench.market.model.period import Period, bucket_resolution, native_resolution
from workbench.market.queries import (
    ancillary_prices,
    comparison,
    curtailment,
    curtailment_totals,
    emissions,
    emissions_by_region,
    evening_peak,
    flow_totals,
    fuel_totals,
    generation,
    generation_by_hour,
    intensity,
    interconnector_flow,
    price_bands,
    price_duration,
    price_events,
    price_statistics,
    prices,
    prices_by_hour,
    records,
    rooftop,
    rooftop_totals,
)
from workbench.market.queries.ancillary import has_ancillary_prices
from workbench.market.queries.generation import DEMAND
from workbench.market.queries.scope import regions_of
from workbench.market.results import charts, charts_by_group
from workbench.market.views.board import Panel
from workbench.market.views.headlines import generation_tiles, newest, price_tiles
from workbench.market.views.panels import MarketBoard, Tabs, net_imports
from workbench.ui.headline import Tile, tiles_html
from workbench.ui.tabs import choice

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts import Theme

__all__ = ["GenerationBoard", "PricesBoard", "TodayBoard"]


class TodayBoard(MarketBoard):
    """What happens now: the current day of the data, beside the comparable day of a year ago.

    Parameters
    ----------
    data
        The market's data.
    """

    title = "Today"

    def tabs(self) -> Tabs:
        """Give the tabs of the board."""
        tabs: Tabs = {
            "Now": self._now,
            "Prices": lambda: (Panel(lambda period: price_statistics(self.data, period)), self._events()),
            **({"A year ago": self._comparison} if self.has_year_before else {}),
            "Interconnectors": self._imports,
            "Data": self.data_tab,
        }
        return _that_the_market_has(tabs, self.data.description)

    def headline(self, period: Period) -> str:
        """Give the newest prices, demand and renewable share as tiles."""
        hour = Period(max(self.data.last - np.timedelta64(60, "m"), self.data.first), self.data.last)
        region, style = self.chosen_region, self.screen.style
        price = prices(self.data, hour, resolution=native_resolution(self.data.description))
        names = [region] if region else regions_of(self.data, hour)
        tiles = [
            Tile(
                f"{name} price",
                format_number(newest(price[name]), decimals=2, style=style),
                self.price_unit(),
            )
            for name in names
        ]
        spans = self.data.spans
        if "region" in spans:
            mix = generation(
                self.data, period, region=region, resolution=bucket_resolution(self.data.description)
            )
            tiles.append(Tile("Demand", format_number(newest(mix[DEMAND]), decimals=0, style=style), "MW"))
        if "unit_power" not in spans:
            # An exchange has prices and no generation.
            return tiles_html(tiles)
        totals = fuel_totals(self.data, period, region=region)
        renewable = np.isin(totals["Fuel"], list(self.data.description.renewable_fuels))
        generated = ~np.isnan(totals["Share"])
        share = renewable_share(totals["Energy"][renewable].sum(), totals["Energy"][generated].sum())
        lacking = f" ({totals.heading.lacking})" if totals.heading.lacking else ""
        tiles.append(
            Tile(
                f"Renewable, this period{lacking}", format_number(float(share), decimals=1, style=style), "%"
            )
        )
        return tiles_html(tiles)

    def _now(self) -> Sequence[Panel]:
        has_units = "unit_power" in self.data.spans
        return (*((self.mix(),) if has_units else ()), self.price_lines())

    def _events(self) -> Panel:
        return Panel(lambda period: price_events(self.data, period, region=self.chosen_region))

    def _comparison(self) -> Sequence[Panel]:
        def ask(period: Period) -> Answer:
            return comparison(self.data, period, region=self.chosen_region)

        return (
            Panel(
                ask,
                lambda answer, theme: charts_by_group.comparison_chart(
                    answer, "Energy before", "Energy now", theme=theme
                ),
            ),
            Panel(
                ask,
                lambda answer, theme: charts_by_group.comparison_chart(
                    answer, "Price before", "Price now", theme=theme
                ),
            ),
        )

    def _imports(self) -> Sequence[Panel]:
        return (net_imports(self), Panel(lambda period: flow_totals(self.data, period)))


class GenerationBoard(MarketBoard):
    """Who generates how much and when: fuels, hours, interconnectors, rooftops, curtailment, evening peak.

    Parameters
    ----------
    data
        The market's data.
    """

    title = "Generation"

    def tabs(self) -> Tabs:
        """Give the tabs of the board."""
        tabs: Tabs = {
            "Mix": lambda: (self.mix(),),
            "Totals": lambda: (self.bars(self._totals, "Energy", by_fuel=True), Panel(self._totals)),
            "Time of day": self._by_hour,
            "Interconnectors": self._flows,
            "Rooftop": self._rooftop,
            "Curtailment": self._curtailment,
            "Evening peak": self._evening,
            "Emissions": self._emissions,
            "Records": self._records,
            "Data": self.data_tab,
        }
        return _that_the_market_has(tabs, self.data.description)

    def headline(self, period: Period) -> str:
        """Give energy and the shares of the period as tiles."""
        totals = fuel_totals(self.data, period, region=self.chosen_region)
        return tiles_html(generation_tiles(totals, self.data.description, self.screen.style))

    def filters(self) -> Sequence[ipywidgets.Widget]:
        """Give the choice of an interconnector."""
        names = self.data.description.interconnector_names
        self.interconnector = choice("Interconnector", names)
        return (self.interconnector,) if names else ()

    def acting(self) -> Mapping[ipywidgets.Widget, Sequence[str]]:
        """Show the choice of a link beside the links."""
        return {self.interconnector: ("Interconnectors",)}

    def _totals(self, period: Period) -> Answer:
        return fuel_totals(self.data, period, region=self.chosen_region)

    def _by_hour(self) -> Sequence[Panel]:
        return (
            Panel(
                lambda period: generation_by_hour(self.data, period, region=self.chosen_region),
                lambda answer, theme: charts_by_group.hours_chart(
                    answer, "Mean power [MW]", by_fuel=True, theme=theme
                ),
            ),
        )

    def _flows(self) -> Sequence[Panel]:
        def ask(period: Period) -> Answer:
            resolution = self.chosen_resolution
            return interconnector_flow(self.data, period, self.interconnector.value, resolution=resolution)

        return (
            Panel(ask, lambda answer, theme: charts.flow_chart(answer, self.clock, theme=theme), zooms=True),
            Panel(lambda period: flow_totals(self.data, period)),
            net_imports(self),
        )

    def _rooftop(self) -> Sequence[Panel]:
        return (
            Panel(
                lambda period: rooftop(self.data, period, resolution=self.chosen_resolution),
                lambda answer, theme: charts.lines_chart(answer, self.clock, "Mean power [MW]", theme=theme),
                zooms=True,
            ),
            Panel(lambda period: rooftop_totals(self.data, period)),
        )

    def _curtailment(self) -> Sequence[Panel]:
        return (
            Panel(
                lambda period: curtailment(
                    self.data, period, region=self.chosen_region, resolution=self.chosen_resolution
                ),
                lambda answer, theme: charts.curtailment_chart(answer, self.clock, theme=theme),
                zooms=True,
            ),
            Panel(lambda period: curtailment_totals(self.data, period)),
        )

    def _emissions(self) -> Sequence[Panel]:
        def over_time(period: Period) -> Answer:
            resolution = self.chosen_resolution
            return intensity(self.data, period, region=self.chosen_region, resolution=resolution)

        def by_fuel(period: Period) -> Answer:
            return emissions(self.data, period, region=self.chosen_region)

        return (
            Panel(
                over_time,
                lambda answer, theme: charts.lines_chart(
                    answer, self.clock, "Intensity [kg/MWh]", names=("Intensity",), theme=theme
                ),
                zooms=True,
            ),
            self.bars(by_fuel, "Emissions", by_fuel=True),
            Panel(by_fuel),
            Panel(lambda period: emissions_by_region(self.data, period)),
        )

    def _records(self) -> Sequence[Panel]:
        return (Panel(lambda period: records(self.data, period, region=self.chosen_region)),)

    def _evening(self) -> Sequence[Panel]:
        return (
            Panel(
                lambda period: evening_peak(self.data, period, region=self.chosen_region),
                lambda answer, theme: charts_by_group.evening_chart(answer, theme=theme),
            ),
        )


class PricesBoard(MarketBoard):
    """What electricity costs: series, statistics, hours, bands, events, duration.

    Parameters
    ----------
    data
        The market's data.
    """

    title = "Prices"

    def tabs(self) -> Tabs:
        """Give the tabs of the board."""
        return {
            "Series": lambda: (self.price_lines(),),
            "Statistics": lambda: (Panel(lambda period: price_statistics(self.data, period)),),
            "Time of day": self._by_hour,
            "Bands": self._bands,
            "High prices": self._events,
            "Duration": self._duration,
            **({"Ancillary services": self._ancillary} if has_ancillary_prices(self.data) else {}),
            "Data": self.data_tab,
        }

    def _ancillary(self) -> Sequence[Panel]:
        def ask(period: Period) -> Answer:
            region = self.chosen_region or regions_of(self.data, period)[0]
            return ancillary_prices(self.data, period, region, resolution=self.chosen_resolution)

        title = f"Price [{self.price_unit()}]"
        return (
            Panel(
                ask,
                lambda answer, theme: charts.lines_chart(answer, self.clock, title, theme=theme),
                zooms=True,
            ),
        )

    def headline(self, period: Period) -> str:
        """Give the prices of the period as tiles."""
        found = price_statistics(self.data, period)
        return tiles_html(price_tiles(found, self.data.description, self.chosen_region, self.screen.style))

    def filters(self) -> Sequence[ipywidgets.Widget]:
        """Give the choice of a threshold."""
        levels = {f"{level:,.0f} {self.price_unit()}": level for level in (100.0, 300.0, 1000.0, 5000.0)}
        self.threshold = choice("High price", levels)
        self.threshold.value = 300.0
        return (self.threshold,)

    def acting(self) -> Mapping[ipywidgets.Widget, Sequence[str]]:
        """Show the threshold beside the prices that it finds."""
        return {self.threshold: ("High prices",)}

    def _by_hour(self) -> Sequence[Panel]:
        title = f"Mean price [{self.price_unit()}]"
        return (
            Panel(
                lambda period: prices_by_hour(self.data, period),
                lambda answer, theme: charts_by_group.hours_chart(answer, title, theme=theme),
            ),
        )

    def _bands(self) -> Sequence[Panel]:
        def ask(period: Period) -> Answer:
            return price_bands(self.data, period)

        def draw(value: str) -> Callable[[Answer, Theme], go.Figure]:
            return lambda answer, theme: charts_by_group.bands_chart(answer, value, theme=theme)

        return tuple(Panel(ask, draw(value)) for value in ("Share", "Contribution"))

    def _events(self) -> Sequence[Panel]:
        return (
            Panel(
                lambda period: price_events(
                    self.data, period, region=self.chosen_region, threshold=self.threshold.value
                )
            ),
        )

    def _duration(self) -> Sequence[Panel]:
        return (
            Panel(
                lambda period: price_duration(self.data, period),
                lambda answer, theme: charts_by_group.duration_chart(answer, theme=theme),
            ),
        )


def _that_the_market_has(tabs: Tabs, description: MarketDescription) -> Tabs:
    """Leave out the tabs of what a market does not have: links between regions, and power from rooftops."""
    absent = set()
    if not description.interconnectors:
        absent.add("Interconnectors")
    if description.rooftop_fuel is None:
        absent.add("Rooftop")
    return {title: make for title, make in tabs.items() if title not in absent}
