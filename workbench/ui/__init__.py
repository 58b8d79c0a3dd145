"""The toolkit of notebook pages: panels, forms, figures, tables and tabs; it knows no domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.deprecation import deprecated_names
from workbench.lazy import lazy_names

if TYPE_CHECKING:
    from workbench.ui.panel.run_panel import RunPanel, panel_of, present

__all__ = ["RunPanel", "panel_of", "present"]

_get, __dir__ = lazy_names(__name__, dict.fromkeys(__all__, "panel.run_panel"))
__getattr__ = deprecated_names(__name__, {"open_project": "workbench:open_project"}, "0.2", _get)
