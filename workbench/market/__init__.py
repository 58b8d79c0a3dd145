"""Electricity markets: one shared copy of the data, one definition of each quantity, boards on top.

::

    from workbench.market import Market

    market = Market.open(project)
    market.prices("2025-07")                                # in a notebook: the table
    market.generation("last 7 days", region="West").plot()   # the figure
    market.revenue("2025", by="station").to_pandas()        # a DataFrame of your own

Heavy libraries are loaded by the first name that needs them, not by importing this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.lazy import lazy_names

if TYPE_CHECKING:
    from workbench.market.config import BackfillConfig, IngestConfig
    from workbench.market.jobs import backfill_market, fetch_history, ingest_market, undo_files
    from workbench.market.market import Market
    from workbench.market.model.answer import Answer, Column
    from workbench.market.model.period import Period, Resolution
    from workbench.market.model.period_text import read_period
    from workbench.market.profiles.known import new_market, profile_names
    from workbench.market.queries import By
    from workbench.market.results.saved import IngestResult
    from workbench.market.sample.market import add_sample
    from workbench.market.store.export import export_parquet
    from workbench.market.store.reading import MarketData

__all__ = [
    "Answer",
    "BackfillConfig",
    "By",
    "Column",
    "IngestConfig",
    "IngestResult",
    "Market",
    "MarketData",
    "Period",
    "Resolution",
    "add_sample",
    "backfill_market",
    "export_parquet",
    "fetch_history",
    "ingest_market",
    "new_market",
    "profile_names",
    "read_period",
    "undo_files",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Answer": "model.answer",
        "BackfillConfig": "config",
        "By": "queries",
        "Column": "model.answer",
        "IngestConfig": "config",
        "IngestResult": "results.saved",
        "Market": "market",
        "MarketData": "store.reading",
        "Period": "model.period",
        "Resolution": "model.period",
        "add_sample": "sample.market",
        "backfill_market": "jobs",
        "export_parquet": "store.export",
        "fetch_history": "jobs",
        "ingest_market": "jobs",
        "new_market": "profiles.known",
        "profile_names": "profiles.known",
        "read_period": "model.period_text",
        "undo_files": "jobs",
    },
)
