"""Stripe's list of balance transactions: charges, refunds and fees as postings.

Source: Stripe, "Balance transaction types" and "Reporting categories" (docs.stripe.com/reports).
"""

from __future__ import annotations

import polars as pl

from workbench.finance.inputs.reading.postings.journal import Journal
from workbench.finance.inputs.reading.postings.journal_columns import Table, plain_header
from workbench.finance.inputs.reading.postings.sides import amounts_of

__all__ = ["stripe_journal"]

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
# Exports round each column to the cent by itself.
ROUNDING = 0.0151


def stripe_journal(table: Table) -> Journal | None:
    """Give the postings of a list of balance transactions; ``None`` when a table is none.

    What customers paid is revenue, before Stripe's fee, which is a cost; payouts move money and are neither.
    A category that is not known is an account whose line is asked.
    """
    plain = [plain_header(name).casefold().replace(" ", "_") for name in table.names]
    category = next((plain.index(name) for name in ("reporting_category", "type") if name in plain), None)
    amount = "gross" if "gross" in plain else "amount"
    if category is None or not {amount, "fee", "net"} <= set(plain):
        return None
    if not any(
        name in plain for name in ("balance_transaction_id", "id", "created", "created_utc", "created_(utc)")
    ):
        return None
    gross, fee, net = (
        amounts_of(table.frame, table.names, None, None, plain.index(name), None)[0]
        for name in (amount, "fee", "net")
    )
    whole = (gross.fill_null(0.0) - fee.fill_null(0.0) - net).abs().max()
    if whole is None or float(whole) > ROUNDING:  # type: ignore[arg-type]
        return None
    date = next(
        (
            plain.index(name)
            for name in ("created", "created_utc", "created_(utc)", "effective_at", "date")
            if name in plain
        ),
        None,
    )
    if date is None:
        return None
    dropped = {
        plain.index(name)
        for name in (amount, "fee", "net", "available_on", "available_on_(utc)", "available_on_utc")
        if name in plain
    }
    labels = [date, *(at for at in range(len(plain)) if at not in dropped and at != date)]
    frame = table.frame.select("row", *(pl.col(str(at)).alias(str(to)) for to, at in enumerate(labels)))
    words = table.frame[str(category)].str.to_lowercase()
    # Money that comes in credits revenue; a fee that stands alone has a gross amount below zero.
    parts = [
        _part(words, words.map_elements(_kind, return_dtype=pl.String), -gross),
        _part(
            pl.Series(["stripe fee"]).new_from_index(0, frame.height),
            pl.Series(["payment processing fee"]).new_from_index(0, frame.height),
            fee,
        ),
    ]
    return Journal(
        Table(tuple(table.names[at] for at in labels), tuple(table.places[at] for at in labels),
        pl.concat([frame, frame])),
        pl.concat(parts), 0, True, True,
        f"Stripe's '{table.names[plain.index(amount)]}' is what customers paid, and its fees are costs",
        place=table.places[plain.index(amount)],
    )  # fmt: skip


def _part(account: pl.Series, kind: pl.Series, amount: pl.Series) -> pl.DataFrame:
    none = pl.Series([None], dtype=pl.String()).new_from_index(0, len(account))
    return pl.DataFrame({
        "account": account, "kind": kind, "group": none, "amount": amount,
        "opening": pl.Series([False]).new_from_index(0, len(account)),
    })  # fmt: skip


def _kind(category: str) -> str | None:
    if category in _REVENUE:
        return "Revenue"
    if category in _FEES:
        return "Payment processing fee"
    return "Transfer of money" if category in _MOVED else None
