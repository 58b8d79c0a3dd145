"""What a reader chooses is in the address of the page, and an address shows the view that it was taken from."""

from __future__ import annotations

import datetime
from urllib.parse import quote

import ipywidgets
import pytest

from workbench.ui.fold import Fold
from workbench.ui.readers.controls import choose, controls_in, text_of
from workbench.ui.readers.kept_choices import KeptChoices, choices_of_address, keeping_choices
from workbench.ui.tabs import LazyTabs, choice


class Page(ipywidgets.VBox):
    """A choice of a result above tabs that are made anew for each, as boards have them."""

    def __init__(self) -> None:
        self.result = choice("Result", ["BAU", "High"])
        self.result.keeps_link = True
        self.area = ipywidgets.VBox()
        super().__init__([self.result, self.area])
        self.result.observe(lambda _: self.show(), "value")
        self.show()

    def show(self) -> None:
        def sectors() -> ipywidgets.Widget:
            return ipywidgets.VBox(
                [
                    choice("Sector", {"Farms": "agriculture", "Homes": "domestic"}),
                    choice("Sector", ["a", "b"]),
                    ipywidgets.ToggleButton(description="Table"),
                ]
            )

        self.tabs = LazyTabs({"Total": lambda: ipywidgets.HTML("total"), "Sectors": sectors})
        self.area.children = (self.tabs,)


def value_of(page: ipywidgets.Widget, name: str) -> str:
    return {found: text_of(control) for found, control in controls_in(page)}[name]


def test_what_is_chosen_is_in_the_address_and_nothing_else() -> None:
    page = Page()
    kept = KeptChoices(page, {})
    assert kept.query == ""
    page.tabs.selected_index = 1
    assert kept.query == "Tab=Sectors&Result=BAU"
    sector = page.tabs.children[1].children[0].children[0]
    sector.value = "domestic"
    assert kept.query == "Tab=Sectors&Sectors/Sector=domestic&Result=BAU"
    sector.value = "agriculture"
    page.tabs.selected_index = 0
    assert kept.query == ""


def test_an_address_shows_the_view_that_it_was_taken_from() -> None:
    page = Page()
    kept = KeptChoices(page, {})
    page.result.value = "High"
    page.tabs.selected_index = 1
    for control, value in zip(
        page.tabs.children[1].children[0].children, ("domestic", "b", True), strict=True
    ):
        control.value = value
    other = Page()
    again = KeptChoices(other, choices_of_address(kept.query))
    assert again.query == kept.query
    assert {name: text_of(control) for name, control in controls_in(other)} == {
        "Result": "High",
        "Tab": "Sectors",
        "Sectors/Sector": "domestic",
        "Sectors/Sector 2": "b",
        "Sectors/Table": "yes",
    }
    assert again.said.value == ""


def test_choices_outlive_a_view_that_is_made_anew() -> None:
    page = Page()
    kept = KeptChoices(page, choices_of_address("Tab=Sectors&Sectors/Sector=domestic"))
    page.show()
    assert value_of(page, "Sectors/Sector") == "domestic"
    page.result.value = "High"
    assert value_of(page, "Sectors/Sector") == "domestic"
    assert kept.query == "Tab=Sectors&Sectors/Sector=domestic&Result=High"


def test_choices_of_a_tab_that_is_not_open_wait_for_it() -> None:
    page = Page()
    kept = KeptChoices(page, choices_of_address("Sectors/Sector=domestic"))
    assert kept.said.value == ""
    assert "Sectors/Sector=domestic" in kept.query
    page.tabs.selected_index = 1
    assert value_of(page, "Sectors/Sector") == "domestic"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("Result=Gone", "Result: Gone"),
        ("Tab=Nowhere", "Tab: Nowhere"),
        ("Tab=Sectors&Sectors/Sector=<b>x</b>", "Sectors/Sector: &lt;b&gt;x&lt;/b&gt;"),
        ("Nothing/of=this", "Nothing/of: this"),
        ("Tab=Sectors&Sectors/Table=maybe", "Sectors/Table: maybe"),
    ],
)
def test_what_is_not_offered_changes_nothing_and_is_said(query: str, told: str) -> None:
    page = Page()
    kept = KeptChoices(page, choices_of_address(query))
    assert told in kept.said.value
    assert value_of(page, "Result") == "BAU"
    assert told.partition(": ")[2] not in kept.query


@pytest.mark.parametrize(
    "query",
    [
        "x" * 4000,
        "&".join(f"a{number}=1" for number in range(80)),
        f"{'n' * 300}=1",
        f"name={'v' * 300}",
        "theme=dark",
        "=1",
        "%ff%fe&&&==",
    ],
)
def test_what_no_page_writes_is_not_read(query: str) -> None:
    found = choices_of_address(query)
    assert all(0 < len(name) <= 200 and len(value) <= 200 for name, value in found.items())
    assert "theme" not in found
    assert len(found) <= 1


def test_a_browser_sets_nothing_by_it() -> None:
    kept = KeptChoices(Page(), {})
    kept.set_state({"query": "Tab=Sectors", "_page": 1})
    assert kept.query == ""


@pytest.mark.parametrize(
    ("control", "text", "refused"),
    [
        (ipywidgets.Dropdown(options=["a", "b"], description="x"), "b", "c"),
        (ipywidgets.SelectMultiple(options=["a", "b", "c"], description="x"), "a|c", "a|d"),
        (ipywidgets.Checkbox(description="x"), "yes", "on"),
        (ipywidgets.IntSlider(min=0, max=10, description="x"), "7", "11"),
        (ipywidgets.BoundedFloatText(min=0, max=1, description="x"), "0.25", "nan"),
        (ipywidgets.IntRangeSlider(min=0, max=10, description="x"), "2..9", "9..2"),
        (ipywidgets.DatePicker(description="x"), "2026-02-28", "2026-02-30"),
        (Fold("x", ipywidgets.HTML("")), "open", "ajar"),
        (
            ipywidgets.Tab([ipywidgets.HTML(), ipywidgets.HTML()], titles=("One", "Two"), selected_index=0),
            "Two",
            "Three",
        ),
    ],
)
def test_every_kind_of_control_is_written_and_chosen_by_text(
    control: ipywidgets.Widget, text: str, refused: str
) -> None:
    assert dict(controls_in(control))
    before = text_of(control)
    choose(control, refused)
    assert text_of(control) == before != text
    choose(control, text)
    assert text_of(control) == text


def test_a_day_stays_in_the_address_because_the_last_one_of_the_data_moves_on() -> None:
    day = ipywidgets.DatePicker(description="To", value=datetime.date(2026, 1, 31))
    period = choice("Period", ["Today", "Chosen days"])
    kept = KeptChoices(ipywidgets.VBox([period, day]), {})
    period.value = "Chosen days"
    assert kept.query == f"Period={quote('Chosen days')}&To=2026-01-31"


def test_an_address_that_is_too_long_chooses_nothing_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUERY_STRING", "Result=High&" + "x" * 4000)
    page = Page()
    said, _, _ = keeping_choices(page).children
    assert "too long" in said.value
    assert page.result.value == "BAU"
