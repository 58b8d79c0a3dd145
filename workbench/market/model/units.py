"""The units of a market: which there are, where, of which fuel, how large.

A unit keeps its position for ever: roll-ups are arrays whose first axis is this list, and new units are added
at its end. A unit that has readings but is in no register is kept under the fuel and the region "Unknown".
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.errors import UnreadableFile
from workbench.market.model.description_parts import UNKNOWN
from workbench.structured import json_from, typed


class UnitKind(StrEnum):
    """What a unit does, and so what the sign of its readings means."""

    GENERATOR = "generator"
    LOAD = "load"
    """Consumption is published as a positive number: pumps, and the charging side of batteries before June 2024."""
    BIDIRECTIONAL = "bidirectional"


@dataclass(frozen=True, slots=True)
class MarketUnit:
    """One unit.

    Parameters
    ----------
    name
        Its identifier (DUID).
    station, owner
        As the register says; the unit's name and "" when unknown.
    region, fuel
        Names of the description, or "Unknown".
    capacity_mw, storage_mwh
        Registered capacity [MW] and energy [MWh]; nan when the register gives none.
    kind
        What the sign of its readings means.
    known
        Whether a register lists it.
    note
        What was made of the register's text, such as a range of capacities.
    """

    name: str
    station: str = ""
    region: str = UNKNOWN
    fuel: str = UNKNOWN
    owner: str = ""
    capacity_mw: float = math.nan
    storage_mwh: float = math.nan
    kind: UnitKind = UnitKind.GENERATOR
    known: bool = True
    note: str = ""


@dataclass(frozen=True)
class UnitsRegister(Sequence[MarketUnit]):
    """The units in the order of the roll-ups' unit axis."""

    units: tuple[MarketUnit, ...] = ()

    def __len__(self) -> int:
        return len(self.units)

    def __getitem__(self, index: Any) -> Any:
        return self.units[index]

    def __iter__(self) -> Iterator[MarketUnit]:
        return iter(self.units)

    def __repr__(self) -> str:
        return f"<UnitsRegister: {len(self)} units, {len(self.unknown)} of them unknown>"

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {unit.name: position for position, unit in enumerate(self.units)}

    def position(self, name: str) -> int:
        """Give a unit's place on the unit axis.

        Raises
        ------
        KeyError
            When there is no such unit.
        """
        return self._positions[name]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the units."""
        return tuple(unit.name for unit in self.units)

    @cached_property
    def stations(self) -> tuple[str, ...]:
        """Station of each unit."""
        return tuple(unit.station for unit in self.units)

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Region of each unit."""
        return tuple(unit.region for unit in self.units)

    @cached_property
    def fuels(self) -> tuple[str, ...]:
        """Fuel of each unit."""
        return tuple(unit.fuel for unit in self.units)

    @cached_property
    def capacity_mw(self) -> NDArray[np.float64]:
        """Registered capacity of each unit [MW], nan where unknown."""
        return np.array([unit.capacity_mw for unit in self.units], dtype=float)

    @cached_property
    def storage_mwh(self) -> NDArray[np.float64]:
        """Registered energy of each unit [MWh], nan where unknown."""
        return np.array([unit.storage_mwh for unit in self.units], dtype=float)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of the units that no register lists."""
        return tuple(unit.name for unit in self.units if not unit.known)

    def updated(self, units: Iterable[MarketUnit]) -> UnitsRegister:
        """Take over what a register says; units keep their places, new ones come last, none goes."""
        new = {unit.name: unit for unit in units}
        kept = [new.pop(unit.name, unit) for unit in self.units]
        return UnitsRegister((*kept, *new.values()))

    def with_unknown(self, names: Iterable[str]) -> UnitsRegister:
        """Add the units of these names that are not listed, under fuel and region "Unknown"."""
        new = sorted({name for name in names if name not in self._positions})
        if not new:
            return self
        return UnitsRegister((*self.units, *(MarketUnit(name, name, known=False) for name in new)))

    def without_unknown_but(self, names: Collection[str]) -> UnitsRegister:
        """Leave out the units that no register lists, but those of these names."""
        return UnitsRegister(tuple(unit for unit in self.units if unit.known or unit.name in names))

    def to_json(self) -> str:
        """Write it as JSON, one unit a line."""
        rows = [
            {
                key: (None if isinstance(value, float) and math.isnan(value) else value)
                for key, value in dataclasses.asdict(unit).items()
            }
            for unit in self.units
        ]
        return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"

    @classmethod
    def from_json(cls, content: str | bytes, path: Path | str = "units.json") -> UnitsRegister:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        UnreadableFile
            When it is something else, or a unit comes twice; names the place.
        """
        plain = json_from(content, path, error=UnreadableFile)
        rows = typed(plain, tuple[dict[str, Any], ...], path, error=UnreadableFile)
        # JSON has no word for a number that is not known.
        known = [{name: value for name, value in row.items() if value is not None} for row in rows]
        made = cls(typed(known, tuple[MarketUnit, ...], path, error=UnreadableFile))
        if len(made._positions) < len(made):
            raise UnreadableFile(f"{path} names a unit twice; remove one of the two.", path)
        return made
