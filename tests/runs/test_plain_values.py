from __future__ import annotations

import json
import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from workbench.runs.model.plain_values import (
    MAX_TEXT,
    plain_data,
    plain_fraction,
    plain_number,
    plain_text,
    text_parts,
)


class Unreadable:
    def __str__(self) -> str:
        raise KeyboardInterrupt

    __repr__ = __str__

    def __float__(self) -> float:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        (None, ""),
        (5, "5"),
        (b"\xc3\xa9 \xff", "é \\xff"),
        ("half \ud83d", "half \\ud83d"),
        ("a\0b", "a␀b"),
        (np.str_("numpy"), "numpy"),
        (np.float64(0.5), "0.5"),
        (Unreadable(), "<Unreadable without a readable text>"),
        ("x" * (MAX_TEXT + 7), "x" * MAX_TEXT + " … (7 more characters)"),
    ],
)
def test_any_value_becomes_a_text_that_can_be_kept(value: Any, text: str) -> None:
    found = plain_text(value)
    assert type(found) is str
    assert found == text
    assert found.encode().decode() == found


def test_a_long_text_comes_in_parts_and_loses_nothing() -> None:
    text = "0123456789" * 20_000
    parts = text_parts(text)
    assert len(parts) == math.ceil(len(text) / MAX_TEXT)
    assert "".join(parts) == text
    assert text_parts("") == [""]


@pytest.mark.parametrize("value", [2, 2.0, np.int8(2), np.float32(2), Decimal(2), Fraction(2), np.array(2)])
def test_numbers_of_every_library_are_floats(value: Any) -> None:
    assert type(plain_number(value)) is float
    assert plain_number(value) == 2.0


@pytest.mark.parametrize("value", [None, "2", b"2", [2], np.arange(3), Unreadable(), 10**400])
def test_what_is_not_a_number_is_none(value: Any) -> None:
    assert plain_number(value) is None


@pytest.mark.parametrize(
    ("value", "fraction"),
    [
        (0.5, 0.5),
        (-1, 0.0),
        (7, 1.0),
        (math.inf, 1.0),
        (math.nan, None),
        (np.float32("nan"), None),
        ("x", None),
    ],
)
def test_a_fraction_is_from_0_to_1_or_unknown(value: Any, fraction: float | None) -> None:
    assert plain_fraction(value) == fraction


def test_data_of_any_kind_are_what_json_can_hold() -> None:
    loop: dict[str, Any] = {"ours": 1}
    loop["self"] = loop
    given = {
        (1, 2): 3,
        "set": {5},
        "scalar": np.float32(0.5),
        "flag": True,
        "huge": 2**70,
        "bytes": b"x",
        "odd": Unreadable(),
        "half": ["\ud83d"],
        "loop": loop,
    }
    found = json.loads(json.dumps(plain_data(given), allow_nan=False).encode())
    assert found["(1, 2)"] == 3
    assert (found["set"], found["scalar"], found["flag"], found["bytes"]) == ([5], 0.5, True, "x")
    assert found["huge"] == float(2**70)
    assert found["half"] == ["\\ud83d"]
