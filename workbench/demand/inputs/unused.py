"""Sheets, tables, columns and settings of a demand workbook that have no effect."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.data.notes import Note, Notes
from workbench.data.tables.table import plain_name
from workbench.data.workbooks.reading import Workbook
from workbench.demand.inputs.driver_sheets import DriverTables
from workbench.demand.inputs.electricity_unit import UNITS_SHEET
from workbench.demand.inputs.main_sheet import TABLES, MainSheet
from workbench.demand.inputs.sector_sheets import HEADERS, SectorSheet, electricity_column

__all__ = ["unused_inputs"]

READ_COLUMNS = ("year", "status")
READ_SETTINGS = ("endyear",)
FOR_READERS = ("readme",)


def unused_inputs(
    book: Workbook, main: MainSheet, sectors: Iterable[SectorSheet], drivers: DriverTables
) -> tuple[Note, ...]:
    """Give a note for each part of a workbook that was not read.

    Parameters
    ----------
    book
        The workbook.
    main, sectors, drivers
        What was read of it.
    """
    sectors = list(sectors)
    notes = Notes(book.path.name)
    _note_sheets(book, main, sectors, drivers, notes)
    for name in book.sheet(main.name).marked_tables():
        if plain_name(name) not in TABLES:
            notes.unused(f"the table ~{name} is not known and not used", sheet=main.name)
    settings = [name for name in main.settings if plain_name(name) not in READ_SETTINGS]
    if settings:
        notes.unused(
            f"~Settings: {', '.join(settings)} have no effect; settings of the run have", sheet=main.name
        )
    for sheet in sectors:
        table = book.sheet(sheet.name).table(headers=HEADERS)
        read = electricity_column(table)
        for column in table.columns:
            if column != read and plain_name(column) not in READ_COLUMNS:
                notes.unused("the column is not used", sheet=sheet.name, column=column)
    return tuple(notes)


def _note_sheets(
    book: Workbook, main: MainSheet, sectors: list[SectorSheet], drivers: DriverTables, notes: Notes
) -> None:
    sources = [*drivers.levels_source.values(), *(growth.source for growth in drivers.growth.values())]
    read = {main.name, drivers.sheet, book.find_sheet(UNITS_SHEET), *(sheet.name for sheet in sectors)}
    read |= {source.partition("!")[0] for source in sources}
    for name in book.sheet_names:
        if name not in read and plain_name(name) not in FOR_READERS:
            notes.unused("the sheet is not used", sheet=name)
