"""The readers of tables, and good files for them; each gives by what a row is known, and the facts beside it."""

from __future__ import annotations

import datetime
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.fuzz.running import Reader, Seed
from tests.fuzz.tables import (
    Book,
    Read,
    as_parquet,
    as_text,
    as_workbook,
    lost_rows,
    mutated_book,
    seeds_of,
    table_seed,
    workbook_seed,
)

HOURS = [datetime.datetime.fromisoformat("2024-04-13") + datetime.timedelta(hours=hour) for hour in range(36)]
DAYS = [datetime.datetime.fromisoformat("2024-02-25") + datetime.timedelta(days=day) for day in range(8)]
MONTHS = [
    datetime.datetime.fromisoformat(f"{2023 + month // 12}-{month % 12 + 1:02}-28") for month in range(14)
]


def read_hours(path: Path) -> Read:
    from workbench.hourly_loads.reading.hourly_sheet import read_hourly_sheet

    sheet = read_hourly_sheet(path)
    warm = sheet.temperature.tolist() if len(sheet.temperature) else [None] * len(sheet.load)
    rows = zip(
        sheet.load.tolist(), zip(sheet.times.astype(str).tolist(), map(str, warm), strict=True), strict=True
    )
    return Read([*rows], [*map(str, sheet.problems)])


def read_demand(path: Path) -> Read:
    from workbench.demand.inputs.reading import read_demand

    found = read_demand(path)
    rows: list[tuple[Any, Any]] = []
    for sector in found.sectors.values():
        values = dict(zip(sector.years, sector.energy.tolist(), strict=True)) | dict(sector.given)
        rows += [(value, (sector.name, year)) for year, value in values.items() if year in sector.cells]
    for name, series in (*found.drivers.actual.items(), *found.drivers.levels.items()):
        rows += [(value, (name, year)) for year, value in series.items()]
    return Read([*dict.fromkeys(rows)], [*map(str, found.problems), *map(str, found.unused)])


def read_plants(path: Path) -> Read:
    from workbench.capacity.config import CapacityConfig
    from workbench.capacity.inputs.reading import read_system

    system = read_system(path, CapacityConfig())
    rows: list[tuple[Any, Any]] = [
        (p.name, (p.carrier, p.p_nom, _in_order(p.marginal_cost))) for p in system.plants
    ]
    rows += [(c.name, (c.carrier, str(c.p_nom_max), _in_order(c.marginal_cost))) for c in system.candidates]
    return Read(rows, [*map(str, system.problems), *map(str, system.notes)])


def _in_order(value: Any) -> str:
    """Show a value, or those of years whatever their order."""
    return str(sorted(value.items()) if isinstance(value, dict) else value)


def read_targets(path: Path) -> Read:
    from workbench.data.problems import Problems
    from workbench.data.workbooks.reading import read_workbook
    from workbench.load_profiles.inputs.target_sheets import read_targets

    problems = Problems(path.name)
    found = read_targets(
        read_workbook(path),
        first_month=4,
        zone="Asia/Kolkata",
        energy_unit="GWh",
        history_energy_mwh=25e6,
        problems=problems,
    )
    problems.raise_errors()
    rows: list[tuple[Any, Any]] = []
    for year, targets in found.years.items():
        rows += [(targets.energy / 1000, (year, "energy")), (targets.peak, (year, "peak"))]
        rows += [(value, (year, month)) for month, value in enumerate(targets.monthly_peak.tolist())]
    return Read(rows, [*map(str, problems)])


def read_weather(path: Path) -> Read:
    from workbench.evapotranspiration.inputs.files import read_daily_table

    table = read_daily_table(path)
    frame = table.frame
    cold = frame["tmin"] if "tmin" in frame else frame["tmax"]
    facts = zip(frame["site"], frame["date"].astype(str), cold.map(str), strict=True)
    hot = frame.get("tmax", cold)
    return Read(
        [*zip(hot, facts, strict=True)],
        [*map(str, table.problems), *(f"sheet '' not read: {name}" for name in table.unused)],
    )


def read_sites(path: Path) -> Read:
    from workbench.data.problems import Problems
    from workbench.evapotranspiration.inputs.sites import read_sites

    problems = Problems(path.name)
    places = read_sites(path, problems)
    rows = [(p.name, (p.latitude, p.longitude, p.elevation)) for p in places]
    return Read(rows, [*map(str, problems)])


def read_fields(path: Path) -> Read:
    from workbench.data.notes import Notes
    from workbench.data.problems import Problems
    from workbench.evapotranspiration.inputs.field_notes import FieldNotes
    from workbench.evapotranspiration.inputs.fields import fields_of_table
    from workbench.evapotranspiration.irrigation_config import IrrigationConfig

    problems, told, notes = Problems(), FieldNotes(), Notes()
    fields, _ = fields_of_table(path, IrrigationConfig(planting="04-15"), ["farm"], told, problems)
    told.into(notes)
    rows = [(field.name, (field.crop.name, field.area, field.roots)) for field in fields]
    return Read(rows, [*map(str, problems), *map(str, notes)])


def read_applied(path: Path) -> Read:
    from workbench.data.problems import Problems
    from workbench.evapotranspiration.inputs.fields import applied_of_table

    problems = Problems()
    applied = applied_of_table(path, ["north", "south"], problems)
    rows = [(depth, (name, str(day))) for name, series in applied.items() for day, depth in series.items()]
    return Read(rows, [*map(str, problems)])


def read_figures(path: Path) -> Read:
    from workbench.finance.inputs.reading.read import read_file

    reading = read_file(path)
    dates = [*map(str, reading.values(reading.date_column))]
    rows: list[tuple[Any, Any]] = []
    for place, column in enumerate(reading.columns):
        values = reading.rows[str(place)].to_list()
        rows += [
            (value, (date, column.name))
            for value, date in zip(values, dates, strict=True)
            if isinstance(value, (int, float))
        ]
    changes = [f"rows {', '.join(map(str, change.rows))}: {change.reason}" for change in reading.changes]
    # An open question holds everything up until it is answered.
    asked = [f"sheet '{reading.sheet}' not read: {q.text}" for q in reading.questions]
    cells = [f"sheet '{reading.sheet}' not read: {name}" for name in reading.sheets[1:]]
    return Read(rows, [*map(str, reading.problems), *changes, *asked, *cells])


PRICES = {
    "pattern": "price*",
    "table": "price",
    "stamp": "Time",
    "series": "Region",
    "values": {"rrp": "Price"},
}


def read_prices(path: Path) -> Read:
    from workbench.market.inputs.drop_rows import Drop
    from workbench.market.inputs.ingest import read_file
    from workbench.market.model.nem import NEM

    found = read_file(path, NEM, [Drop(**PRICES, cadences=(5, 30))])
    found.check()
    frame = found.frames["price"]
    rows = zip(frame["rrp"], zip(frame["region"], frame["stamp"].cast(str), strict=True), strict=True)
    return Read([*rows], [*map(str, found.problems)])


def read_wide(path: Path) -> Read:
    from workbench.market.inputs.drop_rows import Drop
    from workbench.market.inputs.ingest import read_file
    from workbench.market.model.nem import NEM

    drop = Drop(
        "power*", "unit_power", "Time", columns={"COAL1": "Coal 1", "WIND1": "Wind 1"}, cadences=(30,)
    )
    found = read_file(path, NEM, [drop])
    found.check()
    frame = found.frames["unit_power"]
    value = frame.columns[-1] if frame.schema[frame.columns[-1]].is_float() else "mw"
    rows = zip(frame[value], zip(frame["unit"], frame["stamp"].cast(str), strict=True), strict=True)
    return Read([*rows], [*map(str, found.problems)])


def read_nemweb(path: Path) -> Read:
    from workbench.market.inputs.ingest import read_file
    from workbench.market.model.nem import NEM

    found = read_file(path, NEM)
    found.check()
    rows: list[tuple[Any, Any]] = []
    for frame in found.frames.values():
        numbers = [name for name, kind in frame.schema.items() if kind.is_float()]
        for row in frame.iter_rows(named=True):
            rows += [(row[name], str(row["stamp"])) for name in numbers]
    return Read(rows, [*map(str, found.problems)])


def read_units(path: Path) -> Read:
    from workbench.market.inputs.units_register import read_register
    from workbench.market.model.nem import NEM

    units, problems = read_register(path, NEM)
    rows = [(u.name, (u.station, u.region, u.fuel, str(u.capacity_mw))) for u in units]
    return Read(rows, [*map(str, problems)])


def read_network(path: Path) -> Any:
    from workbench.capacity.inputs.network_files import check_network, read_network
    from workbench.data.problems import Problems

    problems = Problems(path.name)
    network = read_network(path, problems)
    check_network(network, problems)
    return network


# good files


def _hours(header: Sequence[str], row: Callable[[int], Sequence[Any]], many: int = 36, **how: Any) -> Book:
    return table_seed([header, *map(row, range(many))], **how)


def hour_books(name: str) -> list[Book]:
    stamps = _hours(
        ("datetime", "load", "temperature"), lambda h: (HOURS[h], 3000.25 + h, 20.5 + h / 8), name=name
    )
    blocks = _hours(
        ("Date", "Block", "Demand (MW)"), lambda h: (HOURS[24 * (h // 24)], h % 24 + 1, 500.75 + h), name=name
    )
    days = table_seed(
        [
            ["date", *(f"H{hour}" for hour in range(1, 25))],
            *(
                [HOURS[0] + datetime.timedelta(day), *(70.5 + 24 * day + hour for hour in range(24))]
                for day in range(3)
            ),
        ],
        name=name,
    )
    aemo = _hours(
        ("REGION", "SETTLEMENTDATE", "TOTALDEMAND", "RRP"),
        lambda h: ("NSW1", HOURS[h], 7000.25 + h, 50.5 + h / 8),
        name=name,
    )
    intervals = _hours(
        ("MTU (CET/CEST)", "Actual Total Load [MW] - BZN|FR"),
        lambda h: (f"{HOURS[h]:%d.%m.%Y %H:%M} - {HOURS[h + 1]:%d.%m.%Y %H:%M}", 9000.25 + h),
        35,
        name=name,
    )
    return [stamps, blocks, days, aemo, intervals]


def weather_books() -> list[Book]:
    rows = [
        (site, day, 30.25 + at + 10 * place, 12.5 + at)
        for place, site in enumerate(("Kochi", "NA"))
        for at, day in enumerate(DAYS)
    ]
    return [
        table_seed([("site", "date", "tmax [°C]", "tmin"), *rows], name=""),
        table_seed(
            [("Date", "Tmax", "Tmin", "u2 [m/s]"), *((d, a, b, 2.0) for _, d, a, b in rows[:8])], name=""
        ),
    ]


def site_books() -> list[Book]:
    rows = [
        ("Kochi", 9.97, 76.28, 5.5),
        ("Pune", 18.52, 73.86, 560.0),
        ("NA", -22.7, -47.6, None),
        ("007", 18.25, 74.5, 3.0),
    ]
    return [table_seed([("site", "latitude", "longitude", "elevation [m]"), *rows], name="")]


def field_books() -> list[Book]:
    rows = [
        ("north", "tomato", 2.5, 0.8),
        ("south", "cotton", 11.25, 1.2),
        ("Süd 3", "maize, grain", 4.0, 1.0),
    ]
    return [table_seed([("field", "crop", "area [ha]", "roots [m]"), *rows], name="")]


def applied_books() -> list[Book]:
    rows = [("2024-05-03", "north", 12.5), ("2024-05-04", "south", 30.0), ("2024-05-20", "north", 8.25)]
    return [table_seed([("date", "field", "irrigation [mm]"), *rows], name="")]


def figure_books(name: str) -> list[Book]:
    rows = [
        (month, region, 1234.5 + 10 * at + place, 1000.25 + 10 * at + place)
        for at, month in enumerate(MONTHS)
        for place, region in enumerate(("North", "Süd"))
    ]
    return [table_seed([("Date", "Region", "Revenue", "Expenses"), *rows], name=name)]


def price_books() -> list[Book]:
    stamps = [
        datetime.datetime.fromisoformat("2025-08-20T18:00") + datetime.timedelta(minutes=5 * at)
        for at in range(1, 13)
    ]
    rows = [
        (stamp, region, 10.5 + at + 100 * place)
        for at, stamp in enumerate(stamps)
        for place, region in enumerate(("SA1", "NSW1"))
    ]
    return [table_seed([("Time", "Region", "Price"), *rows], name="")]


def power_books() -> list[Book]:
    stamps = [
        datetime.datetime.fromisoformat("2025-08-20T18:00") + datetime.timedelta(minutes=30 * at)
        for at in range(1, 11)
    ]
    return [
        table_seed(
            [("Time", "Coal 1", "Wind 1"), *((s, 300.5 + at, 40.25 + at) for at, s in enumerate(stamps))],
            name="",
        )
    ]


UNITS = (
    ("COAL1", "Big Coal", "NSW1", "Black coal", "A Ltd", 720.5),
    ("WIND1", "Windy", "SA1", "Wind", "B Ltd", 99.75),
    ("SOL1", "Süd farm", "QLD1", "Solar", "", 50.0),
    ("BATT1", "Battery", "VIC1", "Battery", "C", 100.0),
)


def unit_books(name: str) -> list[Book]:
    headers = (
        ("Unit", "Station", "Region", "Fuel", "Owner", "Capacity (MW)"),
        ("DUID", "Site Name", "RegionID", "Fuel Source - Descriptor", "Participant", "Reg Cap (MW)"),
        ("Unit Name", "Station Name", "Region ID", "Fuel Type", "Owner", "Capacity_MW"),
    )
    return [table_seed([header, *UNITS], name=name) for header in headers]


def nemweb_books() -> list[Book]:
    rows = [
        (
            "C",
            "NEMP.WORLD",
            "DISPATCHSCADA",
            "AEMO",
            "PUBLIC",
            "2025/08/20",
            "18:05:13",
            "1",
            "DISPATCHSCADA",
            "0",
        ),
        ("I", "DISPATCH", "UNIT_SCADA", "1", "SETTLEMENTDATE", "DUID", "SCADAVALUE", "LASTCHANGED"),
        *(
            (
                "D",
                "DISPATCH",
                "UNIT_SCADA",
                "1",
                "2025/08/20 18:10:00",
                f"U{at}",
                412.5 + at,
                "2025/08/20 18:05:07",
            )
            for at in range(8)
        ),
        ("C", "END OF REPORT", 11),
    ]
    return [table_seed(rows, name="")]


def as_zip(book: Book) -> bytes:
    """Write the text of a table into an archive."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(zipfile.ZipInfo("A.CSV"), as_text(book))
    return sink.getvalue()


def _made(write: Callable[[Path], Any]) -> list[Book]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write(path)
        return [workbook_seed(path.read_bytes())]


def demand_books() -> list[Book]:
    import numpy as np

    from workbench.demand.inputs.template import write_demand_template
    from workbench.sample.demand import sample_demand

    return _made(lambda path: write_demand_template(path, sample_demand(np.random.default_rng(1))))


def sales_books() -> list[Book]:
    years = range(2013, 2027)
    names = ("Homes", "Shops", "Farms", "Rails")
    sales = {
        name: [4000.5 * (i + 1) + 10.25 * k * (i + 2) for k in range(14)] for i, name in enumerate(names)
    }
    across = [("Sales (MU)", *(f"{y - 1}-{y % 100:02}" for y in years)), *((n, *v) for n, v in sales.items())]
    down = [("Year", *(f"{name} (MU)" for name in names))]
    down += [(year, *(values[k] for values in sales.values())) for k, year in enumerate(years)]
    return [table_seed(across, ""), table_seed(down, "")]


def plant_books() -> list[Book]:
    from capacity.test_blank_cells import EXAMPLE

    from workbench.capacity.inputs.template import write_template
    from workbench.sample.plants import write_plants

    return [*_made(write_plants), *_made(lambda path: write_template(path, EXAMPLE))]


def target_books() -> list[Book]:
    months = ("Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar")
    years = range(2026, 2034)
    annual = [("Year", "Energy [GWh]", "Peak [MW]"), *((y, 26000.5 + 10 * y, 4000.25 + y) for y in years)]
    peaks = [("Year", *months), *((y, *(3000.125 + 20 * (y - 2026) + m for m in range(12))) for y in years)]
    book = table_seed(annual, "Total Demand")
    return [Book([*book.grids, *table_seed(peaks, "max_demand").grids])]


@lru_cache(maxsize=1)
def network_bytes() -> bytes:
    import pypsa

    network = pypsa.Network(snapshots=range(4))
    network.add("Bus", "a")
    network.add("Carrier", ["coal", "wind"])
    network.add(
        "Generator",
        ["G1", "G2"],
        bus="a",
        carrier=["coal", "wind"],
        p_nom=[100.0, 50.0],
        marginal_cost=[20.0, 0.0],
    )
    network.add("Load", "L", bus="a", p_set=[10.0, 20.0, 30.0, 40.0])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.nc"
        network.export_to_netcdf(str(path))
        return path.read_bytes()


def network_books() -> list[Book]:
    import pypsa

    def write(path: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a.nc").write_bytes(network_bytes())
            pypsa.Network(str(Path(folder) / "a.nc")).export_to_excel(str(path))

    return _made(write)


def table_reader(
    name: str,
    read: Callable[[Path], Read],
    books: Callable[[], Iterable[Book]],
    write: Callable[[Book], bytes],
    file: str,
) -> Reader:
    """Make a reader of tables whose rows are counted."""

    def read_bytes(content: bytes) -> Read:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / file
            path.write_bytes(content)
            return read(path)

    def seeds() -> tuple[Seed, ...]:
        return seeds_of(books(), write, read_bytes)

    return Reader(name, read, seeds, file, lost=lost_rows)


TABLE_READERS = (
    table_reader("hours-text", read_hours, lambda: hour_books(""), as_text, "hourly.csv"),
    table_reader("hours-workbook", read_hours, lambda: hour_books("Hourly"), as_workbook, "hourly.xlsx"),
    table_reader("hours-parquet", read_hours, lambda: hour_books("")[:1], as_parquet, "hourly.parquet"),
    table_reader("demand-workbook", read_demand, demand_books, as_workbook, "demand.xlsx"),
    table_reader("sales-text", read_demand, sales_books, as_text, "sales.csv"),
    table_reader("sales-workbook", read_demand, sales_books, as_workbook, "sales.xlsx"),
    table_reader("plants-workbook", read_plants, plant_books, as_workbook, "plants.xlsx"),
    table_reader("targets", read_targets, target_books, as_workbook, "targets.xlsx"),
    table_reader("weather-text", read_weather, weather_books, as_text, "eto_weather.csv"),
    table_reader("weather-parquet", read_weather, weather_books, as_parquet, "eto_weather.parquet"),
    table_reader("sites-text", read_sites, site_books, as_text, "eto_sites.csv"),
    table_reader("sites-parquet", read_sites, site_books, as_parquet, "eto_sites.parquet"),
    table_reader("fields-text", read_fields, field_books, as_text, "eto_fields.csv"),
    table_reader("applied-text", read_applied, applied_books, as_text, "eto_irrigation.csv"),
    table_reader("finance-text", read_figures, lambda: figure_books(""), as_text, "figures.csv"),
    table_reader(
        "finance-workbook", read_figures, lambda: figure_books("Figures"), as_workbook, "figures.xlsx"
    ),
    table_reader("prices-text", read_prices, price_books, as_text, "prices.csv"),
    table_reader("prices-parquet", read_prices, price_books, as_parquet, "prices.parquet"),
    table_reader("power-text", read_wide, power_books, as_text, "power.csv"),
    table_reader("nemweb-text", read_nemweb, nemweb_books, as_text, "PUBLIC_A.CSV"),
    table_reader("nemweb-archive", read_nemweb, nemweb_books, as_zip, "PUBLIC_A.zip"),
    table_reader("units-text", read_units, lambda: unit_books(""), as_text, "units.csv"),
    table_reader("units-workbook", read_units, lambda: unit_books("Units"), as_workbook, "units.xlsx"),
    table_reader("units-parquet", read_units, lambda: unit_books(""), as_parquet, "units.parquet"),
    Reader("network-file", read_network, lambda: (Seed(network_bytes()),), "network.nc"),
    Reader(
        "network-workbook",
        read_network,
        lambda: tuple(
            Seed(as_workbook(book), book, as_workbook, mutated_book, 0.85) for book in network_books()
        ),
        "network.xlsx",
    ),
)
"""Every reader of tables; a new one is one line."""
