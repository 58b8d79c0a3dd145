"""The words by which columns are recognised: one list, to read and to extend.

Header words in English, with the usual German, French and Spanish ones of accounting exports; in lower case,
without punctuation.
"""

from __future__ import annotations

import re
import unicodedata

from workbench.data.texts.amounts import CURRENCY_CODES
from workbench.finance.inputs.header_units import without_unit
from workbench.finance.inputs.region_names import REGION_NAMES
from workbench.finance.model.roles import Role
from workbench.finance.model.variants import VARIANT_WORDS

SYNONYMS: dict[Role, tuple[str, ...]] = {
    Role.DATE: (
        "date", "transaction date", "posting date", "date of sale", "period", "month", "month end",
        "period end",
        "invoice date", "booking date", "document date", "fiscal period", "reporting date", "year month", "day",
        "datum", "buchungsdatum", "monat", "fecha", "date comptable", "timestamp", "quarter", "year",
    ),
    Role.REVENUE: (
        "revenue", "sales", "sales revenue", "sales account", "sales accounts", "total revenue", "net sales",
        "gross sales", "turnover",
        "total income",
        "income", "net revenue", "operating revenue", "total sales", "sales amount", "revenues", "umsatz",
        "umsatzerloese", "erloese", "chiffre d affaires", "ingresos", "ventas", "topline",
        "net sales revenue", "ricavi", "fatturato", "omzet", "receita", "receitas", "vendas", "faturamento",
        "ventes", "produits", "ingresos totales", "przychody", "omsaettning", "nettoomsaettning", "ca ht",
        "trading income", "importe neto de la cifra de negocios", "cifra de negocios",
        "umsatz netto", "nettoumsatz", "umsatzerloese netto", "net turnover",
    ),
    Role.EXPENSES: (
        "expenses", "operating costs", "operating expenses", "operational expenses", "opex", "costs",
        "total costs",
        "total expenses", "operating cost", "overheads", "sg and a", "total operating expenses", "cost",
        "expense",
        "operational costs", "costi", "spese", "despesas", "custos", "depenses", "couts", "costes", "costos",
        "bedrijfskosten", "koszty", "kostnader", "aufwendungen", "gesamtkosten", "total charges",
        "charges totales", "charges d exploitation",
        "gastos operativos", "aufwand", "kosten", "betriebskosten", "gastos", "spend",
    ),
    Role.COST_OF_SALES: (
        "cost of sales", "cost of goods sold", "costo del venduto", "kostprijs omzet", "costo de ventas",
        "custo das vendas", "cout des ventes", "herstellungskosten des umsatzes", "cogs", "direct costs",
        "cost of revenue", "wareneinsatz",
        "coste de ventas", "material cost", "aprovisionamientos", "mat wareneinkauf", "materialaufwand",
    ),
    Role.PROFIT: (
        "profit", "net profit", "net profit loss", "net income", "earnings", "profit pre tax", "profit before tax",
        "operating profit",
        "net earnings", "ebit", "bottom line", "pbt", "pat", "profit after tax", "operating income", "gewinn",
        "ergebnis", "utile", "utile netto", "winst", "nettowinst", "lucro", "lucro liquido", "benefice",
        "resultat", "resultado de explotacion", "resultado del ejercicio", "betriebsergebnis",
        "vorlaeufiges ergebnis",
        "utilidad", "utilidad neta", "beneficio neto", "jahresueberschuss", "reingewinn", "zysk",
        "nettoresultat",
        "beneficio", "resultat net", "profit loss", "p l", "surplus",
    ),
    Role.CASH_FLOW: (
        "cash flow", "operating cash flow", "cash flow from operations", "cash from operations", "cfo",
        "net cash flow",
        "cash generated", "cashflow", "flujo de caja", "operativer cashflow",
        "net cash from operating activities",
    ),
    Role.CASH: ("cash", "cash balance", "cash and cash equivalents", "bank balance", "cash at bank",
    "cash on hand", "closing cash", "closing cash balance", "cash at end of period"),
    Role.ASSETS: ("total assets", "assets", "balance sheet total", "bilanzsumme", "activos", "total actif"),
    Role.CURRENT_ASSETS: ("current assets", "total current assets", "short term assets", "umlaufvermoegen"),
    Role.LIABILITIES: ("total liabilities", "liabilities", "total debt", "debt", "verbindlichkeiten", "pasivos"),
    Role.CURRENT_LIABILITIES: (
        "current liabilities", "total current liabilities", "short term liabilities", "short term debt",
    ),
    Role.EQUITY: ("equity", "shareholders equity", "total equity", "owners equity", "net assets", "eigenkapital"),
    Role.RECEIVABLES: (
        "accounts receivable", "receivables", "trade receivables", "debtors", "a r", "ar", "ar balance",
        "forderungen", "creances clients", "crediti verso clienti", "debiteuren", "contas a receber",
        "clientes por cobrar",
        "cuentas por cobrar", "trade debtors", "sundry debtors",
    ),
    Role.PAYABLES: (
        "accounts payable", "payables", "trade payables", "sundry creditors", "creditors", "a p", "ap",
        "ap balance",
        "trade creditors",
        "cuentas por pagar", "dettes fournisseurs", "debiti verso fornitori", "crediteuren", "contas a pagar",
        "verbindlichkeiten aus lieferungen und leistungen",
    ),
    Role.INVENTORY: ("inventory", "inventories", "stock", "stock on hand", "stock value", "vorraete",
        "inventario"),
    Role.MARKETING: (
        "marketing", "marketing spend", "marketing expense", "marketing costs", "advertising", "ad spend",
        "advertising spend", "promotion", "marketing budget spent", "werbung", "werbekosten", "pubblicita",
        "publicidad", "publicite", "reclame", "publicidade", "marketing and advertising",
        "advertising and marketing",
    ),
    Role.EMPLOYEE_COST: (
        "employee cost", "employee costs", "payroll", "salaries", "wages", "personnel cost", "staff costs",
        "employee benefits expense", "employee benefit expense", "employee benefits expenses",
        "salaries and wages", "wages and salaries", "payroll expenses", "labour cost", "labor cost",
        "personalkosten", "personalaufwand", "charges de personnel", "gastos de personal",
        "costo del personale",
        "personeelskosten", "custos com pessoal", "despesas com pessoal", "salaires", "compensation",
        "employee expenses",
    ),
    Role.CAPEX: (
        "capex", "capital expenditure", "capital expenditures", "purchase of fixed assets",
        "investition",
        "capital spending",
    ),
    Role.COLLECTIONS: ("collections", "cash collected", "receipts from customers", "customer receipts",
    "cash receipts"),
    Role.PURCHASES: ("purchases", "purchases on credit", "supplier invoices", "goods purchased",
        "purchase accounts", "purchase account"),
    Role.PAYMENTS: ("payments to suppliers", "supplier payments", "cash paid to suppliers"),
    Role.VOLUME: ("volume", "quantity", "units sold", "units", "qty", "quantity sold", "menge", "cantidad",
    "orders"),
    Role.REGION: (
        "region", "territory", "country", "market", "area", "geography", "location", "sales region",
        "state", "land",
        "pays", "pais", "zone", "regione", "regio", "regiao", "regione geografica", "filiale", "niederlassung",
    ),
    Role.DEPARTMENT: (
        "department", "dept", "division", "business unit", "cost center", "cost centre", "team", "function",
        "unit",
        "abteilung", "departement", "reparto", "afdeling", "service analytique", "kostenstelle", "kostenst",
        "departamento", "segment",
    ),
    Role.PRODUCT: ("product", "product line", "item", "sku", "product category", "category", "service",
        "produkt"),
    Role.CUSTOMER: ("customer", "client", "customer name", "buyer", "kunde", "cliente",
    "customer segment"),
    Role.CURRENCY: ("currency", "currency code", "ccy", "curr", "waehrung", "moneda", "devise"),
    Role.SCENARIO: ("scenario", "version", "actual budget", "data type", "plan version",
    "category of figure", "type"),
}  # fmt: skip

OTHER_FIGURES = frozenset(
    (
        "gross profit", "gross income", "ebitda", "contribution", "contribution margin", "deckungsbeitrag",
        "rohertrag", "tax", "taxes", "income tax", "sales tax", "vat", "interest", "interest expense",
        "other income",
        "depreciation", "amortisation", "amortization", "abschreibungen",
        "eps", "earnings per share",
        "debit", "credit", "soll", "haben", "balance", "opening balance", "closing balance",
    )
)  # fmt: skip
"""Names of figures that have no role; they are never taken for one that is written similarly."""

DEDUCTION_WORDS = frozenset(
    (
        "discount", "discounts", "returns", "return", "allowance", "allowances", "rebate", "rebates", "refund",
        "refunds", "deductions", "rabatt", "rabatte", "skonto", "erloesminderungen", "remise", "remises",
        "descuento", "descuentos",
    )
)  # fmt: skip
"""Words for what is taken off gross sales."""

DOUBTFUL_NAMES: dict[str, tuple[Role, frozenset[str]]] = {
    "charges": (
        Role.EXPENSES,
        frozenset(("produits", "resultat", "resultat net", "chiffre d affaires", "ventes")),
    ),
    "payments": (Role.PAYMENTS, frozenset(("purchases", "payables", "accounts payable", "trade payables"))),
    "investments": (Role.CAPEX, frozenset(("cash flow", "operating cash flow", "free cash flow"))),
}
"""Names that mean one thing in one export and another elsewhere, such as what a French company spends and what a
payment service charged its customers: the role, and the headers beside which it is certain; else it is asked."""

FILLING = frozenset(["amount", "amt", "value", "total", "figures", "sum", "betrag", "gesamt"])
"""Words that say nothing about what a figure is."""

RATIO_WORDS = re.compile(
    r".*(\b(margins?|ratio|rate|percent(age)?|pct|growth|share|anteil|\w*marge|\w+quote|yield|average|avg|dso|dpo|roi"
    r"|roas|roe|price|conversion|per \w+)\b|%).*",
    re.IGNORECASE,
)

# Values that columns of names hold in most companies.
_NAMES_OF_DEPARTMENTS = """
sales marketing operations hr finance it r&d legal procurement logistics production support engineering
administration admin purchasing manufacturing service
"""
VALUE_WORDS: dict[Role, frozenset[str]] = {
    Role.REGION: REGION_NAMES,
    Role.DEPARTMENT: frozenset(_NAMES_OF_DEPARTMENTS.split()),
    Role.CURRENCY: frozenset(code.casefold() for code in CURRENCY_CODES),
    Role.SCENARIO: frozenset(word for words in VARIANT_WORDS.values() for word in words),
}


def plain_words(header: str) -> str:
    """Reduce a header to the words that are compared: lower case, no unit, no punctuation."""
    text = without_unit(header)
    # NetSales and netSales are two words, EBIT is one.
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold()
    for letter, written in (
        ("ä", "ae"),
        ("ö", "oe"),
        ("ü", "ue"),
        ("ß", "ss"),
        ("&", " and "),
    ):
        text = text.replace(letter, written)
    # Other accents are left out, as many exports do.
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    # QuickBooks writes "Total for Income".
    return re.sub(r"^total (for|of) ", "total ", re.sub(r"[\W_]+", " ", text).strip())
