"""``python -m tests.faults.flips --count 500 --seed 1``: damage files of a project, open everything, repair it.

Whatever bits are flipped and wherever a file ends: everything that opens returns or raises an error of ours with a
place, nothing is deleted, and after ``workbench repair`` all that is whole can be read and nothing is found again.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import logging
import random
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from workbench.cli.main import main as command
from workbench.data.projects.project import Project
from workbench.data.results.cache import cached
from workbench.data.results.earlier import keep_earlier
from workbench.data.results.kept_inputs import keep_inputs, kept_input
from workbench.data.results.scenario import ScenarioWriter, finished_scenarios, open_scenario
from workbench.errors import WorkbenchError
from workbench.market import Market, add_sample
from workbench.market.store.ledger import Ledger
from workbench.runs import Job, Unit, attach, job, runs, setting, start
from workbench.runs.journal.writer import Journal
from workbench.runs.model.digest import file_digest

RUNS, LINES, UNITS = 6, 120, 30
TABLES = ("history", "forecast")
PLACES = {
    "journal": ".workbench/journal.sqlite",
    "log": ".workbench/journal.sqlite-wal",
    "result": "results/plain/BAU/result.json",
    "table": "results/plain/BAU/forecast.parquet",
    "earlier": ".workbench/earlier/plain/BAU/*",
    "cache": ".workbench/cache/*.arrow",
    "copy": ".workbench/inputs/*.zst",
    "ledger": "results/market/sample/ingested.sqlite",
    "pointer": "results/market/sample/current.json",
    "version": "results/market/sample/versions/*.json",
    "record": "results/market/sample/raw/*/*/*.parquet",
    "roll-up": "results/market/sample/rollups/*/*.arrow",
    "fact": "results/market/sample/facts/*",
    "description": "results/market/sample/market.toml",
    "settings": "project.toml",
}
"""Kind of file -> where such files are."""


@dataclass(frozen=True, slots=True)
class Config:
    """Of a job that reports and computes a little."""

    scenario: str = setting("BAU", help="")


def square(number: int) -> int:
    return number * number


@job("flipped", config=Config)
def flipped(job: Job, project: Project, config: Config) -> int:
    with job.stage("squares"):
        for line in range(LINES):
            job.log(f"line {line}, and what else is said in it")
        units = [Unit(str(number), (number,)) for number in range(UNITS)]
        return sum(outcome.result for outcome in job.map(square, units))


def make(folder: Path) -> Path:
    """Make a project with a file of every kind, in a process that has ended then; gives its folder."""
    program = "import os, sys; from pathlib import Path; from tests.faults.flips import fill"
    program += "\nfill(Path(sys.argv[1])); os._exit(0)"
    subprocess.run([sys.executable, "-c", program, str(folder)], check=True, cwd=Path(__file__).parents[2])
    return folder


def fill(folder: Path) -> None:
    """Make the project; what the last run writes stays in the write-ahead log where the process is killed then."""
    project = Project.create(folder, "Flipped")
    for _ in range(RUNS):
        start(flipped, project).result()
    journal = Journal.open(project.journal_path)
    journal.flush()
    journal.file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    # What this one writes is in the write-ahead log when the project is copied.
    start(flipped, project).result()
    journal.flush()
    given = project.inputs / "given.csv"
    given.write_text("year,value\n2030,1.5\n" * 200, encoding="utf-8")
    inputs = {"given.csv": file_digest(given)}
    frame = pd.DataFrame({"year": range(2000, 2400), "GWh": [1.5 * n for n in range(400)]})
    for stamp in ("first", "second"):
        keep_earlier(project, "plain", "BAU", stamp, TABLES)
        writer = ScenarioWriter(project, "plain", "BAU", stamp=stamp, inputs=inputs)
        for name in TABLES:
            writer.table(name, frame, {})
        writer.finish({"config": {"scenario": "BAU"}, "facts": {"inputs": inputs}})
    keep_inputs(project, inputs)
    given.unlink()
    cached(project, {"of": "test"}, _table)
    ledger = Ledger(add_sample(project, days=2, units=8))
    ledger.add([(hashlib.sha256(str(n).encode()).hexdigest(), f"file {n}.csv", "") for n in range(300)], 1)


def _table() -> pa.Table:
    return pa.table({"year": list(range(2000))})


def looks(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """Everything that opens files of the project: what is opened, and the function that does."""
    project = Project.open(folder)
    yield "runs", lambda: [record.to_plain() for record in runs(project)]
    yield "command", lambda: _quiet("runs", "--project", str(folder))
    for record in runs(project):
        yield record.id, lambda record=record: _read_run(record.id, project)  # type: ignore[misc]
    yield "results", lambda: finished_scenarios(project, "plain")
    for name in TABLES:
        yield name, lambda name=name: _read_table(project, name)  # type: ignore[misc]
    yield "cache", lambda: cached(project, {"of": "test"}, _table).num_rows
    digest = (
        next((project.kept_folder).glob("*.zst")).stem if any(project.kept_folder.glob("*.zst")) else "0" * 64
    )
    yield "copy", lambda: kept_input(project, "given.csv", digest)
    yield "market", lambda: _ask(project)
    yield "ledger", lambda: len(Ledger(project.results / "market" / "sample").known())


def _quiet(*words: str) -> int:
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        return command(words)


def _read_run(run: str, project: Project) -> object:
    found = attach(run, project)
    report = found.report()
    return (found.state, len(list(found.events())), str(report)[:100])


def _read_table(project: Project, name: str) -> int:
    with open_scenario(project, "plain", "BAU", "plain result") as saved:
        return len(saved.table(name))


def _ask(project: Project) -> object:
    with Market.open(project, "sample") as market:
        period = "last 7 days"
        asked = [
            market.prices(period),
            market.generation(period),
            market.stations(period),
            market.batteries(period),
        ]
        asked += [market.coverage(), market.gaps(), market.flows(period), market.revenue(period)]
        return [answer.to_pandas().shape for answer in asked]


def look(folder: Path, where: str = "") -> tuple[dict[str, str], list[str]]:
    """Open everything; gives what was read or refused, by what it is, and faults."""
    said: dict[str, str] = {}
    faults: list[str] = []
    try:
        for name, read in looks(folder):
            _look(name, read, said, faults)
    except WorkbenchError as error:
        said["project"] = f"refused: {error}"
    except Exception as error:  # noqa: BLE001 - whatever comes up is what is looked for
        faults.append(f"the project: {error!r}")
    for name, sentence in said.items():
        if sentence.startswith("refused: ") and not any(
            place in sentence for place in (str(folder), "Its row", "'BAU'")
        ):
            faults.append(f"{name}, an error without a place: {sentence}")
    return said, faults


def _look(name: str, read: Callable[[], object], said: dict[str, str], faults: list[str]) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            said[name] = repr(read())
    except WorkbenchError as error:
        said[name] = f"refused: {error}"
    except Exception as error:  # noqa: BLE001 - whatever comes up is what is looked for
        faults.append(f"{name}: {error!r}")


def damage(path: Path, chance: random.Random) -> str:
    """Damage a file; gives how."""
    content = bytearray(path.read_bytes())
    how = chance.choice(["a bit", "bits", "the begin", "a page", "the end"])
    match how:
        case "a bit":
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        case "bits":
            for _ in range(20):
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        case "the begin":
            content[chance.randrange(min(len(content), 100))] ^= 1 << chance.randrange(8)
        case "a page":
            first = chance.randrange(len(content)) // 4096 * 4096
            content[first : first + 4096] = chance.randbytes(min(4096, len(content) - first))
        case "the end":
            del content[chance.randrange(len(content)) :]
    path.write_bytes(content)
    return how


def contents(folder: Path) -> Counter[bytes]:
    return Counter(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def try_one(made: Path, kind: str, number: int, seed: int) -> list[str]:
    """Damage a file of a kind in a copy of a project, open everything, repair, and open everything again."""
    chance = random.Random(f"{seed} {number} {kind}")
    with tempfile.TemporaryDirectory(prefix="flips-") as temporary:
        folder = Path(temporary, "flipped")
        shutil.copytree(made, folder)
        whole, _ = look(folder)
        path = chance.choice(sorted(folder.glob(PLACES[kind])))
        how = damage(path, chance)
        what = f"{kind} {number}, {how} of {path.relative_to(folder)}"
        faults = look(folder)[1]
        damaged = path.read_bytes() if path.is_file() else b""
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
            try:
                code = command(["repair", str(folder), "--json"])
            except Exception as error:  # noqa: BLE001 - as above
                return [f"{what}: {fault}" for fault in faults] + [f"{what}: the repair fails: {error!r}"]
        if code not in (0, 5):
            if kind not in ("settings", "description"):
                faults.append(f"the repair refuses: {out.getvalue()[:300]}")
            return [f"{what}: {fault}" for fault in faults]
        said, after = look(folder)
        faults += [f"after the repair, {fault}" for fault in after]
        done = json.loads(out.getvalue()) if out.getvalue().startswith("[") else []
        if done and kind != "settings" and damaged and damaged not in contents(folder):
            faults.append("what was damaged is gone")
        lost = " ".join(sentence for one in done for sentence in one["lost"])
        for name, sentence in said.items():
            # A bit of the stamp that joins a result to its tables: refused with what to do, and nothing to repair.
            of_another = kind == "result" and "belongs to another run" in sentence
            if sentence.startswith("refused: ") and not lost and not of_another:
                faults.append(f"after the repair, {name} is refused and nothing was lost: {sentence[:200]}")
            changed = name in whole and whole[name] != sentence and name not in ("runs", "command")
            if kind == "journal" and changed and not lost:
                faults.append(f"after the repair, {name} is {sentence[:200]}, was {whole[name][:200]}")
        if kind == "journal" and not lost and set(whole) - set(said):
            faults.append(f"after the repair, {set(whole) - set(said)} are gone")
        again = io.StringIO()
        with contextlib.redirect_stdout(again), contextlib.redirect_stderr(again):
            command(["repair", str(folder), "--json"])
        if kind != "settings" and again.getvalue().strip() != "[]":
            faults.append(f"a second repair finds {again.getvalue()[:300]}")
        return [f"{what}: {fault}" for fault in faults]


def main() -> int:
    """Try damages of all kinds, or of those that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.flips", description=__doc__)
    parser.add_argument("kinds", nargs="*", help=", ".join(PLACES))
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    kinds = options.kinds or list(PLACES)
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="flips-made-") as temporary:
        made = make(Path(temporary, "flipped"))
        for number in range(options.first, options.first + options.count):
            # Flushed before it is tried: where the process ends, this was it.
            sys.stderr.write(f"{number} {kinds[number % len(kinds)]}\r")
            sys.stderr.flush()
            found = try_one(made, kinds[number % len(kinds)], number, options.seed)
            faults += found
            for fault in found:
                sys.stdout.write(f"{fault}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{options.count} damages, {len(faults)} faults\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
