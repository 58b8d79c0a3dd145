"""PyPSA on first use: it takes seconds to import, and a notebook's first view must not wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType


def pypsa() -> ModuleType:
    """Give the module, with the choices made that it would otherwise warn about."""
    import pypsa as module

    # PyPSA has this option from 1.3, with pandas 3: what pandas reads is kept as it is, as will be PyPSA's default.
    if getattr(module.options.api, "legacy_string_dtype", False) is None:
        module.options.api.legacy_string_dtype = False
    return module


_lock = threading.Lock()
_held = threading.local()


@contextmanager
def pypsa_slot(checkpoint: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Use PyPSA from one thread at a time: linopy switches warnings of the process, and HDF5 knows no threads.

    Parameters
    ----------
    checkpoint
        Called while waiting.
    """
    if getattr(_held, "mine", False):
        yield
        return
    while not _lock.acquire(timeout=0.1):
        checkpoint()
    _held.mine = True
    try:
        yield
    finally:
        _held.mine = False
        _lock.release()


@contextmanager
def slot_released() -> Iterator[None]:
    """Let other threads in while this one only waits for its solver."""
    if not getattr(_held, "mine", False):
        yield
        return
    _held.mine = False
    _lock.release()
    try:
        yield
    finally:
        _lock.acquire()
        _held.mine = True
