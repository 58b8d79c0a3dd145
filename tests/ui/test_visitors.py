from __future__ import annotations

import datetime

import ipywidgets
import pytest

from workbench.ui.readers import widget_guard as visitors
from workbench.ui.readers.widget_guard import refusal_of


@pytest.fixture(autouse=True)
def displayed(monkeypatch: pytest.MonkeyPatch) -> set:
    """Give the widgets that count as displayed; nothing of ipywidgets is changed by these tests."""
    shown: set = set()
    monkeypatch.setattr(visitors, "_displayed", shown)
    return shown


def shown(widget: ipywidgets.Widget, displayed: set) -> ipywidgets.Widget:
    displayed.add(ipywidgets.VBox([ipywidgets.Accordion([widget])]))
    return widget


def update(**state: object) -> dict[str, object]:
    return {"method": "update", "state": state, "buffer_paths": []}


DAY = {"year": 2024, "month": 1, "date": 29}


@pytest.mark.parametrize(
    ("widget", "state"),
    [
        (ipywidgets.Dropdown(options=["a", "b"]), {"index": 1}),
        (ipywidgets.SelectMultiple(options=["a", "b"]), {"index": [0, 1]}),
        (ipywidgets.SelectMultiple(options=["a", "b"]), {"index": []}),
        (ipywidgets.SelectionSlider(options=[1, 2, 3]), {"index": 2}),
        (ipywidgets.IntSlider(min=0, max=5), {"value": 5}),
        (ipywidgets.FloatSlider(min=0, max=5), {"value": 0.25}),
        (ipywidgets.IntRangeSlider(min=0, max=5), {"value": [1, 4]}),
        (ipywidgets.Checkbox(), {"value": True}),
        (ipywidgets.ToggleButton(), {"value": True}),
        (ipywidgets.DatePicker(), {"value": DAY}),
        (ipywidgets.DatePicker(), {"value": None}),
        (ipywidgets.Tab([ipywidgets.HTML(), ipywidgets.HTML()]), {"selected_index": 1}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ipywidgets.Widget) else str(value),
)
def test_what_a_widget_offers_may_be_chosen(widget, state, displayed):
    assert refusal_of(shown(widget, displayed), update(**state)) == ""


@pytest.mark.parametrize(
    ("widget", "state"),
    [
        (ipywidgets.Dropdown(options=["a", "b"]), {"index": 2}),
        (ipywidgets.Dropdown(options=["a", "b"]), {"index": -1}),
        (ipywidgets.Dropdown(options=["a", "b"]), {"index": None}),
        (ipywidgets.Dropdown(options=["a", "b"]), {"index": 0, "_options_labels": ["c"]}),
        (ipywidgets.Dropdown(options=["a", "b"], disabled=True), {"index": 1}),
        (ipywidgets.SelectMultiple(options=["a", "b"]), {"index": [0, 5]}),
        (ipywidgets.IntSlider(min=0, max=5), {"value": 6}),
        (ipywidgets.IntSlider(min=0, max=5), {"value": 2.5}),
        (ipywidgets.IntSlider(min=0, max=5), {"value": True}),
        (ipywidgets.FloatSlider(min=0, max=5), {"value": float("nan")}),
        (ipywidgets.FloatSlider(min=0, max=5), {"min": -9}),
        (ipywidgets.IntRangeSlider(min=0, max=5), {"value": [4, 1]}),
        (ipywidgets.IntRangeSlider(min=0, max=5), {"value": [1, 2, 3]}),
        (ipywidgets.Checkbox(), {"value": 1}),
        (ipywidgets.Valid(value=False), {"value": True}),
        (ipywidgets.IntProgress(min=0, max=5), {"value": 3}),
        (ipywidgets.DatePicker(min=datetime.date(2024, 3, 1)), {"value": DAY}),
        (ipywidgets.DatePicker(), {"value": {"year": 2023, "month": 1, "date": 29}}),
        (ipywidgets.DatePicker(), {"value": {"year": 10**9, "month": 0, "date": 1}}),
        (ipywidgets.DatePicker(), {"value": {"year": 2024, "month": 0}}),
        (ipywidgets.Text("a"), {"value": "b"}),
        (ipywidgets.Textarea("a"), {"value": "b"}),
        (ipywidgets.IntText(1), {"value": 2}),
        (ipywidgets.HTML("a"), {"value": "b"}),
        (ipywidgets.FileUpload(), {"value": [{"name": "x", "content": "y"}]}),
        (ipywidgets.ColorPicker(), {"value": "red"}),
        (ipywidgets.Tab([ipywidgets.HTML()]), {"selected_index": 1}),
        (ipywidgets.Layout(), {"display": "none"}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ipywidgets.Widget) else str(value),
)
def test_nothing_else_may(widget, state, displayed):
    if isinstance(widget, ipywidgets.Layout):
        displayed.add(ipywidgets.HTML(layout=widget))
    else:
        shown(widget, displayed)
    assert refusal_of(widget, update(**state)) != ""


def test_what_is_not_displayed_is_not_heard(displayed):
    assert "does not show" in refusal_of(ipywidgets.Dropdown(options=["a", "b"]), update(index=1))
    assert "does not show" in refusal_of(ipywidgets.Button(), {"method": "request_state"})


def test_an_enabled_button_in_sight_may_be_clicked(displayed):
    button = shown(ipywidgets.Button(), displayed)
    click = {"method": "custom", "content": {"event": "click"}}
    assert refusal_of(button, click) == ""
    button.disabled = True
    assert "disabled" in refusal_of(button, click)


@pytest.mark.parametrize(
    "data", [None, [], "x", {}, {"method": "exec"}, {"method": "custom", "content": {"event": "x"}}]
)
def test_messages_without_sense_are_refused(data, displayed):
    assert refusal_of(shown(ipywidgets.Button(), displayed), data) != ""


def test_a_widget_that_is_taken_away_is_not_heard_any_more(displayed):
    inside = ipywidgets.Dropdown(options=["a", "b"])
    box = ipywidgets.VBox([inside])
    displayed.add(box)
    assert refusal_of(inside, update(index=1)) == ""
    box.children = ()
    assert "does not show" in refusal_of(inside, update(index=1))
