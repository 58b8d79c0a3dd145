"""Finance reports in notebooks."""

from workbench.ui.declared import JobView

__all__ = ["VIEW"]

VIEW = JobView(
    job="finance",
    title="Report",
    result="workbench.finance.views.report_view:FinanceReportView",
    load="workbench.finance.results.saved:load",
    above="workbench.finance.views.mapping_form:review_above",
    empty="There are no finance reports yet: make one in finance/10-report.ipynb.",
)
