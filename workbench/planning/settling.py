"""Settle what was found in the inputs: by a setting that runs begin with from then on, or as right as it is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workbench.data.atomic import write_text
from workbench.data.notes import Note
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.files import remove
from workbench.planning.chain import STEPS
from workbench.runs.engine.kept_settings import Settled, path_of, read_settled
from workbench.runs.jobs.registry import find_job
from workbench.runs.model.read_only import refuse_viewer
from workbench.runs.model.settings import to_plain

__all__ = ["accept", "key_of", "settle", "settled_settings", "unsettle"]

KEY_LENGTH = 6


def key_of(note: Note) -> str:
    """Give a short name of a finding, by which the command line accepts it; another one when its words change."""
    return _key(str(note))


def _key(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:KEY_LENGTH]


def settled_settings(project: Project, job: str) -> Mapping[str, Any]:
    """Give the settings that were settled for a job of the chain, as JSON holds them."""
    return read_settled(project).settings.get(job, {})


def settle(project: Project, job: str, setting: str, value: str) -> Any:
    """Keep a setting, with which runs of a job begin from now on.

    Parameters
    ----------
    project
        The project; its inputs are left as they are.
    job, setting
        Which one.
    value
        As the command line writes it; lists and tables are added to what was settled before.

    Returns
    -------
    Any
        What is kept now, as JSON holds it.

    Raises
    ------
    SettingError
        When there is no such job or setting, or the value is not allowed.
    UnwritableFile
        When it cannot be kept.
    ViewerRefused
        In a process that serves readers.
    """
    refuse_viewer("Settling a finding")
    if job not in STEPS:
        raise SettingError(
            f"{job!r} is not a step of the chain; expected one of {', '.join(STEPS)}.", "job", job
        )
    settled = read_settled(project)
    kept = settled.settings.get(job, {})
    function = find_job(job)
    new = to_plain(getattr(function.make_config(None, {setting: value}), setting))
    both = {**kept, setting: _joined(kept.get(setting), new)}
    function.make_config(None, both)
    _write(project, replace(settled, settings={**settled.settings, job: both}))
    return both[setting]


def accept(project: Project, job: str, note: Note) -> None:
    """Keep that a finding is right as it is: it is no doubt any more, as long as its words stay the same."""
    refuse_viewer("Settling a finding")
    settled = read_settled(project)
    known = settled.accepted.get(job, [])
    if str(note) not in known:
        _write(project, replace(settled, accepted={**settled.accepted, job: [*known, str(note)]}))


def unsettle(project: Project, job: str, what: str) -> None:
    """Forget a setting that was settled, or a finding that was accepted.

    Parameters
    ----------
    project
        The project.
    job
        Whose.
    what
        Name of the setting, or the words or key of the finding.

    Raises
    ------
    SettingError
        When nothing of that name was settled.
    """
    refuse_viewer("Settling a finding")
    settled = read_settled(project)
    settings, accepted = dict(settled.settings.get(job, {})), settled.accepted.get(job, [])
    left = [words for words in accepted if what not in (words, _key(words))]
    if what in settings:
        del settings[what]
    elif len(left) == len(accepted):
        known = ", ".join([*settings, *(_key(words) for words in accepted)]) or "nothing"
        raise SettingError(f"{what!r} was not settled for {job}; settled are {known}.", "settled", what)
    _write(
        project,
        Settled({**settled.settings, job: settings}, {**settled.accepted, job: left}, settled.format),
    )


def _joined(before: Any, new: Any) -> Any:
    """Add lists and tables to what was there; anything else takes its place."""
    if isinstance(before, dict) and isinstance(new, dict):
        return {**before, **{key: _joined(before.get(key), value) for key, value in new.items()}}
    if isinstance(before, list) and isinstance(new, list):
        return [*before, *(item for item in new if item not in before)]
    return new


def _write(project: Project, settled: Settled) -> None:
    plain = {
        "format": settled.format,
        "settings": {job: values for job, values in settled.settings.items() if values},
        "accepted": {job: words for job, words in settled.accepted.items() if words},
    }
    if plain["settings"] or plain["accepted"]:
        write_text(path_of(project), json.dumps(plain, indent=1, ensure_ascii=False) + "\n")
    else:
        remove(path_of(project))
