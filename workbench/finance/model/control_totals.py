"""Rows and sums that go into a stage must come out of it, or be set aside by name; else the run stops."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from workbench.errors import UnbalancedResult

# Half a cent: sums are of amounts in the main unit of a currency.
CENT_TOLERANCE = 0.005
# Of the sum of absolute amounts; a float64 sum of a million amounts is better than that.
RELATIVE_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class StageTotals:
    """What went into one stage and what came out.

    Parameters
    ----------
    stage
        Its name.
    rows_in, rows_out, rows_set_aside
        Rows of the file; ``rows_out`` counts the rows that are behind the stage's result.
    sums_in, sums_out, sums_set_aside
        Sum of each column or figure [its own unit].
    sizes
        Sum of the absolute amounts of each column, the scale of the rounding.
    """

    stage: str
    rows_in: int
    rows_out: int
    rows_set_aside: int = 0
    sums_in: Mapping[str, float] = field(default_factory=dict)
    sums_out: Mapping[str, float] = field(default_factory=dict)
    sums_set_aside: Mapping[str, float] = field(default_factory=dict)
    sizes: Mapping[str, float] = field(default_factory=dict)

    @property
    def broken(self) -> tuple[str, ...]:
        """Say what does not agree; empty when all does."""
        found = []
        if self.rows_in != self.rows_out + self.rows_set_aside:
            found.append(
                f"{self.rows_in} rows in, {self.rows_out} out and {self.rows_set_aside} set aside "
                f"({self.rows_in - self.rows_out - self.rows_set_aside:+d})"
            )
        for name in sorted({*self.sums_in, *self.sums_out}):
            given = self.sums_in.get(name, 0.0)
            kept, aside = self.sums_out.get(name, 0.0), self.sums_set_aside.get(name, 0.0)
            off = given - kept - aside
            size = max(self.sizes.get(name, 0.0), abs(given), abs(kept), abs(aside))
            if not abs(off) <= CENT_TOLERANCE + RELATIVE_TOLERANCE * size:
                found.append(
                    f"'{name}' {given:,.2f} in, {kept:,.2f} out and {aside:,.2f} set aside ({off:+,.2f})"
                )
        return tuple(found)


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """The totals of every stage from the file to the figures."""

    stages: tuple[StageTotals, ...] = ()

    def with_stage(self, stage: StageTotals) -> ControlTotals:
        """Add a stage, and stop when its rows or sums do not agree.

        Raises
        ------
        UnbalancedResult
            Naming the stage, the column and the amount that is missing.
        """
        added = ControlTotals((*self.stages, stage))
        added.require()
        return added

    def require(self) -> None:
        """Stop when a stage does not agree.

        Raises
        ------
        UnbalancedResult
            Naming the stage, the column and the amount that is missing.
        """
        for stage in self.stages:
            if stage.broken:
                raise UnbalancedResult(
                    f"The control totals of the stage '{stage.stage}' do not agree: {'; '.join(stage.broken)}; "
                    "no figure of this file can be trusted, nothing was written."
                )

    def table(self) -> pd.DataFrame:
        """Give one line a stage and column: stage, column, in, out, set_aside; the rows first."""
        lines: list[tuple[str, str, float, float, float]] = []
        for stage in self.stages:
            lines.append((stage.stage, "rows", stage.rows_in, stage.rows_out, stage.rows_set_aside))
            lines.extend(
                (
                    stage.stage,
                    name,
                    stage.sums_in.get(name, math.nan),
                    stage.sums_out.get(name, math.nan),
                    stage.sums_set_aside.get(name, 0.0),
                )
                for name in stage.sums_in
            )
        return pd.DataFrame(lines, columns=["stage", "column", "in", "out", "set_aside"])
