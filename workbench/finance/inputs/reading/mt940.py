"""Bank statements as banks send them to each other (SWIFT MT940), as a table."""

from __future__ import annotations

import re

import polars as pl

from workbench.data.changes import Change, ChangeKind
from workbench.data.texts.cells import TYPED, Cells, frame_of
from workbench.data.texts.encoding import decode
from workbench.errors import InvalidData

__all__ = ["is_mt940", "mt940_cells"]

_START = re.compile(rb"\s*(\{1:[^\n]{1,200}|:20:)")
_FIELD = re.compile(r":(\d{2}[A-Z]?):(.*)")
_MOVE = re.compile(r"(?P<day>\d{6})(?P<entry>\d{4})?(?P<side>R?[CD])[A-Z]?(?P<amount>\d+,\d*)")
_BALANCE = re.compile(r"(?P<side>[CD])(?P<day>\d{6})(?P<currency>[A-Z]{3})(?P<amount>\d+,\d*)")
HEADERS = ["Booking date", "IBAN", "Description", "Currency", "Amount", "Balance"]
# Money that came in, and what is taken back of money that went out.
_CAME = ("C", "RD")
TOLERANCE = 0.005


def is_mt940(content: bytes) -> bool:
    """Whether a file is such a statement: it begins with its first field and has balances and moves."""
    return _START.match(content[:400]) is not None and b":60" in content


def mt940_cells(file: str, content: bytes) -> Cells:
    """Give a row for each move, with the balance after it; its row is the line of the file.

    Parameters
    ----------
    file, content
        Name and bytes of the file.

    Raises
    ------
    InvalidData
        When a line cannot be read, or the moves do not lead from one balance to the next.

    References
    ----------
    SWIFT, Standards MT, Category 9: MT940 Customer Statement Message, fields 25, 60a, 61, 62a and 86.
    """
    rows: list[list[str | None]] = []
    lines: list[int] = []
    account, currency, balance, last = "", "", 0.0, ""
    for number, line in enumerate(decode(content, file).text.splitlines(), 1):
        field = _FIELD.match(line)
        last = field[1] if field else last
        text = field[2].strip() if field else line.strip()
        if last[:2] == "25" and field:
            if account not in ("", text):
                raise InvalidData(
                    f"{file}, row {number}: the account is {text!r}, and that of the statement before {account!r}; "
                    "expected one account in a file, export each by itself.",
                    file,
                )
            account = text
        elif last[:2] in ("60", "62") and field:
            at = _BALANCE.match(text)
            if at is None:
                raise _unreadable(file, number, line)
            told = _number(at["amount"]) * (1 if at["side"] == "C" else -1)
            if (last[:2] == "62" or rows) and abs(told - balance) > TOLERANCE:
                raise InvalidData(
                    f"{file}, row {number}: the balance is {told:,.2f}, and the one before with what moved since "
                    f"gives {balance:,.2f}; expected every move between them, export it again.",
                    file,
                )
            balance, currency = told, at["currency"]
        elif last == "61" and field:
            move = _MOVE.match(text)
            if move is None:
                raise _unreadable(file, number, line)
            amount = _number(move["amount"]) * (1 if move["side"] in _CAME else -1)
            balance = round(balance + amount, 2)
            day = f"20{move['day'][:2]}-{move['day'][2:4]}-{move['day'][4:]}"
            rows.append([day, account, None, currency, f"{TYPED}{amount}", f"{TYPED}{balance}"])
            lines.append(number)
        elif last == "86" and rows:
            rows[-1][2] = f"{rows[-1][2] or ''}{text}"
    frame = frame_of([HEADERS, *rows]).insert_column(0, pl.Series("row", [1, *lines], dtype=pl.Int64))
    reason = f"a statement in the format MT940; its {len(rows)} moves lead from each balance to the next"
    change = Change(ChangeKind.READ_AS, "", (), ("",), ("",), reason)
    return Cells(frame, pl.Series([], dtype=pl.Int64), changes=(change,))


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _unreadable(file: str, number: int, line: str) -> InvalidData:
    return InvalidData(
        f"{file}, row {number}: {line[:60]!r} is not what a statement in the format MT940 has there; "
        "export it again.",
        file,
    )
