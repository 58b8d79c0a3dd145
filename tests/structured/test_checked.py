from __future__ import annotations

import datetime
import math
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from workbench.errors import InvalidData, ProjectError, UnreadableFile
from workbench.structured import json_from, own_errors, read_json, read_toml, require_format, toml_from, typed


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Zone:
    name: str
    area: float
    since: datetime.date | None = None
    clock: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    name: str
    zones: tuple[Zone, ...]
    colour: Colour = Colour.RED
    side: Literal["left", "right"] = "left"
    count: int = 0
    is_on: bool = False
    shares: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    years: dict[int, float] = field(default_factory=dict)


GOOD: dict[str, Any] = {
    "name": "a",
    "zones": [
        {"name": "z", "area": 5, "since": "2025-01-31", "clock": "Asia/Kolkata"},
        {"name": "y", "area": 1.5},
    ],
    "colour": "blue",
    "shares": {"x": [0.5, 1]},
    "years": {"2030": 0.5},
}


def test_plain_values_become_what_is_declared() -> None:
    made = typed(GOOD, Plan, "plan.json")
    assert made.zones[0] == Zone("z", 5.0, datetime.date(2025, 1, 31), ZoneInfo("Asia/Kolkata"))
    assert made.colour is Colour.BLUE
    assert made.shares == {"x": (0.5, 1.0)}
    assert made.years == {2030: 0.5}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": 5}, "name is 5, expected text."),
        ({"name": None}, "name is None, expected text."),
        ({"zones": "abc"}, "zones is 'abc', expected a list of a table with name, area, since, clock."),
        ({"zones": [5]}, "zones[1] is 5, expected a table with name, area, since, clock."),
        ({"zones": [{"name": "z", "area": "5"}]}, "zones[1].area is '5', expected a number."),
        ({"zones": [{"name": "z", "area": True}]}, "zones[1].area is True, expected a number."),
        ({"zones": [{"name": "z"}]}, "zones[1].area is missing, expected a number."),
        ({"zones": [{"name": "z", "area": 1, "aera": 2}]}, "zones[1].aera is not known here, expected name"),
        (
            {"zones": [{"name": "z", "area": 1, "since": "2025-02-30"}]},
            "zones[1].since is '2025-02-30', expected a date",
        ),
        (
            {"zones": [{"name": "z", "area": 1, "clock": "Moon/Far"}]},
            "zones[1].clock is 'Moon/Far', expected a time zone such as 'Asia/Kolkata'",
        ),
        ({"colour": "green"}, "colour is 'green', expected one of red, blue."),
        ({"side": "up"}, "side is 'up', expected one of left, right."),
        ({"count": 1.5}, "count is 1.5, expected a whole number."),
        ({"count": True}, "count is True, expected a whole number."),
        ({"is_on": "yes"}, "is_on is 'yes', expected true or false."),
        ({"shares": {"x": ["a"]}}, "shares.x[1] is 'a', expected a number."),
        ({"shares": []}, "shares is [], expected a table whose values are a list of a number."),
        ({"years": {"soon": 1}}, "the key 'soon' in years is not a whole number"),
        ({"zonse": []}, "zonse is not known here, expected name, zones"),
    ],
)
def test_what_does_not_fit_is_named_with_its_path_and_what_was_expected(
    change: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidData) as caught:
        typed({**GOOD, **change}, Plan, "plan.json")
    assert said in f"{caught.value}"
    assert str(caught.value).startswith("plan.json: ")


def test_nothing_fits_where_nothing_is_allowed() -> None:
    assert typed(None, float | None, "a.json") is None  # type: ignore[arg-type]


def test_everything_that_does_not_fit_is_named_at_once() -> None:
    with pytest.raises(InvalidData) as caught:
        typed({"name": 5, "zones": [{"area": "x"}, 7], "extra": 1}, Plan, "plan.json")
    assert [problem.message for problem in caught.value.problems] == [
        "name is 5, expected text.",
        "zones[1].name is missing, expected text.",
        "zones[1].area is 'x', expected a number.",
        "zones[2] is 7, expected a table with name, area, since, clock.",
        "extra is not known here, expected name, zones, colour, side, count, is_on, shares, years.",
    ]


def test_keys_that_a_service_adds_are_passed_over_where_that_is_said() -> None:
    assert typed({**GOOD, "new": 1}, Plan, "answer", others=True) == typed(GOOD, Plan, "answer")


def test_a_long_value_and_a_long_list_of_problems_are_cut() -> None:
    with pytest.raises(InvalidData) as caught:
        typed({"name": "x" * 5000, "zones": ["y" * 5000] * 400}, Plan, "plan.json")
    assert len(str(caught.value)) < 1500
    assert "; and 395 more." in str(caught.value)
    assert len(caught.value.problems) == 400


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1', "not valid JSON"),
        ('{"a": 1, "a": 2}', "the key 'a' comes twice"),
        ('{"a": {"b": [1, NaN]}}', "a.b[2] is nan, expected a finite number"),
        ('{"a": 1e999}', "a is inf, expected a finite number"),
        ('{"a": -Infinity}', "a is -inf"),
        ('{"a": 99999999999999999999}', "a is a whole number of more than 18 digits"),
        ('{"a":\n' + "9" * 5000 + "}", "line 2 holds a number of more than 1000 digits"),
        ('{"a": "\\ud800"}', "a holds half a character"),
        ('{"a\\u0000": "x"}', "holds a character NUL"),
        ("[" * 40 + "]" * 40, "nested more than 32 deep"),
        ("[" * 200_000, "nested more than 32 deep"),
        ('{"a":' * 200_000, "nested more than 32 deep"),
        ("", "not valid JSON"),
    ],
)
def test_json_out_of_bounds_is_refused_with_the_place(text: str, said: str) -> None:
    with pytest.raises(InvalidData, match=re.escape(said)):
        json_from(text, "a.json")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a = ", "not valid TOML"),
        (b"a = 1\na = 2", "not valid TOML"),
        (b"a = inf", "a is inf, expected a finite number"),
        (b"[b]\nc = [1.0, nan]", "b.c[2] is nan"),
        (b"a = " + b"9" * 5000, "line 1 holds a number of more than 1000 digits"),
        (b"a = " + b"[" * 5000, "nested more than 32 deep"),
        (b"a = 1979-13-45", "not valid TOML"),
        (b"\xff\xfe", "byte 1 is not UTF-8"),
        (b"a = '\xc3('", "byte 6 is not UTF-8"),
    ],
)
def test_toml_out_of_bounds_is_refused_with_the_place(content: bytes, said: str) -> None:
    with pytest.raises(InvalidData, match=re.escape(said)):
        toml_from(content, "a.toml")


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    begun = time.process_time()
    with pytest.raises(InvalidData, match="larger than 16 MB"):
        json_from(b" " * 17_000_000, "a.json")
    assert time.process_time() - begun < 0.5


def test_keys_as_long_as_the_file_take_no_memory_for_each_entry() -> None:
    begun = time.process_time()
    with pytest.raises(InvalidData, match="expected a finite number"):
        json_from('{"' + "k" * 1_000_000 + '": [' + "1," * 100_000 + "NaN]}", "a.json")
    assert time.process_time() - begun < 2


def test_a_mark_at_the_beginning_is_no_content() -> None:
    assert json_from(b"\xef\xbb\xbf{}", "a.json") == {}
    assert toml_from(b"\xef\xbb\xbfa = 1", "a.toml") == {"a": 1}


def test_events_may_hold_what_is_not_finite() -> None:
    assert math.isinf(json_from('{"a": Infinity}', "a.json", finite=False)["a"])


def test_files_are_read_by_name_and_errors_are_of_the_kind_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('name = "a"\nzones = 5\n')
    with pytest.raises(ProjectError, match=r"a\.toml: zones is 5, .* Look again\."):
        read_toml(path, Plan, error=ProjectError, advice="Look again.")
    path.write_text('{"name": "a", "zones": []}')
    assert read_json(path, Plan) == Plan("a", ())


@pytest.mark.parametrize(
    ("plain", "said"),
    [({}, "None"), ({"format": 2}, "2"), ({"format": True}, "True"), ([], "None"), ({"format": "1"}, "'1'")],
)
def test_another_format_is_told_apart_from_damage(plain: object, said: str) -> None:
    with pytest.raises(InvalidData, match=f"is of format {said}, this version reads 1; update the workbench"):
        require_format(plain, 1, "a.json")


def test_whatever_a_library_raises_becomes_an_error_of_ours_with_the_file() -> None:
    for raised in (AttributeError("x"), RecursionError(), MemoryError(), OverflowError("y"), EOFError()):
        with (
            pytest.raises(UnreadableFile, match=r"data\.bin: it is damaged, or not a zip") as caught,
            own_errors("data.bin", "a zip"),
        ):
            raise raised
        assert caught.value.__cause__ is raised
    with pytest.raises(KeyboardInterrupt), own_errors("data.bin", "a zip"):
        raise KeyboardInterrupt
    with pytest.raises(ProjectError, match=r"^mine$"), own_errors("data.bin", "a zip"):
        raise ProjectError("mine")


def test_the_library_is_loaded_by_the_first_file_and_not_before() -> None:
    code = "import sys, workbench.structured; sys.exit('msgspec' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
