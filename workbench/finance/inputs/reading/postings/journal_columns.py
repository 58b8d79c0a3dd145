"""Which columns of a table make a journal: accounts, amounts on two sides, and what is beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from workbench.data.texts.cells import TYPED
from workbench.finance.inputs.reading.accounts import ACCOUNT_NAME, ACCOUNT_NUMBER, AMOUNT
from workbench.finance.inputs.reading.columns import ColumnKind, kind_of
from workbench.finance.inputs.reading.postings.sides import SAGE_CREDITS, SAGE_DEBITS, has_sides

__all__ = ["CATEGORY", "DATES", "JournalColumns", "Table", "has_document", "journal_columns", "plain_header"]

_KIND = re.compile(r"account type|type of account|account class|kontoart|type", re.IGNORECASE)
_GROUP = re.compile(r"account group|account category|class|group", re.IGNORECASE)
_SPLIT = r"(?: amount| betrag| balance)?(?: \(.*\)| - .*|s)?"
_DEBIT = re.compile(
    rf"(debit|soll|débito?|debito?|debe|debet|dare|wn|dr|amount debit|sollbetrag|umsatz soll|d[ée]bits){_SPLIT}\.?",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    rf"(credit|haben|crédito?|credito?|haber|kredit|avere|ma|cr|amount credit|habenbetrag|umsatz haben|cr[ée]dits)"
    rf"{_SPLIT}\.?",
    re.IGNORECASE,
)
CATEGORY = re.compile(r"(buchungs)?kategorie|c[aá]t[eé]gor(y|ie|[ií]a)", re.IGNORECASE)
_NOMINAL = re.compile(r"nominal( code| account)?|n/c", re.IGNORECASE)
_NET = re.compile(r"net( amount)?", re.IGNORECASE)
_RUNNING = re.compile(
    r"(running |closing |account |cumulative |cumulated )?balance|saldo|solde|kumul.*|kontostand|endsaldo",
    re.IGNORECASE,
)
_OPENING_COLUMN = re.compile(
    r"(opening|beginning|initial) balance|eb-?wert|er[oö]ffnungs(saldo|wert)|anfangsbestand|saldo inicial"
    r"|(balance|saldo)vortrag|solde (initial|d'ouverture)",
    re.IGNORECASE,
)
# Share of amounts of the rarer sign in a list of what comes in and goes out.
OTHER_SIDE = 0.05
_SIDES = frozenset(
    ["d", "c", "dr", "cr", "db", "debit", "credit", "s", "h", "soll", "haben", "debet", "kredit"]
)
DATES = (
    "date", "transaction date", "posting date", "pstng date", "posting date in the document", "buchungsdatum",
    "belegdatum", "voucher date", "journal date", "accounting date", "date comptable", "ecriture date", "fecha",
    "datum", "data", "boekdatum", "fecha contable", "data registrazione", "booking date",
)  # fmt: skip
_DOCUMENT = re.compile(
    r".*\b(journal|journal ?entry|voucher|vch|document|doc|transaction|txn|reference|ref|num|number"
    r"|description|memo|text"
    r"|buchungstext|beleg\w*|entry|libell\w*|source|narration|name|split|label)\b.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it stands in a file: headers, their positions, ``row`` and text columns by position."""

    names: tuple[str, ...]
    places: tuple[int, ...]
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class JournalColumns:
    """Positions of the columns that make a journal; ``None`` where a file has none.

    Parameters
    ----------
    numbers, names
        Of the accounts.
    kind, group
        Types of the accounts, and groups of types.
    debit, credit, amount, side
        Amounts in two columns, in one, and the column that names the side.
    running, opening
        The balance that runs beside the postings, and the one brought forward.
    """

    numbers: list[int]
    names: list[int]
    kind: int | None
    group: int | None
    debit: int | None
    credit: int | None
    amount: int | None
    side: int | None
    running: int | None
    opening: int | None


def plain_header(name: str) -> str:
    """Reduce a header to what is compared."""
    return re.sub(r"[_\s]+", " ", name).strip()


def has_document(table: Table) -> bool:
    """Whether a column holds documents or texts, as postings have, and balances have not."""
    return any(_DOCUMENT.fullmatch(plain_header(name)) for name in table.names)


def journal_columns(table: Table) -> JournalColumns:
    """Find the columns of a journal by their headers and cells."""
    plain = [plain_header(name) for name in table.names]
    kinds = [kind_of(table.frame[str(at)], name) for at, name in enumerate(table.names)]
    money = [
        at for at, kind in enumerate(kinds) if kind is ColumnKind.NUMBER or has_sides(table.frame[str(at)])
    ]

    def first(pattern: re.Pattern[str], among: Sequence[int], apart: Sequence[int | None] = ()) -> int | None:
        return next((at for at in among if at not in apart and pattern.fullmatch(plain[at])), None)

    debit, credit = first(_DEBIT, money), first(_CREDIT, money)
    opening = first(_OPENING_COLUMN, money)
    running = first(_RUNNING, [at for at in money if at != opening])
    amount = next(
        (at for at in money if at not in (opening,) and AMOUNT.fullmatch(plain[at]) and at != running), None
    )
    if debit is None and amount is None and running is not None:
        amount, running = running, None
    texts = [
        at
        for at in range(len(plain))
        if kinds[at] is not ColumnKind.DATE and at not in (debit, credit, amount, running, opening)
    ]
    names = [at for at in texts if kinds[at] is ColumnKind.TEXT and ACCOUNT_NAME.fullmatch(plain[at])]
    numbers = [
        at
        for at in texts
        if at not in names
        and (
            ACCOUNT_NUMBER.fullmatch(plain[at])
            or (kinds[at] is ColumnKind.NUMBER and ACCOUNT_NAME.fullmatch(plain[at]))
        )
    ]
    if any(_NOMINAL.fullmatch(plain[at]) for at in numbers):
        # Beside it, "Account" is the customer's or the supplier's.
        numbers, names = [at for at in numbers if _NOMINAL.fullmatch(plain[at])], []
    # "Full Account Name" says where the account lies, "Account Name" only its end.
    names.sort(key=lambda at: not plain[at].casefold().startswith("full"))
    if not numbers and not names and amount is not None and _goes_both_ways(table.frame[str(amount)]):
        # Of what comes in and goes out, the category says what it is.
        names = [at for at in texts if kinds[at] is ColumnKind.TEXT and CATEGORY.fullmatch(plain[at])]
    text_columns = [
        at for at in texts if kinds[at] is ColumnKind.TEXT and at not in names and at not in numbers
    ]
    sage = next((at for at in text_columns if _is_sage(table.frame[str(at)])), None)
    if sage is not None:
        text_columns.remove(sage)
        amount = first(_NET, money) if amount is None else amount
    kind = next((at for at in text_columns if _KIND.fullmatch(plain[at])), None)
    group = next((at for at in text_columns if at != kind and _GROUP.fullmatch(plain[at])), None)
    side = next(
        (at for at in text_columns if at not in (kind, group) and _is_side(table.frame[str(at)])), sage
    )
    return JournalColumns(numbers[:1], names[:1], kind, group, debit, credit, amount, side, running, opening)


def _is_sage(cells: pl.Series) -> bool:
    words = {text.casefold().strip() for text in cells.drop_nulls().unique().to_list()}
    return not words.isdisjoint(("si", "pi", "jd")) and words <= SAGE_DEBITS | SAGE_CREDITS


def _goes_both_ways(cells: pl.Series) -> bool:
    filled = cells.drop_nulls().str.strip_prefix(TYPED)
    below = filled.str.contains(r"^\s*[-\u2212(]|-\s*$").sum() / max(1, len(filled))
    return OTHER_SIDE <= below <= 1 - OTHER_SIDE


def _is_side(cells: pl.Series) -> bool:
    words = {text.casefold().strip(" .") for text in cells.drop_nulls().unique().to_list()}
    return bool(words) and words <= _SIDES
