"""The lines of a profit and loss account and a balance sheet to which the accounts of a ledger belong."""

from __future__ import annotations

from enum import StrEnum


class Line(StrEnum):
    """A line of the statements; its text is the header of the column that holds it."""

    REVENUE = "Revenue"
    COST_OF_SALES = "Cost of sales"
    EMPLOYEE_COST = "Employee cost"
    MARKETING = "Marketing"
    EXPENSES = "Operating expenses"
    OTHER_RESULT = "Other income and expense"
    CASH = "Cash"
    RECEIVABLES = "Accounts receivable"
    INVENTORY = "Inventory"
    OTHER_ASSETS = "Other assets"
    PAYABLES = "Accounts payable"
    OTHER_LIABILITIES = "Other liabilities"
    EQUITY = "Equity"
    NOT_A_FIGURE = "Not a figure"


PROFIT, TOTAL_ASSETS, TOTAL_LIABILITIES = "Net profit", "Total assets", "Total liabilities"
COST_LINES = (Line.COST_OF_SALES, Line.EMPLOYEE_COST, Line.MARKETING, Line.EXPENSES)
RESULT_LINES = (Line.REVENUE, *COST_LINES, Line.OTHER_RESULT)
ASSET_LINES = (Line.CASH, Line.RECEIVABLES, Line.INVENTORY, Line.OTHER_ASSETS)
LIABILITY_LINES = (Line.PAYABLES, Line.OTHER_LIABILITIES)
BALANCE_LINES = (*ASSET_LINES, *LIABILITY_LINES, Line.EQUITY)
CREDIT_LINES = (Line.REVENUE, Line.OTHER_RESULT, *LIABILITY_LINES, Line.EQUITY)
"""Lines whose amounts are credits: plus in a report, minus where debits are plus."""

DETAIL: dict[Line, tuple[Line, ...]] = {
    Line.EXPENSES: (Line.MARKETING, Line.EMPLOYEE_COST),
    Line.OTHER_ASSETS: (Line.CASH, Line.RECEIVABLES, Line.INVENTORY),
    Line.OTHER_LIABILITIES: (Line.PAYABLES,),
}
"""What words in the name of an account may say more precisely than its type or number."""
NAMED_DETAIL: dict[Line, tuple[Line, ...]] = {
    Line.EXPENSES: (Line.COST_OF_SALES, Line.OTHER_RESULT),
    Line.REVENUE: (Line.OTHER_RESULT,),
}
"""What only a usual name may say more precisely."""


def side_of(line: Line) -> str:
    """Give the part of the statements of a line: two lines of one part do not contradict each other."""
    if line in ASSET_LINES:
        return "assets"
    if line in LIABILITY_LINES:
        return "liabilities"
    return "costs" if line in COST_LINES else str(line)
