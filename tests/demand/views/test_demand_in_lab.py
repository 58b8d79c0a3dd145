"""The demand notebook as an analyst meets it: opened in JupyterLab, run, read."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_an_analyst_runs_the_demand_notebook_and_reads_its_charts(open_notebook: Any) -> None:
    notebook = open_notebook(
        "import workbench\nproject = workbench.open_project()",
        'workbench.view("demand", project)',
    )
    page = notebook.page
    page.locator("button.jupyter-button:has-text('Run')").first.click(timeout=60_000)
    page.get_by_text("succeeded", exact=True).first.wait_for(timeout=60_000)
    page.locator(".js-plotly-plot .gtitle:has-text('Electricity by sector')").first.wait_for(timeout=30_000)
    page.get_by_role("tab", name="Sectors").click()
    page.locator(".js-plotly-plot .gtitle:has-text('Domestic: electricity by year')").first.wait_for(
        timeout=30_000
    )
    page.get_by_role("tab", name="Files").click()
    # The one in the panel is out of sight as soon as the panel has folded.
    page.locator("text=report.html >> visible=true").first.wait_for(timeout=30_000)
    assert page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
