"""The planning chain as a view by name."""

from workbench.ui.declared import PageView

__all__ = ["VIEW"]

VIEW = PageView(page="workbench.planning.view:PlanningSummary")
