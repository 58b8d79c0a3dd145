"""A figure that was drawn for one reader is bytes for all others: kept by what it is of and what was chosen.

A page redraws a figure when one of its controls changes, so it is determined by the result that it shows, the code
that draws it and the values of the controls. All of that is the key. Where the code holds on to anything else, such
as a table that was made before, the figure is drawn anew each time: better late than another one's.

The folder belongs to one server (``WORKBENCH_FIGURES``), which removes it when it ends; its size has a limit.
"""

from __future__ import annotations

import contextlib
import datetime
import enum
import functools
import hashlib
import json
import os
import tempfile
import types
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import ipywidgets

__all__ = [
    "FOLDER",
    "FigureStore",
    "NotShared",
    "Source",
    "current_source",
    "key_of",
    "shared_figures",
    "store_here",
]

FOLDER = "WORKBENCH_FIGURES"
MAX_BYTES = 200_000_000
"""What the kept figures of a server may use on disk."""
MAX_DEPTH = 8

_current: ContextVar[Source | None] = ContextVar("source of figures", default=None)


class NotShared(Exception):
    """A figure depends on something that cannot be told by its value."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What the figures of a view are of.

    Attributes
    ----------
    identity
        Tells the content of the result, whatever its name.
    result, owner
        The result, and the view: what drawing code may refer to.
    """

    identity: str
    result: object
    owner: object


@contextlib.contextmanager
def shared_figures(source: Source | None) -> Iterator[None]:
    """Share the figures that are made meanwhile with other readers of the same result."""
    token = _current.set(source)
    try:
        yield
    finally:
        _current.reset(token)


def current_source() -> Source | None:
    """Give what the figures that are made now are of; None where they are not shared."""
    return _current.get()


def key_of(source: Source, make: Callable[..., Any], controls: tuple[Any, ...]) -> str:
    """Give the key of a figure.

    Parameters
    ----------
    source
        What it is of.
    make
        Draws it.
    controls
        The widgets whose changes have it drawn again.

    Raises
    ------
    NotShared
        When it depends on something that cannot be told by its value.
    """
    facts = (source.identity, _facts(make, source, 0), tuple(_facts(one, source, 0) for one in controls))
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _facts(value: Any, source: Source, depth: int) -> object:
    """Tell a value by what two processes would agree on."""
    if depth > MAX_DEPTH:
        raise NotShared("nested too deeply")
    inner = functools.partial(_facts, source=source, depth=depth + 1)
    if value is source.result:
        return "the result"
    if value is source.owner:
        return "the view"
    match value:
        case enum.Enum():
            return type(value).__qualname__, value.name
        case None | bool() | int() | float() | str() | bytes() | datetime.date() | datetime.timedelta():
            return type(value).__name__, repr(value)
        case tuple() | list():
            return type(value).__name__, tuple(map(inner, value))
        case dict():
            return "dict", tuple((inner(key), inner(item)) for key, item in value.items())
        case types.ModuleType():
            return "module", value.__name__
        case type():
            return "type", value.__module__, value.__qualname__
        case types.BuiltinFunctionType():
            return "builtin", value.__qualname__
        case functools.partial():
            return "partial", inner(value.func), inner(value.args), inner(value.keywords)
        case types.MethodType():
            return "method", inner(value.__func__), inner(value.__self__)
        case types.FunctionType():
            return _facts_of_code(value, inner)
        case ipywidgets.ValueWidget():
            return "control", inner(value.value)
    parameters: Any = getattr(type(value), "__dataclass_params__", None)
    if is_dataclass(value) and parameters.frozen:
        names = tuple(field.name for field in fields(value))
        return type(value).__qualname__, tuple((name, inner(getattr(value, name))) for name in names)
    raise NotShared(type(value).__qualname__)


def _facts_of_code(function: types.FunctionType, inner: Callable[[Any], object]) -> object:
    code = function.__code__
    held = []
    for cell in function.__closure__ or ():
        try:
            held.append(inner(cell.cell_contents))
        except ValueError as error:
            raise NotShared("not assigned yet") from error
    where = (function.__module__, function.__qualname__, code.co_firstlineno, code.co_code, code.co_names)
    given = (inner(function.__defaults__), inner(function.__kwdefaults__))
    return "function", where, repr(code.co_consts), tuple(held), given


class FigureStore:
    """Keeps figures as files, the ones used last as long as there is room.

    Parameters
    ----------
    folder
        Where; of one server, and readable by nobody else.
    limit
        What the files may hold together [bytes].
    """

    def __init__(self, folder: Path, limit: int = MAX_BYTES) -> None:
        self._folder, self._limit = folder, limit

    def get(self, key: str) -> Mapping[str, Any] | None:
        """Give a figure; None where there is none."""
        path = self._folder / key
        try:
            content = path.read_bytes()
            os.utime(path)
            found = json.loads(content)
        except (OSError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def put(self, key: str, figure: Mapping[str, Any]) -> None:
        """Keep a figure, and remove those not used for longest where there is no room."""
        content = json.dumps(figure, separators=(",", ":")).encode()
        if len(content) > self._limit // 10:
            return
        # A full disk costs the others their share, and nobody a figure.
        with contextlib.suppress(OSError):
            self._make_room(len(content))
            descriptor, name = tempfile.mkstemp(dir=self._folder)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.replace(name, self._folder / key)  # noqa: PTH105 - the name is a text

    def _make_room(self, size: int) -> None:
        known = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    facts = entry.stat()
                    known.append((facts.st_mtime_ns, facts.st_size, entry.path))
        used = sum(each for _, each, _ in known)
        for _, each, path in sorted(known):
            if used + size <= self._limit:
                return
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108 - the name is a text
            used -= each


@functools.cache
def store_here() -> FigureStore | None:
    """Give the store that the server of this kernel has; None outside of one."""
    folder = os.environ.get(FOLDER)
    return FigureStore(Path(folder)) if folder and Path(folder).is_dir() else None
