"""Budget, forecast and prior year beside what happened, as measures: the plan, the difference and its share.

They are computed over the periods in which both are given: a year of budget is never set against a half year.
"""

from __future__ import annotations

from workbench.finance.model.ledger import Figure, Ledger
from workbench.finance.model.roles import Behaviour, Role, Variant, figure_name

__all__ = ["ACTUAL", "DIFFERENCE", "PLAN", "SHARE", "plan_name", "planned_figures"]

ACTUAL, PLAN, DIFFERENCE, SHARE = "actual", "plan", "difference", "share"


def planned_figures(ledger: Ledger) -> list[tuple[Figure, Figure]]:
    """Give each figure that happened with each plan of it; volumes, which are no money, are left out."""
    return [
        (ledger.figure(figure_name(plan.role)), plan)
        for plan in ledger.figures
        if plan.variant is not Variant.ACTUAL
        and plan.behaviour is not Behaviour.RATIO
        and plan.role is not Role.VOLUME
        and ledger.has(figure_name(plan.role))
    ]


def plan_name(plan: str, what: str) -> str:
    """Name a measure of a plan: ``revenue_budget.difference``."""
    return f"{plan}.{what}"
