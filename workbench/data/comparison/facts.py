"""Which settings, facts and notes of two results differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.data.formatting import setting_text
from workbench.data.notes import Note, Notes
from workbench.data.results.store import Result, ResultStore
from workbench.runs.model.settings import settings_of, to_plain

__all__ = ["Change", "fact_changes", "note_changes", "setting_changes"]

_HASH = re.compile(r"[0-9a-f]{40,64}")
_NOT_FACTS = ("package_version", "made_up", "notes", "definitions", "run", "made_at")
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """Something that differs.

    Parameters
    ----------
    what, where, about
        What it is, where it is, and what else there is to know of it.
    before, after
        What it was and what it is, as texts; empty where it is not.
    """

    what: str
    where: str
    about: str
    before: str
    after: str


def setting_changes(before: Result[Any], after: Result[Any]) -> tuple[Change, ...]:
    """Give the settings that differ; of a setting that is a map, its entries. Those of the projects come last."""
    known = {item.name: item for item in settings_of(type(after.config))}
    plain = [to_plain(result.config) for result in (before, after)]
    changes = []
    for name in dict.fromkeys([*plain[0], *plain[1]]):
        if name == "scenario":
            continue
        item = known.get(name)
        title, unit = (item.title, item.unit) if item else (name.replace("_", " ").capitalize(), "")
        for entry, one, two in _differing(plain[0].get(name, _ABSENT), plain[1].get(name, _ABSENT)):
            changes.append(Change(f"{title}: {entry}" if entry else title, name, unit, one, two))
    projects = [result.project for result in (before, after)]
    if projects[0] is not None and projects[1] is not None and projects[0].folder != projects[1].folder:
        one, two = (to_plain(asdict(project.settings)) for project in projects if project is not None)
        for name in one:
            for _, was, value in _differing(one[name], two[name]):
                changes.append(Change(f"Project: {name.replace('_', ' ')}", name, "", was, value))
    return tuple(changes)


def fact_changes(store: ResultStore[Any], before: Result[Any], after: Result[Any]) -> tuple[Change, ...]:
    """Give the version of the package and the facts of the results that differ."""
    versions = [str(result.facts.get("package_version", "not known")) for result in (before, after)]
    changes = [Change("Package version", "", "", *versions)] if versions[0] != versions[1] else []
    decisive = [dict((store.follows or _nothing)(result.facts)) for result in (before, after)]
    settings = {item.name for item in settings_of(type(after.config))}
    for name in dict.fromkeys([*before.facts, *after.facts]):
        one, two = (result.facts.get(name, _ABSENT) for result in (before, after))
        if name in _NOT_FACTS or name in settings or _is_of_inputs(one) or _is_of_inputs(two):
            continue
        if not (_is_scalar(one) and _is_scalar(two)) and name not in decisive[0]:
            continue
        title = name.replace("_", " ").capitalize()
        changes += [
            Change(f"{title}: {entry}" if entry else title, "", "", was, value)
            for entry, was, value in _differing(one, two)
        ]
    return tuple(changes)


def note_changes(before: Notes, after: Notes) -> tuple[Change, ...]:
    """Give the notes that only one result has, the gravest first."""
    both = [(note, side) for side, notes in enumerate((before, after)) for note in notes]
    alone = [(note, side) for note, side in both if note not in tuple((after, before)[side])]
    return tuple(
        Change(str(note.kind).capitalize(), note.place, note.advice, *_on_side(note, side))
        for note, side in sorted(alone, key=lambda pair: (pair[0].gravity, pair[1]))
    )


def _on_side(note: Note, side: int) -> tuple[str, str]:
    return (note.message, "") if side == 0 else ("", note.message)


def _differing(one: Any, two: Any) -> Iterator[tuple[str, str, str]]:
    if one == two:
        return
    maps = [_as_map(value) for value in (one, two)]
    if maps[0] is not None and maps[1] is not None and (maps[0] or maps[1]):
        for key in dict.fromkeys([*maps[0], *maps[1]]):
            for entry, was, value in _differing(maps[0].get(key, _ABSENT), maps[1].get(key, _ABSENT)):
                yield f"{key}: {entry}" if entry else str(key), was, value
    else:
        yield "", _text(one), _text(two)


def _as_map(value: Any) -> Mapping[str, Any] | None:
    """Read a map, a record, or a list of records that have names."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and all(isinstance(item, Mapping) and "name" in item for item in value):
        return {str(item["name"]): item for item in value}
    if isinstance(value, list) and value and all(isinstance(item, list) and len(item) > 1 for item in value):
        return {str(item[0]): item[1:] for item in value}
    return None


def _text(value: Any) -> str:
    if value is _ABSENT:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return setting_text(value) or "not set"


def _is_scalar(value: Any) -> bool:
    return value is _ABSENT or value is None or isinstance(value, (bool, int, float, str))


def _is_of_inputs(value: Any) -> bool:
    """Whether a fact is the hash of an input, or the hashes of several: these are told as inputs."""
    values = value.values() if isinstance(value, Mapping) else [value]
    return any(isinstance(item, str) and _HASH.fullmatch(item) for item in values)


def _nothing(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}
