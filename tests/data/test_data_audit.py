from __future__ import annotations

import math

import pytest

from workbench.data.audit import require_all_equal, require_equal
from workbench.errors import UnbalancedResult


def test_both_numbers_their_difference_and_their_place_are_named() -> None:
    with pytest.raises(
        UnbalancedResult,
        match=r"energy of 2030 \[GWh\]: its hours gives 9000.1, its target gives 9000, a difference of 0.1\.",
    ):
        require_equal("energy of 2030 [GWh]", "its hours", 9000.1, "its target", 9000.0)


def test_the_row_that_is_furthest_off_is_named() -> None:
    with pytest.raises(UnbalancedResult, match=r"sum of 2031 \[MW\]: one gives 5, other gives 8"):
        require_all_equal(
            "sum of {} [MW]", [2030, 2031, 2032], "one", [1.0, 5.0, 7.0], "other", [1.5, 8.0, 7.0]
        )


@pytest.mark.parametrize(
    ("first", "second"),
    [([1.0, math.nan], [1.0, 2.0]), ([1.0], [1.0, 2.0]), ([math.inf], [1.0]), ([1.0 + 2e-6], [1.0])],
)
def test_missing_on_one_side_fewer_rows_and_infinity_do_not_agree(
    first: list[float], second: list[float]
) -> None:
    with pytest.raises(UnbalancedResult):
        require_all_equal("x of {}", "ab", "one", first, "other", second)


@pytest.mark.parametrize(
    ("first", "second"),
    [([math.nan, 1.0], [math.nan, 1.0 + 1e-7]), ([], []), ([0.0], [0.0]), ([math.inf], [math.inf])],
)
def test_missing_on_both_sides_and_rounding_agree(first: list[float], second: list[float]) -> None:
    require_all_equal("x of {}", "ab", "one", first, "other", second)
