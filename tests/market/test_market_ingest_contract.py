"""Which of several readings counts, what is read again, and by which price energy was settled."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from market.market_rows import publish, rows, stamps_between
from workbench.data.projects.project import Project
from workbench.errors import InvalidData
from workbench.market import Market
from workbench.market.inputs.ingest import find_files, read_file, recipe_of
from workbench.market.inputs.nemweb import read_nemweb
from workbench.market.jobs import ingest_market
from workbench.market.model.nem import NEM
from workbench.market.queries import fuel_totals
from workbench.market.results.saved import IngestResult
from workbench.market.store.reading import MarketData

PRICES = "stamp,zone,price,load\n2025-01-01 00:05:00,NSW1,100,7000\n2025-01-01 00:10:00,NSW1,101,7001\n"
MAPPING = """
[[drops]]
pattern = "*.csv"
table = "price"
stamp = "stamp"
series = "zone"
[drops.values]
rrp = "price"
"""
DEMAND = MAPPING.replace('"price"\nstamp', '"region"\nstamp').replace('rrp = "price"', 'demand = "load"')


def nemweb(table: str, columns: str, *data: str) -> bytes:
    lines = ["C,NEMP.WORLD,X,AEMO,PUBLIC,2024/12/10,12:00:00,1,X,0", f"I,{table},{columns}"]
    lines += [f"D,{table},{row}" for row in data]
    return "\n".join([*lines, f'C,"END OF REPORT",{len(lines) + 1}', ""]).encode()


def rooftop(*rows: str) -> bytes:
    return nemweb("ROOFTOP,ACTUAL,2", "INTERVAL_DATETIME,REGIONID,POWER,QI,TYPE,LASTCHANGED", *rows)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "project", "A market")
    (made.inputs / "files").mkdir()
    return made


def ingest(project: Project) -> IngestResult:
    return ingest_market(project, files="files")


def rrp(project: Project) -> list[float]:
    with Market.open(project) as market:
        found: list[float] = market.data.rows("price", market.data.first, market.data.last)["rrp"].to_list()
        return found


def test_measured_rooftop_power_counts_before_the_estimate_from_satellites_whichever_is_larger() -> None:
    content = rooftop(
        '"2024/12/10 10:00:00",NSW1,1000,1,MEASUREMENT,"2024/12/10 10:20:00"',
        '"2024/12/10 10:00:00",NSW1,1100,0.6,SATELLITE,"2024/12/10 10:40:00"',
    )
    frames, problems = read_nemweb("r.CSV", content, NEM)
    assert dict(frames["rooftop"].select("mw", "rank").iter_rows()) == {1000.0: 3, 1100.0: 2}
    assert len(problems) == 0


def test_a_row_is_as_new_as_its_last_change_not_as_the_archive_that_it_came_in() -> None:
    content = rooftop(
        '"2024/12/10 10:00:00",NSW1,1000,1,MEASUREMENT,"2024/12/10 10:20:00"',
        '"2024/12/10 10:30:00",NSW1,1000,1,MEASUREMENT,',
    )
    published = read_nemweb("r.CSV", content, NEM)[0]["rooftop"]["published"]
    assert [str(when) for when in published] == ["2024-12-10 10:20:00", "2024-12-10 12:00:00"]


def test_files_come_in_the_order_of_their_names_with_numbers_by_size(tmp_path: Path) -> None:
    for name in ("p10.csv", "p2.csv", "prices-corrected.csv", "prices.csv"):
        (tmp_path / name).touch()
    assert [path.name for path in find_files(tmp_path)] == [
        "p2.csv", "p10.csv", "prices.csv", "prices-corrected.csv",
    ]  # fmt: skip


def test_one_file_feeds_two_tables_by_two_mappings_of_its_pattern(project: Project) -> None:
    (project.inputs / "files" / "both.csv").write_text(PRICES)
    (project.inputs / "files" / "drops.toml").write_text(MAPPING + DEMAND)
    ingest(project)
    with Market.open(project) as market:
        span = market.data.first, market.data.last
        assert market.data.rows("price", *span)["rrp"].to_list() == [100.0, 101.0]
        assert market.data.rows("region", *span)["demand"].to_list() == [7000.0, 7001.0]


def test_a_later_file_corrects_an_earlier_one_downwards_too_and_a_corrected_mapping_is_read_again(
    project: Project,
) -> None:
    files = project.inputs / "files"
    (files / "p1.csv").write_text(PRICES)
    (files / "p2_corrected.csv").write_text(PRICES.replace(",100,", ",50,"))
    (files / "drops.toml").write_text(MAPPING)
    ingest(project)
    assert rrp(project) == [50.0, 101.0]
    result = ingest(project)
    assert result.taken == 0, "the same files in the same way bring nothing"
    (files / "drops.toml").write_text(MAPPING.replace('rrp = "price"', 'rrp = "load"'))
    again = ingest(project)
    assert rrp(project) == [7000.0, 7001.0]
    assert any("2 files are read again, as their mapping" in str(note) for note in again.notes)


def test_what_says_something_else_than_a_better_source_is_counted_and_listed(project: Project) -> None:
    files = project.inputs / "files"
    rows = (
        '"2024/12/10 10:00:00",NSW1,1000,1,MEASUREMENT,',
        '"2024/12/10 10:30:00",NSW1,1000,1,MEASUREMENT,',
    )
    (files / "a.csv").write_bytes(rooftop(*rows))
    assert not any("better source" in str(note) for note in ingest(project).notes)
    estimated = [row.replace("1000,1,MEASUREMENT", "1100,0.6,SATELLITE") for row in rows]
    (files / "b.csv").write_bytes(rooftop(*estimated))
    assert any(
        "rooftop: 2 rows say something else than those of a better source" in str(n)
        for n in ingest(project).notes
    )


def test_the_recipe_of_a_file_changes_with_the_mapping_that_reads_it(
    tmp_path: Path, project: Project
) -> None:
    from workbench.market.inputs.drops import read_mapping

    mapping = tmp_path / "drops.toml"
    recipes = set()
    for text in (
        MAPPING,
        MAPPING.replace('rrp = "price"', 'rrp = "load"'),
        MAPPING.replace("*.csv", "*.txt"),
    ):
        mapping.write_text(text)
        recipes.add(recipe_of(tmp_path / "a.csv", read_mapping(mapping, NEM)))
    assert len(recipes) == 3


HALF_HOUR = stamps_between("2020-11-17T16:00", "2020-11-17T16:30")


def test_before_settlement_by_five_minutes_energy_is_paid_by_the_price_of_its_half_hour(
    tmp_path: Path,
) -> None:
    # One price of 15 000 in the last of six intervals: the half hour was settled at (5 x 50 + 15 000) / 6.
    price = rows("price", HALF_HOUR, "NSW1", rrp=[50.0] * 5 + [15_000.0])
    power = rows("unit_power", HALF_HOUR, "COAL1", mw=[0.0] * 5 + [300.0])
    demand = rows("region", HALF_HOUR, "NSW1", demand=[0.0] * 5 + [600.0])
    publish(tmp_path, {"price": price, "unit_power": power, "region": demand})
    with MarketData.open(tmp_path) as data:
        (revenue,) = fuel_totals(data, _period(data))["Revenue"]
        assert revenue == pytest.approx(25 * 15_250 / 6)
        region = data.rollup("region", data.first, data.last)
        assert region["demand_cost"].sum() == pytest.approx(50 * 15_250 / 6)
        # What was dispatched keeps its own price.
        assert data.rows("price", data.first, data.last)["rrp"].max() == 15_000


def test_the_published_trading_price_goes_before_the_mean_of_the_dispatch_prices(tmp_path: Path) -> None:
    price = rows("price", HALF_HOUR, "NSW1", rrp=[50.0] * 5 + [15_000.0])
    trading = rows("price", ["2020-11-17T16:30"], "NSW1", minutes=30, rrp=2_000.0, rank=2)
    power = rows("unit_power", HALF_HOUR, "COAL1", mw=[0.0] * 5 + [300.0])
    publish(tmp_path, {"unit_power": power, "price": price})
    publish(tmp_path, {"price": trading})
    with MarketData.open(tmp_path) as data:
        assert fuel_totals(data, _period(data))["Revenue"].tolist() == pytest.approx([50_000])


def test_trading_prices_have_the_interval_by_which_their_time_was_settled() -> None:
    columns = "SETTLEMENTDATE,RUNNO,REGIONID,PERIODID,RRP"
    before = nemweb("TRADING,PRICE,2", columns, '"2021/10/01 00:00:00",1,NSW1,48,60')
    after = nemweb("TRADING,PRICE,3", columns, '"2021/10/01 00:05:00",1,NSW1,1,61')
    assert read_nemweb("t.CSV", before, NEM)[0]["price"]["minutes"].to_list() == [30]
    assert read_nemweb("t.CSV", after, NEM)[0]["price"]["minutes"].to_list() == [5]
    with pytest.raises(InvalidData, match="does not end an interval of 30 minutes"):
        read_nemweb("t.CSV", before.replace(b"2021/10/01 00:00:00", b"2021/09/30 23:55:00"), NEM)


def test_a_battery_of_two_units_that_becomes_one_has_no_hole(tmp_path: Path) -> None:
    before, after = (
        stamps_between("2024-06-02T22:00", "2024-06-03T00:00"),
        stamps_between("2024-06-03T00:00", "2024-06-03T02:00"),
    )
    from workbench.market.model.units import MarketUnit, UnitKind

    units = tuple(
        MarketUnit(name, "Bat", "NSW1", "Battery Storage", "", 100.0, 200.0, kind)
        for name, kind in (
            ("BATG1", UnitKind.GENERATOR), ("BATL1", UnitKind.LOAD), ("BAT1", UnitKind.BIDIRECTIONAL),
        )
    )  # fmt: skip
    frames = [
        rows("unit_power", before, "BATG1", mw=[0.0, 60.0] * 12),
        rows("unit_power", before, "BATL1", mw=[80.0, 0.0] * 12),
        rows("unit_power", after, "BAT1", mw=[-80.0, 60.0] * 12),
    ]
    for frame in frames:
        publish(tmp_path, {"unit_power": frame}, register=units)
    with MarketData.open(tmp_path) as data:
        totals = fuel_totals(data, _period(data))
        assert totals["Energy"].tolist() == pytest.approx([0.120])
        assert totals["Charged"].tolist() == pytest.approx([0.160])


def test_a_market_without_units_has_its_rooftop_totals(tmp_path: Path) -> None:
    stamps = stamps_between("2024-12-10T10:00", "2024-12-10T12:00", 30)
    publish(tmp_path, {"rooftop": rows("rooftop", stamps, "NSW1", minutes=30, mw=1000.0)}, register=None)
    with MarketData.open(tmp_path) as data:
        assert fuel_totals(data, _period(data), region="NSW1")["Energy"].tolist() == pytest.approx([2.0])


@pytest.mark.parametrize(
    ("case", "table", "column", "right"),
    [
        ("rooftop_types", "rooftop", "mw", {1000.0}),
        ("corrected_drop", "price", "rrp", {50.0, 150.0}),
        ("price_and_demand", "region", "demand", {7000.5 + 10 * step for step in range(12)}),
    ],
)
def test_files_as_people_have_them_give_the_right_reading(
    project: Project, shared_data: Path, case: str, table: str, column: str, right: set[float]
) -> None:
    source = shared_data.parent / "cases" / "market" / case
    if not source.is_dir():
        pytest.skip(f"the files {source} are not here")
    shutil.copytree(source, project.inputs / "files", dirs_exist_ok=True)
    ingest(project)
    with Market.open(project) as market:
        assert set(market.data.rows(table, market.data.first, market.data.last)[column].to_list()) == right


def test_a_large_file_is_read_in_blocks_with_the_same_rows_and_true_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    times = [f"2024/12/10 {hour:02d}:{half}:00" for hour in range(24) for half in ("00", "30")]
    content = rooftop(*(f'"{time}",NSW1,{at},1,MEASUREMENT,"{time}"' for at, time in enumerate(times)))
    whole = read_nemweb("r.CSV", content, NEM)[0]["rooftop"]
    monkeypatch.setattr("workbench.market.inputs.nemweb_lines.BLOCK_BYTES", 200)
    assert read_nemweb("r.CSV", content, NEM)[0]["rooftop"].equals(whole)
    broken = content.replace(b"NSW1,40,", b"NSW1,x,")
    with pytest.raises(InvalidData, match="line 43 has 'x' in POWER"):
        read_nemweb("r.CSV", broken, NEM)
    assert read_nemweb("r.CSV", content.replace(b"\n", b"\r\n"), NEM)[0]["rooftop"].equals(whole)


def test_every_line_of_data_is_counted_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "r.CSV"
    path.write_bytes(
        rooftop('"2024/12/10 10:00:00",NSW1,1,1,MEASUREMENT,', '"2024/12/10 10:30:00",NSW1,,1,MEASUREMENT,')
    )
    found = read_file(path, NEM)
    found.check()
    assert (found.rows, found.lines, found.left_out) == (1, {"rooftop": 2}, {"rooftop": 1})


def _period(data: MarketData):  # type: ignore[no-untyped-def]
    from workbench.market.model.period import Period

    return Period(data.first, data.last)


def test_a_price_beyond_the_limits_of_the_market_is_kept_and_said_wherever_it_counts(
    project: Project,
) -> None:
    (project.inputs / "files" / "drops.toml").write_text(MAPPING)
    (project.inputs / "files" / "prices.csv").write_text(PRICES.replace(",101,", ",99999,"))
    result = ingest(project)
    (doubt,) = [str(note) for note in result.notes if "are outside" in str(note)]
    assert (
        "1 of 2 are outside -1,000 to 20,300 AUD/MWh, the first 99,999 of NSW1 at 2025-01-01 00:10" in doubt
    )
    with Market.open(project) as market:
        for found in (market.prices("2025-01-01"), market.price_statistics("2025-01-01")):
            assert any(
                "such as 99,999 in NSW1 at 2025-01-01 00:10; they count as they are" in n for n in found.notes
            )
        assert market.prices("2025-01-01")["NSW1"][1] == 99999
        assert not any("limits" in note for note in market.generation("2025-01-01").notes)


def test_a_region_of_the_past_is_shown_for_its_time_and_not_missed_afterwards(project: Project) -> None:
    columns = "SETTLEMENTDATE,RUNNO,REGIONID,DISPATCHINTERVAL,INTERVENTION,RRP"
    files = project.inputs / "files"
    old = [f'"2008/05/01 00:05:00",1,{region},1,0,{rrp}' for region, rrp in (("NSW1", 50), ("SNOWY1", 45))]
    new = [f'"2025/05/01 00:05:00",1,{region},1,0,60' for region in NEM.region_names]
    (files / "new.csv").write_bytes(nemweb("DISPATCH,PRICE,5", columns, *new))
    ingest(project)
    market_toml = Path(ingest(project).folder) / "market.toml"
    market_toml.write_text("# mine\n" + market_toml.read_text())
    (files / "old.csv").write_bytes(nemweb("DISPATCH,PRICE,4", columns, *old))
    assert any("SNOWY1 (Snowy, until 2008-07-01)" in str(note) for note in ingest(project).notes)
    assert market_toml.read_text().startswith("# mine\n")
    with Market.open(project) as market:
        before = market.prices("2008-05-01/2008-05-01")
        assert (before["SNOWY1"][0], before["NSW1"][0]) == (45, 50)
        assert market.price_statistics("2008-05-01")["Region"].tolist()[-1] == "SNOWY1"
        assert "SNOWY1" not in market.prices("2025-05-01")
        ends = [gap.end for gap in market.data.gaps() if gap.series == "SNOWY1"]
        assert max(ends).astype(str) == "2008-07-01T00:00"
