"""Where the numbers of a plan come from: cells of the workbook, the solver's choice, its limits and the load."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from workbench.capacity.inputs.reading import read_system
from workbench.capacity.model.system import ASSUMED_WACC, Candidate, Plant, System, at
from workbench.data.explanation.cells import CHANGED, Cell, Rules
from workbench.data.explanation.steps import Explained
from workbench.data.origins import Origin
from workbench.errors import WorkbenchError
from workbench.runs.model.digest import file_digest

__all__ = ["LABELS", "TABLES"]

BINDING = 1e-6
"""Slack beside the right side up to which a limit binds."""
UNREAD = f"{CHANGED}, is a network, or is not there: its cells are not looked up"
LABELS = ("year", "component", "carrier", "name", "bus", "unit", "time")
_COSTS = {
    "capital": ("new capacity x yearly payment for its cost (annuity)", "capital_cost"),
    "fixed": ("capacity x fixed cost of a year", "fixed_cost"),
    "operation": ("energy x marginal cost", "marginal_cost"),
    "start_up": ("starts and stops x cost of each", "start_up_cost"),
    "sunk": ("capacity that existed and is kept x its cost of a year in the network", ""),
}
_ATTRIBUTES = {
    "existing": ("p_nom",),
    "capital_cost": ("capitalcost {year}", "capital_cost"),
    "fixed_cost": ("fixed_cost", "FOM"),
    "marginal_cost": ("fuelcost {year}", "marginal_cost"),
}
"""Value -> names under which a workbook's place of it is kept."""


def _asset(cell: Cell) -> Explained | None:
    """One component: what exists is of the workbook, what is new is the solver's choice."""
    row, column = cell.row, cell.column
    if column == "existing" and cell.value and row["origin"] != "network":
        built_before = _new_before(cell)
        if built_before:
            return cell.by("built by the plan in an earlier year", *built_before)
        return _of_workbook(cell, str(row["name"]), "existing")
    if column == "existing":
        return cell.by("given in the network", place=_source(cell), origin=Origin.GIVEN)
    if column in ("new", "not_used"):
        return _chosen(cell)
    if column == "capacity":
        columns = ["existing", "new", *(["not_used"] if cell.same_row("not_used").value else [])]
        return cell.by("existing + new - not used", *cell.beside(*columns))
    if column == "energy":
        return cell.by(
            "sum over the hours of the year of the dispatch that the solver chose", *_optimum(cell)
        )
    if column == "capacity_factor":
        return cell.by("energy / (capacity x hours)", *cell.beside("energy", "capacity"))
    if column == "hours":
        return _of_workbook(cell, str(row["name"]), "max_hours")
    return None


def _new_before(cell: Cell) -> list[Explained]:
    """What the plan itself built of this component in earlier years."""
    table, row = cell.frame, cell.row
    mine = (table.component == row["component"]) & (table.name == row["name"]) & (table.year < row["year"])
    return cell.tracer.steps(cell.table, "new", mine & (table.new > 0))


def _chosen(cell: Cell) -> Explained:
    """A number that the solver chose; what is built, by what it costs to build."""
    rule = "chosen by the solver so that the costs of the whole plan are least"
    costs = _rates(cell, "capital_cost") if cell.column == "new" else ()
    return cell.by(rule, *costs, *_optimum(cell))


def _optimum(cell: Cell) -> Iterator[Explained]:
    facts, tracer = cell.tracer.result.facts, cell.tracer
    rule = f"{facts['solver']}, {facts['status']}"
    yield Explained("Objective", facts["objective"], str(facts.get("currency", "")), Origin.DERIVED, rule)
    limits = tracer.result.table("constraints")
    year = cell.year
    for row in np.flatnonzero(limits.year == year) if year is not None and len(limits) else ():
        limit = limits.iloc[row]
        if abs(limit.slack) <= BINDING * max(1.0, abs(limit.right)):
            price = (
                f"shadow price {limit.shadow_price:.6g}" if limit.shadow_price == limit.shadow_price else ""
            )
            text = f"binding limit: {limit.meaning}; {price}".rstrip("; ")
            # A limit of -0 is one of 0.
            yield Explained(str(limit["name"]), float(limit.right) + 0.0, "", Origin.GIVEN, text)


def _capacity(cell: Cell) -> Explained | None:
    if cell.column == "retired":
        return cell.by("capacity of the plants that were there in the year before and are gone")
    return cell.by("sum of the components of this carrier", *_assets_of(cell, cell.column))


def _assets_of(cell: Cell, column: str) -> list[Explained]:
    """The cells of the components behind a row of a carrier."""
    assets, row = cell.tracer.result.table("assets"), cell.row
    mine = (assets.year == row["year"]) & (assets.carrier == row["carrier"])
    if "component" in row:
        mine &= assets.component == row["component"]
    return cell.tracer.steps("assets", column, mine & (assets[column] != 0))


def _energy(cell: Cell) -> Explained | None:
    if cell.column == "supply" and cell.row["component"] in ("Generator", "StorageUnit", "Store"):
        return cell.by("sum of the components of this carrier", *_assets_of(cell, "energy"))
    return _chosen(cell) if cell.column in ("supply", "withdrawal") else None


def _cost(cell: Cell) -> Explained | None:
    column = cell.column
    if column == "total":
        return cell.by("capital + sunk + fixed + operation + starts and stops", *cell.beside(*_COSTS))
    if column == "per_mwh":
        return cell.by("total / energy of the carrier", *cell.beside("total"))
    if column not in _COSTS:
        return None
    rule, attribute = _COSTS[column]
    measured = {"capital": "new", "fixed": "capacity", "sunk": "existing"}.get(column, "energy")
    parts = [*_assets_of(cell, measured), *(_rates(cell, attribute) if attribute else ())]
    if column == "capital":
        parts.append(_cost_of_capital(cell))
    return cell.by(rule, *parts)


def _rates(cell: Cell, attribute: str) -> list[Explained]:
    """The cost that the workbook gives for each plant or candidate of a carrier."""
    system = _system(cell)
    if system is None:
        return [Explained(attribute.replace("_", " ").capitalize(), rule=UNREAD, place=_source(cell))]
    items: list[Plant | Candidate] = [*system.plants, *system.candidates]
    mine = [item for item in items if item.carrier == cell.row["carrier"] and hasattr(item, attribute)]
    if attribute == "capital_cost":
        mine = [item for item in mine if isinstance(item, Candidate)]
    unit = "currency/MWh" if attribute == "marginal_cost" else "currency/MW"
    unit = unit.replace("currency", str(cell.tracer.result.facts.get("currency") or "currency"))
    year = int(cell.row["year"])
    return [
        Explained(
            f"{attribute.replace('_', ' ').capitalize()} of {item.name}",
            at(getattr(item, attribute), year),
            unit,
            *_where(cell, system, item, attribute, year),
        )
        for item in mine
    ]


def _where(
    cell: Cell, system: System, item: Plant | Candidate, attribute: str, year: int
) -> tuple[Origin, str, str]:
    """Origin, rule and place of a value: its cell, or the assumption that stands in for it."""
    for name in (item.name, item.carrier):
        for pattern in _ATTRIBUTES.get(attribute, (attribute,)):
            found = system.cells.get((name, pattern.format(year=year)))
            if found:
                blank = any(
                    note.cell and note.cell in found and note.column == pattern for note in system.notes
                )
                origin = Origin.ASSUMED if blank else Origin.GIVEN
                return origin, "blank: see the notes" if blank else "", f"{system.path.name}, {found}"
    if getattr(item, attribute):
        return Origin.GIVEN, "", system.path.name
    return Origin.ASSUMED, "not given: see the notes of the result", system.path.name


def _cost_of_capital(cell: Cell) -> Explained:
    tracer, system = cell.tracer, _system(cell)
    if tracer.result.config.discount_rate is not None:
        return tracer.setting("discount_rate", is_value=True)
    if system is None or system.wacc is None:
        rule = "no cost of capital is given: a default"
        return Explained(
            "Cost of capital", 100 * ASSUMED_WACC, "%", Origin.ASSUMED, rule, "setting discount_rate"
        )
    value = 100 * at(system.wacc, int(cell.row["year"]))
    return Explained("Cost of capital", value, "%", Origin.GIVEN, place=f"{_source(cell)}, sheet 'wacc'")


def _of_workbook(cell: Cell, name: str, attribute: str) -> Explained:
    """A value of a component: its cell in the workbook of plants."""
    system = _system(cell)
    if system is None:
        return cell.by(f"of the workbook or network; {UNREAD}", place=_source(cell), origin=Origin.GIVEN)
    item = next((item for item in system.plants if item.name == name), None)
    for pattern in _ATTRIBUTES.get(attribute, (attribute,)):
        found = system.cells.get((name, pattern))
        if found:
            if item is not None and attribute == "existing" and not np.isclose(item.p_nom, cell.value):
                rule = f"{item.p_nom:g} MW are given; what counts in this year"
                return cell.by(rule, place=f"{_source(cell)}, {found}", origin=Origin.DERIVED)
            return cell.by("given in the workbook", place=f"{_source(cell)}, {found}", origin=Origin.GIVEN)
    place = system.place(name)
    return cell.by(
        "of the workbook", place=", ".join(filter(None, (_source(cell), place))), origin=Origin.GIVEN
    )


def _emissions(cell: Cell) -> Explained | None:
    if cell.column == "intensity":
        return cell.by("co2 / energy", *cell.beside("co2", "energy"))
    if cell.column == "energy":
        return cell.by("sum of the components of this carrier", *_assets_of(cell, "energy"))
    system, carrier = _system(cell), str(cell.row["carrier"])
    factor = None
    if system is not None and carrier in system.carriers:
        places = [system.cells.get((carrier, name), "") for name in ("co2_emissions", "tonnes/MWh")]
        place = f"{_source(cell)}, {next(filter(None, places), 'carriers')}"
        value = system.carriers[carrier].co2_emissions
        factor = Explained(f"CO2 of {carrier}", value, "t/MWh of fuel", Origin.GIVEN, place=place)
    return cell.by("energy / efficiency x CO2 of the fuel", *cell.beside("energy"), factor)


def _adequacy(cell: Cell) -> Explained | None:
    if cell.column in ("load", "peak"):
        word = "sum over" if cell.column == "load" else "highest of"
        return cell.by(f"{word} the hours of the load of the year", *_load(cell))
    if cell.column == "firm_capacity":
        assets = cell.tracer.result.table("assets")
        mine = (
            (assets.year == cell.year)
            & assets.component.isin(("Generator", "StorageUnit"))
            & (assets.capacity > 0)
        )
        parts = cell.tracer.steps("assets", "capacity", mine)
        return cell.by("capacity x the part of it that counts at the peak, summed", *parts)
    if cell.column == "margin":
        return cell.by("firm capacity / peak - 1", *cell.beside("firm_capacity", "peak"))
    return _chosen(cell)


def _load(cell: Cell) -> list[Explained]:
    """The load of a year, followed into the saved load profile where it is from one."""
    tracer, facts = cell.tracer, cell.tracer.result.facts
    assumed = [
        note for note in tracer.result.notes.touching("", cell.year) if note.setting == "demand_growth"
    ]
    if assumed:
        grown = Explained(
            f"Load of {cell.year}", None, "", Origin.ASSUMED, assumed[0].message, "setting demand_growth"
        )
        return [grown]
    profile = str(facts.get("load_profile", ""))
    if not profile:
        return [Explained("Hourly load", None, "", Origin.GIVEN, str(facts["load"]))]
    found = tracer.other("load_profiles", profile)
    source = f"load profile '{profile}'"
    if found is None or found.result.folder is None:
        return [Explained("Hourly load", rule=f"from the {source}, which is not there any more")]
    if file_digest(found.result.folder / "result.json") != facts.get("load_sha256"):
        return [Explained("Hourly load", rule=f"from the {source}, which was made again since")]
    step = found.step("years", "energy" if cell.column == "load" else "peak", year=cell.year)
    return [] if step is None else [step]


def _by_hour(cell: Cell) -> Explained | None:
    if cell.column == "weight":
        return cell.by("hours of the year that the snapshot stands for", cell.tracer.setting("snapshots"))
    if cell.table == "dispatch" and cell.column == "load":
        return cell.by("load of the snapshot", *_load(cell))
    if cell.table == "prices":
        return cell.by(
            "cost of one more MWh at this bus and hour: the dual value of its balance", *_optimum(cell)
        )
    return _chosen(cell)


def _limit(cell: Cell) -> Explained | None:
    if cell.column == "right":
        return cell.by(str(cell.row["meaning"]), origin=Origin.GIVEN)
    rule = "right side - left side" if cell.column == "slack" else "of the solution"
    return cell.by(rule, *(_optimum(cell) if cell.column == "left" else ()))


def _source(cell: Cell) -> str:
    return str(cell.tracer.result.facts["source"])


def _system(cell: Cell) -> System | None:
    """The workbook of plants, where it is still the one of the run; it is not read twice."""
    facts, tracer = cell.tracer.result.facts, cell.tracer
    path = tracer.unchanged_input(facts["source"], facts["sha256"])
    if path is None or facts["load"] == "the network's own":
        return None
    if "system" not in tracer.kept:
        try:
            tracer.kept["system"] = read_system(path, tracer.result.config)
        except WorkbenchError:
            tracer.kept["system"] = None
    found: System | None = tracer.kept["system"]
    return found


TABLES: Rules = {
    "assets": _asset,
    "capacity": _capacity,
    "energy": _energy,
    "costs": _cost,
    "emissions": _emissions,
    "adequacy": _adequacy,
    "curtailment": _chosen,
    "dispatch": _by_hour,
    "storage": _by_hour,
    "prices": _by_hour,
    "flows": _by_hour,
    "buses": _chosen,
    "market_values": _chosen,
    "transmission": _chosen,
    "constraints": _limit,
}
