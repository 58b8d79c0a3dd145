"""Content hashes: by them a unit of work is recognised on resume, and a result is traced to its inputs."""

from __future__ import annotations

import hashlib
import io
import pickle
from pathlib import Path
from types import CodeType
from typing import Any

import cloudpickle

__all__ = ["digest_of", "file_digest", "function_name"]


class _Writer(io.RawIOBase):
    """Feeds a hash instead of a file, so that large arrays are never copied."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        view = memoryview(block)
        self.hash.update(view)
        return view.nbytes


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
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def function_name(function: Any) -> str:
    """Name a function so that a changed body of a function typed into a notebook is noticed."""
    name = f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', repr(function))}"
    code = getattr(function, "__code__", None)
    return name if code is None else f"{name}:{_code_digest(code)[:16]}"


def _code_digest(code: CodeType) -> str:
    # Not the whole code object: a moved line or file does not change what the function does.
    constants = [_code_digest(item) if isinstance(item, CodeType) else repr(item) for item in code.co_consts]
    return hashlib.sha256(repr((code.co_code.hex(), constants, code.co_names)).encode()).hexdigest()
