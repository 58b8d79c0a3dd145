"""Figures of answers, as functions that draw them; charts, and Plotly with them, are loaded by the first one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.lazy import located
from workbench.market.model.answer import Answer

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["grouped_figure", "series_figure"]


def series_figure(name: str, *given: object, **options: object) -> Callable[..., go.Figure]:
    """Draw an answer over time with a function of :mod:`workbench.market.results.charts`."""
    return _drawn("workbench.market.results.charts", name, given, options)


def grouped_figure(name: str, *given: object, **options: object) -> Callable[..., go.Figure]:
    """Draw an answer by group with a function of :mod:`workbench.market.results.charts_by_group`."""
    return _drawn("workbench.market.results.charts_by_group", name, given, options)


def _drawn(
    module: str, name: str, given: tuple[object, ...], options: dict[str, object]
) -> Callable[..., go.Figure]:
    def draw(answer: Answer, **theme: Any) -> go.Figure:
        figure: go.Figure = located(f"{module}:{name}")(answer, *given, **options, **theme)
        return figure

    return draw
