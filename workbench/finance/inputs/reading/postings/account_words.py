"""The words by which an account is told to be a line of the statements: one list, to read and to extend.

Names and types of the charts that accounting systems deliver, in English, German, French and Spanish.
"""

from __future__ import annotations

import re
import unicodedata

from workbench.finance.model.lines import Line

__all__ = ["likely_line", "line_of_name", "line_of_type", "plain_name"]

_NAMES: dict[Line, str] = {
    Line.REVENUE: """
        sales|revenue|income|turnover|net sales|sales revenue|service revenue|services|consulting income
        |fees earned|sales of product income|product sales|sales income|trading income
        |subscription revenue|sales returns|sales discounts|discounts given|sales returns and allowances
        |refunds allowances|discounts refunds given|umsatzerloese|erloese|umsatz|ventes
        |prestations de services|chiffre d affaires|ventas|ingresos por ventas|sales account
        |sales accounts|sales a c|services income|service income|other revenue
        """,
    Line.COST_OF_SALES: """
        cost of goods sold|cogs|cost of sales|cost of revenue|direct costs|direct expenses|purchases
        |purchase accounts|purchase account|materials|subcontractors|wareneingang|wareneinsatz|achats
        |compras|freight in|cost of labor cos|supplies and materials cos|purchase a c|materialaufwand
        """,
    Line.EMPLOYEE_COST: """
        payroll|payroll expense|payroll expenses|salaries|wages|salaries and wages|wages and salaries
        |salary expense|wages expense|employee benefits|payroll tax expense|superannuation|pensions cost
        |staff costs|loehne|gehaelter|loehne und gehaelter|salaires|sueldos y salarios
        |employers national insurance|salary
        """,
    Line.MARKETING: """
        advertising|marketing|advertising and marketing|advertising and promotion|advertising marketing
        |promotion|advertising expense|marketing expense|werbekosten|werbung|publicite|publicidad
        """,
    Line.EXPENSES: """
        rent|rent expense|rent or lease|office expenses|office supplies|office supplies and software
        |utilities|insurance|insurance expense|legal and professional fees|legal expenses
        |professional fees|accounting fees|audit and accountancy fees|consulting and accounting|bank fees
        |bank charges|bank charges and fees|travel|travel expense|travel national|travel international
        |meals and entertainment|entertainment|telephone|telephone and internet|telephone internet
        |repairs and maintenance|depreciation|depreciation expense|motor vehicle expenses
        |light power heating|cleaning|postage|postage freight and courier|freight and courier
        |printing and stationery|subscriptions|general expenses|computer fees and software
        |dues and subscriptions|other business expenses|indirect expenses|operating expenses
        |merchant account fees|merchant fees|processing fees|training|reimbursable expenses|software
        |expenses|job expenses|miete|buerobedarf|versicherungen|reisekosten|porto|telefon|abschreibungen
        |kfz kosten|rechts und beratungskosten|loyer|alquiler|office rent|repairs|taxes and licenses
        |equipment rental|commissions and fees|auto|fuel
        """,
    Line.OTHER_RESULT: """
        interest|interest received|interest income|interest expense|interest earned|other income
        |other expense|other expenses|income tax|income tax expense|corporation tax expense
        |bank revaluations|realised currency gains|unrealised currency gains|exchange gain or loss
        |indirect incomes|indirect income|gain on sale of assets|zinsertraege|zinsaufwendungen
        |koerperschaftsteuer|gewerbesteuer|interest paid|gain loss on foreign exchange
        |other miscellaneous expense
        """,
    Line.CASH: """
        cash|bank|checking|savings|petty cash|cash in hand|cash at bank|bank accounts|bank account
        |business bank account|undeposited funds|cash on hand|kasse|banque|caisse|caja|bancos
        |cash and bank|checking account|savings account|paypal|business savings account|current account
        """,
    Line.RECEIVABLES: """
        accounts receivable|accounts receivable a r|trade debtors|debtors|sundry debtors
        |trade receivables|receivables|forderungen aus lieferungen und leistungen|clients|clientes
        |account receivable
        """,
    Line.INVENTORY: """
        inventory|inventory asset|stock|stock in hand|stock on hand|opening stock|vorraete|existencias
        |stocks
        """,
    Line.OTHER_ASSETS: """
        prepaid expenses|prepayments|fixed assets|current assets|office equipment|computer equipment
        |furniture|machinery and equipment|vehicles|buildings|accumulated depreciation|deposits
        |loans and advances asset|vorsteuer|investments|furniture and fixtures
        |less accumulated depreciation on office equipment|equipment|land
        """,
    Line.PAYABLES: """
        accounts payable|accounts payable a p|trade creditors|creditors|sundry creditors|trade payables
        |payables|verbindlichkeiten aus lieferungen und leistungen|fournisseurs|proveedores
        |account payable
        """,
    Line.OTHER_LIABILITIES: """
        credit card|sales tax|sales tax payable|vat|gst|paye payable|wages payable|loan|loan payable
        |notes payable|current liabilities|duties and taxes|loans liability|provisions|unearned revenue
        |deferred revenue|accrued liabilities|accrued expenses|income tax payable|customer deposits
        |umsatzsteuer|mortgage|payroll liabilities|mastercard|visa|board of equalization payable
        |arizona dept of revenue payable|secured loans|unsecured loans
        """,
    Line.EQUITY: """
        equity|opening balance equity|opening balances|retained earnings|owners equity|owner s equity
        |capital|capital account|share capital|common stock|owner draws|owner s draw|owners draw
        |owner contribution|drawings|dividends|owner investment drawings|owner a share capital
        |current year earnings|eigenkapital|gezeichnetes kapital|privatentnahmen|historical adjustment
        |reserves and surplus|profit and loss a c|owner funds introduced|owner drawings
        """,
}

_TYPES: dict[Line, str] = {
    Line.REVENUE: "income|incomes|revenue|revenues|sales|operating revenue|trading income|ertraege|erloese"
    "|produits|ingresos",
    Line.COST_OF_SALES: "cost of goods sold|cogs|cost of sales|direct costs|direct cost|cost of revenue"
    "|direct expenses",
    Line.EMPLOYEE_COST: "payroll expense|wages expense|payroll",
    Line.EXPENSES: "expense|expenses|operating expense|operating expenses|overhead|overheads|depreciation|aufwand"
    "|aufwendungen|charges|gastos|less operating expenses|payment processing fee|indirect expenses",
    Line.OTHER_RESULT: "other income|other expense|other expenses|other revenue|plus other income"
    "|gain on foreign exchange"
    "|loss on foreign exchange|uncategorized income|uncategorized expense|indirect incomes",
    Line.CASH: "bank|cash|bank and cash|cash and bank|cash and cash equivalents|bank accounts|cash on hand"
    "|money in transit",
    Line.RECEIVABLES: "accounts receivable|accounts receivable a r|receivable|receivables|debtor"
    "|system receivable invoice"
    "|trade debtors|expected payments from customers",
    Line.INVENTORY: "inventory|stock",
    Line.OTHER_ASSETS: "asset|assets|current asset|current assets|other current asset|other current assets"
    "|fixed asset"
    "|fixed assets|non current asset|non current assets|noncurrent asset|prepayment|prepayments|other asset"
    "|other assets|aktiva"
    "|property plant equipment|depreciation and amortization|other short term asset|other long term asset"
    "|long term assets|actif",
    Line.PAYABLES: "accounts payable|accounts payable a p|payable|payables|creditor|system payable bill"
    "|trade creditors"
    "|expected payments to vendors",
    Line.OTHER_LIABILITIES: "liability|liabilities|current liability|current liabilities|other current liability"
    "|other current liabilities|long term liability|long term liabilities|non current liability"
    "|non current liabilities"
    "|noncurrent liability|credit card|sales tax|sales taxes|loan and line of credit"
    "|customer prepayments and customer credits"
    "|due for payroll|other short term liability|other long term liability|passiva|liabilities and credit cards",
    Line.NOT_A_FIGURE: "transfer of money",
    Line.EQUITY: "equity|current year earnings|capital|owner s equity|owners equity|retained earnings|eigenkapital"
    "|business owner contribution and drawing|retained earnings profit",
}  # fmt: skip

# The first that is found counts: "interest payable" is owed, and "bank charges" are no bank.
_LIKELY: tuple[tuple[Line, str], ...] = (
    (Line.EXPENSES, r"bank (fee|charge|service)|depreciation exp|bad debt|abschreibung|geldverkehr"),
    (Line.OTHER_ASSETS, r"accumulated|prepaid|prepayment|vorsteuer|input (vat|tax)|fixed asset|goodwill"),
    (Line.PAYABLES, r"accounts? payable|trade (payable|creditor)|kreditor|fournisseur|proveedor"),
    (Line.RECEIVABLES, r"receivable|debtor|forderung|debitor|creances"),
    (Line.OTHER_LIABILITIES, r"payable|accrued|loan|mortgage|credit card|deferred|unearned|\bvat\b|\bgst\b"
     r"|sales tax|umsatzsteuer|rueckstellung|darlehen|overdraft|liabilit|verbindlichkeit"),
    (Line.EQUITY, r"equity|capital|retained|owner|drawing|dividend|eigenkapital|gewinnvortrag|^privat"),
    (Line.COST_OF_SALES, r"cost of|cogs|direct (cost|material|labou?r)|purchase|wareneingang|wareneinsatz"
     r"|bezugskosten|achats|compras|freight in|subcontract|rohstoff|material"),
    (Line.OTHER_RESULT, r"interest|zins|other income|sonstige (betriebliche )?ertraege|exchange|currency|gain"
     r"|loss on|income tax|corporation tax|koerperschaft|gewerbesteuer"),
    (Line.EMPLOYEE_COST, r"payroll|salar|wage|staff|personnel|employee|pension|social security|lohn|loehne|gehalt"
     r"|gehaelter|sozial|salaire|sueldo"),
    (Line.MARKETING, r"advertis|marketing|promotion|werb|publicit|publicidad"),
    (Line.INVENTORY, r"inventory|stock on|vorraete|warenbestand|existencias"),
    (Line.EXPENSES, r"expense|rent\b|miete|utilit|office|insurance|versicherung|legal|professional|audit|travel"
     r"|reise|telephone|telefon|internet|software|depreciation|repair|maintenance|fuel|postage|porto|buerobedarf|consult"
     r"|commission|fees?\b|training|meals|cleaning|printing|licen[cs]e|supplies|freight|shipping|energy|electric|kosten|aufwand"),
    (Line.REVENUE, r"sales|revenue|income|turnover|erloes|umsatz|ventes|ventas|ingresos|subscription"),
    (Line.CASH, r"\bcash|bank|checking|savings|paypal|kasse|caisse|banque|\bcaja\b"),
)  # fmt: skip


def plain_name(name: str) -> str:
    """Reduce the name of an account to the words that are compared: without number, case and accents."""
    text = re.sub(r"^[\d.\-]{2,}\s*[-.:\u00b7\u2013]?\s*", "", name.strip())
    text = (
        text.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("ß", "ss").replace("&", " and ")
    )
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", text.casefold()).strip()


def _known(lists: dict[Line, str]) -> dict[str, Line]:
    return {name.strip(): line for line, names in lists.items() for name in names.split("|")}


_LINE_OF_NAME, _LINE_OF_TYPE = _known(_NAMES), _known(_TYPES)
_PATTERNS = [(line, re.compile(pattern)) for line, pattern in _LIKELY]


def line_of_name(name: str) -> Line | None:
    """Give the line of an account with a usual name; of a path such as ``Income:Sales``, by its end."""
    for part in (name, re.split(r"[:/>]", name)[-1]):
        line = _LINE_OF_NAME.get(plain_name(part))
        if line is not None:
            return line
    return None


def line_of_type(text: str | None) -> Line | None:
    """Give the line that the type or group of an account says; ``None`` when it is not a known type."""
    return _LINE_OF_TYPE.get(plain_name(text)) if text else None


def likely_line(name: str) -> Line | None:
    """Give the line that words in the name of an account make likely; never enough to decide."""
    words = plain_name(re.split(r"[:/>]", name)[-1])
    return next((line for line, pattern in _PATTERNS if pattern.search(words)), None)
