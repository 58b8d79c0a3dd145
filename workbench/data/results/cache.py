"""The Arrow cache of a project: tables that are expensive to make, kept as memory-mapped files.

The name of a file is the hash of everything that the table depends on, so nothing is ever out of date, and
the folder can be deleted at any time. A file is an Arrow IPC file followed by its checksum.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import struct
import warnings
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa

from workbench.data.atomic import replacing, sweep
from workbench.data.projects.project import Project
from workbench.errors import CacheNotWritten, UnwritableFile
from workbench.files import as_name, facts, read_bytes, remove, touch, walked
from workbench.runs.model.read_only import is_viewer

MAX_MEGABYTES = 2000
_TRAILER = struct.Struct("<8sI")
_MAGIC = b"WBCACHE1"

_verified: set[tuple[str, int, int]] = set()


def cached(project: Project, key_parts: Mapping[str, object], make: Callable[[], pa.Table]) -> pa.Table:
    """Give a table from the cache, or make it and keep it.

    Parameters
    ----------
    project
        Whose cache.
    key_parts
        Everything the table depends on, as JSON values: hashes of the inputs
        (:func:`workbench.runs.model.digest.file_digest`), settings, and a version of the code that makes it.
    make
        Makes the table when it is not there, or its file is damaged.

    Returns
    -------
    pyarrow.Table
        Memory-mapped when it comes from the cache: its pages are shared with all other processes.

    Warns
    -----
    CacheNotWritten
        When it could not be kept, such as on a full disk.
    """
    path = cache_path(project, key_parts)
    table = _read(path)
    if table is not None:
        return table
    table = make()
    if is_viewer():
        return table
    try:
        _write(path, table)
    except UnwritableFile as error:
        warnings.warn(
            f"The cache was not written, the work continues without it: {error}", CacheNotWritten, 2
        )
        return table
    prune(project)
    return _read(path) or table


def cache_path(project: Project, key_parts: Mapping[str, object]) -> Path:
    """Give the file in which a table with this key is kept."""
    key = json.dumps(dict(key_parts), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return project.cache_folder / f"{hashlib.sha256(key.encode()).hexdigest()[:40]}.arrow"


def prune(project: Project, max_megabytes: float = MAX_MEGABYTES) -> int:
    """Remove the files that were not used for the longest time, until the cache is small enough.

    Parameters
    ----------
    project
        Whose cache.
    max_megabytes
        Size [MB] to which it may grow.

    Returns
    -------
    int
        How many files were removed.
    """
    removed, total = 0, 0
    sweep(project.cache_folder)
    sizes = []
    for path in walked(project.cache_folder, "*.arrow"):
        found = facts(path)
        if found is not None:
            sizes.append((found.st_mtime_ns, found.st_size, path))
    for _, size, path in sorted(sizes, reverse=True):
        total += size
        if total > max_megabytes * 1e6:
            with contextlib.suppress(OSError):
                remove(path)
                removed += 1
    return removed


def _read(path: Path) -> pa.Table | None:
    try:
        with as_name(path) as name:
            content = pa.memory_map(name).read_buffer()
        magic, checksum = _TRAILER.unpack(content[-_TRAILER.size :])
        body = content[: -_TRAILER.size]
        # Checked once in a process: a damaged page must not become a number, but a second look is free.
        if magic != _MAGIC or not _is_intact((str(path), checksum, len(body)), body, checksum):
            return None
        table = pa.ipc.open_file(body).read_all()
    except (OSError, struct.error, pa.ArrowException):
        return None
    if not is_viewer():
        with contextlib.suppress(OSError):
            touch(path)
    return table


def is_whole(path: Path) -> bool:
    """Whether a file of the cache is as it was written."""
    content = read_bytes(path)
    try:
        magic, checksum = _TRAILER.unpack(content[-_TRAILER.size :])
    except struct.error:
        return False
    return bool(magic == _MAGIC and zlib.crc32(content[: -_TRAILER.size]) == checksum)


def _is_intact(identity: tuple[str, int, int], body: pa.Buffer, checksum: int) -> bool:
    if identity in _verified:
        return True
    if zlib.crc32(body) != checksum:
        return False
    _verified.add(identity)
    return True


def _write(path: Path, table: pa.Table) -> None:
    with replacing(path) as temporary:
        with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        with pa.memory_map(str(temporary)) as source:
            checksum = zlib.crc32(source.read_buffer())
        with temporary.open("ab") as file:
            file.write(_TRAILER.pack(_MAGIC, checksum))
