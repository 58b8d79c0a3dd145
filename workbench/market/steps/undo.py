"""Undoing files: the dataset is then as if they had never come."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.data.known_names import unknown_name
from workbench.data.projects.project import Project
from workbench.data.reporting import report_made_up
from workbench.errors import InvalidData, SettingError, UnknownName
from workbench.market.config import UndoConfig, dataset_folder
from workbench.market.model.description import FILE_NAME
from workbench.market.results.saved import IngestResult
from workbench.market.steps.account import Account, finish
from workbench.market.store.dataset import current_version, read_description
from workbench.market.store.ledger import FileState, Ledger, LedgerFile
from workbench.market.store.publication import Writer, writing
from workbench.runs import Job

SHORTEST_HASH = 8
"""Characters of a hash by which one of several files of a name is chosen."""


def run_undo(job: Job, project: Project, config: UndoConfig) -> IngestResult:
    """Find the files, publish the dataset without them, check; see :func:`workbench.market.jobs.undo_files`."""
    folder = dataset_folder(project, config)
    if not current_version(folder):
        raise InvalidData(f"{folder} has nothing published, so that there is nothing to undo.", folder)
    report_made_up(job, read_description(folder / FILE_NAME).made_up)
    job.plan(find=1, undo=10, check=1)
    account, ledger = Account(job), Ledger(folder)
    with job.stage("find", title="Find the files"):
        chosen = _chosen(config.files, ledger.all())
        for file in chosen:
            if file.state is FileState.UNDONE:
                account.notes.unused(f"{file.name} was undone before", file=file.name)
    with job.stage("undo", title="Undo"), writing(folder) as writer:
        wanted = [file.sha256 for file in chosen if file.state is not FileState.UNDONE]
        # A run that is killed from here on is completed by the next one that writes the dataset.
        ledger.mark(wanted, FileState.UNDOING)
        finish_undo(ledger, writer, account)
    return finish(job, project, config, account)


def finish_undo(ledger: Ledger, writer: Writer, account: Account) -> None:
    """Publish the dataset without the files that are to be undone, also those of a run that was killed."""
    files = [file for file in ledger.all() if file.state is FileState.UNDOING]
    if not files:
        return
    published = writer.publish(
        {}, without={file.origin for file in files}, close_months=False, checkpoint=account.job.checkpoint
    )
    ledger.mark([file.sha256 for file in files], FileState.UNDONE)
    account.count(published)
    account.undone += [file.name for file in files]
    account.job.log(
        f"Version {writer.manifest.version}: {', '.join(file.name for file in files)} undone; "
        f"{sum(published.removed.values()):,} rows are gone, {sum(published.revised.values()):,} are again what "
        "other files say."
    )


def _chosen(names: Sequence[str], files: Sequence[LedgerFile]) -> list[LedgerFile]:
    """Find files by their names or the beginning of the hash of their content."""
    if not names:
        raise SettingError("No file is named; name those to undo.", "files", "")
    chosen = [_one(name, files) for name in dict.fromkeys(names)]
    earlier = [file.name for file in chosen if file.state is FileState.EARLIER]
    if earlier:
        raise SettingError(
            f"{', '.join(earlier)} was ingested by an earlier version, which did not note which rows are of which "
            "file; ingest it once more with the setting 'again', then undo it.",
            "files",
            earlier[0],
        )
    return chosen


def _one(name: str, files: Sequence[LedgerFile]) -> LedgerFile:
    found = [file for file in files if file.name == name]
    if not found and len(name) >= SHORTEST_HASH:
        found = [file for file in files if file.sha256.startswith(name.casefold())]
    present = [file for file in found if file.state is not FileState.UNDONE] or found
    if not present:
        known = unknown_name("file", name, [file.name for file in files])
        raise UnknownName(str(known), "files", name)
    if len(present) > 1:
        listed = "; ".join(
            f"{file.sha256[:12]} of {file.taken_at[:10]}, version {file.version}" for file in present
        )
        raise SettingError(
            f"{len(present)} files are called {name}; name one by the hash of its content: {listed}.",
            "files",
            name,
        )
    return present[0]
