"""Where a number of a market answer comes from: data version, tables, rows of the record, lines of the files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from workbench.data.explanation.place import Shown
from workbench.data.explanation.steps import Explained, Explanation, derived, is_missing
from workbench.data.formatting import Style
from workbench.data.origins import Origin
from workbench.market.model.answer import Answer
from workbench.market.model.period import Period
from workbench.market.results.explained_revenue import Flow, explain_money
from workbench.market.results.explained_rows import explain_readings
from workbench.market.store.reading import MarketData

__all__ = ["explain_answer"]

_TABLES: Mapping[str, tuple[str, ...]] = {
    "region_fuel": ("unit_power", "rooftop"),
    "unit": ("unit_power", "price"),
    "unit_day": ("unit_power", "price"),
    "price": ("price",),
    "price_interval": ("price",),
    "region": ("region",),
    "flow": ("flow",),
    "rooftop": ("rooftop",),
    "coverage": ("unit_power", "price", "region", "flow", "rooftop"),
}
"""Roll-up -> raw tables that it is made of."""
_MONEY: Mapping[str, tuple[Flow, ...]] = {
    "revenue": (Flow.OUT,),
    "cost": (Flow.IN,),
    "net": (Flow.OUT, Flow.IN),
    "net revenue": (Flow.OUT, Flow.IN),
}
"""Column -> the energy that it is paid for."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What a value is of, as its column, its row and the title of its answer say; empty where they say nothing."""

    units: tuple[str, ...]
    areas: tuple[str, ...]
    links: tuple[str, ...]

    def of(self, table: str) -> tuple[str, ...]:
        """Name the series of a table; empty for all."""
        return {"unit_power": self.units, "flow": self.links}.get(table, self.areas)


def explain_answer(
    data: MarketData, answer: Answer, shown: Shown, period: Period, style: Style
) -> Explanation:
    """Explain what a board shows in one place of an answer.

    Parameters
    ----------
    data
        The dataset, in the version that the answer is of.
    answer
        The answer.
    shown
        What is shown.
    period
        The one that was requested.
    style
        How numbers are written.
    """
    begin, end = _bin_of(answer, shown) or (period.begin, period.end)
    name, unit = _name_and_unit(shown.header)
    chosen = _chosen(data, answer, shown, name)
    span = f"{_time(begin)} to {_time(end)}, {data.description.clock}"
    quantity = f"{name or shown.quantity}, {span}"
    value = None if is_missing(shown.value) else shown.value
    rule = f"{answer.title}: summed from the roll-up {answer.source}" if answer.source else answer.title
    paid = name.casefold().removeprefix("partial ")
    flows = _MONEY.get(paid, ()) if unit == data.description.currency else ()
    if flows:
        # What is known of a missing total goes by that name.
        partial = value is None or paid != name.casefold()
        money = (explain_money(data, flow, chosen.units, begin, end, partial=partial) for flow in flows)
        step = derived(quantity, value, unit, rule, *(part for part in money if part is not None))
    else:
        parts = tuple(_tables(data, answer, chosen, unit, begin, end))
        step = derived(quantity, value, unit, rule, *parts)
        single = [part for part in parts if part.value == 1]
        if value is not None and len(parts) == 1 and single and parts[0].origin is Origin.MEASURED:
            step = replace(step, origin=Origin.MEASURED, rule="one reading of the table")
    made = (
        f"{data.description.title or data.description.name}, data version {answer.version}",
        f"published {data.made_at:%Y-%m-%d %H:%M} UTC",
    )
    return Explanation(step, answer.notes, made, style, str(data.folder))


def _tables(
    data: MarketData, answer: Answer, chosen: _Chosen, unit: str, begin: np.datetime64, end: np.datetime64
) -> Iterator[Explained]:
    priced = data.description.currency in unit
    sources = [word for word in re.split(r"[^a-z_]+", answer.source) if word in _TABLES]
    tables = list(dict.fromkeys(table for source in sources for table in _TABLES[source]))
    if not priced and "unit_power" in tables and "coverage" not in sources:
        # Prices are read with the units' power for what it earned, and for nothing else.
        tables = [table for table in tables if table != "price" or "price" in sources]
    if chosen.units and "unit_power" in tables and len(tables) > 1:
        tables = [table for table in tables if table != "rooftop"]
    for table in tables or (["price"] if unit.endswith("/MWh") else ["unit_power"]):
        found = explain_readings(data, table, chosen.of(table), begin, end)
        if found is not None:
            yield found


def _chosen(data: MarketData, answer: Answer, shown: Shown, name: str) -> _Chosen:
    words = {name, *(label for label in shown.labels if isinstance(label, str)), *answer.title.split(", ")}
    register, description = data.units, data.description
    mask, is_named = np.ones(len(register), bool), False
    for names in (register.names, register.stations, register.fuels, register.regions):
        hits = np.array([one in words for one in names], bool)
        if hits.any():
            mask &= hits
            is_named = True
    units = tuple(np.array(register.names, dtype=object)[mask].tolist()) if is_named else ()
    areas = tuple(area for area in dict.fromkeys(description.rooftop_areas) if area in words)
    regions = tuple(region for region in description.region_names if region in words)
    if not regions and units:
        of_units = {register[register.position(unit)].region for unit in units}
        regions = tuple(region for region in description.region_names if region in of_units)
    links = tuple(link for link in description.interconnector_names if link in words)
    return _Chosen(units, regions or areas, links)


def _bin_of(answer: Answer, shown: Shown) -> tuple[np.datetime64, np.datetime64] | None:
    """Begin and end of the row that is shown; None where the answer has no rows in time."""
    if "Begin" not in answer or "End" not in answer:
        return None
    begins, ends = answer["Begin"], answer["End"]
    for label in (*shown.labels, shown.value):
        stamp = _stamp(label)
        if stamp is not None:
            for edges in (begins, ends):
                found = np.flatnonzero(edges == stamp)
                if len(found):
                    return begins[found[0]], ends[found[0]]
    return None


def _stamp(label: object) -> np.datetime64 | None:
    if isinstance(label, np.datetime64):
        return label
    if isinstance(label, str) and re.match(r"^\d{4}-\d\d-\d\d", label):
        try:
            return np.datetime64(label.strip().replace(" ", "T"), "m")
        except ValueError:
            return None
    return None


def _name_and_unit(header: str) -> tuple[str, str]:
    name, _, unit = header.partition(" [")
    return name.strip(), unit.rstrip("]")


def _time(stamp: np.datetime64) -> str:
    return str(stamp.astype("datetime64[m]")).replace("T", " ")
