from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import plotly.graph_objects as go

from workbench.charts.page import ReportPage
from workbench.runs import setting


@dataclass(frozen=True)
class MastConfig:
    height: float = setting(100.0, help="Hub height", unit="m")
    share: float | None = setting(None, help="Estimated if empty", unit="%")
    sites: tuple[str, ...] = setting(("Hill", "Coast"), help="Where")


def test_a_page_holds_its_sections_in_order_and_plotly_once(tmp_path: Path) -> None:
    page = ReportPage("Title", "below", "foot")
    first = page.section("First")
    first.text("words")
    first.figure(go.Figure(go.Scatter(y=[1, 2])))
    second = page.section("Second")
    second.table(("A", "B [MW]"), [("1", "2"), ("3", "4")], strong=[1])
    second.bullets(["one", "two"])
    second.warning("careful")
    second.figure(go.Figure(go.Scatter(y=[3, 4])))
    text = page.write(tmp_path / "page.html").read_text(encoding="utf-8")

    assert text.index(">First</h2>") < text.index(">Second</h2>")
    assert text.count("Plotly.newPlot") == 2 + text[: text.index("<body>")].count("Plotly.newPlot")
    assert 'class="strong"' in text
    assert '<div class="warning"><p>careful</p></div>' in text


def test_texts_are_escaped() -> None:
    page = ReportPage("<script>alert(1)</script>")
    section = page.section("<i>")
    section.text("<b>bold</b>")
    section.table(("<h>",), [("<c>",)])
    body = page.render().split("<body>")[1]

    for raw in ("<script>alert", "<i>", "<b>bold", "<h>", "<c>"):
        assert raw not in body


def test_settings_stand_with_unit_and_meaning_and_what_is_empty_has_no_unit() -> None:
    section = ReportPage("Title").section("Settings")
    section.settings(MastConfig())
    assert section.parts[0].content["rows"] == [
        ["Height", "100 m", "Hub height"],
        ["Share", "", "Estimated if empty"],
        ["Sites", "Hill; Coast", "Where"],
    ]
