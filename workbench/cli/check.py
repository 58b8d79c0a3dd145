"""The command that looks through the inputs of a project."""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Sequence
from typing import Any

from rich.markup import escape

from workbench.cli.exit_codes import ExitCode
from workbench.cli.terminal import console
from workbench.data.notes import Note
from workbench.data.projects.project import Project
from workbench.errors import SettingError
from workbench.planning.check import InputCheck, InputState, check_inputs
from workbench.planning.settling import accept, key_of, settle, unsettle
from workbench.shell import command

__all__ = ["check"]

COLOURS = {
    InputState.READY: "green",
    InputState.DOUBTFUL: "yellow",
    InputState.MISSING: "yellow",
    InputState.WRONG: "red",
}


def check(options: argparse.Namespace) -> int:
    """Read the inputs of a project as its jobs would, and list everything noticed with file, sheet and cell."""
    project = Project.open(options.project)
    for words in options.settle:
        job, setting, value = _assignment(words)
        kept = settle(project, job, setting, value)
        if not options.json:
            console().print(f"Settled: {job}.{setting} = {escape(json.dumps(kept, ensure_ascii=False))}")
    for words in options.undo:
        job, _, what = words.partition(".")
        unsettle(project, job, what)
    found = check_inputs(project)
    for key in options.accept:
        item, note = _finding(found, key)
        accept(project, item.step, note)
    found = check_inputs(project) if options.accept else found
    if options.json:
        print(json.dumps([_plain(item) for item in found], indent=1, ensure_ascii=False))  # noqa: T201
    else:
        for item in found:
            _print(item, project)
    states = {item.state for item in found}
    if InputState.WRONG in states:
        return ExitCode.WRONG_USE
    return ExitCode.SUCCEEDED_INCOMPLETE if InputState.MISSING in states else ExitCode.SUCCEEDED


def _print(item: InputCheck, project: Project) -> None:
    target = console()
    target.print(f"[bold]{item.title}[/]: [{COLOURS[item.state]}]{item.state}[/]")
    target.print(f"  {escape(item.summary)}")
    for note in item.notes:
        target.print(f"  - {note.kind}: {escape(str(note))}")
        if note not in item.open:
            continue
        for answer in note.answers:
            setting = shlex.quote(f"{item.step}.{answer.setting}={answer.value}")
            way = command("check", project=project.folder)
            target.print(
                f"      {escape(answer.label)}:  {escape(way)} --settle {escape(setting)}", style="dim"
            )
        if item.state is not InputState.WRONG:
            way = f"{command('check', project=project.folder)} --accept {key_of(note)}"
            target.print(f"      It is right as it is:  {escape(way)}", style="dim")
    for name, value in item.settled.items():
        shown = escape(json.dumps(value, ensure_ascii=False))
        target.print(f"  - settled: {name} = {shown}  (--undo {item.step}.{name} takes it back)")
    for note in item.accepted:
        target.print(
            f"  - right as it is: {escape(str(note))}  (--undo {item.step}.{key_of(note)} takes it back)"
        )


def _plain(item: InputCheck) -> dict[str, Any]:
    return {
        "step": item.step,
        "title": item.title,
        "state": item.state,
        "summary": item.summary,
        "notes": [str(note) for note in item.notes],
        "open": [
            {
                "key": key_of(note),
                "note": str(note),
                "answers": [
                    {"settle": f"{item.step}.{answer.setting}={answer.value}", "label": answer.label}
                    for answer in note.answers
                ],
            }
            for note in item.open
        ],
        "settled": dict(item.settled),
        "accepted": {key_of(note): str(note) for note in item.accepted},
    }


def _assignment(words: str) -> tuple[str, str, str]:
    name, sign, value = words.partition("=")
    job, dot, setting = name.strip().partition(".")
    if not sign or not dot:
        raise SettingError(
            f"{words!r} settles nothing; write JOB.SETTING=VALUE, such as load_profiles.spikes=keep.", words
        )
    return job, setting.replace("-", "_"), value.strip()


def _finding(found: Sequence[InputCheck], key: str) -> tuple[InputCheck, Note]:
    for item in found:
        for note in item.open:
            if key_of(note) == key:
                return item, note
    raise SettingError(f"there is no finding {key!r}; `workbench check` lists them with their keys.", key)
