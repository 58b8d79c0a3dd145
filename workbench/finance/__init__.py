"""Company finances: from any export to trusted figures, forecasts and a board report.

::

    from workbench.finance import FinanceReport

    report = FinanceReport.open(project, "March")
    report.plot.forecasts(figure="revenue")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.lazy import lazy_names

if TYPE_CHECKING:
    from workbench.data.comparison.comparison import compare
    from workbench.finance.config import FinanceConfig
    from workbench.finance.jobs import make_finance_report
    from workbench.finance.model.what_if import Driver, DriverKind
    from workbench.finance.results.opened import FinanceReport
    from workbench.finance.results.saved import FinanceResult

__all__ = [
    "Driver",
    "DriverKind",
    "FinanceConfig",
    "FinanceReport",
    "FinanceResult",
    "compare",
    "make_finance_report",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Driver": "model.what_if",
        "DriverKind": "model.what_if",
        "FinanceConfig": "config",
        "FinanceReport": "results.opened",
        "FinanceResult": "results.saved",
        "compare": "workbench.data.comparison.comparison",
        "make_finance_report": "jobs",
    },
)
