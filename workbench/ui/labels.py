"""Labels that belong to their control: read aloud with it, and clicked for it."""

from __future__ import annotations

from typing import Literal, TypeVar

import ipywidgets

__all__ = ["label_style", "labelled"]

Control = TypeVar("Control", bound=ipywidgets.DOMWidget)

_STYLE = """<style>
.workbench-label-above.jupyter-widgets { flex-direction: column; align-items: stretch; height: auto;
  overflow: visible; }
.workbench-label-above.jupyter-widgets > .widget-label { width: auto; max-width: none; height: auto;
  margin: 0 0 2px; text-align: left; justify-content: flex-start; white-space: normal; font-weight: 600;
  line-height: 1.4; }
.workbench-label-above > input, .workbench-label-above > select { flex: 0 0 auto !important; width: 100%; }
.workbench-label-above.widget-dropdown > select { height: var(--jp-widgets-inline-height, 28px); }
.workbench-label-unseen.jupyter-widgets > .widget-label { position: absolute; width: 1px; height: 1px; margin: 0;
  padding: 0; overflow: hidden; clip-path: inset(50%); }
</style>"""


def labelled(control: Control, text: str, *, where: Literal["above", "unseen"] = "above") -> Control:
    """Give a control its label.

    Parameters
    ----------
    control
        Anything with a ``description``; a page that has such labels shows :func:`label_style` once.
    text
        What it chooses.
    where
        Above the control, or ``"unseen"``: only read aloud, where the page shows in another way what it is.
    """
    control.description = text
    control.add_class(f"workbench-label-{where}")
    return control


def label_style() -> ipywidgets.HTML:
    """Make what a page needs to lay its labels out; it shows nothing."""
    return ipywidgets.HTML(_STYLE, layout={"display": "none"})
