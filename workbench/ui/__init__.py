"""Panels, forms and views: what of the workbench is shown in a notebook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.home.opening import open_project
from workbench.runs.engine.run import Run
from workbench.ui.panel.run_panel import RunPanel, panel_of

__all__ = ["RunPanel", "open_project", "panel_of", "present"]


def present(run: Run) -> Mapping[str, Any] | None:
    """Show a run as its panel where widgets can be shown, else leave it to others."""
    from IPython.core.getipython import get_ipython

    if getattr(get_ipython(), "kernel", None) is None:
        return None
    shown = panel_of(run)._repr_mimebundle_()
    bundle: Mapping[str, Any] | None = shown[0] if isinstance(shown, tuple) else shown
    return bundle
