"""Panels of market data that several boards show."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.charts.line_labels import label_lines
from workbench.charts.spikes import split_spikes
from workbench.market.model.answer import Answer
from workbench.market.model.period import Period
from workbench.market.queries import (
    coverage,
    fuel_totals,
    gaps,
    generation,
    net_imports_by_region,
    prices,
)
from workbench.market.results import charts, charts_by_group
from workbench.market.views.board import AnswerBoard, Panel
from workbench.market.views.mix_legend import HEADERS, mix_rows
from workbench.ui.figures.legend import LegendTable

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from workbench.charts import Theme

__all__ = ["MarketBoard", "Tabs", "net_imports"]

Tabs = Mapping[str, Callable[[], Sequence[Panel]]]


DAY = np.timedelta64(1, "D")
YEAR = 364 * DAY
"""By which comparable periods lie apart, so that weekdays agree."""


class MarketBoard(AnswerBoard):
    """A board with the panels that several boards show."""

    def price_unit(self) -> str:
        """Give the unit of prices."""
        return self.data.description.price_unit

    @property
    def has_year_before(self) -> bool:
        """Whether the data reach back to the same weekday a year before the newest."""
        return bool(self.data.first <= self.data.last - YEAR - DAY)

    def mix(self) -> Panel:
        """Generation by fuel over time."""
        return Panel(
            lambda period: generation(
                self.data, period, region=self.chosen_region, resolution=self.chosen_resolution
            ),
            lambda answer, theme: charts.mix_chart(answer, self.clock, theme=theme),
            zooms=True,
            legend=self._mix_legend,
        )

    def _mix_legend(
        self, table: LegendTable, figure: go.Figure, answer: Answer, period: Period | None, hidden: set[str]
    ) -> None:
        if period is None or not figure.data:
            table.show("", (), (), "")
            return
        totals = fuel_totals(self.data, period, region=self.chosen_region)
        units = ("GWh", "%", self.price_unit())
        headers = ["Fuel", *(f"{name} [{unit}]" for name, unit in zip(HEADERS, units, strict=True))]
        rows = mix_rows(figure, answer, totals, self.screen.style, hidden)
        table.show(f"{figure.layout.title.text.partition('<')[0]}, {period}", headers, rows, "MW")
        figure.update_layout(showlegend=False, margin_b=50, height=figure.layout.height - 60)

    def price_lines(self) -> Panel:
        """Prices over time: of one region, or of all."""

        def draw(answer: Answer, theme: Theme) -> go.Figure:
            title = f"Price [{self.price_unit()}]"
            return label_lines(split_spikes(charts.lines_chart(answer, self.clock, title, theme=theme)))

        return Panel(
            lambda period: prices(self.data, period, resolution=self.chosen_resolution), draw, zooms=True
        )

    def data_tab(self) -> Sequence[Panel]:
        """What data there is, and what is missing."""
        return (
            Panel(lambda period: coverage(self.data, period)),
            Panel(lambda period: gaps(self.data, period)),
        )

    def bars(self, ask: Callable[[Period], Answer], value: str, *, by_fuel: bool = False) -> Panel:
        """Make a panel of bars."""
        return Panel(
            ask,
            lambda answer, theme: charts_by_group.bars_chart(answer, value, by_fuel=by_fuel, theme=theme),
        )


def net_imports(board: MarketBoard) -> Panel:
    """Make the panel of net imports of every region over time."""

    def draw(answer: Answer, theme: Theme) -> go.Figure:
        return charts.lines_chart(answer, board.clock, "Mean net import [MW]", theme=theme)

    return Panel(
        lambda period: net_imports_by_region(board.data, period, resolution=board.chosen_resolution),
        draw,
        zooms=True,
    )
