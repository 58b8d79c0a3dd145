"""The series that forecasts and analyses work on: figures of the company and of its parts, by period."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from workbench.data.arrays import Floats
from workbench.finance.model.ledger import Ledger
from workbench.finance.model.roles import Behaviour, Variant

__all__ = [
    "COMPANY",
    "JOINT",
    "MAX_ENTITIES",
    "FigureSeries",
    "Part",
    "figure_series",
    "partial_sums",
    "season_of",
    "with_joint_parts",
]

MAX_ENTITIES = 60
JOINT = " \u00d7 "
"""Between the names of several dimensions, and of an entity of each."""


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A part of the company: one entity of one dimension; both texts empty for the whole."""

    dimension: str
    entity: str

    @property
    def label(self) -> str:
        """In words."""
        return self.entity or "company"


COMPANY = Part("", "")


@dataclass(frozen=True, slots=True)
class FigureSeries:
    """One figure of the company and of its parts.

    Parameters
    ----------
    name
        The figure's name in the ledger.
    stock
        Whether it is a stock (the last value of a period) or a flow (its sum).
    periods
        Whole periods, without a hole; what was not given in one is ``nan``.
    parts
        The company first.
    amounts
        Shape ``(parts, periods)``, in the figure's unit.
    left_out
        Dimensions that cannot be analysed, with the reason.
    """

    name: str
    stock: bool
    periods: pd.DatetimeIndex
    parts: tuple[Part, ...]
    amounts: Floats
    left_out: dict[str, str]

    @property
    def company(self) -> Floats:
        """The whole company, shape ``(periods,)``."""
        return np.asarray(self.amounts[0])

    def rows_of(self, dimension: str) -> list[int]:
        """Rows of the parts of one dimension."""
        return [row for row, part in enumerate(self.parts) if part.dimension == dimension]


def season_of(ledger: Ledger) -> int:
    """Periods in a year."""
    return 12 // ledger.frequency.months


def figure_series(ledger: Ledger) -> tuple[FigureSeries, ...]:
    """Give every actual flow and stock of a ledger over its whole periods, with its parts.

    Partial periods count as not given; ratios are left out, because they follow from other figures.
    """
    whole = ledger.whole_periods
    if not len(whole):
        return ()
    step = ledger.frequency.months
    periods = pd.date_range(whole[0], whole[-1], freq=f"{step}MS", unit="s", name="period")
    found = []
    for figure in ledger.figures:
        if figure.behaviour is Behaviour.RATIO or figure.variant is not Variant.ACTUAL:
            continue
        total = ledger.total(figure.name).reindex(whole).reindex(periods)
        parts, left_out = [COMPANY], {}
        rows: list[Floats] = [np.asarray(total, dtype=np.float64)]
        for dimension in ledger.dimensions:
            reason = _left_out(ledger, figure.name, dimension)
            table = None if reason else ledger.by(dimension, figure.name).reindex(whole).reindex(periods)
            reason = reason or _does_not_add_up(table, rows[0])
            if reason or table is None:
                left_out[dimension] = reason
                continue
            parts += [Part(dimension, str(name)) for name in table.columns]
            rows += [table[name].to_numpy(float) for name in table.columns]
        stock = figure.behaviour is Behaviour.STOCK
        found.append(FigureSeries(figure.name, stock, periods, tuple(parts), np.stack(rows), left_out))
    return tuple(found)


def with_joint_parts(ledger: Ledger, one: FigureSeries) -> FigureSeries:
    """Add the parts of all dimensions together, such as each product of each region; itself where there are none.

    They are the deepest level of the file; of more than 60, and where they do not add up, none is added.
    """
    names = [name for name in ledger.dimensions if one.rows_of(name)]
    if len(names) < 2 or names != list(ledger.dimensions):
        return one
    lines = ledger.lines[ledger.lines.period.isin(one.periods)]
    entities = lines[names].drop_duplicates()
    if any(entities[name].astype(str).str.contains(JOINT, regex=False).any() for name in names):
        return one
    if len(entities) > MAX_ENTITIES or len(entities) <= max(len(one.rows_of(name)) for name in names):
        return one
    table = lines.pivot_table(
        index="period", columns=names, values=one.name, aggfunc="first", dropna=False
    ).reindex(one.periods)
    if _does_not_add_up(table, one.company):
        return one
    known = [name for name in table.columns if table[name].notna().sum() > len(one.periods) // 2]
    parts = tuple(Part(JOINT.join(names), JOINT.join(map(str, entity))) for entity in known)
    rows = [table[name].to_numpy(float) for name in known]
    return replace(one, parts=(*one.parts, *parts), amounts=np.stack([*one.amounts, *rows]))


def partial_sums(ledger: Ledger, one: FigureSeries) -> dict[Part, pd.Series[float]]:
    """Give the sums of what is given where a figure is not whole, of the company and of its parts.

    Parameters
    ----------
    ledger
        The figures.
    one
        One of them, as :func:`figure_series` gives it.
    """
    loose = ledger.periods.isin([item.period for item in ledger.partial])
    found = {}
    for dimension in dict.fromkeys(part.dimension for part in one.parts):
        holes = ledger.holes(one.name, dimension)
        known = (
            ledger.known_sum_by(dimension, one.name) if dimension else ledger.known_sum(one.name).to_frame("")
        )
        for part in one.parts:
            if part.dimension == dimension:
                not_whole = holes[part.entity].to_numpy() | loose
                found[part] = known[part.entity][not_whole].dropna()
    return {part: sums for part, sums in found.items() if len(sums)}


def _left_out(ledger: Ledger, name: str, dimension: str) -> str:
    if dimension in ledger.confounded:
        return f"each period of the file has one {dimension} only, so that no {dimension} has a series of its own"
    if name in ledger.company_wide:
        return f"{name.replace('_', ' ')} is given for the whole company, not by {dimension}"
    return ""


def _does_not_add_up(table: pd.DataFrame | None, total: Floats) -> str:
    if table is None or not table.shape[1]:
        return "no entity has a figure"
    if table.shape[1] > MAX_ENTITIES:
        return f"{table.shape[1]} entities are more than the {MAX_ENTITIES} that are analysed one by one"
    given = table.notna().any(axis=1).to_numpy() & np.isfinite(total)
    away = np.abs(np.nansum(table.to_numpy(float), axis=1) - total)[given]
    if not len(away):
        return "no period has both the whole and its parts"
    if float(away.max()) > 0.005 + 1e-9 * float(np.abs(total[given]).max()):
        return "the parts do not add up to the whole"
    return ""
