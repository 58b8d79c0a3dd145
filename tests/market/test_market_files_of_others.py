"""Files of other markets as people have them, described by hand."""

from __future__ import annotations

import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.errors import InvalidData
from workbench.market.inputs.drops import read_drop, read_mapping
from workbench.market.model.description import MarketDescription
from workbench.market.model.description_parts import UNKNOWN, Fuel, Region
from workbench.market.profiles.entsoe import entsoe

UTC = datetime.UTC
HOUR = datetime.timedelta(hours=1)


def clock(text: str) -> datetime.datetime:
    """Give a time on a market's clock, which carries no zone."""
    return datetime.datetime.fromisoformat(text)


def market(offset: int, interval: int = 15, *regions: str) -> MarketDescription:
    return MarketDescription(
        name="X", title="X", currency="USD", utc_offset_minutes=offset, interval_minutes=interval,
        bucket_minutes=60, price_floor=-1000.0, price_cap=9000.0,
        regions=tuple(Region(name, name) for name in regions or ("HUB",)), fuels=(Fuel(UNKNOWN),),
    )  # fmt: skip


def read(folder: Path, text: str, mapping: str, description: MarketDescription) -> pl.DataFrame:
    path = folder / "prices.csv"
    path.write_text(text)
    lines = '[[drops]]\npattern = "prices*"\ntable = "price"\n' + mapping
    (folder / "drops.toml").write_text(lines)
    (drop,) = read_mapping(folder / "drops.toml", description)
    frames, _ = read_drop(path, drop, description)
    return frames["price"].sort("region", "stamp")


ERCOT_DAY_AHEAD = """date = "DeliveryDate"
stamp = "HourEnding"
series = "SettlementPoint"
cadences = [60]
time_zone = "America/Chicago"
format = "%m/%d/%Y %H:%M"
[drops.values]
rrp = "SettlementPointPrice"
"""


def day_ahead(day: datetime.date, hours: list[int]) -> str:
    rows = [f"{day:%m/%d/%Y},{hour:02d}:00,HUB,{at}.5" for at, hour in enumerate(hours)]
    return "\n".join(["DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice", *rows]) + "\n"


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (datetime.date(2024, 6, 1), [*range(1, 25)]),
        (datetime.date(2024, 11, 3), [1, 2, 2, *range(3, 25)]),
        (datetime.date(2024, 3, 10), [1, 2, *range(4, 25)]),
    ],
)
def test_hours_that_end_at_1_to_24_are_those_of_the_local_day(
    tmp_path: Path, day: datetime.date, hours: list[int]
) -> None:
    made = read(tmp_path, day_ahead(day, hours), ERCOT_DAY_AHEAD, market(-360))

    zone = ZoneInfo("America/Chicago")
    begin = datetime.datetime.combine(day, datetime.time(), zone).astimezone(UTC)
    ahead = datetime.timedelta(hours=-6)
    ends = [(begin + (at + 1) * HOUR + ahead).replace(tzinfo=None) for at in range(len(hours))]
    assert made["stamp"].to_list() == ends
    assert made["rrp"].to_list() == [at + 0.5 for at in range(len(hours))]


def test_an_hour_and_the_part_of_it_stand_in_two_columns(tmp_path: Path) -> None:
    rows = [f"06/01/2024,{hour},{part},HUB,{hour}.{part}" for hour in range(1, 25) for part in range(1, 5)]
    text = "\n".join(["Delivery Date,Delivery Hour,Delivery Interval,Name,Price", *rows]) + "\n"
    mapping = """date = "Delivery Date"
stamp = "Delivery Hour"
series = "Name"
cadences = [15]
format = "%m/%d/%Y %H:%M"
"""
    parts = 'interval = "Delivery Interval"\n[drops.values]\nrrp = "Price"\n'
    made = read(tmp_path, text, mapping + parts, market(-360))
    assert made["stamp"][0] == clock("2024-06-01 00:15")
    assert made["stamp"][-1] == clock("2024-06-02 00:00")
    assert made["rrp"].to_list() == [float(f"{h}.{q}") for h in range(1, 25) for q in range(1, 5)]

    with pytest.raises(InvalidData, match=r"both are of HUB at 2024-06-01 00:15 and differ; .* 'interval'"):
        read(tmp_path, text, mapping + parts.partition("\n")[2], market(-360))


@pytest.mark.parametrize(("day", "count"), [("2024-03-31", 46), ("2024-06-01", 48), ("2024-10-27", 50)])
def test_periods_that_count_from_midnight_on_last_through_changes_of_clocks(
    tmp_path: Path, day: str, count: int
) -> None:
    rows = [f"{day},{period},{period}.5" for period in range(1, count + 1)]
    text = "\n".join(["settlementDate,settlementPeriod,systemSellPrice", *rows]) + "\n"
    made = read(
        tmp_path, text,
        'date = "settlementDate"\nstamp = "settlementPeriod"\ncadences = [30]\ntime_zone = "Europe/London"\n'
        '[drops.columns]\nHUB = "systemSellPrice"\n',
        market(0, 30),
    )  # fmt: skip
    assert made["rrp"].to_list() == [period + 0.5 for period in range(1, count + 1)]
    steps = made["stamp"].diff().drop_nulls().dt.total_minutes().unique().to_list()
    assert steps == [30]


def test_times_by_noon_and_the_end_of_a_day_as_hour_24(tmp_path: Path) -> None:
    mapping = 'stamp = "when"\ncadences = [60]\n[drops.columns]\nHUB = "lmp"\n'
    noon = "when,lmp\n6/13/2024 11:00:00 AM,1\n6/13/2024 12:00:00 PM,2\n6/13/2024 1:00:00 PM,3\n"
    made = read(tmp_path, noon, mapping, market(-300))
    assert [stamp.hour for stamp in made["stamp"]] == [11, 12, 13]

    late = "when,lmp\n2024-06-13 23:00,1\n2024-06-13 24:00,2\n"
    made = read(tmp_path, late, mapping, market(-300))
    assert made["stamp"][-1] == clock("2024-06-14 00:00")


def test_hours_written_as_00_01_beside_a_day(tmp_path: Path) -> None:
    rows = [
        f"0{day}-01-2021,{hour:02d}\u00a0-\u00a0{(hour + 1) % 24:02d},{hour},5"
        for day in (1, 2)
        for hour in range(24)
    ]
    text = "\n".join(["Day,Hours,SE1,SYS", *rows]) + "\n"
    mapping = """date = "Day"
stamp = "Hours"
cadences = [60]
period = "beginning"
format = "%d-%m-%Y %H:%M"
[drops.columns]
HUB = "SE1"
"""
    made = read(tmp_path, text, mapping, market(60))
    assert made["stamp"][0] == clock("2021-01-01 01:00")
    assert made["rrp"].to_list() == [float(hour) for _ in (1, 2) for hour in range(24)]


def test_a_row_of_units_below_the_header_is_no_row(tmp_path: Path) -> None:
    text = '"Datum","Auktion"\n"","Preis (EUR/MWh)"\n2025-01-01T00:00+01:00,5.5\n2025-01-01T01:00+01:00,6.5\n'
    mapping = 'stamp = "Datum"\ncadences = [60]\nperiod = "beginning"\n[drops.columns]\nHUB = "Auktion"\n'
    assert read(tmp_path, text, mapping, market(60))["rrp"].to_list() == [5.5, 6.5]


@pytest.mark.parametrize("form", ["%H:%M", "%H:%M:%S"])
@pytest.mark.parametrize(("said", "zone"), [("UTC", "UTC"), ("CET/CEST", "Europe/Brussels")])
def test_pages_of_entsoe_with_and_without_seconds_of_either_zone(
    tmp_path: Path, form: str, said: str, zone: str
) -> None:
    profile = entsoe("DE-LU")
    begin = datetime.datetime(2025, 3, 29, 23, tzinfo=UTC)
    lines = [f'"MTU ({said})","Area","Sequence","Day-ahead Price (EUR/MWh)"']
    for at in range(24):
        ends = [(begin + (at + more) * HOUR).astimezone(ZoneInfo(zone)) for more in (0, 1)]
        times = " - ".join(f"{end:%d/%m/%Y} {end.strftime(form)}" for end in ends)
        lines.append(f'"{times}","BZN|DE-LU","Without Sequence","{at}.5"')
    path = tmp_path / "GUI_ENERGY_PRICES_202503292300-202503302300.csv"
    path.write_text("\n".join(lines))
    (tmp_path / "drops.toml").write_text(profile.mapping)
    drop = next(one for one in read_mapping(tmp_path / "drops.toml", profile.description))
    frames, _ = read_drop(path, drop, profile.description)

    made = frames["price"].sort("stamp")
    assert made["stamp"][0] == clock("2025-03-30 01:00")
    assert made["rrp"].to_list() == [at + 0.5 for at in range(24)]
