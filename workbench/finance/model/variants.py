"""The words that tell a budget, a forecast or the year before from what happened."""

from __future__ import annotations

import re

from workbench.finance.model.roles import Variant

__all__ = ["VARIANT_WORDS", "split_variant", "variant_of", "variants_in"]

VARIANT_WORDS: dict[Variant, tuple[str, ...]] = {
    Variant.BUDGET: ("budget", "budgeted", "bud", "plan", "planned", "target", "soll", "presupuesto"),
    Variant.FORECAST: (
        "forecast", "forecasted", "fcst", "fc", "outlook", "estimate", "estimated", "projection", "projected",
        "expected", "prognose",
    ),
    Variant.PRIOR_YEAR: (
        "prior year", "previous year", "last year", "py", "ly", "prior", "vorjahr", "year ago", "prev year",
    ),
    Variant.ACTUAL: ("actual", "actuals", "act", "ist", "real", "realised", "realized"),
}  # fmt: skip


def split_variant(words: str) -> tuple[str, Variant | None]:
    """Take the words for budget, forecast and prior year out of a header; ``None`` when it has none."""
    for variant, names in VARIANT_WORDS.items():
        for name in sorted(names, key=len, reverse=True):
            rest, found = re.subn(rf"\b{name}\b", " ", words)
            if found:
                rest = " ".join(rest.split())
                # What joined the two goes too; the "of" of "cost of sales" does not.
                return re.sub(r"^(vs|of|for)\b|\b(vs|of|for)$", "", rest).strip(), variant
    return words, None


def variant_of(value: str) -> Variant | None:
    """Give the variant that a cell of a scenario column names; ``None`` when it is none that is known."""
    return next(iter(variants_in(value)), None)


def variants_in(text: str) -> list[Variant]:
    """Give every variant that a text names."""
    words = re.sub(r"[\W_]+", " ", text.casefold())
    return [
        variant
        for variant, names in VARIANT_WORDS.items()
        if any(re.search(rf"\b{name}\b", words) for name in names)
    ]
