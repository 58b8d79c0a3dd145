"""Trying a reader in a process of its own, with limits; what came of it is a list of faults."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import logging
import multiprocessing
import os
import random
import resource
import shutil
import signal
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

import psutil

from tests.fuzz.mutations import mutated_bytes, mutated_tree
from workbench.errors import UnbalancedResult, WorkbenchError

SECONDS = 10.0
"""Processor time that a reader may take for a file."""
IDLE_SECONDS = 60.0
"""Time without an answer, and without work that is done or waits for a processor, after which a reader hangs."""
MEGABYTES = 1000
KEPT_MEGABYTES = 200
"""Memory that a process may have taken for good, however many files it has read."""
SETTLING = 50
"""Inputs after which a reader has loaded and kept what it needs."""
MIB = 2**20


@dataclass(frozen=True)
class Seed:
    """A good file: its bytes, and the plain values that it is written from where it has them."""

    content: bytes
    tree: Any = None
    write: Callable[[Any], bytes] | None = None
    mutate: Callable[[Any, random.Random], Any] = mutated_tree
    share: float = 0.6
    """How often its values are changed rather than its bytes."""

    @classmethod
    def of(cls, tree: Any, write: Callable[[Any], bytes]) -> Seed:
        """Make one of plain values."""
        return cls(write(tree), tree, write)


@dataclass(frozen=True)
class Reader:
    """A reader to try.

    Parameters
    ----------
    name
        As the command takes it.
    read
        Reads a file of the given path, which is in a folder of its own.
    seeds
        Makes the good files; called once in each process.
    file
        Name of the file; errors have to say it, or one of ``places``.
    places
        Other words that say where.
    lost
        Gives what was lost without a note, from the plain values of an input and what the reader returned.
    """

    name: str
    read: Callable[[Path], Any]
    seeds: Callable[[], tuple[Seed, ...]]
    file: str
    places: tuple[str, ...] = ()
    lost: Callable[[Any, Any], str] | None = None


@dataclass
class Outcome:
    """What came of many inputs."""

    tried: int = 0
    refused: int = 0
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    """Processor time [s] of the slowest."""
    kept: float = 0.0
    """Memory [MB] that was taken while files were read, and not given back; the most of any process."""


def make_input(reader: Reader, seeds: tuple[Seed, ...], number: int) -> tuple[bytes, Any]:
    """Make the input of a number, always the same: its bytes, and its plain values if it has them."""
    chance = random.Random(f"{reader.name} {number}")
    seed = chance.choice(seeds)
    if seed.write is not None and chance.random() < seed.share:
        tree = seed.mutate(seed.tree, chance)
        with contextlib.suppress(RecursionError, ValueError):
            return seed.write(tree), tree
    return mutated_bytes(seed.content, chance), None


def try_one(reader: Reader, content: bytes, tree: Any = None) -> tuple[str, bool]:
    """Read one input; gives the fault (empty for none), and whether it was refused."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    path = folder / reader.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = reader.read(path)
    except UnbalancedResult as error:
        return f"what it calls a mistake of its own: {error}", True
    except WorkbenchError as error:
        words = str(error)
        if not any(place in words for place in (Path(reader.file).name, *reader.places)):
            return f"an error without a place: {words[:300]}", True
        return ("a sentence of more than 5000 characters" if len(words) > 5000 else ""), True
    except BaseException as error:  # noqa: BLE001 - whatever comes up is what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:200]} ({where.filename}:{where.lineno})", True
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return (reader.lost(tree, result) if reader.lost and tree is not None else ""), False


def run(reader: Reader, count: int, first: int = 0, *, keep: Path | None = None) -> Outcome:
    """Try inputs in a process with limits; one that ends or hangs it is a fault, and the rest goes on.

    Parameters
    ----------
    reader
        What to try.
    count, first
        How many inputs, from which number on.
    keep
        Folder into which inputs with a fault are written.
    """
    outcome, number = Outcome(), first
    # Ctrl+C ends it with what was tried so far; the process ends with this one.
    with contextlib.suppress(KeyboardInterrupt):
        while number < first + count:
            with tempfile.TemporaryFile("w+") as said:
                number = _run_until_it_ends(reader, number, first + count, outcome, said, keep)
    return outcome


def _run_until_it_ends(
    reader: Reader, number: int, end: int, outcome: Outcome, said: IO[str], keep: Path | None
) -> int:
    """Try inputs in one process, as long as it lives; gives the number of the next input."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_work, args=(reader, number, end, theirs, said, keep), daemon=True
    )
    process.start()
    theirs.close()
    first = number
    while number < end:
        begun = time.monotonic()
        answer = _answer(ours, psutil.Process(process.pid))
        outcome.tried += 1
        number += 1
        if answer is None:
            process.join(1)
            how = how_it_ended(process.exitcode, said)
            outcome.faults.append(
                f"{reader.name} {number - 1} {how} after {time.monotonic() - begun:.0f} s, {number - first} inputs "
                f"and {outcome.kept:.0f} MB kept"
            )
            if keep is not None:
                # Seeds are made in a fork: a process that has used Polars cannot be forked any more.
                keeper = multiprocessing.get_context("fork").Process(
                    target=_keep, args=(reader, number - 1, keep)
                )
                keeper.start()
                keeper.join()
            break
        if isinstance(answer, str):
            outcome.faults.append(answer)
            number = end
            break
        fault, refused, seconds, kept = answer
        outcome.refused += refused
        outcome.slowest = max(outcome.slowest, seconds)
        outcome.kept = max(outcome.kept, kept)
        if fault:
            outcome.faults.append(f"{reader.name} {number - 1}: {fault}")
    else:
        if outcome.kept > KEPT_MEGABYTES:
            outcome.faults.append(f"{reader.name} keeps {outcome.kept:.0f} MB after {number - first} files")
    process.kill()
    process.join()
    ours.close()
    return number


def _answer(ours: Connection, process: psutil.Process) -> Any:
    """Wait for what came of an input; None where the process has ended, or hangs, however busy the machine is."""
    idle, used = 0.0, 0.0
    while idle < IDLE_SECONDS:
        with contextlib.suppress(EOFError):
            if ours.poll(1.0):
                return ours.recv()
            before, (used, ready) = used, _work_of(process)
            idle = 0.0 if ready or used > before else idle + 1.0
            continue
        return None
    return None


def _work_of(process: psutil.Process) -> tuple[float, bool]:
    """Processor time [s] of a process and those that it has started, and whether one waits for a processor."""
    used, ready = 0.0, False
    with contextlib.suppress(psutil.Error):
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                used += sum(one.cpu_times()[:2])
                ready |= one.status() == psutil.STATUS_RUNNING
    return used, ready


def how_it_ended(code: int | None, said: IO[str]) -> str:
    """Say how a process ended: by which signal or with which code, and what it said last."""
    if code is None:
        return "hangs"
    said.seek(0)
    lines = [line.strip() for line in said if line.strip()]
    fatal = [at for at, line in enumerate(lines) if line.startswith("Fatal Python error")]
    # Native code says why before the signal comes; then comes the innermost of the Python stack.
    start = max(fatal[-1] - 2, 0) if fatal else max(len(lines) - 8, 0)
    last = " / ".join(lines[start : start + 8])
    by = f"by {signal.Signals(-code).name}" if code < 0 else f"with code {code}"
    return f"ends the process {by}{f' ({last})' if last else ''}"


def _keep(reader: Reader, number: int, folder: Path) -> None:
    (folder / f"{reader.name}-{number}").write_bytes(make_input(reader, reader.seeds(), number)[0])


def _work(
    reader: Reader, first: int, end: int, answers: Connection, said: IO[str], keep: Path | None
) -> None:
    # What native code says when it gives up, and where a signal came.
    os.dup2(said.fileno(), 2)
    faulthandler.enable(said)
    signal.signal(signal.SIGPROF, _too_long)
    logging.disable()
    seeds = reader.seeds()
    for seed in seeds:
        # Libraries are loaded and seeds are good before anything is limited.
        fault, refused = try_one(reader, seed.content)
        if refused or fault:
            answers.send(f"{reader.name} refuses its own seed: {fault or 'run it alone to see why'}")
            return
    gc.freeze()
    kept = 0.0
    for number in range(first, end):
        content, tree = make_input(reader, seeds, number)
        # Whoever writes a workbook leaves cycles behind: they are not what the reader keeps.
        gc.collect()
        before, used = _memory()
        resource.setrlimit(resource.RLIMIT_AS, (used + MEGABYTES * MIB, -1))
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        fault, refused = try_one(reader, content, tree)
        signal.setitimer(signal.ITIMER_PROF, 0)
        seconds = time.process_time() - begun
        resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
        if fault and keep is not None:
            (keep / f"{reader.name}-{number}").write_bytes(content)
        if number - first >= SETTLING:
            gc.collect()
            kept += (_memory()[0] - before) / MIB
        answers.send((fault, refused, seconds, kept))


def _memory() -> tuple[int, int]:
    """Memory [bytes] of this process: resident, and asked for."""
    asked, resident = Path("/proc/self/statm").read_text().split()[:2]
    return int(resident) * resource.getpagesize(), int(asked) * resource.getpagesize()


class _TooLongError(BaseException):
    """Ten seconds of processor time have passed."""


def _too_long(*_: object) -> None:
    raise _TooLongError
