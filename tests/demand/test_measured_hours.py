"""Measured hours of the project make peak, load factor and losses of actual years; nothing assumed stands in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from demand_workbooks import MakeWorkbook, small_sheets
from hourly_loads.hourly_fixtures import make_book, planning
from hourly_loads.series import local_hours, plain_load

from workbench.data.explanation.cells import explain
from workbench.data.notes import NoteKind, Weight
from workbench.data.origins import Origin
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig, check
from workbench.demand.jobs import forecast_demand
from workbench.demand.results.saved import DemandResult, load
from workbench.errors import DataError

__all__ = ["make_book", "planning"]

CONFIG = DemandConfig(target_year=2027, models=("damped_growth",), draws=200, backtest_horizon=2)
TIMES = local_hours("2023-04-01", "2025-03-31")
SALES = 42_000.0
"""About what the small workbook has as net sales in FY2025 [GWh]."""
LAST = slice(-8760, None)
WriteHours = Callable[..., np.ndarray]


@pytest.fixture
def write_hours(small_project: Project, make_book: Callable[..., Path]) -> WriteHours:
    """Writes two years of hours into the project, with the energy of FY2025 [GWh] that is asked for."""

    def write(energy: float = SALES / 0.9, name: str = "hourly_load.csv", **spoiled: float) -> np.ndarray:
        load = plain_load(TIMES)
        load *= 1000 * energy / load[LAST].sum()
        for at, value in spoiled.items():
            load[int(at.removeprefix("at"))] = value
        path = small_project.inputs / name
        if path.suffix == ".csv":
            rows = (f"{time},{value!r}" for time, value in zip(TIMES.astype(str), load.tolist(), strict=True))
            path.write_text("\n".join(["datetime,demand", *rows]) + "\n", encoding="utf-8")
        else:
            make_book(path, TIMES, load)
        return load

    return write


def main_with(**tables: list[list[object]]) -> list[list[object]]:
    rows = [list(row) for row in small_sheets()["main"]]
    for name, points in tables.items():
        rows += [[], [f"~{name}"], ["Year", "Value"], *points]
    return rows


def chain(result: DemandResult):
    return result.table("requirement").set_index("year")


def net_of(project: Project) -> float:
    return float(chain(forecast_demand(project, replace(CONFIG, hourly_file="none"))).net[2025])


def test_the_hours_make_peak_requirement_load_factor_and_losses_of_the_actual_year(
    small_project: Project, write_hours: WriteHours
) -> None:
    net = net_of(small_project)
    load = write_hours(net / 0.91)[LAST]
    result = forecast_demand(small_project, CONFIG)
    row = chain(result).loc[2025]

    assert (row.peak_mw, row.peak_mw_origin) == (pytest.approx(load.max()), Origin.MEASURED)
    assert (row.requirement, row.requirement_origin) == (pytest.approx(load.sum() / 1000), Origin.MEASURED)
    assert (row.load_factor, row.load_factor_origin) == (
        pytest.approx(100 * load.mean() / load.max()),
        Origin.DERIVED,
    )
    assert (row.loss, row.loss_origin) == (pytest.approx(9.0), Origin.DERIVED)
    later = chain(result).loc[2026:]
    assert later.load_factor.to_list() == pytest.approx([row.load_factor] * 2)
    assert later.loss.to_list() == pytest.approx([9.0] * 2)
    assert not (later == Origin.ASSUMED).any(axis=None)
    assert result.notes.of(NoteKind.ASSUMPTION) == ()
    said = [note.message for note in result.notes.of(NoteKind.AMBIGUITY)]
    assert any("65 % (assumed) is passed over" in message for message in said)
    assert any("10 % (assumed) is passed over" in message for message in said)


def test_every_measured_value_leads_to_its_hour_and_file(
    small_project: Project, write_hours: WriteHours
) -> None:
    load = write_hours(net_of(small_project) / 0.91, "hourly_load.xlsx")
    forecast_demand(small_project, CONFIG)
    result = load_saved(small_project)

    top = len(load) - 8760 + int(load[LAST].argmax())
    peak = explain(result, "requirement", "peak_mw", year=2025).cell
    assert (peak.origin, peak.place) == (
        Origin.MEASURED,
        f"hourly_load.xlsx, sheet 'Hourly', cell C{top + 2}",
    )
    assert str(TIMES[top]).replace("T", " ") in peak.rule
    for column in ("loss", "load_factor"):
        now = explain(result, "requirement", column, year=2025).cell
        assert now.origin is Origin.DERIVED
        assert "measured hours" in now.rule
        assert any(step.place.startswith("hourly_load.xlsx") for step in now.walk())
        after = explain(result, "requirement", column, year=2027).cell
        assert after.parts[0].value == pytest.approx(now.value)
    energy = explain(result, "requirement", "requirement", year=2025).cell
    assert (energy.origin, energy.place) == (Origin.MEASURED, "hourly_load.xlsx, sheet 'Hourly'")
    assert any(
        "hourly_load.xlsx, SHA-256" in line for line in explain(result, "requirement", "net", year=2025).made
    )


def load_saved(project: Project) -> DemandResult:
    return load(project, "BAU")


def test_what_is_given_for_the_measured_year_is_passed_over_and_a_contradiction_is_a_grave_doubt(
    small_project: Project, write_hours: WriteHours, make_workbook: MakeWorkbook
) -> None:
    net = net_of(small_project)
    load = write_hours(net / 0.91)[LAST]
    main = main_with(Peak=[[2025, 9000]], Load_factor=[[2025, 80], [2027, 72]], Losses=[[2025, 14]])
    make_workbook(small_project.inputs / "demand.xlsx", main=main)
    result = forecast_demand(small_project, CONFIG)
    table = chain(result)

    assert table.peak_mw[2025] == pytest.approx(load.max())
    assert table.loss[2025] == pytest.approx(9.0)
    assert list(table.load_factor_origin) == ["derived", "derived", "given"]
    assert table.load_factor[2026] == pytest.approx((table.load_factor[2025] + 72) / 2)
    messages = {note.message: note for note in result.notes}
    assert any("~Peak would make it 9,000 MW (given)" in text for text in messages)
    assert any("80 % (given) is passed over" in text for text in messages)
    (doubt,) = (note for text, note in messages.items() if "sales and losses of 2025 as given make" in text)
    assert (doubt.kind, doubt.weight) == (NoteKind.DOUBT, Weight.HIGH)


def test_losses_that_agree_with_the_hours_within_three_per_cent_are_no_doubt(
    small_project: Project, write_hours: WriteHours, make_workbook: MakeWorkbook
) -> None:
    write_hours(net_of(small_project) / 0.91)
    make_workbook(small_project.inputs / "demand.xlsx", main=main_with(Losses=[[2025, 11]]))
    result = forecast_demand(small_project, CONFIG)
    assert not any("as given make" in note.message for note in result.notes)


@pytest.mark.parametrize("share", [0.5, 3.5])
def test_hours_that_cannot_belong_to_the_sales_make_no_losses_and_are_a_grave_doubt(
    small_project: Project, write_hours: WriteHours, share: float
) -> None:
    write_hours(net_of(small_project) * share)
    result = forecast_demand(small_project, CONFIG)
    assert chain(result).loss_origin[2025] == Origin.ASSUMED
    assert chain(result).peak_mw_origin[2025] == Origin.MEASURED
    assert result.notes.gravest(1)[0].message.endswith("The hours give its peak and load factor only.")


def test_an_hour_that_is_ten_times_too_high_never_sets_the_peak(
    small_project: Project, write_hours: WriteHours
) -> None:
    right = write_hours(SALES)[LAST].max()
    write_hours(SALES, at12000=10 * right)
    result = forecast_demand(small_project, CONFIG)
    assert chain(result).peak_mw[2025] == pytest.approx(right, rel=0.01)
    assert any("spike, 1 hour, filled" in note.message for note in result.notes)


def test_hours_that_end_before_the_sales_still_give_the_load_factor(
    small_project: Project, make_book: Callable[..., Path]
) -> None:
    times = local_hours("2022-04-01", "2024-03-31")
    make_book(small_project.inputs / "hourly.xlsx", times, 3000 * plain_load(times) / 1000)
    result = forecast_demand(small_project, CONFIG)
    load = 3 * plain_load(times)[-8784:]
    assert chain(result).load_factor[2026] == pytest.approx(100 * load.mean() / load.max())
    assert explain(result, "requirement", "load_factor", year=2026).cell.parts[0].quantity.endswith("2024")


def test_none_leaves_the_hours_out_and_a_name_that_is_not_there_is_refused(
    small_project: Project, write_hours: WriteHours
) -> None:
    write_hours()
    table = chain(forecast_demand(small_project, replace(CONFIG, hourly_file="none")))
    assert table.peak_mw_origin[2025] == Origin.MISSING
    with pytest.raises(DataError, match=r"other\.csv"):
        forecast_demand(small_project, replace(CONFIG, hourly_file="other.csv"))
    assert [error.setting for error in check(replace(CONFIG, hourly_file=" "))] == ["hourly_file"]


def test_of_several_files_none_is_taken_until_one_is_named(
    small_project: Project, write_hours: WriteHours
) -> None:
    write_hours(SALES, "hourly_a.csv")
    load = write_hours(SALES * 1.1, "hourly_b.csv")[LAST]
    unsure = forecast_demand(small_project, CONFIG)
    assert chain(unsure).peak_mw_origin[2025] == Origin.MISSING
    assert any("hourly_a.csv, hourly_b.csv" in note.message for note in unsure.notes)
    table = chain(forecast_demand(small_project, replace(CONFIG, hourly_file="hourly_b.csv")))
    assert table.peak_mw[2025] == pytest.approx(load.max())


def test_a_file_that_only_looks_like_hours_is_named_and_does_not_stop_the_forecast(
    small_project: Project,
) -> None:
    (small_project.inputs / "load_shedding.csv").write_text("place,reason\nTown,storm\n")
    result = forecast_demand(small_project, CONFIG)
    (note,) = (note for note in result.notes if note.file == "load_shedding.csv")
    assert (note.kind, note.setting) == (NoteKind.DOUBT, "hourly_file")


def test_kerala_has_the_peak_that_was_measured_and_the_losses_that_hours_and_sales_make(
    tmp_path: Path, planning: Path
) -> None:
    project = Project.create(tmp_path / "kerala", "Kerala")
    for name in ("kerala_demand.xlsx", "kerala_hourly_load.xlsx"):
        shutil.copy(planning / name, project.inputs)
    row = chain(forecast_demand(project, CONFIG)).loc[2025]
    assert (row.peak_mw, row.peak_mw_origin) == (pytest.approx(5774.2, abs=0.1), Origin.MEASURED)
    assert row.requirement == pytest.approx(31_068.8, abs=0.1)
    assert row.loss == pytest.approx(8.88, abs=0.01)
    assert row.load_factor == pytest.approx(61.42, abs=0.01)
