"""The one definition of each market quantity: plain functions on numpy arrays, with units and sources.

Roll-ups, queries, charts, tables and exports all take their numbers from here, so that they agree.

Signs and stamps, everywhere: power is MW, a mean over the interval that its stamp *ends*; energy is MWh; money is
in the dataset's currency; what a unit takes from the grid is negative power and is split off before anything is
added up; an interconnector's flow is positive from its FROM region to its TO region.
"""

from workbench.market.definitions.bands import PRICE_BANDS, BandTable, PriceBands, band_table
from workbench.market.definitions.energy import (
    annualised_energy,
    capacity_factor,
    energy,
    hours_of,
    renewable_share,
    split_directions,
)
from workbench.market.definitions.events import PriceEvent, duration_curve, high_price_events
from workbench.market.definitions.flows import at_limits, limits_by_direction, net_imports
from workbench.market.definitions.prices import capture_rate, revenue, time_weighted, volume_weighted
from workbench.market.definitions.storage import cycles, price_spread, round_trip, storage_utilisation
from workbench.market.definitions.weather import curtailed_power, curtailment_rate
from workbench.market.model.clock import (
    EVENING_PEAK_HOURS,
    comparable_start,
    day_of,
    hour_of_day,
    in_hours,
)

__all__ = [
    "EVENING_PEAK_HOURS",
    "PRICE_BANDS",
    "BandTable",
    "PriceBands",
    "PriceEvent",
    "annualised_energy",
    "at_limits",
    "band_table",
    "capacity_factor",
    "capture_rate",
    "comparable_start",
    "curtailed_power",
    "curtailment_rate",
    "cycles",
    "day_of",
    "duration_curve",
    "energy",
    "high_price_events",
    "hour_of_day",
    "hours_of",
    "in_hours",
    "limits_by_direction",
    "net_imports",
    "price_spread",
    "renewable_share",
    "revenue",
    "round_trip",
    "split_directions",
    "storage_utilisation",
    "time_weighted",
    "volume_weighted",
]
