"""The whole planning chain in a notebook: its results, and whether its steps agree."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import ipywidgets

from workbench.capacity.results.chart_parts import money_of
from workbench.capacity.results.charts import capacity_chart
from workbench.data.explanation.shown import explain_shown
from workbench.data.formatting import Style, energy_factor, format_number, year_label
from workbench.data.projects.project import Project
from workbench.demand.results.charts import requirement_chart
from workbench.load_profiles.results.charts import energy_and_peak_chart
from workbench.planning.boxes import ChainBoxes
from workbench.planning.chain import PlanningChain, load_chain
from workbench.planning.explained import ChainTracer
from workbench.planning.report import agreement_table, summary
from workbench.runs.model.read_only import is_viewer
from workbench.ui.declared import NO_RESULT
from workbench.ui.figures.controls import figure_of
from workbench.ui.figures.origins import OriginPanel, explaining
from workbench.ui.figures.tables import table_of
from workbench.ui.headline import Tile
from workbench.ui.live.saved_results import SavedResults
from workbench.ui.notes import with_notes

__all__ = ["PlanResults", "PlanningSummary"]


class PlanningSummary(ipywidgets.VBox):  # type: ignore[misc]
    """Where the chain of a project is, and its plans, each together with the profile and the forecast under it.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__([ChainBoxes(project), PlanResults(project)])

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class PlanResults(SavedResults):
    """Choose a capacity plan and read it together with the profile and the forecast under it.

    Parameters
    ----------
    project
        The project.
    """

    def __init__(self, project: Project) -> None:
        super().__init__(
            "Plan",
            lambda name: _summary_of(load_chain(project, name), project),
            NO_RESULT
            if is_viewer()
            else "There is no capacity plan yet: run `workbench demo --project FOLDER`, or the notebooks "
            "demand/10, load-profiles/10 and capacity/10.",
        )
        self.follow(project, "capacity", made_from=("demand", "load_profiles"))


def _summary_of(chain: PlanningChain, project: Project) -> ipywidgets.Widget:
    style = project.style
    tracer = ChainTracer(chain, style)
    of_chain = OriginPanel(tracer.explain)
    with explaining(of_chain):
        short = table_of(["In short"], [[sentence] for sentence in summary(chain, style)], has_numbers=True)
        headers, rows = agreement_table(chain, style)
        table = table_of(headers, rows, caption="Do the steps agree?")
    figures: list[ipywidgets.Widget] = []
    # Each figure is of one step: what it shows is looked for there, and nowhere else.
    for step, draw in (
        (tracer.demand, lambda: requirement_chart(chain.demand, style=style)),
        (tracer.profile, lambda: energy_and_peak_chart(chain.profile, style=style)),
        (tracer.plan, lambda: capacity_chart(chain.plan, style=style)),
    ):
        panel = OriginPanel(functools.partial(explain_shown, step))
        with explaining(panel):
            figures += [figure_of(draw), panel]
    page = _Page(_tiles(chain, style), [short, table, of_chain, *figures])
    return with_notes(chain, page, marked=project.made_up)


class _Page(ipywidgets.VBox):  # type: ignore[misc]
    """What is below the main numbers, with these."""

    def __init__(self, tiles: Sequence[Tile], parts: Sequence[ipywidgets.Widget]) -> None:
        self._tiles = tuple(tiles)
        super().__init__(list(parts))

    def headline(self) -> Sequence[Tile]:
        """Give the main numbers."""
        return self._tiles


def _tiles(chain: PlanningChain, style: Style) -> tuple[Tile, ...]:
    """Give what is needed, what is there, and what it costs and emits, in the last year of the plan."""
    year = chain.plan.years[-1]
    when = year_label(year, style)
    agreement = next((one for one in chain.agreements if one.year == year), None)
    energy = agreement.requirement if agreement else float("nan")
    peak = agreement.profile_peak if agreement else float("nan")
    unit, factor = money_of(chain.plan)
    capacity, costs, emissions, adequacy = (
        table[table.year == year]
        for table in map(chain.plan.table, ("capacity", "costs", "emissions", "adequacy"))
    )
    plants = capacity[capacity.unit == "MW"]
    unserved = float(adequacy.unserved_share.iloc[0]) if len(adequacy) else float("nan")

    def number(value: float, decimals: int = 0) -> str:
        return format_number(float(value), decimals=decimals, style=style)

    return (
        Tile(
            f"Requirement {when}", number(energy * energy_factor("GWh", style.energy_unit)), style.energy_unit
        ),
        Tile(f"Peak {when}", number(peak), "MW"),
        Tile(f"Capacity {when}", number(plants.capacity.sum()), "MW", f"{number(plants.new.sum())} MW new"),
        Tile(f"Costs {when}", number(costs.total.sum() / factor), f"{unit} a year"),
        Tile(f"CO2 {when}", number(emissions.co2.sum(), 1), "Mt", f"{number(unserved, 3)} % unserved"),
    )
