"""A workbook of yearly sales as planners keep it, without ``~`` tables: what each of its series by year means.

Sectors, drivers, losses, load factors and peaks are told by their names and units; whatever is told to be none of
these is listed as not used, and totals are compared with the sum of their sectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.data.notes import Notes
from workbench.data.problems import Answer, Problems
from workbench.data.tables.table import plain_name, without_unit
from workbench.data.texts.years import Kind
from workbench.data.workbooks.finding import MARK
from workbench.data.workbooks.reading import Sheet, Workbook
from workbench.demand.inputs.driver_sheets import DriverTables
from workbench.demand.inputs.electricity_unit import UNITS_SHEET, UnitLabel, label_of
from workbench.demand.inputs.main_sheet import MAIN, MainSheet
from workbench.demand.inputs.sector_sheets import SectorSheet, with_signs
from workbench.demand.inputs.series_assumptions import ASSUMPTIONS, take_assumptions
from workbench.demand.inputs.series_meaning import (
    Meaning,
    is_not_used,
    meaning_of,
    says_no_user,
    unit_in,
    without_energy_unit,
)
from workbench.demand.inputs.series_values import clash, numbers_of
from workbench.demand.inputs.year_series import YearSeries, series_of
from workbench.demand.model.roles import REDUCING, role_of

__all__ = ["PlainWorkbook", "is_plain", "read_plain"]

FOR_READERS = ("readme", "notes", "cover", "contents", "index")
"""Plain names of sheets that nobody expects to be read."""
OF_PLANTS = ("plants", "generators")
TOTAL_TOLERANCE = 0.005
"""Share by which a total may differ from the sum of its sectors before that is said."""
MAX_NAMES = 3
"""Series that one note names."""


@dataclass(slots=True)
class PlainWorkbook:
    """What a workbook without ``~`` tables says."""

    main: MainSheet
    sheets: dict[str, SectorSheet]
    drivers: DriverTables
    unit: UnitLabel
    unused: Notes
    totals: list[YearSeries] = field(default_factory=list)
    assumptions: dict[Meaning, list[YearSeries]] = field(default_factory=dict)
    """Losses, load factors and peaks."""
    not_used: dict[tuple[str, str], list[YearSeries]] = field(default_factory=dict)
    """By sheet and the words that tell it."""


def is_plain(book: Workbook) -> bool:
    """Whether a workbook has no ``~`` table, no sheet ``main`` that lacks them, and no sheet of plants."""
    main = book.find_sheet(MAIN)
    return (
        not any(map(book.find_sheet, OF_PLANTS))
        and not any(
            isinstance(value, str) and value.startswith(MARK)
            for sheet in book.sheets
            for row in sheet.rows
            for value in row
        )
        and (main is None or bool(series_of(book.sheet(main)).series))
    )


def read_plain(book: Workbook, left_out: Sequence[str], problems: Problems) -> PlainWorkbook | None:
    """Read the series by year of a workbook; None where none is of a sector.

    Parameters
    ----------
    book
        The workbook.
    left_out
        Sectors that are not read.
    problems
        Collects what was found, and how it was read.
    """
    plain = PlainWorkbook(MainSheet(""), {}, DriverTables(), UnitLabel(), Notes(book.path.name))
    sectors: list[YearSeries] = []
    for name in book.sheet_names:
        sectors += _read_sheet(book.sheet(name), plain, problems)
    take_assumptions(plain.assumptions, plain.main, plain.unused, problems)
    _note_not_used(plain)
    sectors = sectors or plain.totals
    if not sectors:
        return None
    named = _named(sectors, problems)
    counts = {sheet: sum(series.sheet == sheet for series in sectors) for sheet in book.sheet_names}
    plain.main.name = max(counts, key=lambda sheet: counts[sheet])
    plain.main.sectors = {name: parts[0].cell for name, parts in named.items()}
    plain.unit = _unit(sectors, left_out, problems)
    if not plain.unit.unit and (stated := label_of(book, problems)).unit:
        plain.unit = stated
    for name, parts in named.items():
        if name not in left_out:
            plain.sheets[name] = _sector(name, parts, problems)
    plain.main.drivers = dict.fromkeys(named, tuple(plain.drivers.actual))
    _tell(plain, named, problems)
    if sectors is not plain.totals:
        _compare_totals(plain, [series for parts in named.values() for series in parts], problems)
    return plain


def _read_sheet(sheet: Sheet, plain: PlainWorkbook, problems: Problems) -> list[YearSeries]:
    """Put the series of a sheet where they belong, and give those of sectors."""
    found = series_of(sheet)
    if not found.series:
        if plain_name(sheet.name) not in (UNITS_SHEET, *FOR_READERS):
            plain.unused.unused("the sheet is not used: it has no values by year", sheet=sheet.name)
        return []
    if found.numbers:
        more = f" (and {len(found.numbers) - 1} more)" if len(found.numbers) > 1 else ""
        problems.warning(
            f"a number stands here{more} in no row or column of a year and a name: it is not read.",
            sheet=sheet.name,
            cell=found.numbers[0],
        )
    for cell, text in found.unread:
        plain.unused.unused(f"'{text}' stands beside the years and is not used", sheet=sheet.name, cell=cell)
    return [series for series in found.series if _is_sector(series, plain, problems)]


def _note_not_used(plain: PlainWorkbook) -> None:
    for (sheet, told), group in plain.not_used.items():
        names = ", ".join(series.name for series in group[:MAX_NAMES])
        names += f" and {len(group) - MAX_NAMES} more" if len(group) > MAX_NAMES else ""
        plain.unused.unused(
            f"'{told}' {'' if told == names else f'({names}) '}is not used: no sales of a sector, and no driver, "
            "losses, load factor or peak",
            sheet=sheet,
            cell=f"{group[0].cell}:{list(group[-1].cells.values())[-1]}",
        )


def _is_sector(series: YearSeries, plain: PlainWorkbook, problems: Problems) -> bool:
    """Whether a series is of a sector; any other is put where it belongs."""
    meaning = meaning_of(series)
    if meaning is Meaning.TOTAL:
        plain.totals.append(series)
    elif meaning is Meaning.DRIVER:
        _take_driver(series, plain.drivers, problems)
    elif meaning in ASSUMPTIONS:
        plain.assumptions.setdefault(meaning, []).append(series)
    elif meaning is not Meaning.SECTOR:
        told = next((word for word in series.words if is_not_used(word)), series.name)
        plain.not_used.setdefault((series.sheet, told), []).append(series)
    return meaning is Meaning.SECTOR


def _take_driver(series: YearSeries, drivers: DriverTables, problems: Problems) -> None:
    name = without_unit(series.name)
    name = name if not says_no_user(name) else series.sheet
    if not drivers.actual:
        drivers.sheet = series.sheet
    values = numbers_of(series, problems)
    if name in drivers.actual:
        known = drivers.actual[name]
        if any(known.get(year, value) != value for year, value in values.items()):
            problems.error(
                f"the driver '{name}' is there twice with different values; remove one.",
                sheet=series.sheet,
                cell=series.cell,
            )
    gaps = [year for year in range(min(values, default=0), max(values, default=0)) if year not in values]
    if gaps:
        listed = ", ".join(map(str, gaps))
        problems.error(
            f"'{name}' has no value in {listed}; fill it in.", sheet=series.sheet, cell=series.cell
        )
    drivers.actual.setdefault(name, {}).update(values)
    for year in values:
        place = series.cells[year]
        drivers.cells[name, year] = place if series.sheet == drivers.sheet else f"{series.sheet}!{place}"


def _named(sectors: Sequence[YearSeries], problems: Problems) -> dict[str, list[YearSeries]]:
    """Name the sectors: by section where several have one name, by sheet where the name says no user."""
    names: dict[str, list[YearSeries]] = {}
    for series in sectors:
        name = without_energy_unit(series.name)
        names.setdefault(series.sheet if says_no_user(name) else name, []).append(series)
    named: dict[str, list[YearSeries]] = {}
    for name, same in names.items():
        if not clash(same):
            named[name] = _once(name, same, problems)
            continue
        parts = {f"{series.section} {name}".strip(): series for series in same}
        if len(parts) == len(same):
            named |= {part: [series] for part, series in parts.items()}
            continue
        places = " and ".join(dict.fromkeys(f"'{series.sheet}'!{series.cell}" for series in same))
        problems.error(
            f"the sector '{name}' is there more than once, in {places}, with other values in the same years; keep "
            "one, or give each its own name.",
            sheet=same[1].sheet,
            cell=same[1].cell,
        )
        named[name] = same[:1]
    return named


def _once(name: str, same: Sequence[YearSeries], problems: Problems) -> list[YearSeries]:
    """Say which series repeat values of others; they count once."""
    known: set[int] = set()
    for series in same:
        if not known.isdisjoint(series.values):
            message = (
                f"the sector '{name}' is there again, with the values of '{same[0].sheet}'!{same[0].cell}: it"
            )
            problems.warning(f"{message} counts once.", sheet=series.sheet, cell=series.cell)
        known |= set(series.values)
    whole = max(same, key=lambda series: len(series.values))
    return [series for series in same if series is whole or not whole.values.keys() >= series.values.keys()]


def _sector(name: str, parts: Sequence[YearSeries], problems: Problems) -> SectorSheet:
    values: dict[int, float] = {}
    cells: dict[int, str] = {}
    projected: set[int] = set()
    for series in parts:
        if series.placeholders:
            text, first = series.placeholders[0]
            many = f" and {len(series.placeholders) - 1} more" if len(series.placeholders) > 1 else ""
            message = f"'{text}'{many} in the values of '{series.name}': not known, and no zero."
            problems.change(message, sheet=series.sheet, cell=first)
        other = series.sheet != parts[0].sheet
        for year, value in numbers_of(series, problems).items():
            values[year] = value
            cells[year] = f"{series.sheet}!{series.cells[year]}" if other else series.cells[year]
        projected |= {year for year, kind in series.kinds.items() if kind is Kind.PROJECTION}
    sheet = parts[0].sheet
    values = with_signs(values, cells, sheet, role_of(name) in REDUCING, problems)
    return SectorSheet(name, sheet, values, cells, frozenset(projected))


def _unit(sectors: Sequence[YearSeries], left_out: Sequence[str], problems: Problems) -> UnitLabel:
    """The unit of energy that the sectors are in; an error where they say several, or some tables none."""
    found: dict[str, UnitLabel] = {}
    tables: dict[tuple[str, int], list[YearSeries]] = {}
    with_unit: set[tuple[str, int]] = set()
    for series in sectors:
        table = (series.sheet, series.block)
        tables.setdefault(table, []).append(series)
        unit = next((unit for word in series.words if (unit := unit_in(word))), None)
        if unit is not None:
            with_unit.add(table)
            found.setdefault(unit, UnitLabel(unit, series.sheet, series.cell))
    if len(found) > 1:
        first, second = list(found.values())[:2]
        problems.error(
            f"'{first.unit}' is said in '{first.sheet}'!{first.cell} and '{second.unit}' here: bring all sectors "
            "to one unit.",
            sheet=second.sheet,
            cell=second.cell,
        )
    for table, members in tables.items() if found else ():
        names = [name for s in members if (name := without_energy_unit(s.name)) not in left_out]
        if table not in with_unit and names:
            problems.error(
                f"no unit is said of {', '.join(names)}, unlike of others: write it into the header or the title "
                "where they are sales, or name them in left_out where they are not.",
                sheet=table[0],
                cell=members[0].cell,
            )
            problems.offer(*(Answer("left_out", name, f"Leave out {name}") for name in names))
    return next(iter(found.values()), UnitLabel(sheet=sectors[0].sheet, is_needed=True))


def _tell(plain: PlainWorkbook, named: Mapping[str, Sequence[YearSeries]], problems: Problems) -> None:
    """Say how the workbook was read, so that a wrong guess is seen."""
    years = {year for sheet in plain.sheets.values() for year in sheet.values}
    if not years:
        return
    others = {
        "drivers": ", ".join(plain.drivers.actual),
        "losses": "losses" if plain.main.losses else "",
        "load factors": "load factors" if plain.main.load_factors else "",
        "peaks": "peaks" if plain.main.peaks else "",
    }
    more = "; ".join(text for text in others.values() if text)
    problems.change(
        f"there are no ~ tables: the sales by year of {min(years)} to {max(years)} are read as the sectors "
        f"{', '.join(named)}" + (f"; also read: {more}." if more else "."),
        sheet=plain.main.name,
    )
    first = next(iter(named.values()))[0]
    marks = {year: kind for parts in named.values() for s in parts for year, kind in s.kinds.items()}
    provisional = sorted(year for year, kind in marks.items() if kind is Kind.PROVISIONAL)
    if provisional:
        problems.warning(
            f"{', '.join(map(str, provisional))}: marked as provisional (P), and read as actual; if they are "
            "projections, name the last actual year in the setting last_actual_year.",
            sheet=first.sheet,
        )


def _differences(
    said: Mapping[int, float], parts: Sequence[YearSeries], silent: Problems
) -> dict[int, float]:
    """Sum of the parts in the years in which a total says something else."""
    numbers = [numbers_of(series, silent) for series in parts]
    sums = {year: sum(part.get(year, 0.0) for part in numbers) for year in said}
    return {
        year: sums[year] for year in said if abs(sums[year] - said[year]) > TOTAL_TOLERANCE * abs(said[year])
    }


def _compare_totals(plain: PlainWorkbook, sectors: Sequence[YearSeries], problems: Problems) -> None:
    """Compare the total of a table with the sum of its sectors: a part may be missing, or counted twice."""
    silent = Problems(problems.file)
    for total in plain.totals:
        whole = [s for s in sectors if (s.sheet, s.block) == (total.sheet, total.block)]
        section = [s for s in whole if s.section == total.section]
        said = numbers_of(total, silent)
        # A total below the last section is of that section, or of all.
        off = min(
            (_differences(said, mine, silent) for mine in (section, whole) if mine), key=len, default={}
        )
        if off:
            year = max(off)
            summed = off[year]
            problems.warning(
                f"'{total.name}' says {said[year]:,.6g} in {year}, its sectors sum to {summed:,.6g}"
                + (f" ({len(off)} years differ)" if len(off) > 1 else "")
                + ": a sector is missing, or one counts twice.",
                sheet=total.sheet,
                cell=total.cells[year],
            )
