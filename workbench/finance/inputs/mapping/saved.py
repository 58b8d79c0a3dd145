"""The mapping that the user confirmed, kept in the project for next month's file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from workbench.data.atomic import reason_of, write_text
from workbench.data.projects.project import Project
from workbench.errors import InvalidData, UnreadableFile
from workbench.finance.model.mapping import ColumnRole, RoleMapping
from workbench.finance.model.roles import Role, Variant

FILE_NAME = "finance-mapping.json"
VERSION = 1


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
    if not path.is_file():
        return None, {}
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain["version"] != VERSION:
            raise ValueError(f"it has the version {plain['version']}, expected {VERSION}")
        columns = tuple(
            ColumnRole(
                str(item["column"]),
                Role(item["role"]) if item["role"] is not None else None,
                Variant(item["variant"]),
                1.0,
                "as confirmed for an earlier file",
                # "turned" is what earlier versions wrote.
                sign="flipped" if item["sign"] in ("flipped", "turned") else "as given",
            )
            for item in plain["columns"]
        )
        return RoleMapping(columns), {str(key): str(value) for key, value in plain["answers"].items()}
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {reason_of(error)}", path) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidData(
            f"{path} is not a mapping of columns ({error}); delete it, and the columns are proposed anew.",
            path,
        ) from error
