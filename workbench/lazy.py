"""Names that load their module on first use (SPEC 1)."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any


def located(place: str) -> Any:
    """Import what ``"package.module:name"`` says."""
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(module), name)


def lazy_names(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Give the ``__getattr__`` and ``__dir__`` of a package.

    Parameters
    ----------
    package
        Its name.
    modules
        Public name -> module that defines it: one of the package, such as ``"results.saved"``, or a whole name.
    """

    def get(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = modules[name]
        place = module if module.startswith("workbench.") else f"{package}.{module}"
        return located(f"{place}:{name}")

    return get, lambda: sorted(modules)
