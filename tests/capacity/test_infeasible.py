from __future__ import annotations

from typing import Any

import pytest
from infeasibilities import SEEDS

from workbench.capacity.config import CapacityConfig
from workbench.capacity.solving.infeasible import explain_conflict
from workbench.capacity.solving.planning import optimise
from workbench.capacity.solving.solve import PlanSolver
from workbench.errors import ModelInfeasible
from workbench.runs import Job

SOME = [
    seed
    for seed in SEEDS
    if seed[0]
    in (
        "a peak beyond all capacity",
        "a given output above the capacity",
        "a CO2 limit too small",
        "a bus without supply",
    )
]


def cause_of(network: Any, job: Job, limits: Any) -> str:
    def explain(model: Any, program: Any, conflict: Any) -> tuple[str, ...]:
        return explain_conflict(model, program, conflict, lambda *_: "")

    with PlanSolver(job, lambda: limits, explain=explain) as solver, pytest.raises(ModelInfeasible) as caught:
        optimise(job, network, CapacityConfig(), solver)
    return caught.value.causes[0] if caught.value.causes else ""


@pytest.mark.parametrize(("change", "words"), [seed[1:] for seed in SOME], ids=[seed[0] for seed in SOME])
def test_what_cannot_be_is_named_first(
    small_network: Any, job: Job, limits: Any, change: Any, words: tuple[str, ...]
) -> None:
    network = small_network()
    change(network)
    cause = cause_of(network, job, limits)
    assert all(word in cause for word in words), cause


def test_the_amount_that_is_missing_is_said(small_network: Any, job: Job, limits: Any) -> None:
    network = small_network(generators__p_nom_extendable=False, storage_units__p_nom=0.0)
    network.components.loads.dynamic["p_set"].loc[network.snapshots[20], "load"] = 500.0
    # Coal brings 80 x 0.98 MW over the tie, gas 100 MW; the sun is down.
    assert "321.6 short of it" in cause_of(network, job, limits)
