"""What each step of the chain is told, so that it takes the numbers of the step before."""

from __future__ import annotations

from typing import Any

DEFAULT_SCENARIO = "BAU"


def settings_of_step(step: str, scenario: str = DEFAULT_SCENARIO) -> dict[str, Any]:
    """Give the settings that tie a step to the one before.

    Parameters
    ----------
    step
        One of :data:`workbench.planning.chain.STEPS`.
    scenario
        Of the demand forecast and the load profile.
    """
    return {
        "demand": {"scenario": scenario},
        "load_profiles": {
            "scenario": scenario,
            "energy_source": "scenario",
            "demand_scenario": scenario,
        },
        "capacity": {"demand_source": "load profile", "load_profile": scenario},
    }[step]
