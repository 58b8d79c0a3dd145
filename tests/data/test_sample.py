from __future__ import annotations

import datetime
import hashlib
import time
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.data.workbooks.number_cells import read_numbers
from workbench.data.workbooks.reading import Workbook, read_workbook
from workbench.demand.inputs.template import Role
from workbench.errors import ProjectError
from workbench.sample.demand import LOSSES, PANDEMIC_YEAR, requirement_in, sales_in, sample_demand
from workbench.sample.load import LOAD_YEARS, sample_load
from workbench.sample.plants import EMISSIONS, OPTIONS, PLANTS
from workbench.sample.project import create_from_sample, create_from_template, write_sample


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return create_from_sample(tmp_path_factory.mktemp("sample") / "samudra")


@pytest.fixture(scope="module")
def demand(sample: Project) -> Workbook:
    return read_workbook(sample.input("demand.xlsx"))


@pytest.fixture(scope="module")
def load(sample: Project) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    table = read_workbook(sample.input("hourly_load.xlsx")).sheet("Past_Hourly_Demand").table()
    return np.array(read_numbers(table, "demand", Problems()))


def electricity(workbook: Workbook, sector: str) -> dict[int, float]:
    table = workbook.sheet(sector).table()
    problems = Problems(workbook.path.name)
    years, values = read_numbers(table, "Year", problems), read_numbers(table, "Electricity", problems)
    assert len(problems) == 0
    return {int(year): value for year, value in zip(years, values, strict=True)}


def test_the_sample_opens_without_a_problem(sample: Project, demand: Workbook) -> None:
    assert Project.open(sample.folder) == sample
    assert len(sample.validate()) == 0
    assert demand.problems == ()


def test_the_sample_is_small_and_made_in_three_seconds(tmp_path: Path) -> None:
    started = time.process_time()
    project = create_from_sample(tmp_path / "sample")

    assert time.process_time() - started < 3
    assert sum(path.stat().st_size for path in project.folder.rglob("*") if path.is_file()) < 2_000_000


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_data(tmp_path: Path) -> None:
    first, second, other = (
        [hashlib.sha256(path.read_bytes()).hexdigest() for path in write_sample(tmp_path / name, rng=seed)]
        for name, seed in (("a", 7), ("b", np.random.default_rng(7)), ("c", 8))
    )

    assert first == second
    assert first[:2] != other[:2]


def test_twenty_years_of_eight_sectors_are_there_without_a_gap(demand: Workbook) -> None:
    sectors = demand.sheet("main").marked_tables()["Consumption_Sectors"]
    roles = dict(zip(sectors.column("Sector_Name"), sectors.column("Role"), strict=True))
    sales = [str(name) for name, role in roles.items() if role == "sales"]

    assert len(sales) == 8
    assert sorted(str(role) for role in roles.values() if role != "sales") == ["ev", "hydrogen", "solar"]
    for name in sales:
        values = electricity(demand, name)
        assert list(values) == list(range(2006, 2026))
        assert min(values.values()) > 0
        assert 0.01 < (values[2025] / values[2006]) ** (1 / 19) - 1 < 0.10


def test_the_pandemic_dips_in_its_year_only_and_only_where_work_stood_still(demand: Workbook) -> None:
    for name in ("Commercial", "Industry_HT", "Railways", "Bulk_supply"):
        values = electricity(demand, name)
        growth = {year: values[year] / values[year - 1] - 1 for year in list(values)[1:]}
        assert min(growth, key=growth.__getitem__) == PANDEMIC_YEAR == 2021
        assert growth[2021] < -0.05
        assert growth[2022] > 0.05
    home = electricity(demand, "Domestic")
    assert home[2021] > home[2020]


def test_projections_are_marked_and_rooftop_solar_is_negative(demand: Workbook) -> None:
    for name in ("EV", "Green_hydrogen", "Rooftop_solar"):
        table = demand.sheet(name).table()
        status = dict(zip(table.column("Year"), table.column("Status"), strict=True))
        assert {year for year, word in status.items() if word == "projection"} == set(range(2026, 2038))
    assert max(electricity(demand, "Rooftop_solar").values()) < 0
    assert electricity(demand, "Green_hydrogen")[2025] == 0


def test_solar_shares_add_up_and_every_driver_has_a_series_and_a_path(demand: Workbook) -> None:
    tables = demand.sheet("main").marked_tables()
    indicators = demand.sheet("Economic_Indicators").table()
    drivers = {name for row in tables["Drivers"].rows for name in row if name is not None}

    assert sum(read_numbers(tables["Solar_share"], "Percentage_share", Problems())) == 100
    assert drivers <= set(indicators.columns)
    assert drivers <= set(tables["Driver_Growth"].column("Driver"))
    bau, good, bad = (
        read_numbers(tables["Driver_Growth"], name, Problems())
        for name in ("BAU", "optimistic", "pessimistic")
    )
    assert all(low <= middle <= high for low, middle, high in zip(bad, bau, good, strict=True))


def test_indicators_agree_with_each_other(demand: Workbook) -> None:
    table = demand.sheet("Economic_Indicators").table()
    column = {name: np.array(read_numbers(table, name, Problems())) for name in table.columns}
    parts = column["Agriculture GVA"] + column["Manufacturing GVA"] + column["Commercial GVA"]

    np.testing.assert_allclose(
        column["Per Capita GSDP"], column["GSDP"] / column["Total Population"], rtol=1e-4
    )
    assert np.all(parts < column["GSDP"])
    assert np.all(column["Total Population"] / column["No of Households"] > 3.5)
    assert np.argmin(np.diff(np.log(column["GSDP"]))) == 2021 - 2007


def test_the_hourly_load_adds_up_to_sales_and_losses(
    demand: Workbook, load: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> None:
    names = [
        str(name)
        for name in demand.sheet("main").marked_tables()["Consumption_Sectors"].column("Sector_Name")
    ]
    begin = 0
    for year in LOAD_YEARS:
        hours = (datetime.date(year, 4, 1) - datetime.date(year - 1, 4, 1)).days * 24
        sales = sum(electricity(demand, name).get(year, 0.0) for name in names)
        loss = float(np.interp(year, list(LOSSES), list(LOSSES.values()))) / 100
        assert load[begin : begin + hours].sum() == pytest.approx(sales / (1 - loss), rel=1e-6)
        begin += hours
    assert begin == load.size == 8760 + 8784 + 8760


def test_load_factors_in_the_workbook_are_those_of_the_hourly_load(
    demand: Workbook, load: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> None:
    table = demand.sheet("main").marked_tables()["Load_factor"]
    given = dict(
        zip(read_numbers(table, "Year", Problems()), read_numbers(table, "Percent", Problems()), strict=True)
    )
    last = load[-8760:]

    assert given[2025] == pytest.approx(100 * last.mean() / last.max(), abs=0.051)
    assert all(60 < given[year] < 75 for year in LOAD_YEARS)


def test_the_load_has_the_shape_of_days_weeks_and_seasons(
    load: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    start = datetime.date(LOAD_YEARS[0] - 1, 4, 1)
    days = load.reshape(-1, 24)
    dates = [start + datetime.timedelta(days=day) for day in range(len(days))]
    weekday = np.array([day.weekday() for day in dates])
    month = np.array([day.month for day in dates])
    daily = days.mean(axis=1)

    assert days.mean(axis=0).argmax() in (19, 20)
    assert days.mean(axis=0).argmin() in (2, 3, 4)
    assert daily[weekday == 6].mean() < 0.96 * daily[weekday < 5].mean()
    assert daily[np.isin(month, (4, 5))].mean() > 1.1 * daily[np.isin(month, (7, 8))].mean()
    assert np.abs(np.diff(load)).max() < 0.16 * load.mean()


def test_holidays_lie_in_the_period_and_lower_the_load(
    sample: Project, load: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> None:
    table = read_workbook(sample.input("hourly_load.xlsx")).sheet("Holidays").table()
    start, end = datetime.date(2022, 4, 1), datetime.date(2025, 3, 31)
    daily = load.reshape(-1, 24).mean(axis=1)
    lower = []
    for day in table.column("Holiday"):
        assert isinstance(day, datetime.date)
        assert start <= day <= end
        at = (day - start).days
        if 7 <= at < len(daily) - 7:
            lower.append(daily[at] < (daily[at - 7] + daily[at + 7]) / 2)
    assert len(lower) > 30
    assert sum(lower) > 0.8 * len(lower)


def test_plants_cover_the_peak_and_every_carrier_has_its_emissions(
    sample: Project, load: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> None:
    workbook = read_workbook(sample.input("plants.xlsx"))
    plants = workbook.sheet("plants").table()
    firm = sum(plant.p_nom for plant in PLANTS if plant.carrier not in ("solar", "onwind"))

    assert plants.column("name") == [plant.name for plant in PLANTS]
    assert len(set(plants.column("name"))) == len(PLANTS)
    assert firm > 1.05 * load.max()
    assert {item.carrier for item in (*PLANTS, *OPTIONS)} <= set(EMISSIONS)
    assert all(0 < item.efficiency <= 1 and item.lifetime > 0 for item in (*PLANTS, *OPTIONS))


def test_the_workbooks_open_elsewhere_with_notes_that_name_the_units(sample: Project) -> None:
    load = openpyxl.load_workbook(sample.input("hourly_load.xlsx"))["Past_Hourly_Demand"]
    plants = openpyxl.load_workbook(sample.input("plants.xlsx"))

    assert "Unit: MW" in load["C1"].comment.text
    assert load["A2"].value == datetime.datetime(2022, 4, 1)  # noqa: DTZ001 - Excel knows no zones
    assert load["B3"].value == datetime.time(1, 0)
    assert "INR/MWh" in next(c for c in plants["plants"][1] if c.value == "marginal_cost").comment.text
    assert all(cell.comment for cell in plants["options"][1])


def test_requirement_is_sales_over_one_minus_losses() -> None:
    content = sample_demand(np.random.default_rng(1))
    solar = next(sector for sector in content.sectors if sector.role is Role.SOLAR)
    without = sum(s.electricity.get(2025) or 0.0 for s in content.sectors if s is not solar)

    assert sales_in(content, 2025) == pytest.approx(without - abs(solar.electricity[2025] or 0.0))
    assert requirement_in(content, 2025) == pytest.approx(sales_in(content, 2025) / (1 - 0.096))


def test_a_single_year_of_load_can_be_made() -> None:
    load = sample_load({2024: 30e6}, np.random.default_rng(3))

    assert load.megawatts.size == 8784
    assert load.megawatts.sum() == pytest.approx(30e6, rel=1e-6)


def test_a_project_from_the_template_has_an_empty_workbook_for_each_step(tmp_path: Path) -> None:
    project = create_from_template(tmp_path / "mine", "My state")

    assert [path.name for path in project.input_files()] == ["demand.xlsx", "hourly_load.xlsx", "plants.xlsx"]
    assert not project.validate().errors


def test_a_sample_that_does_not_fit_on_the_disk_leaves_nothing(tiny_disk: Path) -> None:
    with pytest.raises(ProjectError, match="the disk is full"):
        create_from_sample(tiny_disk / "sample")
    assert list(tiny_disk.iterdir()) == []
