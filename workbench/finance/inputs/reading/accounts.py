"""Files with accounts below each other: the amounts of each account are put into a column of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import TYPED
from workbench.finance.inputs.reading.columns import ColumnKind, kind_of
from workbench.finance.model.questions import Question
from workbench.finance.model.roles import Variant
from workbench.finance.model.variants import split_variant

__all__ = [
    "ACCOUNT_NAME",
    "ACCOUNT_NUMBER",
    "AMOUNT",
    "Accounts",
    "as_columns",
    "is_account",
    "is_account_number",
    "with_accounts_as_columns",
]

MAX_ACCOUNTS = 500
ACCOUNT_NUMBER = re.compile(
    r"(g/?l |general ledger )?(account|acct) ?(code|number|no|nr|#)\.?|konto(nummer|nr)?\.?|sachkonto|code|compte"
    r"|num[eé]ro de compte|compte ?num|cuenta|hkont|ledger account|g/l acct"
    r"|grootboek(nummer|rekening(nummer)?)|conto|codice conto|conta|nominal( code)?|n/c",
    re.IGNORECASE,
)
ACCOUNT_NAME = re.compile(
    r"(g/?l |general ledger |full |ledger )?(account|acct)( name| title| description)?|line( item)?"
    r"|konto(bezeichnung|name|beschriftung)|kontenbezeichnung|beschriftung|libell[eé]( du)? compte|compte ?lib"
    r"|particulars|ledger( name)?|g/l account|(g/l )?(account )?(short|long) text|nombre de (la )?cuenta"
    r"|grootboekrekening( omschrijving)?|cuenta( contable)?|conto|descrizione conto|conta( cont[aá]bil)?"
    r"|nominal account",
    re.IGNORECASE,
)
AMOUNT = re.compile(
    r"(net |total )?(amount|value|balance|betrag|wert|saldo|montant|importe|importo|bedrag|valor)"
    r"( num| \(?net(to)?\)?| in local cur.*| in lc| \(one column\)| in company code.*| in doc.*| in hausw.*)?"
    r"\.?( \(?[a-z]{3}\)?)?"
    r"|(local|lc|company code) (currency )?amount|comp.*code currency value|umsatz \(ohne soll/haben-kz\)",
    re.IGNORECASE,
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
    is_ledger
        Whether its rows are postings, of which many have one account and day.
    questions
        What only the user knows of the accounts.
    months
        Length of a period where the dates do not show it; 0 else.
    """

    names: tuple[str, ...]
    places: tuple[int, ...]
    frame: pl.DataFrame
    column: str = ""
    changes: tuple[Change, ...] = ()
    is_ledger: bool = False
    questions: tuple[Question, ...] = ()
    months: int = 0


def with_accounts_as_columns(names: Sequence[str], places: Sequence[int], frame: pl.DataFrame) -> Accounts:
    """Give each account a column, where a file has one column of accounts and one of amounts.

    A budget, a forecast or the year before in a column beside the amounts becomes one of each account too.

    Parameters
    ----------
    names, places
        Header of each column, and its position in the file.
    frame
        ``row`` and text columns ``"0"``, ``"1"`` …
    """
    plain = [_plain(name) for name in names]
    account = _first(plain, frame, ACCOUNT_NAME, ColumnKind.TEXT)
    variants = _variants(plain, frame)
    amount = _first(plain, frame, AMOUNT, ColumnKind.NUMBER)
    amount = next((at for at, variant in variants.items() if variant is Variant.ACTUAL), amount)
    if account is None or amount is None:
        return Accounts(tuple(names), tuple(places), frame)
    if not 2 <= _texts(frame, account).drop_nulls().n_unique() <= MAX_ACCOUNTS:
        return Accounts(tuple(names), tuple(places), frame)
    return as_columns(names, places, frame, account, amount, [at for at in variants if at != amount])


def _variants(plain: Sequence[str], frame: pl.DataFrame) -> dict[int, Variant]:
    """Columns of numbers whose header says actual, budget, forecast or prior year, and at most amount beside it."""
    found = {}
    for at, name in enumerate(plain):
        rest, variant = split_variant(name.casefold())
        is_alone = not rest or AMOUNT.fullmatch(rest) is not None
        if variant is not None and is_alone and kind_of(frame[str(at)], name) is ColumnKind.NUMBER:
            found[at] = variant
    return found


def is_account(name: str) -> bool:
    """Whether a header says that its column holds accounts, or lines of a statement."""
    return ACCOUNT_NAME.fullmatch(_plain(name)) is not None


def is_account_number(name: str) -> bool:
    """Whether a header says that its column holds the numbers of accounts."""
    return ACCOUNT_NUMBER.fullmatch(_plain(name)) is not None


def _plain(name: str) -> str:
    return re.sub(r"[_\s]+", " ", name).strip()


def _first(
    plain: Sequence[str], frame: pl.DataFrame, header: re.Pattern[str], kind: ColumnKind
) -> int | None:
    for at, name in enumerate(plain):
        if header.fullmatch(name) and kind_of(frame[str(at)], name) is kind:
            return at
    return None


def _texts(frame: pl.DataFrame, at: int) -> pl.Series:
    return frame[str(at)].str.strip_prefix(TYPED).str.strip_chars()


def as_columns(
    names: Sequence[str],
    places: Sequence[int],
    frame: pl.DataFrame,
    account: int,
    amount: int,
    variants: Sequence[int] = (),
) -> Accounts:
    """Give each account a column, of positions ``account`` and ``amount``; see :func:`with_accounts_as_columns`.

    ``variants`` are the positions of columns beside the amounts, whose headers become a part of the names.
    """
    texts = _texts(frame, account)
    found = texts.drop_nulls().unique(maintain_order=True).to_list()
    kept = [at for at in range(len(names)) if at not in (amount, *variants)]
    columns = [frame["row"]]
    columns += [frame[str(at)].alias(str(to)) for to, at in enumerate(kept)]
    of = [(at, name) for at in (amount, *variants) for name in found]
    for to, (at, name) in enumerate(of, len(kept)):
        columns.append(pl.select(pl.when(texts == name).then(frame[str(at)])).to_series().alias(str(to)))
    taken = {names[at] for at in kept}
    headers = [f"{name} (account)" if name in taken else name for name in found]
    headers += [f"{name} {names[at]}" for at in variants for name in found]
    reason = (
        f"the accounts of '{names[account]}' stand below each other; the amounts of "
        f"{' and '.join(repr(names[at]) for at in (amount, *variants))} were put into a column for each of the "
        f"{len(found)}"
    )
    change = Change(ChangeKind.READ_AS, names[amount], (), ("",), (", ".join(found[:6]),), reason)
    return Accounts(
        (*(names[at] for at in kept), *headers),
        (*(places[at] for at in kept), *(places[at] for at, _ in of)),
        pl.DataFrame(columns),
        names[account],
        (change,),
    )
