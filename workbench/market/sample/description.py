"""The description of the made-up market: regions and links that are nobody's, so that no real ones get its numbers.

Clock, cadences, fuels and bounds of the price are those of a market of 5-minute intervals, as its rows are made.
There are no feeds: nothing that is published anywhere belongs into it.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.market.model.description import MarketDescription
from workbench.market.model.description_parts import Interconnector, Region, Subregion
from workbench.market.model.nem import NEM

TITLE = "Made-up market"

MADE_UP_MARKET: MarketDescription = replace(
    NEM,
    name="SAMPLE",
    title=TITLE,
    settlements=(),
    regions=(
        Region("Centre", "Made-up Centre"),
        Region("North", "Made-up North"),
        Region("South", "Made-up South"),
        Region("West", "Made-up West"),
        Region("Island", "Made-up Island"),
    ),
    subregions=(
        Subregion("North A", "North"),
        Subregion("North B", "North"),
        Subregion("North C", "North"),
        Subregion("Island A", "Island"),
        Subregion("Island B", "Island"),
    ),
    interconnectors=(
        Interconnector("Centre-North 1", "Centre", "North"),
        Interconnector("Centre-North 2", "Centre", "North"),
        Interconnector("South-Centre", "South", "Centre"),
        Interconnector("South-West 1", "South", "West"),
        Interconnector("South-West 2", "South", "West"),
        Interconnector("Island-South", "Island", "South"),
    ),
    feeds=(),
    made_up=True,
)
"""Five regions of the sizes that :mod:`workbench.market.sample.state` gives them."""
