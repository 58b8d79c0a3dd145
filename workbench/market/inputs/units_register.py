"""Registers of units that people keep, as CSV, Parquet or Excel, read as the market's units."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from workbench.data.problems import Problems
from workbench.data.projects.project import WORKBOOK_SUFFIXES
from workbench.data.tables.table import Table
from workbench.data.texts.amounts import plain_amount
from workbench.errors import InvalidData
from workbench.market.model.description import UNKNOWN, MarketDescription
from workbench.market.model.units import MarketUnit, UnitKind

NAMES_OF_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "unit": ("unit", "duid", "unit name"),
    "station": ("station", "site name", "station name", "site"),
    "region": ("region", "regionid", "region id"),
    "fuel": ("fuel", "fuel type", "fuel group", "fuel source - descriptor"),
    "owner": ("owner", "participant"),
    "capacity": ("capacity", "capacity(mw)", "capacity (mw)", "capacity_mw", "reg cap (mw)"),
    "storage": ("storage", "storage(mwh)", "storage (mwh)", "storage_mwh"),
    "kind": ("kind", "dispatch type"),
}
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
    """Read a register of units from CSV, Parquet or Excel.

    Parameters
    ----------
    path
        The file; its first sheet, for Excel.
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
        When a column is missing, or a unit is listed twice.
    """
    path = Path(path)
    problems = Problems(path.name)
    table = _table(path, (columns or {}).values(), problems)
    found = _find_columns(path, table.columns, columns or {})
    fuels = {name.casefold(): name for name in description.fuel_names}
    fuels |= {alias.casefold(): name for alias, name in description.fuel_aliases.items()}
    regions = {name.casefold(): name for name in description.region_names}
    units: list[MarketUnit] = []
    nameless: dict[str, list[str]] = {}
    seen: dict[str, int] = {}
    _note_columns(table.columns, found, problems)
    for number, row in zip(table.row_numbers, table.rows, strict=True):
        cells = {name: _text(row[at]) for name, at in found.items()}
        name = cells.get("unit", "")
        if not name:
            if any(cells.values()):
                problems.warning(f"row {number} has no unit name and was left out; give one.")
            continue
        if name in seen:
            problems.error(f"row {number}: {name} is listed in row {seen[name]} already; keep one.")
            continue
        seen[name] = number
        for what in ("station", "owner"):
            if cells.get(what) == "":
                nameless.setdefault(what, []).append(name)
        units.append(
            _unit(
                name,
                cells,
                fuels,
                regions,
                storage=description.storage_fuels,
                number=number,
                problems=problems,
            )
        )
    problems.raise_errors()
    _note_blanks(units, found, description, nameless, problems)
    return tuple(units), problems


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
        found[what] = known.get(text.casefold(), UNKNOWN)
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
    usual = (*NAMES_OF_COLUMNS.values(), tuple(named))
    if path.suffix.lower() in WORKBOOK_SUFFIXES:
        from workbench.data.workbooks.reading import read_workbook

        book = read_workbook(path)
        return book.sheet(book.sheet_names[0]).table(problems, headers=usual)
    if path.suffix.lower() != ".parquet":
        from workbench.data.texts.table import (  # a reader of roll-ups does not need it
            any_of,
            read_text_table,
        )

        return read_text_table(path, problems, any_of(*usual)).table(lambda _: False)
    from workbench.data.tables.parquet import read_parquet

    table = read_parquet(path)
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
    for name, usual in NAMES_OF_COLUMNS.items():
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
