"""The planning chain as one: demand forecast, load profiles and capacity plan that belong together.

::

    from workbench.planning import load_chain

    chain = load_chain(project)      # the newest plan, and the profile and forecast under it
    chain.agreements                 # whether every year carries its energy and peak through all steps

Heavy libraries are loaded by the first name that needs them, not by importing this package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.lazy import lazy_names

if TYPE_CHECKING:
    from workbench.planning.chain import Agreement, PlanningChain, load_chain
    from workbench.planning.check import InputCheck, check_inputs
    from workbench.planning.report import write_report
    from workbench.planning.state import ChainState, chain_state, run_stale_steps

__all__ = [
    "Agreement",
    "ChainState",
    "InputCheck",
    "PlanningChain",
    "chain_state",
    "check_inputs",
    "load_chain",
    "run_stale_steps",
    "write_report",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "Agreement": "chain",
        "ChainState": "state",
        "InputCheck": "check",
        "chain_state": "state",
        "check_inputs": "check",
        "PlanningChain": "chain",
        "load_chain": "chain",
        "run_stale_steps": "state",
        "write_report": "report",
    },
)
