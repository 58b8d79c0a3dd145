"""What a panel shows of a run, as small plain facts by name, and which of them have changed.

A section is a mapping from a name to something that JSON can hold. The browser keeps the same mappings: it gets
only what has changed since it was last told, as much at a time as one message may hold.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.errors import SettingError
from workbench.runs.engine.run import Run
from workbench.runs.jobs.registry import find_job
from workbench.runs.model.read_only import is_viewer
from workbench.runs.model.records import RunRecord
from workbench.runs.model.setting_types import describe_type, text_of
from workbench.runs.model.settings import Setting, settings_of, to_plain
from workbench.runs.model.states import Level, RunState
from workbench.runs.overview.summary import Summary
from workbench.runs.process.identity import LEASE_SECONDS

__all__ = [
    "Sections",
    "SentSections",
    "adjustable_settings",
    "chosen_settings",
    "describe_setting",
    "gravest_notes",
    "sections_of",
    "silence_of",
]

Sections = dict[str, dict[str, Any]]

MAX_TEXT_CHARACTERS = 600
MAX_NOTES = 3
SILENT_OWNER_SECONDS = 25.0
"""A process says every ten seconds that it lives."""
MAX_DETAILS = 50
"""Problems listed under the reason; the run's summary has all."""


def sections_of(run: Run, summary: Summary, settings: Mapping[str, Setting]) -> Sections:
    """Fold a run into the sections that a panel shows.

    Parameters
    ----------
    run
        The run.
    summary
        Its summary of this moment.
    settings
        Those of its settings that may be adjusted, by name.
    """
    return {
        "facts": _facts(run, summary),
        "stages": {
            path: [
                stage.title,
                str(stage.state),
                stage.started,
                stage.ended,
                None if stage.fraction is None else round(stage.fraction, 4),
                _short(stage.message),
                place,
                _bars(stage.bars),
            ]
            for place, (path, stage) in enumerate(summary.stages.items())
        },
        "metrics": {
            # JSON has no inf and no nan.
            f"{stage}\n{name}": [name, _finite(metric.value), metric.unit, stage, place]
            for place, ((stage, name), metric) in enumerate(summary.metrics.items())
        },
        "artifacts": {
            str(number): [_short(str(facts.get("title", ""))), _short(str(facts.get("path", "")))]
            for number, facts in enumerate(summary.artifacts)
        },
        "settings": {
            name: describe_setting(item, summary.settings.get(name, item.default))
            for name, item in settings.items()
        },
    }


def _finite(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _bars(bars: Sequence[tuple[int, str, float | None]]) -> list[list[Any]]:
    return [[depth, _short(text), share] for depth, text, share in bars]


def _facts(run: Run, summary: Summary) -> dict[str, Any]:
    state = summary.state
    return {
        "state": str(state),
        "final": state.is_final,
        "cause": str(summary.cause),
        "status": summary.status,
        "reason": _short(summary.reason),
        "details": [_short(line) for line in summary.details[:MAX_DETAILS]],
        "started": summary.started,
        "ended": summary.ended,
        "fraction": None if summary.fraction is None else round(summary.fraction, 4),
        "left": None if summary.seconds_left is None else round(summary.seconds_left, 1),
        "message": _short(summary.message),
        "bars": _bars(summary.bars),
        "request": summary.request,
        "health": summary.health,
        "memory": summary.memory,
        "cpu": summary.cpu_seconds,
        "queue": run.queue_place() if state == "queued" else 0,
        "here": run.is_here,
        "next": what_can_be_done(run, summary),
    }


def what_can_be_done(run: Run, summary: Summary) -> str:
    """Say what can still be done about a run that has ended without a whole result; nothing to readers."""
    if is_viewer():
        return ""
    if summary.resume_helps:
        return f'resume("{run.id}", project) does what is not finished; finished units are not repeated.'
    if summary.state == RunState.FAILED:
        return "Correct what is named here, then run it again."
    return ""


def silence_of(record: RunRecord, now: float) -> str:
    """Say that the process of a followed run has shown no sign of life for a while; empty as long as it does.

    Parameters
    ----------
    record
        The run, which has not ended.
    now
        The time of day (s since 1970-01-01 UTC).
    """
    owner = record.owner
    silent = 0.0 if owner.beat is None else now - owner.beat
    if silent < SILENT_OWNER_SECONDS or record.state.is_final:
        return ""
    if is_viewer():
        return f"No sign of life from the run for {_coarse(silent)}."
    outcome = (
        "It exists, and is stopped or held up."
        if owner.is_here()
        else f"After {LEASE_SECONDS:.0f} s the run is called interrupted."
    )
    return (
        f"No sign of life from its process ({owner.pid} on {owner.host}) for {_coarse(silent)}. {outcome} "
        f"To end the run in the record at once: workbench cancel {record.id} --abandon."
    )


def _coarse(seconds: float) -> str:
    return f"{seconds // 10 * 10:.0f} s" if seconds < 120 else f"{seconds // 60:.0f} min"


def gravest_notes(run: Run, summary: Summary) -> list[list[str]]:
    """Give the gravest notes of a run that has ended, each with its level: failures, omissions, warnings."""
    # Of bad input, the reason is the first of the details.
    reason = [summary.reason] if summary.state in (RunState.FAILED, RunState.INTERRUPTED) else []
    errors = summary.details or reason
    errors = errors + [
        f"{summary.stages[path].title}: {summary.stages[path].message}" for path in summary.outermost_failures
    ]
    notes: dict[str, str] = {}
    _add_notes(notes, errors, Level.ERROR)
    missing = [summary.reason] if summary.state == RunState.CANCELLED else []
    _add_notes(notes, [*missing, summary.damage, *summary.omissions], Level.WARNING)
    for level in (Level.ERROR, Level.WARNING):
        if len(notes) < MAX_NOTES:
            lines = run.lines(0, MAX_NOTES, level=level)
            _add_notes(notes, [line.message for line in lines if line.level == level.word], level)
    return [[level, text] for text, level in list(notes.items())[:MAX_NOTES]]


def _add_notes(notes: dict[str, str], texts: Sequence[str], level: Level) -> None:
    for text in texts:
        # What failed or is missing is in the log too, with a word before it.
        if text and not any(known in text or text in known for known in notes):
            notes[_short(text)] = level.word


def describe_setting(item: Setting, value: Any) -> dict[str, Any]:
    """Tell a browser all that it needs to show one setting."""
    choices = [str(to_plain(choice)) for choice in item.choices]
    shown = to_plain(value)
    if isinstance(shown, (list, dict)):
        shown = text_of(shown)
    kind = "choice" if choices and not isinstance(value, (tuple, list)) else "text"
    if item.type is bool:
        kind = "switch"
    elif item.type in (int, float) and not choices:
        kind = "number"
    return {
        "title": item.title,
        "help": item.help,
        "unit": item.unit,
        "kind": kind,
        "whole": item.type is int,
        "minimum": item.minimum,
        "maximum": item.maximum,
        "choices": choices,
        "expects": describe_type(item.type),
        "value": shown,
    }


def adjustable_settings(run: Run) -> dict[str, Setting]:
    """Find the settings of a run that may be changed while it is active; none when its job is not known here."""
    try:
        config_type = find_job(run.job).config_type
    except (SettingError, ImportError):
        return {}
    return {item.name: item for item in settings_of(config_type) if item.adjustable}


def chosen_settings(run: Run) -> list[str]:
    """Write the settings of a run that are not the defaults; none to readers, or when its job is not known here."""
    try:
        config_type = find_job(run.job).config_type
    except (SettingError, ImportError):
        return []
    if is_viewer():
        # Settings may name folders and addresses.
        return []
    chosen = run.summary().settings
    return [
        _short(f"{item.title}: {_setting_text(chosen[item.name])} {item.unit}".strip())
        for item in settings_of(config_type)
        if item.name in chosen and chosen[item.name] != to_plain(item.default)
    ]


def _setting_text(plain: Any) -> str:
    return ("yes" if plain else "no") if isinstance(plain, bool) else text_of(plain) or "none"


class SentSections:
    """What the browser has been told, so that only changes are sent."""

    def __init__(self) -> None:
        self._told: Sections = {}

    def clear(self) -> None:
        """Tell everything again."""
        self._told = {}

    def changes(self, sections: Sections, budget: int) -> tuple[Sections, bool]:
        """Give what has changed, up to about ``budget`` bytes, and whether that is all."""
        changes: Sections = {}
        for section, entries in sections.items():
            told = self._told.setdefault(section, {})
            for name, value in entries.items():
                if name in told and told[name] == value:
                    continue
                if budget <= 0:
                    return changes, False
                budget -= len(name) + 6 + len(json.dumps(value))
                changes.setdefault(section, {})[name] = told[name] = value
        return changes, True


def _short(text: str) -> str:
    return (
        text
        if len(text) <= MAX_TEXT_CHARACTERS
        else f"{text[:MAX_TEXT_CHARACTERS]} … ({len(text)} characters in all)"
    )
