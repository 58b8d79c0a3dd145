"""Content hashes: by them a unit of work is recognised on resume, and a result is traced to its inputs."""

from __future__ import annotations

import functools
import hashlib
import pickle
from pathlib import Path
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

import cloudpickle

from workbench.files import open_file

__all__ = ["digest_of", "file_digest", "function_name"]


class _Writer:
    """Feeds a hash instead of a file, so that large arrays are never copied."""

    __slots__ = ("hash", "write")

    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self.write = self.hash.update


def digest_of(*values: Any) -> str:
    """Hash any picklable values.

    Values that hash alike are equal; equal values hash alike unless they hold sets or were assembled
    differently inside (pandas blocks), in which case the only harm is that work is repeated.
    """
    writer = _Writer()
    pickler = pickle.Pickler(writer, protocol=5)
    # Without the memo two equal values give the same bytes whether or not their parts are shared.
    pickler.fast = True
    try:
        pickler.dump(values)
    except (ValueError, RecursionError, pickle.PicklingError, AttributeError, TypeError):
        return hashlib.sha256(cloudpickle.dumps(values, protocol=5)).hexdigest()
    return writer.hash.hexdigest()


def file_digest(path: Path) -> str:
    """Hash the content of a file (SHA-256)."""
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def function_name(function: Any) -> str:
    """Name a function so that another body, default or captured value makes another name.

    What a function typed into a notebook captures from its surroundings is part of its input; what of that
    cannot be pickled (the job itself, a lock) counts with its type only.
    """
    if isinstance(function, functools.partial):
        given = _content((function.args, function.keywords))
        return f"partial of {function_name(function.func)}:{given[:16]}"
    name = f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', type(function))}"
    owner = getattr(function, "__self__", None)
    if owner is not None and not isinstance(owner, ModuleType):
        name += f":{_content(owner)[:16]}"
    code = getattr(function, "__code__", None)
    if code is None:
        return name
    captured = [_cell_content(cell) for cell in getattr(function, "__closure__", None) or ()]
    defaults = _content((getattr(function, "__defaults__", None), getattr(function, "__kwdefaults__", None)))
    digest = hashlib.sha256(repr((_code_digest(code), captured, defaults)).encode()).hexdigest()
    return f"{name}:{digest[:16]}"


def _cell_content(cell: CellType) -> str:
    try:
        value = cell.cell_contents
    except ValueError:
        return "empty"
    if isinstance(value, FunctionType):
        # By its body, where a pickle would only hold its name; a recursive one holds itself.
        return f"{value.__module__}:{value.__qualname__}:{_code_digest(value.__code__)}"
    return _content(value)


def _content(value: Any) -> str:
    try:
        return digest_of(value)
    except Exception:  # noqa: BLE001 - whatever a class's own pickling raises
        return f"{type(value).__module__}.{type(value).__qualname__}"


def _code_digest(code: CodeType) -> str:
    # Not the whole code object: a moved line or file does not change what the function does.
    constants = [_constant(item) for item in code.co_consts]
    facts = (code.co_code.hex(), constants, code.co_names, code.co_varnames, code.co_freevars)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _constant(item: Any) -> str:
    if isinstance(item, CodeType):
        return _code_digest(item)
    if isinstance(item, frozenset):
        # Its order differs from process to process.
        return repr(sorted(map(repr, item)))
    return repr(item)
