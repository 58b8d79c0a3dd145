"""Capacity planning in a notebook: the solver's curve while it runs, and the plan as tabs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import pandas as pd

from workbench.capacity.results import charts, market_charts
from workbench.capacity.results import hourly_charts as charts_hourly
from workbench.capacity.results.chart_parts import currency_of, money_of
from workbench.capacity.results.saved import CapacityResult, units_of
from workbench.capacity.results.summary import assumptions, key_figures, whole_cost
from workbench.data.formatting import energy_factor, format_number, year_label
from workbench.data.projects.project import Project
from workbench.errors import ProjectError
from workbench.runs.engine.run import Run
from workbench.runs.model.states import EventKind
from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.controls import figure_of
from workbench.ui.figures.tables import TableArea, notes_table, table_of
from workbench.ui.headline import Tile
from workbench.ui.live.polling import poll
from workbench.ui.result_tabs import ResultTabs
from workbench.ui.tabs import choice, note, tab

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["CapacityResultView", "SolverCurve"]

CURVE_SECONDS = 1.0
MAX_POINTS = 1000
_CURVES = ("Objective", "Best bound", "Dual objective", "MIP gap")


class SolverCurve(FigureArea):
    """Objective, bound and gap of a run, drawn again every second while it is active.

    Parameters
    ----------
    run
        The run.
    """

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self._rows: list[tuple[float, str, float]] = []
        self._seq = 0
        self._currency = _currency_of(run)
        poll(self, self.look, CURVE_SECONDS)

    def look(self) -> bool:
        """Draw what is new; say whether more may come."""
        active = not self._run.state.is_final
        fresh = self._run.events(self._seq, kinds=[EventKind.METRIC])
        for event in fresh:
            facts, self._seq = event.data or {}, event.seq
            if facts["name"] in _CURVES:
                self._rows.append((event.time - self._run.record.created, facts["name"], facts["value"]))
        if fresh and len(self._rows) > 1:
            shown = self._rows[:: max(1, len(self._rows) // MAX_POINTS)]
            self.show(
                charts.solve_chart(pd.DataFrame(shown, columns=["time", "name", "value"]), self._currency)
            )
        return active


def _currency_of(run: Run) -> str:
    try:
        return Project.open(run.journal_path.parents[1]).currency
    except ProjectError:
        return ""


class CapacityResultView(ResultTabs):
    """A finished plan as tabs; each is drawn when it is first opened."""

    _result: CapacityResult

    def headline(self) -> Sequence[Tile]:
        """Give what is built, what it costs and what it emits in the last year."""
        result, style = self._result, self._project.style
        year = result.years[-1]
        when, (unit, factor) = year_label(year, style), money_of(result)
        capacity, costs, emissions, adequacy = (
            table[table.year == year]
            for table in map(result.table, ("capacity", "costs", "emissions", "adequacy"))
        )
        plants = capacity[capacity.unit == "MW"]
        total = costs.total.sum()
        load = adequacy.load.sum() * 1e3
        each = total / load if load else float("nan")
        unserved = float(adequacy.unserved_share.iloc[0]) if len(adequacy) else float("nan")

        def number(value: float, decimals: int = 0) -> str:
            return format_number(float(value), decimals=decimals, style=style)

        return (
            Tile(
                f"Capacity {when}", number(plants.capacity.sum()), "MW", f"{number(plants.new.sum())} MW new"
            ),
            Tile(f"Costs {when}", number(total / factor), f"{unit} a year"),
            Tile(f"For each MWh of load {when}", number(each), currency_of(result)),
            Tile(f"CO2 {when}", number(emissions.co2.sum(), 1), "Mt"),
            Tile(f"Unserved {when}", number(unserved, 3), "% of load"),
        )

    @tab("Capacity")
    def _capacity(self) -> ipywidgets.Widget:
        value = choice(
            "Show", {"All": "capacity", "Existing": "existing", "New": "new", "Retired": "retired"}
        )
        figure = figure_of(
            lambda: charts.capacity_chart(self._result, value.value, style=self._project.style), value
        )
        return ipywidgets.VBox(
            [
                value,
                figure,
                *self._summary(),
                *map(self._table, ("capacity", "retirements", "ranges", "all_hours", "assets")),
            ]
        )

    def _summary(self) -> list[ipywidgets.Widget]:
        style = self._project.style
        headers, rows = key_figures(self._result, style)
        figures = table_of(list(headers), rows, caption="Key figures", text_columns=(0,))
        assumed = [(text,) for text in assumptions(self._result)]
        return [
            figures,
            note(whole_cost(self._result, style)),
            table_of(["Assumed"], assumed, caption="Assumptions", text_columns=(0,)),
        ]

    @tab("Dispatch")
    def _dispatch(self) -> ipywidgets.Widget:
        result, year = self._result, self._year()
        what = choice("Curve of", {"Load": "load", "Residual load": "residual load", "Price": "price"})
        style = self._project.style
        parts = [
            year,
            self._yearly(charts_hourly.dispatch_chart, year),
            what,
            figure_of(
                lambda: charts_hourly.duration_chart(result, what.value, year.value, style=style), what, year
            ),
        ]
        if result.table("flows").shape[1] > len(("year", "time")):
            parts.append(self._yearly(charts_hourly.flow_chart, year))
        return ipywidgets.VBox(parts)

    @tab("Energy")
    def _energy(self) -> ipywidgets.Widget:
        year = self._year()
        return ipywidgets.VBox(
            [
                self._figure(charts.energy_chart),
                self._figure(charts.curtailment_chart),
                year,
                self._yearly(charts.capacity_factor_chart, year),
                self._table("energy"),
                self._table("curtailment"),
            ]
        )

    @tab("Storage")
    def _storage(self) -> ipywidgets.Widget:
        year = self._year()
        return ipywidgets.VBox(
            [
                year,
                self._yearly(charts_hourly.storage_chart, year),
            ]
        )

    @tab("Prices")
    def _prices(self) -> ipywidgets.Widget:
        year = self._year()
        return ipywidgets.VBox(
            [
                year,
                self._yearly(charts_hourly.price_chart, year),
                self._yearly(market_charts.market_value_chart, year),
                self._table("market_values"),
                self._table("constraints"),
            ]
        )

    @tab("Costs")
    def _costs(self) -> ipywidgets.Widget:
        return ipywidgets.VBox([self._figure(charts.cost_chart), self._table("costs")])

    @tab("Emissions")
    def _emissions(self) -> ipywidgets.Widget:
        return ipywidgets.VBox([self._figure(charts.emission_chart), self._table("emissions")])

    @tab("Adequacy")
    def _adequacy(self) -> ipywidgets.Widget:
        return ipywidgets.VBox([self._figure(charts.adequacy_chart), self._table("adequacy")])

    @tab("Network")
    def _network(self) -> ipywidgets.Widget:
        year = self._year()
        figure = self._yearly(market_charts.network_map, year)
        return ipywidgets.VBox([year, figure, self._table("transmission"), self._table("buses")])

    def beside(self, other: CapacityResult) -> tuple[ipywidgets.Widget, ...]:
        """Draw the difference of both by carrier."""
        name = choice("Difference in", ["capacity", "energy", "costs", "emissions", "curtailment"])
        return name, figure_of(lambda: charts.comparison_chart(other, self._result, name.value), name)

    @tab("Notes")
    def _notes(self) -> ipywidgets.Widget:
        result = self._result
        shown = {name: value for name, value in result.facts.items() if isinstance(value, (str, int, float))}
        caption = "What this plan was made from"
        facts = table_of(["Fact", ""], list(shown.items()), caption=caption, text_columns=(0, 1))
        remarks = notes_table(result.notes)
        return ipywidgets.VBox([facts, self._table("solves"), remarks])

    def _year(self) -> ipywidgets.Dropdown:
        return choice("Year", {year_label(year, self._project.style): year for year in self._result.years})

    def _figure(self, make: Callable[..., go.Figure]) -> FigureArea:
        return figure_of(lambda: make(self._result, style=self._project.style))

    def _yearly(self, make: Callable[..., go.Figure], year: ipywidgets.Dropdown) -> FigureArea:
        return figure_of(lambda: make(self._result, year.value, style=self._project.style), year)

    def _table(self, name: str) -> TableArea:
        """Show a table of the result in the project's energy unit."""
        table, unit, frame = TableArea(), self._project.energy_unit, self._result.table(name).copy()
        money, factor = money_of(self._result)
        units: dict[str, Any] = dict(units_of(name, frame))
        for column, word in units.items():
            if word == "GWh":
                frame[column] = frame[column] * energy_factor("GWh", unit)
                units[column] = unit
            elif word in ("currency", "currency a year"):
                # In the unit of the figures: the same amount is not written in two ways on one page.
                frame[column] = frame[column] / factor
                units[column] = str(word).replace("currency", money)
            elif str(word).startswith("currency"):
                units[column] = str(word).replace("currency", self._project.currency)
        for column in ("year", "build_year"):
            if column in frame and frame[column].notna().all():
                frame[column] = [year_label(int(year), self._project.style) for year in frame[column]]
        if frame.empty:
            table.value = note(f"{name.replace('_', ' ').capitalize()}: this plan has none.").value
        else:
            table.show_frame(frame, units=units, caption=name.replace("_", " ").capitalize())
        return table
