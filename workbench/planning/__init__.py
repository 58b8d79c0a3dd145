"""The planning chain as one: demand forecast, load profiles and capacity plan that belong together.

::

    from workbench.planning import load_chain

    chain = load_chain(project)      # the newest plan, and the profile and forecast under it
    chain.agreements                 # whether every year carries its energy and peak through all steps

Heavy libraries are loaded by the first name that needs them, not by importing this package.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.planning.chain import Agreement, PlanningChain, load_chain
    from workbench.planning.report import write_report

__all__ = [
    "Agreement",
    "PlanningChain",
    "load_chain",
    "write_report",
]

_MODULES = {
    "Agreement": "chain",
    "PlanningChain": "chain",
    "load_chain": "chain",
    "write_report": "report",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
