"""A sector that is the sum of the others is refused, and a mistyped year is named, before anything is forecast."""

from __future__ import annotations

from pathlib import Path

import pytest
from demand_workbooks import MakeWorkbook, series, small_sheets

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
