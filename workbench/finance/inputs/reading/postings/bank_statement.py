"""A bank statement: what came in and went out, and the balance that runs beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import TYPED
from workbench.errors import InvalidData
from workbench.finance.inputs.reading.accounts import is_account, is_account_number
from workbench.finance.inputs.reading.columns import ColumnKind, kind_of
from workbench.finance.inputs.reading.date_column import looks_like_dates
from workbench.finance.inputs.reading.postings.journal import is_opening
from workbench.finance.inputs.reading.postings.journal_columns import Table, plain_header
from workbench.finance.inputs.reading.postings.sides import amounts_of, has_sides

__all__ = ["with_bank_figures"]

NET, BALANCE = "Net cash flow", "Cash balance"
_IN = re.compile(
    r"(paid|money) in|deposits?|deposit amount|deposit amt\.?|amount in|receipts?|credits?( amount)?|haben"
    r"|ingresos|abonos?|einnahmen?"
    r"|gutschrift|cr[ée]dits?",
    re.IGNORECASE,
)
_OUT = re.compile(
    r"(paid|money) out|withdrawals?|withdrawal amount|withdrawal amt\.?|amount out|payments?"
    r"|debits?( amount)?|soll|cargos?|ausgaben?"
    r"|lastschrift|d[ée]bits?",
    re.IGNORECASE,
)
_CLEAR = re.compile(
    r".*(paid|money|deposit|withdrawal|amount (in|out)|receipt|payment|gutschrift|lastschrift|einnahme|ausgabe).*",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"(transaction |net )?(amount|betrag|umsatz|montant|importe|importo|bedrag|valor|value|wert)( ?\(?[a-z]{3}\)?)?"
    r"|(betrag|umsatz|bedrag) (\(.*\)|in [a-z]{3})",
    re.IGNORECASE,
)
_BALANCE = re.compile(
    r"(running |closing |account |available |ledger )?balance( \(?[a-z]{3}\)?)?|saldo.*|solde|kontostand",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r".*\b(description|payee|details?|narrative|narration|memo|reference|verwendungszweck|buchungstext|beg[uü]nstigter.*|text|libell[ée]"
    r"|omschrijving|mededelingen|naam|descrizione|causale|descri[cç][aã]o|hist[oó]rico"
    r"|concepto|counter ?party|transaction|particulars|name|type|category)\b.*",
    re.IGNORECASE,
)
_OF_A_BANK = re.compile(
    r".*\b(iban|bic|swift.*|valuta.*|value date|wertstellung|auftragskonto|verwendungszweck|tegenrekening"
    r"|mutatiesoort|mededelingen|sort code|beg[uü]nstigter.*|counterparty (account|name)|date de valeur"
    r"|fecha valor|data valuta)\b.*",
    re.IGNORECASE,
)
MIN_OF_A_BANK = 2
"""Headers that only statements of banks have; with fewer a list of signed amounts may be anything."""
_CAME = frozenset(
    ("bij", "credit", "c", "cr", "in", "h", "haben", "gutschrift", "kredit", "crédit", "avere", "+")
)
_WENT = frozenset(
    ("af", "debit", "d", "dr", "out", "s", "soll", "lastschrift", "debet", "débit", "dare", "-")
)
TOLERANCE = 0.005


@dataclass(frozen=True, slots=True)
class _Moves:
    """What a row moved, plus for money that came in, and the columns that say so."""

    amount: pl.Series
    columns: tuple[int, ...]
    is_clear: bool


def with_bank_figures(
    table: Table, file: str, *, proved: bool = False
) -> tuple[Table, tuple[Change, ...]] | None:
    """Give a bank statement a column of what moved and one of its balance; ``None`` when a table is none.

    The balance is used where arithmetic proves it: it changes from row to row by what moved,
    in the order of the file or
    the other way round; the one after the last move of a day is that day's.

    Parameters
    ----------
    table
        Of the file.
    file
        Its name.
    proved
        Whether only a balance that runs through the whole file counts,
        in which case ``Particulars`` are no accounts.

    Raises
    ------
    InvalidData
        When debits and credits are not told apart: of the bank's view or the company's.
    """
    plain = [plain_header(name) for name in table.names]
    kinds = [kind_of(table.frame[str(at)], name) for at, name in enumerate(table.names)]
    numbers = [
        at for at, kind in enumerate(kinds) if kind is ColumnKind.NUMBER or has_sides(table.frame[str(at)])
    ]
    dated = [at for at, name in enumerate(table.names) if looks_like_dates(table.frame[str(at)], name)]
    if not dated or not any(
        kind is ColumnKind.TEXT and _TEXT.fullmatch(plain[at]) for at, kind in enumerate(kinds)
    ):
        return None
    moves = _moves(table, plain, numbers)
    running = next((at for at in numbers if _BALANCE.fullmatch(plain[at])), None)
    others = [at for at in numbers if moves is None or at not in (*moves.columns, running)]
    if moves is None or len(others) > 1 or (running is None and not moves.is_clear):
        return None
    balances = None if running is None else amounts_of(table.frame, table.names, None, None, running, None)[0]
    amount = moves.amount
    order = 0 if balances is None else _order(amount, balances)
    if order == 0 and len(moves.columns) == 2 and not moves.is_clear and balances is not None:
        # In a company's own book a debit came in.
        amount = -amount
        order = _order(amount, balances)
    named = [name for name in plain if is_account(name) or is_account_number(name)]
    # Where only a bank writes such headers, a "Code" is one of payments.
    is_bank = moves.is_clear and _is_of_a_bank(plain)
    if not is_bank and (
        (proved and order == 0) or (named and not all(name.casefold() == "particulars" for name in named))
    ):
        return None
    if order == 0 and not moves.is_clear:
        if len(moves.columns) == 2:
            raise InvalidData(
                f"{file} has '{table.names[moves.columns[0]]}' and '{table.names[moves.columns[1]]}' and no "
                f"account, and its "
                "balance does not show which of them is money that came in; name them 'Paid in' and 'Paid out'.",
                file,
            )
        return None
    return _made(table, moves, amount, running, balances if order else None, order, dated)


def _moves(table: Table, plain: list[str], numbers: list[int]) -> _Moves | None:
    came = next((at for at in numbers if _IN.fullmatch(plain[at])), None)
    went = next((at for at in numbers if _OUT.fullmatch(plain[at])), None)
    if came is not None and went is not None:
        ins, outs = (amounts_of(table.frame, table.names, None, None, at, None)[0] for at in (came, went))
        given = ins.is_not_null() | outs.is_not_null()
        both = ins.fill_null(0.0) - outs.fill_null(0.0).abs()
        amount = pl.select(pl.when(given).then(both)).to_series()
        clear = bool(_CLEAR.fullmatch(plain[came]) or _CLEAR.fullmatch(plain[went]))
        return _Moves(amount, (came, went), clear)
    one = next((at for at in numbers if _AMOUNT.fullmatch(plain[at])), None)
    if one is None:
        return None
    amount = amounts_of(table.frame, table.names, None, None, one, None)[0]
    is_bank = _is_of_a_bank(plain)
    if is_bank and not (amount < 0).any():
        for at, name in enumerate(plain):
            words = table.frame[str(at)].str.to_lowercase().str.strip_chars(" .")
            said = set(words.drop_nulls().unique().to_list())
            if at != one and name and said <= _CAME | _WENT and said & _CAME and said & _WENT:
                signs = pl.select(pl.when(words.is_in(list(_CAME))).then(1.0).otherwise(-1.0)).to_series()
                return _Moves(amount * signs, (one,), True)
    has_both = {-1.0, 1.0} <= set(amount.sign().drop_nulls().to_list())
    return _Moves(amount, (one,), is_bank and has_both)


def _is_of_a_bank(plain: list[str]) -> bool:
    return sum(_OF_A_BANK.fullmatch(name) is not None for name in plain) >= MIN_OF_A_BANK


def _order(amount: pl.Series, balance: pl.Series) -> int:
    """1 where the balance runs down the file, -1 where it runs up, 0 where it does not agree with what moved."""
    moved, level = amount.fill_null(0.0).to_numpy(), balance.to_numpy()
    if len(level) < 2:
        return 0
    steps = level[1:] - level[:-1]
    for sign, expected in ((1, moved[1:]), (-1, -moved[:-1])):
        if (abs(steps - expected) <= TOLERANCE + 1e-9 * abs(level[1:])).all():
            return sign
    return 0


def _made(
    table: Table,
    moves: _Moves,
    amount: pl.Series,
    running: int | None,
    balances: pl.Series | None,
    order: int,
    dated: list[int],
) -> tuple[Table, tuple[Change, ...]]:
    frame = table.frame
    kept = [at for at in range(len(table.names)) if at not in (*moves.columns, running)]
    made = frame.select("row", *(pl.col(str(at)).alias(str(to)) for to, at in enumerate(kept)))
    columns = ", ".join(f"'{table.names[at]}'" for at in moves.columns)
    opening = pl.Series([any(is_opening(cell) for cell in row) for row in frame.drop("row").rows()])
    # What was there before did not come in.
    amount = pl.select(pl.when(~opening).then(amount)).to_series()
    changes = [
        Change(
            ChangeKind.READ_AS,
            NET,
            (),
            (columns,),
            (NET,),
            f"a bank statement: what {columns} moved, money that came in is plus",
        )
    ]
    names, places = [table.names[at] for at in kept], [table.places[at] for at in kept]
    made = made.with_columns(_cells(amount).alias(str(len(kept))))
    names.append(NET)
    places.append(table.places[moves.columns[0]])
    if balances is not None and running is not None:
        day = frame[str(dated[0])]
        last = day.is_last_distinct() if order > 0 else day.is_first_distinct()
        made = made.with_columns(
            _cells(pl.select(pl.when(last).then(balances)).to_series()).alias(str(len(kept) + 1))
        )
        names.append(BALANCE)
        places.append(table.places[running])
        reason = f"'{table.names[running]}' changes by what moved in every row; the last of a day counts"
        changes.append(Change(ChangeKind.READ_AS, BALANCE, (), (table.names[running],), (BALANCE,), reason))
    return Table(tuple(names), tuple(places), made), tuple(changes)


def _cells(values: pl.Series) -> pl.Series:
    return pl.select(pl.lit(TYPED) + values.cast(pl.String)).to_series()
