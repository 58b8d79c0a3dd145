"""The monthly archives of the NEM: where they lie, and which of their files bring which tables.

Source: AEMO, MMS data archive (Data_Archive/Wholesale_Electricity/MMSDM), a folder a month since July 2009. Files
were called ``PUBLIC_DVD_<table>_<month>010000.zip`` until July 2024, and are since called
``PUBLIC_ARCHIVE#<table>#FILE<nn>#<month>010000.zip``; large tables come in several.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from workbench.errors import SettingError
from workbench.market.model.description import MarketDescription

FIRST_MONTH = "2009-07"
ARCHIVE = "https://www.nemweb.com.au"
_FOLDER = (
    "/Data_Archive/Wholesale_Electricity/MMSDM/{year}/MMSDM_{year}_{month}/"
    "MMSDM_Historical_Data_SQLLoader/DATA/"
)
TABLES: Mapping[str, tuple[str, ...]] = {
    "unit_power": ("DISPATCH_UNIT_SCADA",),
    "price": ("DISPATCHPRICE", "TRADINGPRICE"),
    "region": ("DISPATCHREGIONSUM",),
    "flow": ("DISPATCHINTERCONNECTORRES",),
    "rooftop": ("ROOFTOP_PV_ACTUAL",),
}
"""Raw table -> tables of the archive."""
SETTLED = "TRADINGPRICE"
"""Only needed while energy was settled by a longer interval than that of the dispatch."""


@dataclass(frozen=True, slots=True)
class ArchiveMonth:
    """A month of the archive.

    Parameters
    ----------
    month
        Such as ``"2020-11"``.
    tables
        Tables of the archive that are wanted of it.
    """

    month: str
    tables: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Folder with its files, relative to the archive's address."""
        year, month = self.month.split("-")
        return _FOLDER.format(year=year, month=month)

    def chosen(self, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Give the files of each table among the names of the folder; none where the month has none of it."""
        digits = self.month.replace("-", "")
        listed = sorted(set(names))
        return {
            table: tuple(name for name in listed if _pattern(table, digits).fullmatch(name))
            for table in self.tables
        }

    def address(self, name: str) -> str:
        """Address of a file."""
        return self.folder + quote(name)


def _pattern(table: str, digits: str) -> re.Pattern[str]:
    return re.compile(rf"PUBLIC_(?:DVD_{table}_|ARCHIVE#{table}#FILE\d+#){digits}\d*\.zip", re.IGNORECASE)


def archive_months(
    first: str, last: str, tables: Iterable[str], description: MarketDescription
) -> tuple[ArchiveMonth, ...]:
    """List the months from the first to the last, each with the tables that are wanted of it.

    Raises
    ------
    SettingError
        When a month cannot be read, or the last comes before the first.
    """
    settled = max((rule.until[:7] for rule in description.settlements), default="")
    wanted = [name for table in tables for name in TABLES[table]]
    made = []
    for month in _months(first, last):
        chosen = tuple(name for name in wanted if name != SETTLED or month < settled)
        made.append(ArchiveMonth(month, chosen))
    return tuple(made)


def month_of_text(text: str, setting: str) -> datetime.date:
    """Read a month.

    Raises
    ------
    SettingError
        When it is none, or of before the archive.
    """
    try:
        month = datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        raise SettingError(
            f"{setting} is {text!r}, expected a month such as 2020-11.", setting, text
        ) from None
    if text < FIRST_MONTH:
        raise SettingError(f"{setting} is {text}; the archive begins with {FIRST_MONTH}.", setting, text)
    return month


def _months(first: str, last: str) -> Iterator[str]:
    month, end = month_of_text(first, "first_month"), month_of_text(last, "last_month")
    if end < month:
        raise SettingError(f"The last month {last} comes before the first, {first}.", "last_month", last)
    while month <= end:
        yield f"{month:%Y-%m}"
        month = (month + datetime.timedelta(days=32)).replace(day=1)
