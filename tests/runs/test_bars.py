from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tqdm

from workbench.runs import Job, RunState, Unit, start
from workbench.runs.model.states import EventKind
from workbench.runs.work import bars
from workbench.runs.work.bars import open_bar

Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def nothing_open() -> None:
    bars._innermost.set(None)


def told_of(run: Any) -> list[tuple[float | None, str]]:
    return [(event.fraction, event.message) for event in run.events(kinds=[EventKind.PROGRESS])]


def test_an_inner_bar_moves_the_item_of_the_outer_one_that_is_in_hand() -> None:
    outer = open_bar("Years", 4, "", {})
    inner = open_bar("Sites", 10, "", {})
    assert inner.fraction == 0
    inner.done = 5
    assert inner.fraction == pytest.approx(0.5 / 4)
    assert inner.message == "Years: 0 of 4 | Sites: 5 of 10"
    inner.done = 10
    inner.close()
    outer.done = 1
    again = open_bar("Sites", 10, "", {})
    again.done = 5
    assert again.fraction == pytest.approx(1.5 / 4)
    again.close()
    outer.close()


def test_every_open_bar_of_a_stage_has_a_place_and_there_are_at_most_six() -> None:
    outer = open_bar("Years", 4, "", {})
    assert outer.places == [], "one bar alone is the bar of its stage"
    outer.done = 1
    inner = open_bar("Sites", None, "", {})
    expected = [(0, "Years: 1 of 4", 0.25), (1, "Sites: 0", None)]
    assert outer.places == inner.places == expected
    for number in range(9):
        bars._innermost.set(inner)
        open_bar(f"beside {number}", 2, "", {})
    assert [text for _, text, _ in outer.places] == [
        *("Years: 1 of 4", "Sites: 0"),
        *(f"beside {number}: 0 of 2" for number in range(4)),
    ]
    assert [depth for depth, _, _ in outer.places] == [0, 1, 2, 2, 2, 2]
    inner.close()
    assert outer.places == []
    outer.close()


def test_the_second_inner_bar_of_an_item_counts_from_the_next_item_on() -> None:
    outer = open_bar("Epochs", 2, "", {})
    for _ in range(2):
        inner = open_bar("part", 1, "", {})
        inner.done = 1
        inner.close()
    outer.done = 1
    first = open_bar("part", 1, "", {})
    first.done = 1
    assert first.fraction == pytest.approx(1.5 / 2)
    first.close()
    outer.close()


def test_a_bar_that_was_left_open_inside_a_closed_one_is_around_no_other() -> None:
    ended: dict[str, int] = {}
    outer = open_bar("outer", 2, "", ended)
    open_bar("left", 2, "", ended)
    outer.close()
    left_alone = open_bar("next", 2, "", ended)
    assert left_alone.message == "next: 0 of 2"


def test_remaining_time_is_unknown_until_two_items_are_finished() -> None:
    bar = open_bar("", 100, "", {})
    bar._began = time.monotonic() - 10
    assert bar.seconds_left is None
    bar.done = 1
    assert bar.seconds_left is None
    bar.done = 20
    # 10 s for 20 of 100: 0.5 s each, 80 are left.
    assert bar.seconds_left == pytest.approx(40, rel=0.01)
    bar.done = 120
    assert bar.seconds_left == 0
    bar.close()
    endless = open_bar("", None, "", {})
    endless.done = 50
    assert (endless.seconds_left, endless.message) == (None, "50")
    endless.close()


LOOPS: list[Callable[[Job, int, str], Any]] = [
    lambda job, count, title: job.track(range(count), title=title),
    lambda job, count, title: tqdm.tqdm(range(count), desc=title),
    lambda job, count, title: job.map(abs, [Unit(f"{title} {i}", (i,)) for i in range(count)], title=title),
]


@pytest.mark.parametrize("outer", LOOPS[:2], ids=["track", "tqdm"])
@pytest.mark.parametrize("inner", LOOPS, ids=["track", "tqdm", "map"])
def test_a_stage_is_never_full_before_the_last_inner_loop(
    make_job: Make, project: Path, outer: Any, inner: Any
) -> None:
    shares: list[float | None] = []

    def work(job: Job, project: Path, config: Any) -> None:
        assert ready.wait(10)
        with job.stage("fit"):
            for _ in outer(job, 4, "Years"):
                for _ in inner(job, 3, "Sites"):
                    pass
                shares.append(run.summary().stages["fit"].fraction)

    ready = threading.Event()
    run = start(make_job(work), project)
    ready.set()
    run.result(20)
    assert shares == [pytest.approx(0.25), pytest.approx(0.5), pytest.approx(0.75), pytest.approx(1.0)]
    assert any(re.match("Years: 1 of 4( it)? [|] Sites: 3 of 3", message) for _, message in told_of(run))


def test_a_second_map_of_a_stage_does_not_leave_it_at_the_end_of_the_first(
    make_job: Make, project: Path
) -> None:
    shares: list[float | None] = []

    def work(job: Job, project: Path, config: Any) -> None:
        assert ready.wait(10)
        with job.stage("fit"):
            for title in ("First", "Second"):
                for _ in job.map(abs, [Unit(f"{title} {i}", (i,)) for i in range(2)], title=title, workers=1):
                    pass
                shares.append(run.summary().stages["fit"].fraction)
            for found in job.map(
                slow, [Unit(f"third {i}", (i,)) for i in range(2)], title="Third", workers=1
            ):
                if found.key == "third 0":
                    time.sleep(0.15)
                    shares.append(run.summary().stages["fit"].fraction)

    ready = threading.Event()
    run = start(make_job(work), project)
    ready.set()
    run.result(20)
    assert shares[:2] == [1.0, 1.0]
    assert shares[2] is not None
    assert 0.8 < shares[2] < 1


def slow(x: int) -> int:
    time.sleep(0.3)
    return x


@pytest.mark.parametrize("way", ["iterated", "updated", "track"])
def test_a_loop_that_turns_slow_is_reported_and_cancelled_by_time(
    make_job: Make, project: Path, until: Callable[..., None], way: str
) -> None:
    reached = 0

    def work(job: Job, project: Path, config: Any) -> None:
        nonlocal reached
        bar: Any = tqdm.tqdm(total=10**6) if way == "updated" else None
        loops = {"iterated": lambda: tqdm.tqdm(range(10**6)), "track": lambda: job.track(range(10**6))}
        for item in loops.get(way, lambda: range(10**6))():
            if item >= 300_000:
                reached = item
                time.sleep(0.1)
            if bar is not None:
                bar.update()

    run = start(make_job(work), project)
    until(lambda: reached >= 300_003, 30)
    counted = run.events(kinds=[EventKind.PROGRESS])[-1].data["done"]
    assert counted >= 300_000
    began = time.monotonic()
    run.cancel()
    assert run.wait(5)
    assert run.state == RunState.CANCELLED
    assert time.monotonic() - began < 0.5 + 0.3, "with what a busy machine adds"
