"""A view that the same cell makes again takes the place of the one before, which is closed with all its widgets.

JupyterLab takes the output of a cell away when the cell is run again; the widgets would live on in kernel and page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import ipywidgets

from workbench.runs.model.read_only import is_viewer
from workbench.ui.restored_views import watch_restored_views

__all__ = ["Execution", "close_tree", "current_execution", "instead_of_earlier"]

Page = TypeVar("Page", bound=ipywidgets.Widget)


class Execution(NamedTuple):
    """One run of a cell."""

    cell: str
    message: str


_made: dict[str, tuple[str, list[ipywidgets.Widget]]] = {}
"""Cell -> its newest execution, and the views that this has made."""


def instead_of_earlier(page: Page, execution: Execution | None = None) -> Page:
    """Note a view of the running cell, and close those of the cell's execution before.

    Parameters
    ----------
    page
        The view.
    execution
        The execution that has made it; that of the kernel when left out. Outside of a cell nothing is closed.
    """
    execution = execution or current_execution()
    if execution is not None:
        if not is_viewer():
            watch_restored_views()
        message, pages = _made.get(execution.cell, ("", []))
        if message != execution.message:
            for earlier in pages:
                close_tree(earlier)
            pages = []
        _made[execution.cell] = execution.message, [*pages, page]
    return page


def current_execution() -> Execution | None:
    """Give the execution that the kernel is busy with; None where the front end does not say which cell it is."""
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if getattr(shell, "kernel", None) is None:
        return None
    parent = shell.get_parent()
    cell = parent.get("metadata", {}).get("cellId")
    message = parent.get("header", {}).get("msg_id")
    return Execution(str(cell), str(message)) if cell and message else None


def close_tree(page: ipywidgets.Widget) -> None:
    """Close a widget with all widgets that it holds; what a kernel has once for all views stays."""
    # What follows a project may have drawn something new before it was closed.
    while still_open := [part for part in _tree(page) if part.comm is not None]:
        for part in still_open:
            part.close()


def _tree(page: ipywidgets.Widget) -> list[ipywidgets.Widget]:
    found = [page]
    seen = {id(page)}
    for widget in found:
        for part in _widgets_in(vars(widget).values()):
            if id(part) not in seen and not getattr(part, "is_shared", False):
                seen.add(id(part))
                found.append(part)
    return found


def _widgets_in(values: Iterable[Any]) -> Iterator[ipywidgets.Widget]:
    for value in values:
        if isinstance(value, ipywidgets.Widget):
            yield value
        elif isinstance(value, dict):
            yield from _widgets_in(value.values())
        elif isinstance(value, (list, tuple, set)):
            yield from _widgets_in(value)
