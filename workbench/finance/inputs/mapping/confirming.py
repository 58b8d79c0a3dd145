"""What a person has to confirm: a similar header proposes a role, and only a person or arithmetic decides it."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.finance.inputs.reading.read import Reading
from workbench.finance.model.mapping import ColumnRole, RoleMapping
from workbench.finance.model.questions import Answers, Option, Question, QuestionKind, answer_to, question_key
from workbench.finance.model.roles import FIGURES, TITLES, Role

__all__ = ["UNUSED", "confirmed", "role_questions"]

UNUSED = "unused"
"""The answer that a column has no role."""
SAMPLES = 3


def confirmed(mapping: RoleMapping, answers: Answers) -> RoleMapping:
    """Give a mapping with what was answered about it.

    Raises
    ------
    InvalidData
        When an answer is none of the options.
    """
    for item in mapping.columns:
        if item.confirmed or item.role is None:
            continue
        if item.rivals:
            allowed = (item.column, *item.rivals)
            column = answer_to(answers, _key(item), (*allowed, UNUSED))
            if column is not None:
                chosen = None if column == UNUSED else item.role
                mapping = mapping.assigned(item.column if chosen is None else column, chosen, item.variant)
            continue
        answer = answer_to(answers, _key(item), (*map(str, FIGURES), str(Role.RATIO), UNUSED))
        if answer is not None:
            role = None if answer == UNUSED else Role(answer)
            mapping = mapping.assigned(item.column, role, item.variant)
    return mapping


def role_questions(reading: Reading, mapping: RoleMapping) -> tuple[Question, ...]:
    """Ask about every column whose role is only proposed, and about columns that could have the same one.

    Parameters
    ----------
    reading
        The file.
    mapping
        Of :func:`confirmed`.
    """
    return tuple(
        _which(reading, item) if item.rivals else _whether(reading, item)
        for item in mapping.columns
        if item.role is not None and not item.confirmed
    )


def _whether(reading: Reading, item: ColumnRole) -> Question:
    title = TITLES[item.role] if item.role else ""
    text = (
        f"Column '{item.column}' ({_shown(item)}) may be {title.lower()}: {item.reason}, and a similar name "
        "alone does not say so."
    )
    options = (
        Option(str(item.role), f"it is {title.lower()}"),
        Option(
            UNUSED, "it is something else, and is left out; the name of another figure gives it that role"
        ),
    )
    return Question(_key(item), QuestionKind.ROLE, item.column, reading.header_row, text, options)


def _which(reading: Reading, item: ColumnRole) -> Question:
    title = TITLES[item.role] if item.role else ""
    names = (item.column, *item.rivals)
    text = f"Columns {_listed(names)} may each be {title.lower()}, and would count twice together."
    options = (
        *(Option(name, f"'{name}' is {title.lower()}, the others are left out") for name in names),
        Option(UNUSED, "none of them is"),
    )
    return Question(_key(item), QuestionKind.ROLE, item.column, reading.header_row, text, options)


def _key(item: ColumnRole) -> str:
    return question_key(QuestionKind.ROLE, item.figure if item.rivals else item.column)


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _shown(item: ColumnRole) -> str:
    return ", ".join(item.samples[:SAMPLES]) or "empty"
