"""Downloads of weather services and networks that are told by their headers: what each column is, in which unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workbench.evapotranspiration.inputs.tables.weather_words import Meaning

_C, _TENTH = "degC", "0.1 degC"


@dataclass(frozen=True, slots=True)
class KnownDownload:
    """A download.

    Parameters
    ----------
    title
        Who it is from.
    marks
        Headers in small letters that together are only there.
    columns
        Header in small letters -> what it is.
    wind_height
        Height of its wind where the header does not say [m].
    """

    title: str
    marks: frozenset[str]
    columns: Mapping[str, Meaning] = field(default_factory=dict)
    wind_height: float | None = None


_NASA: Mapping[str, Meaning] = {
    "t2m_max": Meaning("tmax", _C), "t2m_min": Meaning("tmin", _C), "t2m": Meaning("tmean", _C),
    "t2mdew": Meaning("tdew", _C), "rh2m": Meaning("rh", "%"), "ws2m": Meaning("u2", "m/s", 2.0),
    "ws10m": Meaning("u2", "m/s", 10.0), "allsky_sfc_sw_dwn": Meaning("rs"),
    "prectotcorr": Meaning("precip", "mm"), "prectot": Meaning("precip", "mm"),
}  # fmt: skip
DOWNLOADS: tuple[KnownDownload, ...] = (
    # https://power.larc.nasa.gov/docs/services/api/temporal/daily ; the unit of radiation depends on the community.
    KnownDownload("NASA POWER", frozenset(("t2m_max", "t2m_min")), _NASA),
    KnownDownload("NASA POWER, hourly", frozenset(("hr", "t2m")), _NASA),
    # https://dev.meteostat.net/formats.html
    KnownDownload(
        "Meteostat",
        frozenset(("tavg", "prcp", "wspd")),
        {
            "tavg": Meaning("tmean", _C), "tmin": Meaning("tmin", _C), "tmax": Meaning("tmax", _C),
            "prcp": Meaning("precip", "mm"), "wspd": Meaning("u2", "km/h", 10.0),
        },
    ),
    KnownDownload(
        "Meteostat, hourly",
        frozenset(("temp", "dwpt", "rhum", "wspd")),
        {
            "temp": Meaning("tmean", _C), "dwpt": Meaning("tdew", _C), "rhum": Meaning("rh", "%"),
            "prcp": Meaning("precip", "mm"), "wspd": Meaning("u2", "km/h", 10.0),
        },
    ),
    # https://cimis.water.ca.gov ; the wind is that of 2 m.
    KnownDownload("CIMIS", frozenset(("stn id", "cimis region")), wind_height=2.0),
    # https://ag.arizona.edu/azmet : 3 m.
    KnownDownload("AZMET", frozenset(("eto_azmet",)), wind_height=3.0),
    # https://servicio.mapa.gob.es/siarweb ; wind at 2 m.
    KnownDownload(
        "SIAR",
        frozenset(("tempmedia", "velviento")),
        {"velviento": Meaning("u2", "m/s", 2.0), "etpmon": Meaning("eto", "mm")},
        wind_height=2.0,
    ),
    # https://opendata.aemet.es, valores climatológicos diarios: velmedia in m/s at 10 m.
    KnownDownload(
        "AEMET",
        frozenset(("indicativo", "tmed", "velmedia")),
        {
            "nombre": Meaning("site"), "tmed": Meaning("tmean", _C), "tmax": Meaning("tmax", _C),
            "tmin": Meaning("tmin", _C), "prec": Meaning("precip", "mm"), "velmedia": Meaning("u2", "m/s", 10.0),
            "hrmedia": Meaning("rh", "%"), "hrmax": Meaning("rh_max", "%"), "hrmin": Meaning("rh_min", "%"),
        },
    ),
    # https://www.longpaddock.qld.gov.au/silo ; vapour pressure at 9 am in hPa, ETo of FAO-56.
    KnownDownload(
        "SILO",
        frozenset(("yyyy-mm-dd", "daily_rain")),
        {
            "yyyy-mm-dd": Meaning("date"), "station": Meaning("site"), "daily_rain": Meaning("precip", "mm"),
            "max_temp": Meaning("tmax", _C), "min_temp": Meaning("tmin", _C), "vp": Meaning("tdew", "hPa"),
            "radiation": Meaning("rs", "MJ/m2"), "et_short_crop": Meaning("eto", "mm"),
            # At the time of the highest temperature the humidity is lowest.
            "rh_tmax": Meaning("rh_min", "%"), "rh_tmin": Meaning("rh_max", "%"),
        },
    ),
    # https://agri4cast.jrc.ec.europa.eu ; wind at 10 m, vapour pressure in hPa, radiation in kJ/m2.
    KnownDownload(
        "Agri4Cast",
        frozenset(("grid_no", "temperature_max", "windspeed")),
        {
            "grid_no": Meaning("site"), "temperature_max": Meaning("tmax", _C),
            "temperature_min": Meaning("tmin", _C), "temperature_avg": Meaning("tmean", _C),
            "windspeed": Meaning("u2", "m/s", 10.0),
            "vapourpressure": Meaning("tdew", "hPa"), "precipitation": Meaning("precip", "mm"),
            "et0": Meaning("eto", "mm"), "radiation": Meaning("rs", "kJ/m2"),
        },
    ),
    # https://developers.google.com/earth-engine, ECMWF/ERA5 and ERA5_LAND DAILY_AGGR: K, J/m2, m.
    KnownDownload(
        "ERA5, daily",
        frozenset(("temperature_2m_max", "temperature_2m_min", "surface_solar_radiation_downwards_sum")),
        {
            "temperature_2m": Meaning("tmean", "K"), "temperature_2m_max": Meaning("tmax", "K"),
            "temperature_2m_min": Meaning("tmin", "K"), "dewpoint_temperature_2m": Meaning("tdew", "K"),
            "surface_solar_radiation_downwards_sum": Meaning("rs", "J/m2"),
            "total_precipitation_sum": Meaning("precip", "m"),
        },
    ),
    # https://www.ncei.noaa.gov/cdo-web ; what its units are, the order does not say: see units_of_noaa.
    KnownDownload(
        "NOAA", frozenset(("station", "tmax", "tmin", "prcp")),
        {
            "station": Meaning("site"), "tmax": Meaning("tmax", ""), "tmin": Meaning("tmin", ""),
            "tavg": Meaning("tmean", ""), "prcp": Meaning("precip", ""), "awnd": Meaning("u2", "", 10.0),
            "name": Meaning("station_name"),
        },
    ),
    # https://www.mesonet.org ; daily summaries in US units, wind at 2 m.
    KnownDownload(
        "Oklahoma Mesonet",
        frozenset(("stid", "tmax", "hmax")),
        {
            "stid": Meaning("site"), "tmax": Meaning("tmax", "degF"), "tmin": Meaning("tmin", "degF"),
            "tavg": Meaning("tmean", "degF"), "hmax": Meaning("rh_max", "%"), "hmin": Meaning("rh_min", "%"),
            "havg": Meaning("rh", "%"), "2avg": Meaning("u2", "mph", 2.0), "wspd": Meaning("u2", "mph", 10.0),
            "atot": Meaning("rs", "MJ/m2"), "rain": Meaning("precip", "in"),
        },
    ),
    # https://www.climatologylab.org/gridmet.html, by way of Climate Engine and others.
    KnownDownload(
        "gridMET",
        frozenset(("tmmn(k)", "tmmx(k)")),
        {
            "tmmx(k)": Meaning("tmax", "K"), "tmmn(k)": Meaning("tmin", "K"), "rmax(%)": Meaning("rh_max", "%"),
            "rmin(%)": Meaning("rh_min", "%"), "vs(m/s at 10m)": Meaning("u2", "m/s", 10.0),
            "vs(m/s)": Meaning("u2", "m/s", 10.0), "srad(wm-2)": Meaning("rs", "W/m2"),
            "pr(mm)": Meaning("precip", "mm"),
        },
    ),
    # https://daymet.ornl.gov ; radiation is the mean of the daylight, see of_daylight.
    KnownDownload(
        "Daymet",
        frozenset(("yday", "dayl (s)")),
        {
            "prcp (mm/day)": Meaning("precip", "mm"), "tmax (deg c)": Meaning("tmax", _C),
            "tmin (deg c)": Meaning("tmin", _C), "vp (pa)": Meaning("tdew", "Pa"),
        },
    ),
    # https://opendata.dwd.de, climate, daily, kl.
    KnownDownload(
        "DWD",
        frozenset(("mess_datum", "txk", "tnk")),
        {
            "mess_datum": Meaning("date"), "stations_id": Meaning("site"), "txk": Meaning("tmax", _C),
            "tnk": Meaning("tmin", _C), "tmk": Meaning("tmean", _C), "upm": Meaning("rh", "%"),
            "fm": Meaning("u2", "m/s", 10.0), "rsk": Meaning("precip", "mm"),
        },
    ),
    # https://meteo.data.gouv.fr, quotidiennes.
    KnownDownload(
        "Météo-France",
        frozenset(("aaaammjj", "tx", "tn")),
        {
            "aaaammjj": Meaning("date"), "nom_usuel": Meaning("site"), "tx": Meaning("tmax", _C),
            "tn": Meaning("tmin", _C), "tm": Meaning("tmean", _C), "um": Meaning("rh", "%"),
            "ux": Meaning("rh_max", "%"), "un": Meaning("rh_min", "%"), "ffm": Meaning("u2", "m/s", 10.0),
            "rr": Meaning("precip", "mm"), "glot": Meaning("rs", "J/cm2"),
        },
    ),
    # https://www.knmi.nl/nederland-nu/klimatologie/daggegevens ; in tenths, and RH is rain.
    KnownDownload(
        "KNMI",
        frozenset(("yyyymmdd", "tx", "tn", "fg")),
        {
            "yyyymmdd": Meaning("date"), "stn": Meaning("site"), "tx": Meaning("tmax", _TENTH),
            "tn": Meaning("tmin", _TENTH), "tg": Meaning("tmean", _TENTH), "fg": Meaning("u2", "0.1 m/s", 10.0),
            "q": Meaning("rs", "J/cm2"), "rh": Meaning("precip", "0.1 mm"), "ug": Meaning("rh", "%"),
            "ux": Meaning("rh_max", "%"), "un": Meaning("rh_min", "%"),
        },
    ),
)  # fmt: skip
_DECLARED = re.compile(r"^[#\s]*([A-Z0-9_]{3,})\s+\S.*\(([^()]+)\)\s*$")


def known_download(headers: Iterable[str]) -> KnownDownload | None:
    """Give the download whose headers these are; None where they are none that is known."""
    present = {header.strip().casefold() for header in headers}
    return next((one for one in DOWNLOADS if one.marks <= present), None)


def is_of_download(header: str) -> bool:
    """Whether a header is a column of a download that is known by such codes as no other file has."""
    code = header.strip().casefold()
    return any(code in one.marks or code in one.columns for one in DOWNLOADS)


def declared_units(lines: Iterable[str]) -> dict[str, str]:
    """Read the units that lines above a header declare, as ``T2M_MAX  MERRA-2 Temperature … (C)``."""
    found = (_DECLARED.match(line) for line in lines)
    return {match[1].casefold(): match[2] for match in found if match}
