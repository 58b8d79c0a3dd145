from __future__ import annotations

import gc
import logging
import time
import weakref
from collections.abc import Callable

import pytest

from workbench.data.problems import Problems
from workbench.errors import ProjectError
from workbench.ui.base import Pane
from workbench.ui.live.polling import poll


def test_an_error_of_a_callback_is_shown_and_the_next_success_clears_it(caplog: pytest.LogCaptureFixture):
    pane, fails = Pane(), [True]

    def step() -> None:
        if fails:
            raise fails.pop() and ProjectError("There is no <b>folder</b>.", "folder")

    button = pane.button("Open", step)
    button.click()
    assert "There is no &lt;b&gt;folder" in pane.strip.value
    assert 'role="alert"' in pane.strip.value
    button.click()
    assert pane.strip.value == ""
    assert not caplog.records


def test_every_problem_of_an_input_is_listed_under_the_sentence():
    pane, problems = Pane(), Problems("demand.xlsx")
    for row in range(3, 8):
        problems.error(f"holds the year {row} twice", sheet="Sales", cell=f"B{row}")
    pane.guarded(problems.raise_errors)
    assert pane.strip.value.count("<li") == 5
    assert "cell B7: holds the year 7 twice" in pane.strip.value


def test_an_error_that_is_not_of_ours_is_named_and_logged(caplog: pytest.LogCaptureFixture):
    pane = Pane()
    with caplog.at_level(logging.ERROR):
        pane.guarded(lambda: 1 / 0)
    assert "ZeroDivisionError: division by zero" in pane.strip.value
    assert caplog.records


def test_an_unknown_keyword_is_refused_by_name():
    with pytest.raises(TypeError, match="'colour'"):
        Pane(colour="red")


class Counter(Pane):
    def __init__(self, times: int, *, fails_first: bool = False) -> None:
        super().__init__()
        self.left, self.fails_first = times, fails_first
        self.looks = 0

    def look(self) -> bool:
        self.looks += 1
        if self.looks == 1 and self.fails_first:
            raise ValueError("once")
        self.left -= 1
        return self.left > 0


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_polling_survives_an_error_and_stops_when_the_widget_has_seen_enough():
    counter = Counter(3, fails_first=True)
    poll(counter, counter.look, 0.01)
    wait_until(lambda: counter.left == 0)
    assert counter.looks == 4


def test_polling_keeps_no_widget_alive():
    held = polled_and_closed()
    wait_until(lambda: gc.collect() is not None and held() is None)


def polled_and_closed() -> weakref.ref[Counter]:
    counter = Counter(10**9)
    poll(counter, counter.look, 0.01)
    wait_until(lambda: counter.looks > 2)
    counter.close()
    return weakref.ref(counter)
