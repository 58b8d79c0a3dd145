"""Layouts in which public sources export hourly loads: their headers say the clock, and what a stamp marks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.texts.dates import DateOrder
from workbench.hourly_loads.rules import Stamps

MAX_LISTED = 6
_ZONES = {
    "utc": "UTC",
    "cet/cest": "Europe/Brussels",
    "wet/west": "Europe/Lisbon",
    "eet/eest": "Europe/Helsinki",
}
"""Clocks as ENTSO-E abbreviates them -> a zone that keeps them."""
_SMARD_LOAD = r"(gesamt\(netzlast\)|netzlast|total\(gridload\)|gridload)\[mwh\].*"


@dataclass(frozen=True, slots=True)
class PublicLayout:
    """How a source lays out its export; names are those of :func:`plain_name`, as regular expressions.

    Parameters
    ----------
    source
        Whose it is.
    times, load
        The column of stamps (its group ``zone`` names the clock), and the one that is read.
    clock
        The column of the time of day, where stamps are days.
    beside
        Another column that the layout has.
    zone
        IANA name of the clock of its stamps; that of the settings when empty.
    stamps
        What a stamp marks.
    order
        Which of day and month comes first.
    areas
        Columns in which every row has to say the same: one file may hold many regions.
    energy
        Whether the values are MWh of each reading, not MW.
    """

    source: str
    times: str
    load: str
    clock: str = ""
    beside: str = ""
    zone: str = ""
    stamps: Stamps = Stamps.BEGINS
    order: DateOrder | None = None
    areas: tuple[str, ...] = ()
    energy: bool = False


# https://www.aemo.com.au/energy-systems/electricity/national-electricity-market-nem/data-nem/aggregated-data
# https://transparency.entsoe.eu (Total Load - Day Ahead / Actual), https://www.eia.gov/electricity/gridmonitor
# https://www.smard.de/home/downloadcenter, https://dataminer2.pjm.com/feed/hrl_load_metered
# https://www.ercot.com/gridinfo/load/load_hist
LAYOUTS = (
    PublicLayout(
        "AEMO (price and demand)",
        "settlementdate",
        "totaldemand",
        beside="rrp|region|regionid",
        # Market time is UTC+10 all year; POSIX writes the sign the other way round.
        zone="Etc/GMT-10",
        stamps=Stamps.ENDS,
        areas=("region", "regionid", "periodtype"),
    ),
    PublicLayout(
        "ENTSO-E (total load)",
        r"(mtu|time)(\((?P<zone>[a-z/]+)\))?",
        r"actualtotalload(\[mw\]|\(mw\))(-.+)?",
        order=DateOrder.DAY_FIRST,
        areas=("area",),
    ),
    PublicLayout(
        "EIA-930 (balance)",
        "utctimeatendofhour",
        r"demand\(mw\)",
        zone="UTC",
        stamps=Stamps.ENDS,
        order=DateOrder.MONTH_FIRST,
        areas=("balancingauthority", "sub-region"),
    ),
    PublicLayout(
        "EIA-930 (one authority)",
        "utctime",
        "d",
        beside="ng|ti|df",
        zone="UTC",
        stamps=Stamps.ENDS,
        order=DateOrder.MONTH_FIRST,
        areas=("ba",),
    ),
    PublicLayout(
        "SMARD (realised consumption)",
        "datumvon|startdate",
        _SMARD_LOAD,
        beside="datumbis|enddate",
        zone="Europe/Berlin",
        order=DateOrder.DAY_FIRST,
        energy=True,
    ),
    PublicLayout(
        "SMARD (realised consumption)",
        "datum|date",
        _SMARD_LOAD,
        clock="anfang|start",
        beside="ende|end",
        zone="Europe/Berlin",
        order=DateOrder.DAY_FIRST,
        energy=True,
    ),
    PublicLayout(
        "PJM (Data Miner)",
        "datetimebeginningutc",
        "mw|instantaneousload",
        beside="datetimebeginningept",
        zone="UTC",
        order=DateOrder.MONTH_FIRST,
        areas=("loadarea", "area"),
    ),
    PublicLayout(
        "ERCOT (native load)",
        "hourending|hourend",
        "ercot",
        zone="America/Chicago",
        stamps=Stamps.ENDS,
        order=DateOrder.MONTH_FIRST,
    ),
    PublicLayout(
        "ERCOT (actual system load)",
        "operday",
        "total",
        clock="hourending",
        beside="dstflag",
        zone="America/Chicago",
        stamps=Stamps.ENDS,
        order=DateOrder.MONTH_FIRST,
    ),
)


@dataclass(frozen=True, slots=True)
class PublicColumns:
    """The columns of a table that has a public layout, as its header writes them."""

    layout: PublicLayout
    times: str
    load: str
    clock: str
    zone: str


def find_public(columns: Sequence[str]) -> PublicColumns | None:
    """Find the public layout that the headers of a table have."""
    for layout in LAYOUTS:
        times, load, clock, beside = (
            _first(columns, pattern) for pattern in (layout.times, layout.load, layout.clock, layout.beside)
        )
        if not times or not load or bool(layout.clock) > bool(clock) or bool(layout.beside) > bool(beside):
            continue
        match = re.fullmatch(layout.times, plain_name(times))
        said = (match.groupdict().get("zone") or "") if match else ""
        return PublicColumns(layout, times, load, clock, _ZONES.get(said, layout.zone))
    return None


def is_public_header(text: str) -> bool:
    """Whether a text is the header of a column of stamps or loads of a public layout."""
    name = plain_name(text)
    return any(re.fullmatch(f"{layout.times}|{layout.load}", name) for layout in LAYOUTS)


def report_public(found: PublicColumns, table: Table, problems: Problems) -> None:
    """Say how an export is read; rows of several regions are an error."""
    layout = found.layout
    clock = f"on the clock of {found.zone}" if found.zone else "on the clock of the settings"
    problems.change(
        f"the header is that of an export of {layout.source}: each reading {layout.stamps} at its stamp, {clock}; "
        f"its loads are those of '{found.load}'.",
        sheet=table.sheet,
        cell=table.header_cell(found.times),
    )
    for name in table.columns:
        if plain_name(name) not in layout.areas:
            continue
        values = list(dict.fromkeys(str(value) for value in table.column(name) if value is not None))
        if len(values) > 1:
            more = f" and {len(values) - MAX_LISTED} more" if len(values) > MAX_LISTED else ""
            problems.error(
                f"the column '{name}' says that it holds several loads ({', '.join(values[:MAX_LISTED])}{more}); "
                "keep the rows of one of them.",
                sheet=table.sheet,
                cell=table.header_cell(name),
            )


def _first(columns: Sequence[str], pattern: str) -> str:
    return next((name for name in columns if pattern and re.fullmatch(pattern, plain_name(name))), "")
