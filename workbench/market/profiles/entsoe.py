"""Bidding zones of ENTSO-E's transparency platform: generation per production type, prices, load.

Files of the platform's pages in their older and newer layouts, and those of its file library, are read as they are.
Sources: ENTSO-E, Manual of Procedures (16.1.B&C, 12.1.D, 6.1.A) and File Library guide; harmonised limits of the
day-ahead price: ACER decision 01/2023 (4 000 and -500 EUR/MWh).
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.market.model.description import MarketDescription
from workbench.market.model.description_parts import UNKNOWN, Fuel, Region
from workbench.market.model.units import MarketUnit, UnitKind
from workbench.market.profiles.profile import Profile

CONSUMPTION = " consumption"
PUMPED, STORAGE = "Hydro Pumped Storage", "Energy storage"

FUELS: Mapping[str, Fuel] = {
    "Nuclear": Fuel("Nuclear"),
    "Fossil Brown coal/Lignite": Fuel("Brown coal"),
    "Fossil Hard coal": Fuel("Hard coal"),
    "Fossil Coal-derived gas": Fuel("Other fossil"),
    "Fossil Oil shale": Fuel("Other fossil"),
    "Fossil Peat": Fuel("Other fossil"),
    "Fossil Gas": Fuel("Gas"),
    "Fossil Oil": Fuel("Oil"),
    "Waste": Fuel("Waste"),
    "Other": Fuel("Other"),
    "Biomass": Fuel("Biomass", renewable=True),
    "Geothermal": Fuel("Geothermal", renewable=True),
    "Marine": Fuel("Other renewable", renewable=True),
    "Other renewable": Fuel("Other renewable", renewable=True),
    "Hydro Run-of-river and poundage": Fuel("Hydro", renewable=True),
    "Hydro Run-of-river and pondage": Fuel("Hydro", renewable=True),
    "Hydro Water Reservoir": Fuel("Hydro", renewable=True),
    "Wind Offshore": Fuel("Wind offshore", renewable=True),
    "Wind Onshore": Fuel("Wind onshore", renewable=True),
    "Solar": Fuel("Solar", renewable=True),
    PUMPED: Fuel("Pumped storage", storage=True),
    STORAGE: Fuel("Battery storage", storage=True),
}
"""Production type -> fuel."""

ZONES: Mapping[str, tuple[str, int]] = {
    "AT": ("Austria", 60), "BE": ("Belgium", 60), "BG": ("Bulgaria", 120), "CH": ("Switzerland", 60),
    "CZ": ("Czech Republic", 60), "DE-LU": ("Germany-Luxembourg", 60), "DK1": ("Denmark West", 60),
    "DK2": ("Denmark East", 60), "EE": ("Estonia", 120), "ES": ("Spain", 60), "FI": ("Finland", 120),
    "FR": ("France", 60), "GR": ("Greece", 120), "HR": ("Croatia", 60), "HU": ("Hungary", 60),
    "LT": ("Lithuania", 120), "LV": ("Latvia", 120), "NL": ("Netherlands", 60), "NO1": ("Norway 1", 60),
    "NO2": ("Norway 2", 60), "NO3": ("Norway 3", 60), "NO4": ("Norway 4", 60), "NO5": ("Norway 5", 60),
    "PL": ("Poland", 60), "PT": ("Portugal", 0), "RO": ("Romania", 120), "SE1": ("Sweden 1", 60),
    "SE2": ("Sweden 2", 60), "SE3": ("Sweden 3", 60), "SE4": ("Sweden 4", 60), "SI": ("Slovenia", 60),
    "SK": ("Slovakia", 60),
}  # fmt: skip
"""Zone -> title, offset of its standard time from UTC [min]."""

_MAPPING = """# How files of ENTSO-E's transparency platform are read for the bidding zone {zone}.
# Times are brought to the market's clock, which has no summer time; hours that the clocks repeat or leave out too.

# ---- pages of the platform, newer layout (from autumn 2024)
[[drops]]
pattern = "*ENERGY_PRICES*"
format = "%d/%m/%Y %H:%M:%S"
table = "price"
stamp = "MTU*"
cadences = [60, 15]
period = "beginning"
time_zone = "Europe/Brussels"
[drops.only]
Area = ["BZN|{zone}"]
Sequence = ["", "-", "Without Sequence", "Sequence 1*"]
[drops.columns]
"{zone}" = "Day-ahead Price (*"

[[drops]]
pattern = "*AGGREGATED_GENERATION*"
format = "%d/%m/%Y %H:%M:%S"
table = "unit_power"
stamp = "MTU*"
series = "Production Type"
cadences = [60, 15]
period = "beginning"
time_zone = "Europe/Brussels"
[drops.only]
Area = ["BZN|{zone}"]
[drops.values]
mw = "Generation*"

[[drops]]
pattern = "*TOTAL_LOAD*"
format = "%d/%m/%Y %H:%M:%S"
table = "region"
stamp = "MTU*"
cadences = [60, 15]
period = "beginning"
time_zone = "Europe/Brussels"
[drops.only]
Area = ["BZN|{zone}"]
[drops.columns]
"{zone}" = "Actual Total Load*"

# ---- pages of the platform, older layout: one file a zone
[[drops]]
pattern = "*Day-ahead Prices*"
table = "price"
stamp = "MTU*"
cadences = [60, 15]
period = "beginning"
time_zone = "Europe/Brussels"
[drops.columns]
"{zone}" = "Day-ahead Price [[]*"

[[drops]]
pattern = "*Actual Generation per Production Type*"
table = "unit_power"
stamp = "MTU*"
cadences = [60, 15]
period = "beginning"
time_zone = "Europe/Brussels"
optional = true
[drops.columns]
{columns}

[[drops]]
pattern = "*Total Load - Day Ahead*"
table = "region"
stamp = "Time*"
cadences = [60, 15]
period = "beginning"
time_zone = "Europe/Brussels"
[drops.columns]
"{zone}" = "Actual Total Load*"

# ---- file library (all zones in one file, times in UTC)
[[drops]]
pattern = "*EnergyPrices_12.1.D*"
table = "price"
stamp = "DateTime*"
series = "*MapCode"
length = "ResolutionCode"
cadences = [60, 15]
period = "beginning"
time_zone = "UTC"
[drops.only]
"*MapCode" = ["{zone}", "{code}"]
AreaTypeCode = ["*BZN*"]
ContractType = ["Day-ahead"]
Sequence = ["", "1", "Without Sequence", "Sequence 1"]
[drops.names]
"{code}" = "{zone}"
[drops.values]
rrp = "Price[[]*"

[[drops]]
pattern = "*DayAheadPrices_12.1.D*"
table = "price"
stamp = "DateTime*"
series = "MapCode"
length = "ResolutionCode"
cadences = [60, 15]
period = "beginning"
time_zone = "UTC"
[drops.only]
MapCode = ["{zone}", "{code}"]
AreaTypeCode = ["*BZN*"]
[drops.names]
"{code}" = "{zone}"
[drops.values]
rrp = "Price"

[[drops]]
pattern = "*AggregatedGenerationPerType_16.1.B_C*"
table = "unit_power"
stamp = "DateTime*"
series = "ProductionType"
length = "ResolutionCode"
cadences = [60, 15]
period = "beginning"
time_zone = "UTC"
[drops.only]
"*MapCode" = ["{zone}", "{code}"]
AreaTypeCode = ["*BZN*"]
[drops.values]
mw = "ActualGenerationOutput*"

[[drops]]
pattern = "*AggregatedGenerationPerType_16.1.B_C*"
table = "unit_power"
stamp = "DateTime*"
series = "ProductionType"
suffix = "{consumption}"
length = "ResolutionCode"
cadences = [60, 15]
period = "beginning"
time_zone = "UTC"
[drops.only]
"*MapCode" = ["{zone}", "{code}"]
AreaTypeCode = ["*BZN*"]
ProductionType = ["{pumped}", "{storage}"]
[drops.values]
mw = "ActualConsumption*"

[[drops]]
pattern = "*ActualTotalLoad_6.1.A*"
table = "region"
stamp = "DateTime*"
series = "*MapCode"
length = "ResolutionCode"
cadences = [60, 15]
period = "beginning"
time_zone = "UTC"
[drops.only]
"*MapCode" = ["{zone}", "{code}"]
AreaTypeCode = ["*BZN*"]
[drops.names]
"{code}" = "{zone}"
[drops.values]
demand = "TotalLoad*"
"""


def entsoe(zone: str) -> Profile:
    """Give the profile of a bidding zone, one of :data:`ZONES`."""
    title, offset = ZONES[zone]
    fuels = {fuel.name: fuel for fuel in FUELS.values()}
    description = MarketDescription(
        name=f"ENTSO-E {zone}",
        title=f"{title} (ENTSO-E)",
        currency="EUR",
        utc_offset_minutes=offset,
        interval_minutes=15,
        bucket_minutes=60,
        price_floor=-500.0,
        price_cap=4000.0,
        regions=(Region(zone, title),),
        fuels=(*fuels.values(), Fuel(UNKNOWN)),
        cadences=dict.fromkeys(("unit_power", "price", "region"), (60, 15)),
        fuel_aliases={kind: fuel.name for kind, fuel in FUELS.items() if kind != fuel.name},
    )
    columns = [f'"{kind}" = "{kind} - Actual Aggregated [[]*"' for kind in FUELS]
    columns += [f'"{kind}{CONSUMPTION}" = "{kind} - Actual Consumption [[]*"' for kind in (PUMPED, STORAGE)]
    mapping = _MAPPING.format(
        zone=zone,
        code=zone.replace("-", "_"),
        columns="\n".join(columns),
        consumption=CONSUMPTION,
        pumped=PUMPED,
        storage=STORAGE,
    )
    units = [MarketUnit(kind, kind, zone, fuel.name) for kind, fuel in FUELS.items()]
    units += [
        MarketUnit(f"{kind}{CONSUMPTION}", kind, zone, FUELS[kind].name, kind=UnitKind.LOAD)
        for kind in (PUMPED, STORAGE)
    ]
    return Profile(
        f"entsoe-{zone.casefold()}",
        f"Bidding zone {zone}: generation per type, day-ahead prices, load (ENTSO-E)",
        description,
        mapping,
        tuple(units),
        "Files: transparency.entsoe.eu, the pages 'Actual Generation per Production Type', 'Energy Prices' "
        "(before: 'Day-ahead Prices') and 'Total Load', downloaded as CSV, or the file library.",
    )
