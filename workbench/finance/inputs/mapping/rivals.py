"""Columns whose headers are known names of one and the same figure: arithmetic says which, else a person does."""

from __future__ import annotations

import itertools
from collections.abc import Container, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from workbench.finance.inputs.mapping.synonyms import FILLING, SYNONYMS, plain_words, split_variant
from workbench.finance.inputs.reading.columns import ColumnKind, ColumnProfile
from workbench.finance.inputs.reading.read import Reading
from workbench.finance.model.mapping import ColumnRole, RoleMapping
from workbench.finance.model.roles import FIGURES, Role

__all__ = ["exact_roles", "header_words", "with_rivals"]

# Of the larger amount; exports round each column by itself.
TOLERANCE = 1e-4
# So few rows agree by chance.
MIN_ROWS = 3


def header_words(column: ColumnProfile) -> str:
    """Give the words of a header; the letter that tells two columns of one name apart is none of them."""
    return plain_words(column.name.removesuffix(f" ({column.letter})"))


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
    columns = (item.column, *rivals)
    for gross, net in itertools.permutations(columns, 2):
        deducted = _difference(reading, gross, net, columns)
        if deducted:
            mapping = _moved(mapping, item, net, f"'{gross}' less '{deducted}' is '{net}' in every row")
            return _noted(mapping, gross, f"before '{deducted}'; '{net}' is what is left of it")
    return _with(mapping, replace(item, confirmed=False, rivals=tuple(rivals)))


def _difference(reading: Reading, gross: str, net: str, columns: Sequence[str]) -> str:
    whole, left = reading.values(gross), reading.values(net)
    for other in reading.columns:
        if other.kind is not ColumnKind.NUMBER or other.name in columns:
            continue
        given = pl.DataFrame({"whole": whole, "left": left, "less": reading.values(other.name)}).drop_nulls()
        of, less, rest = given.to_numpy().T
        # A deduction may be written with a minus; one that is always zero proves nothing.
        apart = np.abs(of - np.abs(less) - rest)
        if len(of) >= MIN_ROWS and less.any() and (apart <= TOLERANCE * np.abs(of).max()).all():
            return other.name
    return ""


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
