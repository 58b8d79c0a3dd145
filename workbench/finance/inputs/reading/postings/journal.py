"""Postings as a file has them: an account, a day, and an amount on the debit or the credit side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import TYPED
from workbench.data.texts.dates import MONTH_NAMES, read_date
from workbench.data.texts.labels import is_total_label
from workbench.data.texts.layout import row_text
from workbench.finance.inputs.reading.columns import ColumnKind, kind_of
from workbench.finance.inputs.reading.date_column import looks_like_dates
from workbench.finance.inputs.reading.postings.charts import Chart
from workbench.finance.inputs.reading.postings.journal_columns import (
    CATEGORY,
    DATES,
    JournalColumns,
    Table,
    has_document,
    journal_columns,
    plain_header,
)
from workbench.finance.inputs.reading.postings.sections import with_sections
from workbench.finance.inputs.reading.postings.sides import amounts_of

__all__ = ["BALANCED", "Journal", "is_opening", "journal_of"]

# Of the sum of all amounts without their signs; the postings of whole books add up to nothing.
BALANCED = 1e-6
MAX_REPEATED = 0.05
MAX_ACCOUNTS = 5_000

# A longer cell is a remark.
MAX_WORDS = 60
OPENING = re.compile(
    r"(beginning|opening|initial) balances?\b.*|balance (brought|b/?f).*|brought forward|b/f|saldovortrag.*"
    r"|eb-?wert.*"
    r"|anfangsbestand|solde (initial|[aà] nouveau).*|[aà] nouveaux?|saldo inicial|asiento de apertura"
    r"|er[oö]ffnungs.*",
    re.IGNORECASE,
)
# SAP marks sums of lists by stars where the lines have their account.
_STARS = re.compile(r"\*{1,4}")
_CLOSING = re.compile(
    r"(ending|closing|final) balances?\b.*|balance (carried|c/?f).*|endbestand|saldo final", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Journal:
    """Postings of a file.

    Parameters
    ----------
    table
        The columns that describe the postings; those of accounts and amounts are not in it.
    postings
        ``account``, ``kind``, ``group`` (text), ``amount`` (Float64) and ``opening`` (whether it is a balance
        brought forward): one line a row of the table.
    date
        Position of the column with the day of the posting; -1 when the file has none, as in a trial balance.
    is_signed
        Whether debits are plus and credits minus; else the signs are as the file likes them.
    is_described
        Whether rows have a document or a text, as postings have, and balances have not.
    said
        How the amounts were told, for the list of changes.
    chart
        The chart of accounts that the file names.
    changes, places
        What was set aside, and the positions in the file of the amounts.
    """

    table: Table
    postings: pl.DataFrame
    date: int
    is_signed: bool
    is_described: bool
    said: str
    chart: Chart | None = None
    changes: tuple[Change, ...] = ()
    place: int = -1


def is_opening(cell: str | None) -> bool:
    """Whether a text says that its row brings a balance forward."""
    return cell is not None and len(cell) <= MAX_WORDS and OPENING.fullmatch(cell) is not None


def journal_of(table: Table, *, is_chart: bool = False) -> Journal | None:
    """Find the postings of a table; ``None`` when it has none.

    Parameters
    ----------
    table
        Of the file.
    is_chart
        Whether a table of accounts and amounts without two sides is a journal, too.
    """
    parts, section, changes = with_sections(table.names, table.places, table.frame)
    table = Table(*parts)
    found = journal_columns(table)
    two_sided = found.debit is not None and found.credit is not None
    account = section if section is not None else _accounts(table, found, two_sided)
    if account is None or not (two_sided or found.amount is not None):
        return None
    if not 1 <= account.drop_nulls().n_unique() <= MAX_ACCOUNTS or _are_months(account):
        return None
    amount, said, is_signed = amounts_of(
        table.frame, table.names, found.debit, found.credit, found.amount, found.side
    )
    if not is_signed and section is None and not is_chart and not _is_posted(table, found, account, amount):
        return None
    opening = _opening(table, found, account)
    postings = pl.DataFrame(
        {
            "account": account,
            "kind": _text(table, found.kind),
            "group": _text(table, found.group),
            "amount": amount,
            "opening": opening,
        }
    )
    used = {
        at
        for at in (found.debit, found.credit, found.amount, found.side, found.running, found.opening)
        if at is not None
    }
    place = table.places[found.debit if found.debit is not None else found.amount or 0]
    labels = [at for at in range(len(table.names)) if at not in used]
    journal = Journal(
        _only(table, labels), postings, -1, is_signed, False, said, changes=tuple(changes), place=place
    )
    journal = _with_dates(_without_totals(journal))
    journal = _with_opening_column(journal, table, found)
    return _with_running_balances(journal, table, found)


def _are_months(account: pl.Series) -> bool:
    """Whether the lines are months: the summary of one account, which is not named."""
    texts = [text.casefold() for text in account.drop_nulls() if not is_total_label(text)]
    return bool(texts) and all(text in MONTH_NAMES or read_date(text) is not None for text in texts)


def _unnamed(table: Table) -> list[int]:
    """The one column of texts of a trial balance, whose header is often blank."""
    kinds = [kind_of(table.frame[str(at)], name) for at, name in enumerate(table.names)]
    texts = [at for at, kind in enumerate(kinds) if kind is ColumnKind.TEXT]
    return texts if len(texts) == 1 and ColumnKind.DATE not in kinds else []


def _accounts(table: Table, found: JournalColumns, two_sided: bool) -> pl.Series | None:
    columns = [*found.numbers, *found.names] or (_unnamed(table) if two_sided else [])
    if not columns:
        return None
    parts = [
        table.frame[str(at)].str.strip_prefix(TYPED).str.strip_suffix(".0").str.strip_chars()
        for at in columns
    ]
    if len(parts) == 1:
        return parts[0].alias("account")
    number, name = parts
    both = pl.select(
        pl.when(number.is_not_null() & name.is_not_null() & (number != name))
        .then(pl.concat_str([number, pl.lit(" "), name]))
        .otherwise(pl.coalesce([number, name]))
    ).to_series()
    return both.alias("account")


def _is_posted(table: Table, found: JournalColumns, account: pl.Series, amount: pl.Series) -> bool:
    """Whether amounts without two sides are postings: they add up to nothing, or an account has many a day.

    What comes in and goes out by category is posted, too.
    """
    if any(CATEGORY.fullmatch(plain_header(table.names[at])) for at in found.names):
        return True
    whole, size = abs(float(amount.sum() or 0.0)), float(amount.abs().sum() or 0.0)
    if size > 0 and whole <= BALANCED * size and account.n_unique() > 1:
        return True
    dated = [at for at, name in enumerate(table.names) if looks_like_dates(table.frame[str(at)], name)]
    labels = [
        str(at)
        for at in range(len(table.names))
        if kind_of(table.frame[str(at)], table.names[at]) is not ColumnKind.NUMBER
    ]
    key = table.frame.select(labels).with_columns(account.alias("account"))
    repeated = 1 - key.n_unique() / max(1, key.height)
    described = has_document(table)
    days = pl.DataFrame({"account": account, **{str(at): table.frame[str(at)] for at in dated[:1]}})
    again = 1 - days.n_unique() / max(1, days.height)
    return bool(dated) and (repeated > MAX_REPEATED or (described and again > MAX_REPEATED))


def _opening(table: Table, found: JournalColumns, account: pl.Series) -> pl.Series:
    amounts = (found.debit, found.credit, found.amount, found.running)
    labels = [str(at) for at in range(len(table.names)) if at not in (*amounts, *found.names, *found.numbers)]
    # "Opening Balance Equity" is an account, whatever is posted to it.
    flags = [
        any(cell != name and is_opening(cell) for cell in row)
        for name, row in zip(account, table.frame.select(labels).rows(), strict=True)
    ]
    return pl.Series("opening", flags, dtype=pl.Boolean())


def _text(table: Table, at: int | None) -> pl.Series:
    if at is None:
        return pl.Series([None], dtype=pl.String()).new_from_index(0, table.frame.height)
    return table.frame[str(at)].str.strip_chars()


def _only(table: Table, kept: Sequence[int]) -> Table:
    frame = table.frame.select("row", *(pl.col(str(at)).alias(str(to)) for to, at in enumerate(kept)))
    return Table(tuple(table.names[at] for at in kept), tuple(table.places[at] for at in kept), frame)


def _without_totals(journal: Journal) -> Journal:
    """Set aside totals and closing balances, which repeat the postings above them."""
    dates = [
        str(at)
        for at, name in enumerate(journal.table.names)
        if looks_like_dates(journal.table.frame[str(at)], name)
    ]
    cells = journal.table.frame.drop("row")
    gone = []
    texts_of = cells.rows() if cells.width else [()] * journal.table.frame.height
    for row, texts, account in zip(
        journal.table.frame["row"], texts_of, journal.postings["account"], strict=True
    ):
        words = [text for text in (*texts, account) if text is not None and text not in (account,)] or [
            account or ""
        ]
        words = [text for text in words if len(text) <= MAX_WORDS]
        is_total = any(is_total_label(text) for text in (*words[:2], account or "")) or _STARS.fullmatch(
            account or ""
        )
        if is_total or any(_CLOSING.fullmatch(text) for text in words):
            gone.append(row)
    if dates and gone:
        # A posting may be called a total; a total has no day.
        dated = journal.table.frame.filter(pl.any_horizontal(pl.col(dates).str.contains(r"\d")))["row"]
        gone = [row for row in gone if row not in set(dated)]
    if not gone:
        return journal
    chosen = journal.table.frame["row"].is_in(gone)
    dropped = journal.table.frame.filter(chosen)
    changes = tuple(
        Change(ChangeKind.DROPPED, "", (row,), (row_text(texts),), ("",), "it repeats the postings above it")
        for row, *texts in dropped.rows()
    )
    return replace(
        journal,
        table=replace(journal.table, frame=journal.table.frame.filter(~chosen)),
        postings=journal.postings.filter(~chosen),
        changes=(*journal.changes, *changes),
    )


def _with_dates(journal: Journal) -> Journal:
    """Choose the day of the posting, and give it to the lines of one entry below its first."""
    table = journal.table
    plain = [plain_header(name).casefold().strip(".") for name in table.names]
    dated = [at for at, name in enumerate(table.names) if looks_like_dates(table.frame[str(at)], name)]
    described = has_document(table)
    if not dated:
        return replace(journal, is_described=described)
    date = min(dated, key=lambda at: (DATES.index(plain[at]) if plain[at] in DATES else len(DATES), at))
    others = [at for at in dated if at != date]
    kept = [at for at in range(len(table.names)) if at not in others]
    changes = [
        Change(
            ChangeKind.DROPPED,
            table.names[at],
            (),
            (table.names[at],),
            ("",),
            f"the postings are dated by '{table.names[date]}'",
        )
        for at in others
    ]
    journal = replace(journal, table=_only(table, kept), date=kept.index(date), is_described=described)
    filled, said = _filled_down(journal)
    return replace(filled, changes=(*filled.changes, *changes, *said))


def _filled_down(journal: Journal) -> tuple[Journal, list[Change]]:
    name = str(journal.date)
    frame, postings = journal.table.frame, journal.postings
    blank = frame[name].is_null() & postings["amount"].is_not_null() & ~postings["opening"]
    if not blank.any() or not journal.is_signed:
        return journal, []
    entry = frame[name].is_not_null().cum_sum()
    sums = (
        pl.DataFrame({"entry": entry, "amount": postings["amount"]})
        .group_by("entry")
        .agg(pl.col("amount").sum().alias("sum"), pl.col("amount").abs().sum().alias("size"))
    )
    if (sums["sum"].abs() > BALANCED * sums["size"] + 0.005).any():
        # The lines below a date are no entry of their own.
        return journal, []
    rows = tuple(frame["row"].filter(blank).to_list())
    frame = frame.with_columns(pl.col(name).forward_fill())
    reason = "a line of the entry above it, with which it balances; it has its date"
    after = tuple(str(text) for text in frame[name].filter(blank))
    change = Change(ChangeKind.IMPUTED, journal.table.names[journal.date], rows, ("",), after, reason)
    return replace(journal, table=replace(journal.table, frame=frame)), [change]


def _with_opening_column(journal: Journal, table: Table, found: JournalColumns) -> Journal:
    """A trial balance with the balances brought forward beside the movements."""
    if found.opening is None or journal.date >= 0:
        return journal
    amounts, _, _ = amounts_of(table.frame, table.names, None, None, found.opening, None)
    before = pl.DataFrame({"row": table.frame["row"], "before": amounts})
    joined = journal.table.frame.select("row").join(before, on="row", how="left", maintain_order="left")[
        "before"
    ]
    rows = journal.postings.with_columns(amount=joined, opening=pl.lit(True))
    keep = joined.is_not_null()
    frame = pl.concat([journal.table.frame, journal.table.frame.filter(keep)])
    return replace(
        journal,
        table=replace(journal.table, frame=frame),
        postings=pl.concat([journal.postings.with_columns(opening=pl.lit(False)), rows.filter(keep)]),
    )


def _with_running_balances(journal: Journal, table: Table, found: JournalColumns) -> Journal:
    """Take the opening balance of an account from the balance that runs beside its postings, where it does."""
    if found.running is None or journal.date < 0:
        return journal
    balances, _, _ = amounts_of(table.frame, table.names, None, None, found.running, None)
    beside = pl.DataFrame({"row": table.frame["row"], "balance": balances})
    joined = journal.table.frame.select("row").join(beside, on="row", how="left", maintain_order="left")[
        "balance"
    ]
    postings = journal.postings.with_columns(balance=joined)
    # An opening row may have its amount in the column of balances alone.
    only = postings["opening"] & postings["amount"].is_null()
    postings = postings.with_columns(amount=pl.when(only).then(pl.col("balance")).otherwise(pl.col("amount")))
    if postings["opening"].any():
        return replace(journal, postings=postings.drop("balance"))
    openings = {}
    for (account,), part in postings.group_by(["account"], maintain_order=True):
        amounts, running = part["amount"].fill_null(0.0).to_numpy(), part["balance"].to_numpy()
        for sign in (1.0, -1.0):
            steps = abs(sign * (running[1:] - running[:-1]) - amounts[1:])
            if len(part) > 1 and (steps <= 0.005 + 1e-9 * abs(running[1:])).all():
                openings[account] = sign * running[0] - amounts[0]
                break
    if len(openings) < postings["account"].n_unique() or not openings:
        return replace(journal, postings=postings.drop("balance"))
    first = journal.table.frame.with_columns(postings["account"].alias("account")).unique(
        "account", keep="first", maintain_order=True
    )
    rows = postings.drop("balance").unique("account", keep="first", maintain_order=True)
    rows = rows.with_columns(
        amount=pl.col("account").replace_strict(openings, return_dtype=pl.Float64), opening=pl.lit(True)
    )
    return replace(
        journal,
        table=replace(journal.table, frame=pl.concat([first.drop("account"), journal.table.frame])),
        postings=pl.concat([rows, postings.drop("balance")]),
    )
