"""The jobs of the market's data, as offered in the entry point group ``workbench.jobs``; imports little."""

from workbench.runs.jobs.offer import JobOffer

__all__ = ["backfill", "history", "ingest", "undo"]

ingest = JobOffer("Market data: ingest files", "workbench.market.jobs:ingest_market")
backfill = JobOffer("Market data: fetch missing days", "workbench.market.jobs:backfill_market")
undo = JobOffer("Market data: undo files", "workbench.market.jobs:undo_files")
history = JobOffer("Market data: fetch the history", "workbench.market.jobs:fetch_history")
