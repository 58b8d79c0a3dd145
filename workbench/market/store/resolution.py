"""The one rule by which a question finds its data: the coarsest roll-up that answers exactly, else the raw rows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from workbench.errors import SettingError
from workbench.market.model.description import MarketDescription
from workbench.market.model.market_time import Minutes
from workbench.market.store.rollups.schema import ROLLUPS

RAW = "raw"


class Subject(StrEnum):
    """What is asked about."""

    REGION_FUEL = "region_fuel"
    UNIT = "unit"
    PRICE = "price"
    REGION = "region"
    FLOW = "flow"
    ROOFTOP = "rooftop"


CANDIDATES: Mapping[Subject, tuple[str, ...]] = MappingProxyType(
    {
        Subject.REGION_FUEL: ("region_fuel",),
        Subject.UNIT: ("unit_day", "unit"),
        Subject.PRICE: ("price", "price_interval"),
        Subject.REGION: ("region",),
        Subject.FLOW: ("flow",),
        Subject.ROOFTOP: ("rooftop",),
    }
)
"""Roll-ups that know about a subject, the coarsest first."""


def choose(subject: Subject, edges: Minutes, description: MarketDescription) -> str:
    """Name what answers a question exactly.

    Parameters
    ----------
    subject
        What is asked about.
    edges
        Borders of the requested steps [minutes since 1970].
    description
        Of the dataset.

    Returns
    -------
    str
        A roll-up all of whose steps lie inside the requested steps; ``"raw"`` where none is fine enough.

    Raises
    ------
    SettingError
        When a border lies between the market's intervals, or there is no step.
    """
    if len(edges) < 2 or bool((np.diff(edges) <= 0).any()):
        raise SettingError("The range is empty: its end does not lie after its start.", "end", edges)
    if (edges % description.interval_minutes).any():
        raise SettingError(
            f"The range or the step does not fit the market's intervals of {description.interval_minutes} "
            f"minutes.",
            "step",
            edges,
        )
    for name in CANDIDATES[subject]:
        if not (edges % ROLLUPS[name].step.minutes(description)).any():
            return name
    return RAW
