"""The Indian power exchange IEX: prices of 96 blocks a day in its day-ahead, green day-ahead and real-time markets.

Sources: iexindia.com, Market Snapshot (workbook: four rows of titles, dates as 31-12-2025, merged cells); CERC
order of 31 March 2023 (ceiling of 10 000 INR/MWh). The exchange publishes prices and volumes, no generation.
"""

from __future__ import annotations

from workbench.market.model.description import MarketDescription
from workbench.market.model.description_parts import UNKNOWN, Fuel, Region
from workbench.market.profiles.profile import Profile

_MARKETS = {"DAM": "Day-ahead market", "GDAM": "Green day-ahead market", "RTM": "Real-time market"}

_DESCRIPTION = MarketDescription(
    name="IEX",
    title="Indian Energy Exchange",
    currency="INR",
    utc_offset_minutes=330,
    interval_minutes=15,
    bucket_minutes=60,
    price_floor=-1.0,
    price_cap=10000.0,
    regions=tuple(Region(name, title) for name, title in _MARKETS.items()),
    fuels=(
        Fuel("Coal"),
        Fuel("Gas"),
        Fuel("Nuclear"),
        Fuel("Hydro", renewable=True),
        Fuel("Wind", renewable=True),
        Fuel("Solar", renewable=True),
        Fuel("Other"),
        Fuel(UNKNOWN),
    ),
)

_DROP = """
[[drops]]
pattern = "{market}_*"
table = "price"
date = "Date"
stamp = "Time Block"
format = "%d-%m-%Y %H:%M"
cadences = [15]
period = "beginning"
[drops.columns]
{market} = "MCP (Rs/MWh)"
"""

IEX = Profile(
    "iex",
    "Indian Energy Exchange: day-ahead, green day-ahead and real-time prices",
    _DESCRIPTION,
    "# How snapshots of IEX are read: the price of each market, 96 blocks a day. Volumes are of the exchange, not\n"
    "# of the country, and are not read as demand.\n"
    + "".join(_DROP.format(market=name) for name in _MARKETS),
    sources="Files: iexindia.com, Market Data, Market Snapshot by quarter hours, exported as a workbook; keep the "
    "names DAM_Market Snapshot…, GDAM_Market Snapshot… and RTM_Market Snapshot….",
)
