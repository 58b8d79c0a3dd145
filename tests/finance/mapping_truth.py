"""Headers of exports as accounting, payment and reporting systems write them, each with what it means."""

from __future__ import annotations

NOTHING = ""
"""Neither one of the figures of a report nor a dimension of it."""
RATIO = "ratio"

LAYOUTS: dict[str, dict[str, str]] = {
    "QuickBooks, sales by month": {
        "Total Income": "revenue", "Cost of Goods Sold": "cost_of_sales", "Gross Profit": NOTHING,
        "Total Expenses": "expenses", "Net Income": "profit",
    },
    "Xero, executive summary": {
        "Income": "revenue", "Cost of Sales": "cost_of_sales", "Operating Expenses": "expenses",
        "Net Profit": "profit", "Debtors": "receivables", "Creditors": "payables", "Gross Profit %": RATIO,
        "Average debtors days": RATIO,
    },
    "DATEV, BWA": {
        "Umsatzerlöse": "revenue", "Wareneinsatz": "cost_of_sales", "Rohertrag": NOTHING,
        "Personalkosten": "employee_cost", "Werbekosten": "marketing", "Gesamtkosten": "expenses",
        "Abschreibungen": NOTHING,
    },
    "Lexware, Saldenübersicht": {
        "Forderungen": "receivables", "Verbindlichkeiten aus Lieferungen und Leistungen": "payables",
        "Eigenkapital": "equity", "Bilanzsumme": "assets", "Umlaufvermögen": "current_assets",
    },
    "French income statement": {
        "Chiffre d'affaires": "revenue", "Coût des ventes": "cost_of_sales",
        "Charges de personnel": "employee_cost",
        "Publicité": "marketing", "Résultat net": "profit", "Créances clients": "receivables",
    },
    "Spanish income statement": {
        "Ventas": "revenue", "Costo de ventas": "cost_of_sales", "Gastos de personal": "employee_cost",
        "Gastos operativos": "expenses", "Utilidad neta": "profit",
    },
    "Italian income statement": {
        "Ricavi": "revenue", "Costo del venduto": "cost_of_sales", "Costo del personale": "employee_cost",
        "Utile netto": "profit", "Crediti verso clienti": "receivables",
    },
    "Dutch income statement": {
        "Omzet": "revenue", "Kostprijs omzet": "cost_of_sales", "Personeelskosten": "employee_cost",
        "Nettowinst": "profit", "Debiteuren": "receivables", "Crediteuren": "payables",
    },
    "Portuguese income statement": {
        "Receita": "revenue", "Custo das Vendas": "cost_of_sales", "Despesas com Pessoal": "employee_cost",
        "Lucro Líquido": "profit", "Contas a Receber": "receivables",
    },
    "Shopify, payouts": {
        "Charges": "revenue", "Refunds": NOTHING, "Adjustments": NOTHING, "Reserved Funds": NOTHING,
        "Fees": NOTHING, "Retried Amount": NOTHING,
    },
    "Shopify, sales over time": {
        "Orders": "volume", "Gross sales": NOTHING, "Discounts": NOTHING, "Returns": NOTHING,
        "Net sales": "revenue", "Shipping": NOTHING, "Taxes": NOTHING,
    },
    "FreshBooks, payments": {"Payments": "collections", "Outstanding": NOTHING, "Invoiced": NOTHING},
    "Zoho, balance sheet": {
        "Cash and Cash Equivalents": "cash", "Accounts Receivable": "receivables", "Inventory": "inventory",
        "Total Current Assets": "current_assets", "Total Assets": "assets", "Accounts Payable": "payables",
        "Total Current Liabilities": "current_liabilities", "Total Liabilities": "liabilities",
        "Total Equity": "equity",
    },
    "NetSuite, income by department": {
        "Revenue": "revenue", "Revenue Budget": "revenue_budget", "Cost of Sales": "cost_of_sales",
        "Cost of Sales Budget": "cost_of_sales_budget", "Salaries & Wages": "employee_cost",
        "Headcount": NOTHING, "Revenue per Head": RATIO,
    },
    "Tally, monthly summary": {
        "Sales Account": "revenue", "Purchase Accounts": "purchases", "Sundry Debtors": "receivables",
        "Sundry Creditors": "payables", "GST": NOTHING,
    },
    "Ratios of a data provider": {
        "Sales growth": RATIO, "Operating profit margin": RATIO, "Return on equity %": RATIO,
        "Current ratio": RATIO, "Dividend yield": RATIO, "Net sales": "revenue",
    },
    "Balance sheet of a fund": {
        "Investments": NOTHING, "Cash": "cash", "Land": NOTHING, "Deferred tax": NOTHING, "Goodwill": NOTHING,
    },
    "Ledger of debits and credits": {"Debit": NOTHING, "Credit": NOTHING, "Balance": NOTHING},
    "Staff turnover": {"Turnover rate": RATIO, "Average salary": RATIO, "Payroll": "employee_cost"},
    "Marketing report": {
        "Ad spend": "marketing", "Impressions": NOTHING, "Clicks": NOTHING, "Cost per click": RATIO,
        "Conversion rate": RATIO, "Revenue": "revenue", "ROAS": RATIO,
    },
}  # fmt: skip
