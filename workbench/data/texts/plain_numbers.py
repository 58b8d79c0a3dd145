"""Numbers as people write them brought to one form: a decimal point, no digit groups."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workbench.data.problems import Problems
from workbench.data.texts.amount_column import looks_like_amounts
from workbench.data.texts.amounts import plain_amount
from workbench.data.texts.cells import columns_with
from workbench.data.texts.decimal_mark import MarkEvidence, mark_evidence
from workbench.data.texts.signs import GROUP_SIGNS

# What a number in its plain form does not have.
_GROUPED = f"[,{GROUP_SIGNS} ]"


def with_plain_numbers(
    frame: pl.DataFrame,
    names: Sequence[str],
    letters: Sequence[str],
    delimiter: str,
    file: str,
    problems: Problems,
) -> pl.DataFrame:
    """Write the numbers of columns of numbers with a decimal point and without digit groups.

    The decimal mark of a column is what its own cells show; else what all other columns show; else, in a file whose
    delimiter is the comma, the point: a decimal comma would have split the cell.

    Parameters
    ----------
    frame
        ``row`` and text columns ``"0"``, ``"1"`` …
    names, letters
        Header of each column, and its letter in a spreadsheet.
    delimiter
        Of the file.
    file
        Its name.
    problems
        Takes the evidence where the decimal mark is a comma.

    Raises
    ------
    InvalidData
        When cells of one column have different decimal marks, or no cell shows which it is.
    """
    # Between commas a point cannot be read in two ways; elsewhere 3.154 may be three thousand.
    doubtful = _GROUPED if delimiter == "," else f"[.{_GROUPED[1:]}"
    columns = [int(at) for at in columns_with(frame, doubtful) if looks_like_amounts(frame[at])]
    evidence = {at: mark_evidence(frame[str(at)], frame["row"]) for at in columns}
    shown = {found.decimal: found.reason for found in evidence.values() if found.decimal in (".", ",")}
    for at, found in evidence.items():
        mark = _mark_of(found, shown, delimiter)
        if not mark:
            problems.error(_doubt(found), cell=f"{letters[at]}{found.row}")
            continue
        if mark == ",":
            reason = found.reason if found.decimal else shown.get(",", "")
            problems.change(f"column '{names[at]}': the comma is the decimal mark: {reason}.")
        cells = frame[str(at)]
        # 1.234 is more than a thousand where the comma is the decimal mark.
        other = cells.str.contains(_GROUPED if mark == "." else f"[.{_GROUPED[1:]}")
        written = cells.filter(other.fill_null(False)).unique().to_list()
        plain = {text: repr(value) for text in written if (value := plain_amount(text, mark)) is not None}
        if plain:
            frame = frame.with_columns(cells.replace(plain).alias(str(at)))
    problems.raise_errors()
    return frame


def _mark_of(found: MarkEvidence, shown: dict[str, str], delimiter: str) -> str:
    if found.decimal in (".", ","):
        return found.decimal
    if found.decimal == "both":
        return ""
    if len(shown) == 1:
        return next(iter(shown))
    return "" if found.decimal == "either" and (shown or delimiter != ",") else "."


def _doubt(found: MarkEvidence) -> str:
    if found.decimal == "both":
        return f"{found.reason}; write the numbers of one column alike."
    return (
        f"'{found.example}' may have a digit group or decimals, {found.reason}; write the numbers without digit "
        "groups."
    )
