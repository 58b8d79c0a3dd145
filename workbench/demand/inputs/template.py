"""The workbook in which an analyst gives the inputs of a demand forecast: our own clean template.

It is a superset of the ``~`` format that utilities already use, so that one reader reads both. Facts:

``read me``
    What to fill in where, and the units. Not read.
``main``
    Marked tables (see :mod:`workbench.data.workbooks.reading`):

    ``~Consumption_Sectors``: ``Sector_Name`` (also the name of the sector's sheet), ``Title``, ``Role``.
        Role is ``sales``, ``ev``, ``hydrogen``, ``solar``, ``open_access`` or ``efficiency``; blank means
        ``sales``.
    ``~Settings``: ``Parameters``, ``Inputs``. ``Start_Year`` (first year of the forecast), ``End_Year``,
        ``Region``.
    ``~Drivers``: one column per sector, below it the indicators that drive it. (Elsewhere this table is
        called ``~Econometric_Parameters``; the layout is the same.)
    ``~Driver_Growth``: ``Driver``, ``BAU``, ``optimistic``, ``pessimistic``; growth in percent a year.
        (Elsewhere ``~Gdp_Growth_rate``: ``Year``, ``Growth_Rate``, of GSDP.)
    ``~Solar_share``: ``Sector``, ``Percentage_share``; the split of rooftop solar among sectors, sums to 100.
    ``~Losses``: ``Year``, ``Percent`` of the requirement lost on the way to the consumer; linear between.
    ``~Load_factor``: ``Year``, ``Percent``; average over peak load of the year; linear between.
    ``~Policy``: ``Layer``, ``Year``, ``Electricity``; linear between; what is not in a sheet of its own.
        Negative reduces the demand.
one sheet per sector
    ``Year``, ``Electricity``, ``Status`` (``actual`` or ``projection``; blank is ``actual``). Rooftop solar
    and efficiency are negative: they reduce the demand.
``Economic_Indicators``
    ``Year`` and one column per indicator; may go on into the future, which is then the indicator's path.
``units``
    ``Parameters``, ``UNITS``. ``Electricity`` is in MWh, unless it says otherwise here.

Years are those in which a fiscal year ends: 2025 is April 2024 to March 2025. Blank is unknown, zero is zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from workbench.data.workbooks.writing import Column, SheetWriter, WorkbookWriter, writing_workbook

INDICATORS_SHEET = "Economic_Indicators"
MAIN_SHEET = "main"
UNITS_SHEET = "units"
README_SHEET = "read me"
# Rows left blank below the upper tables of `main`, for more sectors.
ROOM_TO_GROW = 8
TITLE = "Inputs of a demand forecast"

HOW_TO_FILL = (
    "1. main: list the consumer categories; each gets a sheet of the same name.",
    "2. One sheet per category: a year and its electricity in a row. A blank cell is unknown, 0 is none.",
    "3. Economic_Indicators: population, GSDP and whatever else drives the demand, by year.",
    "4. main, Driver_Growth: the growth of each indicator that you expect, in three scenarios.",
    "5. main, Losses and Load_factor: some years are enough, those between are on a straight line.",
    "6. units: the unit of everything. Change the unit there, not the numbers.",
    "A year is the one in which the fiscal year ends: 2025 is April 2024 to March 2025.",
    "Rooftop solar and efficiency are negative numbers: they reduce what is drawn from the grid.",
    "The row below a heading is the first row of data; blank rows in a table do no harm.",
)


class Role(StrEnum):
    """What a sector is in the sum of the demand."""

    SALES = "sales"
    EV = "ev"
    HYDROGEN = "hydrogen"
    SOLAR = "solar"
    OPEN_ACCESS = "open_access"
    EFFICIENCY = "efficiency"


@dataclass(frozen=True, slots=True)
class SectorInput:
    """One consumer category.

    Parameters
    ----------
    name
        Name of its sheet, at most 31 characters.
    title
        As it is shown.
    role
        What it is in the sum.
    drivers
        Indicators that drive it.
    solar_share
        Its part of rooftop solar [%].
    electricity
        Year -> electricity [MWh], ``None`` for unknown.
    projected_from
        First year that is a projection, if any.
    """

    name: str
    title: str
    role: Role = Role.SALES
    drivers: tuple[str, ...] = ()
    solar_share: float = 0.0
    electricity: Mapping[int, float | None] = field(default_factory=dict)
    projected_from: int | None = None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One driver of the demand.

    Parameters
    ----------
    name
        Header of its column.
    unit
        Its unit.
    values
        Year -> value.
    growth
        Expected growth [%/year]: BAU, optimistic, pessimistic; ``None`` leaves it out of ``~Driver_Growth``.
    """

    name: str
    unit: str
    values: Mapping[int, float | None] = field(default_factory=dict)
    growth: tuple[float, float, float] | None = None


@dataclass(frozen=True, slots=True)
class DemandContent:
    """What goes into the template.

    Parameters
    ----------
    region
        The state or area.
    start_year, end_year
        Of the forecast.
    sectors, indicators
        The series.
    losses, load_factor
        Year -> percent.
    policy
        Rows of layer, year and electricity [MWh].
    """

    region: str
    start_year: int
    end_year: int
    sectors: Sequence[SectorInput]
    indicators: Sequence[Indicator]
    losses: Mapping[int, float] = field(default_factory=dict)
    load_factor: Mapping[int, float] = field(default_factory=dict)
    policy: Sequence[tuple[str, int, float]] = ()


def empty_content() -> DemandContent:
    """Give the content of an empty template: the usual categories and indicators of an Indian state."""
    sectors = (
        SectorInput("Domestic", "Domestic", drivers=("GSDP", "Total Population")),
        SectorInput("Commercial", "Commercial", drivers=("GSDP", "Commercial GVA")),
        SectorInput("Agriculture", "Agriculture", drivers=("Agriculture GVA", "Rainfall")),
        SectorInput("Industry_HT", "Industry, high tension", drivers=("GSDP", "Manufacturing GVA")),
        SectorInput("Industry_LT", "Industry, low tension", drivers=("GSDP", "Manufacturing GVA")),
        SectorInput("Public_lighting", "Public lighting", drivers=("GSDP",)),
        SectorInput("Railways", "Railway traction", drivers=("GSDP",)),
        SectorInput("Bulk_supply", "Bulk supply to licensees", drivers=("GSDP",)),
        SectorInput("EV", "Electric vehicles", Role.EV),
        SectorInput("Green_hydrogen", "Green hydrogen", Role.HYDROGEN),
        SectorInput("Rooftop_solar", "Rooftop solar", Role.SOLAR),
    )
    return DemandContent("", 0, 0, sectors, INDICATORS)


INDICATORS = (
    Indicator("Total Population", "persons"),
    Indicator("GSDP", "₹ lakh, constant prices"),
    Indicator("Per Capita GSDP", "₹ lakh per person, constant prices"),
    Indicator("Agriculture GVA", "₹ lakh, constant prices"),
    Indicator("Manufacturing GVA", "₹ lakh, constant prices"),
    Indicator("Commercial GVA", "₹ lakh, constant prices"),
    Indicator("No of Households", "households"),
    Indicator("Rainfall", "mm per year"),
)


def write_demand_template(path: Path | str, content: DemandContent | None = None) -> Path:
    """Write the template, empty or filled.

    Parameters
    ----------
    path
        Final name, with the suffix ``.xlsx``.
    content
        What to fill in; an empty template when left out.

    Raises
    ------
    InvalidData
        When a sector's name cannot be the name of a sheet, or two are alike.
    UnwritableFile
        When the operating system refuses.
    """
    content = content or empty_content()
    with writing_workbook(path, {"title": TITLE, "subject": content.region}) as book:
        _write_readme(book.sheet(README_SHEET))
        _write_main(book.sheet(MAIN_SHEET), content)
        for sector in content.sectors:
            _write_sector(book, sector)
        _write_indicators(book.sheet(INDICATORS_SHEET), content.indicators)
        _write_units(book.sheet(UNITS_SHEET), content.indicators)
    return Path(path)


def _write_readme(sheet: SheetWriter) -> None:
    sheet.text((TITLE, *HOW_TO_FILL), title=True)
    sheet.width(0, 110)


def _write_main(sheet: SheetWriter, content: DemandContent) -> None:
    sheet.text(
        ("Sectors, settings, drivers and paths", "A cell that begins with ~ opens a table."), title=True
    )
    sectors = content.sectors
    settings: list[tuple[str, object]] = [
        ("Start_Year", content.start_year or None),
        ("End_Year", content.end_year or None),
        ("Region", content.region or None),
    ]
    below = _side_by_side(
        sheet,
        3,
        {
            "Consumption_Sectors": [
                Column("Sector_Name", [s.name for s in sectors], note="Also the name of the sector's sheet."),
                Column("Title", [s.title for s in sectors], note="As it is shown."),
                Column("Role", [str(s.role) for s in sectors], note="One of " + ", ".join(Role) + "."),
            ],
            "Settings": [
                Column("Parameters", [name for name, _ in settings]),
                Column("Inputs", [value for _, value in settings], note="Years in which a fiscal year ends."),
            ],
            "Drivers": [
                Column(s.name, s.drivers, note=f"Indicators that drive {s.title}, one below another.")
                for s in sectors
            ],
        },
    )
    growing = [indicator for indicator in content.indicators if indicator.growth is not None] or list(
        content.indicators
    )
    _side_by_side(sheet, below + ROOM_TO_GROW, _paths(content, growing))
    sheet.freeze(3, 1)


def _paths(content: DemandContent, growing: Sequence[Indicator]) -> dict[str, list[Column]]:
    sharing = [sector for sector in content.sectors if sector.role in (Role.SALES, Role.EV, Role.HYDROGEN)]
    shares: list[object] = [s.solar_share if content.start_year else None for s in sharing]
    policy = content.policy
    growth = {
        path: [indicator.growth[position] if indicator.growth else None for indicator in growing]
        for position, path in enumerate(("BAU", "optimistic", "pessimistic"))
    }
    return {
        "Driver_Growth": [
            Column("Driver", [indicator.name for indicator in growing]),
            *(
                Column(path, values, "% per year", f"Expected growth, {path}.", "0.0")
                for path, values in growth.items()
            ),
        ],
        "Solar_share": [
            Column("Sector", [sector.name for sector in sharing]),
            Column("Percentage_share", shares, "% of rooftop solar", "Adds up to 100.", "0.0"),
        ],
        "Losses": _points(content.losses, "Of the requirement, lost in transmission and distribution."),
        "Load_factor": _points(content.load_factor, "Average over peak load of the year."),
        "Policy": [
            Column("Layer", [layer for layer, _, _ in policy], note="Name of the measure."),
            Column("Year", [year for _, year, _ in policy], note="Years between are on a straight line."),
            Column("Electricity", [amount for _, _, amount in policy], "MWh", "Negative reduces the demand."),
        ],
    }


def _points(values: Mapping[int, float], note: str) -> list[Column]:
    return [
        Column("Year", list(values), note="Years between are on a straight line."),
        Column("Percent", list(values.values()), "%", note, "0.0"),
    ]


def _side_by_side(sheet: SheetWriter, row: int, tables: Mapping[str, Sequence[Column]]) -> int:
    column, below = 0, row
    for name, columns in tables.items():
        below = max(below, sheet.table(columns, row=row, column=column, mark=name))
        column += len(columns) + 1
    return below


def _write_sector(book: WorkbookWriter, sector: SectorInput) -> None:
    years = list(sector.electricity)
    projected = sector.projected_from
    status = ["projection" if projected is not None and year >= projected else "actual" for year in years]
    sign = " Negative: it reduces the demand." if sector.role in (Role.SOLAR, Role.EFFICIENCY) else ""
    sheet = book.sheet(sector.name)
    sheet.table(
        [
            Column("Year", years, note="In which the fiscal year ends: 2025 is April 2024 to March 2025."),
            Column(
                "Electricity", list(sector.electricity.values()), "MWh", f"{sector.title}.{sign}", "#,##0"
            ),
            Column("Status", status, note="actual or projection."),
        ]
    )
    sheet.freeze(1, 1)


def _write_indicators(sheet: SheetWriter, indicators: Sequence[Indicator]) -> None:
    years = sorted({year for indicator in indicators for year in indicator.values})
    columns = [Column("Year", years, note="In which the fiscal year ends.")]
    columns += [
        Column(item.name, [item.values.get(year) for year in years], item.unit) for item in indicators
    ]
    sheet.table(columns)
    sheet.freeze(1, 1)


def _write_units(sheet: SheetWriter, indicators: Sequence[Indicator]) -> None:
    units = [("Electricity", "MWh"), *((item.name, item.unit) for item in indicators)]
    sheet.table(
        [Column("Parameters", [name for name, _ in units]), Column("UNITS", [unit for _, unit in units])]
    )
    sheet.freeze(1, 1)
