from __future__ import annotations

import io
import zipfile
from pathlib import Path

import polars as pl
import pytest

from workbench.errors import InvalidData, UnreadableFile
from workbench.market.inputs.archives import csv_members
from workbench.market.inputs.ingest import read_file
from workbench.market.inputs.nemweb import read_nemweb
from workbench.market.model.nem import NEM

DISPATCH_IS = "PUBLIC_DISPATCHIS_202508201810_0000000477155219.CSV"

SCADA = """\
C,NEMP.WORLD,DISPATCHSCADA,AEMO,PUBLIC,2025/08/20,18:05:13,0000000477155218,DISPATCHSCADA,0
I,DISPATCH,UNIT_SCADA,1,SETTLEMENTDATE,DUID,SCADAVALUE,LASTCHANGED
D,DISPATCH,UNIT_SCADA,1,"2025/08/20 18:10:00",COAL1,412.5,"2025/08/20 18:05:07"
D,DISPATCH,UNIT_SCADA,1,"2025/08/20 18:10:00",BATT1,-33.25,"2025/08/20 18:05:07"
C,"END OF REPORT",5
"""


def read(text: str, **options: object) -> dict[str, pl.DataFrame]:
    return read_nemweb("scada.CSV", text.encode(), NEM, **options)[0]  # type: ignore[arg-type]


def refusal(text: str) -> str:
    with pytest.raises(InvalidData) as caught:
        read(text)
    return str(caught.value)


@pytest.fixture(scope="module")
def dispatch_is(shared_data: Path) -> Path:
    return shared_data / "market" / DISPATCH_IS


def test_the_real_dispatch_file_gives_the_prices_and_demands_that_stand_in_it(dispatch_is: Path) -> None:
    # Read off the file by eye: columns RRP and TOTALDEMAND of its PRICE and REGIONSUM rows.
    rows = read_file(dispatch_is, NEM)
    price = dict(rows.frames["price"].select("region", "rrp").iter_rows())
    assert price == {
        "NSW1": 242.65268,
        "QLD1": 159.95,
        "SA1": 189.90569,
        "TAS1": 160.24,
        "VIC1": 220.26879,
    }
    demand = dict(rows.frames["region"].select("region", "demand").iter_rows())
    assert demand == {"NSW1": 11997.22, "QLD1": 8199.47, "SA1": 1704.97, "TAS1": 1301.08, "VIC1": 6996.1}
    assert {str(stamp) for stamp in rows.frames["price"]["stamp"]} == {"2025-08-20 18:10:00"}
    # LASTCHANGED of the rows; the file was published six seconds later.
    assert {str(stamp) for stamp in rows.frames["price"]["published"]} == {"2025-08-20 18:05:07"}


def test_the_real_dispatch_file_gives_flows_limits_with_their_signs_and_uigf(dispatch_is: Path) -> None:
    rows = read_file(dispatch_is, NEM)
    flow = {row["interconnector"]: row for row in rows.frames["flow"].iter_rows(named=True)}
    assert len(flow) == 6
    link = flow["NSW1-QLD1"]
    assert (link["flow"], link["target"], link["losses"]) == (-1095.80005, -1151.53981, 41.4559)
    assert (link["export_limit"], link["import_limit"]) == (465.54647, -1151.53981)
    assert flow["T-V-MNSP1"]["import_limit"] == 155.89999
    region = {row["region"]: row for row in rows.frames["region"].iter_rows(named=True)}
    assert region["SA1"]["solar_uigf"] == 5.465
    assert region["SA1"]["wind_uigf"] == 774.42452
    assert region["TAS1"]["battery_storage"] is None
    assert region["NSW1"]["net_interchange"] == -1381.47


def test_a_line_missing_from_the_real_file_is_noticed_by_its_trailer(dispatch_is: Path) -> None:
    lines = dispatch_is.read_bytes().splitlines(keepends=True)
    short = b"".join(lines[:400] + lines[401:])
    with pytest.raises(
        InvalidData, match=r"line 891 is the trailer and states 892 lines, but the file has 891"
    ):
        read_nemweb(dispatch_is.name, short, NEM)


def test_a_file_without_its_trailer_is_refused_as_cut_short(dispatch_is: Path) -> None:
    content = dispatch_is.read_bytes()
    cut = content[: content.rindex(b"C,")]
    with pytest.raises(InvalidData, match=r"line 891 is the last and no trailer.*cut short"):
        read_nemweb(dispatch_is.name, cut, NEM)
    with pytest.raises(InvalidData, match=DISPATCH_IS):
        read_nemweb(dispatch_is.name, content[:70_000], NEM)


def test_columns_are_found_by_their_names_whatever_their_order() -> None:
    moved = SCADA.replace("SETTLEMENTDATE,DUID,SCADAVALUE", "SCADAVALUE,SETTLEMENTDATE,DUID")
    moved = moved.replace('"2025/08/20 18:10:00",COAL1,412.5', '412.5,"2025/08/20 18:10:00",COAL1')
    moved = moved.replace('"2025/08/20 18:10:00",BATT1,-33.25', '-33.25,"2025/08/20 18:10:00",BATT1')
    assert moved != SCADA
    assert read(moved)["unit_power"].equals(read(SCADA)["unit_power"])


def test_a_negative_reading_stays_negative_and_keeps_its_cadence() -> None:
    frame = read(SCADA)["unit_power"]
    assert frame.select("unit", "mw", "minutes").rows() == [("COAL1", 412.5, 5), ("BATT1", -33.25, 5)]


def test_an_unknown_table_version_is_refused_until_somebody_accepts_it() -> None:
    newer = SCADA.replace("UNIT_SCADA,1,", "UNIT_SCADA,2,")
    assert "line 2 announces version 2 of DISPATCH.UNIT_SCADA, known are 1" in refusal(newer)
    accepted = read(newer, accepted_versions=["DISPATCH.UNIT_SCADA.2"])
    assert accepted["unit_power"].height == 2


def test_a_missing_column_is_named_with_its_line() -> None:
    assert "line 2 lacks SCADAVALUE" in refusal(SCADA.replace("SCADAVALUE", "MEGAWATT"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("412.5", "41z.5", "line 3 has '41z.5' in SCADAVALUE, expected a number"),
        ("412.5", "inf", "line 3 has 'inf' in SCADAVALUE"),
        ('"2025/08/20 18:10:00",COAL1', '"20 August",COAL1', "line 3 has the time '20 August'"),
        (
            '"2025/08/20 18:10:00",COAL1',
            '"2025/08/20 18:11:00",COAL1',
            "does not end an interval of 5 minutes",
        ),
        ("COAL1,412.5", "COAL1,412.5,7", "line 3 has 9 fields, its header 8"),
        ("D,DISPATCH,UNIT_SCADA,1", "D,DISPATCH,PRICE,5", "line 3 is data of DISPATCH.PRICE.5"),
        ("COAL1", " ", "line 3 has no DUID"),
        ("I,DISPATCH", "X,DISPATCH", "line 2 begins with 'X'"),
        ('REPORT",5\n', 'REPORT",5\nC,more\n', "line 6 comes after the trailer"),
    ],
)
def test_what_is_wrong_in_a_row_is_said_with_its_line(old: str, new: str, said: str) -> None:
    assert said in refusal(SCADA.replace(old, new, 1))


def test_everything_wrong_is_reported_at_once() -> None:
    broken = SCADA.replace("412.5", "x").replace("-33.25", "y")
    sentence = refusal(broken)
    assert "line 3" in sentence
    assert "line 4" in sentence


def test_a_row_without_its_value_is_left_out_and_reported() -> None:
    frames, problems = read_nemweb("scada.CSV", SCADA.replace("412.5", "").encode(), NEM)
    assert frames["unit_power"]["unit"].to_list() == ["BATT1"]
    assert [str(problem) for problem in problems] == ["scada.CSV: line 3 has no SCADAVALUE and was left out."]


INTERVENTION = """\
C,NEMP.WORLD,DISPATCHIS,AEMO,PUBLIC,2025/08/20,18:05:13,1,DISPATCHIS,0
I,DISPATCH,PRICE,5,SETTLEMENTDATE,RUNNO,REGIONID,DISPATCHINTERVAL,INTERVENTION,RRP
D,DISPATCH,PRICE,5,"2025/08/20 18:10:00",1,SA1,20250820170,0,300
D,DISPATCH,PRICE,5,"2025/08/20 18:10:00",1,SA1,20250820170,1,120
I,DISPATCH,REGIONSUM,9,SETTLEMENTDATE,RUNNO,REGIONID,DISPATCHINTERVAL,INTERVENTION,TOTALDEMAND
D,DISPATCH,REGIONSUM,9,"2025/08/20 18:10:00",1,SA1,20250820170,0,1700
D,DISPATCH,REGIONSUM,9,"2025/08/20 18:10:00",1,SA1,20250820170,1,1650
C,"END OF REPORT",8
"""


def test_an_intervention_run_is_counted_once_price_without_and_demand_with_it() -> None:
    # AEMO settles at the price of the run without the intervention; what flowed is the run with it.
    frames, problems = read_nemweb("x.CSV", INTERVENTION.encode(), NEM)
    assert frames["price"]["rrp"].to_list() == [300.0]
    assert frames["region"]["demand"].to_list() == [1650.0]
    assert sum("operator intervened" in str(problem) for problem in problems) == 2


def test_tables_that_are_not_wanted_are_passed_over_whatever_their_version() -> None:
    extra = SCADA.replace(
        'C,"END OF REPORT",5', 'I,DISPATCH,LOCAL_PRICE,77,A\nD,DISPATCH,LOCAL_PRICE,77,x\nC,"END OF REPORT",7'
    )
    assert set(read(extra)) == {"unit_power"}


def unpacked(path: Path) -> list[bytes]:
    return [content.read() for _, content in csv_members(path)]


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_zips_in_zips_are_opened_and_named_in_messages(tmp_path: Path) -> None:
    later = SCADA.replace("18:10:00", "18:15:00")
    inner = {f"{n}.zip": zipped({f"{n}.CSV": text.encode()}) for n, text in enumerate((SCADA, later))}
    path = tmp_path / "day.zip"
    path.write_bytes(zipped(inner))
    assert read_file(path, NEM).frames["unit_power"].height == 4
    broken = zipped({"0.zip": zipped({"0.CSV": SCADA.replace("412.5", "x").encode()})})
    path.write_bytes(broken)
    with pytest.raises(InvalidData, match=r"day.zip > 0.zip > 0.CSV: line 3"):
        read_file(path, NEM)


def test_a_zip_that_was_cut_short_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(zipped({"a.CSV": SCADA.encode() * 50})[:-200])
    with pytest.raises(InvalidData, match=r"cut\.zip: it is damaged, or not a whole zip"):
        unpacked(path)


def test_a_zip_with_a_damaged_byte_is_refused_by_its_checksum(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.CSV": SCADA.encode()}))
    content[60] ^= 0xFF
    path = tmp_path / "bent.zip"
    path.write_bytes(bytes(content))
    with pytest.raises(InvalidData, match=r"bent\.zip > a\.CSV: it is damaged"):
        unpacked(path)


def test_zips_nested_without_end_and_zips_without_a_csv_are_refused(tmp_path: Path) -> None:
    content = zipped({"a.CSV": SCADA.encode()})
    for _ in range(4):
        content = zipped({"again.zip": content})
    path = tmp_path / "deep.zip"
    path.write_bytes(content)
    with pytest.raises(InvalidData, match="nested more than 3 deep"):
        unpacked(path)
    path.write_bytes(zipped({"readme.txt": b"hello"}))
    with pytest.raises(InvalidData, match="holds no CSV"):
        unpacked(path)
    with pytest.raises(UnreadableFile, match="gone"):
        unpacked(tmp_path / "gone.csv")
