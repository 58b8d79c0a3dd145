"""The map of places in a real page: clicked, zoomed, and drawn without asking any other host."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.data.made_up import MADE_UP_NOTE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OPEN = """import workbench
project = workbench.open_project()
from workbench.evapotranspiration.sample import add_sample
_ = add_sample(project)
view = workbench.view("evapotranspiration", project)
view"""
SEA_AND_LAND = """() => {
  const canvas = document.querySelector('.wb-map canvas'), context = canvas.getContext('2d');
  const at = (x, y) => [...context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data].join();
  // 5 degrees south of the equator in the Atlantic, and 10 degrees south in Brazil.
  const y = (latitude) => 0.5 + (15 - latitude) * (canvas.width / 360 / canvas.height);
  return [at((180 - 23) / 360, y(-5)), at((180 - 53) / 360, y(-10))];
}"""


def test_a_person_picks_a_place_on_the_map_and_runs_the_sample(open_notebook: Any) -> None:
    notebook = open_notebook(OPEN, run=False)
    page = notebook.page
    elsewhere: list[str] = []
    local = (notebook.lab.address, notebook.lab.address.replace("http", "ws"), "data:", "blob:")
    page.on(
        "request", lambda request: None if request.url.startswith(local) else elsewhere.append(request.url)
    )
    notebook.run_all()
    page.get_by_text("Pick a place (").click(timeout=60_000)
    canvas = page.locator(".wb-map canvas")
    canvas.wait_for()
    page.wait_for_timeout(1500)
    sea, land = page.evaluate(SEA_AND_LAND)
    assert sea != land

    area = canvas.bounding_box()
    # The world from 180 degrees west, its middle at 15 degrees north: a point in the west of Brazil.
    canvas.click(
        position={"x": area["width"] * (180 - 55) / 360, "y": area["height"] / 2 + 25 * area["width"] / 360}
    )
    notebook.wait_for(lambda: "-" in notebook.kernel("print(view.form.config.place)"), 10, "the place")
    latitude, longitude = map(float, notebook.kernel("print(view.form.config.place)").split(","))
    assert latitude == pytest.approx(-10, abs=1.5)
    assert longitude == pytest.approx(-55, abs=1.5)
    page.get_by_text("km from").first.wait_for()

    notebook.kernel("view.form.show(type(view.form.config)())")
    page.locator("button.jupyter-button:has-text('Run')").first.click()
    page.get_by_text("succeeded", exact=True).first.wait_for(timeout=60_000)
    page.get_by_role("tab", name="Days", exact=True).click(timeout=30_000)
    page.locator(".js-plotly-plot .gtitle:has-text('reference ETo')").first.wait_for(timeout=30_000)
    # The sample's weather is made up: it says so, and nobody is credited for it.
    page.get_by_text(MADE_UP_NOTE).first.wait_for()
    assert page.get_by_text("Langley Research Center").count() == 0
    assert elsewhere == []
