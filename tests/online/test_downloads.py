"""Files streamed to the disk: bounded memory, continued after a break, cancelled in the middle."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from online.faulty_server import FaultyServer, Reply
from workbench.errors import SourceFailed
from workbench.online.client import OnlineClient
from workbench.online.service import HttpRequest, Service, Watch

Open = Callable[..., OnlineClient]
RAIN = Service("rain", "Rain service", "https://rain.example.org")
REQUEST = HttpRequest(RAIN, "/rain/archive.zip")
BODY = bytes(range(256)) * 400


@pytest.fixture(autouse=True)
def _short_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.online.retries.FIRST_BACKOFF", 0.02)


def serve(server: FaultyServer, headers: dict[str, str], *, honours_ranges: bool = True) -> None:
    """Break the first transfer off in the middle; afterwards answer as the request wants it."""

    def reply(number: int) -> Reply:
        if number == 0:
            return Reply(BODY, headers=headers, cut=len(BODY) // 2)
        wanted = server.requests[-1][3].get("range", "")
        if wanted and honours_ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            rest = {**headers, "Content-Range": f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"}
            return Reply(BODY[start:], 206, rest)
        return Reply(BODY, headers=headers)

    server.faults["rain"] = reply


def test_a_transfer_that_breaks_off_continues_where_it_stopped(
    open_client: Open, server: FaultyServer, tmp_path: Path
) -> None:
    serve(server, {"ETag": '"one"'})
    open_client().download(REQUEST, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == BODY
    sent = server.requests[1][3]
    assert sent["range"] == f"bytes={len(BODY) // 2}-"
    assert sent["if-range"] == '"one"'


@pytest.mark.parametrize(
    ("headers", "honours_ranges"),
    [({}, True), ({"ETag": 'W/"weak"'}, True), ({"ETag": '"one"'}, False)],
    ids=["no validator", "a weak tag", "a server without ranges"],
)
def test_a_transfer_that_cannot_be_continued_starts_again(
    open_client: Open, server: FaultyServer, tmp_path: Path, headers: dict[str, str], honours_ranges: bool
) -> None:
    serve(server, headers, honours_ranges=honours_ranges)
    open_client().download(REQUEST, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == BODY


def test_another_part_than_the_missing_one_is_not_appended(
    open_client: Open, server: FaultyServer, tmp_path: Path
) -> None:
    serve(server, {"ETag": '"one"'})
    good = server.faults["rain"]
    wrong = Reply(BODY[:10], 206, {"ETag": '"one"', "Content-Range": f"bytes 0-9/{len(BODY)}"})
    server.faults["rain"] = lambda number: wrong if number == 1 else good(number)
    open_client().download(REQUEST, tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == BODY


def test_a_file_that_does_not_come_leaves_nothing_behind(
    open_client: Open, server: FaultyServer, tmp_path: Path
) -> None:
    server.faults["rain"] = lambda number: Reply(BODY, cut=100)
    with pytest.raises(SourceFailed, match=r"archive\.zip cannot be downloaded: the connection failed"):
        open_client().download(REQUEST, tmp_path / "files" / "a.zip")
    assert list((tmp_path / "files").iterdir()) == []
    assert server.count("rain") == 3


def test_a_file_that_is_not_there_says_so(open_client: Open, server: FaultyServer, tmp_path: Path) -> None:
    server.faults["rain"] = lambda number: Reply(b"<html>Not found</html>", 404)
    with pytest.raises(SourceFailed, match=r"it answered with status 404\.$") as caught:
        open_client().download(REQUEST, tmp_path / "a.zip")
    assert caught.value.status == 404
    assert server.count("rain") == 1


def test_memory_does_not_grow_with_the_file(open_client: Open, server: FaultyServer, tmp_path: Path) -> None:
    size = 60_000_000
    server.faults["rain"] = lambda number: Reply(bytes(size))
    client = open_client()
    tracemalloc.start()
    try:
        client.download(REQUEST, tmp_path / "a.zip")
        # The server is in this process: its body is the one that counts.
        assert tracemalloc.get_traced_memory()[1] < size * 1.3
    finally:
        tracemalloc.stop()
    assert (tmp_path / "a.zip").stat().st_size == size


@pytest.mark.parametrize(
    "fault",
    [Reply(BODY, drip=0.05, part=1000), Reply(BODY, delay=30), Reply(b"", 503, {"Retry-After": "60"})],
    ids=["slow", "silent", "throttled"],
)
def test_a_download_is_cancelled_in_the_middle_within_a_second(
    open_client: Open, server: FaultyServer, tmp_path: Path, fault: Reply
) -> None:
    class Cancelled(BaseException):
        pass

    server.faults["rain"] = lambda number: fault
    cancelled: list[float] = []

    def checkpoint() -> None:
        if cancelled:
            raise Cancelled

    threading.Timer(0.5, lambda: cancelled.append(time.monotonic())).start()
    with pytest.raises(Cancelled):
        open_client(patience=60).download(REQUEST, tmp_path / "files" / "a.zip", Watch(checkpoint))
    assert time.monotonic() - cancelled[0] < 1.0
    assert list((tmp_path / "files").iterdir()) == []
