import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.runs import Level
from workbench.ui.messages import InvalidMessage
from workbench.ui.panel.browser_messages import (
    Adjust,
    BrowserMessage,
    Control,
    LineFilter,
    ReadLines,
    Watch,
    read_message,
)

FROM = {"client": "page-1", "id": 7}


def test_well_formed_messages_are_read_into_facts() -> None:
    assert read_message({**FROM, "kind": "control", "action": "pause"}) == Control("page-1", 7, "pause")
    lines = read_message({**FROM, "kind": "lines", "filter": ["warning", "MW"], "first": 5, "count": 10})
    assert lines == ReadLines("page-1", 7, LineFilter(Level.WARNING, "MW"), 5, 10)
    watch = read_message({**FROM, "kind": "watch", "filters": [["debug", ""], ["error", "x"]]})
    assert watch == Watch("page-1", 7, (LineFilter(), LineFilter(Level.ERROR, "x")))
    assert read_message({**FROM, "kind": "adjust", "changes": {"gap": "0.1"}}) == Adjust(
        "page-1", 7, {"gap": "0.1"}
    )


@pytest.mark.parametrize(
    "content",
    [
        None,
        "cancel",
        [],
        {},
        {"kind": "hello"},
        {"kind": "hello", "client": "", "id": 1},
        {"kind": "hello", "client": "a b", "id": 1},
        {"kind": "hello", "client": "a" * 41, "id": 1},
        {"kind": "hello", "client": "a", "id": True},
        {"kind": "hello", "client": "a", "id": -1},
        {"kind": "hello", "client": "a", "id": 1.5},
        {"kind": "exec", "client": "a", "id": 1, "code": "1"},
        {**FROM, "kind": "control", "action": "__init__"},
        {**FROM, "kind": "control", "action": ["cancel"]},
        {**FROM, "kind": "control"},
        {**FROM, "kind": "lines", "filter": ["debug", ""], "first": -1, "count": 1},
        {**FROM, "kind": "lines", "filter": ["debug", ""], "first": 0, "count": 401},
        {**FROM, "kind": "lines", "filter": ["loud", ""], "first": 0, "count": 1},
        {**FROM, "kind": "lines", "filter": ["debug", "x" * 201], "first": 0, "count": 1},
        {**FROM, "kind": "lines", "filter": "debug", "first": 0, "count": 1},
        {**FROM, "kind": "text", "filter": ["debug", ""], "first": 0, "count": 5001},
        {**FROM, "kind": "watch", "filters": []},
        {**FROM, "kind": "watch", "filters": [["debug", ""]] * 5},
        {**FROM, "kind": "adjust", "changes": {}},
        {**FROM, "kind": "adjust", "changes": {"a b": 1}},
        {**FROM, "kind": "adjust", "changes": {"a": {"b": 1}}},
        {**FROM, "kind": "adjust", "changes": {"a": "x" * 2001}},
        {**FROM, "kind": "adjust", "changes": {"a": float("nan")}},
        {**FROM, "kind": "adjust", "changes": {"a": 10**30}},
    ],
)
def test_anything_else_is_refused(content: object) -> None:
    with pytest.raises(InvalidMessage):
        read_message(content)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("kind", "client", "id", "filter", "filters", "first", "count", "action", "changes")


@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: PLAIN
            | st.sampled_from(["hello", "lines", "adjust", "watch", "control", "a", 1, ["debug", ""]])
            for name in NAMES
        },
    )
)
def test_whatever_comes_is_read_or_refused_and_never_fails_otherwise(content: dict[str, object]) -> None:
    try:
        message = read_message(content)
    except InvalidMessage:
        return
    assert isinstance(message, BrowserMessage)
