"""The repair of saved results: what is damaged is named and put aside, what is whole stays where it is."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from workbench.data.results.cache import is_whole
from workbench.data.results.kept_inputs import is_whole_copy
from workbench.data.results.scenario import SUMMARY_FILE, Summary
from workbench.data.results.tables import RUN_AGAIN, read_table
from workbench.data.tables.parquet import READ_AGAIN
from workbench.errors import LinkRefused, UnreadableFile, WorkbenchError
from workbench.files import is_file, open_file, read_bytes, subfolders, walked
from workbench.files.repaired import Aside, Repaired, damage_of
from workbench.runs.model.digest import file_digest
from workbench.structured import json_from, own_errors, typed

__all__ = ["repair_kept", "repair_results"]


def repair_results(
    results: Path,
    aside: Aside,
    *,
    without: Callable[[Path], bool] = lambda folder: False,
    again: str = "run {domain!r} again for the scenario {scenario!r}",
) -> Iterator[Repaired]:
    """Put damaged files of saved results aside, and say what is whole beside them.

    Parameters
    ----------
    results
        Folder of a project's results, or of those that they replaced.
    aside
        Where damaged files go.
    without
        Whether a folder holds something else, which has a repair of its own.
    again
        What to do about a lost file, with ``{domain}`` and ``{scenario}``.

    Yields
    ------
    Repaired
        For each damaged file; none where all results are whole.

    Raises
    ------
    OSError
        When a file cannot be put aside.
    """
    for domain in subfolders(results):
        for scenario in subfolders(results / domain):
            folder = results / domain / scenario
            if not scenario.startswith(".") and not without(folder):
                yield from _repair_scenario(folder, aside, again.format(domain=domain, scenario=scenario))


def repair_kept(folder: Path, pattern: str, aside: Aside) -> Iterator[Repaired]:
    """Put damaged files of a cache aside: tables (``*.arrow``), which are made again, or copies (``*.zst``).

    Raises
    ------
    OSError
        When a file cannot be put aside.
    """
    is_good = is_whole if pattern == "*.arrow" else is_whole_copy
    lost = (
        "It is made again when it is needed."
        if pattern == "*.arrow"
        else "A comparison with a result that was made of it says that its content is not known any more."
    )
    for path in walked(folder, pattern):
        if not is_good(path):
            yield Repaired(path, "Its checksum does not fit.", saved=(lost,), aside=aside.put(path))


def _repair_scenario(folder: Path, aside: Aside, again: str) -> Iterator[Repaired]:
    damaged: dict[Path, str] = {}
    whole = 0
    summary = None
    if is_file(folder / SUMMARY_FILE):
        try:
            summary = _summary(folder / SUMMARY_FILE)
        except WorkbenchError as error:
            damaged[folder / SUMMARY_FILE] = _damage(error, folder / SUMMARY_FILE)
    for path in walked(folder):
        name = path.relative_to(folder).as_posix()
        if path in damaged or any(part.startswith(".") for part in Path(name).parts):
            continue
        problem = _problem_of(path, summary.files.get(name) if summary else None)
        if problem:
            damaged[path] = problem
        elif name != SUMMARY_FILE:
            whole += 1
    for path, problem in damaged.items():
        what = "The result" if path.name == SUMMARY_FILE else "The file"
        lost = f"{what} is lost: {again}."
        saved = f"{whole} other files of the scenario are whole and stay."
        yield Repaired(path, problem, (saved,), (lost,), aside.put(path))


def _summary(path: Path) -> Summary:
    with own_errors(path, "a saved result", advice=RUN_AGAIN):
        plain = json_from(read_bytes(path), path, error=UnreadableFile, advice=RUN_AGAIN)
        return typed(plain, Summary, path, error=UnreadableFile, advice=RUN_AGAIN, others=True)


def _problem_of(path: Path, digest: str | None) -> str:
    """Say what is wrong with a file, empty where nothing is or where that cannot be told."""
    try:
        if digest is not None:
            return "" if file_digest(path) == digest else "It is not what the run has written."
        _CHECKS.get(path.suffix, _is_there)(path)
    except LinkRefused:
        raise
    except WorkbenchError as error:
        return _damage(error, path)
    return ""


def _damage(error: WorkbenchError, path: Path) -> str:
    return damage_of(error, path, RUN_AGAIN, READ_AGAIN)


def _is_there(path: Path) -> None:
    pass


def _check_json(path: Path) -> None:
    json_from(read_bytes(path), path, error=UnreadableFile, advice=RUN_AGAIN)


def _check_workbook(path: Path) -> None:
    with (
        own_errors(path, "a workbook", advice=RUN_AGAIN),
        open_file(path) as file,
        zipfile.ZipFile(file) as book,
    ):
        if (bad := book.testzip()) is not None:
            raise UnreadableFile(f"{path}: the part {bad} is damaged.", path)


_CHECKS: Mapping[str, Callable[[Path], object]] = {
    ".parquet": read_table,
    ".json": _check_json,
    ".xlsx": _check_workbook,
}
