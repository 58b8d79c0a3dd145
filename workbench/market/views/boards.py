"""The boards of market data: Today, Generation, Prices, Stations, Batteries, Trends."""

from __future__ import annotations

from workbench.market.views.asset_boards import BatteriesBoard, StationsBoard, TrendsBoard
from workbench.market.views.system_boards import GenerationBoard, PricesBoard, TodayBoard

__all__ = ["BatteriesBoard", "GenerationBoard", "PricesBoard", "StationsBoard", "TodayBoard", "TrendsBoard"]
