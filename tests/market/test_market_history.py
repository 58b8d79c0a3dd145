"""The monthly archives since 2009 come in with one command: every layout, resumable, and politely."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest

from market.feed_server import Feeds, serving
from market.test_market_ingest_contract import nemweb
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.market import Market, fetch_history, ingest_market
from workbench.market.model.archive_months import TABLES, archive_months
from workbench.market.model.nem import NEM
from workbench.market.model.period import Period
from workbench.market.queries import By, revenue_by
from workbench.market.store.dataset import INCOMING, market_folder

FOLDER = "/Data_Archive/Wholesale_Electricity/MMSDM/{0}/MMSDM_{0}_{1}/MMSDM_Historical_Data_SQLLoader/DATA/"


def times(month: str, minutes: int) -> list[str]:
    """Half an hour of stamps, at the begin of a month."""
    begin = datetime.datetime.fromisoformat(f"{month}-01")
    stamps = [begin + datetime.timedelta(minutes=n) for n in range(minutes, 31, minutes)]
    return [f'"{stamp:%Y/%m/%d %H:%M:%S}"' for stamp in stamps]


def of_2010(month: str) -> dict[str, bytes]:
    """Early layouts: few columns, first versions; one dispatch price of 12 500 in six."""
    five, half = times(month, 5), times(month, 30)
    spike = [50, 50, 50, 50, 50, 12500]
    return {
        "DISPATCH_UNIT_SCADA": nemweb(
            "DISPATCH,UNIT_SCADA,1", "SETTLEMENTDATE,DUID,SCADAVALUE", *(f"{t},COAL1,300" for t in five)
        ),
        "DISPATCHPRICE": nemweb(
            "DISPATCH,PRICE,1",
            "SETTLEMENTDATE,RUNNO,REGIONID,DISPATCHINTERVAL,INTERVENTION,RRP,LASTCHANGED",
            *(f"{t},1,NSW1,1,0,{rrp},{t}" for t, rrp in zip(five, spike, strict=True)),
        ),
        "TRADINGPRICE": nemweb(
            "TRADING,PRICE,1",
            "SETTLEMENTDATE,RUNNO,REGIONID,PERIODID,RRP,EEP,LASTCHANGED",
            *(f"{t},1,NSW1,1,{sum(spike) / 6},0,{t}" for t in half),
        ),
        "DISPATCHREGIONSUM": nemweb(
            "DISPATCH,REGIONSUM,2",
            "SETTLEMENTDATE,RUNNO,REGIONID,DISPATCHINTERVAL,INTERVENTION,TOTALDEMAND,NETINTERCHANGE",
            *(f"{t},1,NSW1,1,0,8000,-100" for t in five),
        ),
        "DISPATCHINTERCONNECTORRES": nemweb(
            "DISPATCH,INTERCONNECTORRES,1",
            "SETTLEMENTDATE,RUNNO,INTERCONNECTORID,DISPATCHINTERVAL,INTERVENTION,METEREDMWFLOW,MWFLOW,MWLOSSES",
            *(f"{t},1,VIC1-NSW1,1,0,200,201,3" for t in five),
        ),
    }


def of_2024(month: str) -> dict[str, bytes]:
    """Today's layouts, with rooftops; energy is settled by five minutes."""
    found = of_2010(month)
    del found["TRADINGPRICE"]
    half = times(month, 30)
    found["ROOFTOP_PV_ACTUAL"] = nemweb(
        "ROOFTOP,ACTUAL,2",
        "INTERVAL_DATETIME,REGIONID,POWER,QI,TYPE,LASTCHANGED",
        *(f"{t},NSW1,1500,1,MEASUREMENT,{t}" for t in half),
        *(f"{t},NSW1,1700,0.6,SATELLITE,{t}" for t in half),
    )
    found["DISPATCH_UNIT_SCADA"] = nemweb(
        "DISPATCH,UNIT_SCADA,1",
        "SETTLEMENTDATE,DUID,SCADAVALUE,LASTCHANGED",
        *(f"{t},COAL1,300,{t}" for t in times(month, 5)),
    )
    return found


def packed(name: str, content: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr(name.replace(".zip", ".CSV"), content)
    return archive.getvalue()


@pytest.fixture
def server() -> Iterator[Feeds]:
    with serving() as feeds:
        for month, files in (("2010-03", of_2010("2010-03")), ("2024-09", of_2024("2024-09"))):
            year, number = month.split("-")
            folder, links = FOLDER.format(year, number), []
            for table, content in files.items():
                old = f"PUBLIC_DVD_{table}_{year}{number}010000.zip"
                name = old if year < "2024" else f"PUBLIC_ARCHIVE#{table}#FILE01#{year}{number}010000.zip"
                feeds.files[folder + quote(name)] = packed(name, content)
                links.append(f'<A HREF="{folder}{quote(name)}">{name}</A>')
            links.append(f'<A HREF="{folder}PUBLIC_DVD_DISPATCHLOAD_{year}{number}010000.zip">x</A>')
            feeds.pages[folder] = "".join(links).encode()
        yield feeds


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.create(tmp_path / "project", "A market")


def test_months_of_all_layouts_come_in_and_are_settled_by_the_rules_of_their_time(
    project: Project, server: Feeds
) -> None:
    (project.inputs / "units.csv").write_text("unit,station,region,fuel\nCOAL1,Coal,NSW1,Coal\n")
    ingest_market(project, register="units.csv")
    for month in ("2010-03", "2024-09"):
        result = fetch_history(
            project, base_url=server.address, first_month=month, last_month=month, pause=0.0
        )
        assert set(result.refused) == ({"2010-03 ROOFTOP_PV_ACTUAL"} if month == "2010-03" else set())
    with Market.open(project) as market:
        # 300 MW for half an hour at the trading price, and at the prices of each five minutes: 25 MWh each.
        half_hours = (Period(f"{month}-01T00:00", f"{month}-01T00:30") for month in ("2010-03", "2024-09"))
        settled, dispatched = (revenue_by(market.data, period, By.UNIT)["Revenue"] for period in half_hours)
        assert settled == pytest.approx([150 * (5 * 50 + 12500) / 6])
        assert dispatched == pytest.approx([25 * (5 * 50 + 12500)])
        first = market.data.rows("flow", market.data.first, market.data.first + np.timedelta64(30, "m"))
        assert first["flow"].to_list() == [200.0] * 6
        roofs = market.data.rows("rooftop", market.data.first, market.data.last)
        assert roofs["mw"].to_list() == [1500.0]


def test_a_page_a_month_is_asked_for_and_what_was_ingested_never_again(
    project: Project, server: Feeds
) -> None:
    scada = next(path for path in server.files if "2010" in path and "SCADA" in path)
    server.faults[scada] = [503] * 9
    settings = {"base_url": server.address, "first_month": "2010-03", "last_month": "2010-03", "pause": 0.0}
    first = fetch_history(project, **settings, retries=0)
    assert [name for name in first.refused if "SCADA" in name] == [scada.rpartition("/")[2]]
    assert not list((market_folder(project) / INCOMING).rglob("*.zip")), "archives are not kept"
    assert sorted(server.asked) == sorted(
        [FOLDER.format("2010", "03"), *(path for path in server.files if "2010" in path)]
    )
    server.faults.clear()
    server.asked.clear()
    again = fetch_history(project, **settings)
    assert server.asked == [FOLDER.format("2010", "03"), scada]
    assert (again.known, again.taken) == (4, 1)
    server.asked.clear()
    assert fetch_history(project, **settings, keep_files=True, tables=("price",)).known == 2
    assert len(server.asked) == 1


def test_trading_prices_are_fetched_only_of_the_time_that_they_settled() -> None:
    months = archive_months("2021-08", "2021-11", TABLES, NEM)
    assert {month.month: "TRADINGPRICE" in month.tables for month in months} == {
        "2021-08": True,
        "2021-09": True,
        "2021-10": False,
        "2021-11": False,
    }


def test_months_and_tables_that_cannot_be_are_refused(project: Project) -> None:
    for settings, said in (
        ({"first_month": "2008-01"}, "the archive begins with 2009-07"),
        ({"first_month": "March"}, "expected a month such as 2020-11"),
        ({"first_month": "2020-02", "last_month": "2020-01"}, "comes before the first"),
        ({"tables": ("prices",)}, "expected some of unit_power, price, region, flow, rooftop"),
    ):
        with pytest.raises(SettingError, match=said):
            fetch_history(project, **settings)
