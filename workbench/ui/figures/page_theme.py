"""The theme of the page, so that figures in a dark JupyterLab are dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakMethod

import anywidget
import traitlets

if TYPE_CHECKING:
    from workbench.charts.template import Theme

__all__ = ["LOOK", "PRINT", "PageTheme", "page_theme"]

LOOK = Path(__file__).parents[1].joinpath("look.css").read_text(encoding="utf-8")
"""What views look like, wherever they are shown."""
PRINT = Path(__file__).with_name("print.js").read_text(encoding="utf-8")
"""The script by which a view lets JupyterLab print it."""


class PageTheme(anywidget.AnyWidget):
    """Shows nothing; each of its views tells whether the page around it is dark.

    One serves all figures of a kernel. Whatever a browser sends, the theme is light or dark.
    """

    _esm = PRINT + "".join(
        Path(__file__).with_name(name).read_text(encoding="utf-8")
        for name in ("figure_keys.js", "page_theme.js")
    )

    is_shared = True
    """One serves all views of a kernel."""

    dark = traitlets.Bool(False).tag(sync=True)

    def __init__(self) -> None:
        self._listeners: list[WeakMethod[Callable[[], None]]] = []
        super().__init__(layout={"display": "none"})
        self.observe(lambda _: self._tell(), "dark")

    def __repr__(self) -> str:
        return f"<PageTheme: {self.theme}>"

    @property
    def theme(self) -> Theme:
        """What figures should look like now."""
        return "dark" if self.dark else "light"

    def follow(self, redraw: Callable[[], None]) -> None:
        """Call a method of a figure whenever the theme changes, as long as the figure is in use."""
        self._listeners.append(WeakMethod(redraw))

    def _tell(self) -> None:
        self._listeners = [listener for listener in self._listeners if listener() is not None]
        for listener in self._listeners:
            redraw = listener()
            if redraw is not None:
                redraw()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take the theme from a browser, and nothing else."""
        dark = sync_data.get("dark")
        if isinstance(dark, bool):
            super().set_state({"dark": dark})


_of_this_kernel: list[PageTheme] = []


def page_theme() -> PageTheme:
    """Give the one of this kernel; another where someone has closed all widgets."""
    if not _of_this_kernel or None in (_of_this_kernel[0].comm, _of_this_kernel[0].layout.comm):
        _of_this_kernel[:] = [PageTheme()]
    return _of_this_kernel[0]
