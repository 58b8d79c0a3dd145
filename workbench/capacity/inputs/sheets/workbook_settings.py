"""The marked tables of the sheet ``Settings``: switches, unit commitment, monthly limits, battery cycles."""

from __future__ import annotations

from workbench.capacity.inputs.sheets.table_reader import Row, TableReader, month_of
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.workbooks.reading import Workbook

HOURS_OF_CYCLE = {"daily": 1.0, "weekly": 7.0, "monthly": 30.4, "yearly": 365.0}
"""Days that a type of cycle limit covers."""

_IN_THE_FORM = {
    "runpypsamodelon": "snapshots",
    "weightings": "hours",
    "baseyear": "years",
    "multiyearinvestment": "horizon",
    "committable": "commitment",
    "storagecharging/discharging": "storage_cycles",
    "generatorcluster": "snapshots",
}
"""Name in the workbook -> setting that decides."""

Monthly = dict[tuple[str, int], float]


def read_settings(
    book: Workbook, problems: Problems
) -> tuple[dict[str, str], dict[str, bool], Monthly, dict[str, float]]:
    """Read the marked tables.

    Returns
    -------
    dict
        Main settings by name.
    dict
        Whether a carrier is committable.
    dict
        Highest capacity factor by carrier and month.
    dict
        Full cycles a day, under the name ``battery``.
    """
    found = book.find_sheet("Settings")
    if found is None:
        return {}, {}, {}, {}
    tables = {plain_name(name): table for name, table in book.sheet(found).marked_tables(problems).items()}
    main = {}
    if (table := tables.get("mainsettings")) is not None:
        for row in TableReader(table, problems).rows("Setting", "Option"):
            main[row.text("Setting")] = row.text("Option")
            instead = _IN_THE_FORM.get(plain_name(row.text("Setting")))
            if instead:
                problems.warning(
                    f"'{row.text('Setting')}' is not taken from here: the setting {instead} of the form decides.",
                    sheet=table.sheet,
                    cell=row.cell("Option"),
                )
    commitable = {}
    if (table := tables.get("commitable")) is not None:
        commitable = {
            row.text("Carrier"): row.flag("Option") for row in TableReader(table, problems).rows("Carrier")
        }
    monthly: Monthly = {}
    if (table := tables.get("monthlyconstraints")) is not None and _is_on(main, "Monthly constraints"):
        monthly = _monthly(table, problems)
    cycles: dict[str, float] = {}
    if (table := tables.get("batterycycle")) is not None and _is_on(main, "Battery Cycle"):
        for row in TableReader(table, problems).rows("Type"):
            kind = row.text("Type").casefold()
            days = HOURS_OF_CYCLE.get(kind)
            if days is None:
                problems.error(
                    f"the cycle limit '{kind}' is not known; expected {', '.join(HOURS_OF_CYCLE)}.",
                    sheet=table.sheet,
                    cell=row.cell("Type"),
                )
                continue
            limit = row.number("No. of cycle", minimum=0) / days
            cycles["battery"] = min(limit, cycles.get("battery", limit))
    return main, commitable, monthly, cycles


def read_custom_days(table: Table | None, problems: Problems) -> tuple[str, ...]:
    """Read representative days as MM-DD."""
    rows = [] if table is None else [Row(table, number, problems) for number in range(len(table.rows))]
    return tuple(
        f"{int(row.number('Month', minimum=1, maximum=12)):02d}-"
        f"{int(row.number('Day', minimum=1, maximum=31)):02d}"
        for row in rows
    )


def _is_on(main: dict[str, str], name: str) -> bool:
    return main.get(name, "Yes").casefold() not in ("no", "off", "none")


def _monthly(table: Table, problems: Problems) -> Monthly:
    found: Monthly = {}
    for row in TableReader(table, problems).rows("Month"):
        month = month_of(row, problems)
        for column in table.columns:
            if plain_name(column) != "month" and row.has(column):
                found[column, month] = row.number(column, minimum=0.0, maximum=1.0)
    return found
