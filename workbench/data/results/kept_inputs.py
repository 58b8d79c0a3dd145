"""Copies of the inputs that results were made from, so that two results can be compared cell by cell later.

A copy is named by the SHA-256 of its content, which is checked again when it is read: what is compared is exactly
what a run has read. The folder ``.workbench/inputs`` can be deleted at any time; comparisons then say that the
content of an input is no longer known.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa

from workbench.data.atomic import replacing, sweep
from workbench.data.projects.project import MAX_INPUT_MEGABYTES, Project
from workbench.errors import CopyNotKept, UnwritableFile
from workbench.files import facts, is_file, open_file, read_bytes, remove, size_of, touch, walked
from workbench.runs.model.read_only import is_viewer

__all__ = ["is_whole_copy", "keep_inputs", "kept_input"]

MAX_MEGABYTES = 500
"""Size to which the copies of a project may grow; the ones that were not used for the longest time go first."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_BYTES = int(MAX_INPUT_MEGABYTES * 1e6)


def keep_inputs(project: Project, inputs: Mapping[str, str]) -> None:
    """Keep a copy of each input whose file still has the content that was read.

    Parameters
    ----------
    project
        The project of the result.
    inputs
        Name of each input -> SHA-256 of what was read. An input that is not a file of the project, is larger than
        an input may be, or has changed meanwhile is not kept.
    """
    for name, digest in inputs.items():
        path = _copy_of(project, digest)
        if path is None:
            continue
        if is_file(path):
            with contextlib.suppress(OSError):
                touch(path)
            continue
        content = _current(project, name, digest)
        if content is not None:
            # A result is worth more than the copy of its input: on a full disk there is none.
            try:
                with replacing(path) as temporary:
                    _write(temporary, content)
            except UnwritableFile as error:
                told = f"No copy of {name} was kept, so that its cells cannot be compared later: {error}"
                warnings.warn(told, CopyNotKept, 2)
    _prune(project.kept_folder)


def kept_input(project: Project, name: str, digest: str) -> bytes | None:
    """Give the content of an input that a result was made from.

    Parameters
    ----------
    project
        The project of the result.
    name, digest
        Of the input, as the result tells them.

    Returns
    -------
    bytes or None
        Its content, from the copy or from the file itself where that is still the same; None when neither is.
    """
    path = _copy_of(project, digest)
    if path is None:
        return None
    content = _read(path)
    if content and hashlib.sha256(content).hexdigest() == digest:
        if not is_viewer():
            with contextlib.suppress(OSError):
                touch(path)
        return content
    return _current(project, name, digest)


def is_whole_copy(path: Path) -> bool:
    """Whether a copy has the content that its name says."""
    return hashlib.sha256(_read(path)).hexdigest() == path.stem


def _read(path: Path) -> bytes:
    try:
        with open_file(path) as file, pa.CompressedInputStream(file, "zstd") as stream:
            content: bytes = stream.read(_MAX_BYTES + 1)
    except (OSError, pa.ArrowException):
        return b""
    return content


def _copy_of(project: Project, digest: str) -> Path | None:
    # A hash comes from a file of the project, which may come from anybody: never a path.
    if not _SHA256.fullmatch(digest):
        return None
    return project.kept_folder / f"{digest}.zst"


def _current(project: Project, name: str, digest: str) -> bytes | None:
    for path in _files_named(project, name):
        with contextlib.suppress(OSError):
            if size_of(path) <= _MAX_BYTES:
                content = read_bytes(path)
                if hashlib.sha256(content).hexdigest() == digest:
                    return content
    return None


def _files_named(project: Project, name: str) -> Iterator[Path]:
    last = Path(name).name
    if not last:
        return
    yield from (path for path in walked(project.inputs) if path.name == last)


def _write(path: Path, content: bytes) -> None:
    with pa.CompressedOutputStream(str(path), "zstd") as stream:
        stream.write(content)


def _prune(folder: Path) -> None:
    sweep(folder)
    sizes = []
    for path in walked(folder, "*.zst"):
        found = facts(path)
        if found is not None:
            sizes.append((found.st_mtime_ns, found.st_size, path))
    total = 0
    for _, size, path in sorted(sizes, reverse=True):
        total += size
        if total > MAX_MEGABYTES * 1e6:
            with contextlib.suppress(OSError):
                remove(path)
