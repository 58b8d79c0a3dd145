"""What can be added to existing plants: a candidate for each, with a cost of its own or that of its carrier."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from workbench.capacity.inputs.sheets.blank_cells import Assumptions
from workbench.capacity.inputs.sheets.table_reader import Cells, Row
from workbench.capacity.model.system import ByYear, Candidate, Plant, expansion_of
from workbench.data.problems import Problems
from workbench.data.tables.table import plain_name

ASSUMED_LIFETIME = 25.0
"""Years of a candidate whose lifetime is not given; a note says so."""


def read_expansions(
    rows: Iterable[Row],
    plants: Sequence[Plant],
    candidates: Sequence[Candidate],
    capital: Mapping[str, ByYear],
    lifetimes: Mapping[str, float],
    *,
    first_year: int,
    cells: Cells,
    problems: Problems,
    assumptions: Assumptions,
) -> list[Candidate]:
    """Make a candidate of each existing plant that can be expanded.

    It costs what its own row, or its row on the sheet Capital_cost, says; else as much as the first candidate
    of its carrier, which is noted; else it is refused.

    Parameters
    ----------
    rows
        Of the sheet Generators.
    plants
        Those that were read from these rows, in their order.
    candidates
        What can be built beside them.
    capital, lifetimes
        Of the sheets Capital_cost and Lifetime, by name.
    first_year
        First planned year, in which a least capacity has to stand.
    cells, problems, assumptions
        Collect places, errors, and what stands in for what is not given.
    """
    found = []
    for row, plant in zip(rows, plants, strict=True):
        if not row.flag("p_nom_extendable"):
            continue
        name = expansion_of(plant.name)
        cells.note(row, name, *row.table.columns)
        model = next((item for item in candidates if item.carrier == plant.carrier), None)
        cost: ByYear | float
        if row.has("capital_cost"):
            cost = row.number("capital_cost", minimum=0.0)
        elif plant.name in capital:
            cost = capital[plant.name]
            _same_places(cells, plant.name, name)
        elif model is not None:
            cost = model.capital_cost
            assumptions.add(row.table.sheet, "capital_cost", f"that of '{model.name}'", plant.name)
            _same_places(cells, model.name, name)
        else:
            problems.error(
                f"{plant.name} can be expanded, but nothing says what that costs: give a capital_cost (currency/MW)"
                " in its row, or a row for it on the sheet 'Capital_cost'.",
                sheet=row.table.sheet,
                cell=row.cell("p_nom_extendable"),
            )
            continue
        least, most = (
            row.number("p_nom_min", 0.0, minimum=0.0),
            row.number("p_nom_max", math.inf, minimum=0.0),
        )
        if most < max(plant.p_nom, least):
            problems.error(
                f"the p_nom_max of {plant.name} is {most:g} MW, but {max(plant.p_nom, least):g} MW exist or have "
                "to be built.",
                sheet=row.table.sheet,
                cell=row.cell("p_nom_max"),
            )
        found.append(
            Candidate(
                name,
                plant.carrier,
                plant.bus,
                plant.kind,
                cost,
                plant.fixed_cost,
                plant.marginal_cost,
                plant.efficiency,
                plant.efficiency_store,
                _lifetime(plant, model, lifetimes, row, assumptions),
                plant.build_year,
                max(most - plant.p_nom, 0.0),
                {first_year: least - plant.p_nom} if least > plant.p_nom else {},
                p_min_pu=plant.p_min_pu,
                expands=plant.name,
            )
        )
    return found


def _lifetime(
    plant: Plant, model: Candidate | None, lifetimes: Mapping[str, float], row: Row, assumptions: Assumptions
) -> float:
    if plant.name in lifetimes:
        return lifetimes[plant.name]
    if math.isfinite(plant.lifetime):
        return plant.lifetime
    years = ASSUMED_LIFETIME if model is None else model.lifetime
    assumptions.add("Lifetime", "lifetime", f"{years:g} years", expansion_of(plant.name))
    return years


def _same_places(cells: Cells, source: str, name: str) -> None:
    prefix = plain_name("Capital_cost")
    for (known, attribute), place in list(cells.places.items()):
        if known == source and attribute.startswith(prefix):
            cells.places[name, attribute] = place
