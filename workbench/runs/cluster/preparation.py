"""What a worker is given before its first unit: modules, and a copy of the files that units read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from workbench.runs.cluster.copied_folder import keep_part
from workbench.runs.cluster.sent_files import parts_of
from workbench.runs.model.units import UnitFiles
from workbench.runs.process.sent_modules import ModuleSource, keep_modules

__all__ = ["prepare_worker"]


async def prepare_worker(
    client: Any, worker: str, token: str, modules: Mapping[str, ModuleSource], files: UnitFiles | None
) -> str:
    """Give a worker what it needs; runs on the client's event loop.

    Parameters
    ----------
    client, worker, token
        The cluster, the worker's address, and what names the map there.
    modules
        What units import besides installed packages.
    files
        What they read of a folder that the worker does not see; None where it sees it.

    Returns
    -------
    str
        Why the worker cannot compute; empty where it can.
    """
    if modules and (failure := await _failure(client, worker, keep_modules, token, modules)):
        return failure
    if files is None or files.folder is None:
        return ""
    try:
        parts = parts_of(files)
        while (part := await asyncio.to_thread(next, parts, None)) is not None:
            if failure := await _failure(client, worker, keep_part, token, *part):
                return failure
    except OSError as error:
        return str(error)
    return ""


async def _failure(client: Any, worker: str, function: Any, *arguments: Any) -> str:
    answer = (await client._run(function, *arguments, workers=[worker], on_error="return")).get(worker)
    if isinstance(answer, ImportError | AttributeError | TypeError):
        return f"it cannot run units ({answer}): it needs the same environment, the workbench included"
    return f"it answers {type(answer).__name__}: {answer}" if isinstance(answer, BaseException) else ""
