"""Which stage of its run the work of this thread belongs to."""

from __future__ import annotations

from contextvars import ContextVar

from workbench.runs.model.plain_values import plain_text

__all__ = ["open_stage", "stage_path"]

open_stage: ContextVar[str] = ContextVar("workbench_stage", default="")
"""Path of the open stage; empty outside of all stages."""


def stage_path(name: str = "") -> str:
    """Path of the open stage, or of a child of it; a name of another type is taken as text."""
    parent, name = open_stage.get(), plain_text(name)
    return f"{parent}/{name}" if parent and name else name or parent
