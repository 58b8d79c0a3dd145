"""Files of daily weather: units, fills, gaps, and every mistake with its row, column and value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.data.problems import Problems
from workbench.data.projects.project import Project
from workbench.errors import InvalidData, SettingError, UnreadableFile
from workbench.evapotranspiration.config import EvapotranspirationConfig
from workbench.evapotranspiration.inputs.files import read_daily_table
from workbench.evapotranspiration.inputs.reading import read_inputs
from workbench.evapotranspiration.inputs.sites import read_sites
from workbench.evapotranspiration.jobs import estimate_evapotranspiration

HEAD = "date,tmax,tmin,rh,u2,rs,precip\n"
ROWS = "2024-02-28,30,18,60,2,20,0\n2024-02-29,31,19,61,2.1,21,0.2\n2024-03-01,32,20,62,2.2,22,0\n"


def table(tmp_path: Path, text: str, name: str = "weather.csv"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_daily_table(path)


def refusal(tmp_path: Path, text: str) -> str:
    before = text
    with pytest.raises(InvalidData) as caught:
        table(tmp_path, text)
    assert (tmp_path / "weather.csv").read_text() == before
    return str(caught.value)


def test_a_plain_table_is_read_as_it_stands(tmp_path: Path) -> None:
    got = table(tmp_path, HEAD + ROWS)
    assert got.frame["precip"].tolist() == [0.0, 0.2, 0.0]
    assert got.frame["date"].tolist() == list(pd.date_range("2024-02-28", periods=3))
    assert len(got.problems) == 0


def test_the_separators_of_other_countries_are_understood(tmp_path: Path) -> None:
    got = table(tmp_path, "date;tmax;tmin\n2024-02-28;30,5;18,5\n2024-02-29;31,5;19,0\n")
    assert got.frame["tmax"].tolist() == [30.5, 31.5]


def test_units_in_headers_are_converted_and_each_conversion_is_reported(tmp_path: Path) -> None:
    got = table(
        tmp_path,
        "Date,Tmax [°F],Tmin [degF],Wind (km/h),Radiation [W/m2],Rain [in]\n2024-01-01,86,50,36,250,1\n",
    )
    row = got.frame.iloc[0]
    assert [row["tmax"], row["tmin"], row["u2"]] == pytest.approx([30.0, 10.0, 10.0])
    assert [row["rs"], row["precip"]] == pytest.approx([21.6, 25.4])
    assert len(got.problems.changes) == 5
    assert "column 'Tmax [°F]': converted from degF to degC, such as 86 degF to 30 degC" in str(
        got.problems.changes[0]
    )


def test_a_unit_that_is_not_known_is_refused(tmp_path: Path) -> None:
    assert "unit 'furlong' is not known for u2, expected m/s" in refusal(
        tmp_path, "date,u2 [furlong]\n2024-01-01,3\n"
    )


def test_fills_are_missing_and_said(tmp_path: Path) -> None:
    got = table(tmp_path, HEAD + ROWS.replace("31,19", "-999,19"))
    assert np.isnan(got.frame["tmax"][1])
    assert "column 'tmax': 1 cells hold -999 (first in row 3), read as missing" in str(
        got.problems.changes[0]
    )


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        (("28/02/2024", "29/02/2024", "01/03/2024"), "3 dates were read day first, '28/02/2024' shows it"),
        (("2/28/2024", "2/29/2024", "3/1/2024"), "3 dates were read month first, '2/28/2024' shows it"),
        (("28 Feb 2024", "29 Feb 2024", "1 Mar 2024"), "no date can be read in two ways"),
        (("28.02.2024", "2024-02-29", "2024-03-01"), "1 dates were read day first"),
    ],
)
def test_dates_of_other_countries_are_read_and_their_order_is_said(
    tmp_path: Path, dates: tuple[str, ...], said: str
) -> None:
    got = table(tmp_path, "date,tmax,tmin\n" + "".join(f"{date},30,20\n" for date in dates))
    assert got.frame["date"].tolist() == [
        pd.Timestamp(day) for day in ("2024-02-28", "2024-02-29", "2024-03-01")
    ]
    assert said in str(got.problems.changes[0])


@pytest.mark.parametrize(("pattern", "order"), [("0{}/06/2024", "day first"), ("06/0{}/2024", "month first")])
def test_days_that_follow_each_other_show_the_order(tmp_path: Path, pattern: str, order: str) -> None:
    days = [pattern.format(day) for day in range(1, 8)]
    got = table(tmp_path, "date,tmax,tmin\n" + "".join(f"{day},30,20\n" for day in days))
    assert got.frame["date"].tolist() == list(pd.date_range("2024-06-01", periods=7))
    assert f"7 dates were read {order}, so the days follow each other" in str(got.problems.changes[0])


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        (("04/05/2024",), "column 'date', row 2: '04/05/2024' may be day first or month first"),
        (("13/05/2024", "05/13/2024"), "can only be day first and '05/13/2024' only month first"),
    ],
)
def test_an_order_that_nothing_shows_is_refused(tmp_path: Path, dates: tuple[str, ...], words: str) -> None:
    assert words in refusal(tmp_path, "date,tmax,tmin\n" + "".join(f"{date},30,20\n" for date in dates))


def test_missing_days_are_said_and_stay_missing(tmp_path: Path) -> None:
    got = table(tmp_path, HEAD + ROWS.replace("2024-03-01", "2024-03-04"))
    assert "3 days are missing between 2024-02-28 and 2024-03-04, the first 2024-03-01" in str(
        got.problems.warnings[0]
    )
    assert len(got.frame) == 3


def test_years_of_365_days_are_recognised(tmp_path: Path) -> None:
    days = [day for day in pd.date_range("2024-01-01", "2024-12-31") if (day.month, day.day) != (2, 29)]
    text = "date,tmax,tmin\n" + "".join(f"{day:%Y-%m-%d},30,20\n" for day in days)
    assert "Only 29 February is" in str(table(tmp_path, text).problems.warnings[0])


def test_a_29_february_that_never_was_is_named(tmp_path: Path) -> None:
    words = refusal(tmp_path, HEAD + ROWS.replace("2024-02-29", "2023-02-29"))
    assert "row 3, column 'date': '2023-02-29' is not a date: 2023 is not a leap year" in words


def test_three_readings_a_day_are_not_taken_for_days(tmp_path: Path) -> None:
    days = [f"2024-01-{day:02d} {hour}:00,30,20" for day in range(1, 15) for hour in ("07", "14", "21")]
    words = refusal(tmp_path, "\n".join(["date,tmax,tmin", *days]))
    assert "3 rows for 2024-01-01" in words
    assert "expected one" in words


def test_a_day_that_comes_twice_is_refused(tmp_path: Path) -> None:
    words = refusal(tmp_path, HEAD + ROWS.replace("2024-02-29", "2024-02-28"))
    assert "row 3, column 'date': 2 rows for 2024-02-28" in words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD + ROWS.replace("31,19", "warm,19"), "row 3, column 'tmax': 'warm' is not a number"),
        (
            HEAD + ROWS.replace("2024-02-29", "30/02/2024"),
            "'30/02/2024' is not a date; write dates like 2024-02-29",
        ),
        ("day,height\n2024-01-01,3\n", "no column of values"),
        ("tmax,tmin\n3,2\n", "no column 'date'"),
        ("date,tmax,t_max\n2024-01-01,3,4\n", "'tmax' and 't_max' are both read as tmax"),
        (HEAD + ROWS.replace("31,19", "inf,19"), "row 3, column 'tmax': the number is infinite"),
    ],
)
def test_what_cannot_be_used_is_named_with_row_column_and_value(
    tmp_path: Path, text: str, words: str
) -> None:
    assert words in refusal(tmp_path, text)


@pytest.mark.parametrize("text", ["", "date,tmax\n", "\n\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableFile, match=r"weather.csv (is empty|has no rows below its header)"):
        table(tmp_path, text)


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="Parquet"):
        table(tmp_path, "not parquet", "weather.parquet")


def sites(tmp_path: Path, rows: str):
    path = tmp_path / "sites.csv"
    path.write_text("site,latitude,longitude,elevation\n" + rows)
    problems = Problems()
    return read_sites(path, problems)


def test_sites_are_read_with_or_without_their_height(tmp_path: Path) -> None:
    one, two = sites(tmp_path, "A,-22.7,-47.6,547\nB,-10.0,-48.0,\n")
    assert (one.elevation, two.elevation) == (547.0, None)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("A,-95,10,1\n", "row 2: A: latitude is -95, expected -90 to 90"),
        ("A,90,10,1\n", "row 2: A: latitude is 90, the pole"),
        ("A,0,-30,1\n", "row 2: A: latitude 0, longitude -30 lies in the sea"),
        ("A,-22,-47,1\nA,-23,-47,1\n", "row 3, column 'site': 'A' comes twice"),
        ("a/b,-22,-47,1\n", "row 2, column 'site': 'a/b' is not a name"),
        ("A,north,-47,1\n", "row 2, column 'latitude': 'north' is not a number"),
    ],
)
def test_sites_that_cannot_be_are_named_with_their_row(tmp_path: Path, rows: str, words: str) -> None:
    with pytest.raises(InvalidData) as caught:
        sites(tmp_path, rows)
    assert "sites.csv" in str(caught.value)
    assert words in str(caught.value)


def test_a_column_of_a_sites_file_that_is_not_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_text("site,latitude,longitude,elev_m\nA,-22.7,-47.6,547\n")
    problems = Problems()
    assert read_sites(path, problems)[0].elevation is None
    assert "sites.csv: not read: the columns elev_m" in str(next(iter(problems)))


def test_every_bad_row_is_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidData) as caught:
        sites(tmp_path, "A,95,10,1\nB,0,-30,1\nC,10,200,1\n")
    assert len(caught.value.problems) == 3


def test_a_reference_of_an_unknown_site_is_said_and_left_out(project: Project) -> None:
    (project.inputs / "eto_sites.csv").write_text("site,latitude,longitude\nA,-22.7,-47.6\n")
    (project.inputs / "eto_reference.csv").write_text("site,date,eto\nZ,2024-01-01,4\nA,2024-01-01,4.5\n")
    data = read_inputs(project, EvapotranspirationConfig())
    assert data.reference["site"].tolist() == ["A"]
    assert any("sites that the sites file does not: Z" in str(problem) for problem in data.problems)


def test_a_project_without_any_place_says_what_to_do(project: Project) -> None:
    with pytest.raises(SettingError, match="No place is given: name a city or coordinates"):
        read_inputs(project, EvapotranspirationConfig())


def test_a_grid_leaves_the_sea_out_and_says_so(project: Project) -> None:
    data = read_inputs(project, EvapotranspirationConfig(grid=(-24.5, -46.5, -23.0, -44.5, 0.5)))
    assert 4 <= len(data.places) < 20
    assert any("of 20 places of the grid lie in the sea" in str(problem) for problem in data.problems)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"grid": (0.0, 1.0)}, "grid has 2 numbers, expected 5"),
        ({"grid": (5.0, 0.0, 1.0, 1.0, 0.1)}, "grid is south 5"),
        ({"grid": (-10.0, -60.0, 10.0, 60.0, 0.1)}, "at most 400"),
        ({"grid": (0.0, -31.0, 1.0, -30.0, 0.5)}, "None of the 9 places of the grid lies on land"),
        ({"start": "2023-02-29"}, "that year has no 29 February"),
        ({"start": "2024-05-01", "end": "2024-04-01"}, "lies after end"),
        ({"services": {"nasa": "https://x.org"}}, "services names 'nasa'"),
        ({"place": "0, -30"}, "lies in the sea"),
        ({"place": "91, 10"}, "latitude.*91"),
        ({"place": "Atlantis City"}, "There is no city 'Atlantis City'"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_what_was_seen(
    project: Project, settings: dict[str, object], words: str
) -> None:
    config = EvapotranspirationConfig(**settings)

    def use() -> None:
        estimate_evapotranspiration.make_config(config)
        read_inputs(project, config)

    with pytest.raises(SettingError, match=words):
        use()


def test_shares_are_not_taken_for_percent(tmp_path: Path) -> None:
    shares = HEAD + ROWS.replace(",60,", ",0.6,").replace(",61,", ",0.61,").replace(",62,", ",0.62,")

    assert "column 'rh': no value exceeds 0.62 (row 4), as if they were shares" in refusal(tmp_path, shares)
    frame = table(tmp_path, shares.replace("rh", "rh [1]")).frame
    np.testing.assert_allclose(frame["rh"], [60.0, 61.0, 62.0])


def test_a_first_row_without_a_date_is_named_by_its_line(tmp_path: Path) -> None:
    """Found by damaged inputs: a row of units below the header, whose date is blank."""
    said = refusal(tmp_path, HEAD + ",30,18,60,2,20,0\n" + ROWS)

    assert "row 2, column 'date': the cell is blank" in said
