"""The mapping that the user confirmed, kept in the project for next month's file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.data.atomic import write_text
from workbench.data.projects.project import Project
from workbench.files import is_file, read_bytes
from workbench.finance.model.mapping import ColumnRole, RoleMapping
from workbench.finance.model.roles import Role, Variant
from workbench.structured import json_from, own_errors, require_format, typed

FILE_NAME = "finance-mapping.json"
VERSION = 1
PROPOSE_ANEW = "Delete it, and the columns are proposed anew."


def save_mapping(project: Project, mapping: RoleMapping, answers: Mapping[str, str]) -> Path:
    """Keep a mapping and the answers in the project.

    Parameters
    ----------
    project
        The project.
    mapping
        What the columns mean.
    answers
        Key of a question -> value of the option.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UnwritableFile
        When the operating system refuses; an earlier mapping stays as it was.
    """
    columns = [
        {
            "column": item.column,
            "role": None if item.role is None else str(item.role),
            "variant": str(item.variant),
            "sign": item.sign,
        }
        for item in mapping.columns
    ]
    plain = {"version": VERSION, "columns": columns, "answers": dict(sorted(answers.items()))}
    path = project.folder / FILE_NAME
    write_text(path, json.dumps(plain, indent=2, ensure_ascii=False) + "\n")
    return path


def load_mapping(project: Project) -> tuple[RoleMapping | None, dict[str, str]]:
    """Read the mapping that was kept; ``None`` and no answers when there is none.

    Raises
    ------
    UnreadableFile
        When the file cannot be read.
    InvalidData
        When its content is not a mapping; names the file and what is wrong.
    """
    path = project.folder / FILE_NAME
    if not is_file(path):
        return None, {}
    with own_errors(path, "a mapping of columns", advice=PROPOSE_ANEW):
        plain = json_from(read_bytes(path), path, advice=PROPOSE_ANEW)
    require_format(plain, VERSION, path, key="version")
    kept = typed(plain, _Kept, path, advice=PROPOSE_ANEW)
    columns = tuple(
        ColumnRole(
            item.column,
            item.role,
            item.variant,
            1.0,
            "as confirmed for an earlier file",
            sign="as given" if item.sign == "as given" else "flipped",
        )
        for item in kept.columns
    )
    return RoleMapping(columns), kept.answers


@dataclass(frozen=True, slots=True)
class _KeptColumn:
    column: str
    role: Role | None
    variant: Variant
    sign: Literal["as given", "flipped", "turned"]
    """``turned`` is what earlier versions wrote for ``flipped``."""


@dataclass(frozen=True, slots=True)
class _Kept:
    columns: tuple[_KeptColumn, ...]
    answers: dict[str, str]
