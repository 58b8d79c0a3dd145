"""Lists of a payment service (Stripe, PayPal): what customers paid, refunds and fees as postings.

Sources: Stripe, "Balance transaction types" and "Reporting categories" (docs.stripe.com/reports); PayPal, "Activity
download" (developer.paypal.com/docs/reports).
"""

from __future__ import annotations

import re

import polars as pl

from workbench.errors import InvalidData
from workbench.finance.inputs.reading.postings.journal import Journal
from workbench.finance.inputs.reading.postings.journal_columns import Table, plain_header
from workbench.finance.inputs.reading.postings.sides import amounts_of

__all__ = ["payments_journal"]

_REVENUE = frozenset(
    ("charge", "payment", "refund", "payment_refund", "partial_capture_reversal", "dispute", "dispute_reversal",
     "charge_failure", "refund_failure", "payment_failure_refund", "adjustment")
)  # fmt: skip
_FEES = frozenset(("fee", "stripe_fee", "network_cost", "tax", "stripe_fx_fee", "application_fee"))
_MOVED = frozenset(
    ("payout", "payout_reversal", "payout_cancel", "payout_failure", "transfer", "transfer_reversal", "topup",
     "topup_reversal", "reserve_transaction", "reserved_funds", "risk_reserved_funds", "financing_paydown",
     "contribution",
     "payout_minimum_balance_hold", "payout_minimum_balance_release", "anticipation_repayment", "advance",
     "advance_funding", "climate_order_purchase", "issuing_authorization_hold", "issuing_authorization_release",
     "minimum_balance")
)  # fmt: skip
# PayPal names its types in words.
_MOVED_WORDS = re.compile(
    r"withdraw|transfer|deposit|payout|currency conversion|\bhold\b|authori[sz]ation|top.?up|reserve"
    r"|account correction"
)
_RETURNED_WORDS = re.compile(r"refund|reversal|chargeback|dispute")
_PAID_WORDS = re.compile(r"payment|checkout|charge|sale|order|subscription|invoice|donation")
_CATEGORIES = ("reporting_category", "type")
_IDS = ("balance_transaction_id", "id", "transaction_id", "created", "created_utc", "created_(utc)")
_DATES = ("created", "created_utc", "created_(utc)", "effective_at", "date")
_NO_LABELS = frozenset(
    (
        "available_on",
        "available_on_(utc)",
        "available_on_utc",
        "arrival_date_(utc)",
        "time",
        "timezone",
        "balance",
    )
)
# Exports round each column to the cent by itself.
ROUNDING = 0.0151


def payments_journal(table: Table, file: str) -> Journal | None:
    """Give the postings of a payment service's list; ``None`` when a table is none.

    What customers paid is revenue, before the fee of the service, which is a cost; payouts and withdrawals move
    money and are neither. What a company paid, and a category that is not known, is an account whose line is asked.

    Raises
    ------
    InvalidData
        When a list has payouts alone.
    """
    plain = [plain_header(name).casefold().replace(" ", "_") for name in table.names]
    category = _position(plain, _CATEGORIES)
    gross_at = _position(plain, ("gross", "amount"))
    fee_at, net_at = _position(plain, ("fee", "fees")), _position(plain, ("net",))
    date = _position(plain, _DATES)
    if None in (category, gross_at, fee_at, net_at, date) or _position(plain, _IDS) is None:
        return None
    assert category is not None
    assert gross_at is not None
    assert fee_at is not None
    assert net_at is not None
    assert date is not None
    gross, fee, net = (
        amounts_of(table.frame, table.names, None, None, at, None)[0].fill_null(0.0)
        for at in (gross_at, fee_at, net_at)
    )
    # Stripe writes the fee as a cost, PayPal as what is taken off.
    sign = next((sign for sign in (1.0, -1.0) if _is_net(gross - sign * fee, net)), None)
    if sign is None:
        return None
    dropped = {gross_at, fee_at, net_at, *(at for at, name in enumerate(plain) if name in _NO_LABELS)}
    labels = [date, *(at for at in range(len(plain)) if at not in dropped and at != date)]
    frame = table.frame.select("row", *(pl.col(str(at)).alias(str(to)) for to, at in enumerate(labels)))
    words = table.frame[str(category)].str.to_lowercase().fill_null("(no type)")
    kinds = pl.Series(
        [_kind(word, amount) for word, amount in zip(words, gross, strict=True)], dtype=pl.String()
    )
    if (kinds == "Transfer of money").all():
        raise InvalidData(
            f"{file} lists payouts: money that the payment service moved to a bank, fees taken off. They are "
            "neither revenue nor costs; export the balance transactions, or the activity, of the same time.",
            file,
        )
    fees = pl.Series(["payment processing fee"]).new_from_index(0, frame.height)
    # Money that comes in credits revenue; a fee that stands alone has a gross amount below zero.
    postings = pl.concat([_part(words, kinds, -gross), _part(fees, fees, sign * fee)])
    return Journal(
        Table(
            tuple(table.names[at] for at in labels),
            tuple(table.places[at] for at in labels),
            pl.concat([frame, frame]),
        ),
        postings,
        0,
        True,
        True,
        f"'{table.names[gross_at]}' is what customers paid, and the fees of the payment service are costs",
        place=table.places[gross_at],
    )


def _position(plain: list[str], names: tuple[str, ...]) -> int | None:
    return next((plain.index(name) for name in names if name in plain), None)


def _is_net(left: pl.Series, net: pl.Series) -> bool:
    most = (left - net).abs().max()
    return most is not None and float(most) <= ROUNDING  # type: ignore[arg-type]


def _part(account: pl.Series, kind: pl.Series, amount: pl.Series) -> pl.DataFrame:
    none = pl.Series([None], dtype=pl.String()).new_from_index(0, len(account))
    return pl.DataFrame({
        "account": account, "kind": kind, "group": none, "amount": amount,
        "opening": pl.Series([False]).new_from_index(0, len(account)),
    })  # fmt: skip


def _kind(category: str, amount: float) -> str | None:
    if category in _REVENUE or _RETURNED_WORDS.search(category):
        return "Revenue"
    if category in _MOVED or _MOVED_WORDS.search(category):
        return "Transfer of money"
    if category in _FEES or category.endswith(" fee"):
        return "Payment processing fee"
    return "Revenue" if amount > 0 and _PAID_WORDS.search(category) else None
