from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hourly_loads.series import plain_load

from workbench.errors import UnreadableFile
from workbench.hourly_loads.year_hours import hours_of_year
from workbench.load_profiles.config import LoadProfileConfig
from workbench.load_profiles.results.export import pypsa_load, pypsa_periods, write_csv, write_excel
from workbench.load_profiles.results.saved import LoadProfileResult


def result_of(zone: str, first_month: int, *years: int) -> LoadProfileResult:
    hourly = {}
    for year in years:
        hours = hours_of_year(year, first_month, zone)
        hourly[year] = pd.DataFrame(
            {"utc": hours.utc.astype("datetime64[s]"), "load": plain_load(hours.local)}
        )
    tables = {"years": pd.DataFrame({"year": years})}
    tables |= {
        name: pd.DataFrame({"year": list(years), "period": "year"})
        for name in ("months", "targets", "conflicts")
    }
    facts = {"zone": zone, "first_month": first_month, "files": {"load.xlsx": "0" * 64}}
    return LoadProfileResult(
        "BAU", LoadProfileConfig(), tables, (), facts, hourly=hourly, past=pd.DataFrame()
    )


INDIA = result_of("Asia/Kolkata", 4, 2027, 2028)
NEW_YORK = result_of("America/New_York", 1, 2027)


def test_csv_holds_local_and_utc_times_and_adds_up_again(tmp_path: Path) -> None:
    frame = pd.read_csv(write_csv(INDIA, 2028, tmp_path / "2028.csv"), comment="#")

    assert list(frame.columns) == ["begin of the hour [Asia/Kolkata]", "begin of the hour [UTC]", "load [MW]"]
    assert frame.iloc[0, 0] == "2027-04-01 00:00+05:30"
    assert frame.iloc[0, 1] == "2027-03-31 18:30"
    assert len(frame) == 8784
    assert frame["load [MW]"].sum() == pytest.approx(INDIA.hourly[2028].load.sum(), rel=1e-11)


def test_csv_of_a_zone_with_daylight_saving_names_both_hours_of_that_night(tmp_path: Path) -> None:
    frame = pd.read_csv(write_csv(NEW_YORK, 2027, tmp_path / "2027.csv"), comment="#")
    night = frame[frame.iloc[:, 0].str.startswith("2027-11-07 01:00")].iloc[:, 0].tolist()

    assert night == ["2027-11-07 01:00-04:00", "2027-11-07 01:00-05:00"]
    assert not frame.iloc[:, 0].str.startswith("2027-03-14 02:00").any()


def test_excel_holds_dates_times_and_units(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_excel(INDIA, 2027, tmp_path / "2027.xlsx"))
    page = book["hours"]

    assert page["A1"].value == "Load profiles · scenario BAU · year 2027 · hourly values"
    assert [cell.value for cell in page[2]] == ["date", "time", "weekday", "load"]
    assert page["D3"].value == "MW"
    assert (page["A4"].value.isoformat(), page["B5"].value.isoformat()) == ("2026-04-01T00:00:00", "01:00:00")
    assert page["C4"].value == "Wed"
    assert page.max_row == 8763
    assert page["D8763"].value == pytest.approx(INDIA.hourly[2027].load.iloc[-1], rel=1e-12)


def test_a_year_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no year 2050 in 'BAU'; present: 2027, 2028"):
        write_csv(INDIA, 2050, tmp_path / "x.csv")


@pytest.mark.parametrize("clock", ["standard", "utc"])
def test_snapshots_have_a_fixed_offset_and_no_hour_twice_or_missing(clock: str) -> None:
    for result, year, hours in ((INDIA, 2028, 8784), (NEW_YORK, 2027, 8760)):
        series = pypsa_load(result, year, clock=clock)

        assert series.index.tz is None
        assert len(series) == hours
        assert (np.diff(series.index.to_numpy()) == np.timedelta64(1, "h")).all()
        assert series.sum() == pytest.approx(result.hourly[year].load.sum(), rel=1e-12)
    assert pypsa_load(NEW_YORK, 2027).index[0] == pd.Timestamp("2027-01-01 00:00")
    assert pypsa_load(NEW_YORK, 2027, clock="utc").index[0] == pd.Timestamp("2027-01-01 05:00")


@pytest.fixture
def network() -> Iterator[Any]:
    import pypsa

    # PyPSA asks which string type its tables are to have with pandas 3; hours do not depend on it.
    with pypsa.option_context("api.legacy_string_dtype", False):
        yield pypsa.Network()


def test_pypsa_takes_the_snapshots_as_they_are(network: Any) -> None:
    series = pypsa_load(INDIA, 2027)
    network.set_snapshots(series.index)
    network.add("Bus", "grid")
    network.add("Load", "state", bus="grid", p_set=series)

    assert network.loads_t.p_set["state"].sum() == pytest.approx(series.sum())


def test_pypsa_takes_several_years_as_investment_periods_of_8760_hours(network: Any) -> None:
    series = pypsa_periods(INDIA, [2027, 2028])
    network.set_snapshots(series.index)
    network.set_investment_periods([2027, 2028])
    network.add("Bus", "grid")
    network.add("Load", "state", bus="grid", p_set=series)

    assert network.loads_t.p_set.shape == (17520, 1)
    assert len(series[2028]) == 8760
    assert not ((series[2028].index.month == 2) & (series[2028].index.day == 29)).any()


def test_an_unknown_clock_is_refused() -> None:
    with pytest.raises(ValueError, match="expected standard or utc"):
        pypsa_load(INDIA, 2027, clock="local")
