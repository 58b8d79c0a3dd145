"""The clients: recorded answers, made answers, hours to local days, and which source is asked for which days."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from online.faulty_server import Reply
from weather_server import WeatherServer, met_norway, weather_of

from workbench.errors import SettingError, SourceFailed
from workbench.evapotranspiration.inputs.places.place import Place
from workbench.evapotranspiration.inputs.services import elevation, nasa_power, nws, nws_stations, openmeteo
from workbench.evapotranspiration.inputs.services import met_norway as met
from workbench.evapotranspiration.inputs.services.choice import FETCHES, choose
from workbench.evapotranspiration.inputs.services.daily_weather import (
    Spell,
    blocks,
    daily_extremes,
    daily_means,
    daily_sums,
    solar_zone,
)
from workbench.evapotranspiration.model.catalogue import SOURCES, SourceId, title_of, today_at
from workbench.evapotranspiration.physics.radiation import extraterrestrial
from workbench.online.client import OnlineClient
from workbench.online.service import Watch

Open = Callable[..., OnlineClient]
PIRACICABA = Place("Piracicaba", -22.725, -47.6476)
DENVER = Place("Denver", 39.7392, -104.9903)
OSLO = Place("Oslo", 59.91, 10.75)
TODAY = datetime.date(2026, 3, 1)
DAY = datetime.timedelta(1)


@pytest.fixture
def samples(shared_data: Path) -> Path:
    folder = shared_data / "evapotranspiration" / "api_samples"
    if not folder.is_dir():
        pytest.skip("the recorded answers are not there")
    return folder


def test_a_recorded_answer_of_nasa_power_is_read(samples: Path) -> None:
    frame, height = nasa_power.read_answer((samples / "nasa_power_daily_ok.json").read_bytes())
    assert list(frame.columns) == ["tmax", "tmin", "tmean", "rh", "u2", "rs", "precip"]
    assert (frame.index[0], len(frame), height) == (pd.Timestamp("2025-10-21"), 31, 608.9)
    assert frame.loc["2025-10-21", "tmax"] == 27.97
    assert frame.notna().all().all()


def test_the_fills_of_nasa_power_are_missing(samples: Path) -> None:
    frame, _ = nasa_power.read_answer((samples / "nasa_power_daily_last3_fill.json").read_bytes())
    assert frame.iloc[-3:].isna().all().all()
    assert frame.iloc[:-3].notna().all().all()


def test_recorded_answers_of_open_meteo_are_read(samples: Path) -> None:
    archive, height = openmeteo.read_answer((samples / "openmeteo_archive_ok.json").read_bytes())
    raw = json.loads((samples / "openmeteo_archive_ok.json").read_text())["daily"]
    assert height == 1131.0
    assert archive["eto"].tolist() == raw["et0_fao_evapotranspiration"]
    # FAO-56, equation 47, from 10 m to 2 m.
    np.testing.assert_allclose(archive["u2"], np.array(raw["wind_speed_10m_mean"]) * 0.748, rtol=1e-3)
    last, _ = openmeteo.read_answer((samples / "openmeteo_archive_last_null.json").read_bytes())
    assert last.iloc[-1].isna().any()
    forecast, _ = openmeteo.read_answer((samples / "openmeteo_forecast_ok.json").read_bytes())
    assert len(forecast) > 5


def test_a_recorded_answer_of_met_norway_becomes_days(samples: Path) -> None:
    steps = met.read_steps((samples / "met_norway_complete_ok.json").read_bytes())
    assert [step["hours"] for step in steps[:59]] == [1.0] * 59
    assert max(step["hours"] for step in steps) == 6.0
    days = met._daily(steps, datetime.UTC, True)
    whole = [hour for hour in steps if hour["start"].date() == datetime.date(2025, 11, 29)]
    assert len(whole) == 24
    assert days["tmean"][datetime.date(2025, 11, 29)] == pytest.approx(
        np.mean([h["temperature"] for h in whole])
    )
    assert days["precip"][datetime.date(2025, 11, 29)] == pytest.approx(
        sum(h["precipitation"] for h in whole)
    )
    assert all(days["tmin"][day] <= days["tmean"][day] <= days["tmax"][day] for day in days["tmean"])


@pytest.mark.parametrize(
    ("zone", "offset"), [("America/New_York", 4), ("America/Los_Angeles", 7), ("Pacific/Honolulu", 10)]
)
def test_the_minimum_of_a_night_belongs_to_the_morning_in_which_it_ends(zone: str, offset: int) -> None:
    # 19:00 to 09:00 and 07:00 to 20:00 of local time, as the service cuts its days.
    begin = datetime.datetime(2026, 6, 30, tzinfo=datetime.UTC) + datetime.timedelta(hours=offset)
    hourly = [Spell(begin + datetime.timedelta(hours=hour), 1.0, 14.0) for hour in range(96)]
    nights = [
        Spell(begin + datetime.timedelta(hours=19 + 24 * n), 14.0, low) for n, low in enumerate((15.0, 5.0))
    ]
    days = [
        Spell(begin + datetime.timedelta(hours=31 + 24 * n), 13.0, high)
        for n, high in enumerate((25.0, 16.0))
    ]
    layers = dict.fromkeys(nws.LAYERS, hourly) | {"minTemperature": nights, "maxTemperature": days}
    made = nws._daily(layers, ZoneInfo(zone), 40.0)
    first, second = datetime.date(2026, 7, 1), datetime.date(2026, 7, 2)
    assert (made["tmin"][first], made["tmin"][second]) == (15.0, 5.0)
    assert (made["tmax"][first], made["tmax"][second]) == (25.0, 16.0)


def test_merged_intervals_of_the_nws_are_spread_over_their_hours(samples: Path) -> None:
    layers = nws.read_layers((samples / "nws_gridpoints_ok.json").read_bytes())
    assert {spell.hours for spell in layers["temperature"]} >= {1.0, 2.0, 3.0}
    # 2025-12-01T06Z: 1.1 for two hours, 0.6 for one, 7.0 for three.
    day = daily_means(
        [Spell(s.start, s.hours, s.value) for s in layers["temperature"]], datetime.timezone(-6 * DAY / 24)
    )
    by_hand = [(2, 1.1), (1, 0.6), (3, 7.0), (3, 5.0), (3, 3.0), (3, 1.0), (3, 3.0)]
    rest = [
        s for s in layers["temperature"] if s.start >= datetime.datetime(2025, 12, 2, tzinfo=datetime.UTC)
    ][:2]
    by_hand += [(s.hours, s.value) for s in rest]
    assert sum(hours for hours, _ in by_hand) == 24
    assert day[datetime.date(2025, 12, 1)] == pytest.approx(sum(h * v for h, v in by_hand) / 24)


def test_recorded_observations_of_a_station_become_days(samples: Path) -> None:
    (station,) = nws_stations.read_stations((samples / "nws_stations_ok.json").read_bytes())
    assert (station.id, station.elevation) == ("KDEN", 1655.06)
    seen = nws_stations.read_observations((samples / "nws_observations_ok.json").read_bytes())
    assert seen[0].time > seen[-1].time
    assert seen[0].wind is not None
    assert 0 <= seen[0].wind < 40


def test_recorded_heights_are_read(samples: Path) -> None:
    assert elevation.read_heights((samples / "opentopodata_ok.json").read_bytes()) == [534.0]
    assert elevation.read_heights((samples / "opentopodata_null.json").read_bytes()) == [None]
    with pytest.raises(ValueError, match="INVALID_REQUEST"):
        elevation.read_heights((samples / "opentopodata_invalid.json").read_bytes())


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("2025-12-01T06:00:00+00:00/PT3H", 3.0),
        ("2025-12-01T06:00:00+00:00/P1D", 24.0),
        ("2025-12-01T06:00:00+00:00/P1DT6H", 30.0),
        ("2025-12-01T06:00:00+00:00/PT30M", 0.5),
    ],
)
def test_intervals_are_read(text: str, hours: float) -> None:
    assert nws.read_interval(text) == (datetime.datetime(2025, 12, 1, 6, tzinfo=datetime.UTC), hours)


def test_a_spell_over_midnight_is_shared_by_both_days() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=-3))
    start = datetime.datetime(2025, 1, 1, 3, tzinfo=datetime.UTC)  # local midnight
    hours = [Spell(start + datetime.timedelta(hours=6 * step), 6.0, float(step)) for step in range(8)]
    shifted = [Spell(spell.start - datetime.timedelta(hours=3), 6.0, spell.value) for spell in hours]
    assert daily_means(hours, zone)[datetime.date(2025, 1, 1)] == pytest.approx((0 + 1 + 2 + 3) / 4)
    assert daily_sums(hours, zone)[datetime.date(2025, 1, 2)] == pytest.approx(4 + 5 + 6 + 7)
    assert daily_sums(shifted, zone)[datetime.date(2025, 1, 1)] == pytest.approx(0 / 2 + 1 + 2 + 3 + 4 / 2)
    assert datetime.date(2025, 1, 2) not in daily_sums(shifted, zone)  # three hours are missing at its end
    assert daily_extremes(hours, zone)[datetime.date(2025, 1, 1)] == (0.0, 3.0)


def test_the_time_of_the_sun_decides_what_today_is() -> None:
    evening = datetime.datetime(2026, 2, 28, 23, 30, tzinfo=datetime.UTC)
    assert today_at(0.0, evening) == datetime.date(2026, 2, 28)
    assert today_at(77.0, evening) == datetime.date(2026, 3, 1)
    assert today_at(-170.0, evening) == datetime.date(2026, 2, 28)
    assert solar_zone(-47.6).utcoffset(None) == datetime.timedelta(hours=-3)


@pytest.mark.parametrize(
    ("source", "first", "last"),
    [
        (SourceId.NASA_POWER, datetime.date(1990, 1, 1), TODAY - 2 * DAY),
        (SourceId.OPENMETEO_ARCHIVE, datetime.date(1990, 1, 1), TODAY - 2 * DAY),
        (SourceId.OPENMETEO_FORECAST, TODAY - 29 * DAY, TODAY + 15 * DAY),
        (SourceId.MET_NORWAY, TODAY, TODAY + 9 * DAY),
        (SourceId.NWS_FORECAST, TODAY, TODAY + 6 * DAY),
        (SourceId.NWS_STATIONS, TODAY - 2 * DAY, TODAY),
    ],
)
def test_each_source_is_asked_up_to_the_edges_of_its_window_and_not_beyond(
    source: SourceId, first: datetime.date, last: datetime.date
) -> None:
    assert SOURCES[source].window(TODAY) == (first, last)
    place = DENVER
    (ask,) = choose(place, first, last, TODAY, [source]).asks
    assert (ask.first, ask.last) == (first, last)
    trimmed = choose(place, max(first - DAY, datetime.date(1980, 1, 1)), last + DAY, TODAY, [source])
    assert (trimmed.asks[0].first, trimmed.asks[0].last) == (first, last)
    assert f"{first} to {last}" in trimmed.notes[0]
    for outside in (first - DAY, last + DAY):
        with pytest.raises(SettingError, match=title_of(source)):
            choose(place, outside, outside, TODAY, [source])


def test_a_future_date_is_refused_for_an_archive_with_the_dates_seen() -> None:
    with pytest.raises(
        SettingError, match=r"has 1990-01-01 to 2026-02-27 .*2026-03-05.*future of this archive"
    ):
        choose(PIRACICABA, TODAY + 4 * DAY, TODAY + 9 * DAY, TODAY, ["nasa_power"])


@pytest.mark.parametrize(
    ("place", "first", "last", "expected"),
    [
        (PIRACICABA, -400, -300, ["nasa_power", "openmeteo_archive"]),
        (PIRACICABA, -30, -1, ["nasa_power", "openmeteo_archive", "openmeteo_forecast"]),
        (PIRACICABA, 0, 5, ["openmeteo_forecast"]),
        (DENVER, 0, 5, ["openmeteo_forecast", "nws_forecast"]),
        (OSLO, 0, 5, ["openmeteo_forecast", "met_norway"]),
        (PIRACICABA, -1, -1, ["openmeteo_forecast"]),
        (PIRACICABA, -2, -2, ["nasa_power", "openmeteo_archive"]),
    ],
)
def test_place_and_date_choose_the_sources(place: Place, first: int, last: int, expected: list[str]) -> None:
    choice = choose(place, TODAY + first * DAY, TODAY + last * DAY, TODAY)
    assert [str(ask.source) for ask in choice.asks] == expected
    assert choice.notes == ()


def test_the_forecast_takes_over_the_day_after_the_archive_ends() -> None:
    asks = {str(ask.source): ask for ask in choose(PIRACICABA, TODAY - 9 * DAY, TODAY, TODAY).asks}
    assert asks["openmeteo_forecast"].first == asks["openmeteo_archive"].last + DAY


def test_days_that_no_source_has_are_said() -> None:
    choice = choose(PIRACICABA, TODAY, TODAY + 19 * DAY, TODAY)
    assert choice.notes == (
        "No source has days after 2026-03-16 yet; 2026-03-17 to 2026-03-20 are left out.",
    )
    with pytest.raises(SettingError, match="they have 1990-01-01 to 2026-03-16"):
        choose(PIRACICABA, TODAY + 20 * DAY, TODAY + 30 * DAY, TODAY)


def test_a_service_of_one_country_is_refused_elsewhere() -> None:
    with pytest.raises(SettingError, match=r"NWS forecast serves the United States only.*Piracicaba"):
        choose(PIRACICABA, TODAY, TODAY, TODAY, ["nws_forecast"])


def test_a_long_period_is_cut_at_fixed_years() -> None:
    one = list(blocks(datetime.date(1991, 3, 5), datetime.date(2003, 2, 28)))
    other = list(blocks(datetime.date(1990, 1, 1), datetime.date(2004, 12, 31)))
    assert one[1:2] == other[1:2] == [(datetime.date(1995, 1, 1), datetime.date(1999, 12, 31))]
    assert [end + DAY for _, end in one[:-1]] == [begin for begin, _ in one[1:]]


def fetch(client: OnlineClient, source: str, place: Place, first: datetime.date, last: datetime.date):
    return FETCHES[source](client, place, first, last, Watch())


@pytest.mark.parametrize("source", ["nasa_power", "openmeteo_archive"])
def test_ten_years_with_leap_days_come_whole(open_client: Open, server: WeatherServer, source: str) -> None:
    got = fetch(open_client(), source, PIRACICABA, datetime.date(2003, 1, 1), datetime.date(2012, 12, 31))
    assert len(got.weather) == 3653
    assert pd.Timestamp("2012-02-29") in got.weather.index
    assert got.weather.index.is_monotonic_increasing
    assert got.weather.index.is_unique
    assert server.count(source) == 3
    shift = 0.4 if source == "openmeteo_archive" else 0.0
    assert got.weather.loc["2008-02-29", "tmax"] == pytest.approx(
        weather_of(datetime.date(2008, 2, 29), shift)["tmax"], abs=0.006
    )


def test_an_interrupted_long_download_asks_only_for_what_is_missing(
    open_client: Open, server: WeatherServer
) -> None:
    server.faults["nasa_power"] = lambda n: Reply({}, 400) if n == 2 else None
    period = (datetime.date(2003, 1, 1), datetime.date(2012, 12, 31))
    with pytest.raises(SourceFailed):
        fetch(open_client(), "nasa_power", PIRACICABA, *period)
    fetch(open_client(), "nasa_power", PIRACICABA, *period)
    assert server.count("nasa_power") == 4


def test_requests_are_those_that_the_services_document(open_client: Open, server: WeatherServer) -> None:
    client = open_client()
    today = today_at(PIRACICABA.longitude)
    fetch(client, "nasa_power", PIRACICABA, datetime.date(2020, 2, 28), datetime.date(2020, 3, 1))
    fetch(client, "openmeteo_archive", PIRACICABA, datetime.date(2020, 2, 28), datetime.date(2020, 3, 1))
    fetch(client, "openmeteo_forecast", PIRACICABA, today - 29 * DAY, today + 5 * DAY)
    fetch(client, "met_norway", OSLO, today, today + 5 * DAY)
    nasa, archive, forecast, norway = (request[2] for request in server.requests)
    assert nasa["parameters"] == "T2M_MAX,T2M_MIN,T2M,RH2M,WS2M,ALLSKY_SFC_SW_DWN,PRECTOTCORR"
    assert (nasa["community"], nasa["start"], nasa["end"], nasa["format"]) == (
        "AG",
        "20200228",
        "20200301",
        "JSON",
    )
    assert len(archive["daily"].split(",")) == 10
    assert (archive["models"], archive["timezone"], archive["wind_speed_unit"]) == (
        "best_match",
        "auto",
        "ms",
    )
    assert (archive["start_date"], archive["end_date"]) == ("2020-02-28", "2020-03-01")
    assert int(forecast["past_days"]) <= 30
    assert 5 <= int(forecast["forecast_days"]) <= 7
    assert norway == {"lat": "59.9100", "lon": "10.7500"}


def test_met_norway_gives_wind_and_rain_in_the_nordic_countries_only(open_client: Open) -> None:
    client = open_client()
    tomorrow = today_at(0.0) + DAY
    north = fetch(client, "met_norway", OSLO, tomorrow, tomorrow + 3 * DAY).weather
    south = fetch(client, "met_norway", PIRACICABA, tomorrow, tomorrow + 3 * DAY)
    assert {"u2", "precip"} <= set(north.columns)
    assert set(south.weather.columns) == {"tmax", "tmin", "tmean", "rh"}
    assert any("outside the Nordic countries" in note for note in south.notes)
    assert "rs" not in north


def test_a_day_that_a_forecast_has_in_part_is_left_out() -> None:
    steps = met.read_steps(
        json.dumps(met_norway(datetime.datetime(2026, 3, 1, 9, tzinfo=datetime.UTC))).encode()
    )
    days = met._daily(steps, datetime.UTC, True)["tmean"]
    assert min(days) == datetime.date(2026, 3, 2)


def test_the_sky_of_the_nws_gives_radiation_by_angstrom(open_client: Open) -> None:
    today = today_at(DENVER.longitude) + DAY
    got = fetch(open_client(), "nws_forecast", DENVER, today, today + 3 * DAY)
    number = got.weather.index[0].day_of_year
    # FAO-56, equation 35, with a quarter of the sky covered: Ra (0.25 + 0.50 x 0.75).
    assert got.weather["rs"].iloc[0] == pytest.approx(
        0.625 * float(extraterrestrial(DENVER.latitude, number))
    )
    assert got.weather["u2"].iloc[0] == pytest.approx(14.4 / 3.6 * 0.748, rel=1e-3)
    assert got.weather["precip"].iloc[0] == pytest.approx(6.0)
    assert got.elevation == 1609.0


def test_the_station_that_was_observed_is_named(open_client: Open) -> None:
    today = today_at(DENVER.longitude)
    got = fetch(open_client(), "nws_stations", DENVER, today - 2 * DAY, today)
    assert got.notes[0] == "NWS stations: observed at Denver International Airport (KDEN)."
    assert list(got.weather.columns) == ["tmax", "tmin", "tmean", "tdew", "rh", "u2"]
    assert got.weather["u2"].iloc[0] == pytest.approx(18 / 3.6 * 0.748, rel=1e-3)


def test_stations_that_are_silent_are_named_and_not_used(open_client: Open, server: WeatherServer) -> None:
    old = {
        "properties": {
            "timestamp": "2020-01-01T00:00:00+00:00",
            "temperature": {"unitCode": "wmoUnit:degC", "value": 1.0},
        }
    }
    # The grid cell and the list of stations come first, then the latest report.
    server.faults["nws_stations"] = lambda n: Reply(old) if n == 2 else None
    today = today_at(DENVER.longitude)
    with pytest.raises(SourceFailed, match=r"tried KDEN \(last 2020-01-01 00:00 UTC\)"):
        fetch(open_client(), "nws_stations", DENVER, today - 2 * DAY, today)


def test_a_foreign_unit_is_rubbish_and_not_converted_by_guess(
    open_client: Open, server: WeatherServer
) -> None:
    answer = json.loads(json.dumps({"daily": {"time": []}, "daily_units": {"wind_speed_10m_mean": "km/h"}}))
    server.faults["openmeteo_archive"] = lambda n: Reply(answer)
    with pytest.raises(SourceFailed, match="wind_speed_10m_mean is in 'km/h', expected 'm/s'"):
        fetch(
            open_client(),
            "openmeteo_archive",
            PIRACICABA,
            datetime.date(2020, 1, 1),
            datetime.date(2020, 1, 5),
        )


def test_heights_are_asked_a_hundred_at_a_time(open_client: Open, server: WeatherServer) -> None:
    places = [Place(str(i), -22.0 - i / 1000, -47.0) for i in range(101)]
    heights = elevation.fetch_elevations(open_client(), places, Watch())
    assert heights == [500.0] * 101
    assert [request[2]["locations"].count("|") for request in server.requests] == [99, 0]


def test_every_source_carries_its_credit() -> None:
    assert all(facts.credit for facts in SOURCES.values())
    assert "CC BY 4.0" in SOURCES["openmeteo_archive"].credit
    assert "Langley Research Center" in SOURCES["nasa_power"].credit
    assert "MET Norway" in SOURCES["met_norway"].credit


def test_met_norway_is_not_asked_again_when_it_throttles() -> None:
    assert [facts.id for facts in SOURCES.values() if not facts.patient] == ["met_norway"]
