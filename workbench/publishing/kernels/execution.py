"""Running a board's cells in a visitor's kernel and taking what they show."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient

from workbench.errors import WorkbenchError

__all__ = ["CellFailed", "Outputs", "run_cell", "subscribe"]

START_SECONDS = 30.0
ASK_SECONDS = 0.05
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

_log = logging.getLogger(__name__)

Outputs = list[dict[str, Any]]


class CellFailed(WorkbenchError):
    """A cell raised an error, or took too long; the reason is in the server's log, not on the page."""


async def subscribe(client: AsyncKernelClient) -> None:
    """Wait until the kernel answers and what it publishes arrives here.

    Raises
    ------
    TimeoutError
        When it does not within ``START_SECONDS``.
    """

    async def hear() -> None:
        # A subscription takes effect some time after it was made: asked until an answer comes back by it.
        while True:
            client.kernel_info()
            try:
                await client.get_iopub_msg(timeout=ASK_SECONDS)
            except Exception as error:
                if not isinstance(error, (TimeoutError, _empty())):
                    raise
            else:
                return

    await asyncio.wait_for(hear(), START_SECONDS)


def _empty() -> type[Exception]:
    from queue import Empty

    return Empty


async def run_cell(client: AsyncKernelClient, source: str, seconds: float) -> Outputs:
    """Run the code of one cell and give its outputs, as a notebook would keep them.

    Parameters
    ----------
    client
        Connected to the kernel, see :func:`subscribe`.
    source
        The code.
    seconds
        How long it may take.

    Raises
    ------
    CellFailed
        When the code raises an error or takes longer.
    """
    asked = client.execute(source, store_history=False, allow_stdin=False)
    try:
        return await asyncio.wait_for(_collect(client, asked), seconds)
    except TimeoutError as error:
        raise CellFailed(f"A cell took longer than {seconds:g} s.") from error


async def _collect(client: AsyncKernelClient, asked: str) -> Outputs:
    outputs: Outputs = []
    failure = ""
    while True:
        message = await client.get_iopub_msg(timeout=None)
        if message["parent_header"].get("msg_id") != asked:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            break
        if kind in ("display_data", "execute_result"):
            outputs.append(_shown(kind, content))
        elif kind == "stream" and content["name"] == "stdout":
            outputs.append({"output_type": "stream", "name": "stdout", "text": content["text"]})
        elif kind == "stream":
            _log.warning("A board wrote to its error output: %s", content["text"].strip())
        elif kind == "error":
            failure = _COLOUR.sub("", "\n".join(content["traceback"]))
        elif kind == "clear_output":
            outputs.clear()
    if failure:
        raise CellFailed(failure)
    return outputs


def _shown(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    output = {"output_type": kind, "data": content["data"], "metadata": content.get("metadata", {})}
    return {**output, "execution_count": None} if kind == "execute_result" else output
