"""Why a model has no solution, in the planner's words: component, time, amount, and the cell of the workbook.

The solver names rows and columns that contradict each other; here they become components and attributes. Of a
set of contradicting limits those are said first that the user has set on purpose (a given output, an energy, a
minimum output, a plan's limit); the balance of a bus and the capacities around it come after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.capacity.model.program import Conflict, Indices, Program
from workbench.capacity.network.build import PREFIX
from workbench.capacity.network.constraints import describe
from workbench.data.arrays import Floats

if TYPE_CHECKING:
    from linopy import Model

MAX_ROWS = 4000
SHOWN = 3

Place = Callable[..., str]
"""``place(name, *attributes)`` gives the cell of a value, or nothing."""

# Part of the constraint's name -> rank (least first), attributes of the component, what it demands.
_KINDS: tuple[tuple[str, int, tuple[str, ...], str], ...] = (
    ("state_of_charge_set", 0, ("state_of_charge_set",), "has to hold a given state of charge"),
    ("p_set", 0, ("p_set",), "has to run at a given output"),
    ("s_nom_set", 0, ("s_nom_set",), "has to be built in a given size"),
    ("nom_set", 0, ("p_nom_set", "e_nom_set"), "has to be built in a given size"),
    ("e_sum_min", 0, ("e_sum_min",), "has to deliver a minimum energy"),
    ("e_sum_max", 0, ("e_sum_max",), "may deliver no more than a maximum energy"),
    ("nom-lower", 1, ("p_nom_min", "e_nom_min", "s_nom_min"), "has to be built with a minimum capacity"),
    ("nom-upper", 2, ("p_nom_max", "e_nom_max", "s_nom_max"), "may be built up to a maximum capacity"),
    ("ramp_limit", 2, ("ramp_limit_up", "ramp_limit_down"), "may change its output only so fast"),
    ("up-time", 2, ("min_up_time",), "has to stay on for a minimum time"),
    ("down-time", 2, ("min_down_time",), "has to stay off for a minimum time"),
    (
        "-lower",
        3,
        ("p_min_pu", "e_min_pu", "s_nom", "p_nom", "e_nom"),
        "has to give at least its least output",
    ),
    ("state_of_charge-upper", 5, ("max_hours", "p_nom"), "can store no more than its energy"),
    (
        "-upper",
        6,
        ("p_max_pu", "e_max_pu", "p_nom", "s_nom", "e_nom"),
        "can give no more than its capacity allows",
    ),
    (
        "energy_balance",
        7,
        ("inflow", "efficiency_dispatch", "state_of_charge_initial"),
        "can give only what it has stored",
    ),
    ("Kirchhoff", 8, ("x", "r"), "has to carry its share of the flow"),
    ("transition", 8, ("min_up_time",), "is switched on and off"),
)


@dataclass(slots=True)
class Blame:
    """One limit among those that contradict each other."""

    component: str
    name: str
    demand: str
    attributes: tuple[str, ...]
    rank: int
    snapshots: list[Any] = field(default_factory=list)
    bound: float | None = None
    amount: float = 0.0


def explain_conflict(model: Model, program: Program, conflict: Conflict, place: Place) -> tuple[str, ...]:
    """Say what contradicts what; the sentence of the first matters most.

    Parameters
    ----------
    model
        The infeasible (or unbounded) model.
    program
        The same as arrays.
    conflict
        Rows and columns found by the solver.
    place
        Cell of a component's value.
    """
    if not conflict.rows.size and conflict.columns.size and _is_ray(program, conflict):
        return _explain_ray(model, program, conflict, place)
    blames = _gather(model, program, conflict)
    if not blames:
        return ()
    blames.sort(key=lambda blame: (blame.amount == 0, blame.rank, -abs(blame.amount)))
    lead, rest = blames[0], blames[1:]
    sentence = _say(lead, place)
    if rest:
        sentence += "; it contradicts " + _say_many(rest, place)
    return (f"{sentence}.", *(f"{_say(blame, place)}." for blame in rest[: 2 * SHOWN]))


def penalties_and_groups(model: Model) -> tuple[Floats, Indices]:
    """Tell the search what may give way, and what belongs together.

    Returns
    -------
    array
        What it costs each row to give way: little for what the user has set, much for physics.
    array
        Number of the limit that each row belongs to: one component's limit of one kind.
    """
    costs, numbers, first = [], [], 0
    for name, constraint in model.constraints.items():
        labels = constraint.labels
        kept = labels.to_numpy().ravel() != -1
        cost = np.full(int(kept.sum()), _penalty(str(name)))
        if str(name).endswith("-lower") and "nom" not in str(name):
            # That an output is not negative is not a setting of the user.
            cost[np.broadcast_to(np.asarray(constraint.rhs), labels.shape).ravel()[kept] == 0] = 1000.0
        costs.append(cost)
        if "name" in labels.dims:
            axis = labels.dims.index("name")
            shape = [-1 if place == axis else 1 for place in range(labels.ndim)]
            count = labels.shape[axis]
            own = np.broadcast_to(np.arange(count).reshape(shape), labels.shape).ravel()[kept]
        else:
            count, own = 1, np.zeros(int(kept.sum()), dtype=int)
        numbers.append(first + own)
        first += count
    if not costs:
        return np.empty(0), np.empty(0, dtype=np.int32)
    return np.concatenate(costs), np.concatenate(numbers).astype(np.int32)


def _penalty(name: str) -> float:
    if name.startswith((PREFIX, "GlobalConstraint")):
        return 1000.0 if "closed_period" in name else 1.0
    if "nodal_balance" in name:
        return 1.5
    rank = _kind(name.partition("-")[2])[0]
    return (1.0, 1.0, 1.5, 1.2, 1.5, 3.0, 3.0, 1000.0, 1000.0)[rank]


def _gather(model: Model, program: Program, conflict: Conflict) -> list[Blame]:
    found: dict[tuple[str, str], Blame] = {}
    labels = model.constraints.label_index.clabels[conflict.rows[:MAX_ROWS]]
    amounts = conflict.row_amounts if conflict.row_amounts.size else np.zeros(conflict.rows.size)
    places = _positions(model.constraints, labels)
    for row, amount, (name, coordinates) in zip(conflict.rows, amounts, places, strict=False):
        bound = _bound(program.row_lower[row], program.row_upper[row])
        _add(found, name, coordinates, bound, float(amount))
    columns = model.variables.label_index.vlabels[conflict.columns[:MAX_ROWS]]
    for column, (name, coordinates) in zip(
        conflict.columns, _positions(model.variables, columns), strict=False
    ):
        if name.endswith(("_nom", "status", "start_up", "shut_down")) or _plain_bound(program, int(column)):
            continue
        bound = _bound(program.lower[column], program.upper[column])
        _add(found, f"{name}-lower", coordinates, bound, 0.0)
    return list(found.values())


def _plain_bound(program: Program, column: int) -> bool:
    # That outputs are not negative and shares not above one is not a setting of the user.
    return program.lower[column] in (0.0, -np.inf) and program.upper[column] in (1.0, np.inf)


def _add(
    found: dict[tuple[str, str], Blame],
    name: str,
    coordinates: dict[str, Any],
    bound: float | None,
    amount: float,
) -> None:
    component, _, kind = name.partition("-")
    item = str(coordinates.get("name", ""))
    rank: int
    attributes: tuple[str, ...]
    if name.startswith(PREFIX):
        component, item, rank, attributes, demand = "limit", describe(name), 0, (), "has to be kept"
    elif component == "GlobalConstraint":
        component, item, rank, attributes, demand = "limit", kind, 0, ("constant",), "has to be kept"
    elif "nodal_balance" in kind:
        component, rank, attributes, demand = "bus", 4, ("p_set",), "has to be supplied"
    else:
        rank, attributes, demand = _kind(kind)
    key = (f"{component} {item}", demand)
    blame = found.setdefault(key, Blame(component, item, demand, attributes, rank, bound=bound))
    if "snapshot" in coordinates:
        blame.snapshots.append(coordinates["snapshot"])
    if abs(amount) > abs(blame.amount):
        blame.amount, blame.bound = amount, bound


def _kind(kind: str) -> tuple[int, tuple[str, ...], str]:
    for part, rank, attributes, demand in _KINDS:
        if part in kind:
            return rank, attributes, demand
    return 8, (), f"has to keep its limit '{kind}'"


def _positions(container: Any, labels: Any) -> Iterable[tuple[str, dict[str, Any]]]:
    for label in labels:
        name, coordinates = container.get_label_position(int(label))
        yield str(name), dict(coordinates)


def _bound(lower: float, upper: float) -> float | None:
    for value in (lower, upper):
        if np.isfinite(value):
            return float(value)
    return None


def _say(blame: Blame, place: Place) -> str:
    where = place(blame.name, *blame.attributes)
    cell = f" ({where})" if where else ""
    if blame.component == "limit":
        text = f"the limit '{blame.name}'{cell} {blame.demand}"
    else:
        attribute = f" [{', '.join(blame.attributes[:2])}]" if blame.attributes and blame.rank != 4 else ""
        text = f"{blame.component} '{blame.name}'{cell} {blame.demand}{attribute}"
    text += _when(blame.snapshots)
    if blame.amount:
        short = "short of it" if blame.amount < 0 else "beyond it"
        text += f", the nearest plan is {abs(blame.amount):,.6g} {short}"
    elif blame.bound:
        text += f" ({abs(blame.bound):,.6g})"
    return text


def _say_many(blames: list[Blame], place: Place) -> str:
    shown = [_say(blame, place) for blame in blames[:SHOWN]]
    more = len(blames) - SHOWN
    return ", ".join(shown) + (f" and {more} more limits" if more > 0 else "")


def _when(snapshots: list[Any]) -> str:
    if not snapshots:
        return ""
    first = min(snapshots, key=str)
    text = _time(first)
    more = len(set(map(str, snapshots))) - 1
    return f" at {text}" + (f" and {more} more times" if more > 0 else "")


def _time(snapshot: Any) -> str:
    if isinstance(snapshot, tuple):
        return " ".join(_time(part) for part in snapshot)
    if isinstance(snapshot, (pd.Timestamp, np.datetime64)):
        return f"{pd.Timestamp(snapshot):%Y-%m-%d %H:%M}"
    return str(snapshot)


def _is_ray(program: Program, conflict: Conflict) -> bool:
    values = conflict.column_amounts
    if values.size != conflict.columns.size:
        return False
    growth = float(program.cost[conflict.columns] @ values)
    return growth > 0 if program.maximise else growth < 0


def _explain_ray(model: Model, program: Program, conflict: Conflict, place: Place) -> tuple[str, ...]:
    gains = program.cost[conflict.columns] * conflict.column_amounts
    labels = model.variables.label_index.vlabels[conflict.columns]
    worst: dict[tuple[str, str], float] = {}
    for gain, (name, coordinates) in zip(gains, _positions(model.variables, labels), strict=True):
        component, _, attribute = name.partition("-")
        key = (f"{component} '{coordinates.get('name', '')}'", attribute)
        worst[key] = worst.get(key, 0.0) + float(gain)
    sentences = []
    for (who, attribute), gain in sorted(worst.items(), key=lambda item: item[1]):
        if gain >= 0:
            continue
        item = who.partition("'")[2].rstrip("'")
        cell = place(item, f"{attribute}_max", "marginal_cost", "capital_cost")
        where = f" ({cell})" if cell else ""
        sentences.append(
            f"{who}{where}: its {attribute} can grow without end and earns {-gain:,.4g} for each unit; give it a "
            "maximum capacity, or a cost that is not negative."
        )
    return tuple(sentences[:SHOWN])
