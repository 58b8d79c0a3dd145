"""The market's jobs: ingest files, and fetch missing days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.market.config import (
    BackfillConfig,
    HistoryConfig,
    IngestConfig,
    UndoConfig,
    check_backfill,
    check_history,
    check_undo,
    places,
)
from workbench.runs import Job, job

if TYPE_CHECKING:
    from workbench.data.projects.project import Project
    from workbench.market.results.saved import IngestResult


def load_result(project: Project, scenario: str) -> IngestResult:
    """Load the outcome of the last run on a project's own dataset."""
    from workbench.market.results.saved import load
    from workbench.market.store.dataset import market_folder

    return load(market_folder(project, scenario))


@job("market_ingest", title="Market data: ingest files", config=IngestConfig, load=load_result, places=places)
def ingest_market(job: Job, project: Project, config: IngestConfig) -> IngestResult:
    """Ingest market files into a dataset: NEMWEB CSVs and zips, and CSV or Parquet with a declared mapping.

    Files that were ingested before are skipped; any order gives the same dataset; a file with an error is
    reported with its line and left out, and the others are ingested. Each batch of files becomes a version of its
    own, so that a run that is killed continues where it stopped.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where the inputs are and, unless a folder is set, the dataset.
    config
        The settings.

    Raises
    ------
    DataError
        When there is nothing to ingest, or none of it can be used.
    ScenarioBusy
        When another run is writing the dataset.
    """
    # Polars loads here, in the run, so that starting one returns at once.
    from workbench.market.steps.ingest import run_ingest

    return run_ingest(job, project, config)


@job(
    "market_undo",
    title="Market data: undo files",
    config=UndoConfig,
    load=load_result,
    check=check_undo,
    places=places,
)
def undo_files(job: Job, project: Project, config: UndoConfig) -> IngestResult:
    """Make a dataset as if some of its files had never come: what other files say of the same times counts again.

    A run that is killed leaves the dataset as it was, or without the files; the next run that writes it completes
    what was begun. The files are not read again unless a run of ``market_ingest`` names them in ``again``.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where, unless a folder is set, the dataset is.
    config
        The settings.

    Raises
    ------
    DataError
        When the dataset has nothing published.
    SettingError, UnknownName
        When no file, or more than one, is meant by a name.
    ScenarioBusy
        When another run is writing the dataset.
    """
    from workbench.market.steps.undo import run_undo

    return run_undo(job, project, config)


@job(
    "market_backfill",
    title="Market data: fetch missing days",
    config=BackfillConfig,
    load=load_result,
    check=check_backfill,
    places=places,
)
def backfill_market(job: Job, project: Project, config: BackfillConfig) -> IngestResult:
    """Fetch the files for the gaps of a dataset, or for given days, and ingest them group by group.

    Files that are in the dataset's ``incoming`` folder are not fetched again; each group of days becomes a
    version of its own, so that a run that is killed continues where it stopped.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where, unless a folder is set, the dataset is.
    config
        The settings.

    Raises
    ------
    DataError
        When nothing is known to be missing, or nothing could be ingested.
    SettingError
        When the address or a day is malformed.
    ScenarioBusy
        When another run is writing the dataset.
    """
    from workbench.market.steps.backfill import run_backfill

    return run_backfill(job, project, config)


@job(
    "market_history",
    title="Market data: fetch the history",
    config=HistoryConfig,
    load=load_result,
    check=check_history,
    places=places,
)
def fetch_history(job: Job, project: Project, config: HistoryConfig) -> IngestResult:
    """Fetch the monthly archives of the NEM since July 2009 and ingest them, one file at a time.

    Each file becomes a version of its own, so that a run that is killed or cancelled continues where it stopped:
    what was ingested is neither fetched nor read again. One page a month is asked for, and what it lists, with a
    pause between any two requests.

    Parameters
    ----------
    job
        Handle of the run.
    project
        Where, unless a folder is set, the dataset is.
    config
        The settings.

    Raises
    ------
    DataError
        When the dataset is of another market, or nothing could be ingested.
    SettingError
        When the address, a month or a table is malformed.
    ScenarioBusy
        When another run is writing the dataset.
    """
    from workbench.market.steps.history import run_history

    return run_history(job, project, config)
