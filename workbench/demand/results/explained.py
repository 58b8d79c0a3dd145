"""Where the numbers of a demand forecast come from: rules by table and column, down to the workbook's cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from workbench.data.explanation.cells import Cell, Rules
from workbench.data.explanation.steps import Explained, is_missing
from workbench.data.origins import Origin
from workbench.demand.config import SalesBasis
from workbench.demand.model.choices import GIVEN_PATH
from workbench.demand.model.roles import Role
from workbench.demand.requirement.requirement import DEFINITIONS
from workbench.demand.results.explained_hours import evidence, measured_energy, measured_peak
from workbench.demand.results.explained_inputs import UNREAD, between, input_of, main_cell, points_of

if TYPE_CHECKING:
    import pandas as pd

    from workbench.demand.results.saved import DemandResult

__all__ = ["TABLES", "more_tables"]


def more_tables(result: DemandResult) -> Mapping[str, pd.DataFrame]:
    """Give what its pages show beside its tables."""
    return {"holdout": result.holdout()}


def _history(cell: Cell) -> Explained | None:
    if cell.column != "electricity" or cell.year is None:
        return None
    sector = str(cell.row["sector"])
    return _actual(cell, sector, cell.year)


def _actual(cell: Cell, sector: str, year: int) -> Explained:
    """The actual of a sector: the cell of its sheet."""
    facts = cell.tracer.result.facts
    data = input_of(cell)
    unit = f"read in {facts['unit']}"
    if data is None or sector not in data.sectors:
        place = f"{facts['workbook']}, sheet '{sector}'"
        return cell.by(f"actual of the workbook, {unit}; {UNREAD}", place=place, origin=Origin.MEASURED)
    found = data.sectors[sector]
    place = f"{facts['workbook']}, sheet '{found.sheet}'"
    if year in found.cells:
        return cell.by(
            f"actual of the workbook, {unit}",
            place=f"{place}, cell {found.cells[year]}",
            origin=Origin.MEASURED,
        )
    if not found.cells or year > max(found.cells) or min(found.cells) > year:
        return cell.by(
            "no value up to the last actual year: not yet started", place=place, origin=Origin.ASSUMED
        )
    before = max(known for known in found.cells if known < year)
    after = min(known for known in found.cells if known > year)
    ends = (_actual_of(cell, sector, known) for known in (before, after))
    return cell.by("a missing year, interpolated between its neighbours", *ends, place="setting gaps")


def _actual_of(cell: Cell, sector: str, year: int) -> Explained | None:
    return cell.tracer.step("history", "electricity", sector=sector, year=year)


def _forecast(cell: Cell) -> Explained | None:
    row, tracer = cell.row, cell.tracer
    if cell.column in ("year", "sector", "role", "model", "chosen"):
        return None
    sector, model, year = str(row["sector"]), str(row["model"]), int(row["year"])
    if model == GIVEN_PATH:
        return _given(cell, sector, year)
    history = [part for part in _last_actuals(cell, sector) if part is not None]
    if cell.column.startswith(("lower_", "upper_")):
        level = cell.column.partition("_")[2]
        return cell.by(
            f"bound of the {level} % interval, from the errors of the model's backtest",
            *cell.beside(str(tracer.result.config.variant)),
        )
    card = tracer.result.cards.get(sector, {})
    own = card if card.get("model") == model else {}
    own_model = sector in tracer.result.config.sector_models
    fitted = (Origin.DERIVED, "fitted to the history")
    parts = [tracer.setting("sector_models" if own_model else "default_model")]
    parts += [
        Explained(f"Coefficient {item['name']}", item["value"], item["unit"], *fitted)
        for item in own.get("coefficients", ())
    ]
    parts += [_driver(cell, name, year, source) for name, source in own.get("drivers", {}).items()]
    formula = f"model {own.get('label', model)}: {own.get('formula', 'see the model card')}"
    return cell.by(formula, *history, *parts)


def _last_actuals(cell: Cell, sector: str) -> Iterator[Explained | None]:
    """The two ends of the history that a model has learned from."""
    card = cell.tracer.result.cards.get(sector, {})
    last = int(card.get("last_actual_year", cell.tracer.result.facts["last_actual_year"]))
    first = last - int(card.get("years_used", 1)) + 1
    for year in dict.fromkeys((last, first)):
        yield _actual_of(cell, sector, year)


def _given(cell: Cell, sector: str, year: int) -> Explained:
    data, workbook = input_of(cell), cell.tracer.result.facts["workbook"]
    if data is None or sector not in data.sectors:
        return cell.by(f"path given in the workbook; {UNREAD}", place=f"{workbook}, sheet '{sector}'")
    found = data.sectors[sector]
    place = f"{workbook}, sheet '{found.sheet}'"
    if year in found.given:
        return cell.by(
            "path given in the workbook", place=f"{place}, cell {found.cells[year]}", origin=Origin.GIVEN
        )
    last = max(found.given, default=found.last_year)
    if year > last:
        rule = f"the path ends in {last}: its last value is kept"
        return cell.by(rule, cell.tracer.setting("path_end"), place=place, origin=Origin.ASSUMED)
    return cell.by("straight line between the given years", place=place)


def _driver(cell: Cell, name: str, year: int, source: str) -> Explained:
    found = cell.tracer.step("drivers", "value", driver=name, year=year)
    return found or Explained(f"Driver {name}", rule=source)


def _drivers(cell: Cell) -> Explained | None:
    if cell.column != "value" or cell.year is None:
        return None
    row, data, workbook = cell.row, input_of(cell), cell.tracer.result.facts["workbook"]
    if row["kind"] != "actual":
        last = cell.tracer.result.table("drivers")
        mine = last[(last.driver == row["driver"]) & (last.kind == "actual")]
        where = {"driver": row["driver"], "year": mine.year.max()}
        base = cell.tracer.step("drivers", "value", **where) if len(mine) else None
        return cell.by(f"path: {row['source']}", base, place=workbook)
    at = None if data is None else data.drivers.cells.get((str(row["driver"]), cell.year))
    place = f"{workbook}, sheet '{data.drivers.sheet}', cell {at}" if data is not None and at else workbook
    rule = "actual of the workbook" if at else "made of other columns of the workbook"
    rule = f"actual of the workbook; {UNREAD}" if data is None else rule
    return cell.by(rule, place=place, origin=Origin.MEASURED if at else Origin.DERIVED)


def _consolidated(cell: Cell) -> Explained | None:
    if cell.column in ("year", "kind") or cell.year is None:
        return None
    name, year, tracer = cell.column, cell.year, cell.tracer
    if is_missing(cell.value):
        reason = tracer.result.failures.get(name, "the sector has no value in this year")
        return cell.by(reason)
    actual = _actual_of(cell, name, year)
    if actual is not None:
        return actual
    config = tracer.result.config
    found = tracer.step("forecast", str(config.variant), sector=name, year=year, chosen=True)
    if found is None:
        return _layer(cell, name, year)
    scale = config.layer_scale.get(name, 1.0)
    return found if scale == 1.0 else cell.by(f"forecast x {scale:g}", found, tracer.setting("layer_scale"))


def _layer(cell: Cell, name: str, year: int) -> Explained:
    """A policy layer: straight lines between points of ~Policy or of a setting."""
    tracer = cell.tracer
    if name in tracer.result.config.further_layers:
        return cell.by(
            "layer of the settings, straight lines between its points",
            tracer.setting("adoption" if name in tracer.result.config.adoption else "added_layers"),
        )
    data, workbook = input_of(cell), tracer.result.facts["workbook"]
    if data is None or name not in data.layers:
        return cell.by(f"layer of ~Policy; {UNREAD}", place=workbook)
    parts = between(
        name,
        data.layers[name].points,
        year,
        "GWh",
        lambda known: f"{workbook}, sheet '{data.main}', cell {data.cells['policy', (name, known)]}",
    )
    scale = tracer.setting("layer_scale") if name in tracer.result.config.layer_scale else None
    return cell.by(
        "layer of ~Policy: straight lines between its points, nothing before the first", *parts, scale
    )


def _requirement(cell: Cell) -> Explained | None:
    column = cell.column
    if column in ("year", "kind") or column.endswith("_origin") or cell.year is None:
        return None
    if column in _CHAIN:
        return _CHAIN[column](cell)
    roles = {role.column: role for role in Role}
    if column in roles:
        return _of_role(cell, roles[column])
    if column.startswith(("lower_", "upper_", "peak_mw_lower_", "peak_mw_upper_")):
        base = "peak_mw" if column.startswith("peak_mw") else "requirement"
        level = column.rpartition("_")[2]
        rule = f"bound of the {level} % interval of the sum, drawn from the backtests of the sectors together"
        return cell.by(rule, *cell.beside(base), cell.tracer.setting("draws"))
    return None


def _of_role(cell: Cell, role: Role) -> Explained:
    """All sectors and layers of a role, as the consolidated table has them."""
    names = [name for name, its in _roles(cell).items() if its is role]
    found = (cell.tracer.find("consolidated", name, year=cell.year) for name in names)
    parts = [part.explain() for part in found if part is not None and not _not_begun(part)]
    rule = f"sum of the sectors whose role is {role}"
    if role is Role.ROOFTOP_SOLAR and cell.tracer.result.config.sales_basis is SalesBasis.NET:
        rule += ", above its value in the last actual year (sales are net of it)"
    return cell.by(rule, *parts)


def _not_begun(cell: Cell) -> bool:
    """Whether a sector has no value yet in a year, and counts as nothing."""
    begun = cell.frame.loc[cell.frame[cell.column].notna(), "year"]
    return is_missing(cell.value) and (begun.empty or bool(cell.year is not None and cell.year < begun.min()))


def _roles(cell: Cell) -> Mapping[str, Role]:
    result, data = cell.tracer.result, input_of(cell)
    history = result.table("history")
    roles = {str(s): Role(r) for s, r in zip(history.sector, history.role, strict=True)}
    roles |= {name: Role(name) for name, points in result.config.further_layers.items() if points}
    return roles | ({} if data is None else {name: layer.role for name, layer in data.layers.items()})


def _gross(cell: Cell) -> Explained:
    names = [role.column for role in Role if role is not Role.ROOFTOP_SOLAR]
    return cell.by(DEFINITIONS["gross"], *cell.beside(*(name for name in names if name in cell.frame)))


def _energy(cell: Cell) -> Explained:
    if cell.origin is Origin.MEASURED:
        return measured_energy(cell)
    return cell.by(DEFINITIONS["requirement"], *cell.beside("net", "loss"))


def _peak(cell: Cell) -> Explained:
    if cell.origin is Origin.MEASURED:
        return measured_peak(cell)
    given = main_cell(cell, "peak")
    if cell.origin is Origin.GIVEN:
        return cell.by("the peak that the workbook gives counts before any rule", place=given)
    rule = DEFINITIONS["peak"]
    if cell.origin is Origin.MISSING:
        rule = "no peak is given, and what is assumed makes no peak of an actual year"
    return cell.by(rule, *cell.beside("requirement", "hours", "load_factor"))


def _trajectory(table: str, points: str, default: str) -> Callable[[Cell], Explained]:
    def explained(cell: Cell) -> Explained:
        tracer, year = cell.tracer, int(cell.row["year"])
        found = evidence(cell, points)
        if year in found:
            return found[year]
        if found and cell.origin not in (Origin.GIVEN, Origin.ASSUMED):
            return _after_evidence(cell, points, table, found)
        stated = getattr(tracer.result.config, points)
        if stated:
            return cell.by("straight lines between the points of the setting", tracer.setting(points))
        if cell.origin is Origin.ASSUMED and not points_of(cell, points):
            return cell.by("nothing is given: a default", tracer.setting(default, is_value=True))
        if cell.origin is Origin.GIVEN:
            return cell.by("given in the workbook", place=main_cell(cell, table))
        known = points_of(cell, points)
        if not known:
            return cell.by("what the given peak and the requirement make of it")
        name = cell.column.replace("_", " ").capitalize()
        parts = between(name, known, year, "%", lambda point: main_cell(cell, table, point))
        return cell.by("straight lines between the given years, the nearest beyond them", *parts)

    return explained


def _after_evidence(cell: Cell, points: str, table: str, found: Mapping[int, Explained]) -> Explained:
    """Between a measured year and the next given one, or after the last."""
    year = int(cell.row["year"])
    given = getattr(cell.tracer.result.config, points)
    known = given or points_of(cell, points)
    before = max((point for point in found if point <= year), default=min(found))
    after = min((point for point in known if point > year), default=None)
    parts = [found[before]]
    if after is not None:
        name = cell.column.replace("_", " ").capitalize()
        parts += (
            [cell.tracer.setting(points)]
            if given
            else between(name, {after: known[after]}, after, "%", lambda at: main_cell(cell, table, at))
        )
    return cell.by("straight lines between the measured and the given years, the nearest beyond them", *parts)


def _hours(cell: Cell) -> Explained:
    return cell.by("hours of the calendar: 8784 in years that hold a 29 February", origin=Origin.DERIVED)


def _partial(cell: Cell) -> Explained:
    return cell.by("net consumption of the parts that are known; no total, because a part is missing")


def _solar_split(cell: Cell) -> Explained | None:
    if cell.column == "year":
        return None
    data = input_of(cell)
    place = (
        ""
        if data is None
        else f"{cell.tracer.result.facts['workbook']}, sheet '{data.main}', table ~Solar_share"
    )
    solar = cell.tracer.step("requirement", "rooftop_solar", year=cell.year)
    return cell.by("share of the sector x rooftop solar", solar, place=place)


def _tests(cell: Cell) -> Explained | None:
    row = cell.row
    if cell.column == "error":
        return cell.by("100 x (forecast / actual - 1)", *cell.beside("forecast", "actual"))
    if cell.column == "actual":
        found = _actual_of(cell, str(row["sector"]), int(row["year"]))
        return found or cell.by("sum of the actuals of all sectors with a model")
    if cell.column in ("sector", "model", "drivers", "origin", "horizon", "year"):
        return None
    what = "error of forecasts made" if cell.table == "accuracy" else "forecast made"
    return cell.by(f"{what} with what was known at each origin, in the backtest of the model")


def _correlations(cell: Cell) -> Explained | None:
    if cell.column not in ("level", "growth"):
        return None
    return cell.by(
        f"Pearson correlation of the {cell.column} of {cell.row['sector']} and of {cell.row['driver']}, over the "
        "years that both have"
    )


_CHAIN: Mapping[str, Callable[[Cell], Explained]] = {
    "gross": _gross,
    "net": lambda cell: cell.by(DEFINITIONS["net"], *cell.beside("gross", "rooftop_solar")),
    "requirement": _energy,
    "peak_mw": _peak,
    "loss": _trajectory("losses", "losses", "loss"),
    "load_factor": _trajectory("load_factor", "load_factors", "load_factor"),
    "hours": _hours,
    "partial_sum": _partial,
}
TABLES: Rules = {
    "history": _history,
    "forecast": _forecast,
    "drivers": _drivers,
    "consolidated": _consolidated,
    "requirement": _requirement,
    "solar_split": _solar_split,
    "backtest": _tests,
    "holdout": _tests,
    "accuracy": _tests,
    "correlations": _correlations,
}
