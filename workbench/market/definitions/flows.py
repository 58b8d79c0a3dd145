"""Flows between regions: directions, net imports, limits."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from workbench.market.definitions.energy import Floats

AT_LIMIT_TOLERANCE = 0.01
"""Targets and limits come from the same dispatch run: within its rounding a target is at its limit [MW]."""


def net_imports(
    flows: Mapping[str, ArrayLike], ends: Mapping[str, tuple[str, str]], region: str
) -> Floats | float:
    """Net import of a region, negative when it exports [as given].

    Parameters
    ----------
    flows
        Flow of each interconnector, positive from FROM to TO [MW or MWh].
    ends
        FROM and TO region of each interconnector.
    region
        Which region.

    Notes
    -----
    ``sum(+flow where the region is TO) - sum(flow where it is FROM)``; over all regions the sum is zero.
    """
    total: Floats | float = 0.0
    for name, flow in flows.items():
        begin, end = ends[name]
        if region == end:
            total = total + np.asarray(flow, dtype=np.float64)
        elif region == begin:
            total = total - np.asarray(flow, dtype=np.float64)
    return total


def limits_by_direction(
    export_limit: ArrayLike, import_limit: ArrayLike, *, import_is_negative: bool = True
) -> tuple[Floats, Floats]:
    """Give the limits as the lowest and highest flow, positive from FROM to TO [MW].

    Parameters
    ----------
    export_limit
        Highest flow from FROM to TO, as published.
    import_limit
        Limit of the other direction, as published; the NEM writes it negative.
    import_is_negative
        Whether the source writes the limit of the other direction as a negative flow.

    Returns
    -------
    lowest, highest
        The flow lies between them. A limit may have the other sign when flow is forced in one direction.
    """
    backward = np.asarray(import_limit, dtype=np.float64)
    return (backward if import_is_negative else -backward), np.asarray(export_limit, dtype=np.float64)


def at_limits(
    target: ArrayLike, lowest: ArrayLike, highest: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell for each interval whether the dispatch target is at its highest, and whether at its lowest flow.

    Parameters
    ----------
    target
        Dispatched flow, positive from FROM to TO [MW]; the metered one strays around it.
    lowest, highest
        As :func:`limits_by_direction` gives them [MW].
    """
    values = np.asarray(target, dtype=np.float64)
    return (
        values >= np.asarray(highest, dtype=np.float64) - AT_LIMIT_TOLERANCE,
        values <= np.asarray(lowest, dtype=np.float64) + AT_LIMIT_TOLERANCE,
    )
