"""Which sheets of a workbook that is no template hold plants, candidates and carriers, told by their headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from workbench.capacity.inputs.sheets.headers import UNITS, Headers, meaning_of
from workbench.capacity.inputs.template import BY_YEAR, COLUMNS
from workbench.data.problems import Problems
from workbench.data.tables.table import Table, plain_name
from workbench.data.workbooks.finding import SEARCHED_ROWS, header_text
from workbench.data.workbooks.reading import Sheet, Workbook

_COST = {"marginal_cost", "fuel_price", "variable_om"}
_BUILT = ("candidate", "new", "proposed", "option", "planned", "expansion", "potential")
_STANDING = ("existing", "operat", "commission", "construction", "active", "running")
_GONE = ("retired", "decommissioned", "scrapped", "closed", "shut")
LIST = {"name": "", "carrier": "", **UNITS, "units": "", "status": ""}
"""Every column that a plant list may have, with its unit."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sheet that is read as one of a plant list."""

    sheet: str
    header: tuple[str, ...]
    """Texts of its header row."""


def sheets_of_list(book: Workbook) -> dict[str, Found]:
    """Find plants, options and carriers among the sheets; of several that fit, the one with the telling name.

    Parameters
    ----------
    book
        With its sheets.
    """
    fitting: dict[str, list[Found]] = {}
    for sheet in book.sheets:
        header = header_of(sheet, LIST)
        kind = _kind_of({meaning_of(text, LIST)[0] for text in header})
        if kind:
            fitting.setdefault(kind, []).append(Found(sheet.name, header))
    return {kind: found[0] for kind, found in fitting.items() if len(found) == 1}


def header_of(sheet: Sheet, units: Mapping[str, str], by_year: str = "") -> tuple[str, ...]:
    """Row with the most headers that are known, among the first ones; empty without two of them."""
    best: tuple[str, ...] = ()
    most = 1
    for row in sheet.rows[:SEARCHED_ROWS]:
        texts = tuple(header_text(value) for value in row if isinstance(value, (str, int, float)))
        count = len({meaning_of(text, units, by_year)[0] for text in texts} - {""})
        if count > most:
            best, most = texts, count
    return best


def _kind_of(names: set[str]) -> str:
    names = {name.rpartition(" ")[0] if name[-4:].isdigit() else name for name in names}
    if "carrier" not in names:
        return ""
    if names & {"p_nom", "unit_size"} and names & (_COST | {"status"}):
        return "plants"
    if "capital_cost" in names:
        return "options"
    return "carriers" if "co2_emissions" in names else ""


def without_totals(table: Table, problems: Problems) -> Table:
    """Leave out the rows that only add up others: their name is a total, and they have no carrier."""
    if table.find_column("carrier") is None or not table.columns:
        return table
    carrier, first = table.position("carrier"), 0
    if table.find_column("name") is not None:
        first = table.position("name")
    kept = []
    for number, row in enumerate(table.rows):
        label = str(row[first] or row[carrier] or "").casefold().strip(" :")
        if label.removeprefix("grand ").removeprefix("sub").lstrip("- ").startswith("total") and not (
            first != carrier and row[carrier]
        ):
            problems.change(
                "the row is a total and is left out.",
                sheet=table.sheet,
                cell=table.cell(number, table.columns[first]),
            )
        else:
            kept.append(number)
    return rows_of(table, kept)


def rows_of(table: Table, numbers: Iterable[int]) -> Table:
    """Some rows of a table."""
    kept = list(numbers)
    return replace(
        table,
        rows=tuple(table.rows[number] for number in kept),
        row_numbers=[table.row_numbers[number] for number in kept],
    )


def by_status(table: Table, problems: Problems) -> Mapping[str, Table]:
    """Plants and candidates of a sheet that holds both, told by a column ``status``."""
    if table.find_column("status") is None:
        return {"plants": table}
    place = table.position("status")
    parts: dict[str, list[int]] = {"plants": [], "options": []}
    for number, row in enumerate(table.rows):
        word = str(row[place] or "").casefold().strip()
        if any(part in word for part in _BUILT):
            parts["options"].append(number)
        elif any(part in word for part in _STANDING):
            parts["plants"].append(number)
        elif any(part in word for part in _GONE):
            problems.change(
                f"the row is left out: it is {word}.",
                sheet=table.sheet,
                cell=table.cell(number, table.columns[place]),
            )
        else:
            problems.error(
                f"the status '{row[place] or ''}' does not say whether it exists or can be built; write existing "
                "or candidate.",
                sheet=table.sheet,
                cell=table.cell(number, table.columns[place]),
            )
    options = rows_of(table, parts["options"])
    if options.find_column("p_nom_max") is None and parts["options"]:
        # What a candidate has as capacity is the most that can be built of it.
        names = tuple("p_nom_max" if plain_name(name) == "pnom" else name for name in options.columns)
        options = replace(options, columns=names)
        problems.change("the capacity of a candidate is read as its p_nom_max.", sheet=table.sheet)
    return {"plants": rows_of(table, parts["plants"])} | ({"options": options} if parts["options"] else {})


def table_of(book: Workbook, found: Found, headers: Headers) -> Table:
    """The table of a sheet under the names that are known."""
    table = book.sheet(found.sheet).table(headers.problems, headers=found.header)
    return plain_list(headers.translated(table, LIST), headers.problems)


def plain_list(table: Table, problems: Problems) -> Table:
    """A table without rows of totals, with capacity and lifetime where it has what they follow from."""
    table = _product(without_totals(table, problems), problems)
    if not {"retirement_year", "build_year"} <= set(table.columns) or table.find_column("lifetime"):
        return table
    problems.change("the lifetime is retirement_year less build_year.", sheet=table.sheet)
    return _computed(table, "retirement_year", "lifetime", "build_year", lambda end, begin: end - begin)


def _product(table: Table, problems: Problems) -> Table:
    if not {"unit_size", "units"} <= set(table.columns) or table.find_column("p_nom"):
        return table
    problems.change("the p_nom is unit_size times units.", sheet=table.sheet)
    return _computed(table, "unit_size", "p_nom", "units", lambda size, count: size * count)


def _computed(
    table: Table, source: str, name: str, other: str, compute: Callable[[float, float], float]
) -> Table:
    """A table in which a column is what it and another one come to; what is no number stays as it is."""
    place, beside = table.position(source), table.position(other)
    rows = []
    for row in table.rows:
        one, two = row[place], row[beside]
        value: object = None if one is None else f"{one} and {two}"
        if isinstance(one, (int, float)) and isinstance(two, (int, float)):
            value = compute(float(one), float(two))
        rows.append((*row[:place], value, *row[place + 1 :]))
    columns = tuple(name if column == source else column for column in table.columns)
    return replace(table, columns=columns, rows=tuple(rows))


class PlanningHeaders(Headers):
    """Headers of a planning workbook, whose sheets have columns and units of their own."""

    def table_of(self, sheet: Sheet, name: str) -> Table:
        """The table of a sheet, which is read as the one of a name, under the names that are known."""
        by_year = BY_YEAR.get(name, "") or ("currency/MW a year" if name == "FOM" else "")
        units = {column: unit for column, (unit, _) in COLUMNS.get(name, {}).items()}
        units |= dict.fromkeys({"build_year"} & set(units), "year")
        header = header_of(sheet, units, by_year) or tuple(units)
        return self.translated(sheet.table(self.problems, headers=header), units, by_year)
