"""Which files are to be read, in which parts, and how their rows are published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from workbench.errors import DataError, LinkRefused, UnwritableFile
from workbench.files import size_of
from workbench.market.inputs.drop_rows import MAPPING_FILE, Drop
from workbench.market.inputs.drops import find_drops
from workbench.market.inputs.ingest import Batch, FileRows, read_file, recipe_of
from workbench.market.model.description import MarketDescription
from workbench.market.model.tables import origin_of
from workbench.market.steps.account import Account
from workbench.market.steps.former_regions import describe_former_regions
from workbench.market.store.ledger import FileState, Ledger
from workbench.market.store.publication import Writer
from workbench.runs import Job, Unit
from workbench.runs.model.digest import file_digest

BATCH_MEGABYTES = 40
"""Size of the files that are read before they are published; zipped, their rows take about ten times as much."""


def files_to_read(
    paths: Iterable[Path],
    ledger: Ledger,
    drops: Sequence[Drop],
    account: Account,
    *,
    again: Sequence[str] = (),
) -> list[Path]:
    """Choose the files that were not read in this way before, and those that a setting names.

    Files that were undone are left out, and listed.
    """
    files = {file.sha256: file for file in ledger.all()}
    known, wanted = ledger.known(), set(again)
    fresh: list[Path] = []
    repeated: list[Path] = []
    earlier: list[Path] = []
    undone: list[str] = []
    named: set[str] = set()
    for path in paths:
        digest = _digest_of(path)
        file = files.get(digest)
        if path.name in wanted and file is not None:
            named.add(path.name)
        elif file is not None and file.state in (FileState.UNDONE, FileState.UNDOING):
            undone.append(path.name)
            continue
        elif known.get(digest) == recipe_of(path, drops):
            account.known += 1
            continue
        fresh.append(path)
        if file is not None and path.name not in wanted and file.recipe:
            (earlier if file.state is FileState.EARLIER else repeated).append(path)
    if undone:
        account.notes.unused(
            f"{len(undone)} files were undone and are not read ({', '.join(undone[:3])}); the setting 'again' "
            "reads files that are named there"
        )
    for name in sorted(wanted - named):
        account.notes.unused(
            f"no file that was read before is called {name}, which the setting 'again' names",
            setting="again",
        )
    _tell_read_again([*repeated, *earlier], earlier, drops, account)
    return fresh


def _tell_read_again(
    paths: Sequence[Path], earlier: Sequence[Path], drops: Sequence[Drop], account: Account
) -> None:
    """Say which files were ingested before in another way, and what that has left in the record."""
    if paths:
        shown = ", ".join(path.name for path in paths[:3])
        text = f"{len(paths)} files are read again, as their mapping or the reader has changed ({shown})"
        account.job.log(f"{text}.")
        account.notes.change(f"{text}; what they brought before is replaced")
    mapped = [path.name for path in earlier if find_drops(path, drops)]
    if mapped:
        account.notes.doubt(
            f"{len(mapped)} files are read again by another mapping ({', '.join(mapped[:3])}); an earlier version "
            "did not note which rows they brought, and what they have put under other names or times stays",
            file=MAPPING_FILE,
            advice="ingest into a new dataset to be rid of it",
        )


def batches_of(paths: Sequence[Path], count: int) -> Iterator[list[Path]]:
    """Cut files into batches of so many, and of so many megabytes: an archive of a month is one by itself."""
    batch: list[Path] = []
    size = 0.0
    for path in paths:
        own = _megabytes(path)
        if batch and (len(batch) == count or size + own > BATCH_MEGABYTES):
            yield batch
            batch, size = [], 0.0
        batch.append(path)
        size += own
    if batch:
        yield batch


def _megabytes(path: Path) -> float:
    try:
        return size_of(path) / 1e6
    except (LinkRefused, FileNotFoundError):
        # It is told with the files that are refused when they are read.
        return 0.0


def read_files(
    job: Job,
    paths: Sequence[Path],
    description: MarketDescription,
    drops: Sequence[Drop],
    accepted: Sequence[str],
    account: Account,
) -> list[FileRows]:
    """Read files; those that are refused are reported, and the others are read."""
    found: dict[str, FileRows | str] = {}
    units = [Unit(str(path), (path, description, drops, accepted)) for path in paths]
    # Each file is parsed by Python code, for which threads would only take turns.
    for outcome in job.map(_read_or_refuse, units, title="Read", workers=1, remember=False):
        found[outcome.key] = outcome.error if outcome.error is not None else outcome.value
    read = []
    for path in paths:
        rows = found[str(path)]
        if isinstance(rows, str):
            account.refuse(path.name, rows)
            continue
        account.note(rows.problems)
        account.new_versions.update(rows.new_versions)
        read.append(rows)
    return read


def _digest_of(path: Path) -> str:
    try:
        return file_digest(path)
    except LinkRefused:
        # It is told with the files that are refused when they are read.
        return ""


def _read_or_refuse(
    path: Path, description: MarketDescription, drops: Sequence[Drop], accepted: Sequence[str]
) -> FileRows | str:
    # A file that is refused is not a failure of the run: it is reported, and the others are ingested.
    try:
        return read_file(path, description, drops, accepted)
    except DataError as error:
        return str(error)


def publish_files(
    job: Job, writer: Writer, read: Sequence[FileRows], ledger: Ledger, account: Account
) -> None:
    """Publish what was read as a version, and note its files.

    What an earlier reading of one of the files brought goes with it.
    """
    if not read:
        return
    read_before = {
        file.sha256 for file in ledger.all() if file.state in (FileState.INGESTED, FileState.COMING)
    }
    again = [origin_of(rows.sha256) for rows in read if rows.sha256 in read_before]
    describe_former_regions(writer, read, account)
    # Before the rows are there, so that none is ever there without its file.
    ledger.announce((rows.sha256, rows.path.name) for rows in read)
    batch = Batch(list(read))
    frames, problems = batch.frames(writer.units.names, writer.description)
    account.note(problems)
    published = writer.publish(frames, close_months=False, without=again, checkpoint=job.checkpoint)
    try:
        ledger.add([(rows.sha256, rows.path.name, rows.recipe) for rows in read], published.version)
    except UnwritableFile as error:
        job.log(f"The files will be read again next time: {error}", level="warning")
    account.ingested += sum(bool(rows.frames) for rows in read)
    account.count(published)
    rows = sum(published.added.values())
    job.log(f"Version {published.version}: {rows:,} rows added from {len(read)} files.")
