"""A sector that is the sum of the others is refused, and a mistyped year is named, before anything is forecast."""

from __future__ import annotations

from pathlib import Path

import pytest
from demand_workbooks import MakeWorkbook, series, small_sheets

from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.inputs.reading import read_demand
from workbench.errors import InvalidData


def case(shared_data: Path, name: str) -> Path:
    path = shared_data.parent / "cases" / "planning" / name
    if not path.is_file():
        pytest.skip(f"there is no {path}")
    return path


def test_a_sector_that_is_the_sum_of_the_others_is_refused(make_workbook: MakeWorkbook) -> None:
    sheets = small_sheets()
    pairs = zip(sheets["Homes"][1:], sheets["Factories"][1:], strict=True)
    main = [*sheets["main"], ["All", "", "", "", "", "", ""]]
    book = make_workbook(main=main, All=series(2006, [one[1] + two[1] for one, two in pairs]))
    with pytest.raises(InvalidData, match=r"sheet 'All'.*'All' is the sum of Homes, Factories"):
        read_demand(book)


def test_a_sum_net_of_rooftop_solar_is_refused_too(make_workbook: MakeWorkbook) -> None:
    sheets = small_sheets()
    solar = dict(map(tuple, sheets["solar_rooftop"][1:]))
    pairs = zip(sheets["Homes"][1:], sheets["Factories"][1:], strict=True)
    net = [one[1] + two[1] + solar.get(one[0], 0) for one, two in pairs]
    main = [*sheets["main"], ["All", "", "", "", "", "", ""]]
    with pytest.raises(InvalidData, match="'All' is the sum of Homes, Factories"):
        read_demand(make_workbook(main=main, All=series(2006, net)))


def test_the_total_of_the_state_as_a_sector_is_refused(shared_data: Path) -> None:
    with pytest.raises(InvalidData, match="'Total_sales' is the sum of Domestic, Commercial"):
        read_demand(case(shared_data, "demand_total_as_sector.xlsx"))


@pytest.mark.parametrize("factor", [10, 0.1])
def test_a_year_ten_times_its_neighbours_is_named_with_its_cell(
    make_workbook: MakeWorkbook, factor: float
) -> None:
    homes = [list(row) for row in small_sheets()["Homes"]]
    homes[10][1] = float(homes[10][1]) * factor
    (found,) = (p for p in read_demand(make_workbook(Homes=homes)).problems if "mistyped" in p.message)
    assert (found.sheet, found.cell) == ("Homes", "B11")


def test_the_mistyped_year_of_the_railways_is_named(shared_data: Path) -> None:
    found = [
        p for p in read_demand(case(shared_data, "demand_typo_x10.xlsx")).problems if "mistyped" in p.message
    ]
    assert [problem.message[:4] for problem in found] == ["2018"]


def test_usual_years_are_not_doubted(make_workbook: MakeWorkbook) -> None:
    assert not any("mistyped" in p.message for p in read_demand(make_workbook()).problems)


def test_a_sector_that_is_the_sum_of_some_of_the_others_is_refused(make_workbook: MakeWorkbook) -> None:
    sheets = small_sheets()
    pairs = zip(sheets["Homes"][1:], sheets["Factories"][1:], strict=True)
    main = [*sheets["main"], *[[name, "", "", "", "", "", ""] for name in ("All", "Farms")]]
    farms = series(2006, [4e6 * 1.02**n for n in range(20)])
    book = make_workbook(main=main, All=series(2006, [one[1] + two[1] for one, two in pairs]), Farms=farms)
    with pytest.raises(InvalidData, match=r"'All' is the sum of Homes, Factories .* setting left_out"):
        read_demand(book)


def test_a_total_that_is_left_out_counts_nothing_twice(shared_data: Path) -> None:
    book = case(shared_data, "demand_total_as_sector.xlsx")
    read = read_demand(book, DemandConfig(left_out=("Total_sales",)))
    assert sum(s.energy[-1] for s in read.sectors.values() if s.role == "sales") == pytest.approx(
        29_780, rel=0.1
    )
    with pytest.raises(InvalidData, match="left_out names the sector 'Totals', which the workbook"):
        read_demand(book, DemandConfig(left_out=("Totals",)))


@pytest.mark.parametrize(
    ("row", "factor", "said", "cell"),
    [
        (20, 10, "2025, where the forecast starts, is 10 times 2024", "B21"),
        (
            20,
            0.7,
            "% is usual; if that passes, name the sector in return_to_trend",
            "B21",
        ),
        (1, 0.4, " times 2007: leave it blank if a part is missing", "B2"),
    ],
)
def test_a_first_or_last_year_out_of_the_ordinary_is_named_with_its_cell(
    make_workbook: MakeWorkbook, row: int, factor: float, said: str, cell: str
) -> None:
    homes = [list(line) for line in small_sheets()["Homes"]]
    homes[row][1] = float(homes[row][1]) * factor
    found = [p for p in read_demand(make_workbook(Homes=homes)).problems if p.sheet == "Homes"]
    assert [(said in problem.message, problem.cell) for problem in found] == [(True, cell)]


def test_a_change_of_unit_in_the_midst_of_a_sector_is_named(make_workbook: MakeWorkbook) -> None:
    homes = [list(line) for line in small_sheets()["Homes"]]
    for line in homes[1:10]:
        line[1] = float(line[1]) / 1000
    (found,) = (p for p in read_demand(make_workbook(Homes=homes)).problems if p.sheet == "Homes")
    assert "later years stay there: is it in another unit" in found.message
    assert found.cell == "B11"


def test_a_year_that_was_settled_as_wrong_is_bridged_in_the_whole_run(
    small_project: Project, make_workbook: MakeWorkbook
) -> None:
    from workbench.demand.jobs import forecast_demand

    values = [8e6 * 1.03**place for place in range(20)]
    right = values[12] / 1e3
    values[12] *= 10
    make_workbook(small_project.inputs / "demand.xlsx", Homes=series(2006, values))
    result = forecast_demand(
        small_project, target_year=2027, models=(), draws=200, blank_years={"Homes": (2018,)}
    )
    history = result.table("history").set_index(["sector", "year"]).electricity

    assert history[("Homes", 2018)] == pytest.approx(right, rel=1e-6)
    assert any("blank_years says so" in note.message for note in result.notes)
    assert not any("mistyped" in note.message for note in result.notes)
