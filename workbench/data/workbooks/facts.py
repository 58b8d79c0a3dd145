"""The sheet of an exported workbook that says what it is: facts, and settings with their meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.data.formatting import setting_text
from workbench.data.made_up import MADE_UP_NOTE
from workbench.data.notes import HEADERS, NOTHING_NOTED, Notes
from workbench.data.workbooks.writing import Column, SheetWriter
from workbench.runs.model.settings import settings_of, to_plain


def write_notes(sheet: SheetWriter, notes: Notes, row: int = 0) -> int:
    """Write the table of a result's notes; gives the first free row."""
    columns = zip(*(notes.rows() or [("", "", "", NOTHING_NOTED, "", "")]), strict=True)
    return sheet.table([Column(name, cells) for name, cells in zip(HEADERS, columns, strict=True)], row=row)


def write_facts(sheet: SheetWriter, title: str, facts: Mapping[str, Any], config: Any, row: int = 0) -> int:
    """Write title, facts and settings below each other.

    Parameters
    ----------
    sheet
        An empty sheet.
    title
        First line.
    facts
        Texts and numbers are written; everything else is left out. ``made_up`` is said below the title.
    config
        Settings of the result, with unit and meaning of each.
    row
        First row to write to.

    Returns
    -------
    int
        First free row.
    """
    plain = {
        name: value
        for name, value in facts.items()
        if isinstance(value, (str, int, float)) and name != "made_up"
    }
    row = sheet.text([title, *([MADE_UP_NOTE] if facts.get("made_up") else [])], title=True, row=row)
    row = sheet.table(
        [Column("Fact", list(plain)), Column("Value", [str(value) for value in plain.values()])], row=row + 1
    )
    values, known = to_plain(config), settings_of(type(config))
    row = sheet.table(
        [
            Column("Setting", [item.name for item in known]),
            Column("Value", [setting_text(values[item.name]) for item in known]),
            Column("Unit", [item.unit for item in known]),
            Column("Meaning", [item.help for item in known]),
        ],
        row=row + 1,
    )
    sheet.width(0, 30)
    sheet.width(1, 40)
    return row
