from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from demand_workbooks import MakeWorkbook, grown, series, small_sheets

from workbench.data.problems import Severity
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig, GapHandling
from workbench.demand.inputs.reading import DemandInput, find_workbook, read_demand
from workbench.demand.model.roles import Role
from workbench.errors import InvalidData, LinkRefused, UnreadableFile


def messages(data: DemandInput | InvalidData, severity: Severity) -> str:
    return "\n".join(str(problem) for problem in data.problems if problem.severity is severity)


def refused(path: Path, **settings: Any) -> str:
    with pytest.raises(InvalidData) as caught:
        read_demand(path, DemandConfig(**settings))
    return messages(caught.value, Severity.ERROR)


def with_row(rows: list[list[object]], row: int, column: int, value: object) -> list[list[object]]:
    changed = [list(values) for values in rows]
    changed[row][column] = value
    return changed


def test_sectors_drivers_and_shares_are_read(make_workbook: MakeWorkbook) -> None:
    data = read_demand(make_workbook())
    assert list(data.sectors) == ["Homes", "Factories", "solar_rooftop"]
    assert list(data.drivers.actual) == ["Total Population", "GSDP", "Per Capita GSDP", "Rainfall"]
    assert data.sectors["Homes"].drivers == ("GSDP", "Per Capita GSDP")
    assert data.sectors["Homes"].energy[0] == pytest.approx(1e7 * 0.97 / 1000)
    assert data.solar_share == {"Homes": 60, "Factories": 40}
    assert data.last_actual_year == 2025


def test_projections_are_not_taken_as_history(make_workbook: MakeWorkbook) -> None:
    data = read_demand(make_workbook())
    solar = data.sectors["solar_rooftop"]
    assert solar.role is Role.ROOFTOP_SOLAR
    assert (solar.last_year, min(solar.given), max(solar.given)) == (2025, 2026, 2040)
    assert solar.energy[-1] == pytest.approx(60)
    assert "2026 to 2040 lie after the last actual year 2025" in messages(data, Severity.WARNING)


def test_a_status_column_tells_projections(make_workbook: MakeWorkbook) -> None:
    rows = [["Year", "Electricity", "Status"]]
    rows += [[2016 + i, 1e6 + i, "actual" if i < 8 else "projection"] for i in range(20)]
    data = read_demand(make_workbook(Homes=rows))
    assert data.sectors["Homes"].last_year == 2023
    assert min(data.sectors["Homes"].given) == 2024


def test_negative_solar_is_read_as_a_reduction_and_said_so(make_workbook: MakeWorkbook) -> None:
    data = read_demand(make_workbook())
    assert (data.sectors["solar_rooftop"].energy > 0).all()
    assert "sheet 'solar_rooftop', cell B2:B22: 21 values are negative" in messages(data, Severity.CHANGE)


def test_everything_that_is_wrong_is_reported_at_once_with_sheet_and_cell(
    make_workbook: MakeWorkbook,
) -> None:
    homes = with_row(small_sheets()["Homes"], 3, 1, "n.a.")
    factories = with_row(small_sheets()["Factories"], 5, 0, 2009)
    indicators = with_row(small_sheets()["Economic_Indicators"], 4, 2, "")
    path = make_workbook(Homes=homes, Factories=factories, Economic_Indicators=indicators)
    found = refused(path)
    assert "small_demand.xlsx, sheet 'Homes', cell B4: expected a number, found 'n.a.'" in found
    assert "sheet 'Factories', cell A6: the year 2009 is there twice, also in A5" in found
    assert "sheet 'Economic_Indicators', cell C2:C21: 'GSDP' has no value in 2009" in found


def test_without_main_a_sheet_with_sales_by_year_is_a_sector(make_workbook: MakeWorkbook) -> None:
    whole, data = read_demand(make_workbook()), read_demand(make_workbook(main=None))
    assert list(data.sectors) == ["Homes", "Factories", "solar_rooftop"]
    assert list(data.drivers.actual) == ["Total Population", "GSDP", "Per Capita GSDP", "Rainfall"]
    for name, sector in data.sectors.items():
        np.testing.assert_allclose(sector.energy, whole.sectors[name].energy)
    assert "read as the sectors Homes, Factories, solar_rooftop" in " ".join(map(str, data.problems))


def test_main_without_a_list_of_sectors_is_refused(make_workbook: MakeWorkbook) -> None:
    assert "~Consumption_Sectors is missing" in refused(make_workbook(main=[["Sectors"], ["Homes"]]))


def test_a_missing_sector_sheet_is_named_with_the_cell_that_asks_for_it(make_workbook: MakeWorkbook) -> None:
    found = refused(make_workbook(Factories=None))
    assert "sheet 'main', cell A4: the sector 'Factories' has no sheet of that name" in found


def test_a_sector_sheet_without_electricity_is_refused(make_workbook: MakeWorkbook) -> None:
    found = refused(make_workbook(Homes=[["Year", "Units sold"], [2020, 5]]))
    assert "sheet 'Homes': expected the columns 'Year' and 'Electricity'" in found


def test_blank_is_a_gap_and_zero_is_a_value(make_workbook: MakeWorkbook) -> None:
    blank = with_row(small_sheets()["Homes"], 8, 1, "")
    assert "the year 2013 has no value (blank is not zero)" in refused(make_workbook(Homes=blank))
    zero = with_row(small_sheets()["Homes"], 8, 1, 0)
    data = read_demand(make_workbook(Homes=zero))
    assert data.sectors["Homes"].energy[7] == 0.0
    assert np.isfinite(data.sectors["Homes"].energy).all()


def test_a_gap_is_filled_only_when_asked_and_reported(make_workbook: MakeWorkbook) -> None:
    rows = [["Year", "Electricity"], *([2010 + i, 1e6 * 1.1**i] for i in range(16) if i != 6)]
    path = make_workbook(Homes=rows)
    assert "the year 2016 has no value" in refused(path)
    data = read_demand(path, DemandConfig(gaps=GapHandling.INTERPOLATE))
    assert data.sectors["Homes"].energy[6] == pytest.approx(1e3 * 1.1**6)
    assert "cell B7:B8: the missing year 2016 was filled between 2015 and 2017" in messages(
        data, Severity.CHANGE
    )


def test_a_year_that_is_no_year_is_refused(make_workbook: MakeWorkbook) -> None:
    rows = with_row(small_sheets()["Homes"], 2, 0, 20007)
    assert "cell A3: expected a year such as 2025, found 20007" in refused(make_workbook(Homes=rows))


def test_negative_sales_are_refused(make_workbook: MakeWorkbook) -> None:
    rows = with_row(small_sheets()["Homes"], 2, 1, -5)
    assert "cell B3: the electricity of 2007 is -5" in refused(make_workbook(Homes=rows))


def test_a_driver_that_ends_early_is_reported_and_not_filled(make_workbook: MakeWorkbook) -> None:
    rows = small_sheets()["Economic_Indicators"][:-3]
    data = read_demand(make_workbook(Economic_Indicators=rows))
    assert max(data.drivers.actual["GSDP"]) == 2022
    assert "GSDP, Per Capita GSDP, Rainfall: end in 2022, the sales in 2025" in messages(
        data, Severity.WARNING
    )


def test_driver_years_shifted_against_another_sheet_are_refused(make_workbook: MakeWorkbook) -> None:
    sheets = small_sheets()
    shifted = [["Year", "GSDP"], *([row[0] + 1, row[2]] for row in sheets["Economic_Indicators"][1:])]
    assert "the years of 'GSDP' are shifted by +1" in refused(make_workbook(**{"more drivers": shifted}))


def test_a_new_base_year_of_a_driver_is_reported_with_its_cell(make_workbook: MakeWorkbook) -> None:
    rows = [list(row) for row in small_sheets()["Economic_Indicators"]]
    for row in rows[8:]:
        row[2] *= 1.3
    data = read_demand(make_workbook(Economic_Indicators=rows))
    assert "cell C9: 'GSDP' jumps by +38 % in 2013 and stays there" in messages(data, Severity.WARNING)


def test_a_listed_driver_that_is_not_there_is_refused(make_workbook: MakeWorkbook) -> None:
    main = with_row(small_sheets()["main"], 2, 2, "Gross product")
    found = refused(make_workbook(main=main))
    assert (
        "the driver 'Gross product' of Homes is not a column of this sheet; present: Total Population"
        in found
    )


def test_a_label_that_contradicts_the_magnitude_is_overruled_and_reported(
    make_workbook: MakeWorkbook,
) -> None:
    data = read_demand(make_workbook(units=[["Parameters", "UNITS"], ["Electricity", "kWh"]]))
    assert data.unit == "MWh"
    found = messages(data, Severity.CHANGE)
    assert "sheet 'units', cell B2: in kWh the sales of 2025 would be" in found
    assert "the numbers are read in MWh" in found


def test_a_unit_that_is_asked_for_but_cannot_be_is_refused(make_workbook: MakeWorkbook) -> None:
    assert "in TWh the sales of 2025 would be" in refused(make_workbook(), electricity_unit="TWh")


def test_solar_shares_that_do_not_sum_to_a_hundred_are_refused(make_workbook: MakeWorkbook) -> None:
    main = with_row(small_sheets()["main"], 3, 6, 30)
    assert "cell G2: the shares of rooftop solar sum to 90 %" in refused(make_workbook(main=main))


def test_growth_paths_of_the_workbook_are_read(make_workbook: MakeWorkbook) -> None:
    main = [
        *small_sheets()["main"],
        [],
        ["~Gdp_Growth_rate"],
        ["Year", "Growth_Rate"],
        [2026, 5.0],
        [2027, 4.0],
    ]
    data = read_demand(make_workbook(main=main))
    assert data.drivers.growth["gsdp", "bau"].percent == {2026: 5.0, 2027: 4.0}
    assert data.drivers.growth["gsdp", "optimistic"].percent == pytest.approx(6.5)
    assert "0.065 under 'optimistic' is read as a growth of GSDP of 6.5 % a year" in messages(
        data, Severity.CHANGE
    )


def test_a_project_without_a_workbook_says_where_to_put_it(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "empty", "Empty")
    with pytest.raises(UnreadableFile, match=r"no workbook in .*inputs; copy the demand workbook"):
        find_workbook(project, "")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"nothing\.xlsx"):
        read_demand(tmp_path / "nothing.xlsx")


def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path) -> None:
    large = tmp_path / "large.xlsx"
    with large.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(UnreadableFile, match="MB"):
        read_demand(large)


def test_a_workbook_open_in_excel_is_read_and_said_so(make_workbook: MakeWorkbook) -> None:
    path = make_workbook()
    path.with_name(f"~${path.name}").write_bytes(b"")
    assert "open in Excel" in messages(read_demand(path), Severity.WARNING)


def test_a_changed_file_is_read_again(make_workbook: MakeWorkbook, tmp_path: Path) -> None:
    path = make_workbook()
    before = read_demand(path)
    make_workbook(path, Homes=series(2006, grown(2e7, 0.05, 20)))
    assert read_demand(path).sectors["Homes"].energy[0] != before.sectors["Homes"].energy[0]


def test_kerala_is_read_with_all_its_known_faults_reported(kerala_workbook: Path) -> None:
    data = read_demand(kerala_workbook)
    assert len(data.sectors) == 11
    assert data.unit == "MWh"
    assert data.last_actual_year == 2025
    total = sum(s.energy[-1] for s in data.sectors.values() if s.role is Role.SALES)
    assert total == pytest.approx(29_965.5, abs=0.1)
    warnings = messages(data, Severity.WARNING)
    for driver in ("GSDP", "Agriculture_GVA", "Manufacturing GVA"):
        assert f"'{driver}' jumps" in warnings
    assert "'Commercial gva' jumps" not in warnings
    assert data.drivers.growth["gsdp", "bau"].percent[2037] == 5.5
    assert data.drivers.levels_source["Total Population"] == "commons"
    given = {name for name, sector in data.sectors.items() if sector.given}
    assert given == {"ev_transport", "green_hydrogen", "solar_rooftop"}
    assert sum(data.solar_share.values()) == pytest.approx(100)


def test_a_workbook_that_is_a_link_is_refused_by_name_and_not_passed_over(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "linked", "Linked")
    (tmp_path / "shared.xlsx").write_bytes(b"of a shared folder")
    (project.inputs / "demand.xlsx").symlink_to(tmp_path / "shared.xlsx")
    (project.inputs / "plants.xlsx").write_bytes(b"another workbook")

    with pytest.raises(LinkRefused, match=r"demand\.xlsx is a link; .* replace it by what it leads to"):
        read_demand(find_workbook(project, ""))
