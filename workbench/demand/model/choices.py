"""What settings choose from: names of models and of treatments. Light, so that a form opens at once."""

from __future__ import annotations

from enum import StrEnum

AUTOMATIC = "automatic"
"""Combined growth where GDP and population have paths, else damped growth: a rule, no contest."""

GIVEN_PATH = "given_path"
"""Not a model: the values of the workbook are taken as they are."""

DEFAULT_MODELS = (
    "combined_growth",
    "growth_elasticities",
    "damped_growth",
    "linear_trend",
    "damped_holt",
    "theta",
    "weighted_average_growth",
    "cagr",
    "regression_on_year",
    "regression_on_drivers",
    "median_ensemble",
)

BENCHMARKS = ("naive", "drift")
"""Always computed beside the models."""

MODEL_NAMES = (*DEFAULT_MODELS, *BENCHMARKS)


class ShockHandling(StrEnum):
    """What is done about extraordinary years."""

    WINSORISE = "winsorise"
    YEARS = "years"
    NONE = "none"


def choose(name: str, *, has_economy: bool) -> str:
    """Resolve ``automatic``; other names are given back as they are."""
    if name != AUTOMATIC:
        return name
    return "combined_growth" if has_economy else "damped_growth"
