"""Flows between regions against their limits, and net imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.data.known_names import known_name
from workbench.market.definitions import net_imports
from workbench.market.definitions.energy import Floats, ratio
from workbench.market.model.answer import Answer, Column, texts
from workbench.market.model.asking import asked
from workbench.market.model.period import Bins, Period, Resolution, cut
from workbench.market.queries.completeness import bin_minutes, feed_gaps, judged
from workbench.market.queries.scope import answer, check_scope, named, regions_of, time_columns
from workbench.market.queries.sums import Sums, common_hours, sums_of, total_of
from workbench.market.store.resolution import Subject

if TYPE_CHECKING:
    from workbench.market.store.reading import MarketData

FLOW, HIGHEST, LOWEST = "Flow", "Export limit", "Import limit"
_ENERGY = ["forward_mwh", "backward_mwh", "minutes"]
_LIMITS = [
    "export_limit_mwh",
    "import_limit_mwh",
    "limit_minutes",
    "export_bound_minutes",
    "import_bound_minutes",
]


def net_import_energy(data: MarketData, bins: Bins, region: str) -> tuple[Floats, Floats]:
    """Net import of a region in each bin [MWh], negative when it exports, and the hours for which it is known."""
    check_scope(data, region)
    found, ends = sums_of(data, Subject.FLOW, bins, _ENERGY), _ends(data)
    own = [place for place, name in enumerate(found.labels[0]) if region in ends[name]]
    total = np.asarray(net_imports(_net(found), ends, region), dtype=np.float64)
    return np.broadcast_to(total, (len(bins),)), common_hours(found["minutes"][own])


@asked
def net_imports_by_region(
    data: MarketData, period: Period, *, resolution: Resolution | None = None
) -> Answer:
    """Mean net import of each region [MW], negative when it exports; over all regions they add up to zero.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    resolution
        Length of the bins; one that fits the period when left out.
    """
    bins = cut(period, resolution, data.description)
    found = sums_of(data, Subject.FLOW, bins, _ENERGY)
    hours = common_hours(found["minutes"])
    net, ends = _net(found), _ends(data)
    columns = time_columns(bins)
    for region in regions_of(data, period):
        amount = np.broadcast_to(np.asarray(net_imports(net, ends, region), dtype=np.float64), (len(bins),))
        columns.append(Column(region, ratio(amount, hours), "MW"))
    return answer(data, named("Net imports", None, period), columns, period, found.source)


@asked
def interconnector_flow(
    data: MarketData, period: Period, name: str, *, resolution: Resolution | None = None
) -> Answer:
    """Mean flow on an interconnector beside the means of its limits in both directions [MW].

    Parameters
    ----------
    data, period, resolution
        As in :func:`net_imports_by_region`.
    name
        Of the interconnector. The flow is positive from its FROM to its TO region; the import limit is the lowest
        flow, usually negative.

    Raises
    ------
    UnknownName
        When the dataset has no such interconnector.
    """
    names = data.description.interconnector_names
    name = known_name("interconnector", name, names)
    bins = cut(period, resolution, data.description)
    found = sums_of(data, Subject.FLOW, bins, [*_ENERGY, *_LIMITS[:3]])
    row = found.labels[0].index(name)
    hours, limit_hours = found["minutes"][row] / 60.0, found["limit_minutes"][row] / 60.0
    begin, end = _ends(data)[name]
    columns = [
        *time_columns(bins),
        Column(FLOW, ratio((found["forward_mwh"] - found["backward_mwh"])[row], hours), "MW"),
        Column(HIGHEST, ratio(found["export_limit_mwh"][row], limit_hours), "MW"),
        Column(LOWEST, ratio(found["import_limit_mwh"][row], limit_hours), "MW"),
    ]
    return answer(data, f"Flow {name} ({begin} to {end}), {period}", columns, period, found.source)


@asked
def flow_totals(data: MarketData, period: Period) -> Answer:
    """Energy in both directions and time at the limits, of each interconnector.

    Parameters
    ----------
    data, period
        The market's data and a stretch of time.
    """
    found = total_of(data, Subject.FLOW, period, [*_ENERGY, "losses_mwh", *_LIMITS])
    ends = _ends(data)
    names = found.labels[0]
    first = {name: found[name][:, 0] for name in found.columns}
    columns = [
        Column("Interconnector", texts(names)),
        Column("From", texts([ends[name][0] for name in names])),
        Column("To", texts([ends[name][1] for name in names])),
        Column("Forward", first["forward_mwh"] / 1000.0, "GWh"),
        Column("Backward", first["backward_mwh"] / 1000.0, "GWh"),
        Column("Net", (first["forward_mwh"] - first["backward_mwh"]) / 1000.0, "GWh"),
        Column("Losses", first["losses_mwh"] / 1000.0, "GWh"),
        Column(
            "At export limit",
            100.0 * ratio(first["export_bound_minutes"], first["limit_minutes"]),
            "% of time",
        ),
        Column(
            "At import limit",
            100.0 * ratio(first["import_bound_minutes"], first["limit_minutes"]),
            "% of time",
        ),
    ]
    missing = np.array([feed_gaps(data, found.bins, "flow", name)[0] for name in names])
    sums = ("Forward", "Backward", "Net", "Losses")
    columns = judged(columns, sums, missing, bin_minutes(found.bins).sum() * np.ones(len(names)))
    return answer(data, named("Interconnectors", None, period), columns, period, found.source)


def _net(found: Sums) -> dict[str, Floats]:
    net = found["forward_mwh"] - found["backward_mwh"]
    return dict(zip(found.labels[0], net, strict=True))


def _ends(data: MarketData) -> dict[str, tuple[str, str]]:
    return {link.name: (link.from_region, link.to_region) for link in data.description.interconnectors}
