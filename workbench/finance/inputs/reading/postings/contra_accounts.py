"""Bookings with the account that is debited and the one that is credited in one row."""

from __future__ import annotations

import re

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.finance.inputs.reading.accounts import AMOUNT
from workbench.finance.inputs.reading.columns import ColumnKind, kind_of
from workbench.finance.inputs.reading.postings.journal_columns import Table, plain_header

__all__ = ["with_contra_accounts"]

_DEBITED = re.compile(
    r"soll ?konto|konto ?soll|debit (account|acct)|account debit(ed)?|compte (au )?d[ée]bit(eur)?"
    r"|cuenta (de )?(debe|cargo|débito|debito)|debetrekening|conto dare|conta (de )?(débito|debito)",
    re.IGNORECASE,
)
_CREDITED = re.compile(
    r"haben ?konto|konto ?haben|credit (account|acct)|account credit(ed)?|compte (au )?cr[ée]dit(eur)?"
    r"|cuenta (de )?(haber|abono|crédito|credito)|creditrekening|conto avere|conta (de )?(crédito|credito)",
    re.IGNORECASE,
)
_TURNOVER = re.compile(r"umsatz|buchungsbetrag|betrag.*|brutto ?betrag", re.IGNORECASE)


def with_contra_accounts(table: Table) -> tuple[Table, list[Change]] | None:
    """Give each booking two postings, a debit and a credit; ``None`` when a table has no two accounts in a row.

    Parameters
    ----------
    table
        Of the file.
    """
    plain = [plain_header(name) for name in table.names]
    debited = next((at for at, name in enumerate(plain) if _DEBITED.fullmatch(name)), None)
    credited = next((at for at, name in enumerate(plain) if _CREDITED.fullmatch(name)), None)
    amount = next(
        (
            at
            for at, name in enumerate(plain)
            if (AMOUNT.fullmatch(name) or _TURNOVER.fullmatch(name))
            and kind_of(table.frame[str(at)], table.names[at]) is ColumnKind.NUMBER
        ),
        None,
    )
    if debited is None or credited is None or amount is None:
        return None
    kept = [at for at in range(len(plain)) if at not in (debited, credited, amount)]
    nothing = pl.lit(None, dtype=pl.String())
    given, last = pl.col(str(amount)), len(kept)

    def side(account: int, debit: pl.Expr, credit: pl.Expr) -> pl.DataFrame:
        return table.frame.select(
            "row",
            *(pl.col(str(at)).alias(str(to)) for to, at in enumerate(kept)),
            pl.col(str(account)).alias(str(last)),
            debit.alias(str(last + 1)),
            credit.alias(str(last + 2)),
        )

    frame = pl.concat([side(debited, given, nothing), side(credited, nothing, given)])
    names = (*(table.names[at] for at in kept), "Account", "Debit", "Credit")
    places = (*(table.places[at] for at in kept), table.places[debited], *[table.places[amount]] * 2)
    first, second, of = (table.names[at] for at in (debited, credited, amount))
    reason = f"'{of}' is a debit of the account in '{first}' and a credit of that in '{second}'"
    return Table(names, places, frame), [
        Change(ChangeKind.READ_AS, of, (), (of,), ("Debit, Credit",), reason)
    ]
