"""What one client can take from the others: each attack is carried out, and an honest reader is served after it."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import resource
from collections.abc import Iterator

import attacks
import pytest
from site_under_test import Site, wait_until, write_board
from stranger_board import CELLS

from workbench.publishing.boards import PublishedBoard
from workbench.publishing.budgets import Bucket, Buckets, Limits, LineBudget
from workbench.publishing.sessions import End, Sessions, TooManySessions

ELSEWHERE = "127.0.0.2"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_runs_dry_and_fills_with_time():
    clock = Clock()
    bucket = Bucket(3, 2.0, clock)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    assert not bucket.take()
    clock.now = 0.5
    assert [bucket.take(), bucket.take()] == [True, False]
    clock.now = 100
    assert bucket.level() == 3


def test_each_has_a_bucket_of_its_own_and_only_those_in_use_are_kept():
    clock = Clock()
    buckets = Buckets(1, 1.0, clock)
    assert [buckets.take("a"), buckets.take("a"), buckets.take("b")] == [True, False, True]
    assert not buckets.has_token("a")
    for number in range(3 * Buckets.MAX_KEPT):
        buckets.take(number)
        clock.now += 0.1
    assert len(buckets._kept) <= Buckets.MAX_KEPT


def test_no_address_may_have_the_whole_house():
    for pages in (2, 3, 60, 500):
        limits = Limits.of(pages)
        assert 1 <= limits.pages_of_address < limits.pages == pages


def test_a_log_tells_how_many_lines_it_has_left_out(caplog):
    import logging

    clock = Clock()
    budget = LineBudget(2, 1.0, clock)
    lines = [logging.makeLogRecord({"msg": "line %d", "args": (number,)}) for number in range(6)]
    assert [budget.filter(line) for line in lines[:5]] == [True, True, False, False, False]
    clock.now = 1.0
    assert budget.filter(lines[5])
    assert lines[5].getMessage() == "line 5 (3 lines before were left out)"


def test_a_reader_has_so_many_pages_and_then_a_sentence(tmp_path):
    async def open_pages() -> list[str]:
        # Without kernels, each page ends by saying that it cannot be shown; it is open all the same.
        limits = Limits(pages=10, pages_of_reader=2, pages_of_address=3)
        sessions = Sessions(object(), tmp_path, limits)
        board = PublishedBoard("stranger", "Title", "", "", ())
        told = []
        for reader, address in (*[("asha", "a")] * 3, ("ravi", "a"), ("uma", "a"), ("uma", "b")):
            try:
                told.append(sessions.begin(board, reader, address).visitor)
            except TooManySessions as error:
                told.append(str(error).partition(".")[0])
        await sessions.end_all()
        return told

    refused = (
        "You have many of these pages open already",
        "Many of these pages are open at your place already",
    )
    assert asyncio.run(open_pages()) == ["asha", "asha", refused[0], "ravi", refused[1], "uma"]


def test_a_page_with_a_live_panel_ends_when_nothing_is_chosen_on_it_for_long(tmp_path):
    async def end_of_an_idle_page() -> tuple[object, object]:
        clock = Clock()
        sessions = Sessions(object(), tmp_path, Limits(idle_seconds=100), clock)
        board = PublishedBoard("runs", "Title", "", "", ())
        idle, used = sessions.begin(board, "asha"), sessions.begin(board, "ravi")
        idle.sockets = used.sockets = 1
        for clock.now in (60, 120):
            sessions.note_choice(used)
            sessions.end_abandoned()
        found = sessions.end_of(idle.id, "asha"), sessions.end_of(used.id, "ravi")
        assert sessions.end_of(idle.id, "ravi") is None
        await sessions.end_all()
        return found

    assert asyncio.run(end_of_an_idle_page()) == (End.IDLE, None)


# against a real server


@pytest.fixture(scope="module")
def besieged(start_site, tmp_path_factory) -> Site:
    folder = tmp_path_factory.mktemp("small")
    write_board(folder, "stranger", CELLS, publish=True, title="A board for strangers")
    large = "import ipywidgets\nkept = bytearray(800_000_000)\nipywidgets.Button(description='Large')"
    write_board(folder, "large", [large], publish=True, title="A kernel that grows")
    wide = "import ipywidgets\nipywidgets.HTML('x' * 500_000)"
    write_board(folder, "wide", [wide], publish=True, title="A board with much to tell")
    site: Site = start_site("--max-pages", "12", notebooks=folder)
    return site.wait()


@pytest.fixture
def honest(besieged: Site) -> Iterator[None]:
    """Have an honest reader served after the attack, and no more in the log than it may hold."""
    size = besieged.log.stat().st_size
    yield
    attacks.opening_seconds(besieged, 1)
    # Three thousand lines at most, and a few more each second.
    assert besieged.log.stat().st_size - size < 1_000_000


pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("honest")
def test_the_pages_of_another_site_open_no_board(besieged):
    assert {answer.status for answer in attacks.cross_site_requests(besieged)} == {403}
    assert not besieged.kernels()
    # A link in a message or on another page is followed.
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert besieged.ask("/", headers=link).status == 200
    frame = {**link, "Sec-Fetch-Dest": "iframe"}
    assert besieged.ask("/board/stranger", headers=frame).status == 403


@pytest.mark.usefixtures("honest")
def test_a_client_that_opens_and_holds_all_it_can_leaves_room_for_others(besieged):
    with attacks.held_pages(besieged, 12) as number:
        assert number == 8
        refused = besieged.ask("/board/stranger")
        assert refused.status == 503
        assert "at your place" in refused.text
        assert attacks.opening_seconds(besieged, 1) < 30


@pytest.mark.usefixtures("honest")
def test_long_names_of_comms_do_not_fill_a_kernel(besieged):
    visitor = besieged.visit("stranger")
    with attacks.Watched(besieged) as watched:
        assert attacks.comms_with_long_names(visitor, 4) > 100
        assert attacks.comms_with_long_names(visitor, 4, characters=64) > 100
    assert watched.kernel < 60
    assert watched.server < 60
    attacks.leave(visitor)


@pytest.mark.usefixtures("honest")
def test_a_reader_who_does_not_read_is_dropped(besieged):
    visitor = besieged.visit("wide")
    with attacks.Watched(besieged) as watched:
        attacks.socket_that_never_reads(visitor, 12)
    assert watched.server < 60
    assert "does not read" in besieged.log_text()
    attacks.leave(visitor)


@pytest.mark.usefixtures("honest")
def test_requests_that_are_begun_and_not_ended_leave_the_server_reachable(besieged):
    number = besieged.process.pid
    kept = resource.prlimit(number, resource.RLIMIT_NOFILE)
    with attacks.half_open_requests(besieged, 700):
        assert attacks.opening_seconds(besieged, 1) < 30
    assert besieged.process.poll() is None
    assert resource.prlimit(number, resource.RLIMIT_NOFILE) == kept


@pytest.mark.usefixtures("honest")
def test_large_files_that_nobody_reads_cost_a_piece_each(besieged):
    with attacks.Watched(besieged) as watched, attacks.unread_assets(besieged):
        assert attacks.opening_seconds(besieged, 1) < 30
    assert watched.server < 120


@pytest.mark.usefixtures("honest")
def test_what_is_no_request_is_counted_for_its_address_and_does_not_fill_the_log(besieged):
    before = besieged.log_text().count("a malformed request from 127.0.0.5")
    assert attacks.malformed_requests(besieged, 300, "127.0.0.5") < 60
    assert 0 < besieged.log_text().count("a malformed request from 127.0.0.5") - before < 60

    def is_not_heard() -> bool:
        # Of a burst some are closed for the other reason: too many of the address are open.
        attacks.malformed_requests(besieged, 5, "127.0.0.5")
        return "it is not heard for a while" in besieged.log_text()

    wait_until(is_not_heard, 30, "the address is not heard")
    with pytest.raises((OSError, http.client.HTTPException)):
        besieged.ask("/health", source="127.0.0.5")
    assert besieged.ask("/health", source=ELSEWHERE).status == 200


def test_a_kernel_that_grows_is_ended(besieged):
    with contextlib.suppress(AssertionError):
        besieged.visit("large")
    wait_until(lambda: "it uses" in besieged.log_text(), 30, "the kernel is ended")


def test_nothing_is_left_of_all_that(besieged):
    wait_until(lambda: not besieged.kernels(), 30, "the kernels go")
    assert besieged.process.poll() is None
