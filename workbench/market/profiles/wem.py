"""The Wholesale Electricity Market of Western Australia: half hours until October 2023, then five minutes.

Sources: AEMO, public data of the WEM (facility SCADA, balancing summary, reference trading price). Energies of an
interval are brought to its mean power; times begin their interval, the trading day at 8:00.
"""

from __future__ import annotations

from workbench.market.model.description import MarketDescription
from workbench.market.model.description_parts import UNKNOWN, Fuel, Region
from workbench.market.profiles.profile import Profile

_DESCRIPTION = MarketDescription(
    name="WEM",
    title="Wholesale Electricity Market of Western Australia",
    currency="AUD",
    utc_offset_minutes=480,
    interval_minutes=5,
    bucket_minutes=30,
    price_floor=-1000.0,
    price_cap=1000.0,
    regions=(Region("WEM", "South West Interconnected System"),),
    fuels=(
        Fuel("Coal"),
        Fuel("Gas"),
        Fuel("Distillate"),
        Fuel("Biomass", renewable=True),
        Fuel("Wind", renewable=True),
        Fuel("Solar", renewable=True),
        Fuel("Battery Storage", storage=True),
        Fuel("Other"),
        Fuel(UNKNOWN),
    ),
    cadences={"unit_power": (5, 30), "price": (30, 5), "region": (30, 5)},
    fuel_aliases={
        "coal_black": "Coal", "Black Coal": "Coal", "gas_ccgt": "Gas", "gas_ocgt": "Gas", "gas_recip": "Gas",
        "gas_steam": "Gas", "Natural Gas": "Gas", "distillate": "Distillate", "Diesel": "Distillate",
        "bioenergy_biogas": "Biomass", "bioenergy_biomass": "Biomass", "Landfill Gas": "Biomass",
        "solar_utility": "Solar", "Battery": "Battery Storage", "battery_charging": "Battery Storage",
        "battery_discharging": "Battery Storage",
    },
)  # fmt: skip

_MAPPING = """# How the public files of the market of Western Australia are read. Times begin their interval.

# ---- until October 2023: half hours
[[drops]]
pattern = "facility-scada*.csv"
table = "unit_power"
stamp = "Trading Interval"
series = "Facility Code"
cadences = [30]
period = "beginning"
[drops.values]
mw = "Energy Generated (MWh)"
[drops.units]
mw = "MWh"

[[drops]]
pattern = "balancing-summary*.csv"
table = "price"
stamp = "Trading Interval"
cadences = [30]
period = "beginning"
[drops.columns]
WEM = "Final Price ($/MWh)"

# The system has no links: what is generated is what is taken from the grid.
[[drops]]
pattern = "balancing-summary*.csv"
table = "region"
stamp = "Trading Interval"
cadences = [30]
period = "beginning"
[drops.columns]
WEM = "Total Generation (MW)"

# ---- since October 2023: five minutes, prices by half hours
[[drops]]
pattern = "*SCADA_*"
table = "unit_power"
records = "data.facilityScadaDispatchIntervals"
stamp = "dispatchInterval"
series = "code"
cadences = [5]
period = "beginning"
[drops.values]
mw = "quantity"
[drops.units]
mw = "MWh"

[[drops]]
pattern = "ReferenceTradingPrice*"
table = "price"
records = "data.referenceTradingPrices"
stamp = "tradingInterval"
cadences = [30]
period = "beginning"
[drops.columns]
WEM = "referenceTradingPrice"
"""

WEM = Profile(
    "wem",
    "Wholesale Electricity Market of Western Australia (AEMO)",
    _DESCRIPTION,
    _MAPPING,
    sources="Files: data.wa.aemo.com.au, folders facility-scada, balancing-summary, wemde/facilityScada and "
    "wemde/referenceTradingPrice. For fuels and stations name a list of facilities as the register.",
)
