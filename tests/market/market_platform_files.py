"""Files as the platforms of markets publish them: their layouts are real, their numbers are made."""

from __future__ import annotations

import csv
import datetime
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl

CENTRAL = ZoneInfo("Europe/Brussels")
KINDS = ("Biomass", "Fossil Brown coal/Lignite", "Hydro Pumped Storage", "Solar", "Wind Onshore")
PUMPED = "Hydro Pumped Storage"
FORECAST = "Day-ahead Total Load Forecast"
Instant = datetime.datetime


def price_at(begin: Instant) -> float:
    """Price of the interval that begins then (UTC) [currency/MWh]."""
    return round(40.0 + 3.0 * (begin.hour - 8) + begin.minute / 15 + begin.day / 10, 2)


def power_at(kind: str, begin: Instant) -> float:
    """Mean power of a production type in the interval that begins then (UTC) [MW]."""
    return 1000.0 * (1 + KINDS.index(kind)) + 10.0 * begin.hour + begin.minute


def consumption_at(begin: Instant) -> float:
    """Power that pumped storage takes [MW]."""
    return 500.0 + begin.hour


def instants(
    day: str, minutes: int, zone: ZoneInfo | datetime.tzinfo = CENTRAL, days: int = 1
) -> list[Instant]:
    """Begins of the intervals of local days, in UTC: 23, 24 or 25 hours each."""
    first = datetime.date.fromisoformat(day)
    begin, end = (
        datetime.datetime.combine(first + datetime.timedelta(n), datetime.time(), zone).astimezone(
            datetime.UTC
        )
        for n in (0, days)
    )
    return [
        begin + datetime.timedelta(minutes=n)
        for n in range(0, int((end - begin).total_seconds() // 60), minutes)
    ]


def _text(rows: Sequence[Sequence[object]], *, delimiter: str = ",", quoting: int = csv.QUOTE_ALL) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\n").writerows(rows)
    return text.getvalue()


def old_range(begin: Instant, minutes: int) -> str:
    """``27.10.2024 02:00 - 27.10.2024 03:00``: both on the clock of the begin, so that 02:00 comes twice."""
    local = begin.astimezone(CENTRAL).replace(tzinfo=None)
    return f"{local:%d.%m.%Y %H:%M} - {local + datetime.timedelta(minutes=minutes):%d.%m.%Y %H:%M}"


def new_range(begin: Instant, minutes: int) -> str:
    """``27/10/2024 02:00:00 (CEST) - 27/10/2024 02:00:00 (CET)``: named on the days when clocks change."""
    end = begin + datetime.timedelta(minutes=minutes)
    ends = [moment.astimezone(CENTRAL) for moment in (begin, end)]
    changes = (
        len(
            {
                moment.utcoffset()
                for moment in (*ends, begin.astimezone(CENTRAL).replace(hour=0), ends[0].replace(hour=23))
            }
        )
        > 1
    )
    parts = [f"{moment:%d/%m/%Y %H:%M:%S}" + (f" ({moment.tzname()})" if changes else "") for moment in ends]
    return " - ".join(parts)


def entsoe_old(
    begins: Sequence[Instant], minutes: int, zone: str = "DE-LU", *, spring: bool = False
) -> dict[str, str]:
    """Prices, generation and load in the layout of before autumn 2024; the hour that clocks leave out is empty."""
    prices: list[list[object]] = [["MTU (CET/CEST)", "Day-ahead Price [EUR/MWh]", "Currency", f"BZN|{zone}"]]
    power: list[list[object]] = [["Area", "MTU", *_old_columns()]]
    load: list[list[object]] = [
        [
            "Time (CET/CEST)",
            f"Day-ahead Total Load Forecast [MW] - BZN|{zone}",
            f"Actual Total Load [MW] - BZN|{zone}",
        ]
    ]
    for begin in begins:
        text = old_range(begin, minutes)
        if spring and begin.astimezone(CENTRAL).hour == 3 and begin.minute == 0:
            for minute in range(0, 60, minutes):
                ends = "03:00" if minute + minutes == 60 else f"02:{minute + minutes:02d}"
                date = f"{begin.astimezone(CENTRAL):%d.%m.%Y}"
                left_out = f"{date} 02:{minute:02d} - {date} {ends}"
                prices.append([left_out, "", "EUR", ""])
                power.append(["Germany (DE)", left_out, *["n/e"] * len(_old_columns())])
                load.append([left_out, "-", "-"])
        prices.append([text, price_at(begin), "EUR", ""])
        power.append(["Germany (DE)", text, *_old_values(begin)])
        load.append([text, 1.0, sum(power_at(kind, begin) for kind in KINDS)])
    stamp = f"{begins[0]:%Y%m%d}0000"
    return {
        f"Day-ahead Prices_{stamp}.csv": _text(prices),
        f"Actual Generation per Production Type_{stamp}.csv": _text(power),
        f"Total Load - Day Ahead _ Actual_{stamp}.csv": _text(load),
    }


def _old_columns() -> list[str]:
    columns = []
    for kind in (*KINDS, "Marine"):
        columns.append(f"{kind}  - Actual Aggregated [MW]")
        if kind == PUMPED:
            columns.append(f"{kind}  - Actual Consumption [MW]")
    return columns


def _old_values(begin: Instant) -> Iterator[object]:
    for kind in KINDS:
        yield power_at(kind, begin)
        if kind == PUMPED:
            yield consumption_at(begin)
    yield "n/e"


def entsoe_new(begins: Sequence[Instant], minutes: int, zone: str = "DE-LU") -> dict[str, str]:
    """Prices, generation and load in the layout from autumn 2024: rows of one area, sequence and type each."""
    prices: list[list[object]] = [
        [
            "MTU (CET/CEST)",
            "Area",
            "Sequence",
            "Day-ahead Price (EUR/MWh)",
            "Intraday Period (CET/CEST)",
            "Intraday Price (EUR/MWh)",
        ]
    ]
    power: list[list[object]] = [["MTU (CET/CEST)", "Area", "Production Type", "Generation (MW)"]]
    load: list[list[object]] = [
        ["MTU (CET/CEST)", "Area", "Actual Total Load (MW)", "Day-ahead Total Load Forecast (MW)"]
    ]
    for begin in begins:
        text = new_range(begin, minutes)
        prices.append([text, f"BZN|{zone}", "Sequence 1", price_at(begin), "", ""])
        prices.append([text, f"BZN|{zone}", "Sequence 2", 9999, "", ""])
        power += [[text, f"BZN|{zone}", kind, power_at(kind, begin)] for kind in KINDS]
        power.append([text, f"BZN|{zone}", "Marine", "n/e"])
        load.append([text, f"BZN|{zone}", sum(power_at(kind, begin) for kind in KINDS), 1])
    stamp = f"{begins[0]:%Y%m%d}0000"
    return {
        f"GUI_ENERGY_PRICES_{stamp}.csv": _text(prices),
        f"AGGREGATED_GENERATION_PER_PRODUCTION_TYPE_{stamp}.csv": _text(power),
        f"GUI_TOTAL_LOAD_DAYAHEAD_{stamp}.csv": _text(load),
    }


def entsoe_library(
    begins: Sequence[Instant], length: Callable[[Instant], int], zone: str = "DE_LU"
) -> dict[str, str]:
    """Monthly files of the file library: tabs, UTC, all areas, resolution of each row."""
    prices: list[list[object]] = [
        ["InstanceCode", "DateTime(UTC)", "ResolutionCode", "AreaCode", "AreaDisplayName", "AreaTypeCode",
         "AreaMapCode", "ContractType", "Sequence", "Price[Currency/MWh]", "Currency", "UpdateTime(UTC)"]
    ]  # fmt: skip
    power: list[list[object]] = [
        ["DateTime(UTC)", "ResolutionCode", "AreaCode", "AreaDisplayName", "AreaTypeCode", "AreaMapCode",
         "ProductionType", "ActualGenerationOutput[MW]", "ActualConsumption[MW]", "UpdateTime(UTC)"]
    ]  # fmt: skip
    for begin in begins:
        code, when, made = f"PT{length(begin)}M", f"{begin:%Y-%m-%d %H:%M:%S}", "2026-01-05 10:48:37"
        for area, kind, factor in ((zone, "BZN", 1.0), ("FR", "BZN", 7.0), ("DE", "CTY", 5.0)):
            prices.append(
                [
                    "x",
                    when,
                    code,
                    "10Y",
                    area,
                    kind,
                    area,
                    "Day-ahead",
                    "1",
                    price_at(begin) * factor,
                    "EUR",
                    made,
                ]
            )
            power += [
                [when, code, "10Y", area, f"{kind}/CTA", area, each, f"{power_at(each, begin) * factor:.6f}",
                 f"{consumption_at(begin) * factor:.6f}" if each == PUMPED else "", made]
                for each in KINDS
            ]  # fmt: skip
        prices.append(["x", when, code, "10Y", zone, "BZN", zone, "Day-ahead", "2", 9999, "EUR", made])
    month = f"{begins[0]:%Y_%m}"
    return {
        f"{month}_EnergyPrices_12.1.D_r3.csv": _text(prices, delimiter="\t", quoting=csv.QUOTE_MINIMAL),
        f"{month}_AggregatedGenerationPerType_16.1.B_C_r3.csv": _text(
            power, delimiter="\t", quoting=csv.QUOTE_MINIMAL
        ),
    }


WEST = datetime.timezone(datetime.timedelta(hours=8))
FACILITIES: Mapping[str, float] = {"ALBANY_WF1": 20.0, "COLLIE_G1": 300.0}


def wem_before(day: str) -> dict[str, str]:
    """Half hours of a trading day, from 8:00 on, of before the reform of October 2023: energies."""
    scada: list[list[object]] = [
        ["Trading Date", "Interval Number", "Trading Interval", "Participant Code", "Facility Code",
         "Energy Generated (MWh)", "EOI Quantity (MW)", "Extracted At"]
    ]  # fmt: skip
    balance: list[list[object]] = [
        ["Trading Date", "Interval Number", "Trading Interval", "Load Forecast (MW)", "Forecast As At",
         "Scheduled Generation (MW)", "Non-Scheduled Generation (MW)", "Total Generation (MW)",
         "Final Price ($/MWh)", "Extracted At"]
    ]  # fmt: skip
    begin = datetime.datetime.fromisoformat(day) + datetime.timedelta(hours=8)
    for number in range(48):
        when = f"{begin + datetime.timedelta(minutes=30 * number):%Y-%m-%d %H:%M:%S}"
        for code, mw in FACILITIES.items():
            eoi = "" if number < 24 else mw + 1
            scada.append([day, number + 1, when, "WPGENER", code, (mw + number) / 2, eoi, ""])
        total = sum(mw + number for mw in FACILITIES.values())
        balance.append([day, number + 1, when, 1, "", 1, 1, total, 60 + number, "2023-09-12"])
    return {
        f"facility-scada-{day[:7]}.csv": _text(scada, quoting=csv.QUOTE_MINIMAL),
        f"balancing-summary-{day[:4]}.csv": _text(balance, quoting=csv.QUOTE_MINIMAL),
    }


def wem_after(day: str) -> dict[str, bytes]:
    """Five-minute energies and half-hourly prices of a trading day since the reform: JSON, the first one zipped."""
    begin = datetime.datetime.fromisoformat(day).replace(hour=8, tzinfo=WEST)
    moments = [begin + datetime.timedelta(minutes=5 * number) for number in range(288)]
    scada = [
        {"dispatchInterval": moment.isoformat(), "code": code, "quantity": (mw + number) / 12}
        for number, moment in enumerate(moments)
        for code, mw in FACILITIES.items()
    ]
    prices = [
        {"tradingInterval": moment.isoformat(), "referenceTradingPrice": 81.5 + number, "isPublished": True}
        for number, moment in enumerate(moments[::6])
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"SCADA_{day}.json", json.dumps({"data": {"facilityScadaDispatchIntervals": scada}}))
    answer = {"transactionId": "x", "data": {"tradingDay": day, "referenceTradingPrices": prices}}
    return {
        f"FacilityScada_{day.replace('-', '')}.zip": packed.getvalue(),
        f"ReferenceTradingPrice_{day}.json": json.dumps(answer).encode(),
    }


def iex_snapshot(path: Path, days: Sequence[str], market: str) -> None:
    """Write a snapshot of the Indian exchange: titles above the table, merged cells, a foot note."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Indian Energy Exchange"])
    sheet.append([f"{market} Market Snapshot"])
    sheet.append([f"Delivery period: {days[0]} to {days[-1]}"])
    sheet.append([])
    star = " *" if market == "DAM" else ""
    session = ["Session ID"] if market == "RTM" else []
    sheet.append(
        ["Date", "Hour", *session, "Time Block", "Purchase Bid (MW)", "Sell Bid (MW)", "MCV (MW)",
         "Final Scheduled Volume (MW)", f"MCP (Rs/MWh){star}"]
    )  # fmt: skip
    for day in days:
        shown = datetime.date.fromisoformat(day).strftime("%d-%m-%Y")
        for block in range(96):
            begin, end = (f"{n // 4:02d}:{n % 4 * 15:02d}" for n in (block, block + 1))
            first = [shown if block == 0 else None, block // 4 + 1 if block % 4 == 0 else None]
            row = [
                *first,
                *([block // 2 + 1] if session else []),
                f"{begin} - {end}",
                9000.5,
                12000,
                8000,
                8000,
            ]
            sheet.append([*row, iex_price(block)])
    sheet.append(["* MCP is of the unconstrained market"])
    book.save(path)


def iex_price(block: int) -> float:
    """Price of a block, counted from 0 [INR/MWh]."""
    return 3000.0 + 50.0 * block
