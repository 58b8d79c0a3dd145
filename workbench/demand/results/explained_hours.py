"""Where peaks, load factors and losses come from that follow from measured hours, as the run has kept them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.data.explanation.cells import Cell
from workbench.data.explanation.steps import Explained
from workbench.data.origins import Origin

__all__ = ["evidence", "measured_energy", "measured_peak"]


def measured_energy(cell: Cell) -> Explained:
    """Explain a requirement that was measured."""
    rule, place = _energy_of(_hours(cell, cell.year))
    return cell.by(rule, place=place)


def measured_peak(cell: Cell) -> Explained:
    """Explain a peak that was measured."""
    hours = _hours(cell, cell.year)
    rule = (
        f"highest of the measured hours of the year, at {hours['at']}; an hour that looks wrong is never it"
    )
    return cell.by(rule, place=str(hours["place"]))


def evidence(cell: Cell, name: str) -> dict[int, Explained]:
    """Give the percentages that follow from measured hours, by year.

    Parameters
    ----------
    cell
        Of the requirement, in the column of the percentage.
    name
        ``losses`` or ``load_factors``.
    """
    found = cell.tracer.result.facts.get("evidence", {}).get(name, {})
    return {int(year): _percentage(cell, name, int(year), value) for year, value in found.items()}


def _percentage(cell: Cell, name: str, year: int, value: float) -> Explained:
    hours = _hours(cell, year)
    rule, place = _energy_of(hours)
    energy = Explained("Energy of the hours", hours["energy"], "GWh", Origin.MEASURED, rule, place)
    if name == "losses":
        net = cell.tracer.step("requirement", "net", year=year)
        parts = [energy] if net is None else [net, energy]
        rule = "1 - net consumption / energy of the measured hours"
    else:
        highest = Explained(
            "Highest hour", hours["peak"], "MW", Origin.MEASURED, str(hours["at"]), str(hours["place"])
        )
        parts = [
            energy,
            Explained("Hours", hours["hours"], "h", Origin.DERIVED, "hours of the year"),
            highest,
        ]
        rule = "energy of the measured hours / (hours of the year x highest hour)"
    quantity = f"{cell.column.replace('_', ' ').capitalize()}, {year}" if year != cell.year else cell.quantity
    return Explained(quantity, value, "%", Origin.DERIVED, rule, parts=tuple(parts))


def _energy_of(hours: Mapping[str, Any]) -> tuple[str, str]:
    return f"sum of the {hours['hours']} measured hours of the year", str(hours["sheet"])


def _hours(cell: Cell, year: int | None) -> Mapping[str, Any]:
    measured = cell.tracer.result.facts["measured"]
    return {**measured["years"][str(year)], "sheet": measured["place"]}
