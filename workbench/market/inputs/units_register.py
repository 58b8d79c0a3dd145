"""Registers of units that people keep, as CSV, Parquet or Excel, read as the market's units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.data.problems import Problems
from workbench.data.tables.table import Table
from workbench.data.texts.amounts import plain_amount
from workbench.data.texts.content import FileKind, kind_of
from workbench.data.texts.labels import is_total_label
from workbench.errors import InvalidData, UnreadableFile
from workbench.market.inputs.facilities import facilities_table, is_facilities
from workbench.market.model.description import MarketDescription
from workbench.market.model.description_parts import UNKNOWN
from workbench.market.model.units import MarketUnit, UnitKind

NAMES_OF_COLUMNS: dict[str, tuple[str, ...]] = {
    "unit": ("unit", "duid", "unit name"),
    "station": ("station", "site name", "station name", "site"),
    "region": ("region", "regionid", "region id"),
    "fuel": ("fuel", "fuel type", "fuel group", "fuel source - descriptor"),
    "owner": ("owner", "participant"),
    "capacity": (
        "capacity",
        "capacity(mw)",
        "capacity (mw)",
        "capacity_mw",
        "reg cap (mw)",
        "reg cap generation (mw)",
        "capacity_registered",
    ),
    "storage": (
        "storage",
        "storage(mwh)",
        "storage (mwh)",
        "storage_mwh",
        "maximum storage capacity",
        "maximum storage capacity (mwh)",
        "capacity_storage",
    ),
    "kind": ("kind", "dispatch type", "dispatch_type"),
}
_MORE_OF_FUEL: dict[str, tuple[str, ...]] = {
    "primary": ("fuel source - primary",),
    "technology": ("technology type - descriptor",),
}
"""Columns of the market operator's list that say more exactly what fuel a unit has."""
_WITHOUT_COLUMN = {
    "station": "each unit is a station of its own",
    "region": f"all units are kept under {UNKNOWN}",
    "fuel": f"all units are kept under {UNKNOWN}",
    "owner": "the owner is not known",
    "capacity": "capacity factors are not known",
    "storage": "the energy that fits into batteries is not known",
    "kind": "units are read as generators, those of storage as bidirectional",
}
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_RANGE = re.compile(rf"^\s*({_NUMBER})\s*(?:-|\u2013|\u2014|to)\s*({_NUMBER})\s*$", re.IGNORECASE)
_NAMELESS = ("", "-", "\u2013", "\u2014")
_OF_A_UNIT = ("station", "region", "fuel", "owner", "kind")
_NOTHING = {"", "-", "\u2013", "n/a", "na", "nan", "none", "null"}


_KINDS = {
    "generator": UnitKind.GENERATOR,
    "generating unit": UnitKind.GENERATOR,
    "load": UnitKind.LOAD,
    "bidirectional": UnitKind.BIDIRECTIONAL,
    "bidirectional unit": UnitKind.BIDIRECTIONAL,
}


def read_register(
    path: Path | str, description: MarketDescription, columns: Mapping[str, str] | None = None
) -> tuple[tuple[MarketUnit, ...], Problems]:
    """Read a register of units from CSV, Parquet or Excel, or from OpenElectricity's list of facilities (JSON).

    Parameters
    ----------
    path
        The file; of a workbook the first sheet that has units.
    description
        Its regions, fuels and fuel aliases are the names that are understood, in any case.
    columns
        What it calls the columns ``unit``, ``station``, ``region``, ``fuel``, ``owner``, ``capacity``,
        ``storage``, ``kind``; those left out are found by the usual names.

    Returns
    -------
    units
        In the order of the file.
    problems
        What is doubtful, and what was made of texts: each with its row.

    Raises
    ------
    UnreadableFile
        When the file cannot be read.
    InvalidData
        When a column is missing, or a unit is listed twice in ways that contradict each other.
    """
    path = Path(path)
    problems = Problems(path.name)
    if is_facilities(path):
        table = facilities_table(path, description.region_names, problems)
    else:
        table = _table(path, tuple((columns or {}).values()), problems)
    found = _find_columns(path, table.columns, columns or {})
    if not table.rows:
        raise UnreadableFile(
            f"{path.name} has no rows below its header; fill it, or choose another file.", path
        )
    fuels = {name.casefold(): name for name in description.fuel_names}
    fuels |= {alias.casefold(): name for alias, name in description.fuel_aliases.items()}
    regions = {name.casefold(): name for name in description.region_names}
    units: dict[str, list[tuple[int, MarketUnit]]] = {}
    nameless: dict[str, list[str]] = {}
    unkind: list[str] = []
    _note_columns(table.columns, found, problems)
    for number, row in zip(table.row_numbers, table.rows, strict=True):
        cells = {name: _text(row[at]) for name, at in found.items()}
        name = cells.get("unit", "")
        if name in _NAMELESS:
            if any(cells.values()):
                problems.warning(f"row {number} has no unit name and was left out; give one.")
            continue
        if is_total_label(name) and not any(cells.get(what) for what in _OF_A_UNIT):
            problems.change(f"row {number} was set aside: '{name}' is a total, not a unit.")
            continue
        if cells.get("kind", "").casefold() not in _KINDS:
            unkind.append(name)
        for what in ("station", "owner"):
            if cells.get(what) == "":
                nameless.setdefault(what, []).append(name)
        unit = _unit(
            name,
            cells,
            fuels,
            regions,
            storage=description.storage_fuels,
            number=number,
            problems=problems,
        )
        units.setdefault(name, []).append((number, unit))
    merged = [_merged(rows, problems) for rows in units.values()]
    problems.raise_errors()
    merged = _with_sides(merged, unkind, description.storage_fuels, problems)
    _note_blanks(merged, found, description, nameless, problems)
    return tuple(merged), problems


def _merged(rows: Sequence[tuple[int, MarketUnit]], problems: Problems) -> MarketUnit:
    """Make one unit of its rows: lists of physical units repeat the unit for each of its machines."""
    (first, unit), *others = rows
    if not others:
        return unit
    for number, other in others:
        alike = replace(other, capacity_mw=unit.capacity_mw, storage_mwh=unit.storage_mwh, note=unit.note)
        # Unknown amounts are not equal to themselves, so the texts are compared.
        if repr(alike) != repr(unit):
            problems.error(
                f"row {number}: {unit.name} is listed in row {first} already, of another station, region, fuel, "
                f"owner or kind; keep one."
            )
            return unit
    said = []
    amounts: dict[str, float] = {}
    for what, name in (("capacity_mw", "capacity"), ("storage_mwh", "storage")):
        found = [getattr(other, what) for _, other in rows]
        known = [value for value in found if not math.isnan(value)]
        once = len(set(known)) <= 1
        amounts[what] = (known[0] if once else sum(known)) if known else math.nan
        if known:
            said.append(f"{name} {amounts[what]:g}, {'once' if once else 'the sum of its rows'}")
    where = ", ".join(str(number) for number, _ in rows)
    problems.change(f"rows {where}: {unit.name} is read as one unit ({'; '.join(said) or 'no amounts'}).")
    return replace(unit, capacity_mw=amounts["capacity_mw"], storage_mwh=amounts["storage_mwh"])


def _with_sides(
    units: Sequence[MarketUnit], unkind: Sequence[str], storage: Sequence[str], problems: Problems
) -> list[MarketUnit]:
    """Tell two units of a battery apart that have no kind: of BATG1 and BATL1 the second is the charging side."""
    named = {(unit.station, unit.name) for unit in units}
    sides: dict[str, UnitKind] = {}
    for unit in units:
        if unit.name not in unkind or unit.fuel not in storage:
            continue
        for at, letter in enumerate(unit.name):
            other = unit.name[:at] + "G" + unit.name[at + 1 :]
            if letter == "L" and (unit.station, other) in named and other in unkind:
                sides |= {unit.name: UnitKind.LOAD, other: UnitKind.GENERATOR}
                problems.warning(
                    f"{unit.name} has no kind; beside {other} of the same station it is read as a load, the side "
                    f"that charges, and {other} as a generator. Give their kinds."
                )
    return [replace(unit, kind=sides.get(unit.name, unit.kind)) for unit in units]


def _unit(
    name: str,
    cells: Mapping[str, str],
    fuels: Mapping[str, str],
    regions: Mapping[str, str],
    *,
    storage: Sequence[str],
    number: int,
    problems: Problems,
) -> MarketUnit:
    place = f"row {number}"
    notes: list[str] = []
    found = {}
    for what, known in (("fuel", fuels), ("region", regions)):
        text = cells.get(what, "")
        texts = _fuel_texts(cells) if what == "fuel" else [text]
        found[what] = next((known[item.casefold()] for item in texts if item.casefold() in known), UNKNOWN)
        if found[what] == UNKNOWN and what in cells:
            seen = f"the {what} {text!r}, which the description does not list" if text else f"no {what}"
            problems.warning(f"{place}: {name} has {seen}; it is kept under {UNKNOWN}.")
    numbers = {}
    for what, unit in (("capacity", "MW"), ("storage", "MWh")):
        value, note = amount(cells.get(what, ""))
        numbers[what] = value
        if note:
            notes.append(f"{what}: {note}")
            problems.change(f"{place}: {name} has the {what} {cells[what]!r} [{unit}]: {note}.")
    text = cells.get("kind", "")
    kind = _KINDS.get(text.casefold())
    if kind is None:
        kind = UnitKind.BIDIRECTIONAL if found["fuel"] in storage else UnitKind.GENERATOR
        if "kind" in cells:
            seen = f"is of the kind {text!r}" if text else "has no kind"
            problems.warning(
                f"{place}: {name} {seen}, expected one of {', '.join(UnitKind)}; it is read as {kind}."
            )
    return MarketUnit(
        name,
        cells.get("station") or name,
        found["region"],
        found["fuel"],
        cells.get("owner", ""),
        numbers["capacity"],
        numbers["storage"],
        kind,
        True,
        "; ".join(notes),
    )


def _fuel_texts(cells: Mapping[str, str]) -> list[str]:
    """Texts that may name the fuel, the most exact first: technology, source with its kind, kind, source."""
    fuel, primary = cells.get("fuel", ""), cells.get("primary", "")
    return [cells.get("technology", ""), f"{primary} - {fuel}", fuel, primary]


def _note_columns(header: Sequence[str], found: Mapping[str, int], problems: Problems) -> None:
    """Say which columns are missing and what is made of that, and which are not read."""
    for name, consequence in _WITHOUT_COLUMN.items():
        if name not in found:
            problems.warning(
                f"there is no column '{name}' (expected one of {', '.join(NAMES_OF_COLUMNS[name])}): {consequence}."
            )
    read = set(found.values())
    for at, name in enumerate(header):
        if at not in read and name.strip():
            problems.unused(f"the column '{name}' is not read.")


def _note_blanks(
    units: Sequence[MarketUnit],
    found: Mapping[str, int],
    description: MarketDescription,
    nameless: Mapping[str, Sequence[str]],
    problems: Problems,
) -> None:
    """Say which units lack an amount or a name that they should have, in one sentence each."""
    lacking: dict[str, Sequence[str]] = {
        **nameless,
        "capacity": [unit.name for unit in units if math.isnan(unit.capacity_mw)],
        "storage": [
            unit.name
            for unit in units
            if math.isnan(unit.storage_mwh) and unit.fuel in description.storage_fuels
        ],
    }
    for name, names in lacking.items():
        if name in found and names:
            shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
            problems.warning(f"{len(names)} units have no {name} ({shown}): {_WITHOUT_COLUMN[name]}.")


def amount(text: str) -> tuple[float, str]:
    """Read an amount from a register's text.

    Parameters
    ----------
    text
        A number, a range such as ``"23.44 - 27.60"``, or nothing.

    Returns
    -------
    value
        The number; the middle of a range; nan when there is none.
    note
        What was made of the text, empty when it was a plain number or nothing.
    """
    plain = text.strip()
    if plain.casefold() in _NOTHING:
        return math.nan, ""
    if match := _RANGE.match(plain.replace(",", "")):
        low, high = float(match[1]), float(match[2])
        return (low + high) / 2, f"a range, read as its middle {(low + high) / 2:g}"
    value = plain_amount(plain)
    if value is None:
        return math.nan, "no number, read as unknown"
    return (value, "") if value >= 0 else (math.nan, "no amount, read as unknown")


def _table(path: Path, named: Iterable[str], problems: Problems) -> Table:
    if kind_of(path) is not FileKind.PARQUET:
        # A reader of roll-ups does not need them.
        from workbench.data.texts.table import any_of
        from workbench.data.workbooks.one_table import read_one_table

        known = any_of(*NAMES_OF_COLUMNS.values(), tuple(named))
        return read_one_table(path, problems, known).table(lambda _: False)
    from workbench.data.tables.parquet import read_plain_parquet

    table = read_plain_parquet(path)
    rows = tuple(zip(*(column.to_pylist() for column in table.columns), strict=True))
    names = tuple(table.column_names)
    return Table(path.stem, "", names, rows, range(2, 2 + len(rows)), range(len(names)), 1, path.name)


def _find_columns(path: Path, header: Sequence[str], named: Mapping[str, str]) -> dict[str, int]:
    unknown = [name for name in named if name not in NAMES_OF_COLUMNS]
    missing = [name for name in named.values() if name not in header]
    if unknown or missing:
        what = f"no column {missing[0]!r}" if missing else f"no meaning {unknown[0]!r} in a register"
        raise InvalidData(
            f"{path}: there is {what}, as register_columns says; its columns are {', '.join(header)}.", path
        )
    folded = {name.strip().casefold(): at for at, name in reversed(list(enumerate(header)))}
    found = {name: header.index(column) for name, column in named.items()}
    more = {} if "fuel" in named else _MORE_OF_FUEL
    for name, usual in (NAMES_OF_COLUMNS | more).items():
        at = next((folded[text] for text in usual if text in folded), None)
        if name not in found and at is not None:
            found[name] = at
    if "unit" not in found:
        raise InvalidData(
            f"{path} has no column with the units' names (expected one of "
            f"{', '.join(NAMES_OF_COLUMNS['unit'])}); its columns are {', '.join(header)}.",
            path,
        )
    return found


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
