"""Prices of ancillary services: from the market operator's files to the answer and the board."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from market.market_rows import publish, rows, stamps_between
from workbench.errors import UnknownName
from workbench.market.inputs.ingest import read_file
from workbench.market.model.nem import NEM
from workbench.market.model.period import Period, Resolution
from workbench.market.model.tables import SERVICES
from workbench.market.queries import ancillary_prices, prices
from workbench.market.queries.ancillary import has_ancillary_prices
from workbench.market.store.reading import MarketData
from workbench.market.views.boards import PricesBoard

HEADER = "SETTLEMENTDATE,RUNNO,REGIONID,INTERVENTION,RRP,LASTCHANGED"
HEADER += ",RAISE6SECRRP,RAISEREGRRP,LOWERREGRRP,LOWER1SECRRP"


def nemweb(folder: Path, columns: str) -> Path:
    names = columns.split(",")
    lines = [
        "C,NEMP.WORLD,DISPATCHIS,AEMO,PUBLIC,2025/08/01,00:05:00,1,DISPATCHIS,1",
        f"I,DISPATCH,PRICE,5,{columns}",
    ]
    for at in range(12):
        minute = 5 * (at + 1)
        stamp = f'"2025/08/01 {minute // 60:02d}:{minute % 60:02d}:00"'
        given = {
            "SETTLEMENTDATE": stamp, "RUNNO": "1", "REGIONID": "NSW1", "INTERVENTION": "0", "RRP": "50",
            "LASTCHANGED": stamp, "RAISE6SECRRP": str(at), "RAISEREGRRP": "10", "LOWERREGRRP": "20" if at else "",
            "LOWER1SECRRP": "0.5",
        }  # fmt: skip
        lines.append(f"D,DISPATCH,PRICE,5,{','.join(given[name] for name in names)}")
    path = folder / "PUBLIC_DISPATCHIS_202508010005_1.CSV"
    path.write_text("\n".join([*lines, f'C,"END OF REPORT",{len(lines) + 1}']) + "\n")
    return path


@pytest.fixture
def data(tmp_path: Path) -> MarketData:
    frames = read_file(nemweb(tmp_path, HEADER), NEM, ()).frames
    publish(tmp_path / "nem", frames)
    return MarketData.open(tmp_path / "nem")


def test_prices_of_services_are_those_of_the_file_and_others_are_missing(data: MarketData) -> None:
    found = ancillary_prices(data, Period(data.first, data.last), "NSW1", resolution=Resolution.HOUR)

    assert found["Raise 6 s"].tolist() == [5.5]
    assert found["Raise regulation"].tolist() == [10]
    assert found["Lower regulation"].tolist() == [20], "the mean of the intervals that have a price"
    assert found["Lower 1 s"].tolist() == [0.5]
    assert np.isnan(found["Raise 60 s"]).all()
    assert {column.unit for column in found.columns[2:]} == {"AUD/MWh"}
    assert prices(data, Period(data.first, data.last), resolution=Resolution.HOUR)["NSW1"].tolist() == [50]
    with pytest.raises(UnknownName):
        ancillary_prices(data, Period(data.first, data.last), "WA")


def test_the_board_has_them_only_where_the_files_do(data: MarketData, tmp_path: Path) -> None:
    assert has_ancillary_prices(data)
    assert "Ancillary services" in PricesBoard(data).tabs()
    older = tmp_path / "older"
    publish(older, read_file(nemweb(tmp_path, HEADER.partition(",RAISE")[0]), NEM, ()).frames)
    with MarketData.open(older) as without:
        assert not has_ancillary_prices(without)
        assert "Ancillary services" not in PricesBoard(without).tabs()
        found = ancillary_prices(without, Period(without.first, without.last), "NSW1")
        assert "No file has prices of ancillary services of this time." in found.notes


def test_a_dataset_of_before_is_read_and_gets_them_with_the_next_file(tmp_path: Path) -> None:
    folder = tmp_path / "nem"
    stamps = stamps_between("2025-08-01T01:00", "2025-08-01T02:00")
    publish(folder, {"price": rows("price", stamps, "NSW1", rrp=70.0).drop(*SERVICES)})
    publish(folder, read_file(nemweb(tmp_path, HEADER), NEM, ()).frames)
    with MarketData.open(folder) as found:
        both = ancillary_prices(found, Period(found.first, found.last), "NSW1", resolution=Resolution.HOUR)
        assert both["Raise regulation"].tolist()[0] == 10
        assert np.isnan(both["Raise regulation"][-1])
