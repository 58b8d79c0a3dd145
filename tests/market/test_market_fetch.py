from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from market.feed_server import Feeds, serving
from workbench.errors import SettingError, SourceFailed
from workbench.market.inputs.fetch import FeedClient, Work, days_of, work_for_days
from workbench.market.model.market_time import to_minutes
from workbench.market.model.nem import NEM

SCADA = NEM.feeds[0]
ARCHIVE = "/Reports/ARCHIVE/Dispatch_SCADA/PUBLIC_DISPATCHSCADA_20250801.zip"


@pytest.fixture
def feeds() -> Iterator[Feeds]:
    with serving() as server:
        yield server


@pytest.fixture(autouse=True)
def _short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.online.retries.FIRST_BACKOFF", 0.01)


def current(stamp: str) -> str:
    return f"/Reports/CURRENT/Dispatch_SCADA/PUBLIC_DISPATCHSCADA_{stamp}_0000000000000001.zip"


def client(feeds: Feeds, **options: object) -> FeedClient:
    return FeedClient(feeds.address, patience=5.0, **options)  # type: ignore[arg-type]


def test_a_day_is_fetched_from_the_archive_and_not_a_second_time(feeds: Feeds, tmp_path: Path) -> None:
    feeds.files[ARCHIVE] = b"day"
    with client(feeds) as fetcher:
        work = Work(SCADA, "2025-08-01")
        assert [path.read_bytes() for path in fetcher.fetch(work, tmp_path)] == [b"day"]
        assert fetcher.fetch(work, tmp_path) == (tmp_path / "PUBLIC_DISPATCHSCADA_20250801.zip",)
    assert feeds.asked == [ARCHIVE]


def test_what_the_archive_has_not_yet_is_found_among_the_current_files(feeds: Feeds, tmp_path: Path) -> None:
    for stamp in ("202508010005", "202508010010", "202508011200", "202508020000", "202508031200"):
        feeds.files[current(stamp)] = stamp.encode()
    feeds.files["/Reports/CURRENT/Dispatch_SCADA/other.txt"] = b"x"
    with client(feeds) as fetcher:
        day = fetcher.fetch(Work(SCADA, "2025-08-01"), tmp_path)
        assert [path.name[21:33] for path in day] == [
            "202508010005",
            "202508010010",
            "202508011200",
            "202508020000",
        ]
        wanted = Work(SCADA, "2025-08-01", (to_minutes("2025-08-01T12:00"),))
        assert [path.name[21:33] for path in fetcher.fetch(wanted, tmp_path / "b")] == ["202508011200"]


def test_passing_faults_are_tried_again_and_lasting_ones_reported(feeds: Feeds, tmp_path: Path) -> None:
    feeds.files[ARCHIVE] = b"day" * 1000
    feeds.faults[ARCHIVE] = [503, "drop", "cut"]
    with client(feeds) as fetcher:
        (path,) = fetcher.fetch(Work(SCADA, "2025-08-01"), tmp_path)
    assert path.read_bytes() == b"day" * 1000
    path.unlink()
    feeds.faults[ARCHIVE] = [500] * 10
    with (
        client(feeds, retries=1) as fetcher,
        pytest.raises(SourceFailed, match="downloaded: it answered with status 500"),
    ):
        fetcher.fetch(Work(SCADA, "2025-08-01"), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_breaks_off_leaves_no_half_file(feeds: Feeds, tmp_path: Path) -> None:
    feeds.files[ARCHIVE] = b"day" * 1000
    feeds.faults[ARCHIVE] = ["cut"] * 10
    with client(feeds, retries=2) as fetcher, pytest.raises(SourceFailed):
        fetcher.fetch(Work(SCADA, "2025-08-01"), tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert feeds.asked.count(ARCHIVE) == 3


def test_a_refusal_is_not_tried_again(feeds: Feeds, tmp_path: Path) -> None:
    feeds.files[ARCHIVE] = b"day"
    feeds.faults[ARCHIVE] = [401] * 10
    with client(feeds) as fetcher, pytest.raises(SourceFailed, match="401"):
        fetcher.fetch(Work(SCADA, "2025-08-01"), tmp_path)
    assert len(feeds.asked) == 1


def test_the_server_is_told_who_asks(feeds: Feeds) -> None:
    feeds.files[ARCHIVE] = b"day"
    assert httpx.get(feeds.address + ARCHIVE).status_code == 403
    with client(feeds) as fetcher:
        assert "PUBLIC_DISPATCHSCADA_20250801.zip" in fetcher.listing("/Reports/ARCHIVE/Dispatch_SCADA/")


def test_a_link_cannot_lead_out_of_the_folder(feeds: Feeds, tmp_path: Path) -> None:
    links = (b"/a/../../../etc/PUBLIC_DISPATCHSCADA_202508010005_1.zip", b"..%2f..%2fpasswd")
    feeds.pages[SCADA.current] = b"".join(b"<a href='" + link + b"'>x</a>" for link in links)
    with client(feeds) as fetcher:
        names = fetcher.listing(SCADA.current)
    assert names == ("PUBLIC_DISPATCHSCADA_202508010005_1.zip", "passwd")


@pytest.mark.parametrize("address", ["", "ftp://x", "example.org", "http://", "file:///etc"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(SettingError, match="base_url"):
        FeedClient(address)


def test_days_are_listed_for_each_feed_and_put_into_groups() -> None:
    work = work_for_days("2025-08-30", "2025-09-02", NEM)
    assert len(work) == 4 * len(NEM.feeds)
    groups = days_of(work, 3)
    assert [sorted({item.day for item in group}) for group in groups] == [
        ["2025-08-30", "2025-08-31", "2025-09-01"],
        ["2025-09-02"],
    ]
    with pytest.raises(SettingError, match="comes before"):
        work_for_days("2025-08-02", "2025-08-01", NEM)
    with pytest.raises(SettingError, match="not days"):
        work_for_days("2025-08-32", "", NEM)
