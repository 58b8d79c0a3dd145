"""Yearly sales as planners keep them, without ``~`` tables, each layout with the same numbers."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from demand_workbooks import grown, write_sheets
from openpyxl.utils import get_column_letter

from workbench.data.explanation.cells import explain
from workbench.data.projects.project import Project
from workbench.demand.config import DemandConfig
from workbench.demand.inputs.reading import DemandInput, find_workbook, read_demand
from workbench.demand.inputs.series_meaning import unit_in
from workbench.demand.jobs import forecast_demand
from workbench.errors import InvalidData

YEARS = range(2012, 2026)
SALES = {
    "Domestic": grown(9000, 0.05, 14),
    "HT Industry": grown(5000, 0.03, 14),
    "Agriculture": grown(400, 0.01, 14),
}
Rows = list[list[object]]


@pytest.fixture
def empty(tmp_path: Path, without_report: None) -> Project:
    return Project.create(tmp_path / "state", "State")


def fiscal(year: int) -> str:
    return f"{year - 1}-{year % 100:02d}"


def across(*, mark: str = "") -> Rows:
    return [
        ["Category-wise sales (in MU)"],
        [],
        ["S.No.", "Category", *(fiscal(year) + mark for year in YEARS), "CAGR"],
        *([i, name, *values, 5.1] for i, (name, values) in enumerate(SALES.items(), 1)),
        ["", "Total sales", *np.sum(list(SALES.values()), axis=0).tolist()],
        ["", "Growth (%)", "", *[4.0] * 13],
    ]


def down() -> Rows:
    totals = np.sum(list(SALES.values()), axis=0)
    return [
        [
            "Year",
            *(f"{name} (MU)" for name in SALES),
            "Total (MU)",
            "T&D loss (%)",
            "Peak demand (MW)",
            "Population",
        ],
        *(
            [
                f"FY {fiscal(year)}",
                *(v[k] for v in SALES.values()),
                totals[k],
                15 - k / 10,
                3000 + 10 * k,
                30e6 + k,
            ]
            for k, year in enumerate(YEARS)
        ),
    ]


def columns_below_years() -> Rows:
    below = ["Consumers (Nos.)", "Connected load (MW)", "Sales (MU)"]
    return [
        ["Particulars", *(text for year in YEARS for text in (fiscal(year), "", ""))],
        ["", *below * len(YEARS)],
        *([name, *(x for k in range(14) for x in (1000 + k, 50 + k, v[k]))] for name, v in SALES.items()),
    ]


def long() -> Rows:
    rows = [[fiscal(y), name, v[k], 1000 + k] for k, y in enumerate(YEARS) for name, v in SALES.items()]
    return [["Financial year", "Category", "Sales (MU)", "No. of consumers"], *rows]


def a_sheet_each() -> dict[str, Rows]:
    return {
        name: [["Year", "Sales (MU)"], *([fiscal(y), v] for y, v in zip(YEARS, values, strict=True))]
        for name, values in SALES.items()
    }


def in_lakh_units() -> Rows:
    rows = [[i, name, "LU", *(10 * v for v in values)] for i, (name, values) in enumerate(SALES.items(), 1)]
    return [["Sr. No.", "Category", "Unit", *(f"FY{year % 100:02d}" for year in YEARS)], *rows]


def write(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]] | Rows) -> Path:
    return write_sheets(path, sheets if isinstance(sheets, Mapping) else {"Data": sheets})


def assert_sales(data: DemandInput, names: Mapping[str, str] | None = None) -> None:
    assert data.last_actual_year == 2025
    assert set(data.sectors) == {(names or {}).get(name, name) for name in SALES}
    for name, values in SALES.items():
        sector = data.sectors[(names or {}).get(name, name)]
        np.testing.assert_allclose(sector.energy, values)
        assert list(sector.years) == list(YEARS)
        assert not sector.given


LAYOUTS = [
    across(),
    across(mark=" (A)"),
    down(),
    columns_below_years(),
    long(),
    a_sheet_each(),
    in_lakh_units(),
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sales_by_year_are_read_in_every_layout(layout: Rows, tmp_path: Path) -> None:
    path = write(tmp_path / "sales.xlsx", layout)
    if layout is LAYOUTS[3]:
        book = openpyxl.load_workbook(path)
        for k in range(14):
            book["Data"].merge_cells(f"{get_column_letter(2 + 3 * k)}1:{get_column_letter(4 + 3 * k)}1")
        book.save(path)
    data = read_demand(path)
    assert_sales(data)
    assert "read as the sectors Domestic, HT Industry, Agriculture" in " ".join(map(str, data.problems))


def test_what_is_no_sales_is_listed_with_its_place(tmp_path: Path) -> None:
    unused = {note.message: note for note in read_demand(write(tmp_path / "a.xlsx", across())).unused}
    assert any(message.startswith("'CAGR' stands beside the years") for message in unused)
    assert any(message.startswith("'Growth (%)' is not used") for message in unused)
    others = read_demand(write(tmp_path / "b.xlsx", columns_below_years())).unused
    assert {"'Consumers (Nos.)'", "'Connected load (MW)'"} == {
        note.message.partition(" (Dom")[0] for note in others
    }


def test_losses_peaks_and_drivers_are_read_beside_the_sales(tmp_path: Path) -> None:
    data = read_demand(write(tmp_path / "sales.xlsx", down()))
    assert data.losses[2013] == 14.9
    assert data.peaks[2025] == 3130
    assert data.cells["losses", 2013] == "Data!F3"
    assert list(data.drivers.actual) == ["Population"]
    assert data.sectors["Domestic"].cells[2012] == "B2"


def test_a_text_file_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(long())
    assert_sales(read_demand(path))


def test_sections_tell_sectors_of_one_name_apart(tmp_path: Path) -> None:
    heads = ["Consumers (sales in MU)", *map(fiscal, YEARS)]
    low, high, farms = SALES.values()
    rows = [heads, ["LT"], ["Domestic", *low], ["Others", *farms], ["HT"], ["Others", *high]]
    names = {"HT Industry": "HT Others", "Agriculture": "LT Others"}
    assert_sales(read_demand(write(tmp_path / "sales.xlsx", rows)), names)


def test_projections_of_the_file_are_a_path_and_the_forecast_goes_as_far(
    tmp_path: Path, empty: Project
) -> None:
    years = [*(fiscal(y) + " (A)" for y in YEARS[:-1]), "2024-25 (RE)", "2025-26 (Proj.)"]
    rows = [["Sales in GWh", *years], *([name, *v, v[-1] * 1.1] for name, v in SALES.items())]
    path = write(empty.inputs / "Sales of the state.xlsx", rows)
    data = read_demand(path)
    assert data.last_actual_year == 2024
    assert set(data.sectors["Domestic"].given) == {2025, 2026}
    result = forecast_demand(empty)
    assert result.table("requirement").year.max() == 2026
    found = explain(result, "consolidated", "Domestic", year=2020)
    assert "Sales of the state.xlsx, sheet 'Data', cell J2" in found.places


def test_provisional_years_are_actuals_and_said(tmp_path: Path) -> None:
    rows = across()
    rows[2][-2] = "2024-25 (P)"
    data = read_demand(write(tmp_path / "sales.xlsx", rows))
    assert_sales(data)
    assert "2025: marked as provisional (P), and read as actual" in " ".join(map(str, data.problems))


def test_a_missing_unit_is_asked_for_and_can_be_given(tmp_path: Path) -> None:
    path = write(
        tmp_path / "sales.xlsx",
        [["Year", *SALES], *([year, *(v[k] for v in SALES.values())] for k, year in enumerate(YEARS))],
    )
    with pytest.raises(InvalidData, match="no unit of electricity is named") as caught:
        read_demand(path)
    offered = [answer.value for problem in caught.value.problems for answer in problem.answers]
    assert offered == ["MU", "MWh", "kWh"]
    assert_sales(read_demand(path, DemandConfig(electricity_unit="MU")))


def test_a_total_that_is_not_the_sum_of_its_sectors_is_said(tmp_path: Path) -> None:
    rows = across()
    rows[6][-1] = 99_000.0
    said = " ".join(map(str, read_demand(write(tmp_path / "sales.xlsx", rows)).problems))
    assert "cell P7: 'Total sales' says 99,000 in 2025, its sectors sum to" in said
    assert "is the sum" not in said


def test_a_sector_that_is_repeated_counts_once_and_is_said(tmp_path: Path) -> None:
    rows = across()
    rows.insert(4, [9, "Domestic", *SALES["Domestic"][:7]])
    data = read_demand(write(tmp_path / "sales.xlsx", rows))
    assert_sales(data)
    said = " ".join(map(str, data.problems))
    assert "the sector 'Domestic' is there again" in said
    assert "its sectors sum to" not in said


def test_a_number_beside_the_years_is_said(tmp_path: Path) -> None:
    rows = [*across()[:6], [4, "", *[7.5] * 14]]
    said = " ".join(map(str, read_demand(write(tmp_path / "sales.xlsx", rows)).problems))
    assert "cell C7: a number stands here (and 13 more)" in said


@pytest.mark.parametrize("text", ["-", "\u2013", "NA", "n.a.", ""])
def test_a_placeholder_is_no_zero(text: str, tmp_path: Path) -> None:
    rows = [*in_lakh_units(), [4, "EV charging", "LU", *[text] * 9, 1.0, 2.0, 3.0, 4.0, 5.0]]
    sector = read_demand(write(tmp_path / "sales.xlsx", rows)).sectors["EV charging"]
    assert (sector.first_year, len(sector.energy)) == (2021, 5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda rows: rows.append([5, "Domestic", *[7.0] * 14]),
            "the sector 'Domestic' is there more than once",
        ),
        (lambda rows: rows[3].__setitem__(4, "#N/A"), "cell E4: expected a number, found '#N/A'"),
        (lambda rows: rows[3].__setitem__(4, None), "the year 2014 has no value"),
        (lambda rows: rows[3].__setitem__(1, "Domestic (kWh)"), "'kWh' is said in 'Data'!B4 and 'MU' here"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_cell(change: object, said: str, tmp_path: Path) -> None:
    rows = across()[:6]
    change(rows)  # type: ignore[operator]
    with pytest.raises(InvalidData) as caught:
        read_demand(write(tmp_path / "sales.xlsx", rows))
    assert said in " ".join(map(str, caught.value.problems))


def test_a_workbook_without_years_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="sales by year"):
        read_demand(write(tmp_path / "demand.xlsx", [["Hello", "World"], [1, 2]]))


def test_a_text_file_of_sales_is_found_beside_hourly_loads(empty: Project) -> None:
    for name in ("hourly_demand.csv", "plants.csv", "category sales.csv"):
        (empty.inputs / name).write_text("a,b\n1,2\n", encoding="utf-8")
    assert find_workbook(empty, "").name == "category sales.csv"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        *(
            ("Sales (MU)", "MU"),
            ("in MUs", "MU"),
            ("Million Units", "MU"),
            ("million kWh", "MU"),
            ("in LU", "LU"),
        ),
        *(("Lakh units", "LU"), ("BU", "TWh"), ("(GWh)", "GWh"), ("kWh", "kWh"), ("Mn kWh", "MU")),
        *(("Municipal supply", None), ("Mumbai", None), ("Bulk", None), ("lucky", None), ("MW", None)),
    ],
)
def test_units_are_known_as_people_write_them(text: str, unit: str | None) -> None:
    assert unit_in(text) == unit


def by_year(columns: Mapping[str, Sequence[float]]) -> Rows:
    """Years down, one column each."""
    return [["Year", *columns], *([year, *(v[k] for v in columns.values())] for k, year in enumerate(YEARS))]


def test_households_are_a_sector_and_their_number_is_a_driver(tmp_path: Path) -> None:
    columns = {"Households (GWh)": SALES["Domestic"], "Industry (GWh)": SALES["HT Industry"]}
    others = {"Number of households": grown(1e6, 0.01, 14), "Cement production (kt)": grown(5e3, 0.02, 14)}
    data = read_demand(write(tmp_path / "sales.xlsx", by_year(columns | others)))
    assert list(data.sectors) == ["Households", "Industry"]
    assert list(data.drivers.actual) == ["Number of households"]
    assert any("Cement production (kt)" in note.message for note in data.unused)


def test_a_power_in_the_name_of_a_category_is_no_unit(tmp_path: Path) -> None:
    names = ("Domestic (0-100)", "LT Industry up to 20 HP", "HT 1000 kVA and above")
    rows = [
        ["Sales in MU", *map(fiscal, YEARS)],
        *([n, *v] for n, v in zip(names, SALES.values(), strict=True)),
    ]
    assert_sales(read_demand(write(tmp_path / "sales.xlsx", rows)), dict(zip(SALES, names, strict=True)))


def test_of_several_losses_that_of_the_whole_counts_and_of_several_peaks_none(tmp_path: Path) -> None:
    losses = {
        "Transmission loss (%)": [3.0] * 14,
        "T&D loss (%)": [15.0] * 14,
        "Distribution loss (%)": [12.0] * 14,
    }
    peaks = {"Peak met (MW)": grown(400, 0.01, 14), "Unrestricted peak (MW)": grown(410, 0.01, 14)}
    columns = {f"{name} (MU)": values for name, values in SALES.items()}
    data = read_demand(write(tmp_path / "sales.xlsx", by_year(columns | losses | peaks)))
    assert_sales(data)
    assert set(data.losses.values()) == {15.0}
    assert data.peaks == {}
    assert "'Peak met (MW)', 'Unrestricted peak (MW)' give the peak differently" in " ".join(
        map(str, data.problems)
    )
    assert any(
        "'Transmission loss (%)' is not used: 'T&D loss (%)' gives" in note.message for note in data.unused
    )


def test_a_table_without_a_unit_beside_one_with_is_a_question(tmp_path: Path) -> None:
    others = {"Pump sets": grown(1e4, 0.01, 14), "Vehicles": grown(1e5, 0.1, 14)}
    path = write(tmp_path / "sales.xlsx", {"Sales (MU)": by_year(SALES), "Other": by_year(others)})
    with pytest.raises(InvalidData, match="no unit is said of Pump sets, Vehicles") as caught:
        read_demand(path)
    answers = [answer.value for problem in caught.value.problems for answer in problem.answers]
    assert answers == ["Pump sets", "Vehicles"]
    assert_sales(read_demand(path, DemandConfig(left_out=("Pump sets", "Vehicles"))))


def test_a_title_of_sales_and_peaks_says_neither_of_a_row(tmp_path: Path) -> None:
    rows = [["Category", *map(fiscal, YEARS)], *([name, *values] for name, values in SALES.items())]
    rows.append(["Peak (MW)", *grown(400, 0.01, 14)])
    data = read_demand(
        write(tmp_path / "a.xlsx", {"Energy and peak": rows}), DemandConfig(electricity_unit="MU")
    )
    assert_sales(data)
    assert len(data.peaks) == 14


@pytest.mark.parametrize(
    ("header", "factor"), [("Peak (kW)", 1e-3), ("Peak [GW]", 1e3), ("Peak demand", 1.0)]
)
def test_peaks_are_read_in_their_unit(header: str, factor: float, tmp_path: Path) -> None:
    columns = {f"{name} (MU)": values for name, values in SALES.items()} | {header: [4.0] * 14}
    data = read_demand(write(tmp_path / "sales.xlsx", by_year(columns)))
    assert set(data.peaks.values()) == {4.0 * factor}
    said = "no unit is said of 'Peak demand'" in " ".join(map(str, data.problems))
    assert said == (header == "Peak demand")
