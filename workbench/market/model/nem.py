"""The description of the Australian National Electricity Market, the default of a new dataset.

Sources: AEMO's market data model (regions, interconnector directions, sub-regions of ASEFS2 rooftop estimates) and
the schedule of reliability settings 2025-26 (price cap 20 300 AUD/MWh, floor -1000 AUD/MWh).
"""

from __future__ import annotations

from workbench.market.model.description import (
    UNKNOWN,
    Feed,
    Fuel,
    Interconnector,
    MarketDescription,
    Region,
    Subregion,
)

NEM = MarketDescription(
    name="NEM",
    title="Australian National Electricity Market",
    currency="AUD",
    utc_offset_minutes=600,
    interval_minutes=5,
    bucket_minutes=30,
    price_floor=-1000.0,
    price_cap=20300.0,
    import_limits_negative=True,
    regions=(
        Region("NSW1", "New South Wales"),
        Region("QLD1", "Queensland"),
        Region("VIC1", "Victoria"),
        Region("SA1", "South Australia"),
        Region("TAS1", "Tasmania"),
    ),
    subregions=(
        Subregion("QLDN", "QLD1"),
        Subregion("QLDC", "QLD1"),
        Subregion("QLDS", "QLD1"),
        Subregion("TASN", "TAS1"),
        Subregion("TASS", "TAS1"),
    ),
    fuels=(
        Fuel("Coal"),
        Fuel("CCGT"),
        Fuel("Gas other"),
        Fuel("OCGT"),
        Fuel("Water", renewable=True),
        Fuel("Biomass", renewable=True),
        Fuel("Wind", renewable=True),
        Fuel("Solar", renewable=True),
        Fuel("Rooftop Solar", renewable=True, rooftop=True),
        Fuel("Battery Storage", storage=True),
        Fuel("Other"),
        Fuel(UNKNOWN),
    ),
    interconnectors=(
        Interconnector("NSW1-QLD1", "NSW1", "QLD1"),
        Interconnector("N-Q-MNSP1", "NSW1", "QLD1"),
        Interconnector("VIC1-NSW1", "VIC1", "NSW1"),
        Interconnector("V-SA", "VIC1", "SA1"),
        Interconnector("V-S-MNSP1", "VIC1", "SA1"),
        Interconnector("T-V-MNSP1", "TAS1", "VIC1"),
    ),
    cadences={
        "unit_power": (5, 30),
        "price": (5, 30),
        "region": (5, 30),
        "flow": (5, 30),
        "rooftop": (30, 5),
    },
    fuel_aliases={
        "Hydro": "Water",
        "Hydro - Water": "Water",
        "Solar - Solar": "Solar",
        "Wind - Wind": "Wind",
        "Fossil - Black Coal": "Coal",
        "Fossil - Brown Coal": "Coal",
        "Black Coal": "Coal",
        "Brown Coal": "Coal",
        "Fossil - Diesel": "Other",
        "Fossil - Natural Gas Pipeline": "Gas other",
        "Fossil - Natural Gas": "Gas other",
        "Fossil - Coal Seam Methane": "Gas other",
        "Fossil - Waste Coal Mine Gas": "Gas other",
        "Renewable Biomass or Waste - Landfill Gas": "Biomass",
        "Renewable Biomass or Waste - Bagasse": "Biomass",
        "Renewable Biomass or Waste - Biomass": "Biomass",
        "Renewable Biomass or Waste - Wood Waste": "Biomass",
        "Renewable Biomass or Waste - Biogas": "Biomass",
        "Battery": "Battery Storage",
        "Other - Other": "Other",
    },
    feeds=(
        Feed(
            "Unit output",
            ("unit_power",),
            "/Reports/CURRENT/Dispatch_SCADA/",
            r"PUBLIC_DISPATCHSCADA_(\d{12})_\d+\.zip",
            "/Reports/ARCHIVE/Dispatch_SCADA/PUBLIC_DISPATCHSCADA_{day}.zip",
        ),
        Feed(
            "Dispatch results",
            ("price", "region", "flow"),
            "/Reports/CURRENT/DispatchIS_Reports/",
            r"PUBLIC_DISPATCHIS_(\d{12})_\d+\.zip",
            "/Reports/ARCHIVE/DispatchIS_Reports/PUBLIC_DISPATCHIS_{day}.zip",
        ),
        Feed(
            "Rooftop solar",
            ("rooftop",),
            "/Reports/CURRENT/ROOFTOP_PV/ACTUAL/",
            r"PUBLIC_ROOFTOP_PV_ACTUAL_MEASUREMENT_(\d{12})\d*_\d+\.zip",
        ),
    ),
)
