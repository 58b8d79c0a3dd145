"""Quality flags of networks: what is flagged as bad is missing and counted, what is doubtful is used and named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.evapotranspiration.inputs.files import DailyTable, read_daily_table

CIMIS = (
    "Stn Id,Stn Name,CIMIS Region,Date,Jul,ETo (mm),qc,Precip (mm),qc,Sol Rad (W/sq.m),qc,Max Air Temp (C),qc,"
    "Min Air Temp (C),qc,Avg Rel Hum (%),qc,Avg Wind Speed (m/s),qc\n"
    "6,Davis,Sacramento Valley,6/13/2023,152,5.1, ,0.0, ,256, ,29.6, ,15.0, ,56, ,2.3, \n"
    "6,Davis,Sacramento Valley,6/14/2023,153,5.1,A,0.0, ,999,R,29.8, ,15.2,Y,56, ,2.3, \n"
    "6,Davis,Sacramento Valley,6/15/2023,154,5.1, ,0.0, ,307, ,99.9,S,17.3, ,48, ,2.8,Q\n"
)
NOAA = (
    "STATION,NAME,DATE,TMAX [degC],TMAX_ATTRIBUTES,TMIN [degC],TMIN_ATTRIBUTES,PRCP [mm],PRCP_ATTRIBUTES\n"
    'US1,"TOWN, TX US",2023-06-13,29.6,",,W",15.0,",,W",0.0,"T,,W"\n'
    'US1,"TOWN, TX US",2023-06-14,88.8,",X,W",15.2,",,W",0.0,",,W"\n'
    'US1,"TOWN, TX US",2023-06-15,32.9,",,W",17.3,",,W",3.2,",,W"\n'
)
FRANCE = (
    "NUM_POSTE;NOM_USUEL;LAT;LON;ALTI;AAAAMMJJ;RR;QRR;TN;QTN;TX;QTX\n"
    "1;AMBERIEU;45,9;5,3;250;20230613;0,0;1;15,0;1;29,6;1\n"
    "1;AMBERIEU;45,9;5,3;250;20230614;0,0;1;15,2;2;29,8;1\n"
    "1;AMBERIEU;45,9;5,3;250;20230615;3,2;1;17,3;9;32,9;1\n"
)
LOGGER = (
    "date,tmax,tmax_flag,tmin,tmin_flag,rh,rh quality\n"
    "2023-06-13,29.6,good,15.0,good,56,ok\n"
    "2023-06-14,99.9,BAD,15.2,suspect,56,ok\n"
    "2023-06-15,32.9,good,17.3,good,48,ok\n"
)


def read(folder: Path, text: str) -> tuple[DailyTable, str]:
    path = folder / "eto_weather.csv"
    path.write_text(text, encoding="utf-8")
    table = read_daily_table(path)
    return table, " ".join(str(problem) for problem in table.problems)


def missing(table: DailyTable) -> dict[str, list[int]]:
    frame = table.frame
    return {name: np.flatnonzero(frame[name].isna()).tolist() for name in frame if frame[name].isna().any()}


@pytest.mark.parametrize(
    ("text", "lost", "said"),
    [
        (
            CIMIS,
            {"rs": [1], "tmax": [2], "u2": [2], "eto": [1]},
            (
                "'Max Air Temp (C)': 1 values are flagged as bad",
                "'Min Air Temp (C)': 1 values are flagged as doubtful",
            ),
        ),
        (
            NOAA,
            {"tmax": [1]},
            ("'TMAX [degC]': 1 values are flagged as bad", "TMAX_ATTRIBUTES': X; first in row 3"),
        ),
        (FRANCE, {}, ("'TN': 1 values are flagged as doubtful",)),
        (
            LOGGER,
            {"tmax": [1]},
            ("'tmax': 1 values are flagged as bad", "'tmin': 1 values are flagged as doubtful"),
        ),
    ],
    ids=["cimis", "noaa", "meteo-france", "logger"],
)
def test_flags_are_heeded(
    tmp_path: Path, text: str, lost: dict[str, list[int]], said: tuple[str, ...]
) -> None:
    table, words = read(tmp_path, text)
    assert missing(table) == lost
    for part in said:
        assert part in words
    assert not [name for name in table.unused if "qc" in name or "flag" in name or "attributes" in name]


def test_codes_that_are_not_known_are_not_heeded_and_named(tmp_path: Path) -> None:
    text = LOGGER.replace("good", "17").replace("BAD", "18").replace("suspect", "18")
    table, words = read(tmp_path, text)
    assert missing(table) == {}
    assert "columns of flags whose codes are not known are not heeded: tmax_flag, tmin_flag" in words
