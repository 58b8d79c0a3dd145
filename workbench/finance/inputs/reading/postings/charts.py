"""Charts of accounts: the ranges of numbers that say of which line an account is.

Sources: DATEV, SKR 03 and SKR 04 (Kontenrahmen, edition 2024); Autorité des normes comptables, règlement 2014-03
(plan comptable général); ICAC, Real Decreto 1514/2007 (plan general de contabilidad).
"""

from __future__ import annotations

import re
from enum import StrEnum

from workbench.finance.model.lines import Line

__all__ = ["CHART_TITLES", "Chart", "line_of_number", "number_of"]


class Chart(StrEnum):
    """A chart of accounts."""

    USUAL = "usual"
    SKR03 = "skr03"
    SKR04 = "skr04"
    PCG = "pcg"
    PGC = "pgc"


CHART_TITLES = {
    Chart.USUAL: "1 assets, 2 liabilities, 3 equity, 4 revenue, 5 cost of sales, 6 and 7 costs, 8 and 9 other",
    Chart.SKR03: "German SKR 03 (8400 is revenue, 4930 office supplies)",
    Chart.SKR04: "German SKR 04 (4400 is revenue, 6815 office supplies)",
    Chart.PCG: "French plan comptable (706 is revenue, 606 purchases)",
    Chart.PGC: "Spanish plan general contable (700 is revenue, 600 purchases)",
}

# Prefix of the number -> line; the longest prefix counts.
_L = Line
_RANGES: dict[Chart, dict[Line, str]] = {
    Chart.USUAL: {
        _L.OTHER_ASSETS: "1", _L.OTHER_LIABILITIES: "2", _L.EQUITY: "3", _L.REVENUE: "4", _L.COST_OF_SALES: "5",
        _L.EXPENSES: "6 7", _L.OTHER_RESULT: "8 9",
    },
    Chart.SKR03: {
        _L.OTHER_ASSETS: "00 01 02 03 04 05 098 13 15",
        _L.OTHER_LIABILITIES: "06 07 095 096 097 099 17",
        _L.EQUITY: "08 090 091 092 093 094 18 19 9",
        _L.CASH: "10 11 12", _L.RECEIVABLES: "14", _L.PAYABLES: "16",
        _L.OTHER_RESULT: "2", _L.COST_OF_SALES: "3 40", _L.INVENTORY: "397 398 399 7",
        _L.EMPLOYEE_COST: "41", _L.MARKETING: "460 461 462 463", _L.EXPENSES: "42 43 44 45 46 47 48 49",
        _L.REVENUE: "8",
    },
    Chart.SKR04: {
        _L.OTHER_ASSETS: "0 13 14 15 19", _L.INVENTORY: "10 11", _L.RECEIVABLES: "12", _L.CASH: "16 17 18",
        _L.EQUITY: "2 9", _L.OTHER_LIABILITIES: "3", _L.PAYABLES: "33",
        _L.REVENUE: "4", _L.OTHER_RESULT: "48 49 7", _L.COST_OF_SALES: "5",
        _L.EMPLOYEE_COST: "60 61", _L.EXPENSES: "6", _L.MARKETING: "660 661 662 663 664",
    },
    Chart.PCG: {
        _L.EQUITY: "10 11 12 13 14", _L.OTHER_LIABILITIES: "15 16 17 18 42 43 44 45 46 47 48 49",
        _L.OTHER_ASSETS: "2 50",
        _L.INVENTORY: "3", _L.PAYABLES: "40", _L.RECEIVABLES: "41", _L.CASH: "51 52 53 54",
        _L.COST_OF_SALES: "60", _L.EXPENSES: "61 62 63 65 606", _L.MARKETING: "623", _L.EMPLOYEE_COST: "64",
        _L.OTHER_RESULT: "66 67 68 69 74 75 76 77 78 79", _L.REVENUE: "70 71 72",
    },
    Chart.PGC: {
        _L.EQUITY: "10 11 12 13", _L.OTHER_LIABILITIES: "14 15 16 17 18 19 46 47 48 49 50 51 52 55",
        _L.OTHER_ASSETS: "2 53 54",
        _L.INVENTORY: "3", _L.PAYABLES: "40 41", _L.RECEIVABLES: "43 44", _L.CASH: "57",
        _L.COST_OF_SALES: "60 61", _L.EXPENSES: "62 63 65 68", _L.MARKETING: "627", _L.EMPLOYEE_COST: "64",
        _L.OTHER_RESULT: "66 67 69 71 73 74 75 76 77 79", _L.REVENUE: "70",
    },
}  # fmt: skip
_LINES: dict[Chart, dict[str, Line]] = {
    chart: {prefix: line for line, prefixes in lines.items() for prefix in prefixes.split()}
    for chart, lines in _RANGES.items()
}
_NUMBER = re.compile(r"\s*(\d[\d.\-]{1,13}\d)\b")


def number_of(account: str) -> str:
    """Give the digits with which an account begins; empty when it has no number."""
    match = _NUMBER.match(account)
    # SAP fills numbers with zeros to ten digits; no chart has three of them before one.
    digits = re.sub(r"\D", "", match[1]) if match else ""
    return digits.lstrip("0") if digits.startswith("000") else digits


def line_of_number(chart: Chart, number: str) -> Line | None:
    """Give the line of a number in a chart."""
    found = (_LINES[chart].get(number[:length]) for length in range(4, 0, -1))
    return next((line for line in found if line is not None), None)
