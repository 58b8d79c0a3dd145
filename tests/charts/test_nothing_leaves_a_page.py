"""What a figure's toolbar offers and what a page may ask of another host: nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
import pytest

import workbench
from workbench.charts.interaction import figure_config
from workbench.charts.page import ReportPage
from workbench.charts.template import register_templates

BUTTONS = ["Download plot as a PNG", "Zoom", "Pan", "Reset axes"]
HOSTS_OF_REPORTS: list[str] = []


def test_no_module_configures_a_figure_by_itself() -> None:
    package = Path(workbench.__file__).parent
    sources = {path for kind in ("*.py", "*.js") for path in package.rglob(kind)}
    own = [path.name for path in sources if re.search("displaylogo|plotlyServerURL", path.read_text("utf-8"))]
    assert own == ["interaction.py"]


def test_a_figure_that_a_notebook_shows_by_itself_offers_no_upload() -> None:
    register_templates()
    renderers = [pio.renderers[name] for name in pio.renderers]
    configs = [renderer.config for renderer in renderers if hasattr(renderer, "config")]
    assert len(configs) > 5
    assert all(config["showSendToCloud"] is False for config in configs)


def test_drawing_builds_no_grammar_of_addresses_and_leaves_it_to_others() -> None:
    source = (
        "import sys, workbench.charts.template; assert 'jsonschema' in sys.modules and 'lark' not in sys.modules; "
        "import rfc3987_syntax; assert 'lark' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", source], check=True)


@pytest.mark.browser
@pytest.mark.slow
def test_every_button_of_a_report_is_known_and_asks_no_host(browser: Any, tmp_path: Path) -> None:
    page = ReportPage("All kinds")
    section = page.section("Figures")
    for trace in (go.Scatter(y=[1, 2]), go.Bar(y=[1, 2]), go.Heatmap(z=[[1, 2]]), go.Waterfall(y=[1, 2])):
        section.figure(go.Figure(trace))
    context = browser.new_context()
    shown = context.new_page()
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    failures: list[str] = []
    shown.on("pageerror", lambda error: failures.append(str(error)))
    shown.goto(page.write(tmp_path / "report.html").as_uri())
    shown.wait_for_selector(".js-plotly-plot .modebar-btn", state="attached")
    figures = shown.locator(".js-plotly-plot")
    assert figures.count() == 4
    for figure in figures.all():
        names = figure.locator(".modebar-btn").evaluate_all("all => all.map(one => one.dataset.title)")
        assert names == BUTTONS
    shown.evaluate("document.querySelectorAll('.modebar-btn').forEach(one => one.click())")
    # Whatever a script of the page would ask for, the page's own policy refuses.
    refused = shown.evaluate("fetch('https://example.org/').then(() => 'asked', () => 'refused')")
    hosts = [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    context.close()
    assert (refused, hosts, failures) == ("refused", HOSTS_OF_REPORTS, [])


def test_the_configuration_names_no_address() -> None:
    assert not re.search("https?:", str(figure_config()))
