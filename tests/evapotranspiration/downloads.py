"""Daily and hourly weather as services, networks and loggers give it to people, made by code in their layouts."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator

DAYS = tuple(datetime.date(2023, 6, 1) + datetime.timedelta(days=at) for at in range(20))
FIRST = {"tmax": 29.6, "tmin": 15.0, "rh": 56.0, "u2": 2.3, "rs": 22.1, "precip": 3.2}
"""What the first day of each daily download says, in our units."""
_Row = tuple[datetime.date, float, float, float, int, float, float, float]


def _rows() -> Iterator[_Row]:
    """Day, tmax, tmin, tmean [degC], rh [%], wind [m/s], radiation [MJ/m2], rain [mm]."""
    for at, day in enumerate(DAYS):
        rain = 0.0 if at % 4 else 3.2
        yield day, 29.6 + at % 5, 15.0 + at % 3, 22.3, 56 + at % 7, 2.3 + at % 4 * 0.2, 22.1 + at % 6, rain


def _lines(header: str, form: str, *, comma: bool = False) -> str:
    lines = []
    for day, high, low, mean, humid, wind, sun, rain in _rows():
        numbers = form.format(
            high=high, low=low, mean=mean, humid=humid, wind=wind, kmh=wind * 3.6, mph=wind / 0.44704, sun=sun,
            watts=sun / 0.0864, joule=sun * 100, kwh=sun / 3.6, rain=rain, inch=rain / 25.4, hot=high * 1.8 + 32,
            cold=low * 1.8 + 32, day="\0", tenth_high=high * 10, tenth_low=low * 10, tenth_wind=wind * 10,
            tenth_rain=rain * 10 if rain else -1,
        )  # fmt: skip
        numbers = numbers.replace(".", ",") if comma else numbers
        for code, text in (
            ("\0iso", f"{day}"), ("\0dmy", f"{day:%d/%m/%Y}"), ("\0dot", f"{day:%d.%m.%Y}"),
            ("\0mdy", f"{day:%m/%d/%Y}"), ("\0bare", f"{day:%Y%m%d}"), ("\0doy", f"{day:%Y},{day:%j}"),
            ("\0parts", f"{day.year},{day.month},{day.day}"),
        ):  # fmt: skip
            numbers = numbers.replace(code, text)
        lines.append(numbers)
    return "\n".join([header, *lines, ""])


_NASA = (
    "-BEGIN HEADER-\nNASA/POWER Source Native Resolution Daily Data\n"
    "T2M_MAX           MERRA-2 Temperature at 2 Meters Maximum (C)\n"
    "ALLSKY_SFC_SW_DWN CERES SYN1deg All Sky Surface Shortwave Downward Irradiance ({unit})\n-END HEADER-\n"
)
_OPEN_METEO = (
    "latitude,longitude,elevation,utc_offset_seconds,timezone,timezone_abbreviation\n"
    "48.2,16.3,200.0,7200,Europe/Vienna,CEST\n\n"
)
TEN_TO_TWO = 0.74795  # 4.87 / ln(67.8 * 10 - 5.42), FAO-56 equation 47
THREE_TO_TWO = 0.92092
DAILY: dict[str, tuple[str, dict[str, float | None]]] = {
    # File -> its text, and what differs from FIRST (None: not there).
    "nasa_power": (
        _NASA.format(unit="MJ/m^2/day")
        + _lines(
            "YEAR,DOY,T2M_MAX,T2M_MIN,RH2M,WS2M,ALLSKY_SFC_SW_DWN,PRECTOTCORR",
            "{day}doy,{high:.2f},{low:.2f},{humid},{wind:.2f},{sun:.2f},{rain:.2f}",
        ),
        {},
    ),
    "nasa_power_renewable": (
        _NASA.format(unit="kW-hr/m^2/day")
        + _lines(
            "YEAR,MO,DY,T2M_MAX,T2M_MIN,RH2M,WS10M,WS2M,ALLSKY_SFC_SW_DWN,PRECTOTCORR",
            "{day}parts,{high:.2f},{low:.2f},{humid},9.9,{wind:.2f},{kwh:.4f},{rain:.2f}",
        ),
        {},
    ),
    "meteostat": (
        _lines(
            "date,tavg,tmin,tmax,prcp,snow,wdir,wspd,wpgt,pres,tsun",
            "{day}iso 00:00:00,{mean:.1f},{low:.1f},{high:.1f},{rain:.1f},,180,{kmh:.2f},40.0,1015.0,",
        ),
        {"u2": 2.3 * TEN_TO_TWO, "rh": None, "rs": None},
    ),
    "open_meteo": (
        _OPEN_METEO
        + _lines(
            "time,temperature_2m_max (°C),temperature_2m_min (°C),apparent_temperature_max (°C),"
            "precipitation_sum (mm),rain_sum (mm),precipitation_hours (h),wind_speed_10m_max (km/h),"
            "wind_speed_10m_mean (km/h),wind_gusts_10m_max (km/h),shortwave_radiation_sum (MJ/m²),"
            "relative_humidity_2m_mean (%)",
            "{day}iso,{high:.1f},{low:.1f},35.0,{rain:.1f},1.0,2,30,{kmh:.2f},50,{sun:.2f},{humid}",
        ),
        {"u2": 2.3 * TEN_TO_TWO},
    ),
    "cimis": (
        _lines(
            "Stn Id,Stn Name,CIMIS Region,Date,Jul,Precip (mm),qc,Sol Rad (W/sq.m),qc,Avg Vap Pres (kPa),qc,"
            "Max Air Temp (C),qc,Min Air Temp (C),qc,Avg Rel Hum (%),qc,Avg Wind Speed (m/s),qc,Soil Temp (C),qc",
            "6,Davis,Valley,{day}mdy,152,{rain:.1f},,{watts:.2f},,1.2,,{high:.1f},,{low:.1f},,{humid},,{wind:.1f},,2,",
        ),
        {},
    ),
    "azmet": (
        _lines(
            "meta_station_name,datetime,temp_air_maxC,temp_air_minC,relative_humidity_mean,sol_rad_total,"
            "wind_spd_mean_mps,wind_spd_max_mps,precip_total_mm,temp_soil_10cm_meanC,eto_azmet",
            "Tucson,{day}iso,{high:.1f},{low:.1f},{humid},{sun:.2f},{wind:.2f},8.0,{rain:.1f},28,6.0",
        ),
        {"u2": 2.3 * THREE_TO_TWO},
    ),
    "fawn": (
        _lines(
            "FAWN Station,Period,N (# obs),2m T min (F),2m T max (F),60cm T avg (F),10m T avg (F),"
            "RelHum avg 2m  (pct),2m Rain tot (in),SolRad avg 2m  (w/m^2),10m Wind avg (mph),10m Wind max (mph)",
            "Alachua,{day}iso,96,{cold:.2f},{hot:.2f},70,75,{humid},{inch:.4f},{watts:.2f},{mph:.4f},20",
        ),
        {"u2": 2.3 * TEN_TO_TWO},
    ),
    "siar": (
        _lines(
            "Provincia;Estacion;Fecha;TempMedia;TempMax;TempMinima;HumedadMedia;VelViento;DirViento;Radiacion;"
            "Precipitacion",
            "Madrid;Aranjuez;{day}dmy;{mean:.1f};{high:.1f};{low:.1f};{humid};{wind:.2f};200;{sun:.2f};{rain:.1f}",
            comma=True,
        ),
        {},
    ),
    "inmet": (
        "Nome: PIRACICABA\nCodigo Estacao: A726\n"
        + _lines(
            "Data Medicao;PRECIPITACAO TOTAL, DIARIO (AUT)(mm);TEMPERATURA MAXIMA, DIARIA (AUT)(°C);"
            "TEMPERATURA MINIMA, DIARIA (AUT)(°C);UMIDADE RELATIVA DO AR, MEDIA DIARIA (AUT)(%);"
            "VENTO, VELOCIDADE MEDIA DIARIA (AUT)(m/s);VENTO, RAJADA MAXIMA (m/s)",
            "{day}iso;{rain:.1f};{high:.1f};{low:.1f};{humid};{wind:.2f};9,0",
            comma=True,
        ),
        {"rs": None},
    ),
    "dwd": (
        _lines(
            "STATIONS_ID;MESS_DATUM;QN_3;  FX;  FM;QN_4; RSK;RSKF; VPM; TMK; UPM; TXK; TNK; TGK;eor",
            "        433;{day}bare;   10;  9.1;{wind:5.1f};    3;{rain:5.1f};   6;  12.0;{mean:5.1f};{humid};"
            "{high:5.1f};{low:5.1f};  10.1;eor",
        ),
        {"u2": 2.3 * TEN_TO_TWO, "rs": None},
    ),
    "meteo_france": (
        _lines(
            "NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJ;RR;QRR;TN;QTN;TX;QTX;TM;FFM;UM;GLOT",
            "01014002;ARBENT;46.27;5.66;534;{day}bare;{rain:.1f};1;{low:.1f};1;{high:.1f};1;{mean:.1f};{wind:.1f};"
            "{humid};{joule:.0f}",
        ),
        {"u2": 2.3 * TEN_TO_TWO},
    ),
    "knmi": (
        "# RH : Daily precipitation amount (in 0.1 mm) (-1 for <0.05 mm)\n"
        + _lines(
            "# STN,YYYYMMDD,   FG,   TN,   TX,    Q,   RH,   UG",
            "260,{day}bare,{tenth_wind:.0f},{tenth_low:.0f},{tenth_high:.0f},{joule:.0f},{tenth_rain:.0f},{humid}",
        ),
        {"u2": 2.3 * TEN_TO_TWO},
    ),
    "aemet": (
        _lines(
            "fecha;indicativo;nombre;provincia;altitud;tmed;prec;tmin;horatmin;tmax;horatmax;dir;velmedia;racha;sol;"
            "hrMedia",
            "{day}iso;3195;RETIRO;MADRID;667;{mean:.1f};{rain:.1f};{low:.1f};05:10;{high:.1f};15:20;24;{wind:.1f};"
            "8.1;11.2;{humid}",
            comma=True,
        ).replace(";0,0;", ";Ip;"),
        {"u2": 2.3 * TEN_TO_TWO, "rs": None},
    ),
    "silo": (
        _lines(
            "latitude,longitude,YYYY-MM-DD,daily_rain,daily_rain_source,max_temp,max_temp_source,min_temp,"
            "min_temp_source,vp,vp_source,radiation,radiation_source,rh_tmax,rh_tmax_source,rh_tmin,metadata",
            "-27.5,151.0,{day}iso,{rain:.1f},0,{high:.1f},25,{low:.1f},25,14.2,25,{sun:.1f},42,35,26,82,",
        ),
        {"u2": None, "rh": None, "tdew": 12.19, "rh_max": 82.0, "rh_min": 35.0},
    ),
    "agri4cast": (
        _lines(
            "GRID_NO;LATITUDE;LONGITUDE;ALTITUDE;DAY;TEMPERATURE_MAX;TEMPERATURE_MIN;TEMPERATURE_AVG;WINDSPEED;"
            "VAPOURPRESSURE;PRECIPITATION;RADIATION",
            "85079;41.2;1.3;320;{day}bare;{high:.1f};{low:.1f};{mean:.1f};{wind:.1f};14.2;{rain:.1f};{joule:.0f}0",
        ),
        {"u2": 2.3 * TEN_TO_TWO, "rh": None, "tdew": 12.19},
    ),
    "bom": (
        "Daily Evapotranspiration for TOWN\n\nBureau of Meteorology\n\n"
        + _lines(
            "Station Name,Date,Evapo-Transpiration 0000-2400 (mm),Rain 0900-0900 (mm),Maximum Temperature (C),"
            "Minimum Temperature (C),Maximum Relative Humidity (%),Minimum Relative Humidity (%),"
            "Average 10m Wind Speed (m/sec),Solar Radiation (MJ/sq m)",
            "TOWN,{day}dmy,4.6,{rain:.1f},{high:.1f},{low:.1f},80,35,{wind:.2f},{sun:.1f}",
        ),
        {"u2": 2.3 * TEN_TO_TWO, "rh": None, "rh_max": 80.0},
    ),
    "noaa_in_tenths": (
        _lines(
            "STATION,NAME,LATITUDE,DATE,AWND,AWND_ATTRIBUTES,PRCP,PRCP_ATTRIBUTES,TMAX,TMAX_ATTRIBUTES,TMIN",
            'USW1,"FRESNO, CA US",36.8,{day}iso,{tenth_wind:.0f},",,W",{tenth_rain:.0f},",,W",{tenth_high:.0f},'
            '",,W",{tenth_low:.0f}',
        ),
        {"u2": 2.3 * TEN_TO_TWO, "rh": None, "rs": None},
    ),
    "noaa_in_us_units": (
        _lines(
            "STATION,NAME,DATE,AWND,PRCP,TMAX,TMIN",
            'USW1,"FRESNO, CA US",{day}iso,{mph:.4f},{inch:.4f},{hot:.2f},{cold:.2f}',
        ),
        {"u2": 2.3 * TEN_TO_TWO, "rh": None, "rs": None},
    ),
    "oklahoma": (
        _lines(
            "YEAR,MONTH,DAY,STID,TMAX,TMIN,HMAX,HAVG,2AVG,2MAX,ATOT,RAIN",
            "{day}parts,NRMN,{hot:.2f},{cold:.2f},80,{humid},{mph:.4f},12,{sun:.2f},{inch:.4f}",
        ),
        {},
    ),
    "gridmet": (
        _lines(
            "yyyy-mm-dd,pr(mm),rmax(%),rmin(%),srad(Wm-2),tmmn(K),tmmx(K),vs(m/s at 10m),pet(mm)",
            "{day}iso,{rain:.1f},80,35,{watts:.2f},288.15,302.75,{wind:.1f},6.1",
        ),
        {"u2": 2.3 * TEN_TO_TWO, "rh": None, "rh_max": 80.0},
    ),
    "daymet": (
        "Latitude: 35.9  Longitude: -84.3\nElevation: 270 meters\n"
        + _lines(
            "year,yday,dayl (s),prcp (mm/day),srad (W/m^2),swe (kg/m^2),tmax (deg c),tmin (deg c),vp (Pa)",
            "{day}doy,43200,{rain:.1f},511.574,0,{high:.1f},{low:.1f},1420",
        ),
        {"u2": None, "rh": None, "tdew": 12.19},
    ),
    "canada": (
        _lines(
            '"Longitude (x)","Latitude (y)","Station Name","Date/Time","Year","Month","Day","Max Temp (°C)",'
            '"Max Temp Flag","Min Temp (°C)","Total Rain (mm)","Total Precip (mm)","Total Precip Flag"',
            '"-112","49.6","LETHBRIDGE","{day}iso","2023","06","01","{high:.1f}","","{low:.1f}","0.1","{rain:.1f}","T"',
        ),
        {"u2": None, "rh": None, "rs": None},
    ),
    "wunderground": (
        _lines(
            "Date,Temperature_High (°F),Temperature_Low (°F),Dew Point_High (°F),Humidity_Avg (%),Speed_High (mph),"
            "Speed_Avg (mph),Precip_Sum (in),Solar [W/m2]",
            "{day}iso,{hot:.2f},{cold:.2f},60,{humid},12,{mph:.4f},{inch:.4f},{watts:.2f}",
        ),
        {},
    ),
    "units_at_the_end": (
        _lines(
            "Datum;Temperatur Max;Temperatur Min;Feuchte Mittel;Wind 2m km/h;Globalstrahlung J/cm²;Regen l/m²",
            "{day}dot;{high:.1f};{low:.1f};{humid};{kmh:.2f};{joule:.0f};{rain:.1f}",
            comma=True,
        ).replace(",06,2023", ".06.2023"),
        {},
    ),
    "german": (
        _lines(
            "Datum;Höchsttemperatur [°C];Tiefsttemperatur [°C];Mittlere Luftfeuchte [%];"
            "Windgeschwindigkeit 2 m [km/h];Globalstrahlung [J/cm²];Niederschlag [mm];Bodentemperatur [°C]",
            "{day}dot;{high:.1f};{low:.1f};{humid};{kmh:.2f};{joule:.0f};{rain:.1f};18.5",
            comma=True,
        ).replace(",06,2023", ".06.2023"),
        {},
    ),
    "spanish": (
        _lines(
            "Fecha;Temperatura máxima (ºC);Temperatura mínima (ºC);Humedad relativa media (%);"
            "Velocidad del viento (m/s);Radiación solar (MJ/m2);Precipitación (mm);Dirección del viento",
            "{day}dmy;{high:.1f};{low:.1f};{humid};{wind:.2f};{sun:.2f};{rain:.1f};NO",
            comma=True,
        ),
        {},
    ),
    "french": (
        _lines(
            "Date;Température maximale (°C);Température minimale (°C);Humidité relative (%);"
            "Vent moyen à 10 m (km/h);Rayonnement global (J/cm²);Pluie (mm);Rafale max (km/h)",
            "{day}dmy;{high:.1f};{low:.1f};{humid};{kmh:.2f};{joule:.0f};{rain:.1f};50",
            comma=True,
        ),
        {"u2": 2.3 * TEN_TO_TWO},
    ),
    "portuguese": (
        _lines(
            "Data;Temperatura máxima (°C);Temperatura mínima (°C);Umidade relativa (%);"
            "Velocidade do vento a 2m (m/s);Radiação global (MJ/m²);Precipitação (mm)",
            "{day}dmy;{high:.1f};{low:.1f};{humid};{wind:.2f};{sun:.2f};{rain:.1f}",
            comma=True,
        ),
        {},
    ),
    "units_below": (
        _lines(
            "date,tmax,tmin,rh,wind 2m,rs,precip\n,°F,°F,%,mph,W/m2,in",
            "{day}iso,{hot:.2f},{cold:.2f},{humid},{mph:.4f},{watts:.3f},{inch:.4f}",
        ),
        {},
    ),
    "units_in_names": (
        _lines(
            "Date,Tmax_C,Tmin_C,RHmean_pct,Wind_2m_ms,Solar_MJ,Rain_mm",
            "{day}iso,{high:.1f},{low:.1f},{humid},{wind:.2f},{sun:.2f},{rain:.1f}",
        ),
        {},
    ),
}


def hours(
    *, ends: bool = False, minutes: int = 60
) -> Iterator[tuple[datetime.datetime, float, float, float, float]]:
    """Time, temperature [degC], humidity [%], radiation [W/m2], rain [mm] of the hours of :data:`DAYS`."""
    step = datetime.timedelta(minutes=minutes)
    for day in DAYS:
        start = datetime.datetime.combine(day, datetime.time())
        for at in range(24 * 60 // minutes):
            hour = at * minutes / 60
            swing = math.sin((hour - 8) / 24 * 2 * math.pi)
            sun = max(0.0, 900 * math.sin((hour - 5) / 14 * math.pi)) if 5 <= hour <= 19 else 0.0
            rain = 0.5 if hour == 3 else 0.0
            yield start + at * step + (step if ends else step * 0), 22 + 7 * swing, 60 - 15 * swing, sun, rain


HOURLY: dict[str, str] = {
    "open_meteo": _OPEN_METEO
    + "time,temperature_2m (°C),relative_humidity_2m (%),wind_speed_10m (km/h),shortwave_radiation (W/m²),"
    "direct_radiation (W/m²),precipitation (mm)\n"
    + "".join(f"{at:%Y-%m-%dT%H:%M},{t:.3f},{h:.2f},7.2,{s:.3f},1,{p}\n" for at, t, h, s, p in hours()),
    "campbell": '"TOA5","Farm","CR1000","1234"\n'
    '"TIMESTAMP","RECORD","BattV_Min","AirTC_Avg","RH","WS_ms_Avg","WindDir","SlrW_Avg","Rain_mm_Tot"\n'
    '"TS","RN","Volts","Deg C","%","meters/second","Degrees","W/m^2","mm"\n'
    '"","","Min","Avg","Smp","Avg","Smp","Avg","Tot"\n'
    + "".join(
        f'"{at:%Y-%m-%d %H:%M:%S}",1,12.6,{t:.3f},{h:.2f},2.0,180,{s:.3f},{p}\n'
        for at, t, h, s, p in hours(ends=True, minutes=30)
    ),
    "nasa_power": _NASA.format(unit="Wh/m^2")
    + "YEAR,MO,DY,HR,T2M,RH2M,WS2M,ALLSKY_SFC_SW_DWN,PRECTOTCORR\n"
    + "".join(
        f"{at.year},{at.month},{at.day},{at.hour},{t:.3f},{h:.2f},2,{s:.3f},{p}\n"
        for at, t, h, s, p in hours()
    ),
    "separate_time": "Date;Time;Temp Out;Temp In;Out Hum;Wind Speed (m/s);Rain (mm);Solar Rad.\n"
    + "".join(
        f"{at:%d/%m/%Y};{at:%H:%M};{t:.3f};21;{h:.2f};2;{p};{s:.2f}\n".replace(".", ",")
        for at, t, h, s, p in hours()
    ),
    "hobo": '"Plot Title: Finca 3"\n"#","Date Time, GMT+02:00","Temp, °C (LGR S/N: 2055, SEN S/N: 1)",'
    '"RH, % (LGR S/N: 2055, SEN S/N: 1)","Solar Radiation, W/m² (LGR S/N: 2055)","Wind Speed, m/s (LGR S/N: 2055)",'
    '"Gust Speed, m/s (LGR S/N: 2055)","Rain, mm (LGR S/N: 2055)"\n'
    + "".join(
        f"1,{at:%m/%d/%y %I:%M:%S %p},{t:.3f},{h:.2f},{s:.3f},2.0,4.0,{p}\n" for at, t, h, s, p in hours()
    ),
    "ecowitt": "Time,Outdoor Temperature(℃),Feels Like(℃),Outdoor Humidity(%),Indoor Temperature(℃),"
    "Solar Rad.(w/m2),Rain Rate(mm/hr),Rain(mm),Wind(m/s),Gust(m/s),Wind Direction(º)\n"
    + "".join(
        f"{at:%Y-%m-%d %H:%M},{t:.3f},{t},{h:.2f},21,{s:.3f},0.0,{p},2.0,4.0,270\n"
        for at, t, h, s, p in hours()
    ),
    "megajoules": "year,month,day,hour,tair [degC],rh,u2,rs [MJ/m2/h],rain [mm]\n"
    + "".join(
        f"{at.year},{at.month},{at.day},{at.hour},{t:.3f},{h:.2f},2,{s * 0.0036:.6f},{p}\n"
        for at, t, h, s, p in hours()
    ),
}
