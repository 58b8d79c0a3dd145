"""How much of each carrier can be built at almost the least costs: the plan is one of many that cost the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.capacity.config import CapacityConfig
from workbench.capacity.extraction.solved import UNITS
from workbench.capacity.model.system import Kind
from workbench.capacity.network.arrays import export_program
from workbench.capacity.network.assets import BUILT
from workbench.capacity.network.build import Plan
from workbench.capacity.solving.child import ranges_with_highs
from workbench.capacity.solving.methods import LARGE
from workbench.capacity.solving.solve import PlanSolver
from workbench.data.notes import Notes
from workbench.errors import SolveError
from workbench.runs import Job

if TYPE_CHECKING:
    from linopy import Model

RANGE_COLUMNS = ("year", "component", "carrier", "unit", "least", "new", "most")
Key = tuple[int, str, str]


def near_optimal_ranges(
    job: Job, plan: Plan, config: CapacityConfig, solver: PlanSolver, notes: Notes
) -> pd.DataFrame:
    """Least and most new capacity of each carrier and year within some percent of the least costs.

    Parameters
    ----------
    job
        The run.
    plan
        Solved; its model is attached.
    config
        The settings.
    solver
        The solver.
    notes
        Gets why there are none.

    Returns
    -------
    DataFrame
        One row a year and carrier, with the columns of :data:`RANGE_COLUMNS`, in MW (stores: MWh).

    References
    ----------
    Neumann and Brown (2021), The near-optimal feasible space of a renewable power system model, Electric Power
    Systems Research 190, doi:10.1016/j.epsr.2020.106690.
    """
    model: Model = plan.network.model
    groups = _groups(plan, model)
    program = export_program(model) if groups and config.near_optimal > 0 else None
    rows = []
    if program is not None and not program.is_mixed_integer and program.size["variables"] < LARGE:
        columns = [columns for columns, _ in groups.values()]
        try:
            with job.stage("ranges", title="Ranges of almost the least costs"):
                found = solver.ask(ranges_with_highs, program, config.near_optimal / 100, columns)
        except SolveError as error:
            notes.omission(
                f"the ranges of almost the least costs are missing: {error}",
                setting="near_optimal",
                tables=("ranges",),
            )
            found = []
        for ((year, kind, carrier), (_, new)), (least, most) in zip(groups.items(), found, strict=False):
            rows.append((year, kind, carrier, UNITS.get(kind, "MW"), min(least, new), new, max(most, new)))
    elif program is not None:
        job.log(
            "There are no ranges of almost the least costs: the problem is too large, or has whole units."
        )
    return pd.DataFrame(rows, columns=list(RANGE_COLUMNS))


def _groups(plan: Plan, model: Model) -> dict[Key, tuple[np.ndarray, float]]:
    """Columns of the capacities that can be built, and what is built of them, by year, component and carrier."""
    columns = {int(label): place for place, label in enumerate(model.variables.label_index.vlabels)}
    found: dict[Key, tuple[list[int], float]] = {}
    for asset in plan.assets:
        if asset.origin != BUILT or not asset.extendable:
            continue
        kind = asset.item.kind
        variable = model.variables[f"{kind}-{'e_nom' if kind is Kind.STORE else 'p_nom'}"].sel(
            name=asset.name
        )
        places, size = found.get((asset.build_year, str(kind), asset.item.carrier), ([], 0.0))
        label, value = int(variable.labels), float(variable.solution)
        found[asset.build_year, str(kind), asset.item.carrier] = ([*places, columns[label]], size + value)
    return {key: (np.array(places, dtype=np.int32), size) for key, (places, size) in found.items()}
