"""A local HTTP server that answers like the weather services, faults included."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator
from typing import Any

from online.faulty_server import FaultyServer

SOURCE_OF_PATH = {
    "/api/temporal/daily/point": "nasa_power",
    "/v1/archive": "openmeteo_archive",
    "/v1/forecast": "openmeteo_forecast",
    "/weatherapi/locationforecast/2.0/complete": "met_norway",
    "/v1/srtm30m,aster30m": "opentopodata",
}


class WeatherServer(FaultyServer):
    """Answers every source's requests with made weather."""

    @property
    def services(self) -> dict[str, str]:
        names = [*SOURCE_OF_PATH.values(), "nws_forecast", "nws_stations"]
        return dict.fromkeys(names, self.address)

    def service_of(self, path: str) -> str:
        return SOURCE_OF_PATH.get(path) or _nws_source(path)

    def answer(self, service: str, path: str, query: dict[str, str]) -> Any:
        return answer_of(service, path, query)


def _nws_source(path: str) -> str:
    return (
        "nws_forecast" if path.startswith("/gridpoints") and not path.endswith("stations") else "nws_stations"
    )


def answer_of(source: str, path: str, query: dict[str, str]) -> Any:
    """Make a good answer in the format of the source."""
    if source == "nasa_power":
        return nasa_power(
            float(query["latitude"]),
            float(query["longitude"]),
            datetime.date.fromisoformat(query["start"]),
            datetime.date.fromisoformat(query["end"]),
        )
    if source.startswith("openmeteo"):
        today = datetime.datetime.now(datetime.UTC).date()
        if "start_date" in query:
            first, last = (datetime.date.fromisoformat(query[name]) for name in ("start_date", "end_date"))
        else:
            first = today - datetime.timedelta(int(query.get("past_days", 0)))
            last = today + datetime.timedelta(int(query.get("forecast_days", 1)) - 1)
        return openmeteo(float(query["latitude"]), float(query["longitude"]), first, last)
    if source == "met_norway":
        return met_norway(datetime.datetime.now(datetime.UTC))
    if source == "opentopodata":
        places = query["locations"].split("|")
        return {
            "results": [{"dataset": "srtm30m", "elevation": 500.0, "location": {}} for _ in places],
            "status": "OK",
        }
    return nws(path)


def days_between(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    while first <= last:
        yield first
        first += datetime.timedelta(1)


def weather_of(day: datetime.date, shift: float = 0.0) -> dict[str, float]:
    """Plausible weather of a day at 20 degrees south, the same every time."""
    season = math.cos(2 * math.pi * (day.timetuple().tm_yday - 15) / 365)
    noise = math.sin(day.toordinal() * 2.7) + math.sin(day.toordinal() * 0.71)
    tmean = 22 + 4 * season + noise + shift
    return {
        "tmax": tmean + 6 + noise / 2,
        "tmin": tmean - 6 + noise / 3,
        "tmean": tmean,
        "rh": 65 + 10 * season - 3 * noise,
        "u2": 1.8 + 0.3 * noise,
        "rs": 18 + 4 * season + 1.5 * noise,
        "precip": max(0.0, 4 * noise),
    }


def nasa_power(latitude: float, longitude: float, first: datetime.date, last: datetime.date) -> Any:
    names = {
        "T2M_MAX": "tmax",
        "T2M_MIN": "tmin",
        "T2M": "tmean",
        "RH2M": "rh",
        "WS2M": "u2",
        "ALLSKY_SFC_SW_DWN": "rs",
        "PRECTOTCORR": "precip",
    }
    days = list(days_between(first, last))
    values = {
        theirs: {f"{day:%Y%m%d}": round(weather_of(day)[ours], 2) for day in days}
        for theirs, ours in names.items()
    }
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude, 608.9]},
        "properties": {"parameter": values},
        "header": {"title": "NASA/POWER Source Native Resolution Daily Data", "fill_value": -999.0},
        "messages": [],
    }


def openmeteo(latitude: float, longitude: float, first: datetime.date, last: datetime.date) -> Any:
    days = list(days_between(first, last))
    weather = [weather_of(day, 0.4) for day in days]

    def column(name: str, scale: float = 1.0, plus: float = 0.0) -> list[float]:
        return [round(item[name] * scale + plus, 2) for item in weather]

    return {
        "latitude": latitude,
        "longitude": longitude,
        "utc_offset_seconds": 0,
        "timezone": "UTC",
        "elevation": 540.0,
        "daily_units": {
            "time": "iso8601",
            "temperature_2m_max": "°C",
            "wind_speed_10m_mean": "m/s",
            "shortwave_radiation_sum": "MJ/m²",
        },
        "daily": {
            "time": [day.isoformat() for day in days],
            "temperature_2m_mean": column("tmean"),
            "temperature_2m_max": column("tmax"),
            "temperature_2m_min": column("tmin"),
            "precipitation_sum": column("precip"),
            "et0_fao_evapotranspiration": column("rs", 0.2),
            "shortwave_radiation_sum": column("rs"),
            "relative_humidity_2m_mean": column("rh"),
            "relative_humidity_2m_max": column("rh", 1.0, 15.0),
            "relative_humidity_2m_min": column("rh", 1.0, -20.0),
            "wind_speed_10m_mean": column("u2", 1 / 0.748),
        },
    }


def met_norway(now: datetime.datetime) -> Any:
    start = now.replace(minute=0, second=0, microsecond=0)
    times = [start + datetime.timedelta(hours=hour) for hour in range(60)]
    first_six = times[-1] + datetime.timedelta(hours=6 - times[-1].hour % 6)
    times += [first_six + datetime.timedelta(hours=6 * step) for step in range(28)]
    series = []
    for number, moment in enumerate(times):
        warm = 8 + 4 * math.sin((moment.hour - 9) * math.pi / 12)
        data = {
            "instant": {"details": {"air_temperature": warm, "relative_humidity": 80.0, "wind_speed": 4.0}},
            "next_6_hours": {
                "details": {
                    "air_temperature_max": warm + 2,
                    "air_temperature_min": warm - 2,
                    "precipitation_amount": 1.2,
                }
            },
        }
        if number < 59:
            data["next_1_hours"] = {"details": {"precipitation_amount": 0.2}}
        series.append({"time": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "data": data})
    return {"type": "Feature", "properties": {"meta": {}, "timeseries": series}}


def nws(path: str) -> Any:
    now = datetime.datetime.now(datetime.UTC).replace(minute=0, second=0, microsecond=0)
    if path.startswith("/points"):
        return {"properties": {"gridId": "BOU", "gridX": 63, "gridY": 62, "timeZone": "America/Denver"}}
    if path.endswith("/stations"):
        facts = {
            "stationIdentifier": "KDEN",
            "name": "Denver International Airport",
            "elevation": {"unitCode": "wmoUnit:m", "value": 1655.0},
            "timeZone": "America/Denver",
        }
        return {"features": [{"properties": facts}]}
    if "/observations" in path:
        recent = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=5)
        moments = [
            recent - datetime.timedelta(hours=hour) for hour in range(1 if path.endswith("latest") else 100)
        ]
        found = [{"properties": _observation(moment)} for moment in moments]
        return found[0] if path.endswith("latest") else {"features": found}
    start = now.replace(hour=6)

    def layer(unit: str, value: Callable[[int], float], hours: int = 3) -> Any:
        values = [
            {
                "validTime": f"{(start + datetime.timedelta(hours=hour)).isoformat()}/PT{hours}H",
                "value": value((start + datetime.timedelta(hours=hour)).hour),
            }
            for hour in range(0, 168, hours)
        ]
        return {"uom": f"wmoUnit:{unit}", "values": values}

    def warmth(hour: int) -> float:
        return 10 + 8 * math.sin((hour - 14) * math.pi / 12)

    return {
        "properties": {
            "elevation": {"unitCode": "wmoUnit:m", "value": 1609.0},
            "temperature": layer("degC", warmth),
            "dewpoint": layer("degC", lambda hour: 2.0),
            "maxTemperature": {"uom": "wmoUnit:degC", "values": []},
            "minTemperature": {"uom": "wmoUnit:degC", "values": []},
            "relativeHumidity": layer("percent", lambda hour: 50.0),
            "windSpeed": layer("km_h-1", lambda hour: 14.4),
            "skyCover": layer("percent", lambda hour: 25.0),
            "quantitativePrecipitation": layer("mm", lambda hour: 1.5, 6),
        }
    }


def _observation(moment: datetime.datetime) -> dict[str, Any]:
    warm = 10 + 8 * math.sin((moment.hour - 14) * math.pi / 12)
    return {
        "timestamp": moment.isoformat(),
        "temperature": {"unitCode": "wmoUnit:degC", "value": warm},
        "dewpoint": {"unitCode": "wmoUnit:degC", "value": 1.0},
        "windSpeed": {"unitCode": "wmoUnit:km_h-1", "value": 18.0},
        "relativeHumidity": {"unitCode": "wmoUnit:percent", "value": 45.0},
    }
