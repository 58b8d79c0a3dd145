"""What a column of a finance file can mean, and how its figures add up."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """Meaning of a column."""

    DATE = "date"
    REVENUE = "revenue"
    EXPENSES = "expenses"
    COST_OF_SALES = "cost_of_sales"
    PROFIT = "profit"
    CASH_FLOW = "cash_flow"
    CASH = "cash"
    ASSETS = "assets"
    CURRENT_ASSETS = "current_assets"
    LIABILITIES = "liabilities"
    CURRENT_LIABILITIES = "current_liabilities"
    EQUITY = "equity"
    RECEIVABLES = "receivables"
    PAYABLES = "payables"
    INVENTORY = "inventory"
    MARKETING = "marketing"
    EMPLOYEE_COST = "employee_cost"
    CAPEX = "capex"
    COLLECTIONS = "collections"
    PURCHASES = "purchases"
    PAYMENTS = "payments"
    VOLUME = "volume"
    REGION = "region"
    DEPARTMENT = "department"
    PRODUCT = "product"
    CUSTOMER = "customer"
    CURRENCY = "currency"
    SCENARIO = "scenario"
    RATIO = "ratio"


class Variant(StrEnum):
    """What kind of figure it is; a plan must never be added to what happened."""

    ACTUAL = "actual"
    BUDGET = "budget"
    FORECAST = "forecast"
    PRIOR_YEAR = "prior_year"


class Behaviour(StrEnum):
    """How a figure goes from short periods to long ones."""

    FLOW = "flow"
    """Happens in a period: months are added to a year."""
    STOCK = "stock"
    """A balance at the end of a period: a year has its last month's."""
    RATIO = "ratio"
    """Of two others: never added, computed again from them."""


STOCKS = frozenset(
    {
        Role.CASH,
        Role.ASSETS,
        Role.CURRENT_ASSETS,
        Role.LIABILITIES,
        Role.CURRENT_LIABILITIES,
        Role.EQUITY,
        Role.RECEIVABLES,
        Role.PAYABLES,
        Role.INVENTORY,
    }
)
DIMENSIONS = (Role.REGION, Role.DEPARTMENT, Role.PRODUCT, Role.CUSTOMER)
LABELS = frozenset({Role.DATE, *DIMENSIONS, Role.CURRENCY, Role.SCENARIO})
COSTS = frozenset(
    {
        Role.EXPENSES,
        Role.COST_OF_SALES,
        Role.MARKETING,
        Role.EMPLOYEE_COST,
        Role.CAPEX,
        Role.PURCHASES,
        Role.PAYMENTS,
        Role.LIABILITIES,
        Role.CURRENT_LIABILITIES,
        Role.PAYABLES,
    }
)
FIGURES = tuple(role for role in Role if role not in LABELS and role is not Role.RATIO)

TITLES: dict[Role, str] = {role: str(role).replace("_", " ").capitalize() for role in Role} | {
    Role.EXPENSES: "Operating expenses",
    Role.PROFIT: "Net profit",
    Role.CASH_FLOW: "Operating cash flow",
    Role.ASSETS: "Total assets",
    Role.LIABILITIES: "Total liabilities",
    Role.RECEIVABLES: "Accounts receivable",
    Role.PAYABLES: "Accounts payable",
    Role.MARKETING: "Marketing expense",
    Role.CAPEX: "Capital expenditure",
}


def behaviour_of(role: Role) -> Behaviour:
    """Say how the figures of a role add up over time."""
    if role is Role.RATIO:
        return Behaviour.RATIO
    return Behaviour.STOCK if role in STOCKS else Behaviour.FLOW


def figure_name(role: Role, variant: Variant = Variant.ACTUAL) -> str:
    """Name a figure: ``revenue``, or ``revenue_budget`` for what was planned."""
    return str(role) if variant is Variant.ACTUAL else f"{role}_{variant}"
