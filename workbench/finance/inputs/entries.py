"""The rows of a file under the names of their roles: dates, dimensions, figures with one sign and one scale."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.read import Reading
from workbench.finance.model.control_totals import StageTotals
from workbench.finance.model.ledger import Figure
from workbench.finance.model.mapping import ColumnRole, RoleMapping
from workbench.finance.model.roles import COSTS, DIMENSIONS, FIGURES, Role, Variant, behaviour_of, figure_name
from workbench.finance.model.variants import variant_of

NOT_GIVEN = "(not given)"
MAX_DECIMALS = 6
SCENARIO = "scenario"
ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Entries:
    """Rows under their roles.

    Parameters
    ----------
    frame
        ``row``, ``date``, dimensions (text), ``scenario`` and ``account`` where there is one, figures (Float64).
    figures
        What each figure is.
    dimensions
        Names of the dimensions.
    changes
        Signs that were flipped, blanks among the dimensions.
    stage
        Rows and sums before and after.
    """

    frame: pl.DataFrame
    figures: tuple[Figure, ...]
    dimensions: tuple[str, ...]
    changes: tuple[Change, ...]
    stage: StageTotals


def make_entries(reading: Reading, mapping: RoleMapping) -> Entries:
    """Give every row its date, dimensions and figures.

    Parameters
    ----------
    reading
        The file, with no question open.
    mapping
        What its columns mean.

    Raises
    ------
    InvalidData
        When no column is the date or none is a figure, a row has no date, or a scenario is none that is known.
    """
    date = _date_column(reading, mapping)
    chosen = [item for item in mapping.columns if item.figure]
    if not chosen:
        columns = ", ".join(
            f"'{item.column}'" + (f" ({item.reason})" if item.named else "") for item in mapping.columns
        )
        raise InvalidData(
            f"{reading.file} has no column of figures among {columns}; give at least one of them a role "
            "such as revenue.",
            reading.file,
        )
    frame = pl.DataFrame({"row": reading.rows["row"], "date": reading.values(date)})
    changes: list[Change] = []
    dimensions = []
    for role in DIMENSIONS:
        column = mapping.column_of(role)
        if column is not None:
            values, blank = _dimension(reading, column)
            frame = frame.with_columns(values.alias(str(role)))
            dimensions.append(str(role))
            changes += blank
    figures, values_of = [], {}
    for item in chosen:
        figure, values, made = _figure(reading, item)
        figures.append(figure)
        values_of[figure.name] = values
        changes += made
    frame = frame.with_columns(values.alias(name) for name, values in values_of.items())
    if reading.account_column:
        frame = frame.with_columns(reading.values(reading.account_column).alias(ACCOUNT))
    frame, split, blank = _by_scenario(frame, figures, reading, mapping)
    changes += blank
    return Entries(
        frame, split, tuple(dimensions), tuple(changes), _stage(reading, chosen, frame, figures, split)
    )


def _date_column(reading: Reading, mapping: RoleMapping) -> str:
    date = mapping.column_of(Role.DATE)
    if date is None:
        raise InvalidData(
            f"{reading.file}: no column has the role date; choose '{reading.date_column}' or another "
            "column of dates.",
            reading.file,
        )
    values = reading.values(date)
    if values.dtype != pl.Date:
        raise InvalidData(
            f"{reading.file}: the column '{date}' holds no dates; choose another for the role.", reading.file
        )
    if values.null_count():
        row = int(reading.rows["row"].filter(values.is_null())[0])
        raise InvalidData(
            f"{reading.file}, row {row}: column '{date}' has no date; add it, or set the row aside.",
            reading.file,
        )
    return date


def _dimension(reading: Reading, column: str) -> tuple[pl.Series, list[Change]]:
    values = reading.values(column)
    if values.dtype == pl.Float64:
        values = values.cast(pl.Int64).cast(pl.String)
    clean = values.str.replace_all(r"\s+", " ")
    clean, spelled = _one_spelling(clean, reading.rows["row"], column)
    blank = clean.is_null()
    if blank.any():
        rows = tuple(reading.rows["row"].filter(blank).to_list())
        reason = "nothing is given; the row is kept under a name of its own"
        spelled.append(Change(ChangeKind.READ_AS, column, rows, ("",), (NOT_GIVEN,), reason))
    return clean.fill_null(NOT_GIVEN), spelled


def _one_spelling(values: pl.Series, rows: pl.Series, column: str) -> tuple[pl.Series, list[Change]]:
    """``EMEA``, ``emea`` and ``Emea`` are one region: the most frequent spelling is kept, the others are listed."""
    counts = values.drop_nulls().value_counts(sort=True)
    best: dict[str, str] = {}
    replaced: dict[str, str] = {}
    for text in counts[counts.columns[0]].to_list():
        usual = best.setdefault(text.casefold(), text)
        if usual != text:
            replaced[text] = usual
    if not replaced:
        return values, []
    odd = values.is_in(list(replaced)).fill_null(False)
    before = values.filter(odd)
    after = before.replace(replaced)
    reason = "another spelling of the same name"
    change = Change(ChangeKind.MERGED, column, tuple(rows.filter(odd)), tuple(before), tuple(after), reason)
    return values.replace(replaced), [change]


def _figure(reading: Reading, item: ColumnRole) -> tuple[Figure, pl.Series, list[Change]]:
    role = item.role
    if role not in FIGURES:
        raise InvalidData(f"The column '{item.column}' has no role of a figure.")
    values = reading.values(item.column)
    if values.dtype != pl.Float64:
        raise InvalidData(
            f"{reading.file}: the column '{item.column}' holds no amounts and cannot be {role}; choose "
            "another role.",
            reading.file,
        )
    changes = []
    decimals = min(reading.column(item.column).decimals, MAX_DECIMALS)
    if item.scale != 1.0:
        # 1.1 x 1000 is 1100.0000000000002 in floats.
        values = (values * item.scale).round(MAX_DECIMALS)
        reason = f"the header says that the amounts are in {item.unit or f'{item.scale:g}'}"
        changes.append(
            Change(ChangeKind.READ_AS, item.column, (), ("",), (f"multiplied by {item.scale:,.0f}",), reason)
        )
    if item.sign == "flipped":
        rows = reading.rows["row"].filter(values.is_not_null() & (values != 0))
        what = "costs have" if role in COSTS else "revenue has"
        reason = f"{what} a minus in this column; the amounts are plus here"
        before = values.filter(values.is_not_null() & (values != 0))
        old, new = tuple(f"{v:.15g}" for v in before), tuple(f"{-v:.15g}" for v in before)
        changes.append(Change(ChangeKind.SIGN, item.column, tuple(rows), old, new, reason))
        values = -values
    figure = Figure(item.figure, role, item.variant, behaviour_of(role), item.column, decimals)
    return figure, values.alias(item.figure), changes


def _by_scenario(
    frame: pl.DataFrame, figures: list[Figure], reading: Reading, mapping: RoleMapping
) -> tuple[pl.DataFrame, tuple[Figure, ...], list[Change]]:
    """Rows of a budget become figures of their own: ``revenue`` in a budget row is ``revenue_budget``."""
    column = mapping.column_of(Role.SCENARIO)
    if column is None:
        return frame, tuple(figures), []
    words = reading.values(column)
    variants = {}
    for word in words.drop_nulls().unique(maintain_order=True).to_list():
        found = variant_of(word)
        if found is None:
            row = int(reading.rows["row"].filter((words == word).fill_null(False))[0])
            raise InvalidData(
                f"{reading.file}, row {row}: column '{column}' says '{word}'; expected actual, budget, "
                "forecast or prior "
                "year, correct it or take the role scenario from the column.",
                reading.file,
            )
        variants[word] = found
    which = words.replace_strict(variants, default=Variant.ACTUAL, return_dtype=pl.String)
    split: list[Figure] = []
    made = []
    for variant in Variant:
        here = which == str(variant)
        if not here.any():
            continue
        for figure in figures:
            name = figure_name(figure.role, variant)
            split.append(Figure(name, figure.role, variant, figure.behaviour, figure.column, figure.decimals))
            made.append(pl.select(pl.when(here).then(frame[figure.name])).to_series().alias(name))
    frame = frame.drop([figure.name for figure in figures]).with_columns(which.alias(SCENARIO), *made)
    rows = tuple(reading.rows["row"].filter(words.is_null()).to_list())
    reason = "no scenario is given; read as what happened"
    blank = [Change(ChangeKind.READ_AS, column, rows, ("",), (str(Variant.ACTUAL),), reason)] if rows else []
    return frame, tuple(split), blank


def _stage(
    reading: Reading,
    chosen: list[ColumnRole],
    frame: pl.DataFrame,
    figures: list[Figure],
    split: tuple[Figure, ...],
) -> StageTotals:
    factors = {item.column: item.scale * (-1 if item.sign == "flipped" else 1) for item in chosen}
    sums_in = {
        figure.column: float(reading.values(figure.column).sum()) * factors[figure.column]
        for figure in figures
    }
    sizes = {
        figure.column: float(reading.values(figure.column).abs().sum()) * abs(factors[figure.column])
        for figure in figures
    }
    sums_out: dict[str, float] = {}
    for figure in split:
        sums_out[figure.column] = sums_out.get(figure.column, 0.0) + float(frame[figure.name].sum())
    return StageTotals("give roles", reading.rows.height, frame.height, 0, sums_in, sums_out, {}, sizes)
