"""Fetching what is missing, and taking it in group by group."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.data.projects.project import Project
from workbench.data.reporting import report_made_up
from workbench.data.unused_settings import note_unused_settings
from workbench.errors import InvalidData
from workbench.market.config import BackfillConfig, dataset_folder
from workbench.market.inputs.fetch import FeedClient, Work, days_of, work_for_days, work_for_gaps
from workbench.market.model.description import FILE_NAME, MarketDescription
from workbench.market.model.nem import NEM
from workbench.market.results.saved import IngestResult
from workbench.market.steps.account import Account, finish
from workbench.market.steps.files import files_to_read, publish_files, read_files
from workbench.market.steps.undo import finish_undo
from workbench.market.store.dataset import INCOMING, create_dataset, current_version, read_description
from workbench.market.store.ledger import Ledger
from workbench.market.store.publication import writing
from workbench.market.store.reading import MarketData
from workbench.online.service import Watch
from workbench.runs import Job, Unit
from workbench.runs.jobs.job import current_job


def run_backfill(job: Job, project: Project, config: BackfillConfig) -> IngestResult:
    """Plan, fetch and publish group by group, check; see :func:`workbench.market.jobs.backfill_market`."""
    folder = create_dataset(dataset_folder(project, config), NEM)
    description = read_description(folder / FILE_NAME)
    report_made_up(job, description.made_up)
    account = Account(job)
    job.plan(plan=1, fetch=20, check=1)
    if not description.feeds:
        made_up = (
            " it is made up, and what is published does not belong into it;" if description.made_up else ""
        )
        raise InvalidData(
            f"{folder / FILE_NAME} lists no feeds to fetch from:{made_up} name another dataset, or describe feeds.",
            folder / FILE_NAME,
        )
    with job.stage("plan", title="List what is missing"):
        work = _work(folder, description, config)
        groups = days_of(work, config.days_at_once)
        whole = "" if len(groups) > 1 else "all days are published together anyway"
        note_unused_settings(config, {"days_at_once": whole}, account.notes)
        job.log(f"{sum(map(len, groups))} days of feeds to fetch, published in {len(groups)} groups.")
    ledger = Ledger(folder)
    with (
        job.stage("fetch", title="Fetch and ingest"),
        FeedClient(
            config.base_url,
            retries=config.retries,
            pause=lambda: float(job.config.pause),
        ) as client,
        writing(folder) as writer,
    ):
        finish_undo(ledger, writer, account)
        for number, group in enumerate(groups, 1):
            title = group[0].day if len(groups[0]) == 1 else f"{group[0].day} to {group[-1].day}"
            with job.stage(group[0].day, title=title):
                paths = _fetch(job, client, group, folder, account)
                fresh = files_to_read(paths, ledger, (), account)
                read = read_files(job, fresh, description, (), config.accepted_versions, account)
                publish_files(job, writer, read, ledger, account)
            job.progress(number, len(groups))
        account.count(writer.publish({}, checkpoint=job.checkpoint))
    return finish(job, project, config, account)


def _work(folder: Path, description: MarketDescription, config: BackfillConfig) -> tuple[Work, ...]:
    if config.first_day:
        return work_for_days(config.first_day, config.last_day, description)
    if not current_version(folder):
        raise InvalidData(
            f"{folder} has no data yet, so that nothing is known to be missing; give first_day and last_day.",
            folder,
        )
    with MarketData.open(folder) as data:
        return work_for_gaps(data.gaps(), description)


def _fetch(job: Job, client: FeedClient, group: Sequence[Work], folder: Path, account: Account) -> list[Path]:
    units = [Unit(work.key, (client, work, folder / INCOMING / work.feed.tables[0])) for work in group]
    paths: list[Path] = []
    for outcome in job.map(_fetch_one, units, title="Fetch", workers=1, remember=False):
        if outcome.error is not None:
            account.refuse(outcome.key, outcome.error)
            continue
        if not outcome.result:
            account.refuse(outcome.key, f"{outcome.key}: the server has no such file.")
        paths += outcome.value
    return list(dict.fromkeys(paths))


def _fetch_one(client: FeedClient, work: Work, folder: Path) -> tuple[Path, ...]:
    return client.fetch(work, folder, Watch.of(current_job()))
