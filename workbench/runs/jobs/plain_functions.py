"""Jobs and units are plain functions: one that only makes a coroutine or a generator would end without any work."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

from workbench.errors import SettingError

__all__ = ["refuse_other_functions", "refuse_unfinished"]

Result = TypeVar("Result")

_HOW = (
    "which would return before any of its work is done: make it a plain function that calls asyncio.run(...), or "
    "goes through the generator itself"
)


def refuse_other_functions(function: Callable[..., Any], what: str) -> None:
    """Refuse ``async def`` and generator functions, also inside ``functools.partial`` and as ``__call__``.

    Parameters
    ----------
    function
        What is to be called.
    what
        What it is, as the beginning of a sentence: ``"The job 'demand'"``.

    Raises
    ------
    SettingError
        When it is one.
    """
    while isinstance(function, functools.partial):
        function = function.func
    for one in (function, getattr(function, "__call__", None)):  # noqa: B004 - its code is looked at
        if inspect.iscoroutinefunction(one) or inspect.isasyncgenfunction(one):
            raise SettingError(f"{what} is an async function, {_HOW}.", "function", function)
        if inspect.isgeneratorfunction(one):
            raise SettingError(f"{what} is a generator function, {_HOW}.", "function", function)


def refuse_unfinished(result: Result) -> Result:
    """Give a result back, unless it is a coroutine or a generator: work that nobody has done.

    Raises
    ------
    SettingError
        When it is one; it is closed.
    """
    if inspect.iscoroutine(result) or inspect.isgenerator(result):
        result.close()
    elif not isinstance(result, AsyncIterator):
        return result
    raise SettingError(f"The function returned a {type(result).__name__}, {_HOW}.", "function", result)
