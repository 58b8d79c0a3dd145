"""The boards of market data by name."""

from __future__ import annotations

from workbench.market.views.asset_boards import BatteriesBoard, StationsBoard, TrendsBoard
from workbench.market.views.panels import MarketBoard
from workbench.market.views.system_boards import GenerationBoard, PricesBoard, TodayBoard

__all__ = [
    "BOARDS",
    "BatteriesBoard",
    "GenerationBoard",
    "PricesBoard",
    "StationsBoard",
    "TodayBoard",
    "TrendsBoard",
]

BOARDS: dict[str, type[MarketBoard]] = {
    "today": TodayBoard,
    "generation": GenerationBoard,
    "prices": PricesBoard,
    "stations": StationsBoard,
    "batteries": BatteriesBoard,
    "trends": TrendsBoard,
}
