"""Tidy figures: period by entity, every one traceable to the rows of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd

from workbench.data.changes import ChangeLog
from workbench.data.problems import Problem
from workbench.errors import InvalidData
from workbench.finance.model.calendar import FiscalCalendar, span_text
from workbench.finance.model.control_totals import ControlTotals
from workbench.finance.model.mapping import RoleMapping
from workbench.finance.model.roles import TITLES, Behaviour, Role, Variant


class Frequency(StrEnum):
    """How far the periods of a file lie apart."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Months in a period."""
        return {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}[self]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the ledger.

    Parameters
    ----------
    name
        Column in ``lines`` and ``entries``.
    role, variant, behaviour
        Its meaning, and how it adds up.
    column
        Header in the file.
    decimals
        Digits after the point that its amounts have.
    """

    name: str
    role: Role
    variant: Variant
    behaviour: Behaviour
    column: str
    decimals: int = 2

    @property
    def title(self) -> str:
        """Its name, as shown."""
        variant = "" if self.variant is Variant.ACTUAL else f" ({str(self.variant).replace('_', ' ')})"
        return TITLES[self.role] + variant


@dataclass(frozen=True, slots=True)
class PartialPeriod:
    """A period whose rows do not reach from its beginning to its end; never compared with a whole one."""

    period: pd.Timestamp
    reason: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is not given: a period, an entity in a period, or amounts of one figure. Never a zero.

    Parameters
    ----------
    period
        First day of the period.
    entity
        Values of the dimensions, empty text for all values of one; empty for the whole company.
    figure
        Name of the figure; empty when nothing is given at all.
    reason
        In words.
    """

    period: pd.Timestamp
    entity: tuple[str, ...]
    figure: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ledger:
    """The figures of one file.

    Parameters
    ----------
    lines
        One row a period and entity: ``period`` (datetime64, first of the month), one text column a dimension, one
        float column a figure [currency]; nan where nothing is given.
    entries
        The rows of the file: ``row``, ``date``, ``period``, dimensions, figures.
    figures, dimensions
        What there is.
    frequency, calendar
        How the periods lie.
    currency
        ISO 4217 code; empty when the file does not say.
    file, sha256
        Where it comes from.
    periods
        All periods from the first to the last, those without rows included.
    partial, gaps
        What must not be taken for whole, and what is not given.
    confounded
        Dimensions that only change together with the period (one row a period): no series of theirs can be made.
    company_wide
        Stocks of the whole company repeated on each row: they are not available by dimension.
    changes, totals, mapping, problems
        What was done to the data, the control totals, what the columns mean, and what is doubtful.
    is_of_accounts
        Whether the figures are sums of accounts, of which each belongs to one figure: no cost is within another.
    days
        First and last day that the entries cover, where they have their days or the ISO weeks in which those lie.
    parted
        Number of rows with two entries: weeks that lie in two months.
    """

    lines: pd.DataFrame
    entries: pd.DataFrame
    figures: tuple[Figure, ...]
    dimensions: tuple[str, ...]
    frequency: Frequency
    calendar: FiscalCalendar
    currency: str
    file: str
    sha256: str
    periods: pd.DatetimeIndex
    partial: tuple[PartialPeriod, ...]
    gaps: tuple[Gap, ...]
    confounded: tuple[str, ...]
    company_wide: tuple[str, ...]
    changes: ChangeLog
    totals: ControlTotals
    mapping: RoleMapping
    problems: tuple[Problem, ...] = field(default=())
    is_of_accounts: bool = False
    days: tuple[pd.Timestamp, pd.Timestamp] | None = None
    parted: int = 0

    @property
    def rows_behind(self) -> int:
        """Number of rows behind the figures; a week in two months is one row with two entries."""
        return len(self.entries) - self.parted

    def __repr__(self) -> str:
        span = span_text(self.periods[0], self.periods[-1], self.frequency.months)
        by = f" by {' and '.join(self.dimensions)}" if self.dimensions else ""
        return (
            f"Ledger of {self.file}: {len(self.figures)} figures{by}, {len(self.periods)} periods "
            f"({self.frequency}) in {span}, {self.rows_behind} rows, "
            f"{self.changes.count()} changes, {len(self.gaps)} gaps"
        )

    def has(self, *names: str) -> bool:
        """Whether all these figures are there."""
        return set(names) <= {figure.name for figure in self.figures}

    def figure(self, name: str) -> Figure:
        """Give a figure.

        Raises
        ------
        InvalidData
            When there is none of that name; names those present.
        """
        for figure in self.figures:
            if figure.name == name:
                return figure
        present = ", ".join(figure.name for figure in self.figures)
        raise InvalidData(f"{self.file} has no figure '{name}'; present: {present}.", self.file)

    def total(self, name: str) -> pd.Series[float]:
        """Give a figure of the whole company, one value a period.

        Returns
        -------
        Series
            By :attr:`periods`; nan where nothing, or not everything, is given (see :meth:`holes`).

        Raises
        ------
        InvalidData
            When there is no such figure.
        """
        return self.known_sum(name).mask(self.holes(name)[""])

    def by(self, dimension: str, name: str) -> pd.DataFrame:
        """Give a figure by the values of one dimension.

        Parameters
        ----------
        dimension
            One of :attr:`dimensions`.
        name
            Of the figure.

        Returns
        -------
        DataFrame
            Periods x values of the dimension; nan where nothing, or not everything, is given, everywhere for a
            stock of the whole company.

        Raises
        ------
        InvalidData
            When there is no such dimension or figure.
        """
        return self.known_sum_by(dimension, name).mask(self.holes(name, dimension))

    def holes(self, name: str, dimension: str = "") -> pd.DataFrame:
        """Tell where a figure is not whole: the one rule of completeness.

        A sum is whole when no gap touches it: no period without a row, no entity without a row that is expected
        to have one, and no row without an amount of the figure.

        Parameters
        ----------
        name
            Of the figure.
        dimension
            By the values of this dimension; of the whole company when empty.

        Returns
        -------
        DataFrame
            Periods x values of the dimension, true where something is not given; one column without a name for the
            company.
        """
        entities = self._entities(dimension) if dimension else [""]
        place = self.dimensions.index(dimension) if dimension else 0
        rows = {period: at for at, period in enumerate(self.periods)}
        columns = {entity: at for at, entity in enumerate(entities)}
        touched = np.zeros((len(rows), len(columns)), dtype=bool)
        for gap in self.gaps:
            if gap.figure not in ("", name) or (gap.entity and name in self.company_wide):
                continue
            entity = gap.entity[place] if dimension and gap.entity else ""
            at = columns.get(entity)
            touched[rows[gap.period], slice(None) if at is None else at] = True
        return pd.DataFrame(touched, index=self.periods, columns=entities)

    def known_sum(self, name: str) -> pd.Series[float]:
        """Give the sum of what is given of a figure, which may be a part only; nan where nothing is."""
        figure = self.figure(name)
        given = self.lines.dropna(subset=[name])
        sums = given.groupby("period")[name].sum().reindex(self.periods)
        return sums.round(figure.decimals).rename(name).rename_axis("period")

    def known_sum_by(self, dimension: str, name: str) -> pd.DataFrame:
        """Give the same by the values of one dimension; see :meth:`by` for what is whole."""
        figure = self.figure(name)
        if dimension not in self.dimensions:
            present = ", ".join(self.dimensions) or "none"
            raise InvalidData(f"{self.file} has no dimension '{dimension}'; present: {present}.", self.file)
        entities = self._entities(dimension)
        if name in self.company_wide:
            return pd.DataFrame(np.nan, index=self.periods, columns=entities)
        given = self.lines.dropna(subset=[name])
        table = given.pivot_table(name, index="period", columns=dimension, aggfunc="sum")
        return table.reindex(index=self.periods, columns=entities).round(figure.decimals)

    def _entities(self, dimension: str) -> list[str]:
        return sorted(set(self.lines[dimension]) - {""})

    @property
    def whole_periods(self) -> pd.DatetimeIndex:
        """The periods without the partial ones, and without those ahead for which there are only plans."""
        happened = [figure.name for figure in self.figures if figure.variant is Variant.ACTUAL]
        given = self.lines.loc[self.lines[happened].notna().any(axis=1), "period"]
        periods = self.periods[self.periods <= given.max()] if len(given) else self.periods
        return periods.drop([item.period for item in self.partial if item.period in periods])

    def source_rows(self, period: pd.Timestamp | str | None = None, **entity: str) -> tuple[int, ...]:
        """Give the rows of the file behind a figure.

        Parameters
        ----------
        period
            First day of the period; all when left out.
        **entity
            Values of dimensions, such as ``region="EMEA"``.

        Raises
        ------
        InvalidData
            When there is no such dimension.
        """
        chosen = np.ones(len(self.entries), dtype=bool)
        if period is not None:
            chosen &= (self.entries["period"] == pd.Timestamp(period)).to_numpy()
        for dimension, value in entity.items():
            if dimension not in self.dimensions:
                raise InvalidData(f"{self.file} has no dimension '{dimension}'.", self.file)
            chosen &= (self.entries[dimension] == value).to_numpy()
        return tuple(int(row) for row in self.entries["row"].to_numpy()[chosen])
