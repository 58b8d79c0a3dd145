"""From the rows of a file to one line a period and entity, with nothing lost on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import polars as pl

from workbench.data.changes import Change, ChangeLog
from workbench.data.problems import Problem, Severity
from workbench.finance.inputs.company_wide import labels_of_one_company
from workbench.finance.inputs.currency import Currencies, currencies_of, currency_question, one_currency
from workbench.finance.inputs.duplicates import (
    NO_DUPLICATES,
    Duplicates,
    duplicate_question,
    find_duplicates,
    without_duplicates,
)
from workbench.finance.inputs.entries import ACCOUNT, SCENARIO, Entries, make_entries
from workbench.finance.inputs.mapping.confirming import confirmed, role_questions
from workbench.finance.inputs.periods import (
    all_periods,
    blank_amounts,
    frequency_of,
    missing_entities,
    missing_periods,
    open_period,
    partial_periods,
    period_of,
)
from workbench.finance.inputs.reading.read import Reading
from workbench.finance.inputs.weeks import (
    about_one_weekday,
    covered_days,
    days_behind,
    partly_covered,
    with_weeks_parted,
)
from workbench.finance.model.calendar import FiscalCalendar
from workbench.finance.model.control_totals import StageTotals
from workbench.finance.model.ledger import Figure, Gap, Ledger, PartialPeriod
from workbench.finance.model.mapping import RoleMapping
from workbench.finance.model.questions import Answers, Question, require_answers
from workbench.finance.model.roles import Behaviour, Role, Variant


def open_questions(
    reading: Reading,
    mapping: RoleMapping,
    answers: Answers | None = None,
    rates: Mapping[str, float] | None = None,
) -> tuple[Question, ...]:
    """Give everything that is open before a ledger can be made: of the file, its currencies and its duplicates.

    Parameters
    ----------
    reading
        The file, read with the same answers.
    mapping
        What its columns mean.
    answers
        What the user said.
    rates
        ISO code -> rate, see :func:`make_ledger`.

    Raises
    ------
    InvalidData
        As :func:`make_ledger`.
    """
    answers = answers or {}
    mapping = confirmed(reading, mapping, answers)
    asked = (*reading.questions, *role_questions(reading, mapping, answers))
    if asked:
        return asked
    entries = make_entries(reading, mapping)
    found = currencies_of(reading, mapping)
    duplicates = _duplicates(entries, reading)
    questions = (
        currency_question(reading, found, answers, rates or {}),
        duplicate_question(duplicates, answers),
    )
    return tuple(question for question in questions if question)


def make_ledger(
    reading: Reading,
    mapping: RoleMapping,
    *,
    calendar: FiscalCalendar | None = None,
    answers: Answers | None = None,
    rates: Mapping[str, float] | None = None,
) -> Ledger:
    """Make tidy figures of a file.

    A key is a date and the values of all dimensions. Flows of a period are added, of stocks the last balance
    counts, ratios are left out. A period without rows is a gap. Nothing is filled.

    Parameters
    ----------
    reading
        The file, read with the same answers.
    mapping
        What its columns mean.
    calendar
        Of fiscal years; calendar years when left out.
    answers
        What the user said.
    rates
        ISO 4217 code -> worth of one unit in the currency whose rate is 1, to convert a file of several currencies.

    Raises
    ------
    InvalidData
        When a question is open, a row has no date, or no column is a figure.
    UnbalancedResult
        When control totals do not agree.
    """
    answers, rates = answers or {}, rates or {}
    mapping = confirmed(reading, mapping, answers)
    require_answers(reading.file, (*reading.questions, *role_questions(reading, mapping, answers)))
    entries = make_entries(reading, mapping)
    currencies = currencies_of(reading, mapping)
    duplicates = _duplicates(entries, reading)
    questions = (
        currency_question(reading, currencies, answers, rates),
        duplicate_question(duplicates, answers),
    )
    require_answers(reading.file, [question for question in questions if question])
    totals = reading.totals.with_stage(entries.stage)
    frame, currency, changes, stage = _chosen_rows(entries, currencies, duplicates, reading, answers, rates)
    totals = totals.with_stage(stage)
    date = reading.column(mapping.column_of(Role.DATE) or reading.date_column)
    behind = None if reading.is_ledger else days_behind(date, frame["date"])
    days = covered_days(frame["date"], date, behind)
    frame, short, parted = _in_months(frame, entries, behind, date.name)
    changes = [*changes, *parted]

    frequency = frequency_of(frame["date"], reading.months)
    calendar = calendar or FiscalCalendar()
    period = period_of(frame["date"], frequency, calendar.start_month)
    frame = frame.with_columns(period.alias("period"))
    grid = all_periods(frame["period"], frequency)
    confounded, company_wide = labels_of_one_company(frame, entries.dimensions, entries.figures, grid)
    rows_of = {figure.name: _expected_rows(frame, figure, entries.figures) for figure in entries.figures}
    lines = _lines(frame, entries, company_wide)
    totals = totals.with_stage(_stage_of_lines(frame, lines, entries.figures, stage.rows_out))
    gaps = [
        *missing_periods(frame["period"], grid),
        *(() if confounded else missing_entities(frame, entries.dimensions, grid)),
        *blank_amounts(frame, entries.dimensions, entries.figures, rows_of, company_wide),
    ]
    if behind is not None:
        # The first days of a file end no week: a month of them has no balance, and none is missing.
        stocks = {one.name for one in entries.figures if one.behaviour is Behaviour.STOCK}
        begun = {item.period for item in short}
        gaps = [gap for gap in gaps if gap.figure not in stocks or gap.period not in begun]
    ahead = _ahead(frame, entries, grid)
    gaps = [gap for gap in gaps if gap.period not in ahead or gap.figure in _plans(entries)]
    order = ["row", "date", "period", *entries.dimensions, *(figure.name for figure in entries.figures)]
    return Ledger(
        lines=_to_pandas(lines),
        entries=_to_pandas(frame.select(order)),
        figures=entries.figures,
        dimensions=entries.dimensions,
        frequency=frequency,
        calendar=calendar,
        currency=currency,
        file=reading.file,
        sha256=reading.sha256,
        periods=grid,
        partial=_partial(short, gaps, entries, grid[: len(grid) - len(ahead)]),
        gaps=tuple(sorted(gaps, key=lambda gap: (gap.period, gap.entity, gap.figure))),
        confounded=confounded,
        company_wide=company_wide,
        changes=ChangeLog((*reading.changes, *entries.changes, *changes)),
        totals=totals,
        mapping=mapping,
        problems=(
            *reading.problems,
            *_doubts(reading, duplicates, confounded, company_wide),
            *about_one_weekday(reading, date, behind),
            *_about(ahead, reading),
        ),
        is_of_accounts=reading.is_ledger,
        days=days,
        parted=frame.height - stage.rows_out,
    )


def _in_months(
    frame: pl.DataFrame, entries: Entries, behind: int | None, column: str
) -> tuple[pl.DataFrame, tuple[PartialPeriod, ...], list[Change]]:
    if behind is None:
        return frame, partial_periods(frame["date"]), []
    parted, change = with_weeks_parted(frame, entries.figures, behind, column)
    return parted, partly_covered(frame["date"], behind), [change]


def _plans(entries: Entries) -> set[str]:
    return {figure.name for figure in entries.figures if figure.variant is not Variant.ACTUAL}


def _ahead(frame: pl.DataFrame, entries: Entries, grid: pd.DatetimeIndex) -> list[pd.Timestamp]:
    """Give the last periods for which there are only plans: nothing is missing in them."""
    happened = [figure.name for figure in entries.figures if figure.variant is Variant.ACTUAL]
    if not happened or len(happened) == len(entries.figures):
        return []
    given = frame.filter(pl.any_horizontal(pl.col(happened).is_not_null()))["period"]
    planned = frame.filter(pl.any_horizontal(pl.col(sorted(_plans(entries))).is_not_null()))["period"]
    if given.is_empty() or planned.is_empty() or given.max() >= planned.max():  # type: ignore[operator]
        return []
    return [period for period in grid if period > pd.Timestamp(str(given.max()))]


def _about(ahead: Sequence[pd.Timestamp], reading: Reading) -> list[Problem]:
    if not ahead:
        return []
    message = (
        f"from {ahead[0]:%b %Y} on there are only plans; what happened ends before it, and is not missing."
    )
    return [Problem(message, reading.file, severity=Severity.WARNING)]


def _partial(
    found: Sequence[PartialPeriod], gaps: Sequence[Gap], entries: Entries, grid: pd.DatetimeIndex
) -> tuple[PartialPeriod, ...]:
    ends = {item.period for item in found}
    return (*found, *(item for item in open_period(gaps, entries.figures, grid) if item.period not in ends))


def _duplicates(entries: Entries, reading: Reading) -> Duplicates:
    # Postings of one day and account are their nature.
    return NO_DUPLICATES if reading.is_ledger else find_duplicates(entries.frame, _key(entries), reading.rows)


def _key(entries: Entries) -> list[str]:
    return [
        "date",
        *entries.dimensions,
        *(name for name in (SCENARIO, ACCOUNT) if name in entries.frame.columns),
    ]


def _chosen_rows(
    entries: Entries,
    currencies: Currencies,
    duplicates: Duplicates,
    reading: Reading,
    answers: Answers,
    rates: Mapping[str, float],
) -> tuple[pl.DataFrame, str, list[Change], StageTotals]:
    names = [figure.name for figure in entries.figures]
    kept, once = without_duplicates(entries.frame, duplicates, answers, reading.rows)
    frame, currency, changes = one_currency(kept, names, currencies, answers, rates)
    converted = bool(rates) and len(currencies.codes) > 1
    aside = entries.frame.filter(~pl.col("row").is_in(frame["row"].implode()))
    # Converted sums are in another unit; their rows must still agree.
    names = [] if converted else names
    before, after, out = (
        {name: float(part[name].sum()) for name in names} for part in (entries.frame, frame, aside)
    )
    sizes = {name: float(entries.frame[name].abs().sum()) for name in names}
    stage = StageTotals(
        "one currency, no row twice",
        entries.frame.height,
        frame.height,
        aside.height,
        before,
        after,
        out,
        sizes,
    )
    return frame, currency, [*once, *changes], stage


def _expected_rows(frame: pl.DataFrame, figure: Figure, figures: Sequence[Figure]) -> pl.Series:
    expected = pl.Series([True]).new_from_index(0, frame.height)
    if SCENARIO in frame.columns:
        expected &= frame[SCENARIO] == str(figure.variant)
    if ACCOUNT in frame.columns:
        expected &= (frame[ACCOUNT].str.strip_chars() == figure.column.removesuffix(" (account)")).fill_null(
            False
        )
    return expected


def _lines(frame: pl.DataFrame, entries: Entries, company_wide: Sequence[str]) -> pl.DataFrame:
    keys = ["period", *entries.dimensions]
    flows = [figure for figure in entries.figures if figure.behaviour is Behaviour.FLOW]
    stocks = [
        figure
        for figure in entries.figures
        if figure.behaviour is Behaviour.STOCK and figure.name not in company_wide
    ]
    lines = frame.group_by(keys).agg(
        pl.when(pl.col(figure.name).is_not_null().any())
        .then(pl.col(figure.name).sum().round(figure.decimals))
        .alias(figure.name)
        for figure in flows
    )
    for figure in stocks:
        lines = lines.join(_last_balances(frame, keys, figure), on=keys, how="left", nulls_equal=True)
    if company_wide:
        company = frame.select("period").unique()
        for figure in entries.figures:
            if figure.name in company_wide:
                company = company.join(_last_balances(frame, ["period"], figure), on="period", how="left")
        company = company.with_columns(pl.lit("").alias(name) for name in entries.dimensions)
        lines = pl.concat([lines, company], how="diagonal")
    return lines.select(*keys, *(figure.name for figure in entries.figures)).sort(keys)


def _last_balances(frame: pl.DataFrame, keys: list[str], figure: Figure) -> pl.DataFrame:
    # Rows of one key and date are parts of one balance (products, customers that have no role): added.
    given = frame.filter(pl.col(figure.name).is_not_null())
    by_date = given.group_by([*keys, "date"]).agg(pl.col(figure.name).sum().round(figure.decimals))
    return by_date.sort("date").group_by(keys, maintain_order=True).agg(pl.col(figure.name).last())


def _stage_of_lines(
    frame: pl.DataFrame, lines: pl.DataFrame, figures: Sequence[Figure], rows: int
) -> StageTotals:
    flows = [figure.name for figure in figures if figure.behaviour is Behaviour.FLOW]
    sums_in = {name: float(frame[name].sum()) for name in flows}
    sums_out = {name: float(lines[name].sum()) for name in flows}
    sizes = {name: float(frame[name].abs().sum()) for name in flows}
    return StageTotals("add to periods", rows, rows, 0, sums_in, sums_out, {}, sizes)


def _to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    columns: dict[str, object] = {}
    for name in frame.columns:
        values = frame[name]
        if values.dtype == pl.Date:
            columns[name] = values.to_numpy().astype("datetime64[s]")
        elif values.dtype == pl.Float64:
            columns[name] = values.fill_null(float("nan")).to_numpy()
        elif values.dtype == pl.String:
            columns[name] = pd.array(values.to_arrow(), dtype="str")
        else:
            columns[name] = values.to_numpy()
    return pd.DataFrame(columns)


def _doubts(
    reading: Reading, duplicates: Duplicates, confounded: Sequence[str], company_wide: Sequence[str]
) -> list[Problem]:
    messages = []
    if duplicates.bookings:
        messages.append("many rows share a date and entity: they are taken as bookings, and added.")
    if confounded:
        messages.append(
            f"there is one row a period and {' and '.join(confounded)} changes from row to row: figures by "
            f"{' or '.join(confounded)} cannot be told from the passing of time, and are left out."
        )
    elif company_wide:
        names = ", ".join(company_wide)
        messages.append(f"there is one row a date: balances ({names}) are taken as the whole company's.")
    return [Problem(message, reading.file, severity=Severity.WARNING) for message in messages]
