from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import SettingError
from workbench.runs.model.setting_types import describe_type, text_of
from workbench.runs.model.settings import (
    changed,
    config_from_plain,
    from_plain,
    parse_assignments,
    setting,
    settings_of,
    to_plain,
    validate,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
"""What a file can hold."""


class Method(StrEnum):
    TREND = "trend"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True)
class Inner:
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Config:
    target_year: int = setting(2040, help="Last year", minimum=2020, maximum=2100, adjustable=True)
    growth: float = setting(4.5, help="Growth", unit="%", minimum=0)
    sectors: tuple[str, ...] = setting(
        ("Domestic", "Industry"), help="Which", choices=("Domestic", "Industry")
    )
    method: Method = setting(Method.TREND, help="How", title="Method of choice")
    cap: float | None = setting(None, help="Cap", unit="MW")
    verbose: bool = setting(False, help="More")
    level: Literal["low", "high"] = setting("low", help="Level")
    weights: dict[str, float] = setting(dict, help="Weights")
    shares: dict[int, float] = setting(dict, help="Shares", unit="%", minimum=0, maximum=100)
    layers: dict[str, dict[int, float]] = setting(dict, help="Layers", minimum=0)
    window: tuple[int, int] = setting((1, 2), help="From and to")
    inner: Inner = field(default_factory=Inner)


def test_settings_are_listed_in_order_with_all_that_a_form_needs() -> None:
    found = {item.name: item for item in settings_of(Config)}
    assert list(found)[:3] == ["target_year", "growth", "sectors"]
    assert found["target_year"].title == "Target year"
    assert (found["target_year"].minimum, found["target_year"].maximum) == (2020, 2100)
    assert found["target_year"].adjustable
    assert not found["growth"].adjustable
    assert found["growth"].unit == "%"
    assert found["method"].title == "Method of choice"
    assert found["weights"].default == {}


def test_two_configs_do_not_share_a_default_that_can_be_changed() -> None:
    assert Config().weights is not Config().weights


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target_year": 2019}, "the least allowed is 2020"),
        ({"target_year": 2101}, "the most allowed is 2100"),
        ({"growth": -0.1}, "is -0.1 %, the least allowed is 0 %"),
        ({"growth": float("nan")}, "is nan, expected a finite number"),
        ({"growth": "inf"}, "is inf, expected a finite number"),
        ({"weights": {"a": float("nan")}}, "is nan at a, expected a finite number"),
        ({"weights": '{"a": Infinity}'}, "is inf at a, expected a finite number"),
        ({"weights": '{"a": 1, "a": 2}'}, "weights is"),
        ({"weights": "a:1, a:2"}, "weights is 'a:1, a:2'"),
        ({"weights": '{"a": true}'}, "expected pairs such as name:0.5, other:0.7"),
        ({"shares": "2030:101"}, "Shares (shares) is 101.0 % at 2030, the most allowed is 100 %"),
        ({"shares": '{"2030": -1}'}, "is -1.0 % at 2030, the least allowed is 0 %"),
        ({"shares": "name = 1"}, 'expected pairs such as 2030:0.5, 2035:0.7, or JSON such as {"2030": 0.5}'),
        ({"layers": {"Homes": {2030: -1.0}}}, "is -1.0 at Homes at 2030, the least allowed is 0"),
        ({"layers": "Homes:1"}, 'expected JSON such as {"name": {"2030": 0.5}}'),
        ({"sectors": '["Domestic", null]'}, "expected a list of text"),
        ({"sectors": '["Domestic"'}, "expected a list of text"),
        ({"sectors": ("Domestic", "Mining")}, "'Mining', expected one of Domestic, Industry"),
        ({"target_year": 2030.5}, "expected a whole number"),
        ({"target_year": "soon"}, "expected a whole number"),
        ({"method": "guess"}, "expected one of trend, regression"),
        ({"verbose": "perhaps"}, "expected yes or no"),
        ({"level": "middle"}, "level is 'middle'"),
        ({"cap": "much"}, "expected a number or nothing"),
        ({"weights": "a"}, "weights is 'a'"),
        ({"weights": 3}, "weights is 3"),
        ({"window": "1,2,3"}, "window is '1,2,3'"),
        ({"inner": "deep"}, "inner is 'deep'"),
        ({"inner": {"depth": "x"}}, "expected a whole number"),
        ({"horizon": 3}, "There is no setting 'horizon'; known are target_year,"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_in_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingError) as caught:
        changed(Config(), changes)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_the_error_carries_the_setting_and_the_value() -> None:
    with pytest.raises(SettingError) as caught:
        changed(Config(), {"target_year": 1999})
    assert (caught.value.setting, caught.value.value) == ("target_year", 1999)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("target_year", "2030", 2030),
        ("growth", "3", 3.0),
        ("sectors", "Industry, Domestic", ("Industry", "Domestic")),
        ("sectors", "", ()),
        ("method", "regression", Method.REGRESSION),
        ("cap", "", None),
        ("cap", "none", None),
        ("cap", "12.5", 12.5),
        ("verbose", "yes", True),
        ("verbose", "off", False),
        ("level", "high", "high"),
        ("weights", "a:1,b:2.5", {"a": 1.0, "b": 2.5}),
        ("window", "3,4", (3, 4)),
        ("window", "[3, 4]", (3, 4)),
        ("sectors", '["Industry"]', ("Industry",)),
        ("weights", '{"a": 1, "b, c": 2.5}', {"a": 1.0, "b, c": 2.5}),
        ("shares", "2030:0.5, 2035:0.7", {2030: 0.5, 2035: 0.7}),
        ("shares", '{"2030": 0.5}', {2030: 0.5}),
        ("layers", '{"Homes": {"2030": 12}}', {"Homes": {2030: 12.0}}),
        ("inner", '{"depth": 7}', Inner(7)),
    ],
)
def test_text_is_read_as_the_type_of_its_setting(name: str, text: str, value: Any) -> None:
    read = getattr(changed(Config(), {name: text}), name)
    assert read == value
    assert type(read) is type(value)


def test_a_fixed_setting_is_refused_while_a_run_goes_on_and_the_adjustable_ones_are_named() -> None:
    with pytest.raises(
        SettingError, match="growth is fixed while a run continues; adjustable here: target_year"
    ):
        changed(Config(), {"growth": 1.0}, while_running=True)
    assert changed(Config(), {"target_year": 2050}, while_running=True).target_year == 2050


def test_changing_leaves_the_given_config_as_it_was() -> None:
    config = Config()
    changed(config, {"target_year": 2050})
    assert config.target_year == 2040


def test_a_number_is_not_taken_for_a_yes_or_no_nor_the_other_way_round() -> None:
    with pytest.raises(SettingError):
        validate(Config(target_year=True))
    with pytest.raises(SettingError):
        validate(Config(verbose=1))  # type: ignore[arg-type]


@given(
    year=st.integers(2020, 2100),
    growth=st.floats(0, 100),
    sectors=st.lists(st.sampled_from(["Domestic", "Industry"])).map(tuple),
    method=st.sampled_from(Method),
    cap=st.none() | st.floats(-1e9, 1e9),
    weights=st.dictionaries(TEXTS, st.floats(allow_nan=False, allow_infinity=False)),
)
def test_a_config_survives_the_way_through_json(
    year: int,
    growth: float,
    sectors: tuple[str, ...],
    method: Method,
    cap: float | None,
    weights: dict[str, float],
) -> None:
    import json

    config = Config(year, growth, sectors, method, cap, weights=weights, inner=Inner(7))
    assert config_from_plain(Config, json.loads(json.dumps(to_plain(config)))) == config


@pytest.mark.parametrize("space", ["", " "])
@given(
    sectors=st.lists(TEXTS).map(tuple),
    weights=st.dictionaries(TEXTS, st.floats(allow_nan=False, allow_infinity=False)),
    layers=st.dictionaries(TEXTS, st.dictionaries(st.integers(1900, 2200), st.floats(0, 1e9))),
)
def test_what_a_form_shows_of_a_setting_reads_back_as_the_same_value(
    space: str, sectors: tuple[str, ...], weights: dict[str, float], layers: dict[str, dict[int, float]]
) -> None:
    for kind, value in (
        (tuple[str, ...], sectors),
        (dict[str, float], weights),
        (dict[str, dict[int, float]], layers),
    ):
        assert from_plain(kind, text_of(to_plain(value), space), "it") == value


def test_assignments_of_the_command_line_are_split_at_the_first_equals_sign() -> None:
    assert parse_assignments(["target-year=2030", "note = a=b"]) == {"target_year": "2030", "note": "a=b"}
    with pytest.raises(SettingError, match="'2030' is not a setting; write name=value"):
        parse_assignments(["2030"])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (int, "a whole number"),
        (tuple[str, ...], "a list of text"),
        (float | None, "a number or nothing"),
        (tuple[float, ...], "a list of numbers"),
        (dict[str, float], 'pairs such as name:0.5, other:0.7, or JSON such as {"name": 0.5}'),
        (dict[int, float], 'pairs such as 2030:0.5, 2035:0.7, or JSON such as {"2030": 0.5}'),
        (dict[str, str], 'pairs such as name:text, other:text, or JSON such as {"name": "text"}'),
        (dict[str, tuple[int, ...]], 'JSON such as {"name": [2030, 2035]}'),
        (dict[str, dict[int, float]], 'JSON such as {"name": {"2030": 0.5}}'),
        (Method, "one of trend, regression"),
    ],
)
def test_types_are_said_in_words(kind: Any, words: str) -> None:
    assert describe_type(kind) == words
