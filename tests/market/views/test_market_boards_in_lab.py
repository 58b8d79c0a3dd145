"""A board in a real JupyterLab: drawn, zoomed, downloaded, refreshed, narrow and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab import Lab, Notebook

from workbench.data.made_up import MADE_UP_NOTE
from workbench.data.projects.project import Project
from workbench.market.sample.description import MADE_UP_MARKET
from workbench.market.sample.market import SampleMarket, make_sample_dataset
from workbench.market.store.dataset import market_folder
from workbench.market.store.publication import writing

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELL = """
from workbench.data.projects.project import Project
from workbench.market.views.view import MarketView

view = MarketView(Project.open({project!r}), {board!r}, period="7 days")
view
"""


@pytest.fixture
def project(lab: Lab, tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "project", "Market")
    make_sample_dataset(market_folder(made), days=3, units=20, holes=False)
    return made


@pytest.fixture
def open_board(open_notebook: Callable[..., Notebook], project: Project) -> Callable[..., Notebook]:
    def make(board: str, **options: Any) -> Notebook:
        notebook = open_notebook(CELL.format(board=board, project=str(project.folder)), **options)
        notebook.page.wait_for_selector(".wb-board .js-plotly-plot .main-svg", timeout=60_000)
        return notebook

    return make


def points(page: Any) -> int:
    """Length of the first trace of the first figure."""
    return int(page.evaluate("() => document.querySelector('.js-plotly-plot')._fullData[0]._length"))


def test_a_zoom_brings_full_detail_and_a_double_click_the_whole_again(open_board):
    notebook = open_board("generation")
    page = notebook.page
    title = page.locator(".wb-board .gtitle").first
    whole = points(page)
    area = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    middle = area["y"] + area["height"] / 2
    page.mouse.move(area["x"] + area["width"] * 0.40, middle)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.55, middle, steps=8)
    page.mouse.up()
    back = page.get_by_role("button", name="Whole period")
    back.wait_for(state="visible", timeout=20_000)
    notebook.wait_for(lambda: "2025-07-02" in title.text_content(), what="the zoomed title")
    assert notebook.kernel("print(len(view.children[0]._views[0][0].answer))").strip() not in (
        "",
        str(whole - 1),
    )
    minutes = notebook.kernel(
        "a = view.children[0]._views[0][0].answer; print((a['End'] - a['Begin'])[1].astype(int))"
    )
    assert minutes.strip() == "5"
    back.click()
    notebook.wait_for(lambda: points(page) == whole, what="the whole period again")


def test_a_download_has_every_row_that_is_shown(open_board, tmp_path):
    notebook = open_board("prices")
    with notebook.page.expect_download(timeout=20_000) as waiting:
        notebook.page.get_by_role("button", name="CSV").first.click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    headings = [line for line in lines if line.startswith("#")]
    rows = lines[len(headings) :]
    assert any(MADE_UP_NOTE in heading for heading in headings)
    assert rows[0] == "Begin,End," + ",".join(
        f"{r} [AUD/MWh]" for r in ("Centre", "North", "South", "West", "Island")
    )
    assert len(rows) == 3 * 48 + 1


def test_what_is_published_meanwhile_appears_without_a_reload(open_board, project):
    notebook = open_board("today")
    board = notebook.page.locator(".wb-board")
    assert "Data to 2025-07-04 00:00" in board.inner_text()
    with writing(market_folder(project)) as writer:
        market = SampleMarket.make(20, description=MADE_UP_MARKET)
        writer.publish(market.frames("2025-07-04T00:00", "2025-07-04T00:30"), register=market.units)
    notebook.wait_for(lambda: "Data to 2025-07-04 00:30" in board.inner_text(), 25, "the new data")
    notebook.wait_for(lambda: "2025-07-01 00:00 to 2025-07-04 00:30" in board.inner_text(), 10, "its period")


def test_a_narrow_dark_page_is_drawn_for_it_and_nothing_sticks_out(open_board):
    notebook = open_board("generation", color_scheme="dark")
    page = notebook.page
    page.set_viewport_size({"width": 420, "height": 900})
    page.evaluate(
        "() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"
    )
    notebook.wait_for(
        lambda: (
            page.evaluate("() => document.querySelector('.js-plotly-plot')._fullLayout.paper_bgcolor").upper()
            == "#111417"
        ),
        20,
        "the dark figure",
    )
    board, figure = (page.locator(name).first.bounding_box() for name in (".wb-board", ".js-plotly-plot"))
    assert figure["x"] + figure["width"] <= board["x"] + board["width"] + 1
    drawing = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    assert drawing["height"] >= 120
    page.evaluate(
        "() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })"
    )
