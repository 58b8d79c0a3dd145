"""From the planning page to the cells of the inputs: sentences, the table of agreement, figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

from workbench.data.explanation.place import Shown
from workbench.data.projects.project import Project
from workbench.planning.chain import PlanningChain, load_chain
from workbench.planning.explained import ChainTracer
from workbench.planning.report import agreement_table, summary
from workbench.planning.view import PlanningSummary
from workbench.ui.figures.origins import OriginPanel


@pytest.fixture(scope="module")
def project(planned: Path) -> Project:
    return Project.open(planned)


@pytest.fixture(scope="module")
def chain(project: Project) -> PlanningChain:
    return load_chain(project)


@pytest.fixture(scope="module")
def tracer(chain: PlanningChain, project: Project) -> ChainTracer:
    return ChainTracer(chain, project.style)


def cells(chain: PlanningChain, project: Project, row: int) -> list[Shown]:
    headers, rows = agreement_table(chain, project.style)
    return [
        Shown(rows[row][at], headers[at], (rows[row][0],), "Do the steps agree?")
        for at in range(1, len(headers))
    ]


def test_every_cell_of_the_table_of_agreement_leads_to_the_step_that_it_is_of(
    chain: PlanningChain, project: Project, tracer: ChainTracer
) -> None:
    planned = next(at for at, item in enumerate(chain.agreements) if item.year == chain.plan.years[0])
    item = chain.agreements[planned]
    *steps, difference = (tracer.explain(shown) for shown in cells(chain, project, planned))
    expected = (
        item.requirement,
        item.profile_energy,
        item.plan_energy,
        item.forecast_peak,
        item.profile_peak,
        item.plan_peak,
    )
    for found, value in zip(steps, expected, strict=True):
        assert found.cell.value == pytest.approx(value)
        assert any("demand.xlsx" in place or "hourly_load.xlsx" in place for place in found.places)
        assert any(line.startswith("run ") for line in found.made)
    assert [part.value for part in difference.cell.parts] == pytest.approx(list(expected))


def test_a_year_that_is_not_planned_says_so(
    chain: PlanningChain, project: Project, tracer: ChainTracer
) -> None:
    last = len(chain.agreements) - 1
    assert chain.agreements[last].year not in chain.plan.years
    found = tracer.explain(cells(chain, project, last)[2])
    assert found.cell.rule == "the capacity plan does not have this year"
    assert found.cell.origin == "missing"


def test_every_sentence_leads_to_the_cells_that_it_is_made_of(
    chain: PlanningChain, project: Project, tracer: ChainTracer
) -> None:
    said = summary(chain, project.style)
    for sentence in said:
        found = tracer.explain(Shown(sentence, "In short", (), ""))
        assert found.cell.parts, sentence
        assert found.places, sentence
    first = tracer.explain(Shown(said[0], "In short", (), ""))
    needed = chain.demand.table("requirement")
    ends = [needed.requirement.iloc[0], needed.requirement.iloc[-1]]
    assert [part.value for part in first.cell.parts][:2] == pytest.approx(ends)


def test_what_a_plan_costs_is_the_sum_of_the_cells_that_are_named(
    chain: PlanningChain, project: Project, tracer: ChainTracer
) -> None:
    sentence = next(text for text in summary(chain, project.style) if " it costs " in text)
    parts = tracer.explain(Shown(sentence, "In short", (), "")).cell.parts
    costs = chain.plan.table("costs")
    total = costs[costs.year == chain.plan.years[0]].total.sum()
    assert sum(
        float(str(part.value)) for part in parts if part.quantity.startswith("Total")
    ) == pytest.approx(total)


def widgets(widget: ipywidgets.Widget) -> Iterator[ipywidgets.Widget]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from widgets(child)


def test_the_page_answers_its_tables_and_each_of_its_figures(project: Project) -> None:
    page = PlanningSummary(project)
    panels = [widget for widget in widgets(page) if isinstance(widget, OriginPanel)]
    assert len(panels) == 4
    for panel in panels:
        sent: list[dict[str, Any]] = []
        panel.send = lambda content, buffers=None, sent=sent: sent.append(content)
        # Of the tables that of agreement, of a figure its first point.
        area = len(panel._areas) - 1
        panel.receive({"kind": "ask", "ask": 1, "area": area, "first": 0, "second": int(area > 0)})
        assert "problem" not in sent[0]
        assert any(name in sent[0]["text"] for name in ("demand.xlsx", "plants.xlsx", "hourly_load.xlsx"))


def test_a_reader_sees_no_folder(chain: PlanningChain, project: Project, tracer: ChainTracer) -> None:
    for shown in cells(chain, project, 0):
        assert str(project.folder) not in str(tracer.explain(shown).without_folders())
