"""Fetching what units on a Dask cluster came to."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.runs.cluster.attempt import Attempt
from workbench.runs.cluster.connection import SchedulerLost
from workbench.runs.cluster.messages import CallResult
from workbench.runs.model.signals import describe_error

__all__ = ["results_of"]

RESULT_SECONDS = 1.0
"""How long a result on its way is waited for before the thread looks after the other units."""


def results_of(client: Any, ended: Mapping[int, Attempt]) -> Iterator[tuple[int, CallResult | None]]:
    """Fetch results, in one go where that works: to ask for each alone would cost more than quick units.

    Gives the number of each call with its result; None while that is on its way, or where it was lost with the
    worker that held it.

    Raises
    ------
    SchedulerLost
        When the scheduler does not know the calls any more.
    """
    whole = [(number, one) for number, one in ended.items() if one.future.status == "finished"]
    found: dict[int, CallResult] = {}
    if len(whole) > 1:
        fetching = client._gather([one.future for _, one in whole])
        fetched = asyncio.run_coroutine_threadsafe(fetching, client.loop.asyncio_loop)
        # What goes wrong with one of them is looked at one by one.
        with contextlib.suppress(Exception):
            found = dict(zip((number for number, _ in whole), fetched.result(RESULT_SECONDS), strict=True))
        fetched.cancel()
    for number, one in ended.items():
        yield number, found[number] if number in found else _result_of(one)


def _result_of(one: Attempt) -> CallResult | None:
    from distributed import KilledWorker
    from distributed import TimeoutError as NotYet

    try:
        result: CallResult = one.future.result(RESULT_SECONDS)
    except NotYet:
        return None
    except KilledWorker as error:
        sentence = f"its worker died each time it was tried ({describe_error(error)})"
        return CallResult("killed", (sentence, ""), time.monotonic() - one.asked, "", 0)
    except Exception as error:
        if one.future.status == "error":
            return CallResult("error", (describe_error(error), ""), time.monotonic() - one.asked, "", 0)
        # Cancelled by the loss of the scheduler, or by a restart of the cluster.
        raise SchedulerLost from error
    return result
