from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from workbench.runs.model.attention import Attention, count_through


def test_every_item_comes_through_and_the_end_is_reported() -> None:
    reports: list[int] = []
    assert list(count_through("abc", Attention(), reports.append)) == ["a", "b", "c"]
    assert reports == [3]


def test_an_open_gate_is_reported_once_with_the_items_that_are_finished() -> None:
    gates, reports = Attention(), []
    for item in count_through(range(10), gates, reports.append):
        if item == 4:
            gates.open_all()
    assert reports == [5, 10]


def test_a_gate_is_left_alone_when_its_loop_was_broken_off() -> None:
    gates = Attention()
    loop = count_through(range(10), gates, lambda done: None)
    next(loop)
    assert len(gates._gates) == 1
    loop.close()
    assert gates._gates == ()


def test_an_error_in_the_loop_leaves_no_gate_and_no_report_of_an_end() -> None:
    gates, reports = Attention(), []

    def broken() -> Iterator[int]:
        yield 1
        raise RuntimeError

    with pytest.raises(RuntimeError):
        list(count_through(broken(), gates, reports.append))
    assert (gates._gates, reports) == ((), [])


def test_gates_can_be_made_and_opened_by_many_threads_at_once() -> None:
    gates, stop = Attention(), threading.Event()
    opener = threading.Thread(target=lambda: [gates.open_all() for _ in iter(stop.is_set, True)])
    opener.start()
    totals: list[int] = []
    loops = [
        threading.Thread(
            target=lambda: totals.append(sum(count_through(range(2000), gates, lambda done: None)))
        )
        for _ in range(8)
    ]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()
    stop.set()
    opener.join()
    assert totals == [sum(range(2000))] * 8
    assert gates._gates == ()
