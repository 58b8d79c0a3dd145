"""Storage over chosen days: its level goes from day to day through the whole year, whatever day stands for each.

Inside a chosen day the level is counted from its lowest point; each day of the year has a floor of its own, on
which the day that stands for it lies.

References
----------
Kotzur, Markewitz, Robinius and Stolten (2018), Time series aggregation for energy system design: modeling seasonal
storage, Applied Energy 213, doi:10.1016/j.apenergy.2018.01.023, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Labels = NDArray[np.int64]

DAY = 24.0
PREFIX = "Linked-"
"""Of the names of variables and constraints that carry levels from day to day."""
_LEVELS = (("StorageUnit", "state_of_charge", "p_nom"), ("Store", "e", "e_nom"))


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Chosen days of one year in a model.

    Parameters
    ----------
    year
        The year.
    places
        Positions of their snapshots in the model.
    stretch
        Day of each of these snapshots, from 0.
    represents
        For each day of the year, the chosen day that stands for it.
    """

    year: int
    places: Labels
    stretch: Labels
    represents: Labels

    @property
    def first(self) -> Labels:
        """Position of the first snapshot of each chosen day."""
        return self.places[np.flatnonzero(np.diff(self.stretch, prepend=-1))]

    @property
    def last(self) -> Labels:
        """Position of the last snapshot of each chosen day."""
        return self.places[np.flatnonzero(np.diff(self.stretch, append=-1))]


def link_storage(network: Any, days: Days) -> None:
    """Tie the levels of all storage from each day of a year to the next, and from the last day to the first.

    Parameters
    ----------
    network
        With a model in which each chosen day follows itself.
    days
        The chosen days of a year.
    """
    for component, level, nominal in _LEVELS:
        if f"{component}-{level}" in network.model.variables:
            _Link(network, component, level, nominal, days).add()


class _Link:
    """The storage of one kind of component in one year; arrays of labels have the time first."""

    def __init__(self, network: Any, component: str, level: str, nominal: str, days: Days) -> None:
        self.network, self.model, self.days = network, network.model, days
        self.component, self.nominal = component, nominal
        labels = self.model.variables[f"{component}-{level}"].labels
        self.others = [str(dim) for dim in labels.dims if dim != "snapshot"]
        self.coords = {dim: labels.indexes[dim] for dim in self.others}
        self.levels: Labels = np.asarray(labels.transpose("snapshot", *self.others))
        if component == "StorageUnit":
            self.levels = np.where(self._lasts(), self.levels, -1)

    def add(self) -> None:
        if not (self.levels[self.days.places[0]] >= 0).any():
            return
        days, levels = self.days, self.levels
        count = len(days.first)
        start, top = self._variable("start", count), self._variable("top", count)
        floor = self._variable("floor", days.represents.size)
        self._begin_at(start)
        self._rows("top", [(1.0, levels[days.places]), (-1.0, top[days.stretch])])
        self._rows("start", [(1.0, start), (-1.0, top)])
        following = np.roll(days.represents, -1)
        terms = [
            (1.0, floor),
            (1.0, levels[days.last][days.represents]),
            (-1.0, np.roll(floor, -1, axis=0)),
            (-1.0, start[following]),
        ]
        self._rows("level", terms, "=")
        self._keep_below_capacity(floor, top[days.represents])

    def _lasts(self) -> Any:
        """Which storage can last longer than a day; of others nothing is worth carrying on."""
        hours = self._static().max_hours[self.coords["name"]].to_numpy(dtype=float)
        return (hours > DAY).reshape([-1 if dim == "name" else 1 for dim in self.others])

    def _static(self) -> pd.DataFrame:
        static: pd.DataFrame = self.network.components[self.component].static
        if self.network.has_scenarios:
            static = pd.DataFrame(static.xs(self.network.scenarios[0], level="scenario"))
        return static

    def _variable(self, kind: str, count: int) -> Labels:
        coords = {kind: pd.RangeIndex(count, name=kind), **self.coords}
        # Storage that the year does not have is left out.
        here = self.levels[self.days.places[0]] >= 0
        mask = np.broadcast_to(here, (count, *here.shape))
        made = self.model.add_variables(
            lower=0.0, coords=list(coords.values()), mask=mask, name=self._name(kind)
        )
        labels: Labels = np.asarray(made.labels.transpose(kind, *self.others))
        return labels

    def _name(self, kind: str) -> str:
        return f"{PREFIX}{self.component}-{kind} {self.days.year}"

    def _begin_at(self, start: Labels) -> None:
        """Let each chosen day begin at a level of its own, in place of its last one."""
        balance = self.model.constraints[f"{self.component}-energy_balance"].vars
        rest = [dim for dim in balance.dims if dim not in ("snapshot", "_term")]
        rows = np.moveaxis(balance.values, balance.dims.index("snapshot"), 0)
        rows = np.moveaxis(rows, [dim for dim in balance.dims if dim != "snapshot"].index("_term") + 1, -1)
        order = [0, *(1 + self.others.index(str(dim)) for dim in rest)]
        for number, place in enumerate(self.days.first):
            row = rows[place]
            # The level itself comes first, then the one before it.
            is_level = np.isin(row, self.levels[self.levels >= 0])
            before = is_level & (np.cumsum(is_level, axis=-1) == 2)
            own = start.transpose(order)[number]
            row[before] = np.broadcast_to(own[..., None], row.shape)[before]

    def _keep_below_capacity(self, floor: Labels, top: Labels) -> None:
        static = self._static()
        names = self.coords["name"]
        hours = static.max_hours[names].to_numpy(dtype=float) if self.component == "StorageUnit" else 1.0
        hours = hours * np.ones(len(names))
        extendable = static[f"{self.nominal}_extendable"][names].to_numpy(dtype=bool)
        size = np.full(len(names), -1, dtype=np.int64)
        if extendable.any():
            chosen = self.model.variables[f"{self.component}-{self.nominal}"]
            size[extendable] = np.asarray(chosen.sel(name=list(names[extendable])).labels)
        fixed = np.where(extendable, 0.0, hours * static[self.nominal][names].to_numpy(dtype=float))
        at_name = [1] * floor.ndim
        at_name[1 + self.others.index("name")] = len(names)
        terms = [
            (1.0, floor),
            (1.0, top),
            (-hours.reshape(at_name), np.broadcast_to(size.reshape(at_name), floor.shape)),
        ]
        self._rows("capacity", terms, "<=", np.broadcast_to(fixed.reshape(at_name), floor.shape))

    def _rows(self, kind: str, terms: Any, sign: str = "<=", right: Any = 0.0) -> None:
        import xarray as xr
        from linopy import LinearExpression

        count = len(terms[0][1])
        row = f"{kind}_row"
        coords = {row: pd.RangeIndex(count, name=row), **self.coords}
        labels = np.stack([labels for _, labels in terms], axis=-1)
        factors = np.stack([np.broadcast_to(f, labels.shape[:-1]) for f, _ in terms], axis=-1)
        dims = [row, *self.others, "_term"]
        data = xr.Dataset(
            {"coeffs": (dims, np.where(labels >= 0, factors, np.nan)), "vars": (dims, labels)}, coords=coords
        )
        # A row without the storage itself is none.
        mask = xr.DataArray(labels[..., 0] >= 0, coords=coords, dims=dims[:-1])
        left = LinearExpression(data, self.model)
        rhs = xr.DataArray(np.broadcast_to(right, labels.shape[:-1]), coords=coords, dims=dims[:-1])
        self.model.add_constraints(left, sign, rhs, name=self._name(kind), mask=mask)
