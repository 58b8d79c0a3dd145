"""Amounts with a side: two columns, a column that names the side, or a text such as ``100.00 Cr``."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.amounts import MAX_AMOUNT_CHARACTERS
from workbench.data.texts.cells import TYPED
from workbench.finance.inputs.reading.columns import ColumnKind, evidence_of_mark, kind_of, typed_number

__all__ = ["SAGE_CREDITS", "SAGE_DEBITS", "amounts_of", "has_sides", "read_side", "with_sides_as_signs"]

_SIDE = re.compile(r"\s*(?P<amount>.*\d.*?)\s*(?P<side>dr|cr|db|soll|haben|[dcsh])\.?\s*", re.IGNORECASE)
_DEBITS = frozenset(("d", "dr", "db", "debit", "s", "soll", "debet"))
# The types of Sage's list of transactions: invoices and credits of sales and purchases, journals, payments.
SAGE_DEBITS = frozenset(("pi", "jd", "sc", "bp", "cp", "vp", "sr", "sa", "sd"))
SAGE_CREDITS = frozenset(("si", "jc", "pc", "br", "cr", "vr", "pp", "pa", "pd"))
# Codes such as "12 C" are seldom alone in a column; amounts with a side are.
MOSTLY = 0.9
SAMPLE = 200


def read_side(text: str) -> tuple[str, bool] | None:
    """Give the amount of a text such as ``100.00 Cr``, and whether it is a debit."""
    match = _SIDE.fullmatch(text) if len(text) <= MAX_AMOUNT_CHARACTERS else None
    if match is None or re.search(r"[^\W\d_]", re.sub(r"[A-Z]{3}|Rs\.?", "", match["amount"])):
        return None
    return match["amount"], match["side"].casefold() in _DEBITS


def has_sides(cells: pl.Series) -> bool:
    """Whether most cells of a column are amounts with a side."""
    filled = cells.drop_nulls().head(SAMPLE)
    return len(filled) > 0 and sum(read_side(text) is not None for text in filled) > len(filled) / 2


def amounts_of(
    frame: pl.DataFrame,
    names: Sequence[str],
    debit: int | None,
    credit: int | None,
    amount: int | None,
    side: int | None,
) -> tuple[pl.Series, str, bool]:
    """Give the amounts of the rows, debits plus where the file shows the side.

    Returns
    -------
    tuple
        Float64, how they were told, and whether debits are plus and credits minus for certain.
    """
    mark = _mark(frame, [at for at in (debit, credit, amount) if at is not None])
    if debit is not None and credit is not None:
        plus, minus = _numbers(frame, debit, mark), _numbers(frame, credit, mark)
        both = plus.fill_null(0.0) - minus.fill_null(0.0)
        given = plus.is_not_null() | minus.is_not_null()
        said = f"debits in '{names[debit]}' are plus, credits in '{names[credit]}' minus"
        return pl.select(pl.when(given).then(both)).to_series(), said, True
    assert amount is not None
    cells = frame[str(amount)]
    sides = [None if text is None else read_side(text) for text in cells]
    if sum(found is not None for found in sides) > MOSTLY * max(1, len(cells) - cells.null_count()):
        texts = pl.Series([None if found is None else found[0] for found in sides], dtype=pl.String())
        values = _numbers(frame.with_columns(texts.alias(str(amount))), amount, mark)
        signs = pl.Series([1.0 if found is None or found[1] else -1.0 for found in sides])
        return values * signs, f"the texts of '{names[amount]}' name the side", True
    values = _numbers(frame, amount, mark)
    if side is not None:
        is_debit = frame[str(side)].str.to_lowercase().str.strip_chars(" .").is_in([*_DEBITS, *SAGE_DEBITS])
        signs = pl.select(pl.when(is_debit).then(1.0).otherwise(-1.0)).to_series()
        if _have_the_side_as_sign(values, signs):
            return values, f"'{names[side]}' names the side, and credits have a minus already", True
        return values * signs, f"'{names[side]}' names the side", True
    return values, f"the amounts of '{names[amount]}' with their signs", False


def _have_the_side_as_sign(values: pl.Series, signs: pl.Series) -> bool:
    """Whether credits are written with a minus beside their side, as SAP does; reversals alone are few."""
    given = values.filter((signs < 0) & (values != 0))
    return len(given) > 0 and (given < 0).sum() > MOSTLY * len(given)


def _mark(frame: pl.DataFrame, columns: Sequence[int]) -> str:
    found = [evidence_of_mark(_bare(frame[str(at)]), frame["row"]).decimal for at in columns]
    return "," if "," in found else "."


def _bare(cells: pl.Series) -> pl.Series:
    return cells.str.replace(r"(?i)\s*(dr|cr|soll|haben)\.?\s*$", "")


def _numbers(frame: pl.DataFrame, at: int, mark: str) -> pl.Series:
    return typed_number(frame[str(at)], frame["row"], "", "", mark, "").values


def with_sides_as_signs(names: Sequence[str], frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Change]]:
    """Read the columns of a table whose cells are amounts with a side.

    The side that most cells of a column have is its own, and plus; the other is minus.
    """
    changes = []
    for at, name in enumerate(names):
        cells = frame[str(at)]
        if kind_of(cells, name) is not ColumnKind.TEXT:
            continue
        sides = [None if text is None else read_side(text) for text in cells]
        filled = len(cells) - cells.null_count()
        found = [side for side in sides if side is not None]
        if (
            not found
            or len(found) < MOSTLY * filled
            or kind_of(pl.Series([text for text, _ in found]), "") is not ColumnKind.NUMBER
        ):
            continue
        debits = sum(is_debit for _, is_debit in found)
        own = 2 * debits >= len(found)
        texts = [
            text if side is None else (side[0] if side[1] == own else f"-{side[0]}")
            for text, side in zip(cells, sides, strict=True)
        ]
        turned = [
            row for row, side in zip(frame["row"], sides, strict=True) if side is not None and side[1] != own
        ]
        said = "debits" if own else "credits"
        reason = f"the amounts name their side; most are {said}, which are plus here" + (
            f", and {len(turned)} of the other side minus" if turned else ""
        )
        kind = ChangeKind.SIGN if turned else ChangeKind.READ_AS
        first = next(text for text in cells if text is not None)
        changes.append(
            Change(kind, name, tuple(turned), (str(first).removeprefix(TYPED),), (texts[0] or "",), reason)
        )
        frame = frame.with_columns(pl.Series(str(at), texts, dtype=pl.String()))
    return frame, changes
