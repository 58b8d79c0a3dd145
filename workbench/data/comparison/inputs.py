"""Which cells of the inputs of two results differ."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from workbench.data.comparison.differences import Difference, DifferenceKind, sheet_differences
from workbench.data.comparison.grids import grids_of
from workbench.data.results.kept_inputs import kept_input
from workbench.data.results.store import Result, ResultStore
from workbench.errors import DataError, UnreadableFile

__all__ = ["input_differences"]

MAX_DIFFERENCES = 20_000


def input_differences(
    store: ResultStore[Any], before: Result[Any], after: Result[Any], names: tuple[str, str]
) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """Compare the inputs of two results cell by cell.

    Parameters
    ----------
    store
        What results of the domain are.
    before, after
        The results.
    names
        What they are called.

    Returns
    -------
    tuple of Difference
        At most :data:`MAX_DIFFERENCES` of a file.
    tuple of str
        Sentences about inputs that differ and cannot be compared.
    """
    found: list[Difference] = []
    unknown: list[str] = []
    one, two = store.inputs(before.facts), store.inputs(after.facts)
    for name, other in _paired(one, two):
        if name is None or other is None:
            kind = DifferenceKind.ADDED if name is None else DifferenceKind.REMOVED
            found.append(Difference(kind, "file", file=name or other or ""))
            continue
        if one[name] == two[other]:
            continue
        try:
            sides = ((before, name, one[name], names[0]), (after, other, two[other], names[1]))
            grids = [grids_of(side[1], _content(*side)) for side in sides]
        except DataError as error:
            unknown.append(str(error))
            continue
        file = name if name == other else f"{name} / {other}"
        differences = list(islice(sheet_differences(*grids), MAX_DIFFERENCES + 1))
        if not differences:
            unknown.append(f"{file} was saved again: the file differs, no cell of it does.")
        elif len(differences) > MAX_DIFFERENCES:
            unknown.append(f"{file} differs in more than {MAX_DIFFERENCES} places; the first are listed.")
        found += [replace(difference, file=file) for difference in differences[:MAX_DIFFERENCES]]
    return tuple(found), tuple(unknown)


def _content(result: Result[Any], name: str, digest: str, label: str) -> bytes:
    project = result.project
    content = None if project is None else kept_input(project, name, digest)
    if content is not None:
        return content
    if not Path(name).suffix:
        raise UnreadableFile(f"{name} is not the one that it was: look at what changed there.", name)
    raise UnreadableFile(
        f"{name} differs, but its cells cannot be compared: its content as '{label}' read it is not known. "
        "Results of earlier versions kept no copy, and copies can be deleted (.workbench/inputs).",
        name,
    )


def _paired(one: Mapping[str, str], two: Mapping[str, str]) -> Iterator[tuple[str | None, str | None]]:
    """Pair inputs by name; the rest by the closest name of the same format, as of a file that is dated."""
    yield from ((name, name) for name in one if name in two)
    # What has the content of one on the other side was only renamed.
    left = [name for name in one if name not in two and one[name] not in two.values()]
    right = [name for name in two if name not in one and two[name] not in one.values()]
    for name in left:
        alike = [other for other in right if Path(other).suffix.lower() == Path(name).suffix.lower()]
        close = difflib.get_close_matches(name, alike, 1, 0.0)
        if close:
            right.remove(close[0])
        yield name, close[0] if close else None
    yield from ((None, name) for name in right)
