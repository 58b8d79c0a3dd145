"""The base of our widgets: errors of callbacks are shown in a strip, and unknown keywords are refused."""

from __future__ import annotations

import html
import logging
from collections.abc import Callable, Sequence

import ipywidgets

from workbench.errors import WorkbenchError
from workbench.runs.model.read_only import is_viewer
from workbench.runs.model.signals import details_of
from workbench.runs.overview.public_texts import public_text

__all__ = ["ErrorStrip", "Pane", "button", "guarded", "sentence_of"]

_log = logging.getLogger(__name__)


def sentence_of(error: BaseException) -> str:
    """Say what went wrong: the sentence of an error of ours, the type and text of any other.

    A reader is told of an error of ours without paths and names, and of any other that there was one.
    """
    is_ours = isinstance(error, WorkbenchError)
    if is_viewer():
        return (
            public_text(str(error)) if is_ours else "Something went wrong here; it is in the publisher's log."
        )
    return str(error) if is_ours else f"{type(error).__name__}: {error}"


def guarded(step: Callable[[], object], show: Callable[[BaseException], None]) -> None:
    """Carry out a step of a callback; give an error to ``show``, and to the log when it is none of ours.

    Parameters
    ----------
    step
        What is done.
    show
        Shows the error to the user, who would otherwise see nothing happen.
    """
    try:
        step()
    except Exception as error:  # noqa: BLE001 - a callback that fails must be seen
        if not isinstance(error, WorkbenchError):
            _log.exception("A callback of a widget")
        show(error)


class ErrorStrip(ipywidgets.HTML):  # type: ignore[misc]
    """A line that is empty until something goes wrong."""

    def show(self, error: BaseException | str, *, size: str = "inherit") -> None:
        """Show an error, or the sentence that says what is wrong."""
        sentence = error if isinstance(error, str) else sentence_of(error)
        style = f"color:var(--jp-error-color1,#b3261e);font-size:{size};line-height:1.4"
        lines = () if isinstance(error, str) else details_of(error)
        lines = tuple(map(public_text, lines)) if is_viewer() else lines
        listed = "".join(f'<li style="line-height:1.4">{html.escape(line)}</li>' for line in lines)
        listed = f'<ul style="margin:2px 0 0;padding-left:18px">{listed}</ul>' if listed else ""
        self.value = (
            f'<div role="alert" style="{style}">{html.escape(sentence)}{listed}</div>' if sentence else ""
        )

    def clear(self) -> None:
        """Show nothing."""
        self.value = ""


class Pane(ipywidgets.VBox):  # type: ignore[misc]
    """A column of widgets with a strip for the errors of its callbacks.

    A subclass places ``strip`` among its children. It names its parameters: an unknown keyword is a TypeError that
    names it, instead of a trait that nobody reads.

    Parameters
    ----------
    children
        What is shown.
    """

    def __init__(self, children: Sequence[ipywidgets.Widget] = ()) -> None:
        self.strip = ErrorStrip()
        super().__init__(list(children))

    def __repr__(self) -> str:
        # The default would spell out every table and figure inside.
        return f"<{type(self).__name__}>"

    def guarded(self, step: Callable[[], object]) -> None:
        """Carry out a step of a callback; an error is shown in the strip, which is empty otherwise."""
        self.strip.clear()
        guarded(step, self.show_error)

    def show_error(self, error: BaseException) -> None:
        """Show an error in the strip."""
        self.strip.show(error)

    def button(self, title: str, action: Callable[[], object], tooltip: str = "") -> ipywidgets.Button:
        """Make a button whose errors are shown in the strip."""
        return button(title, lambda: self.guarded(action), tooltip)


def button(title: str, action: Callable[[], object], tooltip: str = "") -> ipywidgets.Button:
    """Make a button as wide as its title."""
    made = ipywidgets.Button(
        description=title, tooltip=tooltip, layout={"width": "auto", "align_self": "flex-start"}
    )
    made.on_click(lambda _: action())
    return made
