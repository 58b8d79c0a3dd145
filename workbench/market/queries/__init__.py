"""The questions that a market's data answers; each is a function that gives an :class:`Answer`.

:class:`workbench.market.Market` asks them with periods as text; the boards, and tests, ask them directly::

    from workbench.market import MarketData, Period
    from workbench.market.queries import generation

    data = MarketData.open(folder)
    answer = generation(data, Period.of_days("2025-08-01", "2025-08-31"), region="SA1")
    answer["Wind"]           # MW, one number per bin
    answer.to_pandas()       # a DataFrame

Every number comes from :mod:`workbench.market.definitions`, summed from sums, never from means.
"""

from workbench.market.queries.ancillary import ancillary_prices
from workbench.market.queries.batteries import batteries, batteries_by_hour, battery_power
from workbench.market.queries.comparison import comparison
from workbench.market.queries.coverage import coverage, gaps
from workbench.market.queries.emissions import emissions, emissions_by_region, intensity
from workbench.market.queries.evening_peak import evening_peak
from workbench.market.queries.flows import flow_totals, interconnector_flow, net_imports_by_region
from workbench.market.queries.generation import fuel_totals, generation, generation_by_hour
from workbench.market.queries.prices import (
    price_bands,
    price_duration,
    price_events,
    price_statistics,
    prices,
    prices_by_hour,
)
from workbench.market.queries.records import records
from workbench.market.queries.renewables.curtailment import curtailment, curtailment_totals
from workbench.market.queries.renewables.rooftop import rooftop, rooftop_totals
from workbench.market.queries.revenue import By, revenue_by
from workbench.market.queries.scope import of_region
from workbench.market.queries.stations import find_stations, station_series, station_table, station_units
from workbench.market.queries.trends import annualised, penetration

__all__ = [
    "By",
    "ancillary_prices",
    "annualised",
    "batteries",
    "batteries_by_hour",
    "battery_power",
    "comparison",
    "coverage",
    "curtailment",
    "curtailment_totals",
    "emissions",
    "emissions_by_region",
    "evening_peak",
    "find_stations",
    "flow_totals",
    "fuel_totals",
    "gaps",
    "generation",
    "generation_by_hour",
    "intensity",
    "interconnector_flow",
    "net_imports_by_region",
    "of_region",
    "penetration",
    "price_bands",
    "price_duration",
    "price_events",
    "price_statistics",
    "prices",
    "prices_by_hour",
    "records",
    "revenue_by",
    "rooftop",
    "rooftop_totals",
    "station_series",
    "station_table",
    "station_units",
]
