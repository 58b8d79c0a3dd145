"""Settings that were given but make no difference to a run: each is noted, with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.data.notes import Notes
from workbench.runs.model.settings import settings_of

__all__ = ["note_unused_settings"]


def note_unused_settings(config: Any, reasons: Mapping[str, str], notes: Notes) -> None:
    """Note the settings that differ from their defaults, but have no effect.

    Parameters
    ----------
    config
        The settings.
    reasons
        Setting -> why it has none in this run; an empty reason is none.
    notes
        Gets the notes. They name no file: a setting is in none.
    """
    for item in settings_of(type(config)):
        reason = reasons.get(item.name)
        if reason and getattr(config, item.name) != item.default:
            notes.unused(f"{reason}.", file="", setting=item.name, advice="leave it at its default")
