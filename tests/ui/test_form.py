from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import ipywidgets
import pytest

from workbench.errors import SettingError, UnreadableFile
from workbench.runs import setting
from workbench.runs.model.setting_types import InForm
from workbench.ui.forms.form import NAMES_THREAD, ConfigForm


class Method(StrEnum):
    FAST = "fast"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Everything:
    scenario: str = setting("base", help="Name of the results")
    year: int = setting(2040, help="Last year", minimum=2025, maximum=2100)
    margin: float = setting(15.0, help="Reserve", unit="%", minimum=0)
    peak: float | None = setting(None, help="Known peak, if any", unit="MW")
    detailed: bool = setting(False, help="Every hour")
    method: Method = setting(Method.FAST, help="How")
    order: Literal["up", "down"] = setting("up", help="Which way")
    carriers: tuple[str, ...] = setting(("coal", "solar"), help="Which", choices=("coal", "solar", "wind"))
    horizons: tuple[int, ...] = setting((1, 3, 5), help="Years ahead")
    weights: dict[str, float] = setting(lambda: {"MAPE": 1.0}, help="Of each measure")


def field(form: ConfigForm, title: str) -> tuple[ipywidgets.Widget, ipywidgets.HTML]:
    for box in form.children[0].children[0].children:
        if box.children[0].description.partition(" [")[0] == title:
            return box.children[0], box.children[1]
    raise AssertionError(title)


def test_an_untouched_form_gives_the_defaults() -> None:
    assert ConfigForm(Everything).config == Everything()


def test_every_kind_of_setting_can_be_changed() -> None:
    form = ConfigForm(Everything)
    for title, value in {
        "Scenario": "high growth",
        "Year": 2050,
        "Margin": 12.5,
        "Peak": "4321.5",
        "Detailed": True,
        "Method": Method.EXACT,
        "Order": "down",
        "Carriers": ("wind",),
        "Horizons": "1, 10",
        "Weights": "MAPE: 0.5, bias: 2",
    }.items():
        field(form, title)[0].value = value
    assert form.config == Everything(
        "high growth",
        2050,
        12.5,
        4321.5,
        True,
        Method.EXACT,
        "down",
        ("wind",),
        (1, 10),
        {"MAPE": 0.5, "bias": 2.0},
    )


def test_a_value_out_of_bounds_stays_and_is_refused_by_its_field() -> None:
    form = ConfigForm(Everything)
    year, note = field(form, "Year")
    year.value = 2500
    assert year.value == 2500
    assert "Year (year) is 2500, the most allowed is 2100." in note.value
    with pytest.raises(SettingError, match="the most allowed is 2100") as caught:
        _ = form.config
    assert caught.value.setting == "year"
    year.value = 2100
    assert "alert" not in note.value
    assert form.config.year == 2100


def test_a_value_that_cannot_be_read_is_refused_by_its_field() -> None:
    form = ConfigForm(Everything)
    horizons, note = field(form, "Horizons")
    horizons.value = "1, many"
    assert "expected a list of whole numbers" in note.value


def test_an_empty_optional_field_is_none() -> None:
    form = ConfigForm(Everything, Everything(peak=100.0))
    peak, _ = field(form, "Peak")
    assert peak.value == "100.0"
    peak.value = " "
    assert form.config.peak is None


def test_texts_of_the_config_are_shown_as_text() -> None:
    @dataclass(frozen=True, slots=True)
    class Odd:
        size: int = setting(1, title="<b>Size</b>", help="<script>1</script>", unit="<i>", minimum=0)

    size, help_text = ConfigForm(Odd).children[0].children[0].children[0].children
    assert size.description == "<b>Size</b> [<i>]"
    assert not size.description_allow_html
    assert "<script>" not in help_text.value


@dataclass(frozen=True, slots=True)
class Rarely:
    speed: int = setting(1, help="Speed", minimum=1, maximum=9)
    patience: int = setting(2, help="Patience", minimum=1, maximum=9, advanced=True)


def test_what_most_people_leave_alone_is_folded_away_until_it_is_wrong():
    form = ConfigForm(Rarely)
    folded = form.children[1]
    assert (folded.title, folded.is_open) == ("More settings (1)", False)
    form._fields["patience"].input.value = 99
    with pytest.raises(SettingError, match="the most allowed is 9"):
        _ = form.config
    assert folded.is_open


@dataclass(frozen=True, slots=True)
class Layer:
    name: str = setting("solar", help="Name")
    energy: dict[int, float] = setting(dict, help="Energy by year", unit="GWh")


@dataclass(frozen=True, slots=True)
class Layered:
    layers: tuple[Layer, ...] = setting((), help="Layers")


def test_records_are_added_filled_in_and_removed():
    form = ConfigForm(Layered)
    records = form._fields["layers"].input
    rows, add = records.children
    add.click()
    add.click()
    first = rows.children[0].children[0]
    first._fields["name"].input.value = "vehicles"
    first._fields["energy"].input.value = "2026: 10, 2030: 40"
    assert form.config.layers == (Layer("vehicles", {2026: 10.0, 2030: 40.0}), Layer())
    rows.children[1].children[1].click()
    assert form.config.layers == (Layer("vehicles", {2026: 10.0, 2030: 40.0}),)


def test_a_wrong_record_is_refused_with_its_setting_and_a_shown_config_replaces_the_records():
    form = ConfigForm(Layered, Layered((Layer("a"),)))
    records = form._fields["layers"].input
    records.children[0].children[0].children[0]._fields["energy"].input.value = "soon"
    with pytest.raises(SettingError, match="energy"):
        _ = form.config
    form.show(Layered((Layer("b"), Layer("c"))))
    assert [layer.name for layer in form.config.layers] == ["b", "c"]


def some_files(_project: object, values: Mapping[str, object]) -> list[str]:
    return ["a.csv", "b.csv", *(["late.csv"] if OFFERED else [])]


def some_sectors(_project: object, values: Mapping[str, object]) -> list[str]:
    if values["file"] == "bad.csv":
        raise UnreadableFile("bad.csv cannot be read", "bad.csv")
    return ["Industry", "Homes"]


def some_models(_project: object, _values: Mapping[str, object]) -> list[str]:
    return ["trend", "mean"]


OFFERED: list[str] = []
HERE = __name__


@dataclass(frozen=True, slots=True)
class Offered:
    file: str = setting("", help="File", in_form=InForm(offers=f"{HERE}:some_files"))
    scenario: str = setting("BAU", help="Name", in_form=InForm(offers=f"{HERE}:some_files", is_open=True))
    days: tuple[str, ...] = setting(tuple, help="Days", in_form=InForm("01-15, 07-15"))
    models: dict[str, str] = setting(
        dict,
        help="By sector",
        advanced=True,
        in_form=InForm(offers=f"{HERE}:some_models", keys=f"{HERE}:some_sectors"),
    )
    factors: dict[str, float] = setting(
        dict, help="By sector", advanced=True, minimum=0, in_form=InForm(keys=f"{HERE}:some_sectors")
    )


def offered_form(config: Offered | None = None) -> ConfigForm:
    form = ConfigForm(Offered, config, project="a project")
    form._more.is_open = True
    wait_for_names()
    return form


def wait_for_names() -> None:
    for thread in threading.enumerate():
        if thread.name == NAMES_THREAD:
            thread.join()


def test_files_are_chosen_from_those_of_the_project_and_one_that_is_gone_stays_in_sight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = offered_form(Offered(file="gone.csv"))
    files = form._fields["file"].input
    assert [name for name, _ in files.options] == ["not chosen", "a.csv", "b.csv", "gone.csv (not there)"]
    files.value = "b.csv"
    monkeypatch.setattr(f"{HERE}.OFFERED", ["late.csv"])
    form.offer_again()
    assert (files.value, files.options[-1][1]) == ("b.csv", "late.csv")
    assert form.config == Offered(file="b.csv")
    form.show(Offered(file="else.csv"))
    assert form.config.file == "else.csv"


def test_a_file_that_comes_is_chosen_where_it_can_only_be_what_the_job_begins_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    form = offered_form()
    monkeypatch.setattr(f"{HERE}.OFFERED", ["late.csv"])
    form.take_file("late.csv")
    assert form.config.file == "late.csv"
    form.take_file("a.csv")
    assert form.config.file == "late.csv"
    chosen = offered_form(Offered(file="b.csv"))
    chosen.take_file("late.csv")
    assert chosen.config.file == "b.csv"
    other = offered_form()
    other.take_file("notes.txt")
    assert other.config.file == ""


def test_a_name_that_may_be_new_is_typed_beside_those_that_there_are_and_a_free_text_has_an_example() -> None:
    form = offered_form()
    scenario = form._fields["scenario"].input
    assert scenario.options == ("a.csv", "b.csv")
    scenario.value = "new"
    assert form.config.scenario == "new"
    assert form._fields["days"].input.placeholder == "such as 01-15, 07-15"


def test_settings_by_sector_are_one_table_whose_cells_make_the_values() -> None:
    form = offered_form(Offered(models={"Homes": "mean", "Gone": "trend"}))
    (table,) = form._tables
    assert table._names == ("Industry", "Homes", "Gone")
    assert [table._cells[0, name].value for name in table._names] == ["", "mean", "trend"]
    table._cells[0, "Industry"].value = "trend"
    table._cells[0, "Gone"].value = ""
    table._cells[1, "Homes"].value = "1.5"
    assert form.config == Offered(models={"Industry": "trend", "Homes": "mean"}, factors={"Homes": 1.5})
    table._cells[1, "Homes"].value = "-1"
    with pytest.raises(SettingError, match="at Homes, the least allowed is 0"):
        _ = form.config
    form.show(Offered(models={"Homes": "trend"}))
    assert [table._cells[0, name].value for name in table._names] == ["", "trend", ""]
    assert table._cells[1, "Homes"].value == ""


def test_settings_by_sector_are_typed_where_the_sectors_cannot_be_told() -> None:
    form = offered_form(Offered(file="bad.csv"))
    (table,) = form._tables
    assert not table._cells
    form._fields["models"].input.value = "Industry: trend"
    assert form.config.models == {"Industry": "trend"}
