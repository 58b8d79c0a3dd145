"""Taking files in, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.data.projects.project import Project
from workbench.data.reporting import report_made_up
from workbench.data.unused_settings import note_unused_settings
from workbench.errors import InvalidData
from workbench.files import is_file, is_folder
from workbench.market.config import IngestConfig, dataset_folder, files_folder
from workbench.market.inputs.drop_rows import MAPPING_FILE, Drop
from workbench.market.inputs.drops import find_drops, read_mapping
from workbench.market.inputs.ingest import find_files
from workbench.market.inputs.units_register import read_register
from workbench.market.model.description import FILE_NAME, MarketDescription
from workbench.market.model.nem import NEM
from workbench.market.model.units import MarketUnit
from workbench.market.results.saved import IngestResult
from workbench.market.steps.account import Account, finish
from workbench.market.steps.files import batches_of, files_to_read, publish_files, read_files
from workbench.market.steps.undo import finish_undo
from workbench.market.store.dataset import create_dataset, current_version, read_description
from workbench.market.store.ledger import Ledger
from workbench.market.store.publication import writing
from workbench.runs import Job


def run_ingest(job: Job, project: Project, config: IngestConfig) -> IngestResult:
    """Find, read, publish, check; see :func:`workbench.market.jobs.ingest_market`."""
    folder = create_dataset(dataset_folder(project, config), NEM)
    description = read_description(folder / FILE_NAME)
    report_made_up(job, description.made_up)
    job.plan(find=1, ingest=20, check=1)
    account = Account(job)
    reasons = {
        "register_columns": "" if config.register else "no register is given",
        "rebuild": "" if current_version(folder) else "the dataset is new, and has no roll-ups yet",
    }
    note_unused_settings(config, reasons, account.notes)
    with job.stage("find", title="Find the files"):
        register = _register(job, project, config, description, account)
        source = files_folder(project, config)
        drops = _drops(source, description)
        paths = find_files(source, drops) if is_folder(source) else []
        # The register may lie beside the files.
        listed = project.input(config.register) if config.register else None
        paths = [path for path in paths if path != listed]
        if not paths and register is None and not config.rebuild:
            raise InvalidData(
                f"There are no files to ingest in {source}; put CSV, zip or Parquet files there.", source
            )
        _note_idle_drops(drops, paths, account)
        ledger = Ledger(folder)
        fresh = files_to_read(job.track(paths, title="File"), ledger, drops, account, again=config.again)
        job.log(f"{len(paths)} files in {source}, {account.known} of them were ingested before.")
    with job.stage("ingest", title="Ingest"), writing(folder) as writer:
        finish_undo(ledger, writer, account)
        if register is not None or config.rebuild:
            account.count(
                writer.publish({}, register=register, rebuild=config.rebuild, checkpoint=job.checkpoint)
            )
        done = 0
        for chosen in batches_of(fresh, config.batch):
            read = read_files(job, chosen, description, drops, config.accepted_versions, account)
            publish_files(job, writer, read, ledger, account)
            done += len(chosen)
            job.progress(done, len(fresh))
        account.count(writer.publish({}, checkpoint=job.checkpoint))
    return finish(job, project, config, account)


def _register(
    job: Job, project: Project, config: IngestConfig, description: MarketDescription, account: Account
) -> tuple[MarketUnit, ...] | None:
    if not config.register:
        return None
    path = project.input(config.register)
    units, problems = read_register(path, description, config.register_columns)
    job.uses(path)
    account.note(tuple(problems))
    job.log(f"{len(units)} units in {path.name}.")
    return units


def _drops(source: Path, description: MarketDescription) -> tuple[Drop, ...]:
    path = source / MAPPING_FILE
    return read_mapping(path, description) if is_file(path) else ()


def _note_idle_drops(drops: Sequence[Drop], paths: Sequence[Path], account: Account) -> None:
    """List the mappings that no file is read by: their pattern fits none, or an earlier one does first."""
    used = {drop.pattern for path in paths for drop in find_drops(path, drops)}
    for drop in drops:
        if drop.pattern not in used:
            account.notes.unused(f"no file is read by the pattern '{drop.pattern}'", file=MAPPING_FILE)
