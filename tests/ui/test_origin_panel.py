"""What a page may ask the panel that explains numbers, and what it answers."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from workbench.data.explanation.place import Shown
from workbench.data.explanation.steps import Explained, Explanation
from workbench.data.origins import Origin
from workbench.errors import UnreadableFile
from workbench.ui.figures import origins
from workbench.ui.figures.area import FigureArea
from workbench.ui.figures.controls import figure_of
from workbench.ui.figures.origins import OriginPanel, explaining
from workbench.ui.figures.tables import TableArea, table_of

FRAME = pd.DataFrame({"year": [2025, 2026], "peak": [1234.5678, 2345.6789]})


class Answers(OriginPanel):
    """Keeps what it was asked and what it sends."""

    def __init__(self) -> None:
        self.asked: list[Shown] = []
        self.sent: list[dict[str, Any]] = []
        super().__init__(self.answer)

    def answer(self, shown: Shown) -> Explanation:
        self.asked.append(shown)
        part = Explained(
            "<b>part</b>", 1.0, "MW", Origin.GIVEN, place="/home/me/secret/input.xlsx, sheet 'a'"
        )
        whole = Explained(shown.quantity, shown.value, "MW", Origin.DERIVED, "a rule", parts=(part,))
        return Explanation(whole, folder="/home/me/secret/results/demand/BAU")

    def send(self, content: dict[str, Any], buffers: Any = None) -> None:
        self.sent.append(content)


@pytest.fixture
def panel() -> Answers:
    return Answers()


def ask(area: int = 0, first: int = 0, second: int = 0, **more: object) -> dict[str, object]:
    return {"kind": "ask", "ask": 1, "area": area, "first": first, "second": second, **more}


def test_a_cell_is_asked_with_its_exact_value_and_the_labels_of_its_row(panel: Answers) -> None:
    with explaining(panel):
        table = TableArea()
    table.show_frame(FRAME, caption="Peaks", units={"peak": "MW"})
    assert f'data-origins="{panel.key}:0"' in table.value
    panel.receive(ask(first=1, second=1))
    assert panel.asked == [Shown(2345.6789, "Peak [MW]", (2026,), "Peaks")]
    assert panel.sent[0]["ask"] == 1
    assert "2,346 MW" in panel.sent[0]["text"]


def test_a_point_is_asked_with_its_place_and_series(panel: Answers) -> None:
    chart = go.Figure([go.Scatter(x=[1, 2], y=[3.0, 4.0], name="Low"), go.Heatmap(z=[[1, 2], [3, 4]])])
    with explaining(panel):
        area = figure_of(lambda: chart)
    shown = area.outputs[0]["data"]["application/vnd.plotly.v1+json"]
    assert shown["layout"]["meta"] == {"origins": f"{panel.key}:0"}
    panel.receive(ask(first=0, second=1))
    panel.receive(ask(first=1, second=2))
    assert [(one.value, one.labels[0]) for one in panel.asked] == [(4.0, 2), (3, 1)]
    assert panel.asked[0].header == "Low"


def test_the_table_of_a_figure_can_be_asked_too(panel: Answers) -> None:
    with explaining(panel):
        area = FigureArea()
    area.show(go.Figure(go.Bar(x=["a", "b"], y=[1.23456, 2.0], name="Sales")))
    area._switch.value = True
    panel.receive(ask(area=1, first=0, second=1))
    assert panel.asked[0].value == 1.23456
    assert panel.asked[0].labels == ("a",)


@pytest.mark.parametrize(
    "content",
    [
        None,
        "ask",
        [],
        {},
        {"kind": "run", "code": "1 + 1"},
        ask(area=9),
        ask(area=-1),
        ask(first=-1),
        ask(first=2**60),
        ask(second=1.5),
        ask(second=True),
        ask(first="0"),
        ask(first=None),
        ask(first={"__import__": "os"}),
        {"kind": "ask", "area": 0, "first": 0, "second": 0},
        ask(first=2),
        ask(second=2),
    ],
)
def test_whatever_else_a_browser_sends_is_refused(panel: Answers, content: object) -> None:
    with explaining(panel):
        table = TableArea()
    table.show_frame(FRAME)
    panel.receive(content)
    assert panel.asked == []
    assert panel.sent == []
    assert panel._ignored == 1


def test_a_browser_may_set_nothing(panel: Answers) -> None:
    key = panel.key
    panel.set_state({"key": "mine", "_esm": "alert(1)"})
    assert panel.key == key


def test_a_table_outside_of_a_view_cannot_be_asked() -> None:
    assert "data-origins" not in table_of(["Year", "Peak"], [["2025", "1"]]).value


def test_an_answer_on_a_published_page_has_no_folder(panel: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    with explaining(panel):
        table = TableArea()
    table.show_frame(FRAME)
    panel.receive(ask(second=1))
    monkeypatch.setattr(origins, "is_viewer", lambda: True)
    panel.receive(ask(second=1))
    private, public = panel.sent
    assert "/home/me/secret" in private["text"]
    assert "&lt;b&gt;part" in private["html"]
    assert ">derived<" in private["html"]
    assert "/home" not in public["text"] + public["html"]
    assert "input.xlsx" in public["text"]


def test_an_error_is_said_and_on_a_published_page_its_words_are_kept_back(
    panel: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(shown: Shown) -> Explanation:
        raise UnreadableFile("/home/me/secret is gone", "secret")

    with explaining(panel):
        table = TableArea()
    table.show_frame(FRAME)
    panel._explain = fail
    panel.receive(ask(second=1))
    monkeypatch.setattr(origins, "is_viewer", lambda: True)
    panel.receive(ask(second=1))
    assert [sent["problem"] for sent in panel.sent] == [
        "/home/me/secret is gone",
        "This number cannot be explained here.",
    ]


def test_tables_of_texts_have_nothing_to_ask(panel: Answers) -> None:
    with explaining(panel):
        table = table_of(["Fact", ""], [["file", "a.xlsx"]], text_columns=(0, 1))
    assert "data-origins" not in table.value
