from __future__ import annotations

import plotly.graph_objects as go
import plotly.io as pio

from workbench.charts import CATEGORIES, use_theme
from workbench.charts.palette import INK


def test_importing_the_charts_makes_the_light_template_the_default():
    assert pio.templates.default == "workbench_light"
    figure = go.Figure(go.Scatter(y=[1, 2]))
    assert tuple(figure.layout.template.layout.colorway) == CATEGORIES


def test_both_templates_contrast_text_and_paper_enough_to_read():
    # WCAG 2.1, success criterion 1.4.3: a ratio of at least 4.5.
    for name in ("workbench_light", "workbench_dark"):
        layout = pio.templates[name].layout
        light, dark = sorted((_luminance(layout.font.color), _luminance(layout.paper_bgcolor)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 4.5


def test_changing_the_theme_leaves_the_figure_that_was_given_alone():
    figure = go.Figure(go.Scatter(y=[1, 2]))
    dark = use_theme(figure, "dark")
    assert dark.layout.template.layout.paper_bgcolor == "#111417"
    assert figure.layout.template.layout.paper_bgcolor == "#FFFFFF"


def test_what_is_drawn_in_ink_can_be_read_in_both_themes():
    figure = go.Figure(
        go.Scatter(y=[1, 2], line={"color": INK["light"]}, marker={"color": ["#0072B2", "#1f2933"]})
    )
    figure.add_vline(x=1, line={"color": INK["light"]})
    dark = use_theme(figure, "dark")
    assert dark.data[0].line.color == INK["dark"]
    assert tuple(dark.data[0].marker.color) == ("#0072B2", INK["dark"])
    assert dark.layout.shapes[0].line.color == INK["dark"]
    assert use_theme(dark, "light").data[0].line.color == INK["light"]


def _luminance(colour: str) -> float:
    # Relative luminance of sRGB, WCAG 2.1 definition.
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
