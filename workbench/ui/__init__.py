"""The toolkit of notebook pages: panels, forms, figures, tables and tabs; it knows no domain."""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.ui.panel.run_panel import RunPanel, panel_of, present

__all__ = ["RunPanel", "panel_of", "present"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(importlib.import_module("workbench.ui.panel.run_panel"), name)
    if name == "open_project":
        warnings.warn(
            "workbench.ui.open_project is deprecated; use workbench.open_project.",
            DeprecationWarning,
            stacklevel=2,
        )
        return importlib.import_module("workbench").open_project
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
