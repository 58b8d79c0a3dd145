"""Where the numbers of evapotranspiration come from: sources, weights, inputs of a day, and the rows of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from workbench.data.explanation.cells import Cell, Rules
from workbench.data.explanation.steps import Explained, is_missing
from workbench.data.origins import Origin
from workbench.evapotranspiration.model.catalogue import SOURCES
from workbench.evapotranspiration.model.equations import EQUATIONS, TimeStep
from workbench.evapotranspiration.model.weather import WEATHER_COLUMNS
from workbench.evapotranspiration.results.explained_rows import row_with

__all__ = ["LABELS", "TABLES"]

WEIGHT_PREFIX = "weight_"
LABELS = ("site", "date", "source", "month", "state")
_INPUTS = ("radiation", "humidity", "wind")
"""Words with which a part of the daily table's ``inputs`` begins."""


def _day(cell: Cell) -> Explained | None:
    """A day: the sources' own values by their weights."""
    row, column, facts = cell.row, cell.column, cell.tracer.result.facts
    if column in ("low", "high"):
        rule = f"bound of the interval of {cell.tracer.result.config.interval:g} %, from the standard error"
        return cell.by(rule, *cell.beside("eto", "standard_error"))
    if column == "balance":
        return cell.by("precipitation - eto", *cell.beside("precip", "eto"))
    if column == "precip":
        return cell.by("of the first source that has rain on this day", *_weather(cell, ("precip",)))
    if column in ("standard_error", "grade", "reason"):
        return cell.by(
            f"from the errors of the sources and what is known of the day: {row['reason'] or 'all there'}"
        )
    if column.startswith(WEIGHT_PREFIX):
        return cell.by(f"weight by the errors that the source has; learned from {facts['learned_from']}")
    if column != "eto":
        return None
    words = "" if is_missing(row["inputs"]) else str(row["inputs"])
    rule = f"sources by their weights, method {cell.tracer.result.config.method}; inputs: {words or 'given'}"
    origin = Origin.ASSUMED if "assumed" in words else Origin.DERIVED
    return cell.by(rule, *_sources(cell), cell.tracer.setting("method"), origin=origin)


def _sources(cell: Cell) -> list[Explained]:
    row = cell.row
    found: list[Explained] = []
    table = cell.tracer.result.table("sources")
    mine = (table["site"] == row["site"]) & (table["date"] == row["date"])
    for at in np.flatnonzero(mine):
        part = Cell(cell.tracer, "sources", int(at), "eto")
        weight = row.get(f"{WEIGHT_PREFIX}{part.row['source']}")
        if part.row["source"] not in str(row["sources"]).split(" + "):
            continue
        step = part.explain()
        share = "" if weight is None or is_missing(weight) else f"weight {weight:.3g}; "
        found.append(replace(step, rule=share + step.rule))
    return found


def _own(cell: Cell) -> Explained | None:
    """A source's own value of a day: the equation over its weather."""
    if cell.column != "eto":
        return None
    row = cell.row
    day = cell.tracer.find("daily", "inputs", site=row["site"], date=row["date"])
    words = "" if day is None or is_missing(day.value) else str(day.value)
    parts = _weather(
        cell, [name for name in WEATHER_COLUMNS if name not in ("precip", "eto")], str(row["source"])
    )
    missing = [
        Explained(word.capitalize(), None, "", Origin.ASSUMED if "assumed" in part else Origin.DERIVED, part)
        for part in filter(None, words.split("; "))
        for word in _INPUTS
        if part.startswith(word)
    ]
    title = EQUATIONS[cell.tracer.result.config.equation].title
    by_hours = cell.tracer.result.config.time_step is TimeStep.HOURLY and str(row["source"]) not in SOURCES
    steps = ", the sum of its hours where all of them are there," if by_hours else ""
    rule = f"reference evapotranspiration ({title}{steps}) of the weather of this source"
    return cell.by(rule, *parts, *missing)


def _weather(cell: Cell, columns: Sequence[str], source: str = "") -> list[Explained]:
    row, table = cell.row, cell.tracer.result.table("weather")
    mine = (table["site"] == row["site"]) & (table["date"] == row["date"])
    if source:
        mine &= table["source"] == source
    return [
        Cell(cell.tracer, "weather", int(at), name).explain()
        for at in np.flatnonzero(mine)
        for name in columns
        if name in table and not is_missing(table[name].iloc[at])
    ]


def _reading(cell: Cell) -> Explained | None:
    """A value of the weather: a row of a file, or the answer of a service."""
    if cell.column not in WEATHER_COLUMNS:
        return None
    row, tracer = cell.row, cell.tracer
    source = str(row["source"])
    place = row_with(tracer, str(row["site"]), source, row["date"], cell.column, float(cell.value))
    if source in SOURCES:
        title = SOURCES[source].title
        made = "made up" if tracer.result.made_up else f"answer of {title}"
        return cell.by("of the file" if place else made, place=place or title, origin=Origin.GIVEN)
    return cell.by("of the file", place=place or source, origin=Origin.MEASURED)


def _month(cell: Cell) -> Explained | None:
    if cell.column == "years":
        return cell.by("years in which the month is whole")
    word = {"eto_p10": "10th percentile", "eto_p90": "90th percentile"}.get(cell.column, "mean")
    return cell.by(f"{word} over {int(cell.row['years'])} years of the sum of the days of the month")


def _site(cell: Cell) -> Explained | None:
    row, column = cell.row, cell.column
    if column in ("latitude", "longitude"):
        return cell.by("of the list of places, or of the setting place", origin=Origin.GIVEN)
    if column == "elevation":
        return cell.by(f"from {row['elevation_from']}")
    totals = {
        "mean_eto": ("mean", "eto"),
        "total_eto": ("sum", "eto"),
        "mean_error": ("mean", "standard_error"),
    }
    if column in totals:
        word, daily = totals[column]
        return cell.by(
            f"{word} of the {int(row['days'])} days of the place in the table daily, column {daily}"
        )
    return None


TABLES: Rules = {
    "daily": _day,
    "sources": _own,
    "weather": _reading,
    "monthly": _month,
    "sites": _site,
}
