from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.runs.model.events import Event
from workbench.runs.model.states import EventKind, RunState, StageState
from workbench.runs.overview.summary import Summary


def fold(*facts: tuple[EventKind, dict[str, Any]]) -> Summary:
    made = Summary()
    for seq, (kind, parts) in enumerate(facts, 1):
        made.add(Event(seq, 100.0 + seq, kind, **parts))
    return made


def state(word: str, cause: str = "", **data: Any) -> tuple[EventKind, dict[str, Any]]:
    return EventKind.STATE, {"message": word, "data": {"state": word, "cause": cause, **data}}


def stage(path: str, word: str, message: str = "", **data: Any) -> tuple[EventKind, dict[str, Any]]:
    return EventKind.STAGE, {"stage": path, "message": message, "data": {"state": word, **data}}


def progress(
    path: str, fraction: float | None, left: float | None = None
) -> tuple[EventKind, dict[str, Any]]:
    return EventKind.PROGRESS, {
        "stage": path,
        "message": f"{fraction}",
        "fraction": fraction,
        "data": {"seconds_left": left},
    }


def plan(**weights: float) -> tuple[EventKind, dict[str, Any]]:
    return EventKind.STAGE, {"data": {"plan": weights}}


def control(request: str, phase: str, **data: Any) -> tuple[EventKind, dict[str, Any]]:
    return EventKind.CONTROL, {"data": {"request": request, "phase": phase, **data}}


RUNNING = state("running")

STEPS = st.one_of(
    st.builds(progress, st.sampled_from(["", "a", "b", "c", "a/x"]), st.none() | st.floats(-0.5, 1.5)),
    st.builds(stage, st.sampled_from(["a", "b", "a/x"]), st.sampled_from([str(word) for word in StageState])),
    st.builds(plan, a=st.floats(0, 3), b=st.floats(0, 3)),
)


@given(st.lists(STEPS, max_size=40))
def test_the_overall_fraction_never_falls_and_stays_within_bounds(
    steps: list[tuple[EventKind, dict[str, Any]]],
) -> None:
    made, last = Summary(), 0.0
    for seq, (kind, parts) in enumerate([RUNNING, *steps, state("succeeded")], 1):
        made.add(Event(seq, float(seq), kind, **parts))
        assert last <= (made.fraction or 0.0) <= 1.0
        last = made.fraction or 0.0
    assert last == 1.0


def test_the_plan_weighs_the_stages() -> None:
    facts = [RUNNING, plan(read=1, solve=3), stage("read", "started"), stage("read", "completed")]
    assert fold(*facts).fraction == pytest.approx(0.25)
    assert fold(*facts, stage("solve", "started"), progress("solve", 0.5)).fraction == pytest.approx(0.625)
    # What has failed or was left out will not be done any more.
    assert fold(*facts, stage("solve", "failed", "no")).fraction == pytest.approx(1.0)


def test_time_left_is_unknown_before_anybody_can_know() -> None:
    assert fold(RUNNING).seconds_left is None
    assert fold(RUNNING, progress("", 0.1)).seconds_left is None
    assert fold(RUNNING, progress("", 0.5, 30.0)).seconds_left == 30.0
    # A new stage: what was known of the last one says nothing of it.
    assert fold(RUNNING, progress("", 0.5, 30.0), stage("b", "started")).seconds_left is None


def test_time_left_counts_the_stages_that_follow_by_their_weight() -> None:
    # Running since 101; at 105 stage a (weight 1) needs 6 s more: it will have cost 10 s, so b (weight 2) costs 20.
    made = fold(RUNNING, plan(a=1, b=2), stage("a", "started"), progress("a", 0.2), progress("a", 0.4, 6.0))
    assert made.seconds_left == pytest.approx(26.0)


def test_the_end_clears_what_is_not_true_any_more() -> None:
    made = fold(
        RUNNING,
        stage("a", "started"),
        progress("a", 0.5, 9.0),
        control("cancel", "asked"),
        (EventKind.HEARTBEAT, {"message": "stalled", "data": {"memory": 5, "cpu_seconds": 2.0}}),
        state("cancelled", "person"),
    )
    assert (made.request, made.health, made.seconds_left) == ("", "", None)
    assert made.stages["a"].state == StageState.SKIPPED
    assert made.stages["a"].message == "0.5"
    assert (made.memory, made.cpu_seconds) == (5, 2.0)
    assert made.fraction is None


def test_a_run_that_was_interrupted_ended_when_its_last_event_came() -> None:
    made = fold(RUNNING, stage("a", "started"), state("interrupted", "process gone", ended=102.0))
    assert made.ended == 102.0
    assert made.stages["a"].ended == 102.0
    assert made.seconds_run(now=1e9) == pytest.approx(1.0)


def test_seconds_run_go_on_until_the_end() -> None:
    assert fold(state("queued")).seconds_run(now=500.0) == 0.0
    assert fold(RUNNING).seconds_run(now=111.0) == pytest.approx(10.0)
    assert fold(RUNNING, state("succeeded")).seconds_run(now=500.0) == pytest.approx(1.0)
    # The clock was set back.
    assert fold(RUNNING).seconds_run(now=0.0) == 0.0


def test_requests_show_until_they_are_taken() -> None:
    assert fold(RUNNING, control("pause", "asked")).request == "pause"
    assert fold(RUNNING, control("pause", "asked"), control("pause", "acknowledged")).request == ""
    # A cancel shows until the work has really stopped.
    assert fold(RUNNING, control("cancel", "asked"), control("cancel", "acknowledged")).request == "cancel"
    adjusted = fold(
        RUNNING, control("adjust", "asked"), control("adjust", "acknowledged", changes={"pace": 2.0})
    )
    assert adjusted.settings == {"pace": 2.0}


def test_metrics_files_inputs_and_failed_stages_are_kept() -> None:
    made = fold(
        RUNNING,
        (EventKind.METRIC, {"stage": "s", "data": {"name": "MAPE", "value": 3.0, "unit": "%"}}),
        (EventKind.METRIC, {"stage": "s", "data": {"name": "MAPE", "value": 2.0, "unit": "%"}}),
        (EventKind.ARTIFACT, {"data": {"path": "in.xlsx", "role": "input"}}),
        (EventKind.ARTIFACT, {"data": {"path": "out.parquet", "role": "result"}}),
        stage("s", "started", title="Sector"),
        stage("s", "failed", "too short"),
    )
    assert [(metric.name, metric.value) for metric in made.metrics.values()] == [("MAPE", 2.0)]
    assert [item["path"] for item in made.inputs] == ["in.xlsx"]
    assert [item["path"] for item in made.artifacts] == ["out.parquet"]
    assert made.failed_stages == ["s"]
    assert (made.stages["s"].title, made.stages["s"].message) == ("Sector", "too short")
    plain = json.loads(json.dumps(made.to_plain()))
    assert plain["state"] == "running"
    assert plain["stages"][0]["state"] == "failed"


def test_a_copy_stays_as_it_is_while_the_summary_goes_on() -> None:
    made = fold(RUNNING, stage("a", "started"))
    copy = made.copy()
    made.add(Event(3, 103.0, EventKind.STAGE, **stage("a", "completed")[1]))
    made.add(Event(4, 104.0, EventKind.STAGE, **stage("b", "started")[1]))
    made.add(Event(5, 105.0, EventKind.STATE, **state("succeeded")[1]))
    assert list(copy.stages) == ["a"]
    assert copy.stages["a"].state == StageState.STARTED
    assert copy.state == RunState.RUNNING


def test_bars_inside_bars_are_known_until_their_stage_ends() -> None:
    bars = [[0, "Years: 1 of 4", 0.25], [1, "Sites: 3", None]]
    moved = EventKind.PROGRESS, {"stage": "plan", "fraction": 0.3, "data": {"bars": bars}}
    begun = [state("running"), stage("plan", "started"), moved]
    assert fold(*begun).stages["plan"].bars == ((0, "Years: 1 of 4", 0.25), (1, "Sites: 3", None))
    assert fold(*begun, stage("plan", "completed")).stages["plan"].bars == ()
    assert fold(*begun, state("cancelled")).stages["plan"].bars == ()
    alone = EventKind.PROGRESS, {"stage": "", "fraction": 0.3, "data": {"bars": bars}}
    assert len(fold(state("running"), alone).bars) == 2


@pytest.mark.parametrize(
    "planted", [7, "text", [["0", "title", 0.1]], [[0, 1, 2]], [[0, "a"]], [None], {"a": 1}]
)
def test_what_is_not_a_list_of_bars_is_none(planted: Any) -> None:
    moved = EventKind.PROGRESS, {"stage": "plan", "fraction": 0.3, "data": {"bars": planted}}
    assert fold(state("running"), stage("plan", "started"), moved).stages["plan"].bars == ()
