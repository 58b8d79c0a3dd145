"""Where the numbers of an irrigation plan come from: the equation of each, the day before, the saved ETo."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.data.explanation.cells import Cell, Rules
from workbench.data.explanation.steps import Explained
from workbench.data.origins import Origin
from workbench.evapotranspiration.irrigation.climate import FORECAST
from workbench.evapotranspiration.irrigation.season import MEASURED

__all__ = ["LABELS", "TABLES"]

LABELS = ("field", "season", "date", "basis", "stage", "site", "crop", "stages", "region", "past", "source")
_DAY: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "etc": ("(coefficient + ke) x eto (FAO-56, equations 58 and 69)", ("coefficient", "ke", "eto")),
    "eta": ("transpiration + evaporation (equation 80)", ("transpiration", "evaporation")),
    "transpiration": ("ks x coefficient x eto", ("ks", "coefficient", "eto")),
    "evaporation": ("ke x eto", ("ke", "eto")),
    "ks": (
        "share of the transpiration that is left beyond the readily available water (equation 84)",
        ("readily",),
    ),
    "ke": ("evaporation of the wet and exposed surface (equation 71)", ("coefficient", "rain", "net")),
    "readily": (
        "p, adjusted to the demand of the day, x available water (equation 83)",
        ("available", "etc"),
    ),
    "runoff": ("of the rain, by the curve number", ("rain",)),
    "percolation": ("what the root zone cannot hold (equation 88)", ("rain", "net", "eta")),
    "need": ("depletion, and the irrigation of the days ahead that is not applied yet", ("depletion",)),
}
"""Column of a day -> rule, and the columns beside it that it follows from."""
_SUMS = {
    "effective_rain": "rain that neither runs off nor percolates",
    "stress_days": "days of ks below 0.99",
}
_OF_CROP = {"kc_ini": "initial", "kc_mid": "mid-season", "kc_end": "late"}


def _day(cell: Cell) -> Explained | None:
    column, tracer = cell.column, cell.tracer
    if column in _DAY:
        rule, beside = _DAY[column]
        return cell.by(rule, *cell.beside(*beside))
    field = {"field": cell.row["field"]}
    if column == "coefficient":
        corners = [tracer.step("fields", name, **field) for name in _OF_CROP]
        return cell.by(f"curve of the {cell.row['stage']} stage (equation 66)", *corners)
    if column == "depletion":
        rule = "depletion of the day before - (rain - runoff) - net + eta + percolation (equation 85)"
        return cell.by(rule, _day_before(cell), *cell.beside("rain", "runoff", "net", "eta", "percolation"))
    if column == "available":
        return cell.by(
            "water that the soil holds x depth of the roots",
            *cell.beside("roots"),
            tracer.step("fields", "holds", **field),
        )
    if column == "gross":
        return cell.by("net / efficiency", *cell.beside("net"), tracer.step("fields", "efficiency", **field))
    if column == "net":
        known = tracer.cell("fields", "past", **field).value == "applied"
        if known and cell.row["basis"] == MEASURED:
            return cell.by("applied x efficiency", place="the irrigation file", origin=Origin.GIVEN)
        rule = "planned by the rule: the depletion before it reached the readily, or allowed, depletion"
        return cell.by(rule, tracer.setting("allowed_depletion"), tracer.setting("depth"))
    if column in ("eto", "rain"):
        return _weather(cell)
    return None


def _day_before(cell: Cell) -> Explained | None:
    """The same season's row above; the table has its days in order."""
    row, above = cell.row, cell.position - 1
    before = Cell(cell.tracer, cell.table, max(above, 0), cell.column)
    if above < 0 or (before.row["field"], before.row["season"]) != (row["field"], row["season"]):
        return cell.tracer.step("fields", "at_planting", field=row["field"])
    # One step back says enough: the whole season is a chain.
    return before.by("of the day before")


def _weather(cell: Cell) -> Explained | None:
    facts, tracer = cell.tracer.result.facts, cell.tracer
    scenario = facts.get("forecast" if cell.row["basis"] == FORECAST else "eto", "")
    if cell.row["basis"] not in (MEASURED, FORECAST):
        return cell.by("usual at this time of the year, without rain", origin=Origin.ASSUMED)
    if not scenario:
        return cell.by("of the weather file", place="the weather file")
    site = tracer.cell("fields", "site", field=cell.row["field"]).value
    other = tracer.other("evapotranspiration", str(scenario))
    name = "precip" if cell.column == "rain" else "eto"
    found = None if other is None else other.step("daily", name, site=site, date=cell.row["date"])
    return cell.by(f"of the saved ETo '{scenario}'", found)


def _sum(cell: Cell) -> Explained | None:
    row, column = cell.row, cell.column
    if column == "volume":
        return cell.by(
            "gross x area", *cell.beside("gross"), cell.tracer.step("fields", "area", field=row["field"])
        )
    if column == "lost":
        return cell.by("transpiration that stress took over that without stress")
    what = _SUMS.get(column, f"column {column}")
    return cell.by(f"{what}, over the {int(row['days'])} days of the season that are over, in the table days")


def _same_day(cell: Cell) -> Explained | None:
    days = cell.tracer.result.table("days")
    if cell.column not in days:
        return None
    row = cell.row
    return cell.tracer.step("days", cell.column, field=row["field"], date=row["date"])


def _field(cell: Cell) -> Explained | None:
    tables = {"p": "22", "holds": "19", "wetted": "20", "roots": "22"}
    if cell.column in _OF_CROP:
        return cell.by(
            f"{_OF_CROP[cell.column]} coefficient of {cell.row['crop']} (FAO-56, tables 12 and 17), adjusted to "
            "the climate; mean of the seasons"
        )
    if cell.column in tables:
        return cell.by(
            f"FAO-56, table {tables[cell.column]}, unless it was given",
            place="settings or the table of fields",
        )
    return None


TABLES: Rules = {
    "days": _day,
    "seasons": _sum,
    "irrigations": _same_day,
    "outlook": _same_day,
    "fields": _field,
}
