"""Columns whose headers are known names of one and the same figure: arithmetic says which, else a person does."""

from __future__ import annotations

import itertools
import re
from collections.abc import Container, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from workbench.finance.inputs.mapping.synonyms import DEDUCTION_WORDS, FILLING, SYNONYMS, plain_words
from workbench.finance.inputs.reading.columns import ColumnKind, ColumnProfile
from workbench.finance.inputs.reading.read import Reading
from workbench.finance.model.mapping import ColumnRole, RoleMapping
from workbench.finance.model.roles import FIGURES, Role
from workbench.finance.model.variants import split_variant

__all__ = ["exact_roles", "header_words", "with_rivals"]

# Of the larger amount; exports round each column by itself.
TOLERANCE = 1e-4
# Lines of a section of a statement.
MAX_SECTION = 60
# So few rows agree by chance.
MIN_ROWS = 3


def header_words(column: ColumnProfile) -> str:
    """Give the words of a header, without numbers of accounts and lines and what tells two of one name apart."""
    name = column.name.removesuffix(f" ({column.letter})").removesuffix(" (account)")
    return plain_words(re.sub(r"^(\d{3,8}\s*[-.:]?|\d{1,2}[.)]|[A-Z][.)]|[IVX]+\.)\s+(?=\D)", "", name))


def exact_roles(words: str) -> dict[Role, str]:
    """Give the roles of which words are a known name, each with that name."""
    short = " ".join(word for word in words.split() if word not in FILLING)
    found = {}
    for role, names in SYNONYMS.items():
        for name in (words, short):
            if name in names:
                found[role] = name
                break
    return found


def with_rivals(reading: Reading, mapping: RoleMapping, kept: Container[str] = ()) -> RoleMapping:
    """Settle, or mark as a question, which of several columns with known names of a figure has its role.

    Parameters
    ----------
    reading
        The file.
    mapping
        With one column a role.
    kept
        Columns whose role was confirmed for an earlier file.
    """
    profiles = {column.name: column for column in reading.columns}
    for item in mapping.columns:
        if item.role not in FIGURES or item.score < 1.0 or item.column in kept:
            continue
        rivals = [
            other.column
            for other in mapping.columns
            if other.role is None
            and profiles[other.column].kind is ColumnKind.NUMBER
            and _names(profiles[other.column], item)
        ]
        if rivals:
            mapping = _settled(reading, mapping, item, rivals)
    return mapping


def _names(column: ColumnProfile, item: ColumnRole) -> bool:
    words, variant = split_variant(header_words(column))
    return item.role in exact_roles(words) and (variant or item.variant) == item.variant


def _settled(reading: Reading, mapping: RoleMapping, item: ColumnRole, rivals: Sequence[str]) -> RoleMapping:
    # Of a total and its only part, the total is meant.
    columns = sorted((item.column, *rivals), key=lambda name: "total" not in name.casefold())
    for whole in columns:
        parts = [name for name in columns if name != whole]
        if _agree(reading, [whole], parts):
            said = f"it is the sum of {' and '.join(map(repr, parts))} in every period"
            mapping = _moved(mapping, item, whole, said)
            for part in parts:
                mapping = _noted(mapping, part, f"a part of '{whole}', which has the role")
            return mapping
        section = _section(reading, whole)
        if set(parts) <= set(section):
            said = f"it is the sum of the {len(section)} lines above it in every period"
            return _moved(mapping, item, whole, said)
    for gross, net in itertools.permutations(columns, 2):
        less = _deduction(reading, gross, net, columns)
        if less:
            mapping = _moved(mapping, item, net, f"'{gross}' less '{less}' is '{net}' in every row")
            return _noted(mapping, gross, f"before '{less}'; '{net}' is what is left of it")
    return _with(mapping, replace(item, confirmed=False, rivals=tuple(rivals)))


def _section(reading: Reading, total: str) -> list[str]:
    """Give the lines that stand above a total and add up to it in every period."""
    names = [column.name for column in reading.columns]
    at = names.index(total)
    for first in range(at - 1, max(at - MAX_SECTION, 0) - 1, -1):
        above = names[first:at]
        if any(reading.column(name).kind is not ColumnKind.NUMBER for name in above):
            return []
        if _agree(reading, [total], above):
            return above
    return []


def _deduction(reading: Reading, gross: str, net: str, columns: Sequence[str]) -> str:
    for other in reading.columns:
        # Sales less costs are a profit, whatever its column is called.
        is_deduction = not DEDUCTION_WORDS.isdisjoint(header_words(other).split())
        if other.kind is not ColumnKind.NUMBER or other.name in columns or not is_deduction:
            continue
        # A deduction may be written with a minus.
        if _agree(reading, [gross], [net, other.name]) or _agree(reading, [net], [gross, other.name]):
            return other.name
    return ""


def _agree(reading: Reading, left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether the amounts of some columns are those of others in every row, or period where accounts have rows."""
    given = reading.rows.select(
        _period(reading), *(reading.values(name).alias(name) for name in (*left, *right))
    )
    if reading.account_column:
        given = given.group_by("period").agg(
            pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()) for name in (*left, *right)
        )
    sides = given.drop_nulls().select(
        left=pl.sum_horizontal(*left), right=pl.sum_horizontal(*right), last=pl.col(right[-1])
    )
    if sides.height < MIN_ROWS or not (sides["last"] != 0).any():
        return False
    ours, theirs, _ = sides.to_numpy().T
    return bool((np.abs(ours - theirs) <= TOLERANCE * np.abs(ours).max()).all())


def _period(reading: Reading) -> pl.Series:
    return reading.values(reading.date_column).alias("period")


def _moved(mapping: RoleMapping, item: ColumnRole, column: str, reason: str) -> RoleMapping:
    mapping = _with(mapping, replace(item, role=None, score=0.0))
    now = mapping.of(column)
    return _with(
        mapping,
        replace(now, role=item.role, variant=item.variant, score=1.0, reason=reason, sign=item.sign),
    )


def _noted(mapping: RoleMapping, column: str, reason: str) -> RoleMapping:
    return _with(mapping, replace(mapping.of(column), reason=reason))


def _with(mapping: RoleMapping, changed: ColumnRole) -> RoleMapping:
    return RoleMapping(tuple(changed if item.column == changed.column else item for item in mapping.columns))
