"""The steps of the market's runs, with all that they import; loaded when a run begins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.data.notes import Notes, Weight
from workbench.data.problems import Problem
from workbench.data.projects.project import Project
from workbench.data.reporting import log_problems, report_made_up
from workbench.data.unused_settings import note_unused_settings
from workbench.errors import DataError, InvalidData, LinkRefused, UnwritableFile
from workbench.files import is_file, is_folder, size_of
from workbench.market.config import BackfillConfig, IngestConfig, dataset_folder, files_folder
from workbench.market.inputs.drops import MAPPING_FILE, Drop, find_drops, read_mapping
from workbench.market.inputs.fetch import FeedClient, Work, days_of, work_for_days, work_for_gaps
from workbench.market.inputs.ingest import Batch, FileRows, find_files, read_file, recipe_of
from workbench.market.inputs.units_register import read_register
from workbench.market.model.description import FILE_NAME, MarketDescription
from workbench.market.model.nem import NEM
from workbench.market.model.units import MarketUnit
from workbench.market.results.saved import IngestResult
from workbench.market.store.dataset import (
    INCOMING,
    create_dataset,
    current_version,
    market_folder,
    read_description,
)
from workbench.market.store.ledger import Ledger
from workbench.market.store.publication import Published, Writer, writing
from workbench.market.store.reading import MarketData
from workbench.online.service import Watch
from workbench.runs import Job, Unit
from workbench.runs.jobs.job import current_job
from workbench.runs.model.digest import file_digest

MAX_NOTES = 500
BATCH_MEGABYTES = 40
"""Size of the files that are read before they are published; zipped, their rows take about ten times as much."""


class Account:
    """What a run has done so far, for its result."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.ingested = 0
        self.known = 0
        self.refused: dict[str, str] = {}
        self.added: dict[str, int] = {}
        self.revised: dict[str, int] = {}
        self.new_versions: Counter[str] = Counter()
        self.notes = Notes()

    def note(self, problems: Sequence[Problem]) -> None:
        """Put problems into the log and the result."""
        log_problems(self.job, problems)
        self.notes.add_problems(problems[: max(0, MAX_NOTES - len(self.notes))])

    def refuse(self, name: str, reason: str) -> None:
        """Note a file of which nothing was ingested."""
        self.refused[name] = reason
        if len(self.notes) < MAX_NOTES:
            self.notes.omission(reason, file="" if name in reason else name)
        self.job.incomplete(reason.rstrip("."))

    def count(self, published: Published) -> None:
        """Add what a publication changed."""
        for total, part in ((self.added, published.added), (self.revised, published.revised)):
            for table, rows in part.items():
                total[table] = total.get(table, 0) + rows
        conflicts = {table: count for table, count in published.conflicts.items() if count}
        for table, count in conflicts.items():
            text = (
                f"{table}: {count} rows differ from rows of the same source published at the same time; those of "
                f"the file that came last count, by the order of the files' names"
            )
            self.job.log(f"{text}.", level="warning")
            self.notes.ambiguity(text, tables=(table,))
        for table, rows in published.outranked.items():
            if rows:
                text = (
                    f"{table}: {rows} rows say something else than those of a better source, a better quality or a "
                    f"later change, which count"
                )
                self.job.log(f"{text}.", level="warning")
                self.notes.unused(text, weight=Weight.NORMAL)
        if published.unknown_units:
            shown = ", ".join(published.unknown_units[:8])
            text = f"{len(published.unknown_units)} units are in no register ({shown}); they are kept under Unknown"
            self.job.log(f"{text}. Add them to the register.", level="warning")
            self.notes.assumption(text, setting="register", advice="add them to the register")


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
        if not paths and register is None and not config.rebuild:
            raise InvalidData(
                f"There are no files to ingest in {source}; put CSV, zip or Parquet files there.", source
            )
        _note_idle_drops(drops, paths, account)
        ledger = Ledger(folder)
        known = ledger.known()
        digests = {path: _digest_of(path) for path in job.track(paths, title="File")}
        fresh = [path for path, digest in digests.items() if known.get(digest) != recipe_of(path, drops)]
        account.known = len(paths) - len(fresh)
        job.log(f"{len(paths)} files in {source}, {account.known} of them were ingested before.")
        _tell_read_again([path for path in fresh if digests[path] in known], drops, account)
    with job.stage("ingest", title="Ingest"), writing(folder) as writer:
        if register is not None or config.rebuild:
            account.count(
                writer.publish({}, register=register, rebuild=config.rebuild, checkpoint=job.checkpoint)
            )
        done = 0
        for chosen in _batches(fresh, config.batch):
            read = _read(job, chosen, description, drops, config.accepted_versions, account)
            _publish(job, writer, read, ledger, account)
            done += len(chosen)
            job.progress(done, len(fresh))
        account.count(writer.publish({}, checkpoint=job.checkpoint))
    return _finish(job, project, config, account)


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
        for number, group in enumerate(groups, 1):
            title = group[0].day if len(groups[0]) == 1 else f"{group[0].day} to {group[-1].day}"
            with job.stage(group[0].day, title=title):
                paths = _fetch(job, client, group, folder, account)
                known = ledger.known()
                fresh = [path for path in paths if known.get(_digest_of(path)) != recipe_of(path, ())]
                account.known += len(paths) - len(fresh)
                read = _read(job, fresh, description, (), config.accepted_versions, account)
                _publish(job, writer, read, ledger, account)
            job.progress(number, len(groups))
        account.count(writer.publish({}, checkpoint=job.checkpoint))
    return _finish(job, project, config, account)


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


def _tell_read_again(paths: Sequence[Path], drops: Sequence[Drop], account: Account) -> None:
    """Say which files were ingested before in another way, and what that has left in the record."""
    if paths:
        account.job.log(f"{len(paths)} files are read again: their mapping or the reader has changed.")
    mapped = [path.name for path in paths if find_drops(path, drops)]
    if mapped:
        account.notes.doubt(
            f"{len(mapped)} files are read again by another mapping ({', '.join(mapped[:3])}); what the earlier "
            "one has put under other names or times stays in the record",
            file=MAPPING_FILE,
            advice="ingest into a new dataset to be rid of it",
        )


def _batches(paths: Sequence[Path], count: int) -> Iterator[list[Path]]:
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


def _read(
    job: Job,
    paths: Sequence[Path],
    description: MarketDescription,
    drops: Sequence[Drop],
    accepted: Sequence[str],
    account: Account,
) -> list[FileRows]:
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


def _publish(job: Job, writer: Writer, read: Sequence[FileRows], ledger: Ledger, account: Account) -> None:
    if not read:
        return
    batch = Batch(list(read))
    frames, problems = batch.frames(writer.units.names, writer.description)
    account.note(problems)
    published = writer.publish(frames, close_months=False, checkpoint=job.checkpoint)
    try:
        ledger.add([(rows.sha256, rows.path.name, rows.recipe) for rows in read], published.version)
    except UnwritableFile as error:
        job.log(f"The files will be read again next time: {error}", level="warning")
    account.ingested += sum(bool(rows.frames) for rows in read)
    account.count(published)
    rows = sum(published.added.values())
    job.log(f"Version {published.version}: {rows:,} rows added from {len(read)} files.")


def _finish(
    job: Job, project: Project, config: IngestConfig | BackfillConfig, account: Account
) -> IngestResult:
    folder = dataset_folder(project, config)
    for named, files in sorted(account.new_versions.items()):
        account.notes.assumption(
            f"{named} is taken to mean what the known versions do, in {files} files",
            setting="accepted_versions",
        )
    idle = sorted(set(config.accepted_versions) - set(account.new_versions))
    reason = f"no file that was read has {', '.join(idle)}" if idle else ""
    note_unused_settings(config, {"accepted_versions": reason}, account.notes)
    with job.stage("check", title="Check for gaps"):
        if not current_version(folder) or (account.refused and not account.ingested + account.known):
            reasons = "; ".join(list(account.refused.values())[:3])
            raise InvalidData(f"Nothing could be ingested. {reasons}", folder)
        with MarketData.open(folder) as data:
            gaps, version, unknown = data.gaps(), data.version, data.units.unknown
            missing: dict[str, int] = {}
            for gap in gaps:
                missing[gap.feed] = missing.get(gap.feed, 0) + gap.missing
        for gap in gaps[:50]:
            job.log(str(gap), level="warning")
        if len(gaps) > 50:
            job.log(f"and {len(gaps) - 50} more gaps.", level="warning")
        job.metric("Gaps", len(gaps))
        job.metric("Rows added", sum(account.added.values()))
        result = IngestResult(
            str(folder),
            version,
            account.ingested,
            account.known,
            account.refused,
            account.added,
            account.revised,
            unknown,
            len(gaps),
            missing,
            account.notes,
            job.run_id,
        )
        # In the project too, where readers of the run look for it.
        for place in dict.fromkeys((market_folder(project, config.scenario), folder)):
            path = result.save(place)
        job.artifact(path, "What the run ingested")
        return result
