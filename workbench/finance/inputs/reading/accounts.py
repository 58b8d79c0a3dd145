"""Files with accounts below each other: the amounts of each account are put into a column of its own.

A ledger of debits and credits, and one whose amounts add up to nothing, holds postings: which of them are balances
and which movements is not said in its rows. Such a file is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import TYPED
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.columns import ColumnKind, evidence_of_mark, kind_of, typed_number

__all__ = ["Accounts", "as_columns", "is_account", "with_accounts_as_columns"]

MAX_ACCOUNTS = 500
# Of the sum of all amounts without their signs; postings of two sides add up to nothing.
BALANCED = 1e-6
# Statements have one row a period and account; a list of postings has many.
MAX_REPEATED = 0.05
_ACCOUNT = re.compile(
    r"(gl |general ledger |full )?account( name| title)?|line( item)?|konto(bezeichnung|name)?|sachkonto"
    r"|compte|cuenta|kontenbezeichnung|libell[eé]( du)? compte|particulars",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(net |total )?(amount|value|balance|betrag|wert|saldo|montant|importe)( num)?\.?( \(?[a-z]{3}\)?)?",
    re.IGNORECASE,
)
_DEBIT = re.compile(r"(debit|soll|d[ée]bit|debe)( amount| betrag)?|amount debit|sollbetrag", re.IGNORECASE)
_CREDIT = re.compile(
    r"(credit|haben|cr[ée]dit|haber)( amount| betrag)?|amount credit|habenbetrag", re.IGNORECASE
)
_INSTEAD = (
    "export the profit and loss or the balance sheet by month instead, with one row a period or account"
)


@dataclass(frozen=True, slots=True)
class Accounts:
    """What a file with accounts below each other becomes.

    Parameters
    ----------
    names
        Headers; those of accounts are the accounts' names.
    places
        Position in the file of each column: accounts have that of the amounts.
    frame
        ``row`` and text columns ``"0"``, ``"1"`` …
    column
        Header of the column of accounts, which tells the rows in which each is expected; empty when there is none.
    changes
        Says what was done.
    """

    names: tuple[str, ...]
    places: tuple[int, ...]
    frame: pl.DataFrame
    column: str = ""
    changes: tuple[Change, ...] = ()


def with_accounts_as_columns(
    names: Sequence[str], places: Sequence[int], frame: pl.DataFrame, file: str
) -> Accounts:
    """Give each account a column, where a file has one column of accounts and one of amounts.

    Parameters
    ----------
    names, places
        Header of each column, and its position in the file.
    frame
        ``row`` and text columns ``"0"``, ``"1"`` …
    file
        Its name.

    Raises
    ------
    InvalidData
        When the file is a ledger of postings.
    """
    plain = [_plain(name) for name in names]
    _refuse_datev(frame, file)
    _refuse_debits(names, plain, frame, file)
    account = _first(plain, frame, _ACCOUNT, ColumnKind.TEXT)
    amount = _first(plain, frame, _AMOUNT, ColumnKind.NUMBER)
    if account is None or amount is None:
        return Accounts(tuple(names), tuple(places), frame)
    if not 2 <= _texts(frame, account).drop_nulls().n_unique() <= MAX_ACCOUNTS:
        return Accounts(tuple(names), tuple(places), frame)
    _refuse_postings(names, frame, account, amount, file)
    return as_columns(names, places, frame, account, amount)


def is_account(name: str) -> bool:
    """Whether a header says that its column holds accounts, or lines of a statement."""
    return _ACCOUNT.fullmatch(_plain(name)) is not None


def _plain(name: str) -> str:
    return re.sub(r"[_\s]+", " ", name).strip()


def _first(
    plain: Sequence[str], frame: pl.DataFrame, header: re.Pattern[str], kind: ColumnKind
) -> int | None:
    for at, name in enumerate(plain):
        if header.fullmatch(name) and kind_of(frame[str(at)], name) is kind:
            return at
    return None


def _refuse_datev(frame: pl.DataFrame, file: str) -> None:
    first = frame["0"][0] if frame.height else None
    if first in ("EXTF", "DTVF"):
        raise InvalidData(f"{file} is a batch of postings of DATEV; these are not read: {_INSTEAD}.", file)


def _refuse_debits(names: Sequence[str], plain: Sequence[str], frame: pl.DataFrame, file: str) -> None:
    debit = _first(plain, frame, _DEBIT, ColumnKind.NUMBER)
    credit = _first(plain, frame, _CREDIT, ColumnKind.NUMBER)
    if debit is not None and credit is not None:
        raise InvalidData(
            f"{file} is a ledger of postings, with debits in '{names[debit]}' and credits in '{names[credit]}'; "
            f"these are not read: {_INSTEAD}.",
            file,
        )


def _refuse_postings(names: Sequence[str], frame: pl.DataFrame, account: int, amount: int, file: str) -> None:
    evidence = evidence_of_mark(frame[str(amount)], frame["row"])
    decimal = "," if evidence.decimal == "," else "."
    amounts = typed_number(
        frame[str(amount)], frame["row"], names[amount], "", decimal, evidence.reason
    ).values
    whole, size = float(amounts.sum()), float(amounts.abs().sum())
    key = [str(at) for at in range(len(names)) if kind_of(frame[str(at)], names[at]) is not ColumnKind.NUMBER]
    repeated = 1 - frame.select(key).n_unique() / frame.height
    if abs(whole) <= BALANCED * size:
        why = f"the amounts in '{names[amount]}' add up to nothing, as debits and credits do"
    elif repeated > MAX_REPEATED:
        why = f"many rows have the same date and '{names[account]}'"
    else:
        return
    raise InvalidData(f"{file} is a list of postings ({why}); these are not read: {_INSTEAD}.", file)


def _texts(frame: pl.DataFrame, at: int) -> pl.Series:
    return frame[str(at)].str.strip_prefix(TYPED).str.strip_chars()


def as_columns(
    names: Sequence[str], places: Sequence[int], frame: pl.DataFrame, account: int, amount: int
) -> Accounts:
    """Give each account a column, of positions ``account`` and ``amount``; see :func:`with_accounts_as_columns`."""
    texts = _texts(frame, account)
    found = texts.drop_nulls().unique(maintain_order=True).to_list()
    kept = [at for at in range(len(names)) if at != amount]
    columns = [frame["row"]]
    columns += [frame[str(at)].alias(str(to)) for to, at in enumerate(kept)]
    amounts = frame[str(amount)]
    for to, name in enumerate(found, len(kept)):
        columns.append(pl.select(pl.when(texts == name).then(amounts)).to_series().alias(str(to)))
    taken = {names[at] for at in kept}
    headers = [f"{name} (account)" if name in taken else name for name in found]
    reason = (
        f"the accounts of '{names[account]}' stand below each other; the amounts of '{names[amount]}' were put "
        f"into a column for each of the {len(found)}"
    )
    change = Change(ChangeKind.READ_AS, names[amount], (), ("",), (", ".join(found[:6]),), reason)
    return Accounts(
        (*(names[at] for at in kept), *headers),
        (*(places[at] for at in kept), *[places[amount]] * len(found)),
        pl.DataFrame(columns),
        names[account],
        (change,),
    )
