from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.runs.model import machine as m
from workbench.runs.model.states import Cause, EventKind, RunState

ADJUST = m.AdjustRequested({"pace": 2.0})

START = (m.Admitted(),)
HELD = (m.Admitted(), m.PauseRequested(), m.CheckpointReached())
PAUSED_IN_QUEUE = (m.PauseRequested(),)
CANCELLING = (m.Admitted(), m.CancelRequested())


def after(*facts: m.Input) -> m.RunMachine:
    made = m.RunMachine()
    for fact in facts:
        made.apply(fact)
    return made


def names(effects: tuple[m.Effect, ...]) -> list[str]:
    """Say effects in words: controls and states by what they record, the rest by type."""
    found = []
    for effect in effects:
        if isinstance(effect, m.Record) and effect.kind == EventKind.CONTROL:
            found.append(f"{effect.data['request']} {effect.data['phase']}")
        elif isinstance(effect, m.Record):
            found.append(f"-> {effect.data['state']}")
        else:
            found.append(type(effect).__name__)
    return found


TABLE = [
    # how it got there, what comes, what is done about it
    ((), m.Admitted(), ["-> running", "StartWork"]),
    ((), m.PauseRequested(), ["pause asked", "LeaveQueue", "pause acknowledged", "-> paused"]),
    ((), m.ResumeRequested(), ["Refuse"]),
    (
        (),
        m.CancelRequested(),
        ["cancel asked", "LeaveQueue", "cancel acknowledged", "-> cancelled", "Finish"],
    ),
    ((), ADJUST, ["adjust asked", "Adopt", "adjust acknowledged"]),
    ((), m.OwnerLost(), ["-> interrupted", "Finish"]),
    (START, m.Admitted(), []),
    (START, m.PauseRequested(), ["pause asked", "HoldWork"]),
    (START, m.CancelRequested(), ["cancel asked", "StopWork", "ReleaseWork"]),
    (START, ADJUST, ["adjust asked", "HoldWork"]),
    (START, m.CheckpointReached(), ["ReleaseWork"]),
    (START, m.WorkReturned(), ["-> succeeded", "Finish"]),
    (START, m.WorkRaised("no"), ["-> failed", "Finish"]),
    (START, m.OwnerLost(), ["-> interrupted", "Finish"]),
    ((*START, m.PauseRequested()), m.PauseRequested(), []),
    ((*START, m.PauseRequested()), m.CheckpointReached(), ["pause acknowledged", "-> paused"]),
    (
        (*START, m.PauseRequested()),
        m.ResumeRequested(),
        ["resume asked", "resume acknowledged", "ReleaseWork"],
    ),
    ((*START, m.PauseRequested()), m.WorkReturned(), ["-> succeeded", "Finish"]),
    ((*START, m.PauseRequested()), m.CancelRequested(), ["cancel asked", "StopWork", "ReleaseWork"]),
    (
        (*START, ADJUST),
        m.CheckpointReached(),
        ["Adopt", "adjust acknowledged", "ReleaseWork"],
    ),
    (
        (*START, ADJUST, m.PauseRequested()),
        m.CheckpointReached(),
        ["Adopt", "adjust acknowledged", "pause acknowledged", "-> paused"],
    ),
    (HELD, m.PauseRequested(), []),
    (HELD, m.CheckpointReached(), []),
    (HELD, m.ResumeRequested(), ["resume asked", "resume acknowledged", "-> running", "ReleaseWork"]),
    (HELD, m.CancelRequested(), ["cancel asked", "StopWork", "ReleaseWork"]),
    (HELD, ADJUST, ["adjust asked", "Adopt", "adjust acknowledged"]),
    (HELD, m.WorkReturned(), ["-> succeeded", "Finish"]),
    (HELD, m.OwnerLost(), ["-> interrupted", "Finish"]),
    (PAUSED_IN_QUEUE, m.Admitted(), []),
    (PAUSED_IN_QUEUE, m.ResumeRequested(), ["resume asked", "resume acknowledged", "-> queued", "JoinQueue"]),
    (
        PAUSED_IN_QUEUE,
        m.CancelRequested(),
        ["cancel asked", "LeaveQueue", "cancel acknowledged", "-> cancelled", "Finish"],
    ),
    (CANCELLING, m.CancelRequested(), []),
    (CANCELLING, m.PauseRequested(), ["Refuse"]),
    (CANCELLING, m.ResumeRequested(), ["Refuse"]),
    (CANCELLING, ADJUST, ["Refuse"]),
    (CANCELLING, m.CheckpointReached(), ["cancel acknowledged"]),
    ((*CANCELLING, m.CheckpointReached()), m.CheckpointReached(), []),
    (CANCELLING, m.WorkStopped(), ["-> cancelled", "Finish"]),
    (CANCELLING, m.WorkReturned(), ["-> succeeded", "Finish"]),
    (CANCELLING, m.WorkRaised("no"), ["-> failed", "Finish"]),
]


@pytest.mark.parametrize(("earlier", "fact", "expected"), TABLE)
def test_every_fact_in_every_state_has_its_instructions(
    earlier: tuple[m.Input, ...], fact: m.Input, expected: list[str]
) -> None:
    assert names(after(*earlier).apply(fact)) == expected


FINAL = {
    RunState.SUCCEEDED: (*START, m.WorkReturned()),
    RunState.FAILED: (*START, m.WorkRaised("no")),
    RunState.CANCELLED: (*CANCELLING, m.WorkStopped()),
    RunState.INTERRUPTED: (*START, m.OwnerLost()),
}
REQUESTS = (m.PauseRequested(), m.ResumeRequested(), m.CancelRequested(), ADJUST)
OTHERS = (
    m.Admitted(),
    m.CheckpointReached(),
    m.WorkReturned(),
    m.WorkRaised("late"),
    m.WorkStopped(),
    m.OwnerLost(),
)


@pytest.mark.parametrize("state", FINAL)
@pytest.mark.parametrize("request_", REQUESTS)
def test_after_the_end_requests_are_refused_with_the_reason(state: RunState, request_: m.Input) -> None:
    (refusal,) = after(*FINAL[state]).apply(request_)
    assert isinstance(refusal, m.Refuse)
    word = str(state) if state in (RunState.SUCCEEDED, RunState.FAILED) else f"been {state}"
    assert refusal.reason == f"the run has already {word}"


@pytest.mark.parametrize("state", FINAL)
@pytest.mark.parametrize("fact", OTHERS)
def test_after_the_end_nothing_happens_any_more(state: RunState, fact: m.Input) -> None:
    ended = after(*FINAL[state])
    assert ended.apply(fact) == ()
    assert ended.state == state


def test_the_cause_is_kept_apart_from_the_state() -> None:
    by_person = after(*CANCELLING, m.WorkStopped())
    by_deadline = after(*START, m.CancelRequested("deadline", Cause.DEADLINE), m.WorkStopped())
    assert (by_person.state, by_person.cause) == (RunState.CANCELLED, Cause.PERSON)
    assert (by_deadline.state, by_deadline.cause) == (RunState.CANCELLED, Cause.DEADLINE)
    assert after(*START, m.WorkRaised("full", Cause.JOURNAL)).cause == Cause.JOURNAL


def test_a_run_with_failed_stages_says_which() -> None:
    ended = after(*START)
    record = ended.apply(m.WorkReturned(("forecast/Agriculture",)))[0]
    assert isinstance(record, m.Record)
    assert record.message == "Completed, incomplete: failed: forecast/Agriculture"
    assert record.data["failed_stages"] == ["forecast/Agriculture"]
    assert record.level == "warning"
    assert (ended.state, ended.cause) == (RunState.SUCCEEDED, Cause.INCOMPLETE)


def test_a_run_with_many_failed_stages_counts_them_by_cause() -> None:
    stages = tuple(f"units/{number}" for number in range(700))
    causes = {stage: "no module named x" if stage != "units/3" else "no room" for stage in stages}
    ended = after(*START, m.WorkReturned(stages, (), causes))
    assert ended.reason == (
        "Completed, incomplete: failed: 700 stages: units/0, units/1, units/2 and 696 more (no module named x); "
        "units/3 (no room)"
    )


def test_a_run_with_omissions_is_incomplete_and_lists_them() -> None:
    ended = after(*START)
    record = ended.apply(m.WorkReturned(("solve",), ("Homes has no forecast", "Pumps has no price")))[0]
    assert isinstance(record, m.Record)
    assert record.message == (
        "Completed, incomplete: Homes has no forecast; Pumps has no price; failed: solve"
    )
    assert record.data["omissions"] == ["Homes has no forecast", "Pumps has no price"]
    assert (record.level, ended.cause) == ("warning", Cause.INCOMPLETE)


def test_a_reason_names_so_many_omissions_and_counts_the_rest() -> None:
    omissions = tuple(f"unit {number} has no readings" for number in range(100))
    ended = after(*START, m.WorkReturned((), omissions))
    assert ended.reason.endswith("unit 19 has no readings; and 80 more")


def test_work_that_raised_over_its_inputs_gives_each_problem() -> None:
    record = after(*START).apply(m.WorkRaised("2 problems", Cause.INPUT, ("B3: blank", "B4: blank")))[0]
    assert isinstance(record, m.Record)
    assert (record.data["cause"], record.data["details"]) == ("input", ["B3: blank", "B4: blank"])


def test_work_that_returns_before_it_took_the_cancel_request_says_so() -> None:
    assert after(*CANCELLING, m.WorkReturned()).reason.endswith(
        "(before the cancel request could be adopted)"
    )


def test_the_transitions_hold_every_transition_but_no_idle_checkpoint() -> None:
    told = after(m.Admitted(), m.CheckpointReached(), m.CheckpointReached(), m.WorkReturned()).transitions
    assert [(before, end) for before, _, end in told] == [
        (RunState.QUEUED, RunState.RUNNING),
        (RunState.RUNNING, RunState.SUCCEEDED),
    ]


# any order of facts

FACTS: st.SearchStrategy[m.Input] = st.one_of(
    st.just(m.Admitted()),
    st.just(m.PauseRequested()),
    st.just(m.ResumeRequested()),
    st.builds(m.CancelRequested, cause=st.sampled_from([Cause.PERSON, Cause.DEADLINE])),
    st.builds(m.AdjustRequested, st.dictionaries(st.just("pace"), st.floats(0, 1), min_size=1)),
    st.just(m.CheckpointReached()),
    st.builds(m.WorkReturned, st.sampled_from([(), ("a",)])),
    st.just(m.WorkRaised("no")),
    st.just(m.WorkStopped()),
    st.just(m.OwnerLost()),
)
ALLOWED = {
    RunState.QUEUED: {RunState.RUNNING, RunState.PAUSED},
    RunState.RUNNING: {RunState.PAUSED},
    RunState.PAUSED: {RunState.RUNNING, RunState.QUEUED},
}


def records_of(facts: list[m.Input]) -> tuple[m.RunMachine, list[m.Effect]]:
    made = m.RunMachine()
    effects: list[m.Effect] = []
    for fact in facts:
        effects += made.apply(fact)
    return made, effects


@given(st.lists(FACTS, max_size=30))
def test_in_any_order_there_is_at_most_one_end_and_nothing_after_it(facts: list[m.Input]) -> None:
    made, effects = records_of(facts)
    states = [RunState(e.data["state"]) for e in effects if isinstance(e, m.Record) and "state" in e.data]
    finals = [state for state in states if state.is_final]
    assert len(finals) == made.state.is_final
    if finals:
        last = max(i for i, e in enumerate(effects) if isinstance(e, m.Record))
        assert effects[last].data["state"] == str(finals[0])  # type: ignore[union-attr]
        assert all(isinstance(effect, (m.Finish, m.Refuse)) for effect in effects[last + 1 :])
    assert sum(isinstance(effect, m.Finish) for effect in effects) == len(finals)


@given(st.lists(FACTS, max_size=30))
def test_in_any_order_nothing_is_acknowledged_before_it_was_asked(facts: list[m.Input]) -> None:
    _, effects = records_of(facts)
    asked: dict[str, int] = {}
    for effect in effects:
        if isinstance(effect, m.Record) and effect.kind == EventKind.CONTROL:
            change = 1 if effect.data["phase"] == "asked" else -1
            request = effect.data["request"]
            asked[request] = asked.get(request, 0) + change
            assert asked[request] >= 0


@given(st.lists(FACTS, max_size=30))
def test_in_any_order_a_cancel_is_recorded_once(facts: list[m.Input]) -> None:
    _, effects = records_of(facts)
    told = names(tuple(effects))
    assert told.count("cancel asked") <= 1
    assert told.count("cancel acknowledged") <= 1


@given(st.lists(FACTS, max_size=30))
def test_in_any_order_only_the_drawn_transitions_happen(facts: list[m.Input]) -> None:
    _, effects = records_of(facts)
    states = [RunState.QUEUED] + [
        RunState(e.data["state"]) for e in effects if isinstance(e, m.Record) and "state" in e.data
    ]
    for before, end in pairwise(states):
        assert end.is_final or end in ALLOWED[before]


@given(st.lists(FACTS, max_size=30))
def test_in_any_order_every_change_is_adopted_once_and_in_the_order_asked(facts: list[m.Input]) -> None:
    _, effects = records_of(facts)
    asked: list[Any] = [
        dict(e.data["changes"])
        for e in effects
        if isinstance(e, m.Record) and e.data.get("request") == "adjust" and e.data["phase"] == "asked"
    ]
    adopted = [dict(effect.changes) for effect in effects if isinstance(effect, m.Adopt)]
    assert adopted == asked[: len(adopted)]


@given(st.lists(FACTS, max_size=30))
def test_in_any_order_work_begins_at_most_once(facts: list[m.Input]) -> None:
    _, effects = records_of(facts)
    assert sum(isinstance(effect, m.StartWork) for effect in effects) <= 1
