"""Markets begun from profiles: files of real layouts are read as they are, and every board shows what they say."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from market.market_platform_files import (
    FACILITIES,
    KINDS,
    PUMPED,
    Instant,
    consumption_at,
    entsoe_library,
    entsoe_new,
    entsoe_old,
    iex_price,
    iex_snapshot,
    instants,
    power_at,
    price_at,
    wem_after,
    wem_before,
)
from workbench.cli.main import main
from workbench.data.projects.project import Project
from workbench.errors import UnknownName
from workbench.market import Market, ingest_market, new_market, profile_names
from workbench.market.inputs.drops import read_mapping
from workbench.market.model.period import Period
from workbench.market.profiles.known import profile_of
from workbench.market.queries import By, price_statistics, revenue_by
from workbench.market.results.saved import IngestResult
from workbench.market.views.answer_view import AnswerView
from workbench.market.views.boards import BOARDS, TodayBoard

AUTUMN, SPRING = "2024-10-27", "2024-03-31"


def taken(folder: Path, profile: str, files: Mapping[str, str | bytes]) -> tuple[Market, IngestResult]:
    project = Project.create(folder, "A market")
    made = new_market(project, profile)
    for name, content in files.items():
        (made.files / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    result = ingest_market(project, **made.settings)
    assert not result.refused, result.refused
    return Market.open(project), result


def ends(begins: list[Instant], minutes: int, offset: int = 60) -> list[np.datetime64]:
    """Ends of intervals on the clock of a market."""
    ahead = datetime.timedelta(minutes=minutes + offset)
    return [np.datetime64((begin + ahead).replace(tzinfo=None), "ms") for begin in begins]


def rows(market: Market, table: str, series: str) -> dict[np.datetime64, float]:
    data = market.data
    found = data.rows(table, data.first, data.last, series=[series])
    return dict(zip(found["stamp"].to_numpy(), found[found.columns[2]].to_list(), strict=True))


def layouts() -> list[object]:
    """Each layout over both changes of clocks; the other combinations only among the thorough tests."""
    usual = {("old", AUTUMN, 60), ("old", SPRING, 15), ("new", AUTUMN, 15), ("library", SPRING, 60)}
    every = itertools.product(("old", "new", "library"), (AUTUMN, SPRING, "2024-06-12"), (60, 15))
    marks = [pytest.mark.slow, pytest.mark.thorough]
    return [pytest.param(*case, marks=() if case in usual else marks) for case in every]


@pytest.mark.parametrize(("layout", "day", "minutes"), layouts())
def test_a_bidding_zone_has_the_values_of_each_layout_over_a_change_of_clocks(
    tmp_path: Path, layout: str, day: str, minutes: int
) -> None:
    begins = instants(day, minutes)
    assert len(begins) == {AUTUMN: 25, SPRING: 23}.get(day, 24) * 60 // minutes
    files = {
        "old": lambda: entsoe_old(begins, minutes, spring=day == SPRING),
        "new": lambda: entsoe_new(begins, minutes),
        "library": lambda: entsoe_library(begins, lambda _: minutes),
    }[layout]()
    market, _ = taken(tmp_path / "p", "entsoe-de-lu", files)
    with market:
        stamps = ends(begins, minutes)
        assert rows(market, "price", "DE-LU") == dict(zip(stamps, map(price_at, begins), strict=True))
        for kind in KINDS:
            assert rows(market, "unit_power", kind) == {
                stamp: power_at(kind, begin) for stamp, begin in zip(stamps, begins, strict=True)
            }
        if layout != "new":
            pumping = rows(market, "unit_power", f"{PUMPED} consumption")
            assert list(pumping.values()) == [consumption_at(begin) for begin in begins]
        if layout != "library":
            total = sum(power_at(kind, begins[0]) for kind in KINDS)
            assert rows(market, "region", "DE-LU")[stamps[0]] == total
        assert market.data.units.unknown == ()
        totals = market.fuel_totals(f"{market.data.first.astype('datetime64[D]')}/{day}")
        energy = dict(zip(totals["Fuel"], totals["Energy"], strict=True))
        assert energy["Solar"] == pytest.approx(sum(power_at("Solar", b) for b in begins) * minutes / 60_000)


def test_prices_of_hours_and_then_quarter_hours_are_of_their_own_length(tmp_path: Path) -> None:
    change = datetime.datetime(2025, 9, 30, 22, tzinfo=datetime.UTC)
    hours = [b for b in instants("2025-09-30", 60) if b < change]
    quarters = [b for b in instants("2025-10-01", 15) if b >= change]
    files = entsoe_library([*hours, *quarters], lambda begin: 15 if begin >= change else 60)
    market, _ = taken(tmp_path / "p", "entsoe-de-lu", files)
    with market:
        prices = market.data.rows("price", market.data.first, market.data.last)
        lengths = [60] * len(hours) + [15] * len(quarters)
        assert prices["minutes"].to_list() == lengths
        assert prices["rrp"].to_list() == [price_at(b) for b in (*hours, *quarters)]
        # The quarter hours count a quarter each.
        begin = market.data.first + np.timedelta64(22, "h")
        found = price_statistics(market.data, Period(begin, begin + np.timedelta64(4, "h")))["Mean"]
        assert found == pytest.approx(
            [np.mean([*map(price_at, hours[22:] * 4), *map(price_at, quarters[:8])])]
        )


def test_western_australia_is_read_before_and_after_its_reform(tmp_path: Path) -> None:
    files = wem_before("2023-09-29") | wem_after("2023-10-01")
    market, _ = taken(tmp_path / "p", "wem", files)
    with market:
        power = rows(market, "unit_power", "COLLIE_G1")
        assert power[np.datetime64("2023-09-29T08:30", "ms")] == FACILITIES["COLLIE_G1"]
        assert power[np.datetime64("2023-09-30T08:00", "ms")] == FACILITIES["COLLIE_G1"] + 47
        assert power[np.datetime64("2023-10-01T08:05", "ms")] == pytest.approx(FACILITIES["COLLIE_G1"])
        prices = rows(market, "price", "WEM")
        assert prices[np.datetime64("2023-09-29T08:30", "ms")] == 60
        assert prices[np.datetime64("2023-10-02T08:00", "ms")] == 81.5 + 47
        day = Period(np.datetime64("2023-10-01T08:00"), np.datetime64("2023-10-02T08:00"))
        energy = revenue_by(market.data, day, by=By.UNIT)
        expected = sum((300.0 + n) / 12 for n in range(288)) / 1000
        assert energy["Energy"].max() == pytest.approx(expected)


def test_snapshots_of_the_indian_exchange_have_96_blocks_a_day(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "p", "India")
    made = new_market(project, "iex")
    days = ["2025-12-31", "2026-01-01"]
    for market in ("DAM", "GDAM", "RTM"):
        iex_snapshot(made.files / f"{market}_Market Snapshot (1).xlsx", days, market)
    result = ingest_market(project, **made.settings)
    assert not result.refused
    with Market.open(project) as market:
        for region in ("DAM", "GDAM", "RTM"):
            found = rows(market, "price", region)
            assert len(found) == 192
            assert found[np.datetime64("2025-12-31T00:15", "ms")] == iex_price(0)
            assert found[np.datetime64("2026-01-01T00:00", "ms")] == iex_price(95)
            assert found[np.datetime64("2026-01-02T00:00", "ms")] == iex_price(95)


def test_the_board_of_an_exchange_shows_prices_and_neither_generation_nor_demand_as_missing(
    tmp_path: Path,
) -> None:
    project = Project.create(tmp_path / "p", "India")
    made = new_market(project, "iex")
    iex_snapshot(made.files / "DAM_Market Snapshot (1).xlsx", ["2026-01-01"], "DAM")
    ingest_market(project, **made.settings)
    with Market.open(project) as market:
        board = TodayBoard(market.data)
        titles = [view.answer.title for view in board._tabs.children[0].children]
        assert [title.partition(",")[0] for title in titles] == ["Prices"]
        assert "DAM price" in board._status.value
        assert "Demand" not in board._status.value
        board.close()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Market]:
    """One zone by hours over a change of clocks, by quarter hours, Western Australia and India."""
    folder = tmp_path_factory.mktemp("profiles")
    hourly = {
        k: v
        for day in ("2024-10-26", AUTUMN, "2024-10-28")
        for k, v in entsoe_old(instants(day, 60), 60).items()
    }
    quarter = entsoe_new(instants("2024-10-26", 15, days=3), 15, "FR")
    made = {
        "hourly": taken(folder / "hourly", "entsoe-de-lu", hourly)[0],
        "quarter": taken(
            folder / "quarter", "entsoe-fr", {k: v.replace("DE-LU", "FR") for k, v in quarter.items()}
        )[0],
        "wem": taken(folder / "wem", "wem", wem_before("2023-09-29") | wem_after("2023-10-01"))[0],
    }
    project = Project.create(folder / "iex", "India")
    iex_snapshot(
        new_market(project, "iex").files / "DAM_Market Snapshot.xlsx", ["2025-12-31", "2026-01-01"], "DAM"
    )
    ingest_market(project, scenario="iex", files="iex")
    return made | {"iex": Market.open(project)}


@pytest.mark.parametrize("board", list(BOARDS))
@pytest.mark.parametrize(
    "name",
    [
        "hourly",
        *(
            pytest.param(name, marks=[pytest.mark.slow, pytest.mark.thorough])
            for name in ("quarter", "wem", "iex")
        ),
    ],
)
def test_every_board_is_drawn_without_an_error(shown: Mapping[str, Market], name: str, board: str) -> None:
    made = BOARDS[board](shown[name].data, period="7 days")
    for number, title in enumerate(made._tabs.titles):
        made._tabs.selected_index = number
        for view in made._tabs.children[number].children:
            if isinstance(view, AnswerView):
                # The exchange publishes no generation.
                without_units = name == "iex" and "the data have no units" in view._notes.value
                assert "cannot be shown" not in view._notes.value or without_units, title
    made.close()


def test_every_profile_describes_a_market_and_reads_its_mapping(tmp_path: Path) -> None:
    for name in ("nem", "wem", "iex", "entsoe-de-lu", "entsoe-pt", profile_names()[-1]):
        profile = profile_of(name)
        path = tmp_path / "drops.toml"
        path.write_text(profile.mapping or "drops = []")
        assert bool(read_mapping(path, profile.description)) == bool(profile.mapping)
        assert {unit.fuel for unit in profile.units} <= set(profile.description.fuel_names)
    with pytest.raises(UnknownName, match="entsoe-fr"):
        profile_of("entsoe-frr")


def test_the_command_line_begins_a_market_and_says_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "p"
    assert main(["new", str(folder), "--market-profile", "entsoe-de-lu"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "run market_ingest --set scenario=entsoe-de-lu --set files=entsoe-de-lu" in said
    files = folder / "inputs" / "entsoe-de-lu"
    (files / "drops.toml").write_text("# mine\n")
    assert main(["new", str(folder), "--market-profile", "entsoe-de-lu"]) == 0
    assert (files / "drops.toml").read_text() == "# mine\n", "what people changed stays"
    assert main(["new", str(folder), "--market-profile", "wem"]) == 0
    assert (folder / "inputs" / "wem" / "drops.toml").is_file()


def test_the_only_dataset_of_a_project_is_the_one_that_boards_show(shown: Mapping[str, Market]) -> None:
    import ipywidgets

    from workbench.market.views.view import MarketView

    project = Project.open(shown["wem"].data.folder.parents[2])
    view = MarketView(project, "today")
    assert not isinstance(view.children[0], ipywidgets.HTML), "the board, not the offer of a sample"
    assert view.children[0].data.folder.name == "wem"
    view.children[0].close()
