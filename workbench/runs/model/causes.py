"""Failures of many units or stages in one sentence: by cause, not by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["failed_stages", "failures_by_cause", "listed"]

NAMES = 3
"""Names that are given of each cause."""
CAUSES = 5
MAX_NAMED = 5
"""Failed stages that are named one by one; more are told by their causes."""


def failures_by_cause(failures: Mapping[str, str]) -> str:
    """Say what failed and why, the most frequent cause first.

    Parameters
    ----------
    failures
        Name of what failed -> why, in one line.

    Returns
    -------
    str
        Such as ``"a, b, c and 7 more (ImportError: no module named x); d (no readings)"``.
    """
    names_of: dict[str, list[str]] = {}
    for name, cause in failures.items():
        names_of.setdefault(cause, []).append(name)
    causes = sorted(names_of.items(), key=lambda item: -len(item[1]))
    named = [(listed(names, ", ", NAMES, last=" "), cause) for cause, names in causes[:CAUSES]]
    parts = [f"{names} ({cause})" if cause else names for names, cause in named]
    if left := sum(len(names) for _, names in causes[CAUSES:]):
        parts.append(f"{left} more for other reasons")
    return "; ".join(parts)


def failed_stages(stages: Sequence[str], causes: Mapping[str, str]) -> str:
    """Name the stages that failed, or count them by cause where they are many."""
    if len(stages) <= MAX_NAMED:
        return ", ".join(stages)
    by_cause = failures_by_cause({stage: causes.get(stage, "") for stage in stages})
    return f"{len(stages)} stages: {by_cause}"


def listed(parts: Sequence[str], separator: str, most: int, *, last: str = "") -> str:
    """Join so many parts, and count the rest; ``last`` comes before the count in place of the separator."""
    more = len(parts) - most
    return separator.join(parts[:most]) + (f"{last or separator}and {more} more" if more > 0 else "")
