"""Tabs whose content is made when they are first opened, and small pieces of views."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import ipywidgets

from workbench.ui.base import sentence_of

__all__ = ["LazyTabs", "choice", "note", "tab", "tabs_of"]

Draw = TypeVar("Draw", bound=Callable[..., Any])


# Titles are never cut off: on a narrow page they go on in a second line.
_STYLE = """<style>
.workbench-tabs { --jp-widgets-horizontal-tab-width: auto; }
.workbench-tabs > .lm-TabBar .lm-TabBar-content { flex-wrap: wrap; }
.workbench-tabs.jupyter-widgets > .lm-TabBar .lm-TabBar-tab { flex-shrink: 0; min-width: 0;
  color: var(--jp-ui-font-color1, #1f2933); }
.workbench-tabs > .lm-TabBar .lm-TabBar-tab:focus-visible { outline: 2px solid var(--jp-brand-color1, #1976d2);
  outline-offset: -2px; }
</style>"""


class LazyTabs(ipywidgets.Tab):  # type: ignore[misc]
    """Tabs that cost nothing before they are opened.

    Parameters
    ----------
    makers
        What makes the content of each tab, by its title.
    always
        Widgets that belong to all tabs and show nothing by themselves.
    """

    def __init__(
        self,
        makers: Mapping[str, Callable[[], ipywidgets.Widget]],
        always: Sequence[ipywidgets.Widget] = (),
    ) -> None:
        self._makers = list(makers.values())
        self._opened: set[int] = set()
        self._always = tuple(always)
        super().__init__(children=[ipywidgets.VBox() for _ in makers], titles=tuple(makers), selected_index=0)
        self.add_class("workbench-tabs")
        self.observe(lambda _: self._open(), "selected_index")
        self._open()

    def __repr__(self) -> str:
        # The default would spell out every table and figure inside.
        return f"<{type(self).__name__}: {', '.join(self.titles)}>"

    def _open(self) -> None:
        index = self.selected_index
        if index is None or index in self._opened or not 0 <= index < len(self._makers):
            return
        self._opened.add(index)
        try:
            content = self._made(index)
        except Exception as error:
            # A tab that cannot be drawn says so and leaves the others alone; opening it again tries again.
            self._opened.discard(index)
            content = note(f"This cannot be shown: {sentence_of(error)}")
            self.children[index].children = (content,)
            raise
        more = (ipywidgets.HTML(_STYLE, layout={"display": "none"}), *self._always) if index == 0 else ()
        self.children[index].children = (content, *more)

    def _made(self, index: int) -> ipywidgets.Widget:
        return self._makers[index]()


def tab(title: str) -> Callable[[Draw], Draw]:
    """Make a method draw a tab of its widget; the tabs are in the order of the methods, those of a base last."""

    def mark(method: Draw) -> Draw:
        method.tab_title = title  # type: ignore[attr-defined]
        return method

    return mark


def tabs_of(widget: ipywidgets.Widget) -> dict[str, Callable[[], Any]]:
    """Give the methods of a widget that draw tabs, by title."""
    methods = (item for kind in type(widget).__mro__ for item in vars(kind).items())
    return {
        method.tab_title: getattr(widget, name) for name, method in methods if hasattr(method, "tab_title")
    }


def choice(label: str, options: Mapping[str, Any] | Sequence[Any]) -> ipywidgets.Dropdown:
    """Make a dropdown whose label is not cut off."""
    pairs = list(options.items()) if isinstance(options, Mapping) else list(options)
    return ipywidgets.Dropdown(
        description=label,
        options=pairs,
        style={"description_width": "initial"},
        layout={"width": "auto", "min_width": "220px", "max_width": "360px"},
    )


def note(text: str) -> ipywidgets.HTML:
    """Make a line of quiet text."""
    words = html.escape(text)
    return ipywidgets.HTML(f'<span style="color: var(--jp-ui-font-color2, #52606d)">{words}</span>')
