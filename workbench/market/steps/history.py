"""The whole history of the market: monthly archives, fetched and taken in month by month."""

from __future__ import annotations

import datetime
from pathlib import Path

from workbench.data.projects.project import Project
from workbench.data.reporting import report_made_up
from workbench.errors import InvalidData, SourceFailed
from workbench.files import is_file, remove
from workbench.market.config import HistoryConfig, dataset_folder
from workbench.market.inputs.fetch import FeedClient
from workbench.market.model.archive_months import ArchiveMonth, archive_months
from workbench.market.model.description import FILE_NAME
from workbench.market.model.nem import NEM
from workbench.market.results.saved import IngestResult
from workbench.market.steps.account import Account, finish
from workbench.market.steps.files import files_to_read, publish_files, read_files
from workbench.market.steps.undo import finish_undo
from workbench.market.store.dataset import INCOMING, create_dataset, read_description
from workbench.market.store.ledger import FileState, Ledger
from workbench.market.store.publication import Writer, writing
from workbench.online.service import Watch
from workbench.runs import Job

FOLDER = "history"


def run_history(job: Job, project: Project, config: HistoryConfig) -> IngestResult:
    """Fetch and publish month by month, check; see :func:`workbench.market.jobs.fetch_history`."""
    folder = create_dataset(dataset_folder(project, config), NEM)
    description = read_description(folder / FILE_NAME)
    report_made_up(job, description.made_up)
    if description.name != NEM.name:
        raise InvalidData(
            f"{folder / FILE_NAME} describes {description.title}; archives are known of the {NEM.title} only.",
            folder / FILE_NAME,
        )
    months = archive_months(
        config.first_month, config.last_month or _last_month(), config.tables, description
    )
    job.plan(fetch=20, check=1)
    account, ledger = Account(job), Ledger(folder)
    with (
        job.stage("fetch", title="Fetch and ingest"),
        FeedClient(config.base_url, retries=config.retries, pause=lambda: float(job.config.pause)) as client,
        writing(folder) as writer,
    ):
        finish_undo(ledger, writer, account)
        for number, month in enumerate(months, 1):
            with job.stage(month.month, title=month.month):
                _take_month(job, client, month, folder, ledger, writer, account, config)
            job.progress(number, len(months))
        account.count(writer.publish({}, checkpoint=job.checkpoint))
    return finish(job, project, config, account)


def _last_month() -> str:
    """The month before this one: archives come at the begin of the next."""
    today = datetime.datetime.now(datetime.UTC).date()
    return f"{today.replace(day=1) - datetime.timedelta(days=1):%Y-%m}"


def _take_month(
    job: Job,
    client: FeedClient,
    month: ArchiveMonth,
    folder: Path,
    ledger: Ledger,
    writer: Writer,
    account: Account,
    config: HistoryConfig,
) -> None:
    done = {file.name for file in ledger.all() if file.state in (FileState.INGESTED, FileState.UNDONE)}
    try:
        files = month.chosen(client.listing(month.folder, Watch.of(job)))
    except SourceFailed as error:
        account.refuse(month.month, f"{month.month}: {error}")
        return
    for table, names in files.items():
        if not names:
            account.refuse(f"{month.month} {table}", f"{month.month}: the archive has no file of {table}.")
        # One file at a time: a month of readings of units has some four million rows.
        for name in names:
            job.checkpoint()
            if name in done:
                account.known += 1
                continue
            path = folder / INCOMING / FOLDER / name
            try:
                there = is_file(path) or client.download(month.address(name), path, Watch.of(job))
            except SourceFailed as error:
                account.refuse(name, f"{name}: {error}")
                continue
            if not there:
                account.refuse(name, f"{name}: the server has no such file.")
                continue
            fresh = files_to_read([path], ledger, (), account)
            read = read_files(job, fresh, writer.description, (), config.accepted_versions, account)
            publish_files(job, writer, read, ledger, account)
            if not config.keep_files and (read or not fresh):
                remove(path)
