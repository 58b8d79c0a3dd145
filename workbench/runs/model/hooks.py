"""What a layer calls of one above it, which it must not import; filled in by the packages that see both.

:mod:`workbench.runs` sets the report's page and the cluster, :mod:`workbench` adds the panel. Each function imports
what it needs when it is called, so that nothing heavy loads before.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in the package above

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

__all__ = ["dispatch_to_cluster", "page_of_report", "presenters"]

presenters: list[Callable[[Any], Mapping[str, Any] | None]] = []
"""How a run shows itself in a notebook, given the run; the last one that gives something wins."""

page_of_report: Callable[[Any], str]
"""Writes a :class:`.RunReport` as an HTML page."""

dispatch_to_cluster: Callable[[Any, Any], Any]
"""Makes the :class:`.Dispatch` of a :class:`.MapWork` to a cluster."""
