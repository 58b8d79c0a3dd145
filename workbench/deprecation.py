"""Names that have changed: the old one keeps working for a while, and says once what to use instead.

::

    @deprecated("workbench.demand.run_forecast", since="0.2", use="workbench.demand.forecast")
    def run_forecast(frame): ...

    # at the end of a module: names that it had before
    __getattr__ = deprecated_names(__name__, {"MOST_POINTS": "MAX_POINTS"}, since="0.2")

A third form, :func:`warn_deprecated`, is for settings, columns and whatever else is read by an old name. How long
old names are kept is part of the policy in ``docs/formats.md``.
"""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

from workbench.lazy import located

__all__ = ["deprecated", "deprecated_names", "warn_deprecated"]

P = ParamSpec("P")
R = TypeVar("R")

_warned: set[str] = set()


def warn_deprecated(name: str, since: str, use: str, *, stacklevel: int = 2) -> None:
    """Warn that a name is deprecated, once per name and process.

    Parameters
    ----------
    name
        The old name, as the user wrote it.
    since
        Version of the workbench from which the new name exists.
    use
        What to use instead.
    stacklevel
        Frames between here and the user's code, as for :func:`warnings.warn`; 2 is the caller.
    """
    if name in _warned:
        return
    _warned.add(name)
    message = f"{name} is deprecated since version {since}; use {use}."
    warnings.warn(message, DeprecationWarning, stacklevel=stacklevel + 1)


def deprecated(name: str, since: str, use: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a function as deprecated; its first call warns.

    Parameters
    ----------
    name, since, use
        As for :func:`warn_deprecated`.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            warn_deprecated(name, since, use)
            return function(*args, **kwargs)

        return call

    return decorate


def deprecated_names(
    module: str,
    renamed: Mapping[str, str],
    since: str,
    otherwise: Callable[[str], Any] | None = None,
) -> Callable[[str], Any]:
    """Make a module-level ``__getattr__`` that still gives renamed attributes; the first use of each warns.

    Parameters
    ----------
    module
        Name of the module that had the old names: its ``__name__``.
    renamed
        Old name -> new name in the same module, or ``"package.module:name"`` where it has moved.
    since
        Version of the workbench from which the new names exist.
    otherwise
        The module's own ``__getattr__``, where it has one; called for every other name.
    """

    def getattr_of_module(name: str) -> Any:
        if name not in renamed:
            if otherwise is not None:
                return otherwise(name)
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        place = renamed[name] if ":" in renamed[name] else f"{module}:{renamed[name]}"
        warn_deprecated(f"{module}.{name}", since, place.replace(":", "."))
        return located(place)

    return getattr_of_module
