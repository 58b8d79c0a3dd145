"""Finance reports in a notebook: choose or upload a file, review what its columns mean, run, read, export."""

from __future__ import annotations

from dataclasses import replace

import ipywidgets

from workbench.data.projects.project import Project
from workbench.data.results.scenario import finished_scenarios
from workbench.errors import SettingError
from workbench.finance.config import FinanceConfig
from workbench.finance.jobs import make_finance_report
from workbench.finance.results.saved import DOMAIN, load
from workbench.finance.views.report_view import FinanceReportView
from workbench.runs.model.read_only import is_viewer
from workbench.ui.forms.saved_results import SavedResults
from workbench.ui.run_view import RunView

__all__ = ["FinanceView", "SavedReports"]


class FinanceView(ipywidgets.VBox):  # type: ignore[misc]
    """Choose a file, review its columns, make its report, read it.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        self.runs = RunView(
            make_finance_report, project, result_view=lambda result: FinanceReportView(result, project)
        )
        if is_viewer():
            super().__init__([SavedReports(project)])
            return
        # Reading files brings Polars, whose threads the kernels of readers must not have.
        from workbench.finance.views.mapping_form import MappingReview

        self.review = MappingReview(project, self._use)
        super().__init__([self.review, self.runs])

    def __repr__(self) -> str:
        return "<FinanceView>"

    def _use(self, file: str) -> None:
        """Put the confirmed file into the form; the other settings stay as they are."""
        form = self.runs.form
        try:
            config = form.config
        except SettingError:
            # A field of the form is wrong and says so; the file is set beside the defaults.
            config = FinanceConfig()
        form.show(replace(config, file=file))


class SavedReports(SavedResults):
    """Choose among the saved reports of a project and read them.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(
            "Report",
            finished_scenarios(project, DOMAIN),
            lambda name: FinanceReportView(load(project, name), project),
            "There are no finance reports yet: make one in 70-finance-report.ipynb.",
        )
