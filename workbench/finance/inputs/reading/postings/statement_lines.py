"""Postings become the figures of the statements: each account belongs to a line, and each line is a column.

Debits are plus in the books. Revenue, liabilities and equity are credits,
and plus in a report. Profit is known where
the books are whole: where all postings of a file add up to nothing. A balance is known where the file has what it
began with.
"""

from __future__ import annotations

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import TYPED
from workbench.data.texts.dates import DateOrder
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.accounts import Accounts
from workbench.finance.inputs.reading.date_column import read_dates
from workbench.finance.inputs.reading.postings.chart_of_accounts import (
    Account,
    Assignment,
    assign_lines,
    shown_lines,
)
from workbench.finance.inputs.reading.postings.journal import BALANCED, Journal
from workbench.finance.inputs.reading.postings.line_balances import STOCKS, balances_of, movements_of, of_span
from workbench.finance.inputs.reading.postings.titles import Span
from workbench.finance.model.lines import (
    BALANCE_LINES,
    COST_LINES,
    CREDIT_LINES,
    PROFIT,
    RESULT_LINES,
    Line,
)
from workbench.finance.model.questions import (
    Answers,
    Option,
    Question,
    QuestionKind,
    answer_to,
    question_key,
)

__all__ = ["as_statement"]

LINE = "Line of the statements"
BALANCES_KEY = question_key(QuestionKind.BALANCES)
MOVEMENTS, BALANCES = "movements", "balances"
DECIMALS = 6
RARELY = 0.05


def as_statement(
    journal: Journal, answers: Answers, file: str, *, span: Span | None = None, start_month: int = 1
) -> Accounts:
    """Put the postings of a journal into a column for each line of the statements.

    Parameters
    ----------
    journal
        Of the file.
    answers
        What the user said.
    file
        Its name.
    span
        The days that the lines above a trial balance name, which has no column of dates.
    start_month
        First month of a fiscal year, from which the results in a trial balance are summed.

    Raises
    ------
    InvalidData
        When neither postings nor balances have a date.
    """
    assigned = _assigned(journal, answers)
    work, date_questions, said = _dated(journal, answers, file, span)
    work = work.with_columns(
        line=pl.col("account").replace_strict(
            {name: str(line) for name, line in assigned.lines.items()}, default=None, return_dtype=pl.String
        )
    )
    is_balances, asked = _is_balances(journal, work, answers, span)
    if not assigned.questions and not date_questions and not asked:
        work, signs = _with_debits_plus(work, journal)
        work, turned = _with_sides_of_books(work)
        said += [*signs, *turned]
    months = 0
    closed = _closings(journal, work)
    if closed:
        work = work.filter(
            ~pl.col("row").is_in(closed) | ~pl.col("line").is_in([str(line) for line in RESULT_LINES])
        )
        said.append(
            Change(
                ChangeKind.DROPPED,
                "",
                tuple(closed),
                ("",),
                ("",),
                "an entry that closes the accounts of a year",
            )
        )
    if is_balances:
        work, months, about = movements_of(work, start_month)
        said += about
    elif span is not None:
        work, months, about = of_span(work, span, start_month)
        said += about
    frame, lines = _columns(journal, work, is_dated=not date_questions)
    said += _about_lines(assigned, journal)
    names = (*journal.table.names, *(() if journal.date >= 0 else ("As of",)), LINE, *lines)
    width = len(names) - len(lines) - 1
    places = (
        *journal.table.places,
        *[-1] * (width - len(journal.table.places)),
        -1,
        *[journal.place] * len(lines),
    )
    return Accounts(
        names, places, frame, LINE, (*journal.changes, *said), True, (*assigned.questions, *asked), months
    )


def _assigned(journal: Journal, answers: Answers) -> Assignment:
    rows = journal.table.frame["row"]
    first = journal.postings.with_columns(rows.alias("row")).filter(pl.col("account").is_not_null())
    first = first.unique("account", keep="first", maintain_order=True)
    accounts = (
        Account(name, kind or "", group or "", row)
        for name, kind, group, row in first.select("account", "kind", "group", "row").rows()
    )
    return assign_lines(accounts, answers, journal.chart)


def _dated(
    journal: Journal, answers: Answers, file: str, span: Span | None
) -> tuple[pl.DataFrame, bool, list[Change]]:
    """The postings with ``row``, ``index`` (of the table) and ``day``."""
    rows = journal.table.frame["row"]
    work = journal.postings.with_columns(rows.alias("row")).with_row_index("index")
    if journal.date < 0:
        if span is None:
            raise InvalidData(
                f"{file} has accounts and balances, and neither a column of dates nor a line above the header "
                f"that says "
                "of which day they are; write it there, such as 'As of 31 December 2024'.",
                file,
            )
        return work.with_columns(day=pl.lit(span.last)), False, []
    name = journal.table.names[journal.date]
    answer = answer_to(
        answers, question_key(QuestionKind.DATE_ORDER, name), [str(order) for order in DateOrder]
    )
    read = read_dates(
        journal.table.frame[str(journal.date)], rows, name, DateOrder(answer) if answer else None
    )
    work = work.with_columns(read.values.alias("day"))
    # An opening balance counts from the first day of the file.
    first = work["day"].min()
    opening = pl.col("opening") & pl.col("day").is_null()
    return (
        work.with_columns(day=pl.when(opening).then(pl.lit(first)).otherwise(pl.col("day"))),
        read.question is not None,
        [],
    )


def _is_balances(
    journal: Journal, work: pl.DataFrame, answers: Answers, span: Span | None
) -> tuple[bool, list[Question]]:
    """Whether the amounts are balances and not movements: asked where each account has one amount a period."""
    if span is not None and not work["opening"].any():
        return True, []
    days = work["day"].drop_nulls().n_unique()
    has_balances = work["line"].is_in([str(line) for line in BALANCE_LINES]).any()
    once = not work.select("account", "day").is_duplicated().any()
    if (
        journal.is_described
        or span is not None
        or days < 2
        or not once
        or not has_balances
        or work["account"].n_unique() == 1
    ):
        return False, []
    answer = answer_to(answers, BALANCES_KEY, [MOVEMENTS, BALANCES])
    if answer:
        return answer == BALANCES, []
    text = (
        "Each account has one amount a period, and nothing says whether it is what was posted in the period "
        "or the balance "
        "at its end."
    )
    options = (
        Option(MOVEMENTS, "what was posted in the period"),
        Option(
            BALANCES, "the balance at the end of the period; of income and costs, since the fiscal year began"
        ),
    )
    return False, [Question(BALANCES_KEY, QuestionKind.BALANCES, "", int(work["row"][0]), text, options)]


def _with_debits_plus(work: pl.DataFrame, journal: Journal) -> tuple[pl.DataFrame, list[Change]]:
    """Bring the signs of the file to those of the books, where its columns do not name the sides."""
    if journal.is_signed:
        return work, []
    amounts = work.select(pl.col("amount").fill_null(0.0), credit=_is_credit())
    size = float(amounts["amount"].abs().sum())
    credited = float(amounts.filter(pl.col("credit"))["amount"].sum())
    debited = float(amounts.filter(~pl.col("credit"))["amount"].sum())
    if abs(debited + credited) <= BALANCED * size:
        return work, []
    flip = _is_credit()
    reason = "the amounts have the sign that is usual for their account: with it, the books add up to nothing"
    if abs(debited - credited) > BALANCED * size:
        # The books are not whole: what mostly is minus among costs, or plus among revenue, has the other sign.
        turned = [
            str(line)
            for line in (*RESULT_LINES, *BALANCE_LINES)
            if (float(work.filter(pl.col("line") == str(line))["amount"].sum()) < 0) != (line in CREDIT_LINES)
        ]
        flip = pl.col("line").is_in(turned)
        reason = "the amounts of a line that are mostly minus are plus here, as costs and revenue are"
    work = work.with_columns(amount=pl.when(flip).then(-pl.col("amount")).otherwise(pl.col("amount")))
    return work, [Change(ChangeKind.SIGN, "", (), ("",), ("",), reason)]


def _with_sides_of_books(work: pl.DataFrame) -> tuple[pl.DataFrame, list[Change]]:
    """Exchange the sides where nearly all revenue is debited and nearly all costs are credited: the bank's view."""
    for lines, own in (((Line.REVENUE,), pl.col("amount") < 0), (COST_LINES, pl.col("amount") > 0)):
        amounts = work.filter(pl.col("line").is_in([str(line) for line in lines]) & (pl.col("amount") != 0))
        if not amounts.height or amounts.filter(own).height > RARELY * amounts.height:
            return work, []
    reason = (
        "nearly all revenue stands on the debit side and costs on the credit side: the sides are exchanged"
    )
    return work.with_columns(amount=-pl.col("amount")), [
        Change(ChangeKind.SIGN, "", (), ("",), ("",), reason)
    ]


def _is_credit() -> pl.Expr:
    """Whether an amount of an account is usually a credit; other income is, other expense is not."""
    words = pl.concat_str([pl.col("account"), pl.col("kind").fill_null("")], separator=" ").str.to_lowercase()
    costs = words.str.contains(r"expense|paid|cost|tax|loss|charge|aufwend|aufwand|fee")
    other = pl.col("line") == str(Line.OTHER_RESULT)
    return pl.col("line").is_in([str(line) for line in CREDIT_LINES]) & ~(other & costs)


_CLOSING_WORDS = (
    r"(?i)\b(clos(e|ing) (of |the )*(books?|(fiscal )?year|entr|income|expense)|year[- ]end clos"
    r"|abschlussbuchung|guv-?abschluss"
    r"|cl[oô]ture|asiento de cierre)"
)


def _closings(journal: Journal, work: pl.DataFrame) -> list[int]:
    texts = [
        pl.col(name).str.contains(_CLOSING_WORDS) for name in journal.table.frame.columns if name != "row"
    ]
    if not texts:
        return []
    result = work.filter(pl.col("line").is_in([str(line) for line in RESULT_LINES]))["row"]
    rows: list[int] = journal.table.frame.filter(
        pl.any_horizontal(texts) & pl.col("row").is_in(result.implode())
    )["row"].to_list()
    return rows


def _columns(journal: Journal, work: pl.DataFrame, *, is_dated: bool) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The rows of the table with a column for each line, and below them one for each balance and month."""
    postings = work.filter(pl.col("line").is_in([str(line) for line in RESULT_LINES]) & ~pl.col("opening"))
    used = [line for line in RESULT_LINES if (postings["line"] == str(line)).any()]
    whole, size = float(work["amount"].sum() or 0.0), float(work["amount"].abs().sum() or 0.0)
    has_profit = abs(whole) <= BALANCED * size + 0.01 and bool(
        work["line"].is_in([str(line) for line in BALANCE_LINES]).any()
    )
    stocks = balances_of(work) if is_dated and work["opening"].any() else pl.DataFrame()
    labels = [name for name in journal.table.frame.columns if name != "row"]
    base = journal.table.frame.with_row_index("index")
    at_line = str(len(labels) + (0 if journal.date >= 0 else 1))
    day = str(journal.date) if journal.date >= 0 else str(len(labels))
    columns = [
        *map(str, used),
        *([PROFIT] if has_profit else []),
        *([name for name in STOCKS if name in set(stocks["line"])] if stocks.height else []),
    ]
    cells = {name: str(int(at_line) + 1 + at) for at, name in enumerate(columns)}
    rows = base.join(
        postings.select("index", "line", "amount"), on="index", how="left", maintain_order="left"
    )
    if is_dated:
        days = work.select("index", pl.col("day").dt.to_string("%Y-%m-%d").alias("iso"))
        rows = rows.join(days, on="index", how="left", maintain_order="left")
        written = pl.col(day) if journal.date >= 0 else pl.lit(None, dtype=pl.String())
        rows = rows.with_columns(pl.coalesce("iso", written).alias(day)).drop("iso")
    opening = work.filter(pl.col("opening"))["index"]
    rows = rows.filter(~pl.col("index").is_in(opening.implode()))
    credit = pl.col("line").is_in([str(line) for line in CREDIT_LINES])
    natural = pl.when(credit).then(-pl.col("amount")).otherwise(pl.col("amount"))
    made = [
        _cell(pl.when(pl.col("line") == str(line)).then(natural)).alias(cells[str(line)]) for line in used
    ]
    if has_profit:
        made.append(_cell(-pl.col("amount")).alias(cells[PROFIT]))
    frame = rows.select(
        "row", *(pl.col(name) for name in dict.fromkeys([*labels, day])), pl.col("line").alias(at_line), *made
    )
    if stocks.height:
        below = stocks.select(
            "row",
            pl.col("day").dt.to_string("%Y-%m-%d").alias(day),
            pl.col("line").alias(at_line),
            *(
                _cell(pl.when(pl.col("line") == name).then(pl.col("balance"))).alias(cells[name])
                for name in columns
                if name in STOCKS
            ),
        )
        frame = pl.concat([frame, below], how="diagonal")
    missing = [cell for cell in cells.values() if cell not in frame.columns]
    frame = frame.with_columns(pl.lit(None, dtype=pl.String()).alias(name) for name in missing)
    order = ["row", *sorted((name for name in frame.columns if name != "row"), key=int)]
    return frame.select(order), tuple(columns)


def _cell(values: pl.Expr) -> pl.Expr:
    # As number cells of a workbook are: they need no decimal mark.
    return pl.lit(TYPED) + values.round(DECIMALS).cast(pl.String)


def _about_lines(assigned: Assignment, journal: Journal) -> list[Change]:
    changes = [
        Change(ChangeKind.READ_AS, "", (), ("",), (str(line),),
        f"{journal.said}; accounts of this line: " + "; ".join(
            f"'{name}' ({assigned.reasons[name]})" for name in names))
        for line, names in shown_lines(assigned.lines).items()
    ]  # fmt: skip
    if not journal.postings["opening"].any() and any(
        line in BALANCE_LINES for line in assigned.lines.values()
    ):
        reason = "the file has no opening balances: what was posted is known, the balances are not"
        names = sorted(name for name, line in assigned.lines.items() if line in BALANCE_LINES)
        changes.append(Change(ChangeKind.READ_AS, "", (), (", ".join(names[:6]),), ("no balance",), reason))
    return changes
