from __future__ import annotations

import gzip
import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import toy_job  # noqa: F401 - defines the jobs

from workbench.runs import Run, start
from workbench.ui.panel.browser_messages import read_message
from workbench.ui.panel.publisher import Publisher
from workbench.ui.panel.sections import silence_of
from workbench.ui.transfer import offers

CLIENT = {"client": "page", "id": 1}


class Page:
    """Stands for the browser: keeps what it gets as the page's script does."""

    def __init__(self, drops: Callable[[int], bool] = lambda number: False) -> None:
        self.messages: list[tuple[float, dict[str, Any], int]] = []
        self.answers: dict[int, tuple[dict[str, Any], list[bytes]]] = {}
        self.sections: dict[str, dict[str, Any]] = {}
        self.totals: dict[str, int] = {}
        self._drops = drops

    def send(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        text = json.dumps(content)
        self.messages.append((time.monotonic(), content, len(text)))
        if self._drops(len(self.messages)):
            return
        if content["kind"] == "answer":
            self.answers[content["id"]] = (content, buffers)
            return
        if content["kind"] == "alive":
            return
        for section, entries in content["sections"].items():
            self.sections.setdefault(section, {}).update(entries)
        for key, (total, _, _) in content["logs"].items():
            self.totals[key] = total

    @property
    def updates(self) -> list[dict[str, Any]]:
        return [content for _, content, _ in self.messages if content["kind"] == "update"]


def wait_for(condition: Callable[[], object], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.01)


def ask(publisher: Publisher, page: Page, **message: Any) -> tuple[dict[str, Any], list[bytes]]:
    number = 100 + len(page.answers)
    publisher.take(read_message({"client": "page", "id": number, **message}))
    wait_for(lambda: number in page.answers)
    return page.answers[number]


@pytest.fixture
def flooded(tmp_path: Path) -> Run:
    run = start("flood", tmp_path, steps=20_000)
    run.wait(20)
    return run


def facts_of(run: Run) -> dict[str, Any]:
    run.wait(20)
    page = Page()
    Publisher(run, page.send)
    wait_for(lambda: page.sections.get("facts", {}).get("final"))
    return page.sections["facts"]


def test_the_page_is_told_that_a_run_is_incomplete(tmp_path: Path) -> None:
    facts = facts_of(start("toy", tmp_path, steps=1, delay=0, failing=True))
    assert (facts["state"], facts["cause"]) == ("succeeded", "incomplete")
    assert facts["status"] == "succeeded, incomplete"
    assert facts["reason"] == "Completed, incomplete: failed: check"


def test_the_page_is_told_the_three_gravest_notes_and_what_can_be_done(tmp_path: Path) -> None:
    incomplete = facts_of(start("toy", tmp_path, steps=20, delay=0, failing=True))
    assert incomplete["notes"] == [
        ["error", "Check: ValueError: the totals differ by 3 MWh"],
        ["warning", "step 00009 took 0 s"],
        ["warning", "step 00019 took 0 s"],
    ]
    assert incomplete["next"] == ""
    failed = facts_of(start("toy", tmp_path, steps=1, delay=0, blanks=3))
    assert [level for level, _ in failed["notes"]] == ["error", "error", "error"]
    assert failed["next"] == "Correct what is named here, then run it again."
    run = start("toy", tmp_path, steps=1000, delay=0.01)
    run.cancel()
    assert facts_of(run)["next"].startswith(f'resume("{run.id}", project) does what is not finished')


def test_a_page_hears_of_a_quiet_run_twice_a_second(tmp_path: Path) -> None:
    page = Page()
    run = start("toy", tmp_path, steps=10, delay=2.0)
    publisher = Publisher(run, page.send)
    wait_for(lambda: len(page.messages) >= 5)
    moments = [moment for moment, _, _ in page.messages]
    assert max(after - before for before, after in itertools.pairwise(moments)) < 1.2
    assert sum(content["kind"] == "alive" for _, content, _ in page.messages) >= 1
    run.cancel()
    publisher.close()


def test_an_owner_that_gives_no_sign_of_life_is_named_with_the_way_out(tmp_path: Path) -> None:
    run = start("toy", tmp_path, steps=1000, delay=0.01)
    here = run.record
    assert here.owner.beat is not None
    assert silence_of(here, here.owner.beat + 20) == ""
    told = silence_of(here, here.owner.beat + 300)
    assert "for 5 min. It exists, and is stopped or held up." in told
    elsewhere = replace(here, owner=replace(here.owner, place="another boot", host="berlin"))
    told = silence_of(elsewhere, here.owner.beat + 47)
    assert f"({here.owner.pid} on berlin) for 40 s. After 120 s the run is called interrupted." in told
    assert told.endswith(f"workbench cancel {run.id} --abandon.")
    run.cancel()


def test_the_page_is_told_every_problem_of_the_inputs(tmp_path: Path) -> None:
    facts = facts_of(start("toy", tmp_path, steps=1, delay=0, blanks=3))
    assert (facts["state"], facts["cause"]) == ("failed", "input")
    assert facts["details"] == [
        "demand.xlsx, sheet 'Sales', in 3 cells (B3, B4, B5): is blank",
        "demand.xlsx, sheet 'Drivers', cell A1: has no year above A",
        "demand.xlsx, sheet 'Drivers', cell B1: has no year above B",
        "demand.xlsx, sheet 'Drivers', cell C1: has no year above C",
    ]


def test_the_page_knows_the_whole_run_in_the_end(tmp_path: Path) -> None:
    page = Page()
    run = start("toy", tmp_path, steps=30, delay=0.002, failing=True)
    publisher = Publisher(run, page.send)
    wait_for(lambda: page.sections.get("facts", {}).get("state") == "succeeded")
    assert page.totals["debug|"] == run.count_lines() == 31
    assert list(page.sections["stages"]) == ["read", "steps", "check", "write"]
    assert page.sections["stages"]["check"][1] == "failed"
    assert page.sections["metrics"]["steps\nMAPE"] == ["MAPE", 4.175, "%", "steps", 0]
    assert page.sections["artifacts"]["0"][1] == str(tmp_path / "base.txt")
    assert set(page.sections["settings"]) == {"delay", "method"}
    publisher.close()


def test_messages_and_bytes_are_bounded_at_any_event_rate(tmp_path: Path) -> None:
    page = Page()
    run = start("flood", tmp_path, steps=150_000)
    publisher = Publisher(run, page.send)
    run.wait(30)
    seconds = page.messages[-1][0] - page.messages[0][0]
    assert seconds > 0.5, "the flood was too short to measure"
    assert (len(page.messages) - 1) / seconds <= 15
    assert sum(size for _, _, size in page.messages[:-1]) / seconds <= 100_000
    wait_for(lambda: page.totals.get("debug|") == 150_000)
    publisher.close()


def test_the_first_event_after_a_quiet_time_is_sent_at_once(tmp_path: Path) -> None:
    page = Page()
    run = start("toy", tmp_path, steps=1000, delay=0.3)
    publisher = Publisher(run, page.send)
    wait_for(lambda: page.totals.get("debug|", 0) >= 6)
    waited = []
    for moment in page.updates[1:]:
        for _, _, rows in moment["logs"].values():
            waited += [moment["now"] - row[1] for row in rows[-1:]]
    assert waited
    assert min(waited) < 0.04
    run.cancel()
    run.wait(5)
    publisher.close()


def test_what_the_way_to_the_browser_drops_is_repaired_without_anybody_asking(tmp_path: Path) -> None:
    page = Page(drops=lambda number: number % 3 != 0)
    run = start("toy", tmp_path, steps=50, delay=0.02)
    publisher = Publisher(run, page.send)
    run.wait(10)
    wait_for(lambda: page.sections.get("facts", {}).get("state") == "succeeded", 8)
    wait_for(lambda: page.totals.get("debug|") == 51, 8)
    assert page.sections["stages"]["write"][1] == "completed"
    publisher.close()


def test_the_end_is_told_until_it_is_confirmed_and_then_the_thread_rests(tmp_path: Path) -> None:
    page = Page()
    run = start("toy", tmp_path, steps=1, delay=0.0)
    publisher = Publisher(run, page.send)
    publisher.take(read_message({**CLIENT, "kind": "hello"}))
    wait_for(lambda: sum(update["confirm"] for update in page.updates) >= 2)
    publisher.take(read_message({**CLIENT, "kind": "confirm"}))
    wait_for(lambda: f"workbench panel {run.id}" not in {thread.name for thread in threading.enumerate()})
    told = len(page.messages)
    time.sleep(1.5)
    assert len(page.messages) == told
    publisher.take(read_message({**CLIENT, "id": 5, "kind": "hello"}))
    wait_for(lambda: len(page.messages) > told + 1)
    assert page.updates[-1]["sections"]["facts"]["state"] == "succeeded"
    publisher.close()


def test_any_page_of_a_filtered_log_is_given(flooded: Run) -> None:
    page = Page()
    publisher = Publisher(flooded, page.send)
    everything = ["debug", ""]
    answer, _ = ask(publisher, page, kind="lines", filter=everything, first=12_345, count=10)
    assert [row[0] for row in answer["rows"]] == list(range(12_346, 12_356))
    assert answer["rows"][0][4].startswith("line 012345 at")
    answer, _ = ask(publisher, page, kind="lines", filter=["info", "LINE 0199"], first=50, count=100)
    assert answer["total"] == 100
    assert [row[0] for row in answer["rows"]] == list(range(19_951, 20_001))
    answer, buffers = ask(publisher, page, kind="text", filter=["info", "line 00000"], first=0, count=5000)
    text = gzip.decompress(buffers[0]).decode()
    assert answer["read"] == 10 == len(text.splitlines())
    assert "info     line 000003 at" in text
    publisher.close()


def test_a_page_that_watches_a_filter_is_told_of_matching_lines(tmp_path: Path) -> None:
    page = Page()
    run = start("toy", tmp_path, steps=200, delay=0.002)
    publisher = Publisher(run, page.send)
    publisher.take(read_message({**CLIENT, "kind": "watch", "filters": [["warning", ""]]}))
    run.wait(10)
    wait_for(lambda: page.totals.get("warning|") == 20)
    publisher.close()


def test_only_adjustable_settings_can_be_changed_and_a_refusal_is_answered(tmp_path: Path) -> None:
    page = Page()
    run = start("toy", tmp_path, steps=10_000, delay=0.01)
    publisher = Publisher(run, page.send)
    wait_for(lambda: "settings" in page.sections)
    answer, _ = ask(publisher, page, kind="adjust", changes={"steps": "1"})
    assert "cannot be adjusted" in answer["error"]
    answer, _ = ask(publisher, page, kind="adjust", changes={"by": "me"})
    assert "cannot be adjusted" in answer["error"]
    answer, _ = ask(publisher, page, kind="adjust", changes={"delay": "9"})
    assert answer["error"] == "Delay (delay) is 9.0 s, the most allowed is 2.0 s."
    answer, _ = ask(publisher, page, kind="adjust", changes={"delay": "0.02"})
    assert "error" not in answer
    wait_for(lambda: page.sections["settings"]["delay"]["value"] == 0.02)
    ask(publisher, page, kind="control", action="cancel")
    run.wait(5)
    answer, _ = ask(publisher, page, kind="control", action="pause")
    assert "has already been cancelled" in answer["error"]
    publisher.close()


def test_where_nobody_looks_little_is_sent_until_somebody_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.ui.panel.publisher.UNHEARD_SECONDS", 0.5)
    page = Page()
    run = start("toy", tmp_path, steps=10_000, delay=0.01)
    publisher = Publisher(run, page.send)
    time.sleep(0.7)
    before = len(page.messages)
    time.sleep(1.5)
    assert len(page.messages) - before <= 1
    publisher.take(read_message({**CLIENT, "kind": "here"}))
    monkeypatch.setattr("workbench.ui.panel.publisher.UNHEARD_SECONDS", 150.0)
    wait_for(lambda: len(page.messages) >= before + 3, 1.5)
    run.cancel()
    wait_for(lambda: page.sections["facts"]["state"] == "cancelled")
    publisher.close()


def test_a_failure_while_publishing_is_shown_and_does_not_end_the_panel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page()
    run = start("toy", tmp_path, steps=10_000, delay=0.01)
    summary, broken, failed = run.summary, threading.Event(), threading.Event()

    def sometimes() -> Any:
        if broken.is_set():
            failed.set()
            raise OSError("the disk is gone")
        return summary()

    monkeypatch.setattr(run, "summary", sometimes)
    publisher = Publisher(run, page.send)
    wait_for(lambda: page.sections.get("facts"))
    broken.set()
    assert failed.wait(5)
    broken.clear()
    wait_for(lambda: "OSError: the disk is gone" in page.sections.get("problems", {}).values())
    told = page.totals["debug|"]
    wait_for(lambda: page.totals["debug|"] > told)
    run.cancel()
    run.wait(5)
    publisher.close()


def test_a_file_of_a_run_comes_in_parts_to_the_page_that_downloads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "PART_BYTES", 7)
    hidden = tmp_path / ".hidden" / "numbers.bin"
    hidden.parent.mkdir()
    hidden.write_bytes(bytes(range(20)))
    run = start("writes", tmp_path, path=str(hidden))
    run.wait(20)
    page = Page()
    publisher = Publisher(run, page.send)
    parts = []
    while sum(map(len, parts)) < 20:
        answer, buffers = ask(publisher, page, kind="file", number=0, offset=sum(map(len, parts)))
        assert answer["total"] == 20
        parts += buffers
    assert [len(part) for part in parts] == [7, 7, 6]
    assert b"".join(parts) == bytes(range(20))
    answer, buffers = ask(publisher, page, kind="file", number=1, offset=0)
    assert (answer["problem"], buffers) == ("There is no such file.", [])


def test_a_file_outside_of_the_project_is_not_downloaded_through_the_record_of_a_run(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("secret", encoding="utf-8")
    run = start("writes", tmp_path / "project", path=str(outside))
    run.wait(20)
    page = Page()
    answer, buffers = ask(Publisher(run, page.send), page, kind="file", number=0, offset=0)
    assert "is not in the project" in answer["problem"]
    assert buffers == []


def test_the_settings_that_are_not_the_defaults_are_told_with_their_units(tmp_path: Path) -> None:
    run = start("toy", tmp_path, steps=3, delay=0.0)
    run.wait(20)
    page = Page()
    Publisher(run, page.send)
    wait_for(lambda: page.sections.get("facts", {}).get("chosen"))
    assert page.sections["facts"]["chosen"] == ["Steps: 3", "Delay: 0.0 s"]
