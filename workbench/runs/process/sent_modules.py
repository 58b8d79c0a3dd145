"""Modules that another process has sent: imported from their source, whatever lies or was imported here."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

__all__ = ["ModuleSource", "keep_modules", "modules_in_use", "with_modules"]

KEPT = 50
"""Senders whose modules are kept."""
POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """The source of one module.

    Attributes
    ----------
    text, sha256
        Its source, and the hash of that.
    path
        Where it lies on the machine of the sender, for tracebacks.
    is_package
        Whether it is the ``__init__`` of a package.
    """

    text: str
    sha256: str
    path: str
    is_package: bool


_sent: OrderedDict[str, Mapping[str, ModuleSource]] = OrderedDict()
_imported: dict[str, str] = {}
_users: Counter[str] = Counter()
_lock = threading.RLock()
_in_use: ContextVar[str] = ContextVar("workbench_modules", default="")


def keep_modules(token: str, sources: Mapping[str, ModuleSource]) -> None:
    """Keep the modules of a sender."""
    with _lock:
        _sent[token] = sources
        while len(_sent) > KEPT:
            _sent.popitem(last=False)
        if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
            sys.meta_path.insert(0, _Finder())


def modules_in_use() -> Mapping[str, ModuleSource]:
    """Give the modules that this thread's work imports from a sender."""
    return _sent.get(_in_use.get(), {})


@contextmanager
def with_modules(token: str, checkpoint: Callable[[], None]) -> Iterator[None]:
    """Have imports inside find the modules of a sender.

    A process has one module of a name: while work for another sender computes with other code of the same name,
    this waits.

    Parameters
    ----------
    token
        Names the sender.
    checkpoint
        Called while it waits; what it raises ends the wait.
    """
    while not _enter(token):
        checkpoint()
        time.sleep(POLL_SECONDS)
    before = _in_use.set(token)
    try:
        yield
    finally:
        _in_use.reset(before)
        with _lock:
            _users[token] -= 1


def _enter(token: str) -> bool:
    with _lock:
        own = _sent.get(token, {})
        others = [_sent.get(other, {}) for other, count in _users.items() if count and other != token]
        for sources in others:
            if any(own[name].sha256 != source.sha256 for name, source in sources.items() if name in own):
                return False
        _users[token] += 1
        kept = {name for sources in others for name in sources}
        # What lies here may be other code, and what was imported for a sender before may be older. All are imported
        # again where one differs: the others hold what they have taken of it.
        if any(_imported.get(name) != source.sha256 for name, source in own.items() if name in sys.modules):
            stale = own.keys() | _imported.keys()
        else:
            stale = _imported.keys() - own.keys()
        for name in stale - kept:
            sys.modules.pop(name, None)
            _imported.pop(name, None)
        if token in _sent:
            _sent.move_to_end(token)
        return True


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of the senders that have work here."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        with _lock:
            used = (sources for token, sources in _sent.items() if _users[token])
            source = next((sources[fullname] for sources in used if fullname in sources), None)
        if source is None:
            return None
        loader = _Loader(source)
        spec = importlib.util.spec_from_loader(
            fullname, loader, origin=source.path, is_package=source.is_package
        )
        if spec is not None and source.is_package:
            # What was not sent lies beside it, where the disk is shared.
            spec.submodule_search_locations = [str(Path(source.path).parent)]
        return spec


class _Loader(importlib.abc.InspectLoader):
    """Imports one module from its source."""

    def __init__(self, source: ModuleSource) -> None:
        self._source = source

    def get_source(self, fullname: str) -> str:
        """Give the source, which tracebacks show."""
        return self._source.text

    def is_package(self, fullname: str) -> bool:
        """Tell whether the module is a package."""
        return self._source.is_package

    def exec_module(self, module: ModuleType) -> None:
        """Run the source."""
        module.__file__ = self._source.path
        exec(compile(self._source.text, self._source.path, "exec", dont_inherit=True), module.__dict__)
        with _lock:
            _imported[module.__name__] = self._source.sha256
