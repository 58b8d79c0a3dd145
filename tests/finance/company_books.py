"""The books of an imaginary company, and the files that accounting systems would export of them."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

MONTHS = [datetime.date(2024, month, 1) for month in range(1, 13)]


@dataclass(frozen=True)
class Entry:
    """One entry: a day, a document, a text, and account -> amount in cents, debits plus."""

    day: datetime.date
    number: str
    text: str
    lines: dict[str, int]
    is_opening: bool = False


def entries() -> list[Entry]:
    """A year of sales on account, purchases, wages, advertising, rent, interest and payments."""
    opening = {
        "bank": 50_000_00,
        "receivables": 9_000_00,
        "stock": 4_000_00,
        "payables": -3_000_00,
        "loan": -20_000_00,
    }
    opening["equity"] = -sum(opening.values())
    made = [Entry(datetime.date(2024, 1, 1), "OB", "Opening balance", opening, True)]
    for at, first in enumerate(MONTHS):
        sales, services = 10_000_00 + 137_55 * at, 2_000_10 + 31_07 * at
        goods, wages, rent = 4_000_00 + 55_25 * at, 2_500_00, 800_00
        plan = [
            (3, "INV-A", "Goods sold", {"receivables": sales, "sales": -sales}),
            (9, "INV-B", "Consulting", {"receivables": services, "services": -services}),
            (11, "BILL", "Merchandise", {"goods": goods, "payables": -goods}),
            (15, "RENT", "Office", {"rent": rent, "bank": -rent}),
            (18, "ADS", "Campaign", {"advertising": 300_00 + 10_00 * at, "bank": -300_00 - 10_00 * at}),
            (24, "PAY", "Customers paid", {"bank": 9_500_00, "receivables": -9_500_00}),
            (26, "SUP", "Supplier paid", {"payables": 3_900_00, "bank": -3_900_00}),
            (28, "WAGES", "Wages of the month", {"wages": wages, "bank": -wages}),
            (28, "INT", "Loan", {"interest": 100_00, "bank": -100_00}),
        ]
        made += [
            Entry(first.replace(day=day), f"{number}-{first.month:02d}", text, lines)
            for day, number, text, lines in plan
        ]
    return made


def monthly(*accounts: str) -> list[float]:
    """What was posted to accounts in each month, debits plus."""
    return [
        sum(
            entry.lines.get(account, 0)
            for entry in entries()
            for account in accounts
            if (entry.day.year, entry.day.month) == (month.year, month.month) and not entry.is_opening
        )
        / 100
        for month in MONTHS
    ]


def balances(account: str) -> list[float]:
    """The balance of an account at the end of each month, debits plus."""
    opening = next(entry.lines.get(account, 0) for entry in entries() if entry.is_opening) / 100
    found = []
    for moved in monthly(account):
        opening += moved
        found.append(round(opening, 2))
    return found


RESULT = ("sales", "services", "goods", "wages", "advertising", "rent", "interest")


def truth() -> dict[str, list[float]]:
    """The figures of the books, of each month."""
    return {
        "revenue": [-amount for amount in monthly("sales", "services")],
        "cost_of_sales": monthly("goods"),
        "employee_cost": monthly("wages"),
        "marketing": monthly("advertising"),
        "expenses": monthly("rent"),
        "profit": [-amount for amount in monthly(*RESULT)],
        "cash": balances("bank"),
        "receivables": balances("receivables"),
        "payables": [-amount for amount in balances("payables")],
    }


# Account -> number, name, type, as each system would have it.
NAMES = {
    "bank": ("1000", "Checking", "Bank"),
    "receivables": ("1100", "Accounts Receivable", "Accounts receivable (A/R)"),
    "stock": ("1300", "Inventory Asset", "Other Current Assets"),
    "payables": ("2000", "Accounts Payable", "Accounts payable (A/P)"),
    "loan": ("2500", "Loan Payable", "Long Term Liabilities"),
    "equity": ("3000", "Opening Balance Equity", "Equity"),
    "sales": ("4000", "Sales", "Income"),
    "services": ("4100", "Services", "Income"),
    "goods": ("5000", "Cost of Goods Sold", "Cost of Goods Sold"),
    "wages": ("6100", "Salaries and Wages", "Expenses"),
    "advertising": ("6200", "Advertising", "Expenses"),
    "rent": ("6300", "Rent Expense", "Expenses"),
    "interest": ("8000", "Interest Expense", "Other Expense"),
}
SKR03 = {
    "bank": "1200", "receivables": "10001", "stock": "3980", "payables": "70001", "loan": "0650", "equity": "9000",
    "sales": "8400", "services": "8401", "goods": "3400", "wages": "4100", "advertising": "4610", "rent": "4210",
    "interest": "2100",
}  # fmt: skip


def cell(value: object, separator: str = ",") -> str:
    """A cell of a text file."""
    text = "" if value is None else str(value)
    return f'"{text}"' if any(mark in text for mark in (separator, '"', "\n")) else text


def csv_of(rows: Iterable[Sequence[object]], separator: str = ",") -> str:
    """Rows as a text file."""
    out = io.StringIO()
    for row in rows:
        out.write(separator.join(cell(value, separator) for value in row) + "\n")
    return out.getvalue()


def us(cents: int | None, *, sign: str = "") -> str:
    """1,234.50."""
    return "" if cents is None else f"{sign}{cents / 100:,.2f}"


def comma(cents: int | None) -> str:
    """1234,50."""
    return "" if cents is None else f"{cents / 100:.2f}".replace(".", ",")


def split(cents: int, written: Callable[[int], str] = us) -> tuple[str, str]:
    """Debit and credit."""
    return (written(cents), "") if cents >= 0 else ("", written(-cents))


def _by_account(account: str) -> list[Entry]:
    return [entry for entry in entries() if account in entry.lines and not entry.is_opening]


def _opening(account: str) -> int:
    return next(entry.lines.get(account, 0) for entry in entries() if entry.is_opening)


CREDIT = ("payables", "loan", "equity", "sales", "services")


def quickbooks_general_ledger() -> str:
    """General Ledger: an account is a heading, amounts have the sign that is usual for it."""
    rows: list[Sequence[object]] = [
        ["General Ledger"],
        ["Muster Trading LLC"],
        ["January - December, 2024"],
        [],
    ]
    rows.append(
        ["", "Date", "Transaction Type", "Num", "Name", "Memo/Description", "Split", "Amount", "Balance"]
    )
    for account, (number, name, _) in NAMES.items():
        sign = -1 if account in CREDIT else 1
        balance = sign * _opening(account)
        rows.append([f"{number} {name}"] + [""] * 8)
        if balance:
            rows.append(["", "Beginning Balance", "", "", "", "", "", "", us(balance)])
        total = 0
        for entry in _by_account(account):
            cents = sign * entry.lines[account]
            balance, total = balance + cents, total + cents
            rows.append(
                [
                    "",
                    f"{entry.day:%m/%d/%Y}",
                    "Journal Entry",
                    entry.number,
                    "",
                    entry.text,
                    "-Split-",
                    us(cents),
                    us(balance),
                ]
            )
        rows.append([f"Total for {number} {name}"] + [""] * 6 + [us(total, sign="$"), ""])
    rows += [[], ["Accrual Basis Friday, January 31, 2025 10:12 AM GMT-05:00"]]
    return csv_of(rows)


def quickbooks_journal() -> str:
    """Journal: date and number stand in the first line of each entry only."""
    rows: list[Sequence[object]] = [["Journal"], ["Muster Trading LLC"], ["January - December, 2024"], []]
    rows.append(["Date", "Transaction Type", "Num", "Name", "Memo/Description", "Account", "Debit", "Credit"])
    for entry in entries():
        for at, (account, cents) in enumerate(entry.lines.items()):
            head = [f"{entry.day:%m/%d/%Y}", "Journal Entry", entry.number] if at == 0 else ["", "", ""]
            rows.append([*head, "", entry.text if at == 0 else "", NAMES[account][1], *split(cents)])
        size = sum(abs(cents) for cents in entry.lines.values()) // 2
        rows.append([""] * 6 + [us(size, sign="$"), us(size, sign="$")])
    return csv_of(rows)


def quickbooks_profit_and_loss() -> str:
    """Profit and Loss by month, with sections and totals."""
    lines: list[tuple[str, list[float] | None]] = [
        ("Income", None),
        ("   Sales", [-value for value in monthly("sales")]),
        ("   Services", [-value for value in monthly("services")]),
        ("Total for Income", [-value for value in monthly("sales", "services")]),
        ("Cost of Goods Sold", None),
        ("   Cost of Goods Sold", monthly("goods")),
        ("Total for Cost of Goods Sold", monthly("goods")),
        ("Gross Profit", [-value for value in monthly("sales", "services", "goods")]),
        ("Expenses", None),
        ("   Advertising & Marketing", monthly("advertising")),
        ("   Payroll Expenses", monthly("wages")),
        ("   Rent", monthly("rent")),
        ("Total for Expenses", monthly("advertising", "wages", "rent")),
        ("Net Operating Income", [-value for value in monthly(*RESULT[:-1])]),
        ("Other Expenses", None),
        ("   Interest paid", monthly("interest")),
        ("Total for Other Expenses", monthly("interest")),
        ("Net Other Income", [-value for value in monthly("interest")]),
        ("Net Income", [-value for value in monthly(*RESULT)]),
    ]
    rows: list[Sequence[object]] = [
        ["Profit and Loss"],
        ["Muster Trading LLC"],
        ["January - December, 2024"],
        [],
    ]
    rows.append(["", *(f"{month:%b %Y}" for month in MONTHS), "Total"])
    for name, values in lines:
        cells = [] if values is None else [f"{value:,.2f}" for value in [*values, sum(values)]]
        rows.append([name, *(cells or [""] * 13)])
    rows += [[], ["Accrual Basis Friday, January 31, 2025 10:12 AM GMT-05:00"]]
    return csv_of(rows)


def _closing_balances() -> dict[str, int]:
    return {account: sum(entry.lines.get(account, 0) for entry in entries()) for account in NAMES}


def quickbooks_trial_balance() -> str:
    """Trial Balance at the end of the year."""
    rows: list[Sequence[object]] = [
        ["Trial Balance"],
        ["Muster Trading LLC"],
        ["As of December 31, 2024"],
        [],
    ]
    rows.append(["", "Debit", "Credit"])
    rows += [[name, *split(_closing_balances()[account])] for account, (_, name, _) in NAMES.items()]
    size = sum(cents for cents in _closing_balances().values() if cents > 0)
    return csv_of([*rows, ["TOTAL", us(size, sign="$"), us(size, sign="$")]])


def xero_trial_balance() -> str:
    """Trial Balance of Xero, at the end of the year."""
    kinds = {
        "bank": "Bank", "receivables": "Accounts Receivable", "stock": "Inventory", "payables": "Accounts Payable",
        "loan": "Non-current Liability", "equity": "Equity", "sales": "Sales", "services": "Revenue",
        "goods": "Direct Costs",
        "wages": "Wages Expense", "advertising": "Expense", "rent": "Overhead", "interest": "Other Expense",
    }  # fmt: skip
    rows: list[Sequence[object]] = [["Trial Balance"], ["Muster Trading Ltd"], ["As at 31 December 2024"], []]
    rows.append(["Account Code", "Account", "Account Type", "Debit - Year to date", "Credit - Year to date"])
    for account, (number, name, _) in NAMES.items():
        rows.append([number, name, kinds[account], *split(_closing_balances()[account])])
    size = sum(cents for cents in _closing_balances().values() if cents > 0)
    return csv_of([*rows, ["Total", "", "", us(size), us(size)]])


def xero_account_transactions() -> str:
    """Account Transactions of Xero: headings in the column of dates, an opening and a closing balance."""
    rows: list[Sequence[object]] = [["Account Transactions"], ["Muster Trading Ltd"]]
    rows += [["For the period 1 January 2024 to 31 December 2024"], []]
    rows.append(["Date", "Source", "Description", "Reference", "Debit", "Credit", "Running Balance"])
    for account, (_, name, _) in NAMES.items():
        balance = _opening(account)
        rows.append([name] + [""] * 6)
        if balance:
            rows.append(["Opening Balance", "", "", "", *split(balance), us(balance)])
        debit = credit = 0
        for entry in _by_account(account):
            cents = entry.lines[account]
            balance += cents
            debit, credit = debit + max(cents, 0), credit + max(-cents, 0)
            rows.append(
                [
                    f"{entry.day.day} {entry.day:%b %Y}",
                    "Manual Journal",
                    entry.text,
                    entry.number,
                    *split(cents),
                    us(balance),
                ]
            )
        rows += [
            [f"Total {name}", "", "", "", us(debit), us(credit), us(balance)],
            ["Closing Balance", "", "", "", *split(balance), us(balance)],
            [],
        ]
    return csv_of(rows)


def datev_batch() -> bytes:
    """EXTF Buchungsstapel with SKR 03: one row an entry of two accounts, day and month only, cp1252."""
    head = [
        "EXTF",
        700,
        21,
        "Buchungsstapel",
        13,
        20250115000000000,
        "",
        "RE",
        "",
        "",
        1001,
        1,
        20240101,
        4,
        20240101,
        20241231,
    ]
    head += ["Jahr", "", 1, 0, 0, "EUR", "", "", "", "", "03", "", "", "", ""]
    rows: list[Sequence[object]] = [head]
    rows.append(
        ["Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz",
        "WKZ Basis-Umsatz",
         "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2",
         "Skonto",
         "Buchungstext"]
    )  # fmt: skip
    for entry in entries():
        pairs = [(account, "equity", cents) for account, cents in entry.lines.items() if account != "equity"]
        if not entry.is_opening:
            (first, cents), (second, _) = entry.lines.items()
            pairs = [(first, second, cents)]
        for account, contra, cents in pairs:
            rows.append(
                [comma(abs(cents)), "S" if cents > 0 else "H", "EUR", "", "", "", SKR03[account], SKR03[contra], "",
                 f"{entry.day:%d%m}", entry.number, "", "", entry.text]
            )  # fmt: skip
    return csv_of(rows, ";").encode("cp1252")


def datev_balance_list() -> str:
    """Summen- und Saldenliste of the year with SKR 04."""
    numbers = {
        "bank": "1800", "receivables": "1200", "stock": "1140", "payables": "3300", "loan": "3150",
        "equity": "2000",
        "sales": "4400", "services": "4401", "goods": "5400", "wages": "6010", "advertising": "6600",
        "rent": "6310",
        "interest": "7310",
    }  # fmt: skip
    names = {
        "bank": "Bank", "receivables": "Forderungen aus Lieferungen und Leistungen", "stock": "Vorräte",
        "payables": "Verbindlichkeiten aus Lieferungen und Leistungen", "loan": "Darlehen",
        "equity": "Gezeichnetes Kapital",
        "sales": "Umsatzerlöse", "services": "Erlöse", "goods": "Wareneingang", "wages": "Löhne und Gehälter",
        "advertising": "Werbekosten", "rent": "Miete", "interest": "Zinsaufwendungen",
    }  # fmt: skip
    rows: list[Sequence[object]] = [
        ["Summen und Salden"],
        ["Muster GmbH"],
        ["Januar 2024 bis Dezember 2024"],
        [],
    ]
    rows.append(["Konto", "Beschriftung", "EB-Wert", "Soll", "Haben", "Saldo"])
    for account, number in numbers.items():
        debit = sum(max(entry.lines[account], 0) for entry in _by_account(account))
        credit = sum(max(-entry.lines[account], 0) for entry in _by_account(account))
        opening = _opening(account)
        side = lambda cents: f"{comma(abs(cents))} {'S' if cents >= 0 else 'H'}"  # noqa: E731
        rows.append(
            [
                number,
                names[account],
                side(opening),
                comma(debit),
                comma(credit),
                side(opening + debit - credit),
            ]
        )
    return csv_of(rows, ";")


def sap_line_items() -> str:
    """FBL3N of the result accounts: a list with bars, credits with a trailing minus, sums with stars."""
    rows = ["|Account   |DocumentNo|Type|Pstng Date|PK|Amount in local cur.|LCurr|Text              |"]
    for account in RESULT:
        number = f"{NAMES[account][0]}00"
        for entry in _by_account(account):
            cents = entry.lines[account]
            amount = f"{abs(cents) / 100:,.2f}{'-' if cents < 0 else ''}"
            rows.append(
                f"|{number:<10}|{entry.number:<10}|SA  "
                f"|{entry.day:%d.%m.%Y}|{40 if cents > 0 else 50}|{amount:>20}|EUR  |{entry.text:<18}|"
            )
    return "\n".join(rows) + "\n"


def sap_period_columns() -> str:
    """Result accounts with a column for each posting period; credits with a trailing minus."""
    names = {
        "sales": "Sales revenue",
        "services": "Service revenue",
        "goods": "Cost of goods sold",
        "wages": "Wages and salaries",
    }
    names |= {"advertising": "Advertising", "rent": "Rent expense", "interest": "Interest expense"}
    rows: list[Sequence[object]] = [["G/L Account Balances"], ["Company code 1000, fiscal year 2024"], []]
    rows.append(["G/L Account", "Short Text", *(f"{month:03d}.2024" for month in range(1, 13)), "Total"])
    written = lambda value: f"{abs(value):,.2f}{'-' if value < 0 else ''}"  # noqa: E731
    for account in RESULT:
        values = monthly(account)
        rows.append([f"{NAMES[account][0]}00", names[account], *map(written, values), written(sum(values))])
    return csv_of(rows, "\t")


TALLY = {
    "bank": "Bank Accounts", "receivables": "Sundry Debtors", "stock": "Stock-in-hand",
    "payables": "Sundry Creditors",
    "loan": "Loans (Liability)", "equity": "Capital Account", "sales": "Sales Accounts",
    "services": "Services Income",
    "goods": "Purchase Accounts", "wages": "Salary", "advertising": "Advertising", "rent": "Indirect Expenses",
    "interest": "Interest Paid",
}  # fmt: skip


def tally_trial_balance() -> str:
    """Trial Balance of Tally with opening balances, the movements of the year, and amounts that name their side."""
    rows: list[Sequence[object]] = [["Muster Traders"], ["Trial Balance"], ["1-Jan-2024 to 31-Dec-2024"], []]
    rows.append(["Particulars", "Opening Balance", "Debit", "Credit", "Closing Balance"])
    side = lambda cents: f"{us(abs(cents))} {'Dr' if cents >= 0 else 'Cr'}" if cents else ""  # noqa: E731
    for account, name in TALLY.items():
        debit = sum(max(entry.lines[account], 0) for entry in _by_account(account))
        credit = sum(max(-entry.lines[account], 0) for entry in _by_account(account))
        opening = _opening(account)
        rows.append(
            [name, side(opening), us(debit or None), us(credit or None), side(opening + debit - credit)]
        )
    debit = sum(
        max(cents, 0) for entry in entries() if not entry.is_opening for cents in entry.lines.values()
    )
    return csv_of([*rows, ["Grand Total", "", us(debit), us(debit), ""]])


def tally_vouchers() -> str:
    """Journal vouchers of Tally: the second ledger of a voucher stands below the first, without a date."""
    rows: list[Sequence[object]] = [["Muster Traders"], ["Day Book"], ["1-Jan-2024 to 31-Dec-2024"], []]
    rows.append(["Date", "Particulars", "Vch Type", "Vch No.", "Debit Amount", "Credit Amount"])
    for entry in entries():
        for at, (account, cents) in enumerate(entry.lines.items()):
            head = f"{entry.day.day}-{entry.day:%b-%Y}" if at == 0 else ""
            rows.append(
                [
                    head,
                    TALLY[account],
                    "Journal" if at == 0 else "",
                    entry.number if at == 0 else "",
                    *split(cents),
                ]
            )
    return csv_of(rows)


def odoo_journal_items() -> str:
    """Journal items of Odoo: account with six digits, debit, credit and their difference."""
    rows: list[Sequence[object]] = [
        ["Date", "Journal Entry", "Account", "Partner", "Label", "Debit", "Credit", "Balance"]
    ]
    for entry in entries():
        for account, cents in entry.lines.items():
            debit, credit = max(cents, 0) / 100, max(-cents, 0) / 100
            label = f"{NAMES[account][0]}00 {NAMES[account][1]}"
            rows.append(
                [entry.day.isoformat(), entry.number, label, "", entry.text, debit, credit, cents / 100]
            )
    return csv_of(rows)


GNUCASH = {
    "bank": "Assets:Current Assets:Checking Account", "receivables": "Assets:Accounts Receivable",
    "stock": "Assets:Inventory",
    "payables": "Liabilities:Accounts Payable", "loan": "Liabilities:Loan", "equity": "Equity:Opening Balances",
    "sales": "Income:Sales", "services": "Income:Consulting", "goods": "Expenses:Cost of Goods Sold",
    "wages": "Expenses:Wages", "advertising": "Expenses:Advertising", "rent": "Expenses:Rent",
    "interest": "Expenses:Interest",
}  # fmt: skip


def gnucash_transactions() -> str:
    """Transactions of GnuCash: the splits of one below each other, amounts with and without a sign."""
    rows: list[Sequence[object]] = [
        ["Date", "Transaction ID", "Number", "Description", "Notes", "Commodity/Currency", "Void Reason",
        "Action", "Memo",
         "Full Account Name", "Account Name", "Amount With Sym.", "Amount Num.", "Value With Sym.", "Value Num.",
         "Reconcile",
         "Reconcile Date", "Rate/Price"]
    ]  # fmt: skip
    for at, entry in enumerate(entries()):
        for account, cents in entry.lines.items():
            amount = us(cents) if cents >= 0 else f"-{us(-cents)}"
            sign = f"€{us(cents)}" if cents >= 0 else f"-€{us(-cents)}"
            full = GNUCASH[account]
            rows.append(
                [f"{entry.day:%d/%m/%Y}", f"{at:032x}", "", entry.text, "", "CURRENCY::EUR", "", "", "", full,
                 full.split(":")[-1], sign, amount, sign, amount, "n", "", "1.0000"]
            )  # fmt: skip
    return csv_of(rows)


def wave_accounting() -> str:
    """accounting.csv of Wave's data export: one signed column beside two, account group and type."""
    groups = {
        "bank": ("Asset", "Cash and Bank"), "receivables": ("Asset", "System Receivable Invoice"),
        "stock": ("Asset", "Inventory"),
        "payables": ("Liability", "System Payable Bill"), "loan": ("Liability", "Loan and Line of Credit"),
        "equity": ("Equity", "Business Owner Contribution and Drawing"), "sales": ("Income", "Income"),
        "services": ("Income", "Income"), "goods": ("Expense", "Cost of Goods Sold"), "wages": ("Expense",
        "Payroll Expense"),
        "advertising": ("Expense", "Operating Expense"), "rent": ("Expense", "Operating Expense"),
        "interest": ("Expense", "Other Expense"),
    }  # fmt: skip
    rows: list[Sequence[object]] = [
        ["Transaction ID", "Transaction Date", "Account Name", "Transaction Description",
        "Transaction Line Description",
         "Amount (One column)", "Debit Amount (Two Column Approach)", "Credit Amount (Two Column Approach)",
         "Other Accounts for this Transaction", "Customer", "Vendor", "Invoice Number", "Bill Number",
         "Notes / Memo",
         "Amount Before Sales Tax", "Sales Tax Amount", "Sales Tax Name", "Transaction Date Added",
         "Transaction Date Last Modified", "Account Group", "Account Type", "Account ID"]
    ]  # fmt: skip
    for at, entry in enumerate(entries()):
        for account, cents in entry.lines.items():
            number, name, _ = NAMES[account]
            other = ", ".join(NAMES[one][1] for one in entry.lines if one != account)
            rows.append(
                [at, entry.day.isoformat(), name, entry.text, "", f"{cents / 100:.2f}", *split(cents), other, "",
                "", "", "", "",
                 "", "", "", "2025-01-10", "2025-01-11", *groups[account], number]
            )  # fmt: skip
    return csv_of(rows)


def french_entries() -> str:
    """Fichier des écritures comptables: 18 columns by law, tabs, decimal comma, dates without separators."""
    numbers = {
        "bank": ("512000", "Banque"), "receivables": ("411000", "Clients"), "stock": ("370000", "Stocks"),
        "payables": ("401000", "Fournisseurs"), "loan": ("164000", "Emprunts"), "equity": ("101000", "Capital"),
        "sales": ("707000", "Ventes"), "services": ("706000", "Prestations de services"), "goods": ("607000",
        "Achats"),
        "wages": ("641000", "Salaires"), "advertising": ("623000", "Publicité"), "rent": ("613200", "Locations"),
        "interest": ("661000", "Charges d'intérêts"),
    }  # fmt: skip
    rows: list[Sequence[object]] = [
        ["JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum",
        "CompAuxLib",
         "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate",
         "Montantdevise",
         "Idevise"]
    ]  # fmt: skip
    for entry in entries():
        code, label = ("AN", "A nouveaux") if entry.is_opening else ("OD", "Opérations diverses")
        for account, cents in entry.lines.items():
            debit, credit = split(cents, comma)
            rows.append(
                [code, label, entry.number, f"{entry.day:%Y%m%d}", *numbers[account], "", "", entry.number,
                 f"{entry.day:%Y%m%d}", entry.text, debit or "0,00", credit or "0,00", "", "",
                 f"{entry.day:%Y%m%d}", "", ""]
            )  # fmt: skip
    return csv_of(rows, "\t")


def _bank_moves() -> list[tuple[Entry, int, int]]:
    balance, made = _opening("bank"), []
    for entry in _by_account("bank"):
        balance += entry.lines["bank"]
        made.append((entry, entry.lines["bank"], balance))
    return made


def bank_statement() -> str:
    """A bank statement with one column of amounts, the newest row first."""
    rows: list[Sequence[object]] = [["Date", "Description", "Amount", "Balance"]]
    rows += [
        [f"{entry.day:%d/%m/%Y}", entry.text, us(cents), us(balance)]
        for entry, cents, balance in reversed(_bank_moves())
    ]
    return csv_of(rows)


def bank_statement_with_two_columns() -> str:
    """A bank statement with debits and credits as the bank sees them."""
    rows: list[Sequence[object]] = [["Transaction Date", "Description", "Debit", "Credit", "Balance"]]
    for entry, cents, balance in _bank_moves():
        debit, credit = split(-cents)
        rows.append([entry.day.isoformat(), entry.text, debit, credit, us(balance)])
    return csv_of(rows)
