"""What a run on market data has done so far, and the result that it ends with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from workbench.data.notes import Notes, Weight
from workbench.data.problems import Problem
from workbench.data.projects.project import Project
from workbench.data.reporting import log_problems
from workbench.data.unused_settings import note_unused_settings
from workbench.errors import InvalidData
from workbench.market.config import AnyConfig, UndoConfig, dataset_folder
from workbench.market.results.saved import IngestResult
from workbench.market.store.dataset import current_version, market_folder
from workbench.market.store.publication import Published
from workbench.market.store.reading import MarketData
from workbench.runs import Job

MAX_NOTES = 500


class Account:
    """What a run has done so far, for its result."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.ingested = 0
        self.known = 0
        self.refused: dict[str, str] = {}
        self.added: dict[str, int] = {}
        self.revised: dict[str, int] = {}
        self.removed: dict[str, int] = {}
        self.undone: list[str] = []
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
        for total, part in (
            (self.added, published.added),
            (self.revised, published.revised),
            (self.removed, published.removed),
        ):
            for table, rows in part.items():
                if not rows and total is self.removed:
                    continue
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


def finish(job: Job, project: Project, config: AnyConfig, account: Account) -> IngestResult:
    """Check the dataset for gaps, and save what the run came to."""
    folder = dataset_folder(project, config)
    for named, files in sorted(account.new_versions.items()):
        account.notes.assumption(
            f"{named} is taken to mean what the known versions do, in {files} files",
            setting="accepted_versions",
        )
    if not isinstance(config, UndoConfig):
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
            tuple(account.undone),
            account.removed,
        )
        # In the project too, where readers of the run look for it.
        for place in dict.fromkeys((market_folder(project, config.scenario), folder)):
            path = result.save(place)
        job.artifact(path, "What the run ingested")
        return result
