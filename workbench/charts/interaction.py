"""What the toolbar of a figure offers: one configuration for notebooks, boards and reports."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any

__all__ = ["figure_config", "use_config"]

GRAMMAR = "rfc3987_syntax"


def figure_config(*, responsive: bool = False) -> dict[str, Any]:
    """Give the configuration of a figure, as Plotly's script takes it.

    Plotly's own would offer a button that uploads the figure and its numbers to a server, and fetch the outlines of
    maps from one. Nothing leaves the page: there is no such button, and no address for it.

    Parameters
    ----------
    responsive
        Whether Plotly follows the window itself. JupyterLab and our boards resize their figures; a report does not.
    """
    return {
        "displaylogo": False,
        "responsive": responsive,
        "showSendToCloud": False,
        "plotlyServerURL": "",
        "topojsonURL": "",
        # One double click shows all of the axis again, also of a figure that was drawn zoomed.
        "doubleClick": "autosize",
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
        "toImageButtonOptions": {"format": "png", "scale": 2},
    }


def use_config() -> None:
    """Let figures that a notebook shows by themselves have this configuration too."""
    import plotly.io as pio

    with _without_grammar_of_addresses():
        renderers = pio.renderers
    for name in renderers:
        renderer = renderers[name]
        if hasattr(renderer, "config"):
            renderer.config = {**(renderer.config or {}), **figure_config(responsive=True)}


@contextlib.contextmanager
def _without_grammar_of_addresses() -> Iterator[None]:
    """Let jsonschema be imported without its check of international addresses, unless it is there already.

    Plotly asks nbformat for its version, which imports jsonschema, which compiles a grammar: over a second of CPU
    in each process that draws, for a check that nothing here asks for.
    """
    known = sys.modules.get(GRAMMAR)
    if known is None:
        sys.modules[GRAMMAR] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if known is None:
            del sys.modules[GRAMMAR]
