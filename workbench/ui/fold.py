"""A part of a page that is folded away until it is wanted, opened with the mouse or the keyboard."""

from __future__ import annotations

from typing import Any

import ipywidgets
import traitlets

__all__ = ["Fold"]

_STYLE = """<style>
.workbench-fold.jupyter-button { width: 100%; height: auto; min-height: 32px; margin: 0; padding: 4px 8px;
  text-align: left; white-space: normal; font-weight: 600; color: var(--jp-ui-font-color1, #1f2933);
  background: var(--jp-layout-color2, #f2f4f6); }
.workbench-fold.jupyter-button:focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2);
  outline-offset: -2px; }
</style>"""


class Fold(ipywidgets.VBox):  # type: ignore[misc]
    """A header that opens and closes what is below it.

    The header of ipywidgets' accordion takes no focus; this one is a button.

    Parameters
    ----------
    title
        Text of the header.
    content
        What is folded.
    is_open
        Whether it is open at first.
    """

    is_open = traitlets.Bool(False)

    def __init__(
        self, title: str, content: ipywidgets.Widget, *, is_open: bool = False, **options: Any
    ) -> None:
        self.title, self.content = title, content
        self._header = ipywidgets.Button()
        self._header.add_class("workbench-fold")
        self._header.on_click(lambda _: self.set_trait("is_open", not self.is_open))
        self._area = ipywidgets.VBox([content])
        style = ipywidgets.HTML(_STYLE, layout={"display": "none"})
        super().__init__([self._header, self._area, style], is_open=is_open, **options)
        self.observe(lambda _: self._show(), "is_open")
        self._show()

    def __repr__(self) -> str:
        return f"<Fold: {self.title}, {'open' if self.is_open else 'closed'}>"

    def _show(self) -> None:
        # The triangle says in the button's own name whether it is open.
        self._header.description = f"{'▾' if self.is_open else '▸'} {self.title}"
        self._area.layout.display = "" if self.is_open else "none"
