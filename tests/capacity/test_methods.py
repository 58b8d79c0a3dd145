from __future__ import annotations

import pytest

from workbench.capacity.solving.methods import LARGE, choose_method
from workbench.errors import SolverMissing


@pytest.mark.parametrize(
    ("asked", "variables", "only_dispatch", "has_hipo", "chosen", "said"),
    [
        ("choose", LARGE - 1, False, True, "simplex", ""),
        ("choose", LARGE, False, True, "hipo", "The method is HiPO"),
        ("choose", LARGE, False, False, "simplex", "HiPO is not installed"),
        ("choose", LARGE, True, True, "simplex", ""),
        ("ipm", LARGE, False, True, "ipm", ""),
        ("hipo", 10, False, True, "hipo", ""),
    ],
)
def test_the_method_is_the_one_that_was_asked_for_else_that_for_the_size_and_said(
    asked: str, variables: int, only_dispatch: bool, has_hipo: bool, chosen: str, said: str
) -> None:
    lines: list[str] = []
    found = choose_method(
        asked, variables, only_dispatch=only_dispatch, has_hipo=lambda: has_hipo, say=lines.append
    )
    assert found == chosen
    assert said in "".join(lines)
    assert bool(said) == bool(lines)


def test_a_method_that_is_not_installed_is_refused_with_what_to_install() -> None:
    with pytest.raises(SolverMissing, match=r"hipo is not in the HiGHS .*highspy\[extras\]"):
        choose_method("hipo", 10, only_dispatch=False, has_hipo=lambda: False, say=print)
