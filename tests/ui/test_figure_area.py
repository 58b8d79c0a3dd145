from __future__ import annotations

import threading
from collections.abc import Iterator

import ipywidgets
import plotly.graph_objects as go
import pytest

from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.page_theme import page_theme


def shown_in(widget: ipywidgets.Widget) -> Iterator[str]:
    """Give the ids of a widget and of all that it holds."""
    yield widget.model_id
    for name in widget.keys:
        values = getattr(widget, name)
        for value in values if isinstance(values, (list, tuple)) else [values]:
            if isinstance(value, ipywidgets.Widget):
                yield from shown_in(value)


def test_a_figure_holds_no_widget_that_a_published_page_has_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page knows what was shown when it was opened, and what is made after; anything else it cannot draw."""
    made: dict[str, ipywidgets.Widget] = {}
    opened, this_thread = ipywidgets.Widget.open, threading.get_ident()

    def remember(widget: ipywidgets.Widget) -> None:
        opened(widget)
        if threading.get_ident() == this_thread:
            made[widget.model_id] = widget

    monkeypatch.setattr(ipywidgets.Widget, "open", remember)
    area = FigureArea()
    area.show(go.Figure(go.Bar(x=[2025, 2026], y=[1.5, 2.5])))
    assert made
    assert [made[name] for name in set(made) - set(shown_in(area))] == []


def test_figures_are_drawn_after_all_widgets_of_the_kernel_were_closed() -> None:
    FigureArea()
    page_theme().layout.close()
    page_theme().close()
    area = FigureArea()
    assert len(list(shown_in(area))) > 3


def test_the_table_of_a_figure_comes_and_goes_with_its_button() -> None:
    area = FigureArea()
    area.show(go.Figure(go.Bar(x=[2025, 2026], y=[1.5, 2.5]), layout={"title": {"text": "Peak"}}))
    (button,) = (child for child in area.children if isinstance(child, ipywidgets.ToggleButton))
    button.value = True
    (table,) = (child for child in area.children if isinstance(child, ipywidgets.HTML))
    assert "<caption>Peak</caption>" in table.value
    button.value = False
    assert table not in area.children
    button.value = True
    assert table in area.children
