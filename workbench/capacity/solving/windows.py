"""Dispatch in windows, one after another; what a limit of the whole horizon leaves is handed on to the next one.

A window may use as much of what is left as its part of the remaining load; what it saves, later ones have.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from workbench.capacity.config import CapacityConfig
from workbench.capacity.network.stretches import snapshots_of_labels
from workbench.capacity.solving.solve import PlanSolver
from workbench.data.arrays import Floats
from workbench.runs import Job

if TYPE_CHECKING:
    from linopy import Model
    from pypsa import Network

_LIMIT = "GlobalConstraint-"


def optimise_in_windows(
    job: Job, network: Network, config: CapacityConfig, solver: PlanSolver, options: dict[str, Any]
) -> None:
    """Optimise a network window after window, as PyPSA does it.

    Parameters
    ----------
    job
        The run; its progress is told.
    network
        The network.
    config
        Length and overlap of the windows.
    solver
        The solver; PyPSA calls it once a window.
    options
        Of PyPSA.

    Raises
    ------
    SolveError
        When a window has no solution.
    """
    step = config.rolling_horizon - config.rolling_overlap
    total = -(-len(network.snapshots) // step)
    left = LimitsLeft(network, step)
    given: Callable[..., Any] | None = options.get("extra_functionality")

    def add(n: Network, snapshots: pd.Index) -> None:
        if given is not None:
            given(n, snapshots)
        left.allot(snapshots)

    class Counted:
        """The same solver; PyPSA calls it once a window."""

        def solve_on_remote(self, model: Model, **kwargs: Any) -> Model:
            done = left.windows
            solver.label = f"window {done + 1} of {total}"
            solved = solver.solve_on_remote(model, **kwargs)
            left.take(model)
            job.progress(left.windows, total, solver.label)
            return solved

    options = {**options, "extra_functionality": add, "remote": Counted()}
    network.optimize.optimize_with_rolling_horizon(
        horizon=config.rolling_horizon, overlap=config.rolling_overlap, **options
    )


@dataclass(slots=True)
class LimitsLeft:
    """What the limits of a network on its whole horizon leave for the windows that are still to come.

    Parameters
    ----------
    network
        With global constraints.
    step
        Snapshots of a window that are kept; the next one decides on the others.
    """

    network: Network
    step: int
    windows: int = 0
    _used: dict[str, float] = field(default_factory=dict)
    _load: Floats = field(init=False)
    _rows: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        network = self.network
        demand = network.get_switchable_as_dense("Load", "p_set")
        weights = np.asarray(network.snapshot_weightings["generators"], dtype=float)
        energy = demand.to_numpy(dtype=float).clip(min=0.0).sum(axis=1) * weights
        # Without a load, as without a load of its own, a window has its part of the time.
        self._load = energy + 1e-6 * max(float(energy.mean()), 1.0) * weights

    def allot(self, snapshots: pd.Index) -> None:
        """Let a window use its part of what is left."""
        self._rows = rows = np.asarray(self.network.snapshots.get_indexer(snapshots), dtype=np.int64)
        share = float(self._load[rows].sum() / self._load[rows[0] :].sum())
        limits = self.network.components.global_constraints.static
        model: Any = self.network.model
        for name in limits.index:
            if f"{_LIMIT}{name}" not in model.constraints:
                continue
            constraint = model.constraints[f"{_LIMIT}{name}"]
            whole = float(limits.constant[name])
            remaining = max(whole - self._used.get(str(name), 0.0), 0.0)
            # What PyPSA has moved to the right side, such as the levels of storage at the beginning, stays there.
            set_right_side(constraint, constraint.rhs - whole + share * remaining)

    def take(self, model: Any) -> None:
        """Count what the kept part of a solved window has used."""
        last = self._rows[-1] == len(self.network.snapshots) - 1 and self._rows.size <= self.step
        kept = self._rows.size if last else min(self.step, self._rows.size)
        place = snapshots_of_labels(model, self._rows.size)
        values = _values_of_labels(model)
        for name in self.network.components.global_constraints.static.index:
            if f"{_LIMIT}{name}" in model.constraints:
                constraint = model.constraints[f"{_LIMIT}{name}"]
                labels, factors = (np.asarray(part).ravel() for part in (constraint.vars, constraint.coeffs))
                known = labels >= 0
                labels, factors = labels[known], factors[known]
                mine = place[labels] < kept
                used = float(factors[mine] @ values[labels[mine]])
                self._used[str(name)] = self._used.get(str(name), 0.0) + used
        self.windows += 1


def set_right_side(constraint: Any, value: Any) -> None:
    """Change the right side of a constraint of linopy."""
    if hasattr(constraint, "update"):
        constraint.update(rhs=value)
    else:  # linopy before it had that
        constraint.rhs = value


def _values_of_labels(model: Any) -> Floats:
    values = np.zeros(model._xCounter + 1)
    for name in model.variables:
        variable = model.variables[name]
        labels = np.asarray(variable.labels).ravel()
        known = labels >= 0
        values[labels[known]] = np.asarray(variable.solution, dtype=float).ravel()[known]
    return values
