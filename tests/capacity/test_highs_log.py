"""Lines as HiGHS 1.15.1 printed them."""

from __future__ import annotations

import pytest

from workbench.capacity.solving.highs_log import HighsLog, LogFacts, Phase


def read(*lines: str) -> list[LogFacts]:
    log = HighsLog()
    return [facts for line in lines if (facts := log.read(line)) is not None]


def test_simplex_lines_tell_iteration_objective_and_infeasibilities() -> None:
    facts = read(
        "Presolving model",
        "Using dual simplex solver",
        "          0     0.0000000000e+00 Pr: 600(5.37308e+06) 0.0s",
        "       4564     7.3754653259e+09 Pr: 0(0); Du: 0(1.13783e-10) 0.3s",
    )
    assert [item.phase for item in facts[:2]] == [Phase.PRESOLVE, Phase.SIMPLEX]
    assert facts[2].primal_infeasibility == 5.37308e6
    assert (facts[3].iteration, facts[3].objective) == (4564, 7.3754653259e9)
    assert (facts[3].primal_infeasibility, facts[3].dual_infeasibility, facts[3].seconds) == (
        0,
        1.13783e-10,
        0.3,
    )


def test_the_first_phase_of_the_dual_simplex_is_read_too() -> None:
    facts = read("          0     0.0000000000e+00 Ph1: 0(0) 0.4s")
    assert facts == [LogFacts(Phase.SIMPLEX, 0, 0.0, dual_infeasibility=0.0, seconds=0.4)]


def test_interior_point_lines_have_both_objectives_and_residuals() -> None:
    facts = read(
        "IPX model has 6256 rows, 5062 columns and 17568 nonzeros",
        " Iter       primal obj         dual obj       pinf       dinf       gap      time",
        "   1    2.04868865e+10  -8.43233295e+09   1.86e-01   1.06e-02  4.80e+00       0.0",
        "  46*   7.37546533e+09   7.37546532e+09   2.14e-14   1.06e-14  1.22e-09       0.6",
        "Running crossover as requested",
    )
    assert facts[1].objective == 2.04868865e10
    assert facts[1].dual_objective == -8.43233295e9
    assert (facts[2].iteration, facts[2].primal_infeasibility, facts[2].dual_infeasibility) == (
        46,
        2.14e-14,
        1.06e-14,
    )
    assert facts[3].phase is Phase.CROSSOVER


def test_first_order_lines_have_the_gap_before_the_residuals() -> None:
    facts = read(
        "Solving with cuPDLP-C",
        "     4000  +7.71249373e+09  +7.71665678e+09  +2.70e-04    1.37e-03  1.06e-03   0.00s [A]",
    )
    assert facts[1].phase is Phase.FIRST_ORDER
    assert (facts[1].iteration, facts[1].objective) == (4000, 7.71249373e9)
    assert (facts[1].primal_infeasibility, facts[1].dual_infeasibility) == (1.37e-3, 1.06e-3)


def test_the_tree_tells_bound_incumbent_gap_and_nodes() -> None:
    facts = read(
        "Solving MIP model with:",
        " z       0       0         0   0.00%   -inf            0                  Large        0      0      0         0     0.0s",  # noqa: E501 - as printed
        " R       0       0         0   0.00%   -2527.527888    -2129             18.72%        0      0      0        30     0.0s",  # noqa: E501 - as printed
        " T     591      60       241   6.00%   -2520.636003    -2472              1.97%      413      6   1680      5971     0.9s",  # noqa: E501 - as printed
    )
    assert facts[0].phase is Phase.BRANCH_AND_BOUND
    assert (facts[1].bound, facts[1].objective, facts[1].gap) == (None, 0.0, None)
    assert facts[2].gap == pytest.approx(0.1872)
    assert (facts[3].nodes, facts[3].bound, facts[3].objective, facts[3].seconds) == (
        591,
        -2520.636003,
        -2472.0,
        0.9,
    )


def test_linear_problems_inside_the_tree_are_no_phases() -> None:
    facts = read("Solving MIP model with:", "Using dual simplex solver", "Presolving model")
    assert [item.phase for item in facts] == [Phase.BRANCH_AND_BOUND]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Performed postsolve",
        "  Matrix  [1e-03, 3e+00]",
        "    Number of variables:      5062",
        "IPX version 1.0",
    ],
)
def test_other_lines_tell_nothing(line: str) -> None:
    assert read(line) == []
